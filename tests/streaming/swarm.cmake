# SPDX-License-Identifier: Apache-2.0
freshet_add_test(swarm_reading_test
  SOURCES swarm_reading_test.cpp
  LIBRARIES freshet::test_support)
