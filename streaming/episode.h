// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What people put into file names: the number of an episode, and that something is only an extra. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace freshet::streaming {

struct Episode {
  int season = -1;  // -1: the name does not say
  int number = 0;
  auto operator<=>(const Episode&) const = default;
};

// S01E02, s1.e2, 1x02, Ep 2, Episode 2, E02, " - 02 ": in the last part of `path`. nullopt: none of them.
[[nodiscard]] std::optional<Episode> episode_of(std::string_view path);

// A folder in `path` says sample, trailer, extras, featurettes, behind the scenes …
[[nodiscard]] bool in_extras_folder(std::string_view path);

// The file's own name has such a word. Weaker than a folder: a film may be called so.
[[nodiscard]] bool named_as_extra(std::string_view path);

// The file's name without folders and extension, and the folders with the last '/', or empty.
[[nodiscard]] std::string_view stem_of(std::string_view path);
[[nodiscard]] std::string_view folder_of(std::string_view path);

}  // namespace freshet::streaming
