// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The maps of codecs whose samples are NAL units behind their lengths: H.264 (ISO/IEC 14496-15, 5) and HEVC
// (8).
#pragma once

#include "drm/protect/avc_slice.h"
#include "drm/protect/hevc_slice.h"
#include "drm/protect/sample_map.h"
#include "drm/protect/subsample_list.h"

namespace freshet::drm {

// Left clear of a slice whose header cannot be read. A slice header of a film is below 30 bytes; those that
// list many entry points or weights reach some hundred.
inline constexpr std::size_t clear_when_unknown = 256;

// `record` is the content of avcC. nullptr: it is broken.
[[nodiscard]] std::unique_ptr<SampleMap> make_avc_map(std::span<const std::byte> record,
                                                      BlockAlignment alignment);
// `record` is the content of hvcC. nullptr: it is broken.
[[nodiscard]] std::unique_ptr<SampleMap> make_hevc_map(std::span<const std::byte> record,
                                                       BlockAlignment alignment);

}  // namespace freshet::drm
