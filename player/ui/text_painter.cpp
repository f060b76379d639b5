// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/ui/text_painter.h"

#include <algorithm>
#include <ass/ass.h>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "player/ui/safe_text.h"

namespace freshet::ui {
namespace {

// libass's own defaults allow 10 000 glyphs and 128 MiB: a few lines of text need little of that.
constexpr int most_cached_glyphs = 1000;
constexpr int most_cached_mib = 16;
// Larger than any window, the same for measuring and painting: libass forgets its glyphs when it changes.
// Nothing of this size is allocated.
constexpr int canvas_side = 1 << 14;

struct Close {
  void operator()(ASS_Library* library) const { ass_library_done(library); }
  void operator()(ASS_Renderer* renderer) const { ass_renderer_done(renderer); }
  void operator()(ASS_Track* track) const { ass_free_track(track); }
};

void ignore_message(int, const char*, va_list, void*) {}

// ASS writes colours as BBGGRR and opacity upside down.
std::string color_tags(const Ink& ink) {
  char text[64];
  std::snprintf(text, sizeof text, "\\1c&H%02X%02X%02X&\\1a&H%02X&", ink.blue, ink.green, ink.red,
                static_cast<unsigned>(std::lround((1 - std::clamp(ink.opacity, 0.0, 1.0)) * 255)));
  return text;
}

std::string place_tags(const TextLine& line) {
  const int corner = line.align == Align::Left ? 7 : line.align == Align::Center ? 8 : 9;
  char text[160];
  std::snprintf(text, sizeof text, "\\q2\\an%d\\pos(%.2f,%.2f)\\fs%.2f\\b%d", corner, line.x, line.y,
                line.style.size, line.style.weight == Weight::Bold ? 1 : 0);
  return text;
}

// From the bottom up: a wide soft shadow that carries the text over busy pictures, then the text with a thin
// outline that carries it over bright ones.
std::vector<std::string> events_of(const TextLine& line) {
  const std::string text = escape_for_ass(line.text);
  const std::string place = place_tags(line);
  if (line.style.backing == Backing::Panel)
    return {"{" + place + "\\bord0\\shad0" + color_tags(line.style.ink) + "}" + text};
  const double size = line.style.size;
  char shadow[96];
  std::snprintf(shadow, sizeof shadow, "\\1a&HFF&\\3c&H000000&\\3a&H70&\\bord%.2f\\blur%.2f\\shad0",
                size * 0.10, size * 0.09);
  char outline[96];
  std::snprintf(outline, sizeof outline, "\\3c&H000000&\\3a&H48&\\bord%.2f\\blur%.2f\\shad0", size * 0.045,
                size * 0.015);
  return {"{" + place + shadow + "}" + text, "{" + place + outline + color_tags(line.style.ink) + "}" + text};
}

// libass pads its bitmaps by up to a few dozen pixels: only ink counts.
int inked_width(const ASS_Image& image) {
  int widest = 0;
  for (int row = 0; row < image.h; ++row) {
    const unsigned char* line = image.bitmap + std::ptrdiff_t{row} * image.stride;
    for (int x = image.w; x > widest; --x) {
      if (line[x - 1] == 0) continue;
      widest = x;
      break;
    }
  }
  return widest;
}

// strdup's memory: libass frees it with free().
char* ass_copy(std::string_view text) {
  return strndup(text.data(), text.size());
}

}  // namespace

struct TextPainter::Engine {
  std::unique_ptr<ASS_Library, Close> library;
  std::unique_ptr<ASS_Renderer, Close> renderer;
  std::unique_ptr<ASS_Track, Close> track;

