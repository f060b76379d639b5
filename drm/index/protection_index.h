// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How each sample of an MP4, flat or fragmented, is protected (ISO/IEC 14496-12, 23001-7), found by its place
// in the file: FFmpeg 5.1 mixes this up as soon as it seeks, so it never sees any of it. Built from moov and
// the moof boxes, in any order, as their bytes are verified: tenc, senc or saiz with saio, seig sample
// groups.
//
// All input is hostile: what contradicts itself is refused as a whole, a box at a time, and counts are
// bounded by the bytes that carry them. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "drm/decrypt/protected_sample.h"

namespace freshet::drm {

using KeyId16 = std::array<std::uint8_t, 16>;

// What holds for all samples of a description (tenc) or of a group (seig).
struct SampleDefaults {
  bool is_protected = false;
  Scheme scheme = Scheme::Cenc;
  KeyId16 key{};
  std::uint8_t iv_size = 0;  // of each sample; 0: constant_iv
  AesIv constant_iv{};
  Pattern pattern = {};
};

enum class IndexStatus : std::uint8_t {
  Done,
  BadBox,         // cut, or it contradicts itself
  UnknownScheme,  // of a protected description
  UnknownTrack,   // a fragment of one that moov does not have
  NoAuxiliary,    // protected samples without their IVs
  TooMuch,        // beyond a bound
};
// "bad-box" and so on.
[[nodiscard]] std::string_view name_of(IndexStatus status);

// `length` bytes of the file at `offset`, or none where they cannot be had.
using ReadBytes = std::function<std::vector<std::byte>(std::int64_t offset, std::size_t length)>;

class ProtectionIndex {
 public:
  struct Sample {
    std::int64_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t track = 0;
    const SampleDefaults* defaults = nullptr;  // as long as the index
    AesIv iv{};
    std::span<const Subsample> subsamples;  // as long as the index

    [[nodiscard]] ProtectedSample how() const { return {iv, subsamples, defaults->pattern}; }
  };

  // What one box says.
  struct Part;
  // `moov` is the whole box, which lies at `offset` of the file. `read` is asked for auxiliary information
  // outside the box, and may wait; without it that is NoAuxiliary.
  [[nodiscard]] static std::expected<Part, IndexStatus> read_movie(std::span<const std::byte> moov,
                                                                   std::int64_t offset,
                                                                   const ReadBytes& read = {});
  // `moof` is the whole box, which lies at `offset`. After the movie was added; beside other calls.
  [[nodiscard]] std::expected<Part, IndexStatus> read_fragment(std::span<const std::byte> moof,
                                                               std::int64_t offset,
                                                               const ReadBytes& read = {}) const;
  // The movie once, before any fragment; a fragment again: nothing.
  [[nodiscard]] IndexStatus add(Part part);

  // The sample that begins there; also one that is clear. nullopt: it is not known.
  [[nodiscard]] std::optional<Sample> find(std::int64_t offset) const;
  // All of them by place; for tests and tools.
  [[nodiscard]] std::vector<Sample> samples() const;

 private:
  friend class FragmentReader;
  friend class SampleProtector;
  friend class TableReader;
  struct Entry {
    std::int64_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t track = 0;
    std::uint32_t defaults = 0;  // in Fragment::defaults
    std::uint32_t first_subsample = 0, subsamples = 0;
    AesIv iv{};
  };
  struct Fragment {
    std::vector<Entry> entries;  // by offset
    std::vector<Subsample> subsamples;
    std::vector<SampleDefaults> defaults;
  };
  struct Track {
    std::map<std::uint32_t, SampleDefaults> descriptions;  // the protected ones
    std::vector<SampleDefaults> groups;                    // seig of stbl
    std::uint32_t description = 1, size = 0;               // trex
  };

  [[nodiscard]] Sample sample_of(const Fragment& fragment, const Entry& entry) const;

  std::map<std::uint32_t, Track> tracks_;                  // never changes once the movie was added
  std::map<std::int64_t, Fragment> fragments_;             // by the place of their moof
  std::map<std::int64_t, const Fragment*> first_samples_;  // by that of their first sample
  std::size_t samples_ = 0;
};

struct ProtectionIndex::Part {
  std::int64_t offset = 0;
  Fragment samples;
  std::optional<std::map<std::uint32_t, Track>> tracks;  // of the movie
};

}  // namespace freshet::drm
