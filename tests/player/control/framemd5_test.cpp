// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The expected texts are what ffmpeg 5.1 writes (its own "#software" line aside) for
//   ffmpeg -f lavfi -i testsrc2=d=1:s=320x240:r=24 -f lavfi -i sine=d=1 -c:v libx264 -preset ultrafast -ac 2
//   a.mp4 ffmpeg -noautorotate -i a.mp4 -fps_mode passthrough -map 0:v:0 -f framemd5 - ffmpeg -i a.mp4 -map
//   0:a:0 -f framemd5 -
#include "player/control/framemd5.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace freshet::control {
namespace {

std::array<std::uint8_t, 16> md5(std::string_view hex) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(2 * i, 2)), nullptr, 16));
  }
  return bytes;
}

class FrameMd5Test : public ::testing::Test {
 protected:
  FrameMd5Test() {
    std::string name = (std::filesystem::temp_directory_path() / "freshet-framemd5-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FrameMd5Test() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string text() const {
    std::ifstream file(path());
    std::stringstream stream;
    stream << file.rdbuf();
    return stream.str();
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "out"; }
  std::filesystem::path folder_;
};

TEST_F(FrameMd5Test, WritesPicturesAsFfmpegDoes) {
  FrameMd5Video writer(*FrameMd5File::create(path()));
  media::VideoFrame frame;
  frame.width = 320;
  frame.height = 240;
  frame.digest = media::FrameDigest{.md5 = md5("b97cf25de60ab606d602f4346a5cbd1c"),
                                    .size = 115200,
                                    .pts = 0,
                                    .duration = 1,
                                    .time_base = {1, 24}};
  writer.add(frame);
  frame.digest->md5 = md5("be29e1a16a9853b1336fcbf825c97f69");
  frame.digest->pts = 1;
  writer.add(frame);
  frame.digest.reset();
  writer.add(frame);
  EXPECT_TRUE(writer.finish());
  EXPECT_EQ(text(),
            "#format: frame checksums\n#version: 2\n#hash: MD5\n#software: freshet\n#tb 0: 1/24\n"
            "#media_type 0: video\n#codec_id 0: rawvideo\n#dimensions 0: 320x240\n#sar 0: 1/1\n"
            "#stream#, dts,        pts, duration,     size, hash\n"
            "0,          0,          0,        1,   115200, b97cf25de60ab606d602f4346a5cbd1c\n"
            "0,          1,          1,        1,   115200, be29e1a16a9853b1336fcbf825c97f69\n");
}

TEST_F(FrameMd5Test, WritesSoundAsFfmpegDoes) {
  FrameMd5Audio writer(*FrameMd5File::create(path()));
  writer.add({.pts = 0,
              .duration = 1024,
              .size = 4096,
              .md5 = md5("d90e35d6ac61c573b5902fb03317033c"),
              .sample_rate = 44100,
              .channels = 2,
              .channel_layout = "stereo"});
  EXPECT_TRUE(writer.finish());
  EXPECT_EQ(
      text(),
      "#format: frame checksums\n#version: 2\n#hash: MD5\n#software: freshet\n#tb 0: 1/44100\n"
      "#media_type 0: audio\n#codec_id 0: pcm_s16le\n#sample_rate 0: 44100\n#channel_layout_name 0: stereo\n"
      "#stream#, dts,        pts, duration,     size, hash\n"
      "0,          0,          0,     1024,     4096, d90e35d6ac61c573b5902fb03317033c\n");
}

TEST_F(FrameMd5Test, WritesTheHeaderAgainForAnotherPicture) {
  FrameMd5Video writer(*FrameMd5File::create(path()));
  media::VideoFrame frame;
  frame.width = 2;
  frame.pts = MediaTime{5'000'000};
  frame.digest = media::FrameDigest{};  // no time base: positions in microseconds
  writer.add(frame);
  frame.width = 4;
  writer.add(frame);
  EXPECT_TRUE(writer.finish());
  EXPECT_THAT(text(), ::testing::HasSubstr("#tb 0: 1/1000000\n"));
  EXPECT_THAT(text(), ::testing::HasSubstr("0,       5000,       5000, "));
  EXPECT_THAT(text(), ::testing::HasSubstr("#dimensions 0: 4x0\n"));
}

TEST_F(FrameMd5Test, SaysWhenItCannotWrite) {
  const auto missing = FrameMd5File::create(folder_ / "no" / "such" / "folder");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, "write-failed");
  EXPECT_EQ(missing.error().category, ErrorCategory::Storage);
  FrameMd5Video full(*FrameMd5File::create("/dev/full"));
  media::VideoFrame frame;
  frame.digest = media::FrameDigest{};
  full.add(frame);
  EXPECT_FALSE(full.finish());
}

}  // namespace
}  // namespace freshet::control
