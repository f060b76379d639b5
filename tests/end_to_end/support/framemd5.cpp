// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "tests/end_to_end/support/framemd5.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <stdexcept>

#include "tests/end_to_end/support/freshet.h"
#include "tests/support/process/process.h"

namespace freshet::end_to_end {
namespace {

FrameHashes ffmpeg(const Arguments& arguments) {
  const auto result = test::run(
      {.arguments = Arguments{"ffmpeg", "-v", "error", "-nostdin"} + arguments + Arguments{"-"}}, patience);
  if (result.status.code != 0) throw std::runtime_error("ffmpeg: " + result.errors);
  return parse_framemd5(result.output);
}

}  // namespace

double FrameHashes::seconds(const HashedFrame& frame) const {
  const auto slash = time_base.find('/');
  const double unit = std::stod(time_base.substr(0, slash)) / std::stod(time_base.substr(slash + 1));
  return static_cast<double>(frame.pts) * unit - start;
}

std::vector<std::string> FrameHashes::digests() const {
  std::vector<std::string> result;
  for (const auto& frame : frames) result.push_back(frame.md5);
  return result;
}

// A line is "stream, dts, pts, duration, size, md5"; "#tb 0: 1/1000" tells the unit.
FrameHashes parse_framemd5(const std::string& text) {
  FrameHashes hashes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#tb ")) hashes.time_base = line.substr(line.find(": ") + 2);
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::vector<std::string> values;
    for (std::string value; std::getline(fields, value, ',');)
      values.push_back(value.substr(value.find_first_not_of(' ')));
    if (values.size() != 6) throw std::runtime_error("not a line of framemd5: " + line);
    hashes.frames.push_back({std::stoll(values[2]), std::stoll(values[4]), values[5]});
  }
  return hashes;
}

FrameHashes read_framemd5(const std::filesystem::path& file) {
  std::ifstream input(file);
  std::ostringstream text;
  text << input.rdbuf();
  return parse_framemd5(text.str());
}

void expect_same_frames(FrameHashes shown, const FrameHashes& expected) {
  ASSERT_EQ(shown.digests(), expected.digests());
  // Both name the container's pts.
  shown.start = expected.start;
  for (std::size_t index = 0; index < shown.frames.size(); ++index) {
    const auto &ours = shown.frames[index], &theirs = expected.frames[index];
    EXPECT_EQ(ours.size, theirs.size);
    // Either may be rounded to microseconds.
    ASSERT_NEAR(shown.seconds(ours), expected.seconds(theirs), 2e-6) << "frame " << index;
  }
}

FrameHashes ffmpeg_video(const std::filesystem::path& file) {
  auto hashes = ffmpeg({"-copyts", "-noautorotate", "-i", file, "-fps_mode", "passthrough", "-enc_time_base",
                        "-1", "-map", "0:v:0", "-f", "framemd5"});
  const auto probe = test::run({.arguments = {"ffprobe", "-v", "error", "-show_entries", "format=start_time",
                                              "-of", "default=nk=1:nw=1", file}},
                               patience);
  // What lies before 0 (an Opus track's priming) does not move the start.
  hashes.start = std::max(0.0, std::stod(probe.output));
  return hashes;
}

FrameHashes ffmpeg_audio(const std::filesystem::path& file) {
  return ffmpeg({"-i", file, "-map", "0:a:0", "-f", "framemd5"});
}

}  // namespace freshet::end_to_end
