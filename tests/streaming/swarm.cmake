# SPDX-License-Identifier: Apache-2.0
freshet_add_test(window_test
  SOURCES deadline_window_test.cpp reader_demands_test.cpp readable_torrent_test.cpp
  LIBRARIES freshet::streaming)
freshet_add_test(swarm_reading_test
  SOURCES swarm_reading_test.cpp
  LIBRARIES freshet::test_support)
freshet_add_test(swarm_trouble_test
  SOURCES swarm_trouble_test.cpp
  LIBRARIES freshet::test_support)
