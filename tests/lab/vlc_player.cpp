// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// VLC with its BitTorrent plugin. Its log tells of a picture ("Received first picture"), at the start and
// after a seek; its "rc" interface takes commands on standard input. It tells nothing of stalls in a way that
// could be counted.
#include <csignal>
#include <fmt/format.h>
#include <utility>

#include "tests/lab/process_cost.h"
#include "tests/lab/rivals.h"

namespace freshet::lab {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::string_view picture = "Received first picture";
constexpr std::string_view refilled = "Stream buffering done";
// VLC refuses root: the user and group "nobody".
constexpr const char* nobody = "65534";

class VlcPlayer final : public Player {
 public:
  [[nodiscard]] std::string name() const override { return "vlc"; }

  std::optional<double> start(Swarm& swarm, const Scene& scene, const LabTorrent& torrent,
                              milliseconds limit) override {
    if (!swarm.has_tracker()) throw std::runtime_error("rivals need a tracker, and the loopback has none");
    // The user nobody reads the torrent and writes here; the folders above are made passable for it.
    const auto file = folder_ / "film.torrent";
    fs::copy_file(torrent.file, file);
    for (auto path = folder_.path(); path != path.root_path(); path = path.parent_path())
      fs::permissions(path, fs::perms::others_exec, fs::perm_options::add);
    fs::permissions(folder_.path(), fs::perms::all);
    // Without slashes it takes a magnet link for the name of a file.
    const auto source =
        scene.torrent.open == OpenBy::Magnet ? "magnet://" + torrent.magnet.substr(7) : file.string();
    const test::Command command{
        .arguments = {"setpriv", fmt::format("--reuid={}", nobody), fmt::format("--regid={}", nobody),
                      "--clear-groups", "--no-new-privs", "vlc", "-I", "rc", "--rc-fake-tty", "-vv",
                      "--no-color", "--vout=dummy", "--aout=adummy", "--no-video-title-show",
                      "--no-auto-preparse", "--no-metadata-network-access", "--no-spu",
                      "--bittorrent-download-path=" + folder_.path().string(), source},
        .environment = home_of(folder_),
        .keep_input_open = true,
        .working_folder = folder_.path()};
    swarm.begin();
    started_ = Clock::now();
    process_.emplace(swarm.start_viewer(command));
    if (!wait_for(picture, 0, limit)) return std::nullopt;
    return to_seconds(Clock::now() - started_);
  }

  bool play(milliseconds length) override { return !process_->wait(length); }

  std::optional<double> seek(milliseconds target, milliseconds limit) override {
    const auto before = count(refilled);
    const auto sent = Clock::now();
    seek_only(target);
    if (!wait_for(refilled, before, limit)) return std::nullopt;
    return to_seconds(Clock::now() - sent);
  }

  void seek_only(milliseconds target) override {
    process_->write_input(fmt::format("seek {}\n", target / 1s));
  }

  void set_paused(bool paused) override {
    if (std::exchange(is_paused_, paused) != paused) process_->write_input("pause\n");
  }

  void finish(Figures& figures) override {
    if (!process_) return;
    const auto cost = cost_of_group(process_->pid());
    figures.cpu_seconds = cost.cpu_seconds;
    figures.peak_memory = static_cast<double>(cost.peak_memory);
    figures.wall_seconds = to_seconds(Clock::now() - started_);
    process_->kill();
  }

  [[nodiscard]] std::string all_words() const override {
    if (!process_) return {};
    return process_->text(test::Stream::Output) + process_->text(test::Stream::Errors);
  }

 private:
  int count(std::string_view words) {
    int number = 0;
    for (const auto& line : process_->lines(test::Stream::Errors))
      number += line.find(words) != std::string::npos ? 1 : 0;
    return number;
  }

  // A line with these words, after `skip` others.
  bool wait_for(std::string_view words, int skip, milliseconds limit) {
    int seen = 0;
    const auto line = process_->wait_for_line(
        test::Stream::Errors,
        [&](std::string_view text) { return text.find(words) != std::string_view::npos && seen++ == skip; },
        limit);
    return line.has_value();
  }

  test::TemporaryFolder folder_;
  Clock::time_point started_;
  std::optional<test::Process> process_;
  bool is_paused_ = false;
};

}  // namespace

std::unique_ptr<Player> make_vlc() {
  return std::make_unique<VlcPlayer>();
}

}  // namespace freshet::lab
