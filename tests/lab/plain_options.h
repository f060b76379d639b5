// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The command line of the lab's own programs: --name=value, or --name for "yes".
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace freshet::lab {

using Options = std::map<std::string, std::string, std::less<>>;

// Throws at a word that is no option.
inline Options read_options(int argc, char** argv) {
  Options options;
  for (int index = 1; index < argc; ++index) {
    const std::string_view word(argv[index]);
    const auto equals = word.find('=');
    if (!word.starts_with("--")) throw std::runtime_error("not an option: " + std::string(word));
    options[std::string(word.substr(2, equals - 2))] =
        equals == std::string_view::npos ? "yes" : std::string(word.substr(equals + 1));
  }
  return options;
}

}  // namespace freshet::lab
