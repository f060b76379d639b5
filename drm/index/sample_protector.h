// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// From where the samples of a track are to how they are protected: sample groups, and what senc, or saiz and
// saio, say of each (ISO/IEC 23001-7, 7; 14496-12, 8.7.8). The same for a fragment and for the tables of a
// flat file. One thread.
#pragma once

#include "drm/container/source_reader.h"
#include "drm/index/protection_index.h"
#include "drm/index/sample_group.h"

namespace freshet::drm {

class SampleProtector {
 public:
  using Content = std::span<const std::byte>;
  // The last samples of a Fragment.
  struct Samples {
    const ProtectionIndex::Track* track = nullptr;
    std::size_t first_entry = 0;
    std::vector<std::pair<std::size_t, std::uint32_t>> descriptions;  // so many samples, which description
    std::vector<std::size_t> run_lengths;  // saio has a place for each run, or one for all
    std::int64_t base = 0;                 // in the file: what places count from
    std::vector<SampleDefaults> groups;    // of the fragment itself
    std::vector<GroupRun> group_runs;
    std::optional<Content> samples, sizes, places;  // senc, saiz, saio
  };

  // `bytes` lie at `offset` of the file: where auxiliary information is looked for first, and then by `read`.
  SampleProtector(ProtectionIndex::Fragment& result, Content bytes, std::int64_t offset,
                  const ReadBytes& read)
      : result_(result), bytes_(bytes), offset_(offset), read_(read) {}

  [[nodiscard]] IndexStatus protect(const Samples& samples);

 private:
  [[nodiscard]] bool assign_defaults(const Samples& samples);
  [[nodiscard]] IndexStatus read_senc(const Samples& samples);
  [[nodiscard]] IndexStatus read_auxiliary(const Samples& samples);
  [[nodiscard]] std::optional<Content> auxiliary_at(std::int64_t base, std::uint64_t place,
                                                    std::size_t length,
                                                    std::vector<std::byte>& elsewhere) const;
  [[nodiscard]] bool read_sample(container::BigEndian& reader, ProtectionIndex::Entry& entry,
                                 bool has_subsamples);
  [[nodiscard]] std::span<ProtectionIndex::Entry> entries_of(const Samples& samples) {
    return std::span(result_.entries).subspan(samples.first_entry);
  }

  ProtectionIndex::Fragment& result_;
  Content bytes_;
  std::int64_t offset_;
  const ReadBytes& read_;
};

}  // namespace freshet::drm
