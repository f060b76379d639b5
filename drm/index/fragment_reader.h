// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One moof box (ISO/IEC 14496-12, 8.8): which samples it has, where they lie, and how each is protected. Used
// once.
#pragma once

#include "drm/container/source_reader.h"
#include "drm/index/protection_index.h"
#include "drm/index/sample_group.h"

namespace freshet::drm {

class FragmentReader {
 public:
  using Tracks = std::map<std::uint32_t, ProtectionIndex::Track>;

  FragmentReader(const Tracks& tracks, std::span<const std::byte> moof, std::int64_t offset)
      : tracks_(tracks), moof_(moof), offset_(offset), data_end_(offset) {}

  [[nodiscard]] IndexStatus read();
  [[nodiscard]] ProtectionIndex::Fragment take() { return std::move(result_); }

 private:
  using Content = std::span<const std::byte>;
  struct TrackFragment {
    const ProtectionIndex::Track* track = nullptr;
    std::uint32_t id = 0, description = 0, default_size = 0;
    std::int64_t base = 0,
                 next = 0;  // places in the file: what offsets count from; where the next run begins
    std::size_t first_entry = 0;
    std::vector<std::size_t> run_lengths;  // samples
    std::vector<SampleDefaults> groups;
    std::vector<GroupRun> group_runs;
    std::optional<Content> samples, sizes, offsets;  // senc, saiz, saio
  };

  [[nodiscard]] IndexStatus read_track(Content content);
  [[nodiscard]] bool read_header(Content content, TrackFragment& track) const;
  [[nodiscard]] IndexStatus read_run(Content content, TrackFragment& track);
  [[nodiscard]] IndexStatus protect(const TrackFragment& track);
  [[nodiscard]] bool assign_defaults(const TrackFragment& track);
  [[nodiscard]] IndexStatus read_senc(const TrackFragment& track);
  [[nodiscard]] IndexStatus read_auxiliary(const TrackFragment& track);
  [[nodiscard]] bool read_sample(container::BigEndian& reader, ProtectionIndex::Entry& entry,
                                 bool has_subsamples);

  const Tracks& tracks_;
  Content moof_;
  std::int64_t offset_;
  std::int64_t data_end_;  // of the track fragment before: where the next one's data begin unless it says
  ProtectionIndex::Fragment result_;
};

}  // namespace freshet::drm
