// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// freshet-lab: real players in swarms with set links. `./dev bench swarm` calls it; docs/benchmarks/README.md
// tells what it measures.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

#include "tests/lab/host.h"
#include "tests/lab/report.h"
#include "tests/lab/rivals.h"
#include "tests/lab/router_speed.h"
#include "tests/lab/sealed.h"
#include "tests/lab/viewing.h"

namespace freshet::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view usage =
    R"(freshet-lab run [SCENE…] --scenes=DIR --work=DIR --freshet=FILE [--runs=N]
                [--publish=DIR] [--rivals[=NAME,…]] [--with="FRESHET OPTIONS"]
freshet-lab list --scenes=DIR
freshet-lab clean --work=DIR
freshet-lab speed                   what the lab carries on this machine
)";

struct Options {
  std::string command;
  std::vector<std::string> scenes;  // empty: all that are not slow
  std::map<std::string, std::string, std::less<>> values;

  [[nodiscard]] std::string value(std::string_view name, std::string_view otherwise = "") const {
    const auto found = values.find(name);
    return found != values.end() ? found->second : std::string(otherwise);
  }
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int index = 1; index < argc; ++index) {
    const std::string_view word(argv[index]);
    if (word.starts_with("--")) {
      const auto equals = word.find('=');
      options.values[std::string(word.substr(2, equals - 2))] =
          equals == std::string_view::npos ? "yes" : std::string(word.substr(equals + 1));
    } else if (options.command.empty()) {
      options.command = word;
    } else {
      options.scenes.emplace_back(word);
    }
  }
  return options;
}

Scene load_scene(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("there is no scene " + path.string());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto scene = parse_scene(path.stem().string(), text);
  if (!scene) throw std::runtime_error(path.string() + ": " + scene.error());
  return *scene;
}

std::vector<Scene> load_scenes(const Options& options) {
  const fs::path folder = options.value("scenes", ".");
  std::vector<Scene> scenes;
  if (!options.scenes.empty()) {
    for (const auto& name : options.scenes) scenes.push_back(load_scene(folder / (name + ".scene")));
    return scenes;
  }
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".scene") scenes.push_back(load_scene(entry.path()));
  std::ranges::sort(scenes, {}, &Scene::name);
  return scenes;
}

int list(const Options& options) {
  for (const auto& scene : load_scenes(options))
    fmt::print("{:<20} {}{}\n", scene.name, scene.title, scene.slow ? " (slow: only by name)" : "");
  return 0;
}

std::string today() {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
}

void tell(const fs::path& work, const Scene& scene, int run, const Player& player, const Viewing& viewing) {
  const auto& figures = viewing.figures;
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.2f}", *value) : std::string("-");
  };
  std::string seeks;
  for (const auto seek : figures.seeks) seeks += fmt::format(" {:.2f}", seek);
  if (figures.storm) seeks += fmt::format(" storm {:.2f}", *figures.storm);
  fmt::print("  {} run {} {:<12} first frame {} s, seeks{} s, {} stalls {:.1f} s, {:.0f} MB on the wire",
             scene.name, run + 1, player.name(), number(figures.first_frame), seeks.empty() ? " -" : seeks,
             figures.stalls, figures.stalled_seconds, figures.wire_down / 1e6);
  if (figures.received && figures.wasted && *figures.received > 0)
    fmt::print(", {:.1f} % redundant", 100 * *figures.wasted / *figures.received);
  if (figures.wall_seconds > 0)
    fmt::print(", CPU {:.0f} %", 100 * figures.cpu_seconds / figures.wall_seconds);
  if (viewing.router) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    fmt::print(" | router: late {:.2f} ms p99, {:.1f} ms worst, {:.0f} % CPU",
               Milliseconds(viewing.router->p99_lateness).count(),
               Milliseconds(viewing.router->worst_lateness).count(),
               100.0 * static_cast<double>(viewing.router->cpu.count()) /
                   static_cast<double>(viewing.router->wall.count()));
  }
  fmt::print("\n");
  if (!figures.failure.empty()) {
    fs::create_directories(work / "failures");
    const auto log = work / "failures" / fmt::format("{}-{}-{}.log", scene.name, player.name(), run + 1);
    std::ofstream(log) << viewing.words;
    fmt::print("    FAILED: {}({})\n", figures.failure, log.string());
  }
  std::fflush(stdout);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

using MakePlayer = std::function<std::unique_ptr<Player>()>;

// freshet, and the rivals that were asked for and can run. What cannot is told, not failed.
std::vector<MakePlayer> players_for(const Options& options, const Programs& programs, const fs::path& work) {
  std::vector<MakePlayer> players{
      [&programs, more = words_of(options.value("with"))] { return make_freshet(programs.freshet, more); }};
  const auto wanted = options.value("rivals", "no");
  if (wanted == "no") return players;
  for (auto& rival : find_rivals(work / "node")) {
    const bool is_wanted =
        wanted == "yes" || ("," + wanted + ",").find("," + rival.name + ",") != std::string::npos;
    if (!is_wanted) continue;
    if (rival.missing.empty()) {
      players.push_back(rival.make);
    } else {
      fmt::print("NOT MEASURED: {} cannot run here, it lacks {}\n", rival.name, rival.missing);
    }
  }
  return players;
}

constexpr std::string_view preface = R"(# Freshet and its rivals in the lab

