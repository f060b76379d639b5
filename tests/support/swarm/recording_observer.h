// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Writes down what a torrent reports and lets a test wait for it. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "streaming/session.h"

namespace freshet::test {

// Long enough for a loaded machine under a sanitizer; a test that waits this long has failed.
inline constexpr std::chrono::seconds patience{40};

class RecordingObserver final : public streaming::TorrentObserver {
 public:
  struct Record {
    std::optional<streaming::TorrentMetadata> metadata;
    std::vector<streaming::TorrentState> states;
    std::vector<Error> errors;
    std::vector<Error> warnings;
    std::vector<std::filesystem::path> kept;
    streaming::SwarmStats peers;
    int verified_calls = 0;

    [[nodiscard]] bool is(streaming::TorrentState state) const {
      return !states.empty() && states.back() == state;
    }
    [[nodiscard]] bool saw(streaming::TorrentState state) const;
    [[nodiscard]] bool warned(std::string_view code) const;
  };

  void on_peers(const streaming::SwarmStats& stats) override;
  void on_metadata(const streaming::TorrentMetadata& metadata) override;
  void on_state(streaming::TorrentState state) override;
  void on_verified() override;
  void on_kept(FileIndex, const std::filesystem::path& path) override;
  void on_error(const Error& error) override;
  void on_warning(const Error& error) override;

  // False when `condition` did not come true in `limit`.
  bool wait_for(const std::function<bool(const Record&)>& condition,
                std::chrono::milliseconds limit = patience);
  bool wait_for_metadata();
  bool wait_for_state(streaming::TorrentState state);
  [[nodiscard]] Record record() const;

 private:
  template <class Change>
  void note(Change change);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Record record_;
};

}  // namespace freshet::test
