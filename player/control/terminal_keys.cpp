// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/terminal_keys.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "player/control/key_name.h"

namespace freshet::control {
namespace {

constexpr char escape = '\x1b';
// The longest that xterm sends is a dozen bytes; what is longer is noise.
constexpr std::size_t max_sequence = 32;

std::string_view letter_key(char letter) {
  switch (letter) {
    case 'A': return "UP";
    case 'B': return "DOWN";
    case 'C': return "RIGHT";
    case 'D': return "LEFT";
    case 'E': return "KP_BEGIN";
    case 'F': return "END";
    case 'H': return "HOME";
    case 'M': return "KP_ENTER";
    case 'P': return "F1";
    case 'Q': return "F2";
    case 'R': return "F3";
    case 'S': return "F4";
    case 'Z': return "Shift+TAB";
    default: return {};
  }
}

std::string_view number_key(int number) {
  switch (number) {
    case 1:
    case 7: return "HOME";
    case 2: return "INS";
    case 3: return "DEL";
    case 4:
    case 8: return "END";
    case 5: return "PGUP";
    case 6: return "PGDWN";
    case 11: return "F1";
    case 12: return "F2";
    case 13: return "F3";
    case 14: return "F4";
    case 15: return "F5";
    case 17: return "F6";
    case 18: return "F7";
    case 19: return "F8";
    case 20: return "F9";
    case 21: return "F10";
    case 23: return "F11";
    case 24: return "F12";
    default: return {};
  }
}

// xterm's second parameter: 1 and a set of bits.
std::string modifiers(int parameter) {
  const int held = parameter > 1 && parameter <= 16 ? parameter - 1 : 0;
  std::string text;
  if ((held & 1) != 0) text += "Shift+";
  if ((held & 4) != 0) text += "Ctrl+";
  if ((held & 2) != 0) text += "Alt+";
  if ((held & 8) != 0) text += "Meta+";
  return text;
}

void add(std::vector<std::string>& keys, const std::string& name) {
  if (auto key = normalized_key(name)) keys.push_back(std::move(*key));
}

std::size_t utf8_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0 && byte <= 0xF4) return 4;
  if (byte >= 0xE0) return byte <= 0xEF ? 3 : 1;
  return byte >= 0xC2 ? 2 : 1;
}

// A byte below 0x20, or 0x7F.
std::string control_key(char c) {
  switch (c) {
    case '\r':
    case '\n': return "ENTER";
    case '\t': return "TAB";
    case '\b':
    case '\x7f': return "BS";
    case escape: return "ESC";
    default:
      return c >= 1 && c <= 26 ? "Ctrl+" + std::string(1, static_cast<char>('a' + c - 1)) : std::string();
  }
}

}  // namespace

std::vector<std::string> TerminalKeys::feed(std::string_view bytes) {
  std::vector<std::string> keys;
  for (const char c : bytes) {
    pending_ += c;
    while (!pending_.empty() && take(keys)) {
    }
  }
  return keys;
}

std::vector<std::string> TerminalKeys::flush() {
  std::vector<std::string> keys;
  if (pending_ == std::string(1, escape)) add(keys, "ESC");
  // ESC [ or ESC O and no more: Alt was held.
  if (pending_.size() == 2 && pending_.front() == escape) add(keys, "Alt+" + pending_.substr(1));
  pending_.clear();
  return keys;
}

bool TerminalKeys::take(std::vector<std::string>& keys) {
  const char first = pending_.front();
  if (first == escape) return take_escape(keys);
  const bool is_control = static_cast<unsigned char>(first) < 0x20 || first == '\x7f';
  if (is_control) {
    add(keys, control_key(first));
    pending_.erase(0, 1);
    return true;
  }
  const std::size_t length = utf8_length(first);
  for (std::size_t i = 1; i < std::min(length, pending_.size()); ++i) {
    if ((static_cast<unsigned char>(pending_[i]) & 0xC0) != 0x80) {
      pending_.erase(0, i);  // the character was cut: a new one starts here
      return true;
    }
  }
  if (pending_.size() < length) return false;
  add(keys, pending_.substr(0, length));
  pending_.erase(0, length);
  return true;
}

bool TerminalKeys::take_escape(std::vector<std::string>& keys) {
  if (pending_.size() < 2) return false;
  const char kind = pending_[1];
  if (kind != '[' && kind != 'O') {
    if (kind == escape) {  // ESC twice: the first one is a key
      add(keys, "ESC");
      pending_.erase(0, 1);
      return true;
    }
    // ESC and a key: Alt was held.
    const std::size_t length = utf8_length(kind);
    if (pending_.size() < 1 + length) return false;
    const std::string name = static_cast<unsigned char>(kind) < 0x20 || kind == '\x7f'
                                 ? control_key(kind)
                                 : pending_.substr(1, length);
    add(keys, "Alt+" + name);
    pending_.erase(0, 1 + length);
    return true;
  }
  // ESC [ parameters letter, or ESC O letter.
  std::array<int, 2> parameters{};
  std::size_t parameter = 0;
  for (std::size_t i = 2; i < pending_.size(); ++i) {
    const char c = pending_[i];
    if (c >= '0' && c <= '9') {
      if (parameter < parameters.size() && parameters[parameter] < 1000) {
        parameters[parameter] = parameters[parameter] * 10 + (c - '0');
      }
    } else if (c == ';') {
      ++parameter;
    } else if (c >= 0x40 && c <= 0x7E) {
      const std::string_view key = c == '~' ? number_key(parameters[0]) : letter_key(c);
      if (!key.empty()) add(keys, modifiers(parameters[1]) + std::string(key));
      pending_.erase(0, i + 1);
      return true;
    } else if (c < 0x20) {
      pending_.erase(0, i);  // a control character or a new ESC: the sequence was cut
      return true;
    }
    if (i >= max_sequence) {
      pending_.clear();
      return true;
    }
  }
  return false;
}

}  // namespace freshet::control
