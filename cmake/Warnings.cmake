# SPDX-License-Identifier: Apache-2.0
# freshet::warnings: every target of ours links it. Headers of libraries are SYSTEM and stay silent.
add_library(freshet_warnings INTERFACE)
add_library(freshet::warnings ALIAS freshet_warnings)
# A local may have the name of a constant of another file of its unity.
target_compile_options(freshet_warnings INTERFACE
  -Wall -Wextra -Wpedantic $<$<NOT:$<BOOL:${FRESHET_UNITY}>>:-Wshadow> -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Wundef
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wuseless-cast>
  # g++ 12 sees overlaps in "literal" + std::string that are not there (GCC bug 105651), only when optimising.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${FRESHET_WERROR}>:-Werror>)
if(FRESHET_SANITIZE)
  add_compile_options(-fsanitize=${FRESHET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FRESHET_SANITIZE})
endif()
if(FRESHET_FUZZERS)
  # Coverage for libFuzzer in our code; the driver is linked only into the fuzz targets.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