  Engine() : library(ass_library_init()) {
    if (!library) return;
    ass_set_message_cb(library.get(), ignore_message, nullptr);
    renderer.reset(ass_renderer_init(library.get()));
    if (!renderer) return;
    ass_set_cache_limits(renderer.get(), most_cached_glyphs, most_cached_mib);
    ass_set_fonts(renderer.get(), nullptr, "sans-serif", ASS_FONTPROVIDER_AUTODETECT, nullptr, 1);
    ass_set_hinting(renderer.get(), ASS_HINTING_LIGHT);
    track.reset(ass_new_track(library.get()));
    if (!track) return;
    const int style = ass_alloc_style(track.get());
    ASS_Style& plain = track->styles[style];
    plain.Name = ass_copy("plain");
    plain.FontName = ass_copy("sans-serif");
    plain.FontSize = 24;
    plain.PrimaryColour = 0xFFFFFF00;
    plain.ScaleX = plain.ScaleY = 1;
    plain.BorderStyle = 1;
    plain.Alignment = VALIGN_TOP | HALIGN_LEFT;
    track->PlayResX = track->PlayResY = canvas_side;
    track->ScaledBorderAndShadow = 1;
    track->WrapStyle = 2;
    ass_set_frame_size(renderer.get(), canvas_side, canvas_side);
    ass_set_storage_size(renderer.get(), canvas_side, canvas_side);
  }

  // The images of all lines, in painting order; good until the next call.
  ASS_Image* render(std::span<const TextLine> lines) {
    if (!track) return nullptr;
    ass_flush_events(track.get());
    for (const TextLine& line : lines) {
      if (line.text.empty()) continue;
      for (const std::string& text : events_of(line)) {
        const int index = ass_alloc_event(track.get());
        if (index < 0) return nullptr;
        ASS_Event& event = track->events[index];
        event.Start = 0;
        event.Duration = 1000;
        event.ReadOrder = index;
        event.Layer = index;
        event.Style = 0;
        event.Text = ass_copy(text);
      }
    }
    return ass_render_frame(renderer.get(), track.get(), 0, nullptr);
  }
};

TextPainter::TextPainter() = default;
TextPainter::~TextPainter() = default;

TextPainter::Engine& TextPainter::engine() {
  if (!engine_) engine_ = std::make_unique<Engine>();
  return *engine_;
}

double TextPainter::width_of(std::string_view line, const TextStyle& style) {
  if (line.empty()) return 0;
  constexpr int origin = 64;  // room for what reaches over the left edge
  TextStyle bare = style;
  bare.backing = Backing::Panel;
  const TextLine measured{std::string(line), bare, origin, origin, Align::Left};
  int right = origin;
  for (const ASS_Image* image = engine().render({&measured, 1}); image != nullptr; image = image->next)
    right = std::max(right, image->dst_x + inked_width(*image));
  return right - origin;
}

std::vector<std::string> TextPainter::wrap(std::string_view line, const TextStyle& style, double width,
                                           std::size_t line_limit) {
  std::vector<std::string> lines;
  while (!line.empty() && lines.size() < line_limit) {
    if (width_of(line, style) <= width) {
      lines.emplace_back(line);
      return lines;
    }
    const bool last = lines.size() + 1 == line_limit;
    const std::vector<std::size_t> cuts = cut_positions(line);
    const auto fits = [&](std::size_t cut) {
      const std::string tried = std::string(line.substr(0, cut)) + (last ? "…" : "");
      return width_of(tried, style) <= width;
    };
    // The longest prefix that fits, but at least one character: a window of 10 pixels must not hang us.
    const auto first_too_long = std::partition_point(cuts.begin() + 1, cuts.end(), fits);
    std::size_t end = *(first_too_long - 1);
    if (!last) end = break_before(line, end);
    std::string part(line.substr(0, end));
    while (!part.empty() && part.back() == ' ') part.pop_back();
    lines.push_back(part + (last ? "…" : ""));
    line.remove_prefix(end);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
  return lines;
}

void TextPainter::paint(Bitmap& bitmap, std::span<const TextLine> lines) {
  for (const ASS_Image* image = engine().render(lines); image != nullptr; image = image->next) {
    if (image->w <= 0 || image->h <= 0) continue;
    const Ink ink{static_cast<std::uint8_t>(image->color >> 24),
                  static_cast<std::uint8_t>(image->color >> 16), static_cast<std::uint8_t>(image->color >> 8),
                  1 - (image->color & 0xFF) / 255.0};
    const auto stride = static_cast<std::size_t>(image->stride);
    // The last row is only as long as the picture is wide.
    const std::size_t size =
        stride * static_cast<std::size_t>(image->h - 1) + static_cast<std::size_t>(image->w);
    bitmap.fill_mask(image->dst_x, image->dst_y, image->w, image->h, {image->bitmap, size}, stride, ink);
  }
}

}  // namespace freshet::ui
