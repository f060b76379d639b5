// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/ui/osd.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "player/ui/layers.h"
#include "player/ui/text_painter.h"

namespace freshet::ui {
namespace {

template <class Content>
struct Timed {
  Content content;
  MonotonicTime until;
};

// A part of the display with what it was drawn from: drawn anew only when that changed.
struct Layer {
  std::string key;
  Overlays overlays;

  template <class Draw>
  void refresh(std::string wanted, Draw&& draw) {
    if (wanted == key) return;
    key = std::move(wanted);
    overlays = draw();
  }
  void clear() {
    key.clear();
    overlays.clear();
  }
};

class LibassOsd final : public Osd {
 public:
  void show_message(std::string text, std::chrono::milliseconds duration, MonotonicTime now) override {
    message_ = Timed<std::string>{std::move(text), now + duration};
  }
  void show_bar(const OsdBar& bar, std::chrono::milliseconds duration, MonotonicTime now) override {
    bar_ = Timed<OsdBar>{bar, now + duration};
  }
  void show_gauge(std::string label, double value, double maximum, std::chrono::milliseconds duration,
                  MonotonicTime now) override {
    gauge_ = Timed<Gauge>{{std::move(label), value, maximum}, now + duration};
  }
  void set_wait(std::optional<OsdWait> wait) override {
    if (!wait || !wait_ || wait->title != wait_->title) wait_width_ = 0;
    wait_ = std::move(wait);
  }
  void set_card(std::optional<std::string> title, std::vector<std::string> lines) override {
    card_title_ = std::move(title);
    card_lines_ = std::move(lines);
  }
  void set_stats(std::optional<OsdStats> stats) override { stats_ = std::move(stats); }
  std::vector<video::OverlayPointer> render(int width, int height, double scale, MonotonicTime now) override;
  [[nodiscard]] int bottom_inset() const override {
    return bar_layer_.overlays.empty() ? 0 : seek_bar_inset(layout_);
  }
  [[nodiscard]] std::optional<BarPlace> bar_place(int x, int y) const override {
    if (bar_layer_.overlays.empty()) return std::nullopt;
    return place_on(track_, layout_, x, y);
  }
  [[nodiscard]] std::optional<MonotonicTime> next_change(MonotonicTime now) const override;

 private:
  void expire(MonotonicTime now);
  void refresh_corner();
  void refresh_center();
  void refresh_stats();

  std::optional<Timed<std::string>> message_;
  std::optional<Timed<OsdBar>> bar_;
  std::optional<Timed<Gauge>> gauge_;
  std::optional<OsdWait> wait_;
  std::optional<std::string> card_title_;
  std::vector<std::string> card_lines_;
  std::optional<OsdStats> stats_;

  TextPainter painter_;
  Layout layout_;
  double scale_ = 0;
  double wait_width_ = 0;
  Box track_;  // of the bar
  Layer corner_layer_;
  Layer bar_layer_;
  Layer center_layer_;
  Layer stats_layer_;
};

// Parts of a key are kept apart by a byte that no text has after safe_line(), and counted besides.
std::string part(const std::string& text) {
  return std::to_string(text.size()) + ':' + text + '\x1F';
}

std::vector<video::OverlayPointer> LibassOsd::render(int width, int height, double scale, MonotonicTime now) {
  if (width <= 0 || height <= 0) return {};
  if (width != layout_.width || height != layout_.height || scale != scale_) {
    layout_ = make_layout(width, height, scale);
    scale_ = scale;
    wait_width_ = 0;
    for (Layer* layer : {&corner_layer_, &bar_layer_, &center_layer_, &stats_layer_}) layer->clear();
  }
  expire(now);
  refresh_corner();
  if (bar_) {
    bar_layer_.refresh(seek_bar_key(layout_, bar_->content),
                       [&] { return draw_seek_bar(painter_, layout_, bar_->content, track_); });
  } else {
    bar_layer_.clear();
  }
  refresh_center();
  refresh_stats();

  std::vector<video::OverlayPointer> all;
  for (const Layer* layer : {&stats_layer_, &bar_layer_, &center_layer_, &corner_layer_})
    all.insert(all.end(), layer->overlays.begin(), layer->overlays.end());
  return all;
}

void LibassOsd::refresh_corner() {
  if (!message_ && !gauge_) return corner_layer_.clear();
  const std::string message = message_ ? message_->content : std::string();
  const auto gauge = gauge_ ? std::optional(gauge_->content) : std::nullopt;
  std::string key = part(message);
  if (gauge) key += part(gauge->label) + std::to_string(gauge->value) + '/' + std::to_string(gauge->maximum);
  corner_layer_.refresh(std::move(key), [&] { return draw_corner(painter_, layout_, message, gauge); });
}

void LibassOsd::refresh_center() {
  if (card_title_) {
    std::string key = 'c' + part(*card_title_);
    for (const std::string& line : card_lines_) key += part(line);
    center_layer_.refresh(std::move(key),
                          [&] { return draw_card(painter_, layout_, *card_title_, card_lines_); });
  } else if (wait_) {
    std::string key = 'w' + part(wait_->title) + part(wait_->detail);
    // A thousandth is a pixel at most.
    if (wait_->progress) key += std::to_string(static_cast<int>(unit_fraction(*wait_->progress) * 1000));
    center_layer_.refresh(std::move(key), [&] { return draw_wait(painter_, layout_, *wait_, wait_width_); });
  } else {
    center_layer_.clear();
  }
}

void LibassOsd::refresh_stats() {
  if (!stats_) return stats_layer_.clear();
  std::string key;
  for (const auto& row : stats_->rows) key += part(row.label) + part(row.value);
  for (const auto& row : stats_->peers) {
    for (const auto& cell : row) key += part(cell);
    key += '/';
  }
  stats_layer_.refresh(std::move(key), [&] { return draw_stats(painter_, layout_, *stats_); });
}

void LibassOsd::expire(MonotonicTime now) {
  if (message_ && message_->until <= now) message_.reset();
  if (bar_ && bar_->until <= now) bar_.reset();
  if (gauge_ && gauge_->until <= now) gauge_.reset();
}

std::optional<MonotonicTime> LibassOsd::next_change(MonotonicTime now) const {
  std::optional<MonotonicTime> next;
  const auto consider = [&](MonotonicTime until) {
    if (until > now && (!next || until < *next)) next = until;
  };
  if (message_) consider(message_->until);
  if (bar_) consider(bar_->until);
  if (gauge_) consider(gauge_->until);
  return next;
}

}  // namespace

std::unique_ptr<Osd> make_osd() {
  return std::make_unique<LibassOsd>();
}

}  // namespace freshet::ui
