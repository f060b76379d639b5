// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Stands between a torrent and whoever plays one of its files. The torrent lives longer than one playlist
// entry, so what it reports goes to the entry that plays now, or nowhere.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "streaming/session.h"

namespace freshet::playback {

class OpenerEvents;

class SwarmRelay final : public streaming::TorrentObserver {
 public:
  // After set_target(nullptr) returns, the old target is not called any more. Any thread.
  void set_target(OpenerEvents* target);
  // Blocks until the file list is there, the torrent failed, or `stop`. Errors: the torrent's own; Usage
  // "cancelled".
  [[nodiscard]] Result<void> wait_for_metadata(std::stop_token stop);

  void on_peers(const streaming::SwarmStats& stats) override;
  void on_metadata(const streaming::TorrentMetadata& metadata) override;
  void on_state(streaming::TorrentState state) override;
  void on_verified() override;
  void on_error(const Error& error) override;
  void on_warning(const Error& warning) override;

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  OpenerEvents* target_ = nullptr;
  bool has_metadata_ = false;
  std::optional<Error> error_;
};

}  // namespace freshet::playback
