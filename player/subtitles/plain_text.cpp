// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/plain_text.h"

#include <cstddef>

namespace freshet::subtitles {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether what follows the override block is a drawing: its last \pN says so (N > 0). \pos and \pbo are
// others.
bool draws_after(std::string_view block, bool draws) {
  for (std::size_t at = 0; at + 2 < block.size(); ++at) {
    if (block[at] == '\\' && block[at + 1] == 'p' && is_digit(block[at + 2])) draws = block[at + 2] != '0';
  }
  return draws;
}

void end_line(std::string& text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
}

}  // namespace

std::string plain_text(std::string_view ass) {
  std::string text;
  bool draws = false;
  for (std::size_t at = 0; at < ass.size(); ++at) {
    const char c = ass[at];
    if (c == '{') {
      if (const std::size_t end = ass.find('}', at); end != std::string_view::npos) {
        draws = draws_after(ass.substr(at, end - at), draws);
        at = end;
        continue;
      }
    }
    if (draws) continue;
    const char next = c == '\\' && at + 1 < ass.size() ? ass[at + 1] : '\0';
    if (next == 'N' || next == 'n') {
      end_line(text);
      ++at;
    } else if (next == 'h') {
      text += ' ';
      ++at;
    } else if (c == '\n') {
      end_line(text);
    } else if (c != '\r') {
      text += c;
    }
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace freshet::subtitles
