# SPDX-License-Identifier: Apache-2.0
freshet_add_test(window_test
  SOURCES deadline_window_test.cpp reader_demands_test.cpp readable_torrent_test.cpp room_plan_test.cpp
  LIBRARIES freshet::streaming)
freshet_add_test(piece_store_test
  SOURCES piece_store_test.cpp hash_guard_test.cpp
  LIBRARIES freshet::test_support freshet::dep::torrent)
freshet_add_test(eviction_test
  SOURCES eviction_test.cpp
  LIBRARIES freshet::test_support freshet::dep::torrent)
freshet_add_test(large_film_test
  SOURCES large_film_test.cpp
  LIBRARIES freshet::test_support
  LABELS slow TIMEOUT 900)
freshet_add_test(leaves_test
  SOURCES leaves/leaf_file_test.cpp leaves/early_blocks_test.cpp
  LIBRARIES freshet::test_support freshet::dep::torrent)
freshet_add_test(leaf_swarm_test
  SOURCES leaves/leaf_swarm_test.cpp
  LIBRARIES freshet::test_support freshet::test_http freshet::dep::torrent)
freshet_add_test(metadata_test
  SOURCES metadata/metadata_fetch_test.cpp metadata/metadata_messages_test.cpp
  LIBRARIES freshet::streaming freshet::dep::torrent)
freshet_add_test(metadata_swarm_test
  SOURCES metadata/metadata_swarm_test.cpp
  LIBRARIES freshet::test_support freshet::dep::torrent)
freshet_add_test(lying_peers_test
  SOURCES lying_peers_test.cpp
  LIBRARIES freshet::test_support freshet::dep::torrent)
freshet_add_test(publish_test
  SOURCES publish_test.cpp
  LIBRARIES freshet::test_support)
freshet_add_test(swarm_reading_test
  SOURCES swarm_reading_test.cpp
  LIBRARIES freshet::test_support freshet::test_http)
freshet_add_test(swarm_trouble_test
  SOURCES swarm_trouble_test.cpp
  LIBRARIES freshet::test_support)
freshet_add_test(swarm_cache_test
  SOURCES swarm_cache_test.cpp
  LIBRARIES freshet::test_support)
target_compile_definitions(swarm_cache_test PRIVATE "FRESHET_VIEWER_PROCESS=\"$<TARGET_FILE:freshet_viewer_process>\"")
add_dependencies(swarm_cache_test freshet_viewer_process)
freshet_add_test(swarm_transmission_test
  SOURCES swarm_transmission_test.cpp
  LIBRARIES freshet::test_support)
freshet_add_test(swarm_proxy_test
  SOURCES swarm_proxy_test.cpp
  LIBRARIES freshet::test_support freshet::test_http)
target_compile_definitions(swarm_proxy_test PRIVATE "FRESHET_VIEWER_PROCESS=\"$<TARGET_FILE:freshet_viewer_process>\"")
add_dependencies(swarm_proxy_test freshet_viewer_process)
freshet_add_test(block_scheduler_test
  SOURCES scheduler/block_scheduler_test.cpp scheduler/block_wants_test.cpp scheduler/simulated_swarm.cpp stats_test.cpp
  LIBRARIES freshet::streaming
  OPTIMISED)
freshet_add_test(trace_test
  SOURCES trace_test.cpp
  LIBRARIES freshet::test_support freshet::dep::json freshet::dep::torrent)
freshet_add_test(picker_check_test
  SOURCES scheduler/picker_check_test.cpp
  LIBRARIES freshet::test_support)
