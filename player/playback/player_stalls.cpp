// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Waiting for data: when playback stops for it, when it goes on, and when it gives up.
#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "player/playback/item_events.h"
#include "player/playback/player_core.h"

namespace freshet::playback {

namespace {

using namespace std::chrono_literals;

// Stalls count as recent, for the resume threshold, within this time.
constexpr auto stall_memory = 60s;
// A read from a disk or a fast peer is over within this time: that is no stall.
constexpr auto stall_patience = 40ms;

}  // namespace

bool PlayerCore::waits_for_data() const {
  if (!item_) return false;
  return !item_->info || (item_->restarting && !item_->picture_ready) || item_->stall;
}

double PlayerCore::fill_rate() const {
  const std::optional<streaming::SwarmStats> stats = swarm();
  const std::optional<Bytes> size = file_size();
  const std::optional<MediaTime> whole = duration();
  if (!stats || !size || !whole || size->value <= 0 || *whole <= MediaTime{0}) return 0;
  const double bytes_a_second = speed_ * static_cast<double>(size->value) / to_seconds(*whole);
  return static_cast<double>(stats->capacity.value) / bytes_a_second;
}

BufferingInput PlayerCore::buffering(MonotonicTime now) const {
  const Item& item = *item_;
  const MediaTime position = clock_.position(now);
  const media::BufferState buffer = item.pipeline->buffer(position);
  const bool picture_missing = has_picture() && !(item.shown && item.shown->still) &&
                               !item.pipeline->video_finished() && !item.pipeline->peek_frame(0) &&
                               position >= picture_end();
  const bool sound_missing =
      has_sound() && !sound_waits_ && !item.pipeline->audio_finished() && audio_->underrun();
  const std::optional<MediaTime> whole = duration();
  return {.starved = picture_missing || sound_missing || (options_.untimed && !item.pipeline->peek_frame(0)),
          .reading = buffer.reading,
          .read_finished = buffer.read_finished,
          .full = buffer.full,
          .ahead = buffer.ahead,
          .remaining = whole ? std::max(MediaTime{0}, *whole - position) : MediaTime{0},
          .fill_rate = fill_rate(),
          .recent_stalls = static_cast<int>(item.stall_ends.size())};
}

void PlayerCore::stall_turn(MonotonicTime now, Deadline& deadline) {
  Item& item = *item_;
  while (!item.stall_ends.empty() && now - item.stall_ends.front() > stall_memory)
    item.stall_ends.pop_front();
  if (item.stall) {
    if (may_resume(buffering(now))) end_stall(now);
    return;
  }
  if (!clock_running_) return;
  const BufferingInput input = buffering(now);
  if (must_pause(input)) {
    if (!item.starving_since) item.starving_since = now;
    const MonotonicTime patience_ends = *item.starving_since + stall_patience;
    if (now >= patience_ends) return begin_stall(now);
    sooner(deadline, patience_ends);
    return;
  }
  item.starving_since.reset();
  // The shown picture will be over then, and a missing one becomes a stall.
  if (has_picture() && !item.pipeline->peek_frame(0) && !item.pipeline->video_finished() &&
      clock_.rate() > 0) {
    const MediaTime left = picture_end() - clock_.position(now);
    if (left > MediaTime{0}) sooner(deadline, now + from_seconds(to_seconds(left) / clock_.rate()));
  }
}

bool PlayerCore::may_start_now() const {
  // Without a clock nothing can come too late, and a paused film waits for nobody.
  if (!item_->torrent || options_.untimed || paused_) return true;
  const std::optional<MediaTime> whole = duration();
  const MediaTime target = item_->seek ? item_->seek->target : item_->entered;
  const media::BufferState buffer = item_->pipeline->buffer(target);
  return may_start({.read_finished = buffer.read_finished,
                    .full = buffer.full,
                    .ahead = buffer.ahead,
                    .remaining = whole ? std::max(MediaTime{0}, *whole - target) : MediaTime{0},
                    .fill_rate = fill_rate()});
}

void PlayerCore::read_ahead_turn(MonotonicTime now) {
  Item& item = *item_;
  // An HTTP server and a disk send what is read; only a swarm has a choice.
  if (!item.torrent || !item.source.bytes || !item.pipeline) return;
  const media::BufferState buffer = item.pipeline->buffer(clock_.position(now));
  // A start or a seek that has shown nothing yet is read from where it leads to.
  const bool leads_somewhere = item.restarting;
  const media::SeekMode mode = item.seek ? item.seek->mode : media::SeekMode::Exact;
  std::optional<MediaTime> target;
  if (leads_somewhere) target = item.seek ? item.seek->target : clock_.position(now);
  const std::shared_ptr<const media::TimeMap> map = item.pipeline->time_map();
  if (target && map && mode == media::SeekMode::KeyframeAfter) target = map->group_from(*target).begin;
  std::vector<Window> windows = read_ahead({.opened = item.info.has_value(),
                                            .waiting = waits_for_data() || item.seek || item.queued,
                                            .running = clock_running_,
                                            .speed = speed_,
                                            .read_at = buffer.read_at,
                                            .ahead = buffer.ahead,
                                            .size = file_size().value_or(Bytes{}),
                                            .duration = duration().value_or(MediaTime{0}),
                                            .target = target,
                                            .key_frame_is_enough = mode != media::SeekMode::Exact,
                                            .filled_when_paused = filled_when_paused(),
                                            .layout = &item.source.layout,
                                            .map = map.get()},
                                           now);
  if (still_true(item.told_ahead, windows)) return;
  item.source.bytes->set_windows(windows);
  item.told_ahead = std::move(windows);
}

Bytes PlayerCore::filled_when_paused() const {
  // Otherwise the rest of the file is fetched in any case. Half of the memory is for what lies behind.
  if (sessions_.options().download != streaming::Download::Window) return {};
  return {sessions_.options().memory_cache.value / 2};
}

void PlayerCore::begin_stall(MonotonicTime now) {
  Item& item = *item_;
  item.stall = Item::Stall{.began = item.starving_since.value_or(now), .position = clock_.position(now)};
  item.starving_since.reset();
  item.waiting_since = now;
  item.network_progress = now;
  apply_running(now);
  changed(Change::Cache);
  observer_.stall_begin(item.stall->position, wait_reason());
}

void PlayerCore::end_stall(MonotonicTime now) {
  Item& item = *item_;
  const auto lasted = now - item.stall->began;
  const MediaTime position = item.stall->position;
  item.stall.reset();
  item.stall_ends.push_back(now);
  observer_.stall_end(position, lasted);
  changed(Change::Cache);
  apply_running(now);
}

void PlayerCore::timeout_turn(MonotonicTime now, Deadline& deadline) {
  using std::chrono::seconds;
  const bool headless = options_.video_output == video::OutputKind::Null;
  const seconds timeout = options_.network_timeout.value_or(headless ? seconds(60) : seconds(0));
  const bool network = item_->torrent || item_->over_network || !item_->bytes_ready;
  if (timeout <= 0s || !network || !waits_for_data()) {
    item_->network_progress = now;
    return;
  }
  if (disk_failed_lately(now)) {
    // What comes from the network meanwhile is no progress: it cannot be kept.
    const MonotonicTime end = std::max(item_->storage->began, item_->waiting_since) + timeout;
    if (now >= end) return fail_item(item_->storage->error);
    return sooner(deadline, end);
  }
  const MonotonicTime end = item_->network_progress + timeout;
  if (now < end) return sooner(deadline, end);
  const std::optional<streaming::SwarmStats> stats = swarm();
  const std::string seconds_text = fmt::format("{} s", timeout.count());
  if (stats && stats->peers == 0) {
    return fail_item(
        {ErrorCategory::Network, "no-peers", "No peer was found in " + seconds_text,
         "Check the link and your connection, name a peer with --peer=IP:PORT, or wait longer with "
         "--network-timeout=SECONDS (0: for ever)"});
  }
  fail_item({ErrorCategory::Network, "no-data", "Nothing came from the network in " + seconds_text,
             "Try again later, or wait longer with --network-timeout=SECONDS (0: for ever)"});
}

}  // namespace freshet::playback
