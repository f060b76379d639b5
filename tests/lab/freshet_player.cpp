// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// freshet as the player under test: its event lines tell what happened, its IPC socket takes the commands.
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/lab/ipc_socket.h"
#include "tests/lab/player.h"
#include "tests/lab/process_cost.h"

namespace freshet::lab {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

double seconds_since(Clock::time_point start) {
  return to_seconds(Clock::now() - start);
}

class FreshetPlayer final : public Player {
 public:
  FreshetPlayer(std::filesystem::path program, std::vector<std::string> more_options)
      : program_(std::move(program)), more_options_(std::move(more_options)) {}

  [[nodiscard]] std::string name() const override { return "freshet"; }

  std::optional<double> start(Swarm& swarm, const Scene& scene, const LabTorrent& torrent,
                              milliseconds limit) override {
    const auto socket = folder_ / "ipc";
    std::vector<std::string> arguments{program_.string(),
                                       "--no-config",
                                       "--headless",
                                       "--events=json",
                                       "--cache-dir=" + (folder_ / "cache").string(),
                                       "--input-ipc-server=" + socket.string(),
                                       "--listen=" + swarm.viewer_listen(),
                                       "--no-dht",
                                       "--no-lsd",
                                       "--no-upnp",
                                       "--network-timeout=0"};
    if (!swarm.has_tracker())
      for (const auto& peer : swarm.addresses()) arguments.push_back("--peer=" + peer);
    arguments.insert(arguments.end(), more_options_.begin(), more_options_.end());
    arguments.push_back(scene.torrent.open == OpenBy::Magnet ? torrent.magnet : torrent.file.string());
    const test::Command command{.arguments = std::move(arguments), .environment = home_of(folder_)};
    swarm.begin();
    started_ = Clock::now();
    process_.emplace(swarm.start_viewer(command));
    if (!event("first_frame", limit)) return std::nullopt;
    const double seconds = seconds_since(started_);
    ipc_.emplace(socket, 10s);
    return seconds;
  }

  bool play(milliseconds length) override { return !process_->wait(length); }

  std::optional<double> seek(milliseconds target, milliseconds limit) override {
    const auto before = count("seek");
    const auto sent = Clock::now();
    seek_only(target);
    // Of the events of one kind the n-th is the answer to the n-th; a seek that was overtaken has none.
    const auto asked = event("seek", limit, before);
    if (!asked) return std::nullopt;
    const double asked_at = (*asked)["t"];
    const auto done = event("seek_done", limit, 0, [&](const Json& line) { return line["t"] >= asked_at; });
    if (!done) return std::nullopt;
    return seconds_since(sent);
  }

  void seek_only(milliseconds target) override {
    ipc_->send({"seek", static_cast<double>(target.count()) / 1000, "absolute", "exact"});
  }

  void set_paused(bool paused) override { ipc_->send({"set_property", "pause", paused}); }

  void finish(Figures& figures) override {
    if (!process_) return;
    const auto cost = cost_of_group(process_->pid());
    figures.cpu_seconds = cost.cpu_seconds;
    figures.peak_memory = static_cast<double>(cost.peak_memory);
    figures.wall_seconds = seconds_since(started_);
    std::optional<test::ExitStatus> status;
    if (ipc_) {
      ipc_->send({"quit"});
      status = process_->wait(10s);
      if (!status) figures.failure += "did not quit in 10 s. ";
    }
    process_->kill();
    for (const auto& text : process_->lines(test::Stream::Output)) {
      const auto line = Json::parse(text, nullptr, false);
      if (!line.is_object()) continue;
      const std::string kind = line.value("event", "");
      if (kind == "stall_begin") {
        ++figures.stalls;
        stall_began_ = line.value("t", 0.0);
      } else if (kind == "stall_end") {
        figures.stalled_seconds += line.value("length", 0.0);
        stall_began_.reset();
      } else if (kind == "progress") {
        figures.received = line.value("bytes_down", 0.0);
        figures.wasted = line.value("bytes_wasted", 0.0);
        const auto blocks = line.value("blocks", Json::object());
        if (const double verified = blocks.value("verified", 0.0); verified > 0)
          figures.late = 100 * blocks.value("late", 0.0) / verified;
      } else if (kind == "phases") {
        for (const auto name : phase_names) {
          if (line.contains(name)) figures.phases[std::string(name)] = line[std::string(name)];
        }
      } else if (kind == "error") {
        figures.failure += line.value("message", "error") + ". ";
      }
    }
    if (stall_began_) figures.stalled_seconds += std::max(figures.wall_seconds - *stall_began_, 0.0);
    if (status && status->code != 0) figures.failure += fmt::format("exit code {}. ", status->code);
  }

  [[nodiscard]] std::string all_words() const override {
    if (!process_) return {};
    return process_->text(test::Stream::Output) + process_->text(test::Stream::Errors);
  }

 private:
  // The event of that name after `skip` others, that also is `wanted`.
  std::optional<Json> event(
      std::string_view name, milliseconds limit, int skip = 0,
      const std::function<bool(const Json&)>& wanted = [](const Json&) { return true; }) {
    int seen = 0;
    const auto line = process_->wait_for_line(
        test::Stream::Output,
        [&](std::string_view text) {
          if (text.find(name) == std::string_view::npos) return false;
          const auto parsed = Json::parse(text, nullptr, false);
          return parsed.is_object() && parsed.value("event", "") == name && seen++ >= skip && wanted(parsed);
        },
        limit);
    if (!line) return std::nullopt;
    return Json::parse(*line);
  }

  int count(std::string_view name) {
    int number = 0;
    for (const auto& text : process_->lines(test::Stream::Output))
      number += Json::parse(text, nullptr, false).value("event", "") == name ? 1 : 0;
    return number;
  }

  std::filesystem::path program_;
  std::vector<std::string> more_options_;
  test::TemporaryFolder folder_;
  Clock::time_point started_;
  std::optional<test::Process> process_;
  std::optional<IpcSocket> ipc_;
  std::optional<double> stall_began_;
};

}  // namespace

std::unique_ptr<Player> make_freshet(const std::filesystem::path& program,
                                     const std::vector<std::string>& more_options) {
  return std::make_unique<FreshetPlayer>(program, more_options);
}

}  // namespace freshet::lab
