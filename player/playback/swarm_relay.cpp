// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/swarm_relay.h"

#include "player/playback/source_opener.h"

namespace freshet::playback {

// The lock is held while the target is called, so that set_target(nullptr) is a promise. Targets only post.

void SwarmRelay::set_target(OpenerEvents* target) {
  const std::scoped_lock lock(mutex_);
  target_ = target;
}

Result<void> SwarmRelay::wait_for_metadata(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return has_metadata_ || error_; });
  if (has_metadata_) return {};
  if (error_) return std::unexpected(*error_);
  return fail(ErrorCategory::Usage, "cancelled", "Opening was cancelled");
}

void SwarmRelay::on_peers(const streaming::SwarmStats& stats) {
  const std::scoped_lock lock(mutex_);
  if (target_ && stats.peers > 0) target_->on_peer_connected();
  if (target_) target_->on_swarm_changed();
}

void SwarmRelay::on_metadata(const streaming::TorrentMetadata& metadata) {
  const std::scoped_lock lock(mutex_);
  has_metadata_ = true;
  changed_.notify_all();
  if (target_) target_->on_metadata(metadata);
}

void SwarmRelay::on_state(streaming::TorrentState) {
  const std::scoped_lock lock(mutex_);
  if (target_) target_->on_swarm_changed();
}

void SwarmRelay::on_verified() {
  const std::scoped_lock lock(mutex_);
  if (target_) target_->on_swarm_changed();
}

void SwarmRelay::on_error(const Error& error) {
  const std::scoped_lock lock(mutex_);
  error_ = error;
  changed_.notify_all();
  if (target_) target_->on_swarm_error(error);
}

void SwarmRelay::on_warning(const Error& warning) {
  const std::scoped_lock lock(mutex_);
  if (target_) target_->on_swarm_warning(warning);
}

}  // namespace freshet::playback
