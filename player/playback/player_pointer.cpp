// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The seek bar under the mouse: it comes when the pointer moves, tells the time under it, and shows a small
// picture of it. Looking costs no byte: only while the bar is dragged a picture that has not come is fetched,
// and after all that plays soon. The film goes to the place where the button is let go.
#include <algorithm>
#include <string_view>
#include <utility>

#include "player/playback/item_events.h"
#include "player/playback/player_core.h"

namespace freshet::playback {

namespace {

using namespace std::chrono_literals;

// The pointer rests: so long the bar stays.
constexpr auto bar_after_motion = 2s;
// Of a preview, in pixels: sharp enough at the size it has on any screen.
constexpr int preview_width = 480;
constexpr int preview_height = 300;
// Key frames are seldom nearer than this: a smaller move shows the same picture.
constexpr MediaTime same_preview = 500ms;

bool is_left_button(const video::KeyPress& key) {
  return std::string_view(key.name).find("MBTN_LEFT") != std::string::npos;
}

}  // namespace

bool PlayerCore::handle_pointer(const video::InputEvent& event, MonotonicTime now) {
  if (const auto* move = std::get_if<video::MouseMove>(&event)) {
    point_at(move->x, move->y, now);
    return true;
  }
  if (const auto* key = std::get_if<video::KeyPress>(&event))
    return pointer_.dragging && is_left_button(*key);
  const auto* button = std::get_if<video::MouseButton>(&event);
  if (button == nullptr) return false;
  pointer_.pressed = button->down;
  point_at(button->x, button->y, now);
  if (!button->down && pointer_.dragging) let_go_of_bar(now);
  return true;
}

void PlayerCore::point_at(int x, int y, MonotonicTime now) {
  if (!item_ || !item_->info || !duration()) {
    pointer_ = {};
    return;
  }
  pointer_.x = x;
  pointer_.y = y;
  pointer_.bar_until = now + bar_after_motion;
  redraw_ = true;
  look_under_pointer();
}

void PlayerCore::look_under_pointer() {
  const auto place = osd_->bar_place(pointer_.x, pointer_.y);
  if (place && (place->on_bar || pointer_.dragging)) {
    pointer_.at = place->at;
    if (std::exchange(pointer_.pressed, false)) {
      pointer_.dragging = true;
      pointer_.asked.reset();  // now it may be fetched
    }
    request_preview();
  } else if (!pointer_.dragging && pointer_.at) {
    pointer_.at.reset();
    pointer_.asked.reset();
    pointer_.picture = nullptr;
    if (item_->preview) item_->preview->cancel();
  }
}

void PlayerCore::let_go_of_bar(MonotonicTime now) {
  pointer_.dragging = false;
  if (item_ && item_->preview) item_->preview->cancel();
  const auto whole = duration();
  if (!item_ || !item_->pipeline || !item_->info || !whole || !pointer_.at) return;
  item_->queued.reset();
  const auto mode = options_.hr_seek == HrSeek::No ? media::SeekMode::Keyframe : media::SeekMode::Exact;
  start_seek(from_seconds(to_seconds(*whole) * *pointer_.at), mode, now);
}

void PlayerCore::request_preview() {
  Item& item = *item_;
  const auto whole = duration();
  if (!whole || !pointer_.at || !item.source.open_again) return;
  if (!item.preview_tried) {
    item.preview_tried = true;
    const auto shown = std::ranges::find_if(item.info->tracks, [&](const media::Track& track) {
      return track.kind == media::TrackKind::Video && track.id == selected(media::TrackKind::Video) &&
             !track.album_art;
    });
    if (shown == item.info->tracks.end()) return;
    auto bytes = item.source.open_again();
    if (!bytes) return log(LogLevel::Verbose, bytes.error().message);
    const int serial = item.events->serial();
    item.preview = std::make_unique<media::Preview>(
        std::move(bytes->bytes), item.source.name, shown->stream_index,
        [this, serial](MediaTime at, std::shared_ptr<const media::PreviewPicture> picture) {
          post([this, serial, at, picture = std::move(picture)] {
            if (item_ && item_->events->serial() == serial) on_preview(at, picture);
          });
        },
        std::move(bytes->unlockers));
  }
  if (!item.preview) return;
  const MediaTime at = from_seconds(to_seconds(*whole) * *pointer_.at);
  if (pointer_.asked && std::chrono::abs(at - *pointer_.asked) < same_preview) return;
  pointer_.asked = at;
  item.preview->request(
      {.at = at,
       .most_width = preview_width,
       .most_height = preview_height,
       .fetch = pointer_.dragging ? media::Preview::Fetch::Yes : media::Preview::Fetch::AtHand});
}

void PlayerCore::on_preview(MediaTime at, std::shared_ptr<const media::PreviewPicture> picture) {
  if (!pointer_.at || pointer_.asked != at) return;  // it has moved on
  pointer_.bar_until = std::max(pointer_.bar_until, std::chrono::steady_clock::now() + bar_after_motion);
  pointer_.picture = std::make_shared<const ui::OsdPicture>(
      ui::OsdPicture{.width = picture->width, .height = picture->height, .rgba = picture->rgba});
  redraw_ = true;
}

void PlayerCore::show_pointed_bar(MonotonicTime now) {
  const auto whole = duration();
  if (!item_ || !whole || options_.video_output == video::OutputKind::Null) return;
  const bool stays = pointer_.dragging;
  if (!stays && now >= pointer_.bar_until) return;
  ui::OsdBar bar = progress_bar();
  if (pointer_.at) {
    const MediaTime time = from_seconds(to_seconds(*whole) * *pointer_.at);
    if (pointer_.dragging) bar.position = time;
    bar.pointer = ui::OsdPointer{.at = *pointer_.at, .time = time, .picture = pointer_.picture};
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(pointer_.bar_until - now);
  osd_->show_bar(bar, stays ? std::chrono::milliseconds(bar_after_motion) : left, now);
}

}  // namespace freshet::playback
