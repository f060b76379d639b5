# SPDX-License-Identifier: Apache-2.0
# The option table and what is made from it: no window, no network, no FFmpeg.
add_library(freshet_app_options STATIC
  command_line.cpp
  completion.cpp
  config_file.cpp
  environment.cpp
  help.cpp
  man_page.cpp
  option_rows_observing.cpp
  option_rows_playback.cpp
  option_rows_protect.cpp
  option_rows_swarm.cpp
  option_table.cpp)
add_library(freshet::app_options ALIAS freshet_app_options)
target_link_libraries(freshet_app_options
  PUBLIC freshet::base freshet::control freshet::keys freshet::protect
  PRIVATE freshet::warnings freshet::dep::fmt)
freshet_precompile(freshet_app_options)
