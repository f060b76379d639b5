// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What was measured, kept as one JSON file a scene, and the numbers that the report is made of. Pure but for
// load and save; one thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/lab/line_limit.h"
#include "tests/lab/viewing.h"

namespace freshet::lab {

struct Spread {
  double least = 0, median = 0, most = 0;
};
// nullopt for no values. The median of an even number is the mean of the middle two.
[[nodiscard]] std::optional<Spread> spread_of(std::vector<double> values);

struct SceneResults {
  std::string name, title;
  std::string ground;  // "namespaces" or "loopback"
  std::string date;
  std::map<std::string, std::vector<Figures>> players;  // by name
  std::optional<LineLimit> limit = {};
};

// The figure of all runs of one player that have it.
struct Summary {
  std::string player;
  int runs = 0, failed = 0;
  std::optional<Spread> first_frame, seek, storm, redundant, stalled, cpu, memory;
  std::map<std::string, Spread> phases;  // those that some run has
  std::optional<Spread> late;            // % of the blocks
  int stalls = 0;                        // of all runs
};
[[nodiscard]] Summary summarise(const std::string& player, const std::vector<Figures>& runs);
// The order of players in all that is shown: freshet first, then by name.
[[nodiscard]] bool comes_first(const std::string& left, const std::string& right);
// In that order.
[[nodiscard]] std::vector<Summary> summarise(const SceneResults& scene);

void save(const std::filesystem::path& folder, const SceneResults& scene);
[[nodiscard]] std::vector<SceneResults> load_all(const std::filesystem::path& folder);

}  // namespace freshet::lab
