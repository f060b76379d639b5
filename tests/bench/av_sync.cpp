// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Whether picture and sound of the real program go together: it plays the bundled clip in a window on Xvfb,
// whose sun is watched by ffmpeg a hundred times a second, while SDL's `disk` driver gives its sound to a
// pipe.
//   av_sync PROGRAM CLIP [gpu|sdl]
// The driver is paced like a sound card; what a sound card adds is taken to be two periods, as the program
// does. Exit status: 0 measured, 1 not possible.
#include "tests/support/av_sync/av_sync.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/support/process/process.h"

namespace freshet::bench {
namespace {

using namespace std::chrono_literals;

// assets/make_clip: the flash's middle, and the English track's beep.
constexpr int screen_width = 1280;
constexpr int screen_height = 720;
// Above the number in the sun.
constexpr std::string_view sun = "64x32";
constexpr std::string_view sun_place = "608,140";
constexpr double beep_frequency = 1000;
// What the program asks SDL for.
constexpr int sample_rate = 48000;
constexpr int channels = 1;  // the clip's
constexpr double period = 1024.0 / sample_rate;
constexpr auto patience = 120s;

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Reads a pipe on a thread and notes when what came.
class PipeReader {
 public:
  explicit PipeReader(const std::filesystem::path& path) {
    if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("no pipe can be made");
    // Opened for both, so that neither side waits for the other and the end is ours to decide.
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor_ < 0) throw std::runtime_error("the pipe cannot be opened");
    thread_ = std::jthread([this] { read(); });
  }
  ~PipeReader() { finish(); }
  PipeReader(const PipeReader&) = delete;
  PipeReader& operator=(const PipeReader&) = delete;

  void finish() {
    if (!thread_.joinable()) return;
    // The last byte tells the thread to end: samples are four bytes long.
    const char end = 0;
    if (::write(descriptor_, &end, 1) != 1) std::abort();
    thread_.join();
    ::close(descriptor_);
  }
  // After finish().
  std::vector<test::Arrival> arrivals;
  std::vector<char> bytes;

 private:
  void read() {
    std::array<char, 1 << 16> buffer;
    for (;;) {
      const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
      if (count <= 0) return;
      bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
      arrivals.push_back({now(), bytes.size()});
      if (bytes.size() % sizeof(float) != 0) return;
    }
  }

  int descriptor_ = -1;
  std::jthread thread_;
};

// ffmpeg's `metadata=print`: "frame:0 pts:1795340201198912 pts_time:…", then "lavfi.signalstats.YAVG=16".
std::vector<test::Light> parse_lights(const std::vector<std::string>& lines) {
  std::vector<test::Light> lights;
  double time = 0;
  for (const std::string& line : lines) {
    constexpr std::string_view pts = "pts:";
    constexpr std::string_view value = "YAVG=";
    if (const auto at = line.find(value); at != std::string::npos) {
      lights.push_back({time, std::strtod(line.c_str() + at + value.size(), nullptr)});
    } else if (const auto start = line.find(pts); start != std::string::npos) {
      time = std::strtod(line.c_str() + start + pts.size(), nullptr) / 1e6;
    }
  }
  return lights;
}

int measure(const std::string& program, const std::string& clip, const std::string& output) {
  const std::string size = std::to_string(screen_width) + "x" + std::to_string(screen_height);
  const test::TemporaryFolder folder;
  test::Process server({.arguments = {"Xvfb", "-displayfd", "1", "-screen", "0", size + "x24", "-nolisten",
                                      "tcp", "-noreset"}});
  const auto number = server.wait_for_line(test::Stream::Output, [](auto) { return true; }, 20s);
  if (!number) throw std::runtime_error("Xvfb does not start");
  const std::string display = ":" + *number;

  PipeReader sound(folder / "sound");
  test::Process watcher(
      {.arguments = {"ffmpeg",
                     "-v",
                     "error",
                     "-nostdin",
                     "-copyts",
                     "-f",
                     "x11grab",
                     "-draw_mouse",
                     "0",
                     "-framerate",
                     "100",
                     "-video_size",
                     std::string(sun),
                     "-i",
                     display + "+" + std::string(sun_place),
                     "-vf",
                     "signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-:direct=1",
                     "-f",
                     "null",
                     "-"}});
  test::Process player({.arguments = {program, "--no-config", "--no-terminal", "--vo=" + output, "--ao=sdl",
                                      "--geometry=" + size + "+0+0", clip},
                        .environment = {{"DISPLAY", display},
                                        {"SDL_VIDEODRIVER", "x11"},
                                        {"SDL_AUDIODRIVER", "disk"},
                                        {"SDL_DISKAUDIOFILE", folder / "sound"},
                                        {"XDG_CACHE_HOME", folder / "cache"},
                                        {"XDG_CONFIG_HOME", folder / "config"},
                                        {"XDG_STATE_HOME", folder / "state"}}});
  const auto status = player.wait(patience);
  if (!status || status->code != 0) {
    std::fprintf(stderr, "%s\n", player.text(test::Stream::Errors).c_str());
    throw std::runtime_error("the program did not play the clip");
  }
  watcher.kill();
  sound.finish();

  std::vector<float> samples(sound.bytes.size() / sizeof(float));
  std::copy_n(sound.bytes.begin(), samples.size() * sizeof(float),
              static_cast<char*>(static_cast<void*>(samples.data())));
  const test::WriteTimes written(std::move(sound.arrivals));
  constexpr double frame_bytes = channels * sizeof(float);
  std::vector<double> beeps;
  for (const double beep : test::find_beeps(
           {.samples = samples, .channels = channels, .sample_rate = sample_rate}, beep_frequency)) {
    // What follows a buffer that came now is asked for in one period, and heard two later.
    beeps.push_back(written.at(beep * sample_rate * frame_bytes) + 3 * period);
  }
  const auto lights = parse_lights(watcher.lines(test::Stream::Output));
  const test::Sync sync = test::compare(test::find_flashes(lights), beeps);
  std::printf("--vo=%s: %s (%zu looks at the screen)\n", output.c_str(), test::to_text(sync).c_str(),
              lights.size());
  return sync.pairs > 0 ? 0 : 1;
}

}  // namespace
}  // namespace freshet::bench

int main(int count, char** arguments) {
  if (count < 3 || count > 4) {
    std::fprintf(stderr, "av_sync PROGRAM CLIP [gpu|sdl]\n");
    return 1;
  }
  try {
    return freshet::bench::measure(arguments[1], arguments[2], count == 4 ? arguments[3] : "sdl");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "av_sync: %s\n", error.what());
    return 1;
  }
}
