// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The clips that the pipeline tests play: one for each container and peculiarity, 3 to 6 s, small pictures.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace freshet::media::test {

struct CatalogueClip {
  std::string name;  // letters and digits: it names the test case
  std::vector<std::string> arguments;
  std::string extension;
  bool has_picture = true;
  bool has_sound = true;
};

// How GoogleTest names a parameter.
inline void PrintTo(const CatalogueClip& clip, std::ostream* out) {
  *out << clip.name;
}

[[nodiscard]] const std::vector<CatalogueClip>& catalogue();
[[nodiscard]] std::filesystem::path clip_named(const std::string& name);

}  // namespace freshet::media::test
