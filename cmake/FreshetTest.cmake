# SPDX-License-Identifier: Apache-2.0
# freshet_add_test(<name> SOURCES … LIBRARIES … [LABELS …] [TIMEOUT seconds] [SERIAL] [OPTIMISED])
# One GoogleTest program, one CTest test a program. Label `slow` keeps it out of ./dev test. SERIAL: it measures
# time or opens windows, so nothing runs beside it. OPTIMISED: it computes for long itself.
include(GoogleTest)
function(freshet_add_test name)
  cmake_parse_arguments(ARG "SERIAL;OPTIMISED" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE freshet::warnings GTest::gmock GTest::gtest_main ${ARG_LIBRARIES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  if(NOT ARG_OPTIMISED)
    # Half of a cold build would be the optimiser at work on tests; what they test is optimised all the same.
    target_compile_options(${name} PRIVATE -O0)
    freshet_use_test_headers(${name})
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "FRESHET_TEST_DATA=${PROJECT_SOURCE_DIR}/tests/data;FRESHET_ASSETS=${PROJECT_SOURCE_DIR}/assets;FRESHET_PROGRAM=${FRESHET_BINARY_DIR}/freshet")
  if(ARG_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()
