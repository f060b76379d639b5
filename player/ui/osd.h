// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The plain on-screen display, drawn by libass: one message at the top left, a bar with times at a seek, and
// a card in the middle that names what is being waited for. Main thread only.
//
// Text may come from anywhere (torrents, files, IPC): it is bounded, made valid and never obeyed as markup.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/video/overlay.h"
#include "streaming/base/units.h"

namespace freshet::ui {

// A small picture of the film, as a viewer sees it.
struct OsdPicture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgba;  // width*height*4, opaque
};
// What the pointer is at on the bar: said above it, with a picture where there is one.
struct OsdPointer {
  double at = 0;  // of the bar, 0..1
  MediaTime time{0};
  std::shared_ptr<const OsdPicture> picture{};
};
struct OsdBar {
  MediaTime position{0};
  std::optional<MediaTime> duration;
  std::vector<std::pair<double, double>> buffered;  // fractions of the bar, ascending
  std::optional<OsdPointer> pointer{};
};
struct OsdWait {
  std::string title;               // "Finding peers", "Buffering"
  std::string detail;              // "3 peers · 1.2 MiB/s · about 4 s"
  std::optional<double> progress;  // 0..1
};

// The statistics page: labels with values, and a table whose first row is its heading and whose first three
// columns are names.
struct OsdStats {
  struct Row {
    std::string label;
    std::string value;
  };
  std::vector<Row> rows;
  std::vector<std::vector<std::string>> peers;
};

class Osd {
 public:
  virtual ~Osd() = default;
  virtual void show_message(std::string text, std::chrono::milliseconds duration, MonotonicTime now) = 0;
  virtual void show_bar(const OsdBar& bar, std::chrono::milliseconds duration, MonotonicTime now) = 0;
  // A volume-like gauge: a label, a value of maximum.
  virtual void show_gauge(std::string label, double value, double maximum, std::chrono::milliseconds duration,
                          MonotonicTime now) = 0;
  virtual void set_wait(std::optional<OsdWait> wait) = 0;  // stays until set to nullopt
  // Several lines that stay until cleared (an error with its hint, the idle screen). Hides what is waited
  // for.
  virtual void set_card(std::optional<std::string> title, std::vector<std::string> lines) = 0;
  // At the top left, below nothing else: messages cover it. Stays until set to nullopt.
  virtual void set_stats(std::optional<OsdStats> stats) = 0;
  // scale: pixels a logical point. What did not change comes as the same pointers.
  [[nodiscard]] virtual std::vector<video::OverlayPointer> render(int width, int height, double scale,
                                                                  MonotonicTime now) = 0;
  // Pixels along the lower edge that what render() gave last covers (the seek bar), 0 for none: subtitles are
  // readable above them.
  [[nodiscard]] virtual int bottom_inset() const = 0;
  // Where on the bar that render() gave last a point of the window lies.
  struct BarPlace {
    double at = 0;        // 0..1, the nearest end beside it
    bool on_bar = false;  // near enough to be meant
  };
  [[nodiscard]] virtual std::optional<BarPlace> bar_place(int x, int y) const = 0;
  // When something shown ends by itself.
  [[nodiscard]] virtual std::optional<MonotonicTime> next_change(MonotonicTime now) const = 0;
};

[[nodiscard]] std::unique_ptr<Osd> make_osd();

}  // namespace freshet::ui
