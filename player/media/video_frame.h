// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A decoded picture as it leaves media/. Our own description, never an AVFrame, so that video/ needs no
// FFmpeg and a frame can come from another process. Immutable once queued; shared by pointer; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "streaming/base/units.h"

namespace freshet::media {

struct Rational {
  int numerator = 0;
  int denominator = 1;
  constexpr bool operator==(const Rational&) const = default;
};

// What one component (Y, U, V, R, G, B, A) looks like inside a plane, as FFmpeg's and libplacebo's
// descriptors put it.
struct PlaneComponent {
  int map = -1;        // 0 Y/R, 1 U/G, 2 V/B, 3 A; -1 none
  int bits = 0;        // bits stored for it
  int depth = 0;       // significant bits
  int shift = 0;       // significant bits start here (P010: 6)
  int bit_offset = 0;  // from the start of the pixel
};

struct FramePlane {
  const std::byte* data = nullptr;  // first row on top; stride may be negative
  std::ptrdiff_t stride = 0;        // bytes between rows
  int width = 0;                    // pixels
  int height = 0;
  int pixel_bytes = 0;  // bytes between pixels
  int component_count = 0;
  std::array<PlaneComponent, 4> components;
};

enum class ColorModel : std::uint8_t { Yuv, Rgb, Gray };
// The numbers are those of ISO/IEC 23091-2 (CICP), as containers and codecs carry them; 2 is unknown.
struct ColorInfo {
  ColorModel model = ColorModel::Yuv;
  bool full_range = false;
  int primaries = 2;
  int transfer = 2;
  int matrix = 2;
  int chroma_location = 0;  // AVChromaLocation: 0 unknown, 1 left, 2 centre, 3 top left, …
};

// Mastering display (SMPTE ST 2086) and content light level (CTA-861.3), where the stream carries them.
struct HdrInfo {
  float min_luminance = 0;  // cd/m²
  float max_luminance = 0;
  float max_cll = 0;
  float max_fall = 0;
};

// FFmpeg's framemd5 of the decoded, unrotated, unconverted picture.
struct FrameDigest {
  std::array<std::uint8_t, 16> md5{};
  std::uint64_t size = 0;     // bytes hashed
  std::int64_t pts = 0;       // in the stream's time base, as the container says, not rebased
  std::int64_t duration = 0;  // in the stream's time base
  Rational time_base{0, 1};   // of pts and duration; 0/1 when unknown
};

struct VideoFrame {
  Generation generation{};
  MediaTime pts{0};       // rebased: 0 is the file's start
  MediaTime duration{0};  // 0 when unknown
  int width = 0;
  int height = 0;
  int plane_count = 0;
  std::array<FramePlane, 4> planes;
  int chroma_shift_x = 0;  // log2 of subsampling
  int chroma_shift_y = 0;
  ColorInfo color;
  std::optional<HdrInfo> hdr;
  Rational sample_aspect{1, 1};
  int rotation = 0;  // clockwise degrees to show it upright: 0, 90, 180, 270
  bool keyframe = false;
  bool still = false;                   // an attached picture (cover art)
  std::optional<FrameDigest> digest;    // when PipelineOptions::digests
  int native_format = -1;               // media/'s own name of the pixel format; for screenshots only
  std::string format_name;              // "yuv420p10le", for people
  std::shared_ptr<const void> storage;  // keeps the planes alive
};
using FramePointer = std::shared_ptr<const VideoFrame>;

}  // namespace freshet::media
