// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/subtitle_renderer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "player/subtitles/ass_engine.h"
#include "player/subtitles/bitmap_track.h"
#include "player/subtitles/image_blender.h"
#include "player/subtitles/limits.h"
#include "player/subtitles/text_track.h"

namespace freshet::subtitles {
namespace {

using std::chrono::milliseconds;

// The fonts are looked for since the file was opened. Only where the system's font cache must be made anew is
// the first line ready before them: it is waited for this long, once, and else appears when it can.
constexpr milliseconds font_patience{300};
constexpr milliseconds font_retry{100};

bool same(const Canvas& a, const Canvas& b) {
  return a.width == b.width && a.height == b.height && a.picture == b.picture &&
         a.video_width == b.video_width && a.video_height == b.video_height;
}

// The film's size as it lies on the screen: a picture that was turned by 90° has its sides exchanged.
std::pair<int, int> shown_size(const Canvas& canvas) {
  const int width = canvas.video_width;
  const int height = canvas.video_height;
  if (width <= 0 || height <= 0 || canvas.picture.width <= 0 || canvas.picture.height <= 0)
    return {width, height};
  const double picture = std::log(static_cast<double>(canvas.picture.width) / canvas.picture.height);
  const double film = std::log(static_cast<double>(width) / height);
  if (std::abs(picture + film) < std::abs(picture - film)) return {height, width};
  return {width, height};
}

bool holds_fonts(std::string_view header) {
  constexpr std::string_view section = "[fonts]";
  const auto equal = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; };
  return !std::ranges::search(header, section, equal).empty();
}

class Renderer final : public SubtitleRenderer {
 public:
  // --- SubtitleSink

  void add_track(const media::SubtitleTrack& track) override {
    const std::scoped_lock lock(mutex_);
    if (tracks_.size() >= max_tracks || tracks_.contains(track.id)) return;
    if (track.bitmaps) {
      tracks_.emplace(track.id, BitmapTrack());
      return;
    }
    // Fonts inside a script join the library's list, which the engine's thread may be reading.
    if (holds_fonts(track.ass_header)) engine().wait_until_idle();
    if (AssTrack made = engine().new_track()) {
      tracks_.emplace(track.id, TextTrack(std::move(made), track.ass_header));
    }
  }

  void add_font(const media::FontAttachment& font) override {
    const std::scoped_lock lock(mutex_);
    engine().add_font(font);
  }

  void add_event(media::SubtitleEvent event) override {
    const std::scoped_lock lock(mutex_);
    const auto found = tracks_.find(event.track_id);
    if (found == tracks_.end()) return;
    if (auto* text = std::get_if<TextTrack>(&found->second)) {
      text->add(event);
    } else if (event.generation >= generation_) {
      std::get<BitmapTrack>(found->second).add(std::move(event));
    }
  }

  void flush(Generation generation) override {
    const std::scoped_lock lock(mutex_);
    generation_ = std::max(generation_, generation);
    for (auto& [id, track] : tracks_) {
      if (auto* text = std::get_if<TextTrack>(&track)) {
        text->break_order();
      } else {
        std::get<BitmapTrack>(track).clear();
      }
    }
  }

  // --- SubtitleRenderer

  std::vector<video::OverlayPointer> render(int track_id, MediaTime at, const Canvas& canvas) override {
    const std::scoped_lock lock(mutex_);
    const auto found = tracks_.find(track_id);
    if (found == tracks_.end() || canvas.width <= 0 || canvas.height <= 0 || canvas.width > max_canvas_side ||
        canvas.height > max_canvas_side) {
      return {};
    }
    const bool changed = last_track_ != track_id || !same(canvas_, canvas);
    last_track_ = track_id;
    canvas_ = canvas;
    if (changed) forget_pictures();
    if (auto* text = std::get_if<TextTrack>(&found->second)) return render_text(*text, at, changed);
    return render_bitmaps(std::get<BitmapTrack>(found->second), at);
  }

  std::optional<MediaTime> next_change(int track_id, MediaTime at) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = tracks_.find(track_id);
    if (found == tracks_.end()) return std::nullopt;
    const auto next = std::visit([at](const auto& track) { return track.next_change(at); }, found->second);
    if (!fonts_missing_) return next;
    const MediaTime retry = bounded(at) + font_retry;
    return std::min(next.value_or(retry), retry);
  }

