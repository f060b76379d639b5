// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/index/table_reader.h"

#include <algorithm>
#include <limits>

#include "drm/index/box_walk.h"

namespace freshet::drm {
namespace {

using container::BigEndian;

// Of a track; and where all have one size, which takes no bytes to say: nine hours of AC-3.
constexpr std::size_t most_table_samples = 8'000'000;
constexpr std::size_t most_samples_of_one_size = 1'000'000;
constexpr std::uint64_t furthest_sample = std::uint64_t{1} << 61U;

}  // namespace

IndexStatus TableReader::read(const ProtectionIndex::Track& track, std::uint32_t id, Content table) {
  std::optional<Content> sizes, compact_sizes, chunks, offsets, wide_offsets;
  SampleProtector::Samples samples;
  samples.track = &track;
  samples.first_entry = result_.entries.size();
  BoxWalk walk(table);
  while (const auto box = walk.next()) {
    if (box->type == "stsz") sizes = box->content;
    if (box->type == "stz2") compact_sizes = box->content;
    if (box->type == "stsc") chunks = box->content;
    if (box->type == "stco") offsets = box->content;
    if (box->type == "co64") wide_offsets = box->content;
    if (box->type == "senc") samples.samples = box->content;
    if (box->type == "saiz" && !samples.sizes) samples.sizes = box->content;
    if (box->type == "saio" && !samples.places) samples.places = box->content;
    if (box->type == "sbgp") {
      const auto runs = parse_group_runs(box->content);
      if (!runs) return IndexStatus::BadBox;
      samples.group_runs.insert(samples.group_runs.end(), runs->begin(), runs->end());
    }
  }
  if (!walk.ok()) return IndexStatus::BadBox;
  if ((!sizes && !compact_sizes) || !chunks || (!offsets && !wide_offsets)) return IndexStatus::Done;
  const auto all_sizes = sizes ? read_sizes(*sizes, false) : read_sizes(*compact_sizes, true);
  if (!all_sizes) return IndexStatus::BadBox;
  if (all_sizes->empty()) return IndexStatus::Done;
  if (const auto status =
          place(id, *all_sizes, *chunks, offsets ? *offsets : *wide_offsets, !offsets, samples);
      status != IndexStatus::Done)
    return status;
  return SampleProtector(result_, moov_, offset_, read_).protect(samples);
}

std::optional<std::vector<std::uint32_t>> TableReader::read_sizes(Content content, bool is_compact) const {
  BigEndian reader(content);
  reader.skip(4);
  const auto one_size = reader.word();  // of stz2 the last byte: how many bits each takes
  const std::size_t count = reader.word();
  if (!reader.ok()) return std::nullopt;
  if (!is_compact && one_size != 0) {
    if (count > most_samples_of_one_size) return std::nullopt;
    return std::vector<std::uint32_t>(count, one_size);
  }
  const std::size_t bits = is_compact ? one_size & 0xffU : 32;
  if (bits != 4 && bits != 8 && bits != 16 && bits != 32) return std::nullopt;
  if (count > most_table_samples || (count * bits + 7) / 8 > reader.left()) return std::nullopt;
  std::vector<std::uint32_t> sizes;
  sizes.reserve(count);
  while (sizes.size() < count) {
    if (bits == 4) {
      const std::uint32_t pair = reader.byte();
      sizes.push_back(pair >> 4U);
      if (sizes.size() < count) sizes.push_back(pair & 0xfU);
    } else {
      sizes.push_back(static_cast<std::uint32_t>(reader.number(bits / 8)));
    }
  }
  return sizes;
}

IndexStatus TableReader::place(std::uint32_t id, const std::vector<std::uint32_t>& sizes, Content chunks,
                               Content offsets, bool is_wide, SampleProtector::Samples& samples) {
  struct ChunkRun {
    std::uint32_t first = 0, samples = 0, description = 0;
  };
  BigEndian runs(chunks), places(offsets);
  runs.skip(4);
  places.skip(4);
  std::uint32_t runs_left = runs.word();
  const std::uint32_t chunk_count = places.word();
  const std::size_t width = is_wide ? 8 : 4;
  if (!runs.ok() || !places.ok() || chunk_count > places.left() / width) return IndexStatus::BadBox;
  const auto next_run = [&]() -> ChunkRun {
    if (runs_left == 0) return {.first = std::numeric_limits<std::uint32_t>::max()};
    --runs_left;
    const auto first = runs.word(), count = runs.word(), description = runs.word();
    return {first, count, description};
  };
  ChunkRun run, next = next_run();
  if (!runs.ok() || (chunk_count > 0 && next.first != 1)) return IndexStatus::BadBox;
  result_.entries.reserve(result_.entries.size() + sizes.size());
  std::size_t at = 0;
  for (std::uint32_t chunk = 1; chunk <= chunk_count && at < sizes.size(); ++chunk) {
    if (chunk == next.first) {
      run = next;
      next = next_run();
      if (!runs.ok() || next.first <= run.first) return IndexStatus::BadBox;
    }
    auto place = places.number(width);
    const auto count = std::min<std::size_t>(run.samples, sizes.size() - at);
    for (std::size_t i = 0; i < count; ++i, ++at) {
      if (place > furthest_sample) return IndexStatus::BadBox;
      result_.entries.push_back({.offset = static_cast<std::int64_t>(place), .size = sizes[at], .track = id});
      place += sizes[at];
    }
    samples.run_lengths.push_back(count);
    if (samples.descriptions.empty() || samples.descriptions.back().second != run.description)
      samples.descriptions.emplace_back(0, run.description);
    samples.descriptions.back().first += count;
  }
  // A sample without a chunk has no place.
  return at == sizes.size() ? IndexStatus::Done : IndexStatus::BadBox;
}

}  // namespace freshet::drm
