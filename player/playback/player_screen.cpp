// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the screen says: the picture with its subtitles, and the words for what is waited for.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "player/playback/item_events.h"
#include "player/playback/player_core.h"
#include "player/playback/stats_page.h"

namespace freshet::playback {

namespace {

using namespace std::chrono_literals;

// Nothing is said about a wait shorter than this: a card that flashes up explains nothing.
constexpr auto quiet_wait = 300ms;
// The statistics page, while it is shown.
constexpr auto stats_interval = 500ms;

std::string rate_text(Bytes rate) {
  const double bytes = static_cast<double>(rate.value);
  if (bytes >= 1024.0 * 1024.0) return fmt::format("{:.1f} MiB/s", bytes / (1024.0 * 1024.0));
  return fmt::format("{:.0f} KiB/s", bytes / 1024.0);
}

std::string peers_text(int peers) {
  return fmt::format("{} {}", peers, peers == 1 ? "peer" : "peers");
}

}  // namespace

std::optional<ui::OsdWait> PlayerCore::wait_card(MonotonicTime now) const {
  if (!item_ || !waits_for_data() || now - item_->waiting_since < quiet_wait) return std::nullopt;
  const Phase phase_now = phase();
  ui::OsdWait card;
  const std::optional<streaming::SwarmStats> stats = swarm();
  if (disk_fails()) {
    card.title = "Waiting for the disk";
    card.detail = item_->storage->error.message;
    return card;
  }
  if (stats && stats->peers > 0) card.detail = peers_text(stats->peers) + " · " + rate_text(stats->down_rate);
  switch (phase_now) {
    case Phase::FindingPeers:
      card.title = "Finding peers";
      card.detail = "None has answered yet";
      break;
    case Phase::FetchingMetadata: card.title = "Fetching the file list"; break;
    case Phase::CheckingData:
      card.title = "Checking what is on disk";
      if (stats) card.progress = stats->checking_progress;
      break;
    case Phase::OpeningMedia: card.title = "Opening"; break;
    case Phase::Starting: card.title = "Starting"; break;
    case Phase::Seeking: card.title = "Seeking"; break;
    case Phase::Buffering: {
      const BufferingInput input = buffering(now);
      card.title = "Buffering";
      card.progress = percent(input) / 100.0;
      if (stats && stats->peers == 0) {
        card.detail = "No peers: waiting for one to come back";
      } else if (const auto left = time_to_resume(input); left && stats) {
        card.detail += fmt::format(" · about {:.0f} s", std::max(1.0, std::ceil(to_seconds(*left))));
      }
      break;
    }
    default: return std::nullopt;
  }
  return card;
}

std::string PlayerCore::wait_reason() const {
  if (!item_ || !waits_for_data()) return {};
  if (disk_fails()) return "Waiting for the disk: " + item_->storage->error.message;
  switch (phase()) {
    case Phase::FindingPeers: return "Finding peers";
    case Phase::FetchingMetadata: return "Fetching the file list";
    case Phase::CheckingData: return "Checking what is on disk";
    case Phase::OpeningMedia: return "Opening";
    case Phase::Starting: return "Starting";
    case Phase::Seeking: return "Seeking";
    case Phase::Buffering: break;
    default: return {};
  }
  const std::optional<streaming::SwarmStats> stats = swarm();
  if (!stats) return "Buffering";
  if (stats->peers == 0) return "Buffering: no peers";
  std::string text = "Buffering: " + peers_text(stats->peers) + ", " + rate_text(stats->down_rate);
  const BufferingInput input = buffering(std::chrono::steady_clock::now());
  if (const auto left = time_to_resume(input)) {
    text += fmt::format(", about {:.0f} s", std::max(1.0, std::ceil(to_seconds(*left))));
  }
  return text;
}

ui::OsdBar PlayerCore::progress_bar() const {
  ui::OsdBar bar{.position = position().value_or(MediaTime{0}), .duration = duration(), .buffered = {}};
  const std::optional<Bytes> size = file_size();
  if (item_ && item_->source.bytes && size && size->value > 0 && item_->over_network) {
    for (const ByteRange& range : item_->source.bytes->available()) {
      bar.buffered.emplace_back(static_cast<double>(range.begin.value) / static_cast<double>(size->value),
                                static_cast<double>(range.end.value) / static_cast<double>(size->value));
    }
  }
  return bar;
}

void PlayerCore::screen_turn(MonotonicTime now, Deadline& deadline) {
  if (options_.video_output == video::OutputKind::Null) return;
  osd_->set_wait(wait_card(now));
  if (stats_until_ && now >= *stats_until_) {
    stats_until_.reset();
    redraw_ = true;
  }
  if (!stats_until_) {
    osd_->set_stats(std::nullopt);
  } else {
    if (now >= next_stats_) {
      next_stats_ = now + stats_interval;
      osd_->set_stats(stats_page(*this));
      redraw_ = true;
    }
    sooner(deadline, std::min(next_stats_, *stats_until_));
  }
  if (item_ && waits_for_data() && now - item_->waiting_since < quiet_wait) {
    sooner(deadline, item_->waiting_since + quiet_wait);
    redraw_ = true;
  }
  if (next_osd_change_ && now >= *next_osd_change_) redraw_ = true;
  if (item_ && item_->shown && clock_running_ && subtitles_visible_ && clock_.rate() > 0) {
    // Subtitles change under a picture that stays: a still, or a slow frame rate.
    const int track = item_->pipeline->selected(media::TrackKind::Subtitle);
    const MediaTime at = clock_.position(now) - subtitle_delay_;
    if (track != 0) {
      if (next_subtitle_change_ && at >= *next_subtitle_change_) redraw_ = true;
      next_subtitle_change_ = subtitles_->next_change(track, at);
      if (next_subtitle_change_) {
        sooner(deadline, now + from_seconds(to_seconds(*next_subtitle_change_ - at) / clock_.rate()));
      }
    }
  }
  if (redraw_) draw(now);
  next_osd_change_ = osd_->next_change(now);
  if (next_osd_change_) sooner(deadline, *next_osd_change_);
}

std::vector<video::OverlayPointer> PlayerCore::subtitle_overlays(const subtitles::Canvas& canvas) {
  if (!item_ || !item_->pipeline || !subtitles_visible_) return {};
  const media::FramePointer& frame = item_->shown;
  const int track = item_->pipeline->selected(media::TrackKind::Subtitle);
  const MediaTime at =
      (frame && !frame->still ? frame->pts : clock_.position(std::chrono::steady_clock::now())) -
      subtitle_delay_;
  return subtitles_->render(track, at, canvas);
}

void PlayerCore::draw(MonotonicTime now) {
  redraw_ = false;
  show_pointed_bar(now);
  static const media::FramePointer no_frame;
  const media::FramePointer& frame = item_ ? item_->shown : no_frame;
  std::vector<video::OverlayPointer> overlays;
  if (options_.video_output != video::OutputKind::Null) {
    const video::VideoOutput::Surface surface = video_->surface();
    subtitles::Canvas canvas{.width = surface.width,
                             .height = surface.height,
                             .picture = {.x = 0, .y = 0, .width = surface.width, .height = surface.height}};
    if (frame) {
      canvas.picture = video_->picture_rectangle(*frame);
      canvas.video_width = frame->width;
      canvas.video_height = frame->height;
    }
    std::vector<video::OverlayPointer> display =
        osd_->render(surface.width, surface.height, surface.scale, now);
    if (now < pointer_.bar_until && !pointer_.at) {
      // The bar has come under a pointer that was there before it.
      look_under_pointer();
      redraw_ = redraw_ || pointer_.at;
    }
    pointer_.pressed = false;  // it was on the picture
    overlays = lift_.above(subtitle_overlays(canvas), surface.height - osd_->bottom_inset());
    overlays.insert(overlays.end(), std::make_move_iterator(display.begin()),
                    std::make_move_iterator(display.end()));
  }
  if (const Result<void> shown = video_->show(frame, overlays); !shown) {
    log(LogLevel::Error, shown.error().message);
  }
}

}  // namespace freshet::playback
