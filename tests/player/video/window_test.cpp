// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A real window in a virtual X server: keys and clicks as a person makes them (by xdotool), waking and
// sleeping, size and fullscreen, and what the X server itself shows.
#include <SDL.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <gmock/gmock.h>
#include <memory>
#include <thread>

#include "player/video/video_output.h"
#include "tests/player/video/test_frames.h"
#include "tests/player/video/virtual_display.h"
#include "tests/player/video/window_manager.h"

namespace freshet::video {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using test::Color;
using testing::Contains;
using testing::ElementsAre;

constexpr auto patience = 20s;  // on a machine with much else to do

media::VideoFrame picture_of(int width, int height, media::Rational sample_aspect = {1, 1},
                             int rotation = 0) {
  media::VideoFrame frame;
  frame.width = width;
  frame.height = height;
  frame.sample_aspect = sample_aspect;
  frame.rotation = rotation;
  return frame;
}

class Window : public testing::TestWithParam<OutputKind> {
 protected:
  static test::VirtualDisplay& display() {
    static test::VirtualDisplay only(1280, 720);
    return only;
  }

  void SetUp() override {
    display();
    open({.title = "window test", .geometry = Rectangle{100, 50, 640, 360}});
  }

  void open(const WindowOptions& options) {
    output_.reset();
    auto opened = open_video_output(GetParam(), options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    output_ = std::move(*opened);
    ASSERT_TRUE(output_->show(nullptr, {}).has_value());
    settle();
  }

  // Until the window was mapped and nothing came for a while.
  void settle() {
    while (!output_->wait(Clock::now() + 80ms).empty()) {
    }
  }

  // Names of keys, until `count` came or patience ends.
  std::vector<std::string> keys(std::size_t count) {
    std::vector<std::string> names;
    collect([&](const InputEvent& event) {
      if (const auto* key = std::get_if<KeyPress>(&event)) names.push_back(key->name);
      return names.size() >= count;
    });
    return names;
  }

  void collect(const std::function<bool(const InputEvent&)>& done) {
    const auto end = Clock::now() + patience;
    while (Clock::now() < end)
      for (const InputEvent& event : output_->wait(end))
        if (done(event)) return;
  }

  bool comes(const std::function<bool(const InputEvent&)>& wanted) {
    bool came = false;
    collect([&](const InputEvent& event) { return came = wanted(event); });
    return came;
  }

  static void xdotool(const std::string& arguments) {
    const std::string command = "xdotool " + arguments + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command << " (is xdotool installed?)";
  }

  // The whole screen, as the X server gives it to other programs.
  static std::vector<unsigned char> screen() {
    const std::string command = "ffmpeg -v error -f x11grab -draw_mouse 0 -video_size 1280x720 -i " +
                                display().name() + " -frames:v 1 -f rawvideo -pix_fmt rgb24 - 2>/dev/null";
    std::vector<unsigned char> pixels(1280 * 720 * 3);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    if (!pipe || std::fread(pixels.data(), 1, pixels.size(), pipe.get()) != pixels.size()) pixels.clear();
    return pixels;
  }

  std::unique_ptr<VideoOutput> output_;
};

TEST_P(Window, NamesKeysAsAPersonPressesThem) {
  xdotool(
      "key q shift+q space Left shift+Left numbersign braceleft question exclam bracketright F11 Escape "
      "Return "
      "BackSpace Next ctrl+Left alt+Return ctrl+shift+s");
  EXPECT_THAT(keys(18), ElementsAre("q", "Q", "SPACE", "LEFT", "Shift+LEFT", "#", "{", "?", "!", "]", "F11",
                                    "ESC", "ENTER", "BS", "PGDWN", "Ctrl+LEFT", "Alt+ENTER", "Ctrl+S"));
}

TEST_P(Window, NamesMouseButtonsAndTheWheel) {
  xdotool("mousemove 300 200 click 1");
  EXPECT_THAT(keys(1), ElementsAre("MBTN_LEFT"));
  std::this_thread::sleep_for(600ms);  // longer than a double click, by SDL's own clock
  xdotool("click --repeat 2 --delay 20 1 click 3 click 4 click 5 click 8 click 9");
  EXPECT_THAT(keys(7), ElementsAre("MBTN_LEFT", "MBTN_LEFT_DBL", "MBTN_RIGHT", "WHEEL_UP", "WHEEL_DOWN",
                                   "MBTN_BACK", "MBTN_FORWARD"));
}

TEST_P(Window, TellsWhereTheMouseIsInPixelsOfTheSurface) {
  xdotool("mousemove 500 300 mousemove 120 60");
  EXPECT_TRUE(comes([](const InputEvent& event) {
    const auto* move = std::get_if<MouseMove>(&event);
    return move != nullptr && move->x == 20 && move->y == 10;
  }));
}

TEST_P(Window, TellsWhereTheLeftButtonGoesDownAndUp) {
  xdotool("mousemove 500 300 mousedown 1 mousemove 520 310 mouseup 1");
  std::vector<MouseButton> seen;
  collect([&](const InputEvent& event) {
    if (const auto* button = std::get_if<MouseButton>(&event)) seen.push_back(*button);
    return seen.size() == 2;
  });
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].down);
  EXPECT_FALSE(seen[1].down);
  EXPECT_EQ(seen[1].x - seen[0].x, 20);
  EXPECT_EQ(seen[1].y - seen[0].y, 10);
}

