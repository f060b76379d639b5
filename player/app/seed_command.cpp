// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/seed_command.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <mutex>
#include <stop_token>
#include <unistd.h>
#include <utility>
#include <vector>

#include "player/app/human_text.h"
#include "player/app/signal_watcher.h"
#include "player/control/event_log.h"
#include "player/playback/read_whole.h"
#include "streaming/direct_sources.h"
#include "streaming/publish.h"
#include "streaming/session.h"

namespace freshet::app {

namespace {

constexpr Bytes max_torrent_file = mib(32);

// What the served torrents report; the network thread writes, the main thread waits.
class SeedObserver final : public streaming::TorrentObserver {
 public:
  explicit SeedObserver(std::stop_source& stop) : stop_(stop) {}
  void on_error(const Error& error) override {
    {
      const std::scoped_lock lock(mutex_);
      if (!error_) error_ = error;
    }
    stop_.request_stop();
  }
  void on_warning(const Error& warning) override {
    std::fputs(fmt::format("warning: {}\n", printable(warning.message)).c_str(), stderr);
  }
  [[nodiscard]] std::optional<Error> error() const {
    const std::scoped_lock lock(mutex_);
    return error_;
  }

 private:
  std::stop_source& stop_;
  mutable std::mutex mutex_;
  std::optional<Error> error_;
};

struct Published {
  std::string bytes;
  std::string magnet;
  std::string name;
  std::filesystem::path data;
  std::string origin;  // of the torrent: its leaf hashes may lie beside it
  streaming::Verification verification = streaming::Verification::Check;
};

bool is_torrent_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& letter : extension) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return extension == ".torrent";
}

Result<Published> publish(const std::filesystem::path& source, const SeedCommand& command, bool terminal,
                          std::stop_token stop) {
  Published published;
  if (is_torrent_name(source)) {
    auto file = streaming::open_local_file(source);
    if (!file) return std::unexpected(file.error());
    auto bytes = playback::read_whole(**file, max_torrent_file);
    if (!bytes) return std::unexpected(bytes.error());
    published.bytes = std::move(*bytes);
    // What it describes is expected beside it, under the torrent's own name.
    auto described = streaming::describe_torrent({published.bytes});
    if (!described) return std::unexpected(described.error());
    published.magnet = described->magnet;
    published.name = described->name;
    published.data = source.parent_path() / described->name;
    published.origin = source.string();
    return published;
  }
  const auto progress = [&](double part) {
    if (terminal)
      std::fputs(fmt::format("\r\x1b[KHashing {}: {:.0f} %", source.string(), part * 100).c_str(), stderr);
  };
  auto options = command.publish;
  if (command.torrent_out) options.leaves_out = streaming::leaf_name(command.torrent_out->string());
  auto made = streaming::make_torrent(source, options, progress, stop);
  if (terminal) std::fputs("\r\x1b[K", stderr);
  if (!made) return std::unexpected(made.error());
  published.bytes = std::move(made->bytes);
  published.magnet = std::move(made->magnet);
  published.name = std::move(made->name);
  published.data = source;
  published.verification = streaming::Verification::Trusted;
  if (options.leaves_out) published.origin = command.torrent_out->string();
  return published;
}

Result<void> write_torrent(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    return fail(ErrorCategory::Storage, "write-failed", fmt::format("Cannot write {}", path.string()),
                "Check that the folder exists and is writable");
  }
  return {};
}

}  // namespace

int run_seed(const SeedCommand& command, MonotonicTime start) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const auto refuse = [&](const Error& error) {
    std::fputs(error_text(error, terminal).c_str(), stderr);
    return exit_code(error.category);
  };
  std::stop_source stop;
  std::atomic<int> signal_number{0};
  const SignalWatcher signals([&](int signal) {
    signal_number = signal;
    stop.request_stop();
  });
  const auto interrupted = [&] { return 128 + signal_number.load(); };

  if (command.torrent_out && command.sources.size() != 1) {
    return refuse({ErrorCategory::Usage, "too-many-sources",
                   "--torrent-out names one file, but there are several sources",
                   "Seed them one at a time, or leave --torrent-out out"});
  }
  std::vector<Published> all;
  for (const std::string& source : command.sources) {
    auto published = publish(source, command, terminal, stop.get_token());
    if (signal_number != 0) return interrupted();
    if (!published) return refuse(published.error());
    all.push_back(std::move(*published));
  }
  if (command.torrent_out) {
    if (auto written = write_torrent(*command.torrent_out, all.front().bytes); !written)
      return refuse(written.error());
  }

  auto session = streaming::start_session(command.session);
  if (!session) return refuse(session.error());
  SeedObserver observer(stop);
  std::vector<std::shared_ptr<streaming::Torrent>> torrents;
  std::optional<control::EventLog> events;
  if (command.events_json) events.emplace(STDOUT_FILENO, start);
  for (const Published& published : all) {
    auto torrent =
        (*session)->seed(streaming::TorrentBytes{published.bytes, published.origin},
                         {.data = published.data, .verification = published.verification}, observer);
    if (!torrent) return refuse(torrent.error());
    torrents.push_back(std::move(*torrent));
    if (!events) {
      std::fputs((published.magnet + "\n").c_str(), stdout);
      std::fflush(stdout);
    } else {
      events->seeding(published.magnet, (*session)->listen_port());
    }
  }
  std::fputs(
      fmt::format("Seeding {} on port {}. Press Ctrl-C to stop.\n",
                  all.size() == 1 ? printable(all.front().name) : fmt::format("{} torrents", all.size()),
                  (*session)->listen_port())
          .c_str(),
      stderr);

  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  // Once a second for the person who watches; without a terminal there is nothing to refresh.
  constexpr auto refresh = std::chrono::seconds(1);
  while (!stop.stop_requested()) {
    if (!terminal) {
      changed.wait(lock, stop.get_token(), [] { return false; });
      break;
    }
    changed.wait_for(lock, stop.get_token(), refresh, [] { return false; });
    if (stop.stop_requested()) break;
    streaming::SwarmStats total;
    for (const auto& torrent : torrents) {
      const streaming::SwarmStats stats = torrent->stats();
      total.peers += stats.peers;
      total.up_rate += stats.up_rate;
      total.bytes_up += stats.bytes_up;
    }
    {
      std::fputs(
          fmt::format("\r\x1b[K{} {}  up {}/s  {} sent", total.peers, total.peers == 1 ? "peer" : "peers",
                      size_text(total.up_rate), size_text(total.bytes_up))
              .c_str(),
          stderr);
    }
  }
  if (terminal) std::fputs("\r\x1b[K", stderr);
  if (const std::optional<Error> error = observer.error()) return refuse(*error);
  return interrupted();
}

}  // namespace freshet::app
