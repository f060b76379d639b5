// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/index/sample_protector.h"

#include <algorithm>
#include <map>
#include <utility>

namespace freshet::drm {
namespace {

using container::BigEndian;

enum : std::uint32_t {
  has_subsamples_flag = 0x2,  // senc
  has_type_flag = 0x1,        // saiz, saio
};

// sbgp counts the groups of its own traf from here.
constexpr std::uint32_t first_local_group = 0x10001;

constexpr std::uint64_t furthest = std::uint64_t{1} << 61U;
// Of a run: a film of three hours in one, with 16 subsamples a picture, has some 30 MiB.
constexpr std::size_t most_auxiliary = std::size_t{64} << 20U;

}  // namespace

bool SampleProtector::assign_defaults(const Samples& samples) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>
      known;  // group and description to the place
  const auto place_of = [&](std::uint32_t group, std::uint32_t description) -> std::optional<std::uint32_t> {
    const std::pair key{group, group == 0 ? description : 0};
    if (const auto found = known.find(key); found != known.end()) return found->second;
    SampleDefaults defaults;
    if (group == 0) {
      const auto& all = samples.track->descriptions;
      if (const auto found = all.find(description); found != all.end()) defaults = found->second;
    } else {
      const bool is_local = group >= first_local_group;
      const auto& groups = is_local ? samples.groups : samples.track->groups;
      const auto index = group - (is_local ? first_local_group : 1);
      if (index >= groups.size()) return std::nullopt;
      defaults = groups[index];
    }
    const auto place = static_cast<std::uint32_t>(result_.defaults.size());
    result_.defaults.push_back(defaults);
    known.emplace(key, place);
    return place;
  };
  auto group = samples.group_runs.begin();
  std::size_t group_left = group == samples.group_runs.end() ? 0 : group->samples;
  auto at = samples.first_entry;
  for (const auto& [count, description] : samples.descriptions) {
    for (std::size_t i = 0; i < count && at < result_.entries.size(); ++i, ++at) {
      while (group_left == 0 && group != samples.group_runs.end())
        group_left = ++group == samples.group_runs.end() ? 0 : group->samples;
      const auto place = place_of(group_left == 0 ? 0 : group->group, description);
      if (!place) return false;
      result_.entries[at].defaults = *place;
      group_left -= group_left == 0 ? 0 : 1;
    }
  }
  // All samples have a description, and no group has more samples than there are.
  while (group_left == 0 && group != samples.group_runs.end())
    group_left = ++group == samples.group_runs.end() ? 0 : group->samples;
  return at == result_.entries.size() && group_left == 0;
}

IndexStatus SampleProtector::protect(const Samples& samples) {
  if (!assign_defaults(samples)) return IndexStatus::BadBox;
  if (samples.samples) return read_senc(samples);
  if (samples.sizes && samples.places) return read_auxiliary(samples);
  for (auto& entry : entries_of(samples)) {
    const auto& defaults = result_.defaults[entry.defaults];
    if (defaults.is_protected && defaults.iv_size != 0) return IndexStatus::NoAuxiliary;
    entry.iv = defaults.constant_iv;
  }
  return IndexStatus::Done;
}

