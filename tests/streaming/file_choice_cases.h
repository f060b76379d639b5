// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Torrents as text, one file a line: its place in the playlist that is expected or '-', its size in KiB, its
// path. A listing with '-' alone has nothing to play.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace freshet::streaming {

struct FileChoiceCase {
  std::string name;
  std::string listing;
  friend void PrintTo(const FileChoiceCase& c, std::ostream* out) { *out << c.name; }
};

[[nodiscard]] std::vector<FileChoiceCase> file_choice_cases();

}  // namespace freshet::streaming
