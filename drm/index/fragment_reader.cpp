// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/index/fragment_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "drm/index/box_walk.h"

namespace freshet::drm {
namespace {

using container::BigEndian;

// Of a fragment; and of a run whose samples take no bytes in it, as all are alike.
constexpr std::size_t most_samples = 100'000;
constexpr std::size_t most_alike = 4096;
constexpr std::int64_t furthest = std::int64_t{1} << 61;

// Flags of tfhd and trun.
enum : std::uint32_t {
  has_base_offset = 0x1,
  has_description = 0x2,
  has_default_duration = 0x8,
  has_default_size = 0x10,
  base_is_moof = 0x20000,
  has_data_offset = 0x1,
  has_first_flags = 0x4,
  has_duration = 0x100,
  has_size = 0x200,
  has_flags = 0x400,
  has_composition = 0x800,
  has_subsamples_flag = 0x2,  // senc
  has_type_flag = 0x1,        // saiz, saio
};

// sbgp counts the groups of its own traf from here.
constexpr std::uint32_t first_local_group = 0x10001;

}  // namespace

IndexStatus FragmentReader::read() {
  BoxWalk outer(moof_);
  const auto fragment = outer.next();
  if (!fragment || fragment->type != "moof" || offset_ < 0 || offset_ > furthest) return IndexStatus::BadBox;
  BoxWalk walk(fragment->content);
  while (const auto box = walk.next()) {
    if (box->type != "traf") continue;
    if (const auto status = read_track(box->content); status != IndexStatus::Done) return status;
  }
  return walk.ok() ? IndexStatus::Done : IndexStatus::BadBox;
}

IndexStatus FragmentReader::read_track(Content content) {
  TrackFragment track;
  track.first_entry = result_.entries.size();
  bool has_header = false;
  BoxWalk walk(content);
  std::optional<Scheme> scheme;
  while (const auto box = walk.next()) {
    if (box->type == "tfhd") {
      if (std::exchange(has_header, true) || !read_header(box->content, track)) return IndexStatus::BadBox;
      const auto found = tracks_.find(track.id);
      if (found == tracks_.end()) return IndexStatus::UnknownTrack;
      track.track = &found->second;
      if (track.description == 0) track.description = found->second.description;
      if (track.default_size == 0) track.default_size = found->second.size;
      if (!found->second.descriptions.empty()) scheme = found->second.descriptions.begin()->second.scheme;
    } else if (!has_header) {
      return IndexStatus::BadBox;  // 8.8.7: it comes first
    } else if (box->type == "trun") {
      if (const auto status = read_run(box->content, track); status != IndexStatus::Done) return status;
    } else if (box->type == "sgpd" && scheme) {
      const auto groups = parse_group_descriptions(box->content, *scheme);
      if (!groups) return IndexStatus::BadBox;
      track.groups.insert(track.groups.end(), groups->begin(), groups->end());
    } else if (box->type == "sbgp") {
      const auto runs = parse_group_runs(box->content);
      if (!runs) return IndexStatus::BadBox;
      track.group_runs.insert(track.group_runs.end(), runs->begin(), runs->end());
    } else if (box->type == "senc") {
      track.samples = box->content;
    } else if (box->type == "saiz" && !track.sizes) {
      track.sizes = box->content;
    } else if (box->type == "saio" && !track.offsets) {
      track.offsets = box->content;
    }
  }
  if (!walk.ok() || !has_header) return IndexStatus::BadBox;
  data_end_ = track.next;
  return protect(track);
}

bool FragmentReader::read_header(Content content, TrackFragment& track) const {
  BigEndian reader(content);
  const auto flags = reader.word() & 0xffffffU;
  track.id = reader.word();
  track.base = (flags & base_is_moof) != 0 ? offset_ : data_end_;
  if ((flags & has_base_offset) != 0) {
    const auto base = reader.number(8);
    if (base > static_cast<std::uint64_t>(furthest)) return false;
    track.base = static_cast<std::int64_t>(base);
  }
  if ((flags & has_description) != 0) track.description = reader.word();
  if ((flags & has_default_duration) != 0) reader.skip(4);
  if ((flags & has_default_size) != 0) track.default_size = reader.word();
  track.next = track.base;
  return reader.ok();
}

IndexStatus FragmentReader::read_run(Content content, TrackFragment& track) {
  BigEndian reader(content);
  const auto flags = reader.word() & 0xffffffU;
  const auto count = reader.word();
  if ((flags & has_data_offset) != 0) track.next = track.base + static_cast<std::int32_t>(reader.word());
  if ((flags & has_first_flags) != 0) reader.skip(4);
  if (!reader.ok() || track.next < 0 || track.next > furthest) return IndexStatus::BadBox;
  const bool are_alike = (flags & (has_duration | has_size | has_flags | has_composition)) == 0;
  if (count > (are_alike ? most_alike : most_samples) || result_.entries.size() + count > most_samples)
    return IndexStatus::TooMuch;
  for (std::uint32_t i = 0; i < count; ++i) {
    if ((flags & has_duration) != 0) reader.skip(4);
    const auto size = (flags & has_size) != 0 ? reader.word() : track.default_size;
    if ((flags & has_flags) != 0) reader.skip(4);
    if ((flags & has_composition) != 0) reader.skip(4);
    if (!reader.ok()) return IndexStatus::BadBox;
    result_.entries.push_back({.offset = track.next, .size = size, .track = track.id});
    track.next += size;
  }
  track.run_lengths.push_back(count);
  return IndexStatus::Done;
}

bool FragmentReader::assign_defaults(const TrackFragment& track) {
  std::map<std::uint32_t, std::uint32_t> known;  // group to its place in the result
  const auto place_of = [&](std::uint32_t group) -> std::optional<std::uint32_t> {
    if (const auto found = known.find(group); found != known.end()) return found->second;
    SampleDefaults defaults;
    if (group == 0) {
      if (const auto found = track.track->descriptions.find(track.description);
          found != track.track->descriptions.end())
        defaults = found->second;
    } else {
      const bool is_local = group >= first_local_group;
      const auto& groups = is_local ? track.groups : track.track->groups;
      const auto index = group - (is_local ? first_local_group : 1);
      if (index >= groups.size()) return std::nullopt;
      defaults = groups[index];
    }
    const auto place = static_cast<std::uint32_t>(result_.defaults.size());
    result_.defaults.push_back(defaults);
    known.emplace(group, place);
    return place;
  };
  auto at = track.first_entry;
  for (const auto& run : track.group_runs) {
    if (run.samples > result_.entries.size() - at) return false;
    const auto place = place_of(run.group);
    if (!place) return false;
    for (std::uint32_t i = 0; i < run.samples; ++i) result_.entries[at++].defaults = *place;
  }
  if (at == result_.entries.size()) return true;
  const auto place = place_of(0);
  for (; at < result_.entries.size(); ++at) result_.entries[at].defaults = *place;
  return true;
}

IndexStatus FragmentReader::protect(const TrackFragment& track) {
  if (!assign_defaults(track)) return IndexStatus::BadBox;
  if (track.samples) return read_senc(track);
  if (track.sizes && track.offsets) return read_auxiliary(track);
  for (auto& entry : std::span(result_.entries).subspan(track.first_entry)) {
    const auto& defaults = result_.defaults[entry.defaults];
    if (defaults.is_protected && defaults.iv_size != 0) return IndexStatus::NoAuxiliary;
    entry.iv = defaults.constant_iv;
  }
  return IndexStatus::Done;
}

bool FragmentReader::read_sample(BigEndian& reader, ProtectionIndex::Entry& entry, bool has_subsamples) {
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

IndexStatus FragmentReader::read_senc(const TrackFragment& track) {
  BigEndian reader(*track.samples);
  const auto flags = reader.word() & 0xffffffU;
  const auto entries = std::span(result_.entries).subspan(track.first_entry);
  if (reader.word() != entries.size()) return IndexStatus::BadBox;
  for (auto& entry : entries)
    if (!read_sample(reader, entry, (flags & has_subsamples_flag) != 0)) return IndexStatus::BadBox;
  return reader.ok() ? IndexStatus::Done : IndexStatus::BadBox;
}

// 14496-12, 8.7.8 and 8.7.9: one offset for all samples, or one for each run.
IndexStatus FragmentReader::read_auxiliary(const TrackFragment& track) {
  BigEndian sizes(*track.sizes), offsets(*track.offsets);
  const auto skip_type = [](BigEndian& reader, std::uint32_t head) {
    if ((head & has_type_flag) != 0) reader.skip(8);
  };
  skip_type(sizes, sizes.word());
  const auto default_size = sizes.byte();
  const auto entries = std::span(result_.entries).subspan(track.first_entry);
  if (sizes.word() != entries.size() || !sizes.ok()) return IndexStatus::BadBox;
  const auto head = offsets.word();
  skip_type(offsets, head);
  const std::size_t width = (head >> 24U) == 0 ? 4 : 8;
  const auto places = offsets.word();
  if (!offsets.ok() || (places != 1 && places != track.run_lengths.size())) return IndexStatus::BadBox;

  std::size_t at = 0;
  for (std::uint32_t run = 0; run < places; ++run) {
    const auto place = offsets.number(width);
    // What lies in front of the box or behind it (in mdat, as some packagers have it) is not here.
    const auto begin = static_cast<std::uint64_t>(track.base - offset_) + place;
    if (!offsets.ok()) return IndexStatus::BadBox;
    if (begin > moof_.size()) return IndexStatus::NoAuxiliary;
    BigEndian reader(moof_.subspan(static_cast<std::size_t>(begin)));
    const auto end = places == 1 ? entries.size() : at + track.run_lengths[run];
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
