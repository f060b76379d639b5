// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/results.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

namespace freshet::lab {
namespace {

using Json = nlohmann::json;

Json to_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}
std::optional<double> number(const Json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

Json to_json(const Figures& run) {
  return {{"first_frame", to_json(run.first_frame)},
          {"phases", run.phases},
          {"seeks", run.seeks},
          {"storm", to_json(run.storm)},
          {"stalls", run.stalls},
          {"stalled_seconds", run.stalled_seconds},
          {"watched_seconds", run.watched_seconds},
          {"received", to_json(run.received)},
          {"wasted", to_json(run.wasted)},
          {"late", to_json(run.late)},
          {"wire_down", run.wire_down},
          {"cpu_seconds", run.cpu_seconds},
          {"wall_seconds", run.wall_seconds},
          {"peak_memory", run.peak_memory},
          {"load", run.load},
          {"failure", run.failure}};
}

Json to_json(const std::optional<LineLimit>& limit) {
  return limit ? Json{{"first_frame", limit->first_frame}, {"seek", limit->seek}} : Json();
}

std::optional<LineLimit> limit_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  return LineLimit{json.at("first_frame"), json.at("seek")};
}

Figures figures_from(const Json& json) {
  Figures run;
  run.first_frame = number(json.at("first_frame"));
  run.seeks = json.at("seeks").get<std::vector<double>>();
  run.storm = number(json.at("storm"));
  run.stalls = json.at("stalls");
  run.stalled_seconds = json.at("stalled_seconds");
  run.watched_seconds = json.at("watched_seconds");
  run.received = number(json.at("received"));
  run.wasted = number(json.at("wasted"));
  run.late = number(json.value("late", Json()));
  run.phases = json.value("phases", run.phases);
  run.wire_down = json.at("wire_down");
  run.cpu_seconds = json.at("cpu_seconds");
  run.wall_seconds = json.at("wall_seconds");
  run.peak_memory = json.at("peak_memory");
  run.load = json.value("load", 0.0);  // results of an older lab have none
  run.failure = json.at("failure");
  return run;
}

}  // namespace

std::optional<Spread> spread_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return Spread{values.front(), median, values.back()};
}

Summary summarise(const std::string& player, const std::vector<Figures>& runs) {
  std::vector<double> first_frame, seek, storm, redundant, stalled, cpu, memory;
  std::vector<double> late;
  std::map<std::string, std::vector<double>> phases;
  Summary summary;
  summary.player = player;
  for (const auto& run : runs) {
    ++summary.runs;
    if (!run.failure.empty()) ++summary.failed;
    if (run.first_frame) first_frame.push_back(*run.first_frame);
    seek.insert(seek.end(), run.seeks.begin(), run.seeks.end());
    if (run.storm) storm.push_back(*run.storm);
    if (run.late) late.push_back(*run.late);
    for (const auto& [phase, seconds] : run.phases) phases[phase].push_back(seconds);
    // Of what was received, the share that was received for nothing.
    if (run.received && run.wasted && *run.received > 0)
      redundant.push_back(100 * *run.wasted / *run.received);
    summary.stalls += run.stalls;
    if (run.watched_seconds > 0) stalled.push_back(100 * run.stalled_seconds / run.watched_seconds);
    if (run.wall_seconds > 0) cpu.push_back(100 * run.cpu_seconds / run.wall_seconds);
    if (run.peak_memory > 0) memory.push_back(run.peak_memory / (1 << 20));
  }
  summary.first_frame = spread_of(std::move(first_frame));
  summary.seek = spread_of(std::move(seek));
  summary.storm = spread_of(std::move(storm));
  summary.redundant = spread_of(std::move(redundant));
  summary.stalled = spread_of(std::move(stalled));
  summary.cpu = spread_of(std::move(cpu));
  summary.memory = spread_of(std::move(memory));
  summary.late = spread_of(std::move(late));
  for (auto& [phase, all] : phases) summary.phases.emplace(phase, *spread_of(std::move(all)));
  return summary;
}

bool comes_first(const std::string& left, const std::string& right) {
  return std::pair(left != "freshet", left) < std::pair(right != "freshet", right);
}

std::vector<Summary> summarise(const SceneResults& scene) {
  std::vector<Summary> all;
  for (const auto& [player, runs] : scene.players) all.push_back(summarise(player, runs));
  std::ranges::sort(
      all, [](const Summary& left, const Summary& right) { return comes_first(left.player, right.player); });
  return all;
}

void save(const std::filesystem::path& folder, const SceneResults& scene) {
  std::filesystem::create_directories(folder);
  Json players = Json::object();
  for (const auto& [player, runs] : scene.players)
    for (const auto& run : runs) players[player].push_back(to_json(run));
  std::ofstream(folder / (scene.name + ".json"))
      << Json{{"name", scene.name}, {"title", scene.title},          {"ground", scene.ground},
              {"date", scene.date}, {"limit", to_json(scene.limit)}, {"players", players}}
             .dump(1)
      << '\n';
}

std::vector<SceneResults> load_all(const std::filesystem::path& folder) {
  std::vector<SceneResults> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const auto json = Json::parse(file);
    SceneResults scene{json.at("name"), json.at("title"), json.at("ground"), json.at("date"), {}};
    scene.limit = limit_from(json.value("limit", Json()));  // results of an older lab have none
    for (const auto& [player, runs] : json.at("players").items())
      for (const auto& run : runs) scene.players[player].push_back(figures_from(run));
    all.push_back(std::move(scene));
  }
  std::ranges::sort(all, {}, &SceneResults::name);
  return all;
}

}  // namespace freshet::lab
