# SPDX-License-Identifier: Apache-2.0
# What a cold build spends on reading the same headers again: the standard library's in every file, GoogleTest's
# and libtorrent's where they are used. A file must compile without it too: the tsan preset builds that way.
option(FRESHET_PCH "Precompile the headers of the standard library, GoogleTest and libtorrent" ON)

set(FRESHET_STD_HEADERS
  <algorithm> <array> <chrono> <cstdint> <expected> <filesystem> <functional> <map> <memory> <mutex> <optional> <set>
  <span> <string> <string_view> <thread> <utility> <variant> <vector>)
set(FRESHET_TORRENT_HEADERS
  <boost/asio.hpp> <libtorrent/alert_types.hpp> <libtorrent/disk_interface.hpp> <libtorrent/extensions.hpp>
  <libtorrent/hasher.hpp> <libtorrent/peer_connection_handle.hpp> <libtorrent/session.hpp>
  <libtorrent/torrent_handle.hpp> <libtorrent/torrent_info.hpp>)

# ccache makes this path relative, so that checkouts in different folders share what it keeps; those that CMake writes
# (-Xclang -include-pch …) it leaves alone. ./dev writes the checksums that it takes for the headers' bytes.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
endif()

# freshet_precompile(<target> [<heavy header>…]): a header of its own for a library of ours. g++ 12 gains little by the
# standard library's alone.
function(freshet_precompile target)
  if(NOT FRESHET_PCH OR (NOT ARGN AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang"))
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${FRESHET_STD_HEADERS} ${ARGN})
  freshet_reproducible_precompiled_header(${target})
endfunction()

# ccache knows a file by the bytes of what it includes: clang writes the time into its precompiled headers unless told
# not to.
function(freshet_reproducible_precompiled_header target)
  target_compile_options(${target} PRIVATE
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>"
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

# One header for all test programs, which differ in nothing that it depends on: so they are compiled as this is.
function(freshet_make_test_headers)
  if(NOT FRESHET_PCH)
    return()
  endif()
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/test_headers.cpp" CONTENT "")
  add_library(freshet_test_headers OBJECT "${CMAKE_BINARY_DIR}/test_headers.cpp")
  target_link_libraries(freshet_test_headers PRIVATE freshet::warnings GTest::gmock)
  # g++ takes a precompiled header only for the kind of code that it was made for; the tests are executables.
  set_target_properties(freshet_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(freshet_test_headers PRIVATE -fPIE -O0)
  target_compile_definitions(freshet_test_headers PRIVATE _REENTRANT)
  target_precompile_headers(freshet_test_headers PRIVATE ${FRESHET_STD_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  freshet_reproducible_precompiled_header(freshet_test_headers)
endfunction()

function(freshet_use_test_headers target)
  if(TARGET freshet_test_headers)
    target_precompile_headers(${target} REUSE_FROM freshet_test_headers)
    target_compile_definitions(${target} PRIVATE _REENTRANT)  # as those have it that use SDL
    freshet_reproducible_precompiled_header(${target})
  endif()
endfunction()
