// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A scene's swarm, alive: hosts behind their links, a program in each, and an empty host for the viewer. Made
// anew for each run, so that nothing (no TCP memory, no ban) is carried from one to the next. One thread.
//
// Where namespaces are not possible it lives on the loopback: peers limit their own upload, and there is no
// delay, no loss, no queue and no tracker.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/lab/film.h"
#include "tests/lab/router.h"
#include "tests/lab/scene.h"
#include "tests/lab/timetable.h"
#include "tests/lab/tracker.h"
#include "tests/support/process/process.h"

namespace freshet::lab {

enum class Ground : std::uint8_t { Namespaces, Loopback };

struct Programs {
  std::filesystem::path freshet;
  std::filesystem::path peer;   // lab_peer
  std::filesystem::path rogue;  // lab_rogue
};

class Swarm {
 public:
  // All peers that are there from the start listen when this returns. Throws std::runtime_error.
  Swarm(const Scene& scene, const LabTorrent& torrent, const Programs& programs, Ground ground);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  // The clock of joins, leaves and cuts starts now.
  void begin();

  // Runs `command` on the viewer's host.
  [[nodiscard]] test::Process start_viewer(const test::Command& command);
  [[nodiscard]] bool has_tracker() const { return tracker_ != nullptr; }
  // IP:PORT of those that are there from the start, for where there is no tracker.
  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }
  // Where the viewer is to listen: IP:PORT.
  [[nodiscard]] std::string viewer_listen() const;

  // What passed the viewer's line, both ways, all headers counted. Zero on the loopback.
  struct Traffic {
    Bytes down, up;
  };
  [[nodiscard]] Traffic viewer_traffic() const;
  [[nodiscard]] std::optional<RouterReport> router() const;

 private:
  struct Member {
    PeerGroup group;
    std::chrono::milliseconds later{0};  // its share of each_later
    std::string address;                 // IP:PORT
    const Host* host = nullptr;          // null on the loopback
    HostIndex index{};
    std::unique_ptr<test::TemporaryFolder> folder;  // of a leech
    std::optional<test::Process> process;
  };

  void place(Member& member);
  void start(Member& member, std::string_view connect);
  [[nodiscard]] test::Command command_for(const Member& member, std::string_view connect) const;

  const LabTorrent& torrent_;
  Programs programs_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<Tracker> tracker_;
  const Host* viewer_ = nullptr;
  HostIndex viewer_index_{};
  std::string viewer_address_;
  std::vector<Member> members_;  // never grows after the constructor
  std::vector<std::string> addresses_;
  std::unique_ptr<Timetable> timetable_;  // last: it uses the members
};

}  // namespace freshet::lab
