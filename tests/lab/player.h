// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A player under test, driven as a viewer would. Times are seconds on our clock: from the moment its program
// is started, or a command is sent, to the moment it tells what happened, so that all players are measured
// alike. One thread.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/lab/swarm.h"

namespace freshet::lab {

// The parts of a start, in their order.
inline constexpr std::array<std::string_view, 5> phase_names{"peers", "metadata", "header", "first_gop",
                                                             "decode"};

// What one viewing was like. What a player does not tell stays empty.
struct Figures {
  std::optional<double> first_frame;
  // Where the time to it went, as the player itself tells; its parts in order ("peers", "metadata", …). Empty
  // otherwise.
  std::map<std::string, double> phases;
  std::vector<double> seeks;
  std::optional<double> storm;  // from the last seek of a storm to its picture
  int stalls = 0;               // after the first frame, outside seeks
  double stalled_seconds = 0;
  double watched_seconds = 0;              // wanted to play: steps of the scene
  std::optional<double> received, wasted;  // bytes of payload
  std::optional<double>
      late;              // of the blocks that were of use, the share that came after their deadline, in %
  double wire_down = 0;  // bytes on the viewer's line
  double cpu_seconds = 0, wall_seconds = 0;
  double peak_memory = 0;  // bytes
  double load = 0;         // of the machine when it began: the average of a minute, as uptime tells it
  std::string failure;     // what went wrong; the figures until then stay
};

class Player {
 public:
  virtual ~Player() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // Starts it on the swarm's viewer host and waits for its first picture. nullopt: none came in `limit`.
  virtual std::optional<double> start(Swarm& swarm, const Scene& scene, const LabTorrent& torrent,
                                      std::chrono::milliseconds limit) = 0;
  // Lets time pass; false when the program ended meanwhile.
  virtual bool play(std::chrono::milliseconds length) = 0;
  // Seconds to the picture of the target; nullopt: none came.
  virtual std::optional<double> seek(std::chrono::milliseconds target, std::chrono::milliseconds limit) = 0;
  // Sends the seek and does not wait.
  virtual void seek_only(std::chrono::milliseconds target) = 0;
  virtual void set_paused(bool paused) = 0;
  // Adds what the player itself tells, ends it, and says what it cost.
  virtual void finish(Figures& figures) = 0;
  // All that its programs wrote, for when something failed.
  [[nodiscard]] virtual std::string all_words() const = 0;
};

// A home of its own for a program: nothing of the user's is read or written.
[[nodiscard]] std::map<std::string, std::string> home_of(const test::TemporaryFolder& folder);

[[nodiscard]] std::unique_ptr<Player> make_freshet(const std::filesystem::path& program,
                                                   const std::vector<std::string>& more_options);

}  // namespace freshet::lab
