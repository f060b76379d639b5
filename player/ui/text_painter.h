// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Lines of text by libass, in the sans-serif font that fontconfig names. One thread. The fonts are looked up
// at the first use, not at construction: a player that shows no text does not pay for them.
//
// A line is `size` pixels high (ascent and descent); `y` is its top. Text must have gone through safe_line().
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "player/ui/bitmap.h"

namespace freshet::ui {

enum class Weight : std::uint8_t { Regular, Bold };
enum class Align : std::uint8_t { Left, Center, Right };
// Halo: a thin dark outline and a soft shadow, for text that lies on the picture itself.
enum class Backing : std::uint8_t { Panel, Halo };

struct TextStyle {
  double size = 24;
  Weight weight = Weight::Regular;
  Ink ink;
  Backing backing = Backing::Panel;
};

struct TextLine {
  std::string text;
  TextStyle style;
  double x = 0;  // left edge, centre or right edge, as `align` says
  double y = 0;
  Align align = Align::Left;
};

class TextPainter {
 public:
  TextPainter();
  ~TextPainter();
  TextPainter(const TextPainter&) = delete;
  TextPainter& operator=(const TextPainter&) = delete;

  [[nodiscard]] double width_of(std::string_view line, const TextStyle& style);
  // At most `line_limit` lines not wider than `width`; what is left over ends in "…".
  [[nodiscard]] std::vector<std::string> wrap(std::string_view line, const TextStyle& style, double width,
                                              std::size_t line_limit);

  void paint(Bitmap& bitmap, std::span<const TextLine> lines);

 private:
  struct Engine;
  Engine& engine();
  std::unique_ptr<Engine> engine_;
};

}  // namespace freshet::ui
