# SPDX-License-Identifier: Apache-2.0
freshet_add_test(source_test SOURCES source_test.cpp LIBRARIES freshet::sources)
freshet_add_test(file_choice_test
  SOURCES file_choice_test.cpp file_choice_cases.cpp file_names_test.cpp
  LIBRARIES freshet::sources)
freshet_add_test(direct_sources_test
  SOURCES local_file_test.cpp pipe_source_test.cpp
  LIBRARIES freshet::sources)
freshet_add_test(http_test
  SOURCES http_source_test.cpp http_get_test.cpp http_cache_test.cpp http_identity_test.cpp http_plan_test.cpp
  LIBRARIES freshet::sources freshet::test_http freshet::dep::curl)
freshet_add_test(nginx_test SOURCES nginx_test.cpp LIBRARIES freshet::sources freshet::test_process)
