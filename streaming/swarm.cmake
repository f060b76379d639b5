# SPDX-License-Identifier: Apache-2.0
# freshet::streaming: the swarm side, which needs libtorrent, and with it freshet::sources.
add_library(freshet_streaming STATIC
  arriving_piece.cpp
  background_worker.cpp
  cache_directory.cpp
  deadline_window.cpp
  hole_hashes.cpp
  kept_file.cpp
  leaves/leaf_book.cpp
  leaves/leaf_exchange.cpp
  leaves/leaf_file.cpp
  leaves/leaf_layout.cpp
  leaves/leaf_messages.cpp
  leaves/leaf_origin.cpp
  leaves/verified_blocks.cpp
  metadata/metadata_exchange.cpp
  metadata/metadata_fetch.cpp
  metadata/metadata_messages.cpp
  network_address.cpp
  peer_message.cpp
  peer_watch.cpp
  piece_cache.cpp
  piece_disk.cpp
  piece_files.cpp
  piece_hashes.cpp
  publish.cpp
  publish_hashing.cpp
  readable_torrent.cpp
  reader_demands.cpp
  room_plan.cpp
  session.cpp
  session_core.cpp
  session_settings.cpp
  store_eviction.cpp
  store_hashing.cpp
  store_leaves.cpp
  store_reading.cpp
  store_repair.cpp
  store_writer.cpp
  task_pool.cpp
  torrent_core.cpp
  torrent_files.cpp
  torrent_health.cpp
  torrent_leaves.cpp
  torrent_metadata.cpp
  torrent_peers.cpp
  torrent_room.cpp
  torrent_wishes.cpp
  scheduler/block_exchange.cpp
  scheduler/block_ledger.cpp
  scheduler/block_planning.cpp
  scheduler/block_scheduler.cpp
  scheduler/block_wants.cpp
  scheduler/peer_estimate.cpp
  scheduler/picker_check.cpp)
add_library(freshet::streaming ALIAS freshet_streaming)
target_link_libraries(freshet_streaming
  PUBLIC freshet::base freshet::sources
  PRIVATE freshet::warnings freshet::dep::torrent freshet::dep::crypto)
freshet_precompile(freshet_streaming ${FRESHET_TORRENT_HEADERS})
