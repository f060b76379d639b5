// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Test clips made by the ffmpeg program when first needed, and what ffmpeg says they decode to. Clips are
// kept beside the test programs (media_clips/) under a name made from their command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace freshet::media::test {

// The clip made by `ffmpeg ARGUMENTS OUTPUT`; throws with ffmpeg's words when it fails. `extension` without
// dot.
[[nodiscard]] std::filesystem::path make_clip(const std::vector<std::string>& arguments,
                                              const std::string& extension);

// A file of this name and content beside the clips, to make clips from.
[[nodiscard]] std::filesystem::path write_file(const std::string& name, const std::string& content);

struct ReferenceFrame {
  std::int64_t pts = 0;
  std::int64_t duration = 0;
  std::uint64_t size = 0;
  std::string md5;
  double seconds = 0;  // pts in seconds, by the stream's own time stamps
};

// `ffmpeg -copyts -noautorotate -i CLIP -fps_mode passthrough -map 0:v:N -f framemd5`, with the times of
// ffprobe.
[[nodiscard]] std::vector<ReferenceFrame> reference_pictures(const std::filesystem::path& clip,
                                                             int track = 0);
[[nodiscard]] std::vector<ReferenceFrame> reference_sound(const std::filesystem::path& clip, int track = 0);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace freshet::media::test
