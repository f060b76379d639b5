// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The boxes that say how samples are protected (ISO/IEC 23001-7, 7 and 8; 14496-12, 8.7 and 8.9). What
// index/ reads again. Pure.
#pragma once

#include <span>
#include <string_view>

#include "drm/protect/box_writer.h"
#include "drm/protect/film_protector.h"

namespace freshet::drm {

// sinf, which turns a sample entry of the type `format` into a protected one.
void write_scheme(BoxWriter& out, std::string_view format, const SampleDefaults& defaults);
// "encv"
[[nodiscard]] std::string_view protected_entry(TrackKind kind);

// sgpd of the type seig.
void write_group_descriptions(BoxWriter& out, std::span<const SampleDefaults> groups);
struct GroupSpan {
  std::uint32_t samples = 0, group = 0;
};
// sbgp of the type seig.
void write_groups(BoxWriter& out, std::span<const GroupSpan> runs);

// senc, and unless it says nothing, saiz and saio in front. Samples that are not `is_protected` (one entry
// for each) have nothing at all. Where the box is: `offset_at` is where in `out` saio's offset stands (four
// bytes), to be set to the place that `data_at` of `out` comes to; 0: there is none.
struct AuxiliaryPlace {
  std::size_t offset_at = 0, data_at = 0;
};
[[nodiscard]] AuxiliaryPlace write_auxiliary(BoxWriter& out, std::span<const SampleAuxiliary> samples,
                                             const std::vector<bool>& is_protected, std::uint8_t iv_size,
                                             bool has_maps);

// The pssh box of the common system, version 1, which names the keys and nothing else (W3C "cenc"
// Initialization Data Format, 4).
void write_common_system(BoxWriter& out, std::span<const KeyId16> keys);

// Whether `bytes` are pssh boxes, one after the other, and nothing else.
[[nodiscard]] bool are_system_headers(std::span<const std::byte> bytes);

}  // namespace freshet::drm
