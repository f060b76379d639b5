// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The encrypted files of tests/data/vectors.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace freshet::test {

inline std::string read_vector(const std::string& name) {
  const char* const folder = std::getenv("FRESHET_TEST_DATA");
  const auto path = std::filesystem::path(folder != nullptr ? folder : "tests/data") / "vectors" / name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace freshet::test
