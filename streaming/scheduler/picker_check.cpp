// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/scheduler/picker_check.h"

#include <condition_variable>
#include <fstream>
#include <libtorrent/version.hpp>
#include <mutex>
#include <string>
#include <string_view>

#include "streaming/cache_directory.h"
#include "streaming/publish.h"

namespace freshet::streaming {
namespace {

// What the exchange was written for and measured with.
constexpr std::string_view measured_version = "2.0.8";
constexpr std::chrono::seconds longest_check{5};
constexpr Bytes max_answer = kib(1);

std::filesystem::path answer_file(const std::filesystem::path& cache_dir) {
  return cache_dir / (std::string("picker-") + lt::version());
}

// Opens the file as soon as it is known, and hears when it is complete.
class Downloader final : public TorrentObserver {
 public:
  void on_metadata(const TorrentMetadata&) override { note(known_); }
  void on_state(TorrentState state) override {
    if (state == TorrentState::Complete) note(complete_);
  }
  // False when it took too long or was stopped.
  bool wait_for_metadata(std::stop_token stop) { return wait(std::move(stop), known_); }
  bool wait_until_complete(std::stop_token stop) { return wait(std::move(stop), complete_); }

 private:
  void note(bool& what) {
    {
      const std::lock_guard lock(mutex_);
      what = true;
    }
    changed_.notify_all();
  }
  bool wait(std::stop_token stop, const bool& what) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::move(stop), longest_check, [&] { return what; });
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool known_ = false;
  bool complete_ = false;
};

SessionOptions loopback(const std::filesystem::path& cache) {
  SessionOptions options;
  options.listen = "127.0.0.1:0";
  options.dht = options.lsd = options.pex = options.upnp = options.utp = false;
  options.cache_dir = cache;
  options.picker = Picker::Blocks;
  return options;
}

// Three blocks, the last of them short, in two pieces.
constexpr std::size_t film_size = 40'000;

}  // namespace

std::optional<Picker> remembered_picker(const std::filesystem::path& cache_dir) {
  const auto answer = read_small_file(answer_file(cache_dir), max_answer);
  if (answer == "blocks") return Picker::Blocks;
  if (answer == "deadlines") return Picker::Deadlines;
  return std::nullopt;
}

void remember_picker(const std::filesystem::path& cache_dir, Picker picker) {
  // Without it the check is made again: nobody need know.
  static_cast<void>(
      write_file_atomically(answer_file(cache_dir), picker == Picker::Blocks ? "blocks" : "deadlines"));
}

Picker expected_picker() {
  return std::string_view(lt::version()).starts_with(measured_version) ? Picker::Blocks : Picker::Deadlines;
}

std::optional<Picker> check_picker(const std::filesystem::path& folder, std::stop_token stop) {
  std::error_code error;
  std::filesystem::create_directories(folder / "seed", error);
  const auto film = folder / "seed" / "check";
  std::string content(film_size, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * i % 251);
  const bool written = static_cast<bool>(std::ofstream(film, std::ios::binary) << content);
  const auto torrent = written
                           ? make_torrent(film, {.piece_length = kib(32)}, {}, stop)
                           : Result<PublishedTorrent>(fail(ErrorCategory::Storage, "write-failed", "", ""));
  std::optional<Picker> answer;
  if (torrent) {
    TorrentObserver ignored;
    Downloader downloader;
    const auto seeding = start_session(loopback(folder / "seeder"));
    auto options = loopback(folder / "viewer");
    if (seeding) options.peers = {"127.0.0.1:" + std::to_string((*seeding)->listen_port())};
    const auto viewing = start_session(options);
    const auto seed = !seeding ? Result<std::shared_ptr<Torrent>>(std::unexpected(seeding.error()))
                               : (*seeding)->seed(TorrentBytes{torrent->bytes}, {.data = film}, ignored);
    if (seed && viewing) {
      const auto viewed = (*viewing)->open(TorrentBytes{torrent->bytes}, downloader);
      if (viewed && downloader.wait_for_metadata(stop)) {
        const auto bytes = (*viewed)->open_file(FileIndex{0});
        const bool complete = bytes && downloader.wait_until_complete(stop);
        if (complete || !stop.stop_requested()) answer = complete ? Picker::Blocks : Picker::Deadlines;
      }
    }
  }
  std::filesystem::remove_all(folder, error);
  return answer;
}

}  // namespace freshet::streaming
