# SPDX-License-Identifier: Apache-2.0
# For a cold build that nobody edits: several files of a target are compiled as one, so that what they include is read
# once. ./dev check builds so, and clang-tidy looks at the same; the other presets compile each file by itself, which
# tells of a header that a file forgot.
option(FRESHET_UNITY "Compile the files of each target several at a time" OFF)
if(FRESHET_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)
endif()

# freshet_one_by_one(<target>…): rooms of small files that each have constants of the same plain names.
function(freshet_one_by_one)
  set_target_properties(${ARGN} PROPERTIES UNITY_BUILD OFF)
endfunction()
