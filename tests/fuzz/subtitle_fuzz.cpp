// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A script as a stranger's file brings it: the bytes up to the first NUL are the header, each further piece
// is one event. Everything that the player asks of a renderer is asked, on a small screen.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "player/subtitles/subtitle_renderer.h"

// fontconfig 2.14 loses some 300 bytes in its lifetime, once.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  using std::chrono::milliseconds;
  // Looking for fonts takes longer than an input: the renderer forgets them only once in a while.
  static const auto renderer = subtitles::make_subtitle_renderer();
  static int track = 0;
  if (++track > 200) {
    renderer->reset();
    track = 1;
  }
  constexpr subtitles::Canvas canvas{
      .width = 160, .height = 90, .picture = {0, 10, 160, 70}, .video_width = 160, .video_height = 70};
  std::string_view rest(static_cast<const char*>(static_cast<const void*>(data)), size);
  const auto take = [&rest] {
    const std::string_view piece = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
    return std::string(piece);
  };
  renderer->add_track({.id = track, .ass_header = take()});
  for (int count = 0; !rest.empty() && count < 100; ++count) {
    renderer->add_event({.track_id = track,
                         .start = milliseconds(count * 10),
                         .duration = milliseconds(count % 3 * 500),
                         .ass = take()});
  }
  for (const milliseconds at : {milliseconds(0), milliseconds(250), milliseconds(1000)}) {
    for (const video::OverlayPointer& overlay : renderer->render(track, at, canvas)) {
      const bool whole = overlay->x >= 0 && overlay->y >= 0 && overlay->x + overlay->width <= canvas.width &&
                         overlay->y + overlay->height <= canvas.height;
      if (!whole) __builtin_trap();
    }
    (void)renderer->next_change(track, at);
    (void)renderer->text(track, at);
  }
  return 0;
}
