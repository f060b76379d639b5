// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/human_text.h"

#include <array>
#include <fmt/format.h>

namespace freshet::app {

std::string size_text(Bytes size) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(size.value);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", size.value) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string time_text(MediaTime time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  if (seconds >= 3600) return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string error_text(const Error& error, bool colours) {
  std::string text = colours ? "\x1b[1;31mfreshet:\x1b[0m " : "freshet: ";
  text += printable(error.message);
  text += '\n';
  if (!error.hint.empty()) text += "  " + printable(error.hint) + "\n";
  return text;
}

std::string printable(std::string_view text) {
  std::string safe(text);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const auto byte = static_cast<unsigned char>(safe[i]);
    if (byte < 0x20 || byte == 0x7f) safe[i] = '?';
    // C1 controls, as UTF-8 writes them.
    if (byte == 0xc2 && i + 1 < safe.size() && static_cast<unsigned char>(safe[i + 1]) < 0xa0) {
      safe[i] = safe[i + 1] = '?';
    }
  }
  return safe;
}

}  // namespace freshet::app
