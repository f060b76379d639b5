// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// libass: its library, the fonts, and the renderer. Finding the system's fonts takes from milliseconds to
// seconds (fontconfig scans them after a change), so a thread does it while the file opens.
//
// Threads: all functions with the owner's lock held, but for wait_ready(), which is called without it.
#pragma once

#include <ass/ass.h>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "player/media/sinks.h"

namespace freshet::subtitles {

struct AssLibraryDeleter {
  void operator()(ASS_Library* library) const { ass_library_done(library); }
};
struct AssRendererDeleter {
  void operator()(ASS_Renderer* renderer) const { ass_renderer_done(renderer); }
};
struct AssTrackDeleter {
  void operator()(ASS_Track* track) const { ass_free_track(track); }
};
using AssLibrary = std::unique_ptr<ASS_Library, AssLibraryDeleter>;
using AssRenderer = std::unique_ptr<ASS_Renderer, AssRendererDeleter>;
using AssTrack = std::unique_ptr<ASS_Track, AssTrackDeleter>;

class AssEngine {
 public:
  AssEngine();
  // Waits for the thread, if it still looks for fonts.
  ~AssEngine();
  AssEngine(const AssEngine&) = delete;
  AssEngine& operator=(const AssEngine&) = delete;

  // Null when memory ran out.
  [[nodiscard]] AssTrack new_track();
  // Beyond the limits fonts are left out.
  void add_font(const media::FontAttachment& font);
  // Waits until the thread is done with the library.
  void wait_until_idle();

  // Null until the fonts are known; afterwards always the same.
  [[nodiscard]] ASS_Renderer* renderer();
  // Waits until renderer() is there, at most `patience`.
  void wait_ready(std::chrono::milliseconds patience);

 private:
  void add_to_library(const media::FontAttachment& font);

  AssLibrary library_;
  std::size_t font_bytes_ = 0;
  std::size_t font_count_ = 0;
  // The thread reads the library's list of fonts, so new ones wait for its end.
  std::vector<media::FontAttachment> waiting_fonts_;
  AssRenderer renderer_;

  std::mutex mutex_;  // what the thread leaves
  std::condition_variable made_changed_;
  AssRenderer made_;
  bool ready_ = false;
  std::jthread thread_;
};

}  // namespace freshet::subtitles