  std::optional<MediaTime> line_start(int track_id, MediaTime at, int lines) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = tracks_.find(track_id);
    if (found == tracks_.end()) return std::nullopt;
    const auto starts = std::visit([](const auto& track) { return track.starts(); }, found->second);
    const auto after = std::ranges::upper_bound(starts, at);
    const auto place = (after - starts.begin()) - 1 + lines;
    if (place < 0 || place >= std::ssize(starts)) return std::nullopt;
    return starts[static_cast<std::size_t>(place)];
  }

  std::string text(int track_id, MediaTime at) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = tracks_.find(track_id);
    if (found == tracks_.end()) return {};
    const auto* text = std::get_if<TextTrack>(&found->second);
    return text == nullptr ? std::string() : text->text(at);
  }

  void reset() override {
    const std::scoped_lock lock(mutex_);
    tracks_.clear();
    forget_pictures();
    fonts_missing_ = false;
    last_track_ = 0;
    // The old film's fonts go, and with them what libass remembers of those it did not find.
    engine_.reset();
  }

 private:
  AssEngine& engine() {
    if (!engine_) engine_ = std::make_unique<AssEngine>();
    return *engine_;
  }

  void forget_pictures() {
    overlays_.clear();
    shown_.reset();
  }

  std::vector<video::OverlayPointer> render_text(TextTrack& track, MediaTime at, bool changed) {
    ASS_Renderer* renderer = engine_->renderer();
    if (!track.drawable(at)) {
      forget_pictures();
      redraw_ = true;
      return {};
    }
    if (renderer == nullptr && !std::exchange(fonts_missing_, true)) {
      engine_->wait_ready(font_patience);
      renderer = engine_->renderer();
    }
    if (renderer == nullptr) return {};
    fonts_missing_ = false;
    set_up(renderer, track.native());
    int detected = 0;
    const auto now = std::chrono::floor<milliseconds>(bounded(at)).count();
    const ASS_Image* images = ass_render_frame(renderer, track.get(), now, &detected);
    if (std::exchange(redraw_, false) || changed || detected != 0) {
      overlays_ = blend_images(images, canvas_.width, canvas_.height);
    }
    return overlays_;
  }

  void set_up(ASS_Renderer* renderer, bool native) const {
    const video::Rectangle& picture = canvas_.picture;
    ass_set_frame_size(renderer, canvas_.width, canvas_.height);
    ass_set_margins(renderer, picture.y, canvas_.height - picture.y - picture.height, picture.x,
                    canvas_.width - picture.x - picture.width);
    // A script places its lines on the picture; plain lines may stand in the black bar beneath it.
    ass_set_use_margins(renderer, native ? 0 : 1);
    const auto [width, height] = native ? shown_size(canvas_) : std::pair(0, 0);
    ass_set_storage_size(renderer, std::clamp(width, 0, max_canvas_side),
                         std::clamp(height, 0, max_canvas_side));
    // 0: from the sizes above, as scripts expect it on anamorphic films. Plain lines are never stretched.
    ass_set_pixel_aspect(renderer, native ? 0 : 1);
  }

  std::vector<video::OverlayPointer> render_bitmaps(const BitmapTrack& track, MediaTime at) {
    const std::shared_ptr<const BitmapTrack::Shown> shown = track.at(at);
    if (shown == shown_) return overlays_;
    overlays_.clear();
    shown_ = shown;
    if (!shown) return {};
    for (const BitmapTrack::Picture& picture : shown->pictures) {
      const video::Rectangle at_place =
          place(picture, shown->space_width, shown->space_height, canvas_.picture, canvas_.video_width,
                canvas_.video_height, canvas_.width, canvas_.height);
      auto overlay = std::make_shared<video::Overlay>();
      overlay->x = at_place.x;
      overlay->y = at_place.y;
      overlay->width = at_place.width;
      overlay->height = at_place.height;
      overlay->bitmap_width = picture.width;
      overlay->bitmap_height = picture.height;
      overlay->rgba = picture.rgba;
      overlays_.push_back(std::move(overlay));
    }
    return overlays_;
  }

  mutable std::mutex mutex_;
  std::unique_ptr<AssEngine> engine_;  // outlives the tracks: it owns libass's library
  std::map<int, std::variant<TextTrack, BitmapTrack>> tracks_;
  Generation generation_{};
  bool fonts_missing_ = false;

  // What was drawn last, and for what.
  int last_track_ = 0;
  Canvas canvas_;
  bool redraw_ = true;
  std::vector<video::OverlayPointer> overlays_;
  std::shared_ptr<const BitmapTrack::Shown> shown_;
};

}  // namespace

std::unique_ptr<SubtitleRenderer> make_subtitle_renderer() {
  return std::make_unique<Renderer>();
}

}  // namespace freshet::subtitles
