// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/index/fragment_reader.h"

#include <algorithm>
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
};

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
  auto& samples = track.samples;
  samples.first_entry = result_.entries.size();
  bool has_header = false;
  BoxWalk walk(content);
  std::optional<Scheme> scheme;
  while (const auto box = walk.next()) {
    if (box->type == "tfhd") {
      if (std::exchange(has_header, true) || !read_header(box->content, track)) return IndexStatus::BadBox;
      const auto found = tracks_.find(track.id);
      if (found == tracks_.end()) return IndexStatus::UnknownTrack;
      samples.track = &found->second;
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
      samples.groups.insert(samples.groups.end(), groups->begin(), groups->end());
    } else if (box->type == "sbgp") {
      const auto runs = parse_group_runs(box->content);
      if (!runs) return IndexStatus::BadBox;
      samples.group_runs.insert(samples.group_runs.end(), runs->begin(), runs->end());
    } else if (box->type == "senc") {
      samples.samples = box->content;
    } else if (box->type == "saiz" && !samples.sizes) {
      samples.sizes = box->content;
    } else if (box->type == "saio" && !samples.places) {
      samples.places = box->content;
    }
  }
  if (!walk.ok() || !has_header) return IndexStatus::BadBox;
  data_end_ = track.next;
  samples.base = track.base;
  samples.descriptions = {{result_.entries.size() - samples.first_entry, track.description}};
  return SampleProtector(result_, moof_, offset_, read_).protect(samples);
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
  track.samples.run_lengths.push_back(count);
  return IndexStatus::Done;
}

}  // namespace freshet::drm
