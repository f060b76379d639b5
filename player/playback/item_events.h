// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The ear of one open entry: what opener, swarm and pipeline report from their threads is posted to the main
// thread, and dropped there if the entry is not the current one any more.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "player/media/pipeline.h"
#include "player/playback/source_opener.h"
#include "player/playback/start_phases.h"

namespace freshet::playback {

class PlayerCore;

class ItemEvents final : public OpenerEvents, public media::PipelineListener {
 public:
  // `serial` is unique for each opening: an entry that is played twice is opened twice.
  ItemEvents(PlayerCore& player, int serial) : player_(player), serial_(serial) {}
  [[nodiscard]] int serial() const { return serial_; }

  void on_source_kind(const std::string& kind) override;
  void on_torrent(std::shared_ptr<OpenTorrent> torrent) override;
  void on_peer_connected() override;
  void on_metadata(const streaming::TorrentMetadata& metadata) override;
  void on_swarm_changed() override;
  void on_swarm_error(const Error& error) override;
  void on_swarm_warning(const Error& error) override;
  void on_bytes_ready() override;
  void on_opened(OpenedSource opened) override;
  void on_failed(const Error& error) override;

  void on_opened(const media::MediaInfo& info) override;
  void on_warning(const std::string& message) override;
  void on_first_picture(MonotonicTime complete) override;
  void on_frame_ready() override;
  void on_buffer_changed() override;
  void on_duration_learned(MediaTime duration) override;
  void on_subtitles_changed() override;
  void on_tracks_changed(const std::vector<media::Track>& tracks) override;

  // Of this start. Any thread.
  [[nodiscard]] StartMoments& moments() { return moments_; }

 private:
  template <class Task>
  void post(Task task);

  PlayerCore& player_;
  const int serial_;
  StartMoments moments_;
  std::atomic<bool> swarm_posted_{false};  // many changes, one task
  std::atomic<bool> subtitles_posted_{false};
};

}  // namespace freshet::playback
