// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The maps of codecs whose samples are frames: AV1 (AV1 Codec ISO Media File Format Binding, 4) and VP9 (VP
// Codec ISO Media File Format Binding, "Common Encryption").
#pragma once

#include "drm/protect/sample_map.h"
#include "drm/protect/subsample_list.h"

namespace freshet::drm {

// `record` is the content of av1C, or empty.
[[nodiscard]] std::unique_ptr<SampleMap> make_av1_map(std::span<const std::byte> record,
                                                      BlockAlignment alignment);
[[nodiscard]] std::unique_ptr<SampleMap> make_vp9_map();

}  // namespace freshet::drm
