// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/index/sample_group.h"

#include <algorithm>

#include "drm/container/source_reader.h"

namespace freshet::drm {
namespace {

using container::BigEndian;

constexpr std::uint32_t seig = 0x73656967;
constexpr std::size_t iv_sizes[] = {0, 8, 16};

std::optional<SampleDefaults> parse_entry(std::span<const std::byte> bytes, Scheme scheme) {
  BigEndian reader(bytes);
  SampleDefaults defaults{.scheme = scheme};
  reader.skip(1);
  const auto pattern = reader.byte();
  defaults.pattern = {static_cast<std::uint8_t>(pattern >> 4U), static_cast<std::uint8_t>(pattern & 15U)};
  const auto is_protected = reader.byte();
  defaults.is_protected = is_protected == 1;
  defaults.iv_size = reader.byte();
  const auto key = reader.take(defaults.key.size());
  std::ranges::transform(key, defaults.key.begin(),
                         [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  if (defaults.is_protected && defaults.iv_size == 0) {
    const std::size_t size = reader.byte();
    const auto iv = reader.take(size);
    if (size != 8 && size != 16) return std::nullopt;
    std::ranges::transform(iv, defaults.constant_iv.begin(),
                           [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  }
  if (!reader.ok() || is_protected > 1 || std::ranges::find(iv_sizes, defaults.iv_size) == std::end(iv_sizes))
    return std::nullopt;
  return defaults;
}

}  // namespace

std::optional<std::vector<SampleDefaults>> parse_group_descriptions(std::span<const std::byte> content,
                                                                    Scheme scheme) {
  BigEndian reader(content);
  const auto version = reader.byte();
  reader.skip(3);
  std::vector<SampleDefaults> groups;
  if (reader.word() != seig) return reader.ok() ? std::optional(groups) : std::nullopt;
  if (version == 0 || version > 2) return std::nullopt;  // an entry of version 0 does not say how long it is
  const std::uint32_t all_of = version == 1 ? reader.word() : 0;
  if (version == 2) reader.skip(4);  // the group of samples that no sbgp names: 0 is that of tenc
  const auto count = reader.word();
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto length = all_of != 0 || version == 2 ? all_of : reader.word();
    // Version 2 has no lengths: ours are as long as their constant IV says, and the only ones.
    const auto entry = version == 2 && length == 0 ? reader.take(reader.left()) : reader.take(length);
    const auto parsed = reader.ok() ? parse_entry(entry, scheme) : std::nullopt;
    if (!parsed) return std::nullopt;
    groups.push_back(*parsed);
  }
  return reader.ok() ? std::optional(std::move(groups)) : std::nullopt;
}

std::optional<std::vector<GroupRun>> parse_group_runs(std::span<const std::byte> content) {
  BigEndian reader(content);
  const auto version = reader.byte();
  reader.skip(3);
  const bool is_seig = reader.word() == seig;
  if (version == 1) reader.skip(4);  // its parameter
  std::vector<GroupRun> runs;
  if (!is_seig) return reader.ok() ? std::optional(runs) : std::nullopt;
  const auto count = reader.word();
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto samples = reader.word();
    const auto group = reader.word();
    if (!reader.ok()) return std::nullopt;
    runs.push_back({samples, group});
  }
  return reader.ok() ? std::optional(std::move(runs)) : std::nullopt;
}

}  // namespace freshet::drm
