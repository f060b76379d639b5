# SPDX-License-Identifier: Apache-2.0
freshet_add_test(source_test SOURCES source_test.cpp LIBRARIES freshet::sources)
freshet_add_test(file_choice_test
  SOURCES file_choice_test.cpp file_choice_cases.cpp file_names_test.cpp
  LIBRARIES freshet::sources)
freshet_add_test(direct_sources_test
  SOURCES local_file_test.cpp pipe_source_test.cpp
  LIBRARIES freshet::sources)
