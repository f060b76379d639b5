// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/index/protection_index.h"

#include <algorithm>
#include <utility>

#include "drm/container/sample_entry.h"
#include "drm/container/source_reader.h"
#include "drm/index/box_walk.h"
#include "drm/index/fragment_reader.h"
#include "drm/index/sample_group.h"
#include "drm/index/table_reader.h"

namespace freshet::drm {
namespace {

using container::BigEndian;

// A fragment a second for a week; each costs a node of a map.
constexpr std::size_t most_fragments = 1'000'000;
constexpr std::size_t most_tracks = 256;
// Two days of 60 pictures and 50 packets of sound a second; some 500 MiB.
constexpr std::size_t most_samples = 8'000'000;

std::optional<Scheme> scheme_of(std::string_view name) {
  if (name == "cenc") return Scheme::Cenc;
  if (name == "cens") return Scheme::Cens;
  if (name == "cbc1") return Scheme::Cbc1;
  if (name == "cbcs") return Scheme::Cbcs;
  return std::nullopt;
}

// nullopt: an entry that lacks what its samples need.
std::optional<SampleDefaults> defaults_of(const container::ProtectedEntry& entry, Scheme scheme) {
  SampleDefaults defaults{.is_protected = entry.default_is_protected == 1, .scheme = scheme};
  if (!entry.default_key || entry.default_key->bytes.size() != defaults.key.size()) return std::nullopt;
  std::ranges::copy(entry.default_key->bytes, defaults.key.begin());
  defaults.iv_size = entry.per_sample_iv_size;
  defaults.pattern = {entry.crypt_blocks, entry.skip_blocks};
  if (entry.constant_iv.size() > defaults.constant_iv.size()) return std::nullopt;
  std::ranges::copy(entry.constant_iv, defaults.constant_iv.begin());
  const bool has_iv = defaults.iv_size == 8 || defaults.iv_size == 16 ||
                      (defaults.iv_size == 0 && !entry.constant_iv.empty());
  if (defaults.is_protected && !has_iv) return std::nullopt;
  return defaults;
}

// The content of the first child of the type.
std::optional<std::span<const std::byte>> child(std::span<const std::byte> content, std::string_view type) {
  for (BoxWalk walk(content); const auto box = walk.next();)
    if (box->type == type) return box->content;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(IndexStatus status) {
  switch (status) {
    case IndexStatus::Done: return "done";
    case IndexStatus::BadBox: return "bad-box";
    case IndexStatus::UnknownScheme: return "unknown-scheme";
    case IndexStatus::UnknownTrack: return "unknown-track";
    case IndexStatus::NoAuxiliary: return "no-auxiliary";
    case IndexStatus::TooMuch: break;
  }
  return "too-much";
}

std::expected<ProtectionIndex::Part, IndexStatus> ProtectionIndex::read_movie(std::span<const std::byte> moov,
                                                                              std::int64_t offset,
                                                                              const ReadBytes& read) {
  const auto failed = [](IndexStatus status) { return std::unexpected(status); };
  BoxWalk outer(moov);
  const auto movie = outer.next();
  if (!movie || movie->type != "moov") return failed(IndexStatus::BadBox);
  std::map<std::uint32_t, Track> tracks;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> extends;
  Fragment samples;
  BoxWalk walk(movie->content);
  while (const auto box = walk.next()) {
    if (box->type == "trak") {
      const auto header = child(box->content, "tkhd");
      auto table = child(box->content, "mdia");
      for (const auto* const type : {"minf", "stbl"}) table = table ? child(*table, type) : std::nullopt;
      if (!header || !table) return failed(IndexStatus::BadBox);
      BigEndian reader(*header);
      const bool is_wide = reader.byte() == 1;
      reader.skip(is_wide ? 3 + 16 : 3 + 8);
      const auto id = reader.word();
      if (!reader.ok() || tracks.contains(id)) return failed(IndexStatus::BadBox);
      if (tracks.size() >= most_tracks) return failed(IndexStatus::TooMuch);
      auto& track = tracks[id];
      std::optional<Scheme> scheme;
      if (const auto descriptions = child(*table, "stsd")) {
        for (const auto& entry : container::parse_sample_descriptions(*descriptions)) {
          scheme = scheme_of(entry.scheme);
          if (!scheme) return failed(IndexStatus::UnknownScheme);
          const auto defaults = defaults_of(entry, *scheme);
          if (!defaults) return failed(IndexStatus::BadBox);
          track.descriptions.emplace(entry.description, *defaults);
        }
      }
      for (BoxWalk groups(*table); const auto group = groups.next();) {
        if (group->type != "sgpd" || !scheme) continue;
        const auto parsed = parse_group_descriptions(group->content, *scheme);
        if (!parsed) return failed(IndexStatus::BadBox);
        track.groups.insert(track.groups.end(), parsed->begin(), parsed->end());
      }
      if (const auto status = TableReader(samples, moov, offset, read).read(track, id, *table);
          status != IndexStatus::Done)
        return failed(status);
    } else if (box->type == "mvex") {
      for (BoxWalk defaults(box->content); const auto one = defaults.next();) {
        if (one->type != "trex") continue;
        BigEndian reader(one->content);
        reader.skip(4);
        const auto id = reader.word(), description = reader.word();
        reader.skip(4);
        const auto size = reader.word();
        if (!reader.ok()) return failed(IndexStatus::BadBox);
        extends[id] = {description, size};
      }
    }
  }
  if (!walk.ok()) return failed(IndexStatus::BadBox);
  for (const auto& [id, values] : extends) {
    if (const auto track = tracks.find(id); track != tracks.end())
      std::tie(track->second.description, track->second.size) = values;
  }
  return Part{offset, std::move(samples), std::move(tracks)};
}

std::expected<ProtectionIndex::Part, IndexStatus> ProtectionIndex::read_fragment(
    std::span<const std::byte> moof, std::int64_t offset, const ReadBytes& read) const {
  FragmentReader reader(tracks_, moof, offset, read);
  if (const auto status = reader.read(); status != IndexStatus::Done) return std::unexpected(status);
  return Part{offset, reader.take(), std::nullopt};
}

IndexStatus ProtectionIndex::add(Part part) {
  if (fragments_.contains(part.offset)) return IndexStatus::Done;
  if (fragments_.size() >= most_fragments || part.samples.entries.size() > most_samples - samples_)
    return IndexStatus::TooMuch;
  if (part.tracks) tracks_ = std::move(*part.tracks);
  samples_ += part.samples.entries.size();
  std::ranges::sort(part.samples.entries, {}, &Entry::offset);
  const auto& kept = fragments_.emplace(part.offset, std::move(part.samples)).first->second;
  if (!kept.entries.empty()) first_samples_.emplace(kept.entries.front().offset, &kept);
  return IndexStatus::Done;
}

ProtectionIndex::Sample ProtectionIndex::sample_of(const Fragment& fragment, const Entry& entry) const {
  return {entry.offset, entry.size,
          entry.track,  &fragment.defaults[entry.defaults],
          entry.iv,     std::span(fragment.subsamples).subspan(entry.first_subsample, entry.subsamples)};
}

std::optional<ProtectionIndex::Sample> ProtectionIndex::find(std::int64_t offset) const {
  auto after = first_samples_.upper_bound(offset);
  if (after == first_samples_.begin()) return std::nullopt;
  const auto& fragment = *std::prev(after)->second;
  const auto entry = std::ranges::lower_bound(fragment.entries, offset, {}, &Entry::offset);
  if (entry == fragment.entries.end() || entry->offset != offset) return std::nullopt;
  return sample_of(fragment, *entry);
}

std::vector<ProtectionIndex::Sample> ProtectionIndex::samples() const {
  std::vector<Sample> all;
  for (const auto& [offset, fragment] : fragments_)
    for (const auto& entry : fragment.entries) all.push_back(sample_of(fragment, entry));
  std::ranges::sort(all, {}, &Sample::offset);
  return all;
}

}  // namespace freshet::drm
