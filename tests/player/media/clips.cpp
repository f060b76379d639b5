// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/player/media/clips.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace freshet::media::test {
namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& word) {
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

// Standard output of a shell command.
std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string output;
  std::array<char, 4096> block{};
  for (std::size_t got = 0; (got = fread(block.data(), 1, block.size(), pipe)) > 0;)
    output.append(block.data(), got);
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command + "\n" + output);
  return output;
}

fs::path clip_folder() {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path() / "media_clips";
  fs::create_directories(folder);
  return folder;
}

std::vector<ReferenceFrame> parse_framemd5(const std::string& text) {
  std::vector<ReferenceFrame> frames;
  double time_base = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#tb 0: ")) {
      const std::string fraction = line.substr(7);
      const auto slash = fraction.find('/');
      time_base = std::stod(fraction.substr(0, slash)) / std::stod(fraction.substr(slash + 1));
    }
    if (line.empty() || line.front() == '#') continue;
    for (char& c : line) c = c == ',' ? ' ' : c;
    std::istringstream fields(line);
    int stream = 0;
    std::int64_t dts = 0;
    ReferenceFrame frame;
    fields >> stream >> dts >> frame.pts >> frame.duration >> frame.size >> frame.md5;
    frame.seconds = static_cast<double>(frame.pts) * time_base;
    frames.push_back(frame);
  }
  return frames;
}

}  // namespace

fs::path make_clip(const std::vector<std::string>& arguments, const std::string& extension) {
  std::string command = "ffmpeg -nostdin -y -v error -fflags +bitexact";
  for (const std::string& argument : arguments) command += ' ' + quoted(argument);
  const fs::path path = clip_folder() / (std::to_string(std::hash<std::string>{}(command)) + '.' + extension);
  if (fs::exists(path)) return path;
  // Several test programs may make the same clip at once: the last rename wins, and all are alike.
  const fs::path partial = path.parent_path() / (std::to_string(getpid()) + '_' + path.filename().string());
  output_of(command + ' ' + quoted(partial.string()) + " 2>&1");
  fs::rename(partial, path);
  return path;
}

fs::path write_file(const std::string& name, const std::string& content) {
  const fs::path path = clip_folder() / name;
  const fs::path partial = path.parent_path() / (std::to_string(getpid()) + '_' + name);
  std::ofstream(partial, std::ios::binary) << content;
  fs::rename(partial, path);
  return path;
}

std::vector<ReferenceFrame> reference_pictures(const fs::path& clip, int track) {
  const std::string input = quoted(clip.string());
  // -enc_time_base -1: the clip's own time base, not one over the frame rate, which rounds.
  return parse_framemd5(output_of("ffmpeg -nostdin -v error -copyts -noautorotate -i " + input +
                                  " -fps_mode passthrough -enc_time_base -1 -map 0:v:" +
                                  std::to_string(track) + " -f framemd5 - 2>/dev/null"));
}

std::vector<ReferenceFrame> reference_sound(const fs::path& clip, int track) {
  return parse_framemd5(output_of("ffmpeg -nostdin -v error -copyts -i " + quoted(clip.string()) +
                                  " -map 0:a:" + std::to_string(track) + " -f framemd5 - 2>/dev/null"));
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace freshet::media::test
