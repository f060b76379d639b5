// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How each sample of a fragmented MP4 is protected (ISO/IEC 14496-12, 23001-7), found by its place in the
// file: FFmpeg 5.1 mixes this up as soon as it seeks, so it never sees any of it. Built from moov and the
// moof boxes, in any order, as their bytes are verified: tenc, senc or saiz with saio (inside moof), seig
// sample groups.
//
// All input is hostile: what contradicts itself is refused as a whole, a box at a time, and counts are
// bounded by the bytes that carry them. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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

  // `moov` is the whole box. Once, before any fragment.
  [[nodiscard]] IndexStatus add_movie(std::span<const std::byte> moov);
  // `moof` is the whole box, which lies at `offset` of the file. Again: nothing.
  [[nodiscard]] IndexStatus add_fragment(std::span<const std::byte> moof, std::int64_t offset);

  // The sample that begins there; also one that is clear. nullopt: it is not known.
  [[nodiscard]] std::optional<Sample> find(std::int64_t offset) const;
  // All of them by place; for tests and tools.
  [[nodiscard]] std::vector<Sample> samples() const;

 private:
  friend class FragmentReader;
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

  std::map<std::uint32_t, Track> tracks_;
  std::map<std::int64_t, Fragment> fragments_;             // by the place of their moof
  std::map<std::int64_t, const Fragment*> first_samples_;  // by that of their first sample
  std::size_t samples_ = 0;
};

}  // namespace freshet::drm