bool SampleProtector::read_sample(BigEndian& reader, ProtectionIndex::Entry& entry, bool has_subsamples) {
  const auto& defaults = result_.defaults[entry.defaults];
  entry.iv = defaults.constant_iv;
  if (defaults.is_protected && defaults.iv_size != 0) {
    const auto iv = reader.take(defaults.iv_size);
    std::ranges::transform(iv, entry.iv.begin(),
                           [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  }
  if (!has_subsamples) return reader.ok();
  entry.first_subsample = static_cast<std::uint32_t>(result_.subsamples.size());
  entry.subsamples = static_cast<std::uint32_t>(reader.number(2));
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < entry.subsamples && reader.ok(); ++i) {
    const auto clear = static_cast<std::uint32_t>(reader.number(2));
    const auto protected_bytes = reader.word();
    result_.subsamples.push_back({clear, protected_bytes});
    sum += std::uint64_t{clear} + protected_bytes;
  }
  return reader.ok() && (entry.subsamples == 0 || sum == entry.size);
}

IndexStatus SampleProtector::read_senc(const Samples& samples) {
  BigEndian reader(*samples.samples);
  const auto flags = reader.word() & 0xffffffU;
  const auto entries = entries_of(samples);
  if (reader.word() != entries.size()) return IndexStatus::BadBox;
  for (auto& entry : entries)
    if (!read_sample(reader, entry, (flags & has_subsamples_flag) != 0)) return IndexStatus::BadBox;
  return reader.ok() ? IndexStatus::Done : IndexStatus::BadBox;
}

// `place` counts from `base`. What lies in mdat, as some packagers have it, is read into `elsewhere`.
std::optional<SampleProtector::Content> SampleProtector::auxiliary_at(
    std::int64_t base, std::uint64_t place, std::size_t length, std::vector<std::byte>& elsewhere) const {
  if (place > furthest || length > most_auxiliary) return std::nullopt;
  const std::int64_t begin = base + static_cast<std::int64_t>(place);
  const auto in_bytes = begin - offset_;
  if (in_bytes >= 0 && static_cast<std::uint64_t>(in_bytes) + length <= bytes_.size())
    return bytes_.subspan(static_cast<std::size_t>(in_bytes), length);
  if (!read_ || begin < 0) return std::nullopt;
  elsewhere = read_(begin, length);
  if (elsewhere.size() != length) return std::nullopt;
  return elsewhere;
}

IndexStatus SampleProtector::read_auxiliary(const Samples& samples) {
  // 14496-12, 8.7.8 and 8.7.9: one offset for all samples, or one for each run.
  BigEndian sizes(*samples.sizes), offsets(*samples.places);
  const auto skip_type = [](BigEndian& reader, std::uint32_t head) {
    if ((head & has_type_flag) != 0) reader.skip(8);
  };
  skip_type(sizes, sizes.word());
  const auto default_size = sizes.byte();
  const auto entries = entries_of(samples);
  if (sizes.word() != entries.size() || !sizes.ok()) return IndexStatus::BadBox;
  const auto head = offsets.word();
  skip_type(offsets, head);
  const std::size_t width = (head >> 24U) == 0 ? 4 : 8;
  const auto places = offsets.word();
  if (!offsets.ok() || (places != 1 && places != samples.run_lengths.size())) return IndexStatus::BadBox;

  std::size_t at = 0;
  for (std::uint32_t run = 0; run < places; ++run) {
    const auto place = offsets.number(width);
    const auto end = places == 1 ? entries.size() : at + samples.run_lengths[run];
    if (!offsets.ok() || end > entries.size()) return IndexStatus::BadBox;
    std::size_t length = default_size * (end - at);
    if (default_size == 0) {
      BigEndian ahead = sizes;
      for (std::size_t i = at; i < end; ++i) length += ahead.byte();
    }
    std::vector<std::byte> elsewhere;
    const auto auxiliary = auxiliary_at(samples.base, place, length, elsewhere);
    if (!auxiliary) return IndexStatus::NoAuxiliary;
    BigEndian reader(*auxiliary);
    for (; at < end; ++at) {
      const std::size_t size = default_size != 0 ? default_size : sizes.byte();
      auto& entry = entries[at];
      const auto& defaults = result_.defaults[entry.defaults];
      const std::size_t iv = defaults.is_protected ? defaults.iv_size : 0U;
      BigEndian one(reader.take(size));
      if (!reader.ok() || !sizes.ok() || size < iv || !read_sample(one, entry, size > iv) || one.left() != 0)
        return IndexStatus::BadBox;
    }
  }
  return IndexStatus::Done;
}

}  // namespace freshet::drm
