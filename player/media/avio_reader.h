// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// FFmpeg's input (AVIOContext) over a ByteSource. Thread: the demuxer's, but for the functions marked "any
// thread". Its callback is the only place of media/ that waits for data.
//
// FFmpeg 5.1 does not reach a custom input with its interrupt_callback, and it remembers a failed read as end
// of file. So a cancelled read returns AVERROR_EXIT by itself, every further read does too, and begin()
// clears what FFmpeg remembers.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "player/media/ffmpeg_handles.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

class AvioReader {
 public:
  // `on_waited` is called on the demuxer's thread after a read that had to wait for its bytes.
  AvioReader(std::shared_ptr<ByteSource> source, std::function<void()> on_waited);
  ~AvioReader();
  AvioReader(const AvioReader&) = delete;
  AvioReader& operator=(const AvioReader&) = delete;

  // Reads from here on belong to `generation`; an earlier cancel or error is forgotten.
  void begin(Generation generation);

  [[nodiscard]] AVIOContext* context() const { return context_; }
  // What stopped the reading since begin(); nothing when it was the end of the file.
  [[nodiscard]] const std::optional<ReadError>& failure() const { return failure_; }
  [[nodiscard]] ByteSource& source() const { return *source_; }
  // Drops FFmpeg's buffer and goes back to the first byte: for opening the file anew.
  void rewind();

  [[nodiscard]] bool reading() const noexcept {
    return reading_.load(std::memory_order_relaxed);
  }  // any thread
  // Where the next read begins; any thread.
  [[nodiscard]] ByteOffset position() const noexcept { return {position_.load(std::memory_order_relaxed)}; }

 private:
  static int read_callback(void* self, std::uint8_t* buffer, int size);
  static std::int64_t seek_callback(void* self, std::int64_t offset, int whence);
  int read(std::uint8_t* buffer, int size);
  std::int64_t seek(std::int64_t offset, int whence);

  std::shared_ptr<ByteSource> source_;
  std::function<void()> on_waited_;
  AVIOContext* context_ = nullptr;
  Generation generation_{};
  std::atomic<std::int64_t> position_{0};  // written by the demuxer's thread alone
  std::optional<ReadError> failure_;
  std::atomic<bool> reading_{false};
};

}  // namespace freshet::media
