// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/player/media/vobsub_pair.h"

#include <cstdio>

namespace freshet::media::test {
namespace {

std::string number(int bytes, std::uint64_t value) {
  std::string text;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xFF);
  return text;
}

// A DVD's sub-picture unit: two fields of runs, then commands with the time at which they are due.
std::string unit_of(const VobSubLine& line) {
  constexpr std::uint64_t left = 10;
  constexpr std::uint64_t top = 20;
  // Each row: colour 1 to the row's end.
  const auto rows = [](int count) {
    std::string field;
    for (int row = 0; row < count; ++row) field += number(2, 1);
    return field;
  };
  const std::string first = rows((line.height + 1) / 2);
  const std::string second = rows(line.height / 2);
  const std::size_t commands = 4 + first.size() + second.size();
  const auto x2 = left + static_cast<std::uint64_t>(line.width) - 1;
  const auto y2 = top + static_cast<std::uint64_t>(line.height) - 1;
  const std::string show = number(1, 3) +
                           number(2, static_cast<std::uint64_t>(line.stream + 1) << 4) +       // colour 1
                           number(1, 4) + number(2, 0xF0) +                                    // is opaque
                           number(1, 5) + number(6, left << 36 | x2 << 24 | top << 12 | y2) +  //
                           number(1, 6) + number(2, 4) + number(2, 4 + first.size()) +         //
                           number(1, 1) + number(1, 0xFF);
  const std::size_t hiding = commands + 4 + show.size();
  const std::string hide = number(1, 2) + number(1, 0xFF);
  const auto date = static_cast<std::uint64_t>(line.duration.count() * 90 / 1024);
  const std::string body = first + second + number(2, 0) + number(2, hiding) + show +  //
                           number(2, date) + number(2, hiding) + hide;
  return number(2, 4 + body.size()) + number(2, commands) + body;
}

std::string pack(int stream, const std::string& content, std::chrono::milliseconds at) {
  const auto ticks = static_cast<std::uint64_t>(at.count() * 90);
  const std::string stamp = number(1, 0x21 | (ticks >> 30 & 7) << 1) +
                            number(2, (ticks >> 15 & 0x7FFF) << 1 | 1) + number(2, (ticks & 0x7FFF) << 1 | 1);
  const std::string packet = number(1, 0x81) + number(1, 0x80) + number(1, 5) + stamp +
                             number(1, 0x20U + static_cast<unsigned>(stream)) + content;
  return number(4, 0x1BA) + number(4, 0x44000400) + number(4, 0x04010189) + number(2, 0xC3F8) +  //
         number(4, 0x1BD) + number(2, packet.size()) + packet;
}

std::string clock(std::chrono::milliseconds at) {
  char text[32];
  const auto count = at.count();
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld:%03lld", static_cast<long long>(count / 3'600'000),
                static_cast<long long>(count / 60'000 % 60), static_cast<long long>(count / 1000 % 60),
                static_cast<long long>(count % 1000));
  return text;
}

}  // namespace

VobSubPair make_vobsub(const std::vector<std::string>& languages, const std::vector<VobSubLine>& lines) {
  VobSubPair pair;
  pair.index =
      "# VobSub index file, v7 (do not modify this line!)\n#\nsize: 160x120\norg: 0, 0\n"
      "palette: 000000, ff0000, 00ff00, 0000ff, ffffff, 000000, 000000, 000000, 000000, 000000, 000000, "
      "000000, "
      "000000, 000000, 000000, 000000\ncustom colors: OFF, tridx: 0000, colors: 000000, 000000, 000000, "
      "000000\n";
  std::vector<std::string> places(languages.size());
  for (const VobSubLine& line : lines) {
    char place[32];
    std::snprintf(place, sizeof place, "%09zx", pair.pictures.size());
    places[static_cast<std::size_t>(line.stream)] +=
        "timestamp: " + clock(line.start) + ", filepos: " + place + "\n";
    const std::string unit = unit_of(line);
    pair.pictures += pack(line.stream, unit.substr(0, unit.size() / 2), line.start);
    // Another stream's packet may lie in the middle.
    pair.pictures += pack(31, "not ours", line.start);
    pair.pictures += pack(line.stream, unit.substr(unit.size() / 2), line.start);
  }
  for (std::size_t stream = 0; stream < languages.size(); ++stream) {
    pair.index += "\nid: " + languages[stream] + ", index: " + std::to_string(stream) + "\n" + places[stream];
  }
  return pair;
}

}  // namespace freshet::media::test