TEST_P(Window, PastesTheClipboard) {
  ASSERT_EQ(SDL_SetClipboardText("magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567"), 0);
  xdotool("key ctrl+v");
  std::string pasted;
  EXPECT_TRUE(comes([&](const InputEvent& event) {
    if (const auto* dropped = std::get_if<Dropped>(&event)) pasted = dropped->text;
    return !pasted.empty();
  }));
  EXPECT_EQ(pasted, "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567");
}

TEST_P(Window, TakesFilesAndTextThatAreDropped) {
  for (const auto type : {SDL_DROPFILE, SDL_DROPTEXT}) {
    SDL_Event event{};
    event.type = type;
    event.drop.file = SDL_strdup("/tmp/a film.mkv");
    ASSERT_EQ(SDL_PushEvent(&event), 1);
    EXPECT_TRUE(comes([](const InputEvent& e) {
      const auto* dropped = std::get_if<Dropped>(&e);
      return dropped != nullptr && dropped->text == "/tmp/a film.mkv";
    }));
  }
}

TEST_P(Window, LeavesABookInTheClipboard) {
  SDL_Event event{};
  event.type = SDL_DROPTEXT;
  const std::string book(1 << 20, 'x');
  event.drop.file = SDL_strdup(book.c_str());
  ASSERT_EQ(SDL_PushEvent(&event), 1);
  for (const InputEvent& e : output_->wait(Clock::now() + 50ms))
    EXPECT_FALSE(std::holds_alternative<Dropped>(e));
}

TEST_P(Window, SaysOnceThatItIsToClose) {
  SDL_Event event{};
  event.type = SDL_QUIT;
  ASSERT_EQ(SDL_PushEvent(&event), 1);
  ASSERT_EQ(SDL_PushEvent(&event), 1);
  const auto events = output_->wait(Clock::now() + patience);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<WindowClosed>(events[0]));
}

TEST_P(Window, SleepsUntilTheDeadlineAndNotLess) {
  for (const auto time : {0us, 300us, 1'700us, 20'000us}) {
    const auto deadline = Clock::now() + time;
    EXPECT_TRUE(output_->wait(deadline).empty());
    EXPECT_GE(Clock::now(), deadline);
  }
}

TEST_P(Window, IsWokenByAnotherThread) {
  for (int i = 0; i < 20; ++i) {
    std::jthread waker([this] { output_->wake(); });
    EXPECT_TRUE(output_->wait(std::nullopt).empty());  // would hang
  }
}

