// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/sample_map.h"

#include <utility>

#include "drm/index/box_walk.h"
#include "drm/protect/frame_map.h"
#include "drm/protect/nal_map.h"

namespace freshet::drm {
namespace {

class WholeSamples final : public SampleMap {
 public:
  Result<std::vector<Subsample>> map(std::span<const std::uint8_t> /*sample*/) override {
    return std::vector<Subsample>();
  }
};

std::span<const std::byte> child(std::span<const std::byte> boxes, std::string_view type) {
  BoxWalk walk(boxes);
  while (const auto box = walk.next())
    if (box->type == type) return box->content;
  return {};
}

}  // namespace

std::string_view name_of(TrackKind kind) {
  switch (kind) {
    case TrackKind::Video: return "video";
    case TrackKind::Audio: return "audio";
    case TrackKind::Text: return "text";
  }
  std::unreachable();
}

Result<std::unique_ptr<SampleMap>> make_sample_map(TrackKind kind, std::string_view format,
                                                   std::span<const std::byte> boxes, Scheme scheme) {
  if (kind != TrackKind::Video) return std::make_unique<WholeSamples>();
  const auto alignment = scheme == Scheme::Cbcs ? BlockAlignment::None : BlockAlignment::Whole;
  std::unique_ptr<SampleMap> made;
  if (format == "avc1" || format == "avc3") {
    made = make_avc_map(child(boxes, "avcC"), alignment);
  } else if (format == "hvc1" || format == "hev1" || format == "dvh1" || format == "dvhe") {
    made = make_hevc_map(child(boxes, "hvcC"), alignment);
  } else if (format == "av01") {
    made = make_av1_map(child(boxes, "av1C"), alignment);
  } else if (format == "vp09") {
    made = make_vp9_map();
  } else {
    return fail(ErrorCategory::Media, "unsupported-codec",
                "Video of the kind '" + std::string(format) + "' cannot be protected",
                "Encode it as H.264, HEVC, AV1 or VP9 first, for example: ffmpeg -i IN -c:v libx264 -c:a "
                "copy OUT.mkv");
  }
  if (!made) {
    return fail(ErrorCategory::Media, "bad-codec-header", "The video's codec header is broken",
                "Make the file anew: ffmpeg -i IN -c copy OUT.mkv");
  }
  return made;
}

}  // namespace freshet::drm
