// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Results as a person reads them: a table for the terminal, a Markdown page and a plot for docs/benchmarks/.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "tests/lab/results.h"

namespace freshet::lab {

[[nodiscard]] std::string plain_table(const std::vector<SceneResults>& scenes);
// `preface` is Markdown that comes before the table.
[[nodiscard]] std::string markdown_page(const std::vector<SceneResults>& scenes, const std::string& preface);
// First frames and seeks, a group of bars a scene: the median, with a line from the least to the most.
[[nodiscard]] std::string svg_plot(const std::vector<SceneResults>& scenes);

}  // namespace freshet::lab
