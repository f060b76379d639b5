// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A pipe as a ByteSource. One thread reads the pipe ahead into blocks, and pauses when it is far enough ahead
// of the newest read; the blocks behind that read are kept as long as they fit, for short seeks back.
#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <stop_token>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "streaming/descriptor.h"
#include "streaming/direct_sources.h"

namespace freshet::streaming {
namespace {

// The default capacity of a pipe in Linux: one system call empties it.
constexpr std::size_t pipe_capacity = 64U << 10U;

class PipeSource final : public ByteSource {
 public:
  PipeSource(int pipe, Descriptor owned, Bytes memory)
      : pipe_(pipe),
        owned_(std::move(owned)),
        memory_(std::max<std::int64_t>(memory.value, 2 * pipe_capacity)),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this](const std::stop_token& stop) { pump(stop); }) {}

  ~PipeSource() override {
    thread_.request_stop();
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is readable as well.
    if (::write(wake_.get(), &one, sizeof one) < 0) return;
  }

  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override {
    if (buffer.empty() || offset.value < 0) return std::size_t{0};
    std::unique_lock lock{mutex_};
    waiting_.push_back(offset.value);
    pump_may_go_on_.notify_one();
    arrived_.wait(
        lock, [&] { return generation < oldest_ || offset.value < begin_ || offset.value < end_ || ended_; });
    waiting_.erase(std::ranges::find(waiting_, offset.value));
    if (generation < oldest_) return std::unexpected(ReadCancelled{});
    if (offset.value < begin_) {
      return std::unexpected(Error{ErrorCategory::Source, "not-seekable", "a pipe cannot be rewound that far",
                                   "save the stream to a file, or give more memory with --memory-cache"});
    }
    if (offset.value >= end_) {
      if (failure_) return std::unexpected(*failure_);
      return std::size_t{0};
    }
    const std::size_t count = copy_out_locked(offset.value, buffer);
    position_ = offset.value + static_cast<std::int64_t>(count);
    pump_may_go_on_.notify_one();
    return count;
  }

  void cancel_before(Generation generation) noexcept override {
    {
      const std::scoped_lock lock{mutex_};
      oldest_ = std::max(oldest_, generation);
    }
    arrived_.notify_all();
  }

  [[nodiscard]] std::optional<Bytes> size() const override {
    const std::scoped_lock lock{mutex_};
    if (!ended_ || failure_) return std::nullopt;
    return Bytes{end_};
  }

  [[nodiscard]] Seekable seekable() const override { return Seekable::No; }

  [[nodiscard]] std::vector<ByteRange> available() const override {
    const std::scoped_lock lock{mutex_};
    if (begin_ == end_) return {};
    return {ByteRange{ByteOffset{begin_}, ByteOffset{end_}}};
  }

  void set_windows(std::span<const Window> /*windows*/) override {}  // bytes come in one order only

 private:
  std::size_t copy_out_locked(std::int64_t offset, std::span<std::byte> buffer) const {
    auto skip = static_cast<std::size_t>(offset - begin_);
    std::size_t copied = 0;
    for (const auto& block : blocks_) {
      if (skip >= block.size()) {
        skip -= block.size();
        continue;
      }
      const std::size_t count = std::min(block.size() - skip, buffer.size() - copied);
      std::memcpy(buffer.data() + copied, block.data() + skip, count);
      copied += count;
      skip = 0;
      if (copied == buffer.size()) break;
    }
    return copied;
  }

  void pump(const std::stop_token& stop) {
    std::array<std::byte, pipe_capacity> bytes{};
    while (wait_for_room(stop) && wait_for_bytes(stop)) {
      const ssize_t count = ::read(pipe_, bytes.data(), bytes.size());
      const int error = errno;
      if (count < 0 && (error == EINTR || error == EAGAIN)) continue;
      {
        const std::scoped_lock lock{mutex_};
        if (count > 0) {
          append_locked(std::span{bytes}.first(static_cast<std::size_t>(count)));
        } else {
          ended_ = true;
          if (count < 0) {
            failure_ = Error{ErrorCategory::Storage,
                             "read-failed",
                             "reading the pipe failed: " + std::generic_category().message(error),
                             {}};
          }
        }
      }
      arrived_.notify_all();
      if (count <= 0) return;
    }
  }

  // Half of the memory is for what comes, the other half for what was read. A read beyond both has to be
  // reached.
  bool wait_for_room(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    return pump_may_go_on_.wait(lock, stop, [this] {
      return end_ - position_ < memory_ / 2 ||
             std::ranges::any_of(waiting_, [this](std::int64_t offset) { return offset >= end_; });
    });
  }

  bool wait_for_bytes(const std::stop_token& stop) {
    std::array<pollfd, 2> events{
        {{.fd = pipe_, .events = POLLIN, .revents = 0}, {.fd = wake_.get(), .events = POLLIN, .revents = 0}}};
    while (!stop.stop_requested()) {
      if (::poll(events.data(), events.size(), -1) > 0 && events[0].revents != 0)
        return !stop.stop_requested();
    }
    return false;
  }

  void append_locked(std::span<const std::byte> bytes) {
    // A slow writer sends little at a time: fill the last block before a new one.
    if (blocks_.empty() || blocks_.back().size() + bytes.size() > pipe_capacity) {
      blocks_.emplace_back().reserve(pipe_capacity);
    }
    blocks_.back().insert(blocks_.back().end(), bytes.begin(), bytes.end());
    end_ += static_cast<std::int64_t>(bytes.size());
    // A read whose bytes have come may not run yet: they stay until it has them.
    const auto oldest_wait = std::ranges::min_element(waiting_);
    const std::int64_t keep = oldest_wait == waiting_.end() ? end_ : *oldest_wait;
    while (end_ - begin_ > memory_ && begin_ + std::ssize(blocks_.front()) <= keep) {
      begin_ += static_cast<std::int64_t>(blocks_.front().size());
      blocks_.pop_front();
    }
  }

  const int pipe_;
  const Descriptor owned_;
  const std::int64_t memory_;
  const Descriptor wake_;  // readable once the destructor runs

  mutable std::mutex mutex_;
  std::condition_variable arrived_;             // bytes, the end, a cancellation
  std::condition_variable_any pump_may_go_on_;  // a read waits, or has taken bytes
  std::deque<std::vector<std::byte>> blocks_;   // [begin_, end_)
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::int64_t position_ = 0;          // end of the newest read
  std::vector<std::int64_t> waiting_;  // offsets of the reads inside read()
  bool ended_ = false;
  std::optional<Error> failure_;
  Generation oldest_{};

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace

std::shared_ptr<ByteSource> open_pipe(Descriptor pipe, Bytes memory) {
  const int number = pipe.get();
  return std::make_shared<PipeSource>(number, std::move(pipe), memory);
}

std::shared_ptr<ByteSource> open_pipe(int descriptor, Bytes memory) {
  // "freshet - <file" gives a file that can be read anywhere, if nobody has read from it before.
  struct stat status{};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && ::lseek(descriptor, 0, SEEK_CUR) == 0) {
    if (Descriptor file{::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)}; file) return file_source(std::move(file));
  }
  return std::make_shared<PipeSource>(descriptor, Descriptor{}, memory);
}

}  // namespace freshet::streaming
