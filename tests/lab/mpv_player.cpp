// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A rival that streams for mpv. The picture is there when mpv says `playback-restart`, at the start and after
// a seek; a stall is `paused-for-cache` outside of them.
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/lab/ipc_socket.h"
#include "tests/lab/process_cost.h"
#include "tests/lab/rivals.h"

namespace freshet::lab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

// mpv as the rivals find it in PATH: no window, no sound card, no settings of the user's, and a socket.
void write_mpv(const fs::path& folder, const fs::path& socket) {
  fs::create_directories(folder);
  std::ofstream(folder / "mpv") << fmt::format(
      "#!/bin/sh\nPATH=$LAB_PATH\nexec mpv --no-config --vo=null --ao=null --no-terminal "
      "--input-ipc-server={} \"$@\"\n",
      socket.string());
  fs::permissions(folder / "mpv", fs::perms::owner_all);
}

class MpvPlayer final : public Player {
 public:
  explicit MpvPlayer(MpvRivalScript rival) : rival_(std::move(rival)) {}

  [[nodiscard]] std::string name() const override { return rival_.name + "+mpv"; }

  std::optional<double> start(Swarm& swarm, const Scene& scene, const LabTorrent& torrent,
                              milliseconds limit) override {
    if (!swarm.has_tracker()) throw std::runtime_error("rivals need a tracker, and the loopback has none");
    const auto socket = folder_ / "ipc";
    write_mpv(folder_ / "bin", socket);
    fs::create_directories(folder_ / "data");
    const auto source = scene.torrent.open == OpenBy::Magnet ? torrent.magnet : torrent.file.string();
    const char* const path = std::getenv("PATH");
    test::Command command{
        .arguments = {"sh", "-c", rival_.script(source, torrent.film.filename().string(), folder_.path())},
        .environment = home_of(folder_),
        .keep_input_open = true,
        .working_folder = folder_.path()};
    command.environment["LAB_PATH"] = path;
    command.environment["PATH"] = (folder_ / "bin").string() + ":" + path;
    swarm.begin();
    started_ = Clock::now();
    process_.emplace(swarm.start_viewer(command));
    const auto end = started_ + limit;
    ipc_.emplace(socket, limit);
    ipc_->send({"observe_property", 1, "paused-for-cache"});
    if (!wait_for("playback-restart", end)) return std::nullopt;
    stall_began_.reset();
    return seconds(Clock::now() - started_);
  }

  bool play(milliseconds length) override {
    const auto end = Clock::now() + length;
    while (Clock::now() < end) {
      const auto message = ipc_->next(std::chrono::ceil<milliseconds>(end - Clock::now()));
      if (message) take_note(*message);
      if (!ipc_->is_open()) return false;
    }
    return true;
  }

  std::optional<double> seek(milliseconds target, milliseconds limit) override {
    const auto sent = Clock::now();
    end_stall();
    seek_only(target);
    // What is still in the socket tells of the time before: `seek` is the first word about ours.
    if (!wait_for("seek", sent + limit) || !wait_for("playback-restart", sent + limit)) return std::nullopt;
    stall_began_.reset();
    return seconds(Clock::now() - sent);
  }

  void seek_only(milliseconds target) override {
    ipc_->send({"seek", static_cast<double>(target.count()) / 1000, "absolute", "exact"});
  }

  void set_paused(bool paused) override { ipc_->send({"set_property", "pause", paused}); }

  void finish(Figures& figures) override {
    if (!process_) return;
    end_stall();
    const auto cost = cost_of_group(process_->pid());
    figures.cpu_seconds = cost.cpu_seconds;
    figures.peak_memory = static_cast<double>(cost.peak_memory);
    figures.wall_seconds = seconds(Clock::now() - started_);
    figures.stalls = stalls_;
    figures.stalled_seconds = stalled_;
    process_->kill();
    // A FUSE file system that nobody serves any more would keep its folder from being removed.
    static_cast<void>(test::run({.arguments = {"umount", "-l", (folder_ / "mount").string()}}, 5s));
  }

  [[nodiscard]] std::string all_words() const override {
    if (!process_) return {};
    return process_->text(test::Stream::Output) + process_->text(test::Stream::Errors);
  }

 private:
  static double seconds(Clock::duration time) { return to_seconds(time); }

  bool wait_for(std::string_view event, Clock::time_point end) {
    while (Clock::now() < end && ipc_->is_open()) {
      const auto message = ipc_->next(std::chrono::ceil<milliseconds>(end - Clock::now()));
      if (message && message->value("event", "") == event) return true;
    }
    return false;
  }

  void take_note(const Json& message) {
    if (message.value("event", "") != "property-change" || message.value("name", "") != "paused-for-cache")
      return;
    if (message.value("data", Json()) == true) {
      ++stalls_;
      stall_began_ = Clock::now();
    } else {
      end_stall();
    }
  }

  void end_stall() {
    if (stall_began_) stalled_ += seconds(Clock::now() - *stall_began_);
    stall_began_.reset();
  }

  MpvRivalScript rival_;
  test::TemporaryFolder folder_;
  Clock::time_point started_;
  std::optional<test::Process> process_;
  std::optional<IpcSocket> ipc_;
  std::optional<Clock::time_point> stall_began_;
  int stalls_ = 0;
  double stalled_ = 0;
};

}  // namespace

std::unique_ptr<Player> make_mpv_rival(const MpvRivalScript& rival) {
  return std::make_unique<MpvPlayer>(rival);
}

}  // namespace freshet::lab
