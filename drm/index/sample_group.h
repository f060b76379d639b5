// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Sample groups of the type seig (ISO/IEC 23001-7, 6): other keys, or none, for some samples. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "drm/index/protection_index.h"

namespace freshet::drm {

// `content` of an sgpd box; `scheme` is the track's. Empty: of another type. nullopt: it contradicts itself.
[[nodiscard]] std::optional<std::vector<SampleDefaults>> parse_group_descriptions(
    std::span<const std::byte> content, Scheme scheme);

struct GroupRun {
  std::uint32_t samples = 0;
  std::uint32_t group = 0;  // as in sbgp: 0 none, from 1 those of stbl, from 0x10001 those of traf
};
// `content` of an sbgp box. Empty: of another type. nullopt: it contradicts itself.
[[nodiscard]] std::optional<std::vector<GroupRun>> parse_group_runs(std::span<const std::byte> content);

}  // namespace freshet::drm
