// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A real window on a real X server (Xvfb): what is on the screen is the picture that ffmpeg decodes, with the
// subtitle that libass draws; the keys do what mpv's do.

#include <cmath>
#include <gtest/gtest.h>

#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/ipc_client.h"

namespace freshet::end_to_end {
namespace {

using namespace std::chrono_literals;

constexpr int width = 1280, height = 720;
// Scaling of chroma, rounding and dither differ between swscale and libplacebo by a step or two: over 38 dB.
// A wrong matrix, range, place or frame is below 25.
constexpr double same_picture = 33;

class Display {
 public:
  Display()
      : server_({.arguments = {"Xvfb", "-displayfd", "1", "-screen", "0",
                               std::to_string(width) + "x" + std::to_string(height) + "x24", "-nolisten",
                               "tcp", "-noreset"}}) {
    const auto line = server_.wait_for_line(test::Stream::Output, [](auto) { return true; }, patience);
    if (!line) throw std::runtime_error("Xvfb: " + server_.text(test::Stream::Errors));
    name_ = ":" + *line;
  }
  [[nodiscard]] const std::string& name() const { return name_; }

  // RGB, top row first.
  [[nodiscard]] std::string capture() const {
    const auto shot =
        test::run({.arguments = {"ffmpeg", "-v", "error", "-nostdin", "-f", "x11grab", "-draw_mouse", "0",
                                 "-i", name_, "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"}},
                  20s);
    return shot.output;
  }
  void key(const std::string& name) const {
    test::Command command{.arguments = {"xdotool", "key", name}};
    command.environment = {{"DISPLAY", name_}};
    EXPECT_EQ(test::run(command, 20s).status.code, 0) << name;
  }
  // xdotool's words.
  void mouse(const std::string& gesture) const {
    test::Command command{.arguments = {"sh", "-c", "exec xdotool " + gesture}};
    command.environment = {{"DISPLAY", name_}, {"PATH", "/usr/bin:/bin"}};
    EXPECT_EQ(test::run(command, 20s).status.code, 0) << gesture;
  }

 private:
  test::Process server_;
  std::string name_;
};

std::string expected_picture(const std::filesystem::path& film, const std::string& filter) {
  return test::run({.arguments = {"ffmpeg", "-v", "error", "-nostdin", "-i", film, "-vf",
                                  filter + ",scale=flags=accurate_rnd+full_chroma_int+bicubic", "-frames:v",
                                  "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"}},
                   patience)
      .output;
}

double psnr(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || a.empty()) return 0;
  double sum = 0;
  for (std::size_t index = 0; index < a.size(); ++index) {
    const int difference = static_cast<unsigned char>(a[index]) - static_cast<unsigned char>(b[index]);
    sum += difference * difference;
  }
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.size()) / sum);
}

std::filesystem::path clip() {
  return std::filesystem::path(std::getenv("FRESHET_ASSETS")) / "freshet-demo.mkv";
}

class Window : public testing::TestWithParam<const char*> {
 protected:
  void start(const Arguments& arguments) {
    auto command =
        home_.command(Arguments{std::string("--vo=") + GetParam(), "--ao=null", "--events=json",
                                "--geometry=1280x720+0+0", "--input-ipc-server=" + (home_ / "ipc").string()} +
                      arguments);
    command.environment["DISPLAY"] = display_.name();
    command.environment["SDL_VIDEODRIVER"] = "x11";
    player_.emplace(command);
    ASSERT_TRUE(wait_for_event(*player_, "first_frame")) << player_->text(test::Stream::Errors);
    ipc_.emplace(home_ / "ipc", *player_);
  }
  // What is on the screen becomes `expected` within a moment: X shows what it is sent some time later.
  void expect_on_screen(const std::string& expected) {
    double likeness = 0;
    for (int attempt = 0; attempt < 20 && likeness < same_picture; ++attempt)
      likeness = psnr(display_.capture(), expected);
    EXPECT_GE(likeness, same_picture) << player_->text(test::Stream::Errors);
  }
  void expect_property(const char* name, const Json& value) {
    ipc_->command({"observe_property", 99, name});
    EXPECT_NO_THROW(ipc_->wait_event("property-change", [&](const Json& event) {
      return event["id"] == 99 && event.value("data", Json()) == value;
    })) << name;
    ipc_->command({"unobserve_property", 99});
  }

  Display display_;
  Home home_;
  std::optional<test::Process> player_;
  std::optional<IpcClient> ipc_;
};

TEST_P(Window, ShowsThePictureThatFfmpegDecodes) {
  start({"--pause", "--sid=no", "--start=4.5", clip()});
  expect_on_screen(expected_picture(clip(), "select='eq(n,108)'"));
}

TEST_P(Window, ShowsTheSubtitleOfThatTime) {
  start({"--pause", "--sid=1", "--start=3.9", clip()});
  const auto without = expected_picture(clip(), "select='eq(n,93)'");
  const auto with = expected_picture(clip(), "subtitles=" + clip().string() + ":si=0,select='eq(n,93)'");
  ASSERT_LT(psnr(with, without), same_picture);
  expect_on_screen(with);
}

TEST_P(Window, ObeysTheKeysOfMpv) {
  start({clip()});
  display_.key("space");
  expect_property("pause", true);
  display_.key("9");
  expect_property("volume", 98);
  display_.key("m");
  expect_property("mute", true);
  display_.key("bracketright");
  expect_property("speed", 1.1);
  display_.key("f");
  expect_property("fullscreen", true);
  display_.key("q");
  const auto status = player_->wait(patience);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

TEST_P(Window, GoesWhereTheSeekBarIsDraggedTo) {
  start({"--pause", clip()});
  const double whole = ipc_->property("duration").get<double>();
  // The bar comes with the pointer; what is pressed before it is there is the picture's.
  double place = 0;
  for (int attempt = 0; attempt < 50 && place < whole * 0.6; ++attempt) {
    display_.mouse("mousemove 400 678 mousedown 1");
    (void)ipc_->property("pause");
    display_.mouse("mousemove 960 600 mouseup 1");
    place = ipc_->property("time-pos").get<double>();
  }
  EXPECT_NEAR(place, whole * 0.78, whole * 0.05) << "where the button was let go, not where it was pressed";
}

INSTANTIATE_TEST_SUITE_P(All, Window, testing::Values("gpu", "sdl"),
                         [](const auto& test) { return letters(test.param); });

TEST(Display, MissingIsSaidWithTheWayOut) {
  const Home home;
  auto command = home.command({"--vo=gpu", "--ao=null", media("short.mp4")});
  command.environment["SDL_VIDEODRIVER"] = "x11";
  const auto result = test::run(command, patience);
  EXPECT_EQ(result.status.code, 7) << result.errors;
  EXPECT_NE(result.errors.find("--vo=null"), std::string::npos) << result.errors;
}

}  // namespace
}  // namespace freshet::end_to_end
