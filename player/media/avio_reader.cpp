// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/avio_reader.h"

#include <chrono>
#include <new>
#include <span>
#include <utility>

namespace freshet::media {
namespace {

// One call into the source. Small enough that the first packets of a file need little more than themselves,
// large enough that a read is no longer counted in system calls.
constexpr int buffer_size = 32 * 1024;

// A read that took longer waited for the network or a slow disk, not for memory.
constexpr std::chrono::milliseconds noticeable_wait{5};

}  // namespace

AvioReader::AvioReader(std::shared_ptr<ByteSource> source, std::function<void()> on_waited)
    : source_(std::move(source)), on_waited_(std::move(on_waited)) {
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(buffer_size));
  if (buffer == nullptr) throw std::bad_alloc();
  const bool seekable = source_->seekable() == Seekable::Yes;
  context_ = avio_alloc_context(buffer, buffer_size, 0, this, &AvioReader::read_callback, nullptr,
                                seekable ? &AvioReader::seek_callback : nullptr);
  if (context_ == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  context_->seekable = seekable ? AVIO_SEEKABLE_NORMAL : 0;
}

AvioReader::~AvioReader() {
  // FFmpeg may have replaced the buffer by a larger one.
  av_freep(static_cast<void*>(&context_->buffer));
  avio_context_free(&context_);
}

void AvioReader::begin(Generation generation) {
  generation_ = generation;
  failure_.reset();
  context_->eof_reached = 0;
  context_->error = 0;
}

void AvioReader::rewind() {
  context_->eof_reached = 0;
  context_->error = 0;
  avio_flush(context_);
  context_->buf_ptr = context_->buffer;
  context_->buf_end = context_->buffer;
  context_->pos = 0;
  position_ = 0;
}

int AvioReader::read_callback(void* self, std::uint8_t* buffer, int size) {
  return static_cast<AvioReader*>(self)->read(buffer, size);
}

std::int64_t AvioReader::seek_callback(void* self, std::int64_t offset, int whence) {
  return static_cast<AvioReader*>(self)->seek(offset, whence);
}

int AvioReader::read(std::uint8_t* buffer, int size) {
  if (failure_) return std::holds_alternative<ReadCancelled>(*failure_) ? AVERROR_EXIT : AVERROR(EIO);
  if (size <= 0) return AVERROR(EINVAL);
  const auto began = std::chrono::steady_clock::now();
  reading_.store(true, std::memory_order_relaxed);
  const auto got =
      source_->read(ByteOffset{position_},
                    std::as_writable_bytes(std::span(buffer, static_cast<std::size_t>(size))), generation_);
  reading_.store(false, std::memory_order_relaxed);
  if (on_waited_ && std::chrono::steady_clock::now() - began > noticeable_wait) on_waited_();
  if (!got) {
    failure_ = got.error();
    // The source may have written into the buffer, which FFmpeg believes to hold what it held before: a step
    // back into it would find other bytes.
    context_->buf_ptr = context_->buf_end = context_->buffer;
    return std::holds_alternative<ReadCancelled>(*failure_) ? AVERROR_EXIT : AVERROR(EIO);
  }
  if (*got == 0) return AVERROR_EOF;
  position_ += static_cast<std::int64_t>(*got);
  return static_cast<int>(*got);
}

std::int64_t AvioReader::seek(std::int64_t offset, int whence) {
  const auto size = source_->size();
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return size ? size->value : AVERROR(ENOSYS);
    case SEEK_SET: break;
    case SEEK_CUR: offset += position_; break;
    case SEEK_END:
      if (!size) return AVERROR(ENOSYS);
      offset += size->value;
      break;
    default: return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  position_ = offset;  // past the end is allowed; a read there finds the end of the file
  return position_;
}

}  // namespace freshet::media
