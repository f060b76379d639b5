// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A protected MP4 as a demuxer may see it: the same bytes, but for the types of the boxes that speak of
// protection (renames.h), so that FFmpeg 5.1, which mixes encryption metadata up as soon as it seeks, sees a
// clear file whose samples happen to be ciphertext. What the boxes say goes into a ProtectionIndex, by which
// each packet is found again.
//
// The headers are looked at when a read reaches them, in any order: nothing is fetched that the reader does
// not want. Boxes follow one another from the file's beginning, and from each place where a read begins and a
// box is (a demuxer goes to a fragment by an index).
//
// Threads: as ByteSource; find() from any. No lock is held while a read waits.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "drm/index/protection_index.h"
#include "drm/view/renames.h"
#include "streaming/base/byte_source.h"

namespace freshet::drm {

class ProtectedView final : public ByteSource {
 public:
  explicit ProtectedView(std::shared_ptr<ByteSource> source) : source_(std::move(source)) {}

  // Errors: those of the source; Media "bad-protection" when moov cannot be understood.
  [[nodiscard]] std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                                           Generation generation) override;
  void cancel_before(Generation generation) noexcept override { source_->cancel_before(generation); }
  [[nodiscard]] std::optional<Bytes> size() const override { return source_->size(); }
  [[nodiscard]] Seekable seekable() const override { return source_->seekable(); }
  [[nodiscard]] std::vector<ByteRange> available() const override { return source_->available(); }
  void set_windows(std::span<const Window> windows) override { source_->set_windows(windows); }

  // The sample that begins there; also one that is clear. What it points to lives as long as the view.
  // Otherwise why it is not known: BadBox where none is, or what was wrong with its fragment.
  [[nodiscard]] std::expected<ProtectionIndex::Sample, IndexStatus> find(std::int64_t offset) const;

 private:
  using Looked = std::expected<void, ReadError>;

  // Looks at the boxes that lie in the range, which begins where a read does.
  [[nodiscard]] Looked look(std::int64_t begin, std::int64_t end, Generation generation);
  // Looks at the box that begins there, if one does; its end is known then.
  [[nodiscard]] std::expected<bool, ReadError> look_at_box(std::int64_t at, bool is_guess,
                                                           Generation generation);
  [[nodiscard]] Looked look_into(std::int64_t at, std::int64_t size, bool is_movie, Generation generation);
  // Fewer bytes where the file ends.
  [[nodiscard]] std::expected<std::vector<std::byte>, ReadError> bytes_at(std::int64_t offset,
                                                                          std::size_t length,
                                                                          Generation generation);
  // Where the box ends that holds `offset`; nullopt: it is not known.
  [[nodiscard]] std::optional<std::int64_t> end_of_box(std::int64_t offset) const;

  const std::shared_ptr<ByteSource> source_;

  mutable std::mutex mutex_;
  std::map<std::int64_t, std::int64_t> boxes_;           // of the top level: where they begin and end
  std::map<std::int64_t, std::vector<Rename>> renames_;  // by the end of their box
  ProtectionIndex index_;
  std::map<std::int64_t, IndexStatus> damaged_;  // fragments, by their place
  bool has_movie_ = false;
};

}  // namespace freshet::drm
