// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/item_events.h"

#include <memory>
#include <utility>

#include "player/playback/player_core.h"

namespace freshet::playback {

template <class Task>
void ItemEvents::post(Task task) {
  // The player outlives its tasks; this object may not, so the task holds the number only.
  player_.post([&player = player_, serial = serial_, task = std::move(task)]() mutable {
    if (player.item_ && player.item_->events->serial() == serial) task(player);
  });
}

void ItemEvents::on_source_kind(const std::string& kind) {
  post([kind](PlayerCore& player) {
    player.observer_.source(player.item_->entry.source, kind);
    player.next_report_ = std::chrono::steady_clock::now();
  });
}

void ItemEvents::on_torrent(std::shared_ptr<OpenTorrent> torrent) {
  post([torrent = std::move(torrent)](PlayerCore& player) {
    player.torrent_ = torrent;
    player.item_->torrent = torrent;
    player.on_swarm_changed();
  });
}

void ItemEvents::on_peer_connected() {
  moments_.note(StartMoment::Peer);
}

void ItemEvents::on_metadata(const streaming::TorrentMetadata& metadata) {
  moments_.note(StartMoment::Metadata);
  post([metadata](PlayerCore& player) {
    player.observer_.metadata(metadata);
    player.on_swarm_changed();
  });
}

void ItemEvents::on_swarm_changed() {
  if (swarm_posted_.exchange(true)) return;
  post([this](PlayerCore& player) {
    swarm_posted_ = false;  // this object is the item's own, and the item is the current one
    player.on_swarm_changed();
  });
}

void ItemEvents::on_swarm_error(const Error& error) {
  post([error](PlayerCore& player) {
    if (error.category == ErrorCategory::Storage) {
      player.begin_storage_trouble(error);
    } else {
      player.log(LogLevel::Error, error.message);
    }
  });
}

void ItemEvents::on_swarm_warning(const Error& error) {
  post([error](PlayerCore& player) { player.log(LogLevel::Warning, error.message); });
}

void ItemEvents::on_bytes_ready() {
  post([](PlayerCore& player) { player.item_->bytes_ready = true; });
}

void ItemEvents::on_opened(OpenedSource opened) {
  post([opened = std::make_shared<OpenedSource>(std::move(opened))](PlayerCore& player) {
    player.on_source_opened(std::move(*opened));
  });
}

void ItemEvents::on_failed(const Error& error) {
  post([error](PlayerCore& player) {
    Item& item = *player.item_;
    // A torrent tries again by itself; a file that was never opened has nothing to go on with.
    if (error.category == ErrorCategory::Storage && item.torrent && item.info) {
      item.storage_broke_reading = true;
      return player.begin_storage_trouble(error);
    }
    player.fail_item(error);
  });
}

void ItemEvents::on_opened(const media::MediaInfo& info) {
  moments_.note(StartMoment::Header);
  post([info](PlayerCore& player) { player.on_media_opened(info); });
}

void ItemEvents::on_warning(const std::string& message) {
  post([message](PlayerCore& player) { player.log(LogLevel::Warning, message); });
}

void ItemEvents::on_first_picture(MonotonicTime complete) {
  moments_.note(StartMoment::Gop, complete);
}

void ItemEvents::on_frame_ready() {
  player_.video_->wake();
}

void ItemEvents::on_buffer_changed() {
  player_.video_->wake();
}

void ItemEvents::on_duration_learned(MediaTime duration) {
  post([duration](PlayerCore& player) { player.on_duration_learned(duration); });
}

void ItemEvents::on_subtitles_changed() {
  if (subtitles_posted_.exchange(true)) return;
  post([this](PlayerCore& player) {
    subtitles_posted_ = false;
    player.changed(Change::Position);  // sub-text
    player.redraw_ = true;
  });
}

void ItemEvents::on_tracks_changed(const std::vector<media::Track>&) {
  post([](PlayerCore& player) {
    player.changed(Change::Tracks);
    player.redraw_ = true;
  });
}

}  // namespace freshet::playback
