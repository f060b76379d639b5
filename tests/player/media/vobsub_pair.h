// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A VobSub pair made by hand: FFmpeg has no muxer for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace freshet::media::test {

struct VobSubLine {
  int stream = 0;  // index into the languages
  std::chrono::milliseconds start{0};
  std::chrono::milliseconds duration{0};
  int width = 8, height = 4;  // of one colour, 10 pixels from the left and 20 from the top
};

struct VobSubPair {
  std::string index;     // the .idx
  std::string pictures;  // the .sub, each picture in two packs
};

// On a screen of 160x120. Stream 0 shows red, stream 1 green, and so on as the palette has it.
[[nodiscard]] VobSubPair make_vobsub(const std::vector<std::string>& languages,
                                     const std::vector<VobSubLine>& lines);

}  // namespace freshet::media::test
