// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The text half (.idx) of a VobSub pair: where in the other half (.sub) each language's pictures lie, and
// when they are shown. The format is VSFilter's; FFmpeg's libavformat/mpeg.c reads it in the same way. Pure;
// any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::media {

struct VobSubPicture {
  MediaTime start{0};
  ByteOffset at{};  // in the .sub
};

struct VobSubLanguage {
  std::string language{};                 // ISO 639, or empty
  int stream = 0;                         // sub-stream of the .sub, 0 … 31
  std::vector<VobSubPicture> pictures{};  // by start
};

struct VobSubIndex {
  std::string header{};  // the palette and the screen's size, as FFmpeg's decoder wants them
  std::vector<VobSubLanguage> languages{};  // without those that hold no picture; at least one
  std::size_t preferred = 0;                // of those
};

// Whether these are the first bytes of an .idx.
[[nodiscard]] bool is_vobsub_index(std::string_view bytes);

// Lines that make no sense are left out. Errors: Media "bad-subtitle-file" where no picture remains.
[[nodiscard]] Result<VobSubIndex> parse_vobsub_index(std::string_view text, const std::string& name);

}  // namespace freshet::media
