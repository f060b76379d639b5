// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/ass_engine.h"

#include <cstdarg>
#include <utility>

#include "player/subtitles/limits.h"

namespace freshet::subtitles {
namespace {

// libass complains on stderr about every line that a script gets wrong; a viewer can do nothing about it.
void ignore_message(int, const char*, va_list, void*) {}

AssRenderer make_renderer(ASS_Library* library) {
  AssRenderer renderer(ass_renderer_init(library));
  if (!renderer) return renderer;
  // Bitmaps of glyphs kept between frames, in MiB: half of libass's default, at which a 4K film's signs still
  // fit.
  ass_set_cache_limits(renderer.get(), 0, 64);
  ass_set_fonts(renderer.get(), nullptr, "sans-serif", ASS_FONTPROVIDER_AUTODETECT, nullptr, 1);
  return renderer;
}

}  // namespace

AssEngine::AssEngine() : library_(ass_library_init()) {
  if (!library_) {
    ready_ = true;
    return;
  }
  ass_set_message_cb(library_.get(), ignore_message, nullptr);
  ass_set_extract_fonts(library_.get(), 1);
  thread_ = std::jthread([this] {
    AssRenderer renderer = make_renderer(library_.get());
    const std::scoped_lock lock(mutex_);
    made_ = std::move(renderer);
    ready_ = true;
    made_changed_.notify_all();
  });
}

AssEngine::~AssEngine() {
  wait_until_idle();
}

AssTrack AssEngine::new_track() {
  return AssTrack(library_ ? ass_new_track(library_.get()) : nullptr);
}

void AssEngine::add_font(const media::FontAttachment& font) {
  if (!library_ || font.data.empty() || font.data.size() > max_font_bytes || font_count_ >= max_fonts ||
      font_bytes_ + font.data.size() > max_fonts_bytes) {
    return;
  }
  ++font_count_;
  font_bytes_ += font.data.size();
  if (renderer() != nullptr) {
    add_to_library(font);
  } else {
    waiting_fonts_.push_back(font);
  }
}

void AssEngine::wait_until_idle() {
  if (thread_.joinable()) thread_.join();
}

void AssEngine::add_to_library(const media::FontAttachment& font) {
  // Copied by libass; the renderer notices new fonts at its next frame.
  ass_add_font(library_.get(), font.name.c_str(),
               static_cast<const char*>(static_cast<const void*>(font.data.data())),
               static_cast<int>(font.data.size()));
}

ASS_Renderer* AssEngine::renderer() {
  if (renderer_) return renderer_.get();
  {
    const std::scoped_lock lock(mutex_);
    renderer_ = std::move(made_);
  }
  if (!renderer_) return nullptr;
  for (const media::FontAttachment& font : std::exchange(waiting_fonts_, {})) add_to_library(font);
  return renderer_.get();
}

void AssEngine::wait_ready(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  made_changed_.wait_for(lock, patience, [this] { return ready_; });
}

}  // namespace freshet::subtitles