Made by `./dev bench swarm`; [README.md](README.md) tells how it is measured and how to repeat it. Medians, with the
least and the most of all runs in parentheses. *Of best rival*: our median as a share of the best rival's in the same
runs. *Of line*: the median in multiples of what the line allows. *Stalled*: share of the time that was meant to be
watched. *Redundant*: share of the received bytes that came for nothing. *CPU*: of one core, decoding included. A row of fewer than five runs, or from a loaded machine (last table), is
a first sight, not a measurement.

![First frames and seeks](swarm.svg)

)";

void publish(const fs::path& folder, const std::vector<SceneResults>& results) {
  fs::create_directories(folder);
  std::ofstream(folder / "swarm.md") << markdown_page(results, std::string(preface));
  std::ofstream(folder / "swarm.svg") << svg_plot(results);
  fmt::print("Written: {} and swarm.svg\n", (folder / "swarm.md").string());
}

int run(const Options& options, const Programs& programs) {
  const auto work = fs::absolute(options.value("work"));
  const auto runs_text = options.value("runs", "5");
  int runs = 0;
  std::from_chars(runs_text.data(), runs_text.data() + runs_text.size(), runs);
  if (runs < 1 || runs > 100) throw std::runtime_error("--runs wants a number from 1 to 100");

  Ground ground = Ground::Namespaces;
  if (std::string why; !Host::is_possible(why)) {
    ground = Ground::Loopback;
    fmt::print(
        "WARNING: no network namespaces here ({}). Everything runs on the loopback with rate-limited\n"
        "WARNING: seeders: NO delay, NO loss, NO queues. These figures must not be compared with others.\n",
        why);
  }
  const auto players = players_for(options, programs, work);
  std::vector<SceneResults> all;
  for (const auto& scene : load_scenes(options)) {
    if (scene.slow && options.scenes.empty()) continue;
    SceneResults results{
        scene.name, scene.title, ground == Ground::Namespaces ? "namespaces" : "loopback", today(), {}};
    const auto torrent =
        make_lab_torrent(work / "films", scene, ground == Ground::Namespaces ? Tracker::url : "");
    fmt::print("{}: {}\n", scene.name, scene.title);
    if (ground == Ground::Namespaces)
      results.limit = line_limit(scene, needs_of(torrent.film, seek_target(scene)), true);
    if (results.limit)
      fmt::print("  the line allows: first frame {:.2f} s, seek {:.2f} s\n", results.limit->first_frame,
                 results.limit->seek);
    for (int count = 0; count < runs; ++count) {
      // One after the other in each run, so that a busy minute of the machine hits all alike.
      for (const auto& make : players) {
        const auto player = make();
        const auto viewing = watch(scene, torrent, programs, ground, *player);
        tell(work, scene, count, *player, viewing);
        results.players[player->name()].push_back(viewing.figures);
      }
    }
    save(work / "results", results);
    all.push_back(std::move(results));
  }
  fmt::print("\n{}\n", plain_table(all));
  if (const auto folder = options.value("publish"); !folder.empty())
    publish(folder, load_all(work / "results"));
  const bool has_failed = std::ranges::any_of(all, [](const SceneResults& scene) {
    const auto found = scene.players.find("freshet");
    return found != scene.players.end() &&
           std::ranges::any_of(found->second, [](const Figures& run) { return !run.failure.empty(); });
  });
  return has_failed ? 1 : 0;
}

int speed() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  for (const int senders : {4, 20}) {
    const auto speed = measure_router(senders, {120'000'000 / senders}, std::chrono::seconds(5));
    const auto& report = speed.report;
    fmt::print(
        "{:>2} lines of {:>2} Mbit/s: {:.0f} Mbit/s through TCP, {:.0f} packets/s, late {:.2f} ms median, "
        "{:.2f} ms "
        "p99, {:.1f} ms worst, {:.0f} % of a core\n",
        senders, 120 / senders, speed.bits_per_second / 1e6,
        static_cast<double>(report.packets) / to_seconds(report.wall),
        Milliseconds(report.median_lateness).count(), Milliseconds(report.p99_lateness).count(),
        Milliseconds(report.worst_lateness).count(), 100 * to_seconds(report.cpu) / to_seconds(report.wall));
  }
  return 0;
}

int start(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (options.command == "speed") return speed();
  if (options.command == "list") return list(options);
  const fs::path work = options.value("work");
  if (options.command == "clean" && !work.empty()) {
    fmt::print("{} folders removed\n", remove_leftovers(work));
    return 0;
  }
  if (options.command == "run" && !work.empty() && options.values.contains("freshet")) {
    const auto beside = fs::canonical("/proc/self/exe").parent_path();
    const Programs programs{fs::canonical(options.value("freshet")), beside / "lab_peer",
                            beside / "lab_rogue"};
    return run_sealed(work, [&] {
      try {
        return run(options, programs);
      } catch (const std::exception& error) {
        fmt::print(stderr, "freshet-lab: {}\n", error.what());
        return 1;
      }
    });
  }
  fmt::print(stderr, "{}", usage);
  return 2;
}

}  // namespace
}  // namespace freshet::lab

int main(int argc, char** argv) {
  try {
    return freshet::lab::start(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "freshet-lab: %s\n", error.what());
    return 1;
  }
}
