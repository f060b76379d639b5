// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// FFmpeg's framemd5 text, read; and what ffmpeg itself writes for a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace freshet::end_to_end {

struct HashedFrame {
  std::int64_t pts = 0;
  std::int64_t size = 0;
  std::string md5;
};

struct FrameHashes {
  std::string time_base;  // "1/1000"
  double start = 0;       // the pts that counts as 0
  std::vector<HashedFrame> frames;
  // From the file's start, as the player counts.
  [[nodiscard]] double seconds(const HashedFrame& frame) const;
  [[nodiscard]] std::vector<std::string> digests() const;  // the MD5 column
};

[[nodiscard]] FrameHashes parse_framemd5(const std::string& text);
[[nodiscard]] FrameHashes read_framemd5(const std::filesystem::path& file);

// The same frames with the same time stamps, whatever units they are written in: fails the test where they
// differ.
void expect_same_frames(FrameHashes shown, const FrameHashes& expected);

// ffmpeg -noautorotate -fps_mode passthrough -map 0:v:0 -f framemd5, with the container's own time stamps,
// counted from the container's start. (Without -copyts ffmpeg counts from the start of the streams that it
// maps.)
[[nodiscard]] FrameHashes ffmpeg_video(const std::filesystem::path& file);
// ffmpeg -map 0:a:0 -f framemd5
[[nodiscard]] FrameHashes ffmpeg_audio(const std::filesystem::path& file);

}  // namespace freshet::end_to_end
