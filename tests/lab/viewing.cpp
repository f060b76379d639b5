// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/viewing.h"

#include <cmath>
#include <cstdlib>
#include <fmt/format.h>

namespace freshet::lab {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

// The slowest rival needs 14 s for a seek in a good swarm; who needs a minute has failed.
constexpr auto patience = 60s;

double seconds(milliseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

class Director {
 public:
  Director(Player& player, Figures& figures) : player_(player), figures_(figures) {}

  // False when the viewing is over.
  bool operator()(const Play& step) {
    figures_.watched_seconds += seconds(step.length);
    if (player_.play(step.length)) return true;
    figures_.failure += "ended while playing. ";
    return false;
  }
  bool operator()(const Seek& step) {
    const auto time = player_.seek(step.target, patience);
    if (time) figures_.seeks.push_back(*time);
    if (!time) figures_.failure += fmt::format("no picture {} s after a seek. ", patience.count());
    return time.has_value();
  }
  bool operator()(const Pause& step) {
    player_.set_paused(true);
    const bool lives = player_.play(step.length);
    player_.set_paused(false);
    if (!lives) figures_.failure += "ended while paused. ";
    return lives;
  }
  bool operator()(const Storm& step) {
    for (int index = 0; index < step.count; ++index) {
      // Jumps to and fro by the golden section: never twice near one place, and the same in each run.
      const double place = std::fmod(0.618034 * (index + 1), 1.0);
      const auto target =
          step.from +
          milliseconds(static_cast<std::int64_t>(place * static_cast<double>((step.to - step.from).count())));
      const auto even = target - target % 2s;  // a key frame: what is measured is the swarm, not the decoder
      if (index + 1 == step.count) {
        figures_.storm = player_.seek(even, patience);
        if (!figures_.storm) figures_.failure += "no picture after a storm of seeks. ";
        return figures_.storm.has_value();
      }
      player_.seek_only(even);
      if (!player_.play(step.every)) {
        figures_.failure += "ended in a storm of seeks. ";
        return false;
      }
    }
    return true;
  }

 private:
  Player& player_;
  Figures& figures_;
};

}  // namespace

Viewing watch(const Scene& scene, const LabTorrent& torrent, const Programs& programs, Ground ground,
              Player& player) {
  Viewing viewing;
  ::getloadavg(&viewing.figures.load, 1);
  try {
    Swarm swarm(scene, torrent, programs, ground);
    viewing.figures.first_frame = player.start(swarm, scene, torrent, patience);
    if (viewing.figures.first_frame) {
      Director director(player, viewing.figures);
      for (const auto& step : scene.steps)
        if (!std::visit(director, step)) break;
    } else {
      viewing.figures.failure += "no picture, or an early end. ";
    }
    viewing.figures.wire_down = static_cast<double>(swarm.viewer_traffic().down.value);
    player.finish(viewing.figures);
    viewing.router = swarm.router();
  } catch (const std::exception& error) {
    viewing.figures.failure += error.what();
  }
  if (!viewing.figures.failure.empty()) viewing.words = player.all_words();
  return viewing;
}

}  // namespace freshet::lab
