// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which bytes of a sample are protected (ISO/IEC 23001-7, 9.5 and 10; the bindings of AV1 and VP9 to
// ISO-BMFF):
//   H.264, HEVC  slice data; all else of a NAL unit and all other units are clear
//   AV1          the data of tiles
//   VP9          what follows the uncompressed header of each frame
//   sound, text  all of it
// One mapper a track, its samples in decoding order. One thread. Samples are hostile: what cannot be
// understood is refused, or in H.264 and HEVC protected behind a clear beginning of fixed length.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "drm/decrypt/protected_sample.h"
#include "streaming/base/error.h"

namespace freshet::drm {

class SampleMap {
 public:
  virtual ~SampleMap() = default;
  // Empty: all of it is protected. Errors: Media "bad-sample".
  [[nodiscard]] virtual Result<std::vector<Subsample>> map(std::span<const std::uint8_t> sample) = 0;
};

enum class TrackKind : std::uint8_t { Video, Audio, Text };
// "video"
[[nodiscard]] std::string_view name_of(TrackKind kind);

// `format` is the type of the track's sample entry ("avc1"), and `boxes` those in it. Errors: Media
// "unsupported-codec", "bad-codec-header".
[[nodiscard]] Result<std::unique_ptr<SampleMap>> make_sample_map(TrackKind kind, std::string_view format,
                                                                 std::span<const std::byte> boxes,
                                                                 Scheme scheme);

}  // namespace freshet::drm
