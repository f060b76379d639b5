// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One moof box (ISO/IEC 14496-12, 8.8): which samples it has, where they lie, and how each is protected. Used
// once.
#pragma once

#include "drm/index/protection_index.h"
#include "drm/index/sample_protector.h"

namespace freshet::drm {

class FragmentReader {
 public:
  using Tracks = std::map<std::uint32_t, ProtectionIndex::Track>;

  FragmentReader(const Tracks& tracks, std::span<const std::byte> moof, std::int64_t offset,
                 const ReadBytes& read)
      : tracks_(tracks), moof_(moof), offset_(offset), read_(read), data_end_(offset) {}

  [[nodiscard]] IndexStatus read();
  [[nodiscard]] ProtectionIndex::Fragment take() { return std::move(result_); }

 private:
  using Content = std::span<const std::byte>;
  struct TrackFragment {
    std::uint32_t id = 0, description = 0, default_size = 0;
    std::int64_t base = 0,
                 next = 0;  // places in the file: what offsets count from; where the next run begins
    SampleProtector::Samples samples;
  };

  [[nodiscard]] IndexStatus read_track(Content content);
  [[nodiscard]] bool read_header(Content content, TrackFragment& track) const;
  [[nodiscard]] IndexStatus read_run(Content content, TrackFragment& track);

  const Tracks& tracks_;
  Content moof_;
  std::int64_t offset_;
  const ReadBytes& read_;
  std::int64_t data_end_;  // of the track fragment before: where the next one's data begin unless it says
  ProtectionIndex::Fragment result_;
};

}  // namespace freshet::drm
