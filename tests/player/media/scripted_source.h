// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A ByteSource over bytes in memory whose behaviour a test writes down: where it blocks, where it fails, how
// short its reads are, whether it can be sought.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "streaming/base/byte_source.h"

namespace freshet::media::test {

class ScriptedSource final : public ByteSource {
 public:
  explicit ScriptedSource(std::string bytes) : bytes_(std::move(bytes)) {}

  // Reads at or behind `offset` wait until unblock() or a cancel.
  void block_from(std::int64_t offset) {
    const std::lock_guard lock(mutex_);
    blocked_from_ = offset;
  }
  // Reads inside `range` wait until unblock() or a cancel: a hole in what has come.
  void block_range(ByteRange range) {
    const std::lock_guard lock(mutex_);
    hole_ = range;
  }
  void unblock() {
    const std::lock_guard lock(mutex_);
    hole_ = {};
    blocked_from_ = std::numeric_limits<std::int64_t>::max();
    changed_.notify_all();
  }
  void fail_from(std::int64_t offset) {
    const std::lock_guard lock(mutex_);
    fails_from_ = offset;
  }
  void set_short_reads(std::size_t most) {
    const std::lock_guard lock(mutex_);
    most_ = most;
  }
  void set_seekable(Seekable seekable) { seekable_ = seekable; }
  void hide_size() { hide_size_ = true; }
  // Waits until a read is blocked.
  void wait_until_blocked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }
  // Waits until a read of this generation is blocked.
  void wait_until_blocked_for(Generation generation) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0 && newest_waiting_ == generation; });
  }
  [[nodiscard]] std::int64_t bytes_read() const { return bytes_read_; }
  [[nodiscard]] std::int64_t furthest() const { return furthest_; }

  // After an error the buffer holds nothing of use, as it is with other sources now and then.
  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override {
    auto got = try_read(offset, buffer, generation);
    if (!got) std::ranges::fill(buffer, std::byte{0xaa});
    return got;
  }
  void cancel_before(Generation generation) noexcept override {
    const std::lock_guard lock(mutex_);
    oldest_ = std::max(oldest_, generation);
    changed_.notify_all();
  }
  std::optional<Bytes> size() const override {
    if (hide_size_) return std::nullopt;
    return Bytes{static_cast<std::int64_t>(bytes_.size())};
  }
  Seekable seekable() const override { return seekable_; }
  std::vector<ByteRange> available() const override {
    const std::lock_guard lock(mutex_);
    const std::int64_t end = std::min({static_cast<std::int64_t>(bytes_.size()), blocked_from_, fails_from_});
    return {{ByteOffset{0}, ByteOffset{end}}};
  }
  void set_windows(std::span<const Window> windows) override { static_cast<void>(windows); }

 private:
  std::expected<std::size_t, ReadError> try_read(ByteOffset offset, std::span<std::byte> buffer,
                                                 Generation generation) {
    std::unique_lock lock(mutex_);
    if (generation < oldest_) return std::unexpected(ReadCancelled{});
    if (offset.value >= fails_from_) {
      return std::unexpected(Error{ErrorCategory::Network, "scripted", "The test wants it to fail", ""});
    }
    if (offset.value >= static_cast<std::int64_t>(bytes_.size()) || offset.value < 0) return 0;
    const auto blocked = [&] {
      return offset.value >= blocked_from_ || (hole_.begin <= offset && offset < hole_.end);
    };
    if (blocked()) {
      ++waiting_;
      newest_waiting_ = std::max(newest_waiting_, generation);
      changed_.notify_all();
      changed_.wait(lock, [&] { return !blocked() || generation < oldest_; });
      --waiting_;
      if (generation < oldest_) return std::unexpected(ReadCancelled{});
    }
    std::int64_t end = static_cast<std::int64_t>(bytes_.size());
    if (offset.value < blocked_from_) end = std::min(end, blocked_from_);
    if (offset < hole_.begin) end = std::min(end, hole_.begin.value);
    if (offset.value < fails_from_) end = std::min(end, fails_from_);
    const std::size_t count = std::min({buffer.size(), most_, static_cast<std::size_t>(end - offset.value)});
    std::memcpy(buffer.data(), bytes_.data() + offset.value, count);
    bytes_read_ += static_cast<std::int64_t>(count);
    furthest_ = std::max(furthest_.load(), offset.value + static_cast<std::int64_t>(count));
    return count;
  }

  const std::string bytes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Generation oldest_{};
  ByteRange hole_{};
  std::int64_t blocked_from_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t fails_from_ = std::numeric_limits<std::int64_t>::max();
  std::size_t most_ = std::numeric_limits<std::size_t>::max();
  int waiting_ = 0;
  Generation newest_waiting_{};
  std::atomic<std::int64_t> bytes_read_{0};
  std::atomic<std::int64_t> furthest_{0};
  Seekable seekable_ = Seekable::Yes;
  bool hide_size_ = false;
};

}  // namespace freshet::media::test