TEST_P(Window, ManyWakesAreOneAndNoneIsLost) {
  const auto wake_all = [this] {
    std::jthread first([this] {
      for (int i = 0; i < 1000; ++i) output_->wake();
    });
    std::jthread second([this] {
      for (int i = 0; i < 1000; ++i) output_->wake();
    });
  };
  wake_all();
  EXPECT_LE(SDL_PeepEvents(nullptr, 0, SDL_PEEKEVENT, SDL_USEREVENT, SDL_LASTEVENT), 1);
  EXPECT_TRUE(output_->wait(std::nullopt).empty());
  const auto deadline = Clock::now() + 5ms;
  output_->wait(deadline);
  EXPECT_GE(Clock::now(), deadline) << "nothing was left to wake it";
  wake_all();
  EXPECT_TRUE(output_->wait(std::nullopt).empty());
}

TEST_P(Window, UsesNoProcessorWhileItSleeps) {
  const auto used = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto before = used();
  output_->wait(Clock::now() + 1s);
  EXPECT_LT(used() - before, 10ms) << "a loop with sleeps of a millisecond would use more";
}

TEST_P(Window, FollowsItsSize) {
  xdotool("search --name 'window test' windowsize 500 300");
  EXPECT_TRUE(comes([this](const InputEvent& event) {
    return std::holds_alternative<WindowChanged>(event) && output_->surface().width == 500;
  }));
  EXPECT_EQ(output_->surface().height, 300);
  const auto frame = test::make_quadrants({});
  ASSERT_TRUE(output_->show(frame, {}).has_value());
  const auto picture = output_->capture();
  ASSERT_TRUE(picture.has_value()) << picture.error().message;
  EXPECT_EQ((*picture)->width, 500);
  const Rectangle r = output_->picture_rectangle(*frame);
  EXPECT_EQ(r, (Rectangle{0, 9, 500, 281}));
  EXPECT_LE(distance(test::pixel(**picture, 100, 60), test::top_left), 3);
  EXPECT_LE(distance(test::pixel(**picture, 400, 250), test::bottom_right), 3);
}

TEST_P(Window, FillsTheScreenAndComesBack) {
  const test::WindowManager manager(display().name());
  open({.geometry = Rectangle{100, 50, 640, 360}});
  output_->set_fullscreen(true);
  settle();
  EXPECT_TRUE(output_->fullscreen());
  EXPECT_EQ(output_->surface().width, 1280);
  EXPECT_EQ(output_->surface().height, 720);
  ASSERT_TRUE(output_->show(test::make_quadrants({}), {}).has_value());
  const auto picture = output_->capture();
  ASSERT_TRUE(picture.has_value()) << picture.error().message;
  EXPECT_LE(distance(test::pixel(**picture, 1270, 10), test::top_right), 3);
  output_->set_fullscreen(false);
  settle();
  EXPECT_FALSE(output_->fullscreen());
  EXPECT_EQ(output_->surface().width, 640);
  EXPECT_EQ(output_->surface().height, 360);
  output_.reset();
}

TEST_P(Window, StartsInFullscreenWhenAsked) {
  const test::WindowManager manager(display().name());
  open({.fullscreen = true});
  EXPECT_TRUE(output_->fullscreen());
  ASSERT_TRUE(output_->show(test::make_quadrants({}), {}).has_value());
  const auto picture = output_->capture();
  ASSERT_TRUE(picture.has_value()) << picture.error().message;
  EXPECT_EQ((*picture)->width, 1280);
  EXPECT_LE(distance(test::pixel(**picture, 1270, 10), test::top_right), 3);
  output_.reset();
}

