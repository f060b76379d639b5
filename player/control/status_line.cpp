// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/status_line.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "player/control/option_value.h"
#include "player/control/text.h"

namespace freshet::control {
namespace {

constexpr std::chrono::seconds line_interval{5};
constexpr int default_columns = 80;

std::string_view what_plays(const playback::Player& player) {
  const bool video = player.selected(media::TrackKind::Video) != 0;
  const bool audio = player.selected(media::TrackKind::Audio) != 0;
  return video && audio ? "AV" : video ? "V" : audio ? "A" : "-";
}

std::string swarm_text(const streaming::SwarmStats& swarm) {
  std::string text = fmt::format("  peers {} ↓{}/s", swarm.peers, size_text(swarm.down_rate));
  if (swarm.up_rate.value > 0) text += fmt::format(" ↑{}/s", size_text(swarm.up_rate));
  return text;
}

}  // namespace

std::string status_text(const playback::Player& player) {
  const auto swarm = player.swarm();
  if (!player.media()) {
    // Not opened: what is being waited for.
    std::string text = player.wait_reason();
    if (text.empty()) return player.phase() == playback::Phase::Idle ? "" : "Opening";
    return text;
  }
  std::string text;
  if (player.paused_for_cache()) {
    text = "(Buffering) ";
  } else if (player.paused()) {
    text = "(Paused) ";
  }
  const auto position = player.position();
  const auto duration = player.duration();
  text += fmt::format("{}: {}", what_plays(player), position ? time_text(*position) : "--:--:--");
  if (duration && *duration > MediaTime{0}) {
    const double share = position ? std::clamp(to_seconds(*position) / to_seconds(*duration), 0.0, 1.0) : 0;
    text += fmt::format(" / {} ({:.0f}%)", time_text(*duration), std::floor(share * 100));
  }
  if (player.speed() != 1) text += fmt::format(" x{:.2f}", player.speed());
  if (const auto dropped = player.dropped_frames(); dropped > 0) text += fmt::format(" Dropped: {}", dropped);
  const playback::CacheState cache = player.cache();
  text += fmt::format(" Cache: {:.0f}s/{}", std::max(0.0, to_seconds(cache.ahead)), size_text(cache.packets));
  if (swarm) text += swarm_text(*swarm);
  if (player.paused_for_cache()) {
    if (const std::string reason = player.wait_reason(); !reason.empty()) text += "  " + reason;
  }
  return text;
}

std::string fit_columns(std::string_view text, int columns) {
  // A file's name may hold anything; nothing of it may steer the terminal.
  std::string clean = shortened(text, 1024);
  int width = 0;
  std::size_t fits = 0;  // bytes of the text that leave room for the ellipsis
  for (std::size_t i = 0; i < clean.size(); ++i) {
    if ((static_cast<unsigned char>(clean[i]) & 0xC0) == 0x80) continue;
    if (width < columns) fits = i;  // before this character, `width` columns are used
    ++width;
  }
  if (width <= columns) return clean;
  return columns <= 0 ? std::string() : clean.substr(0, fits) + "…";
}

StatusLine::StatusLine(int descriptor, Kind kind) : descriptor_(descriptor), kind_(kind) {}

StatusLine::~StatusLine() {
  if (!shown_.empty()) write_locked("\n");
}

void StatusLine::update(const std::string& text, MonotonicTime now) {
  const std::scoped_lock lock(mutex_);
  const bool message = !message_.empty() && now < message_until_;
  const std::string& wanted = message ? message_ : text;
  if (kind_ == Kind::Lines) {
    if (wanted.empty() || (last_line_ && now - *last_line_ < line_interval)) return;
    last_line_ = now;
    write_locked(fit_columns(wanted, 1000) + "\n");
    return;
  }
  // In the background the terminal belongs to somebody else.
  if (const pid_t foreground = ::tcgetpgrp(descriptor_); foreground >= 0 && foreground != ::getpgrp()) return;
  // A full last column would wrap.
  std::string line = fit_columns(wanted, columns_locked() - 1);
  if (line == shown_) return;
  write_locked("\r" + line + "\x1b[K");
  shown_ = std::move(line);
}

void StatusLine::clear() {
  const std::scoped_lock lock(mutex_);
  if (shown_.empty()) return;
  write_locked("\r\x1b[K");
  shown_.clear();
}

void StatusLine::show_message(std::string text, std::chrono::milliseconds duration, MonotonicTime now) {
  if (text.empty()) return;
  {
    const std::scoped_lock lock(mutex_);
    std::ranges::replace(text, '\n', ' ');
    if (kind_ == Kind::Lines) {
      // A log keeps what it is told: once is enough, and at once.
      write_locked(fit_columns(text, 1000) + "\n");
      return;
    }
    message_ = std::move(text);
    message_until_ = now + duration;
  }
  update({}, now);
}

void StatusLine::write_locked(std::string_view text) {
  // A status line that cannot be written is not worth an error.
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int StatusLine::columns_locked() const {
  winsize size{};
  if (::ioctl(descriptor_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return default_columns;
}

}  // namespace freshet::control
