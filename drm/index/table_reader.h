// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The sample tables of a track in moov (ISO/IEC 14496-12, 8.5 to 8.7): which samples a flat file has, where
// they lie, and how each is protected. Used once.
#pragma once

#include "drm/index/protection_index.h"
#include "drm/index/sample_protector.h"

namespace freshet::drm {

class TableReader {
 public:
  // `moov` is the whole box, which lies at `offset`; auxiliary information outside it comes from `read`.
  TableReader(ProtectionIndex::Fragment& result, std::span<const std::byte> moov, std::int64_t offset,
              const ReadBytes& read)
      : result_(result), moov_(moov), offset_(offset), read_(read) {}

  // `table` is the content of stbl. Nothing happens where it has no samples: those of a fragmented file are
  // elsewhere.
  [[nodiscard]] IndexStatus read(const ProtectionIndex::Track& track, std::uint32_t id,
                                 std::span<const std::byte> table);

 private:
  using Content = std::span<const std::byte>;

  // The sizes of all samples (stsz, stz2). nullopt: it contradicts itself.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> read_sizes(Content content, bool is_compact) const;
  [[nodiscard]] IndexStatus place(std::uint32_t id, const std::vector<std::uint32_t>& sizes, Content chunks,
                                  Content offsets, bool is_wide, SampleProtector::Samples& samples);

  ProtectionIndex::Fragment& result_;
  Content moov_;
  std::int64_t offset_;
  const ReadBytes& read_;
};

}  // namespace freshet::drm