TEST_P(Window, TakesThePicturesSizeInsideTheScreen) {
  open({});
  const auto size_for = [this](const media::VideoFrame& frame) {
    output_->fit_to(frame);
    settle();
    return std::pair(output_->surface().width, output_->surface().height);
  };
  EXPECT_EQ(size_for(picture_of(800, 340)), std::pair(800, 340));
  EXPECT_EQ(size_for(picture_of(3840, 2160)), std::pair(1280, 720));
  EXPECT_EQ(size_for(picture_of(1080, 1920)), std::pair(405, 720));
  EXPECT_EQ(size_for(picture_of(720, 576, {64, 45})), std::pair(1024, 576));
  EXPECT_EQ(size_for(picture_of(640, 480, {1, 1}, 90)), std::pair(480, 640));
  EXPECT_EQ(size_for(picture_of(80, 60)), std::pair(320, 240)) << "enlarged until it can be used";
}

TEST_P(Window, KeepsTheGeometryThatWasAskedFor) {
  output_->fit_to(picture_of(800, 340));
  settle();
  EXPECT_EQ(output_->surface().width, 640);
}

TEST_P(Window, IsSeenByOtherPrograms) {
  const auto frame = test::make_quadrants({});
  const auto at = [](const std::vector<unsigned char>& pixels, int x, int y) {
    const auto i = static_cast<std::size_t>(y * 1280 + x) * 3;
    return Color{pixels[i], pixels[i + 1], pixels[i + 2]};
  };
  std::vector<unsigned char> pixels;
  // The X server draws when it comes to it.
  for (const auto end = Clock::now() + patience; Clock::now() < end;) {
    ASSERT_TRUE(output_->show(frame, {}).has_value());
    pixels = screen();
    ASSERT_FALSE(pixels.empty()) << "is ffmpeg installed?";
    if (distance(at(pixels, 150, 100), test::top_left) <= 3) break;
  }
  EXPECT_LE(distance(at(pixels, 150, 100), test::top_left), 3);
  EXPECT_LE(distance(at(pixels, 700, 100), test::top_right), 3);
  EXPECT_LE(distance(at(pixels, 150, 380), test::bottom_left), 3);
  EXPECT_LE(distance(at(pixels, 700, 380), test::bottom_right), 3);
}

TEST_P(Window, HidesThePointerAndHoldsTheScreenSaver) {
  output_->set_cursor_visible(false);
  EXPECT_EQ(SDL_ShowCursor(SDL_QUERY), SDL_DISABLE);
  output_->set_cursor_visible(true);
  EXPECT_EQ(SDL_ShowCursor(SDL_QUERY), SDL_ENABLE);
  EXPECT_EQ(SDL_IsScreenSaverEnabled(), SDL_TRUE) << "a paused player lets the screen sleep";
  output_->hold_screen_saver(true);
  EXPECT_EQ(SDL_IsScreenSaverEnabled(), SDL_FALSE);
  output_->hold_screen_saver(false);
  EXPECT_EQ(SDL_IsScreenSaverEnabled(), SDL_TRUE);
}

TEST_P(Window, HasATitle) {
  output_->set_title("Sintel 720p");
  xdotool("search --name 'Sintel 720p'");
}

TEST_P(Window, WithoutADisplayThereIsAnErrorWithAHint) {
  output_.reset();
  const std::string name = std::getenv("DISPLAY");
  unsetenv("DISPLAY");
  unsetenv("SDL_VIDEODRIVER");
  unsetenv("WAYLAND_DISPLAY");
  const auto opened = open_video_output(GetParam(), {});
  setenv("DISPLAY", name.c_str(), 1);
  setenv("SDL_VIDEODRIVER", "x11", 1);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, "no-display");
  EXPECT_THAT(opened.error().hint, testing::HasSubstr("--vo=null"));
}

INSTANTIATE_TEST_SUITE_P(Outputs, Window, testing::Values(OutputKind::Gpu, OutputKind::Sdl),
                         [](const auto& tested) { return tested.param == OutputKind::Gpu ? "Gpu" : "Sdl"; });

}  // namespace
}  // namespace freshet::video
