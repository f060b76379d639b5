// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// --framemd5 and --framemd5-audio: every shown frame, or all decoded sound, as FFmpeg's framemd5 muxer writes
// it, so that a player run compares with ffmpeg's own output. Each writer belongs to one thread: pictures to
// the one that shows them, sound to the audio decoder's. The header is written before the first frame and
// again when what it says changes (another file of a playlist). Bytes are buffered; finish() or the
// destructor flushes them.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "player/media/sinks.h"
#include "player/media/video_frame.h"
#include "streaming/base/error.h"

namespace freshet::control {

// The file both writers write to: a header when it changes, then rows.
class FrameMd5File {
 public:
  // Errors: Storage "write-failed".
  [[nodiscard]] static Result<FrameMd5File> create(const std::filesystem::path& path);

  void set_header(const std::string& header);
  void add_row(std::int64_t pts, std::int64_t duration, std::uint64_t size,
               const std::array<std::uint8_t, 16>& md5);
  // Flushes. Errors: Storage "write-failed", also for anything that failed before.
  [[nodiscard]] Result<void> finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  FrameMd5File(std::FILE* file, std::filesystem::path path) : file_(file), path_(std::move(path)) {}

  std::unique_ptr<std::FILE, Close> file_;
  std::filesystem::path path_;
  std::string header_;
};

class FrameMd5Video {
 public:
  explicit FrameMd5Video(FrameMd5File file) : file_(std::move(file)) {}
  // A frame without a digest (not asked for when the pipeline was opened) is left out.
  void add(const media::VideoFrame& frame);
  [[nodiscard]] Result<void> finish() { return file_.finish(); }

 private:
  FrameMd5File file_;
};

class FrameMd5Audio : public media::AudioDigestSink {
 public:
  explicit FrameMd5Audio(FrameMd5File file) : file_(std::move(file)) {}
  void add(const media::AudioDigest& digest) override;
  // Once the pipeline that calls add() is gone.
  [[nodiscard]] Result<void> finish() { return file_.finish(); }

 private:
  FrameMd5File file_;
};

}  // namespace freshet::control
