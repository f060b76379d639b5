# SPDX-License-Identifier: Apache-2.0
# What the user typed, which files of a torrent to play, and the sources without a swarm. No libtorrent here.
add_library(freshet_sources STATIC
  direct_sources.h
  episode.cpp
  file_choice.cpp
  file_names.cpp
  http_cache.cpp
  http_get.cpp
  http_identity.cpp
  http_plan.cpp
  http_source.cpp
  http_streams.cpp
  http_transfer.cpp
  local_file.cpp
  magnet.cpp
  pipe_source.cpp
  sidecar_subtitles.cpp
  source.cpp
  stats.cpp
  trace.cpp
  uri.cpp)
add_library(freshet::sources ALIAS freshet_sources)
target_link_libraries(freshet_sources PUBLIC freshet::base PRIVATE freshet::warnings freshet::dep::curl)
freshet_precompile(freshet_sources)
