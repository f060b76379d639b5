// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Whole outputs: the null device in real time, and SDL with its `dummy` and `disk` drivers, which need no
// hardware.
#include "player/audio/audio_output.h"

#include <SDL.h>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <mutex>
#include <stdlib.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace freshet::audio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr media::AudioFormat stereo{.sample_rate = 48000, .channels = 2};
constexpr Generation first{1};
constexpr Generation second{2};
// For what must happen soon, on a machine that may be busy.
constexpr auto patience = seconds(20);

// A listener that waits for a condition on the output.
class Changes {
 public:
  std::function<void()> listener() {
    return [this] {
      const std::scoped_lock lock(mutex_);
      ++count_;
      changed_.notify_all();
    };
  }
  template <class Condition>
  bool wait_for(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, condition);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

std::vector<float> tone(std::size_t frames, std::size_t from = 0) {
  std::vector<float> samples(frames * 2);
  for (std::size_t n = 0; n < frames; ++n) {
    const auto phase = static_cast<float>((from + n) % 48000) * 0.05F;
    samples[2 * n] = 0.7F * std::sin(phase);
    samples[2 * n + 1] = 0.3F * std::cos(phase);
  }
  return samples;
}

// Sets an environment variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "freshet-audio-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Writes `length` in pieces of a decoder's size, then finishes.
void play(AudioOutput& output, milliseconds length, Generation generation) {
  const auto frames = static_cast<std::size_t>(length.count()) * 48;
  for (std::size_t done = 0; done < frames;) {
    const std::size_t count = std::min<std::size_t>(1024, frames - done);
    const MediaTime pts{static_cast<std::int64_t>(done) * 1'000'000 / 48};
    if (!output.write(tone(count, done), pts, 1, generation)) return;
    done += count;
  }
  output.finish(generation);
}

TEST(NullOutput, TakesSoundAtThePaceOfRealTime) {
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Null, {.paused = false}, clock, changes.listener());
  ASSERT_EQ(output->configure(stereo), stereo);
  EXPECT_FALSE(output->problem()) << "it was asked for";
  const auto start = steady_clock::now();
  play(*output, milliseconds(500), first);
  EXPECT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  const auto took = steady_clock::now() - start;
  EXPECT_GE(took, milliseconds(490));
  EXPECT_LT(took, seconds(5));
  EXPECT_EQ(output->queued(), MediaTime(0));
}

TEST(NullOutput, RunsTheClockAlongWithRealTime) {
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Null, {.paused = false}, clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  std::jthread writer([&] { play(*output, milliseconds(600), first); });
  ASSERT_TRUE(changes.wait_for([&] { return clock.anchor().valid; }));
  const auto anchor = clock.anchor();
  ASSERT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  const auto last = clock.anchor();
  // However late its thread woke, the line is that of an exact device.
  EXPECT_LT(std::chrono::abs((last.at - anchor.at) - (last.position - anchor.position)), milliseconds(250));
}

TEST(NullOutput, TakesSoundAtOnceWhenUntimed) {
  media::MediaClock clock;
  Changes changes;
  const auto output =
      open_audio_output(OutputKind::Null, {.paused = false, .untimed = true}, clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  const auto start = steady_clock::now();
  play(*output, seconds(120), first);
  EXPECT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  EXPECT_LT(steady_clock::now() - start, seconds(60));
  EXPECT_FALSE(output->underrun());
}

TEST(NullOutput, TakesNothingWhilePausedAndDropsWhatIsCancelled) {
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Null, {.paused = true}, clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  ASSERT_TRUE(output->write(tone(9600), seconds(3), 1, first));
  ASSERT_TRUE(changes.wait_for([&] { return clock.anchor().valid; }));
  EXPECT_EQ(clock.anchor().rate, 0.0);
  EXPECT_EQ(clock.anchor().position, seconds(3));
  EXPECT_EQ(output->queued(), milliseconds(200));
  output->cancel_before(second);
  EXPECT_FALSE(output->write(tone(480), seconds(3), 1, first));
  // The queue was full of stale sound; the new one must still get in while paused.
  ASSERT_TRUE(output->write(tone(9600), seconds(8), 1, second));
  ASSERT_TRUE(changes.wait_for([&] {
    const auto anchor = clock.anchor();
    return anchor.valid && anchor.generation == second;
  }));
  EXPECT_EQ(clock.anchor().position, seconds(8));
  output->finish(second);
  EXPECT_FALSE(output->drained(second));
  output->set_paused(false);
  EXPECT_TRUE(changes.wait_for([&] { return output->drained(second); }));
}

TEST(NullOutput, TellsAnUnderrunAndItsEnd) {
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Null, {.paused = false}, clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  ASSERT_TRUE(output->write(tone(480), seconds(0), 1, first));
  ASSERT_TRUE(changes.wait_for([&] { return output->underrun() && clock.anchor().rate == 0; }));
  EXPECT_GE(clock.position(steady_clock::now()), milliseconds(0));
  EXPECT_LE(clock.position(steady_clock::now()), milliseconds(20));
  play(*output, milliseconds(100), first);
  EXPECT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  EXPECT_FALSE(output->underrun());
}

TEST(NullOutput, KeepsGoingWhenTheFormatChanges) {
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Null, {.paused = false}, clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  ASSERT_TRUE(output->write(tone(4800), seconds(0), 1, first));
  const media::AudioFormat mono{.sample_rate = 16000, .channels = 1};
  ASSERT_EQ(output->configure(mono), mono) << "once the old samples are gone";
  EXPECT_EQ(output->queued() > milliseconds(30), false);
  const std::vector<float> samples(1600, 0.1F);
  ASSERT_TRUE(output->write(samples, milliseconds(100), 1, first));
  output->finish(first);
  EXPECT_TRUE(changes.wait_for([&] { return output->drained(first); }));
}

TEST(AudioOutput, RefusesAFormatThatIsNone) {
  media::MediaClock clock;
  const auto output = open_audio_output(OutputKind::Null, {}, clock, [] {});
  EXPECT_FALSE(output->configure({.sample_rate = 0, .channels = 2}));
  EXPECT_FALSE(output->configure({.sample_rate = 48000, .channels = -1}));
}

TEST(SdlOutput, WritesExactlyOurSamplesAtFullVolume) {
  const Folder folder;
  const std::filesystem::path file = folder.path() / "sound.raw";
  const Variable driver("SDL_AUDIODRIVER", "disk");
  const Variable target("SDL_DISKAUDIOFILE", file.string());
  media::MediaClock clock;
  Changes changes;
  {
    const auto output = open_audio_output(OutputKind::Sdl, {.paused = false}, clock, changes.listener());
    ASSERT_EQ(output->configure(stereo), stereo);
    ASSERT_FALSE(output->problem());
    play(*output, milliseconds(400), first);
    ASSERT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  }
  std::vector<float> heard(std::filesystem::file_size(file) / sizeof(float));
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(heard.data()),
            static_cast<std::streamsize>(heard.size() * sizeof(float)));
  const std::vector<float> sent = tone(400 * 48);
  // Silence, a fade in of 5 ms, and then every sample as it was.
  constexpr std::size_t fade = 240 * 2;
  const auto found = std::search(heard.begin(), heard.end(), sent.begin() + fade, sent.end());
  ASSERT_NE(found, heard.end());
  EXPECT_GE(found - heard.begin(), static_cast<std::ptrdiff_t>(fade));
  EXPECT_TRUE(std::all_of(heard.begin(), found - fade, [](float sample) { return sample == 0; }));
  const auto after = found + static_cast<std::ptrdiff_t>(sent.size() - fade) + 480;
  EXPECT_TRUE(after >= heard.end() ||
              std::all_of(after, heard.end(), [](float sample) { return sample == 0; }));
}

TEST(SdlOutput, RunsAndStopsTheClock) {
  const Variable driver("SDL_AUDIODRIVER", "dummy");
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Sdl, {.paused = true}, clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  std::jthread writer([&] { play(*output, milliseconds(2000), first); });
  ASSERT_TRUE(changes.wait_for([&] { return clock.anchor().valid; }));
  EXPECT_EQ(clock.anchor().position, seconds(0));
  EXPECT_EQ(clock.anchor().rate, 0.0);
  output->set_paused(false);
  ASSERT_TRUE(changes.wait_for([&] { return clock.anchor().rate == 1.0; }));
  output->set_paused(true);
  ASSERT_TRUE(changes.wait_for([&] { return clock.anchor().rate == 0.0; }));
  output->set_paused(false);
  ASSERT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  output->cancel_before(second);
}

TEST(SdlOutput, GivesItsDeviceBackInALongPauseAndFetchesItAgain) {
  const Folder folder;
  const std::filesystem::path file = folder.path() / "sound.raw";
  const Variable driver("SDL_AUDIODRIVER", "disk");
  const Variable target("SDL_DISKAUDIOFILE", file.string());
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Sdl, {.paused = false, .keep_paused = milliseconds(50)},
                                        clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  std::jthread writer([&] { play(*output, milliseconds(1000), first); });
  ASSERT_TRUE(changes.wait_for([&] { return clock.anchor().rate == 1.0; }));
  output->set_paused(true);
  // A device that plays silence makes its file grow every 21 ms.
  const auto grows = [&] {
    const auto before = std::filesystem::file_size(file);
    std::this_thread::sleep_for(milliseconds(300));
    return std::filesystem::file_size(file) != before;
  };
  const auto deadline = steady_clock::now() + patience;
  while (grows()) ASSERT_LT(steady_clock::now(), deadline) << "the device is still open";
  // A seek meanwhile is seen to.
  output->cancel_before(second);
  writer.join();
  writer = std::jthread([&] { play(*output, milliseconds(300), second); });
  ASSERT_TRUE(changes.wait_for([&] {
    const auto anchor = clock.anchor();
    return anchor.valid && anchor.generation == second && anchor.rate == 0;
  }));
  output->set_paused(false);
  ASSERT_TRUE(changes.wait_for([&] { return output->drained(second); }));
  EXPECT_GE(std::filesystem::file_size(file), 300U * 48 * 2 * sizeof(float)) << "all of it was heard";
  EXPECT_FALSE(output->problem());
}

TEST(SdlOutput, SurvivesAnyOrderOfPauses) {
  const Variable driver("SDL_AUDIODRIVER", "dummy");
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Sdl, {.paused = true, .keep_paused = milliseconds(1)},
                                        clock, changes.listener());
  std::jthread writer([&] {
    if (output->configure(stereo)) play(*output, milliseconds(300), first);
  });
  for (int n = 0; n < 40; ++n) {
    output->set_paused(n % 2 == 0);
    std::this_thread::sleep_for(milliseconds(n % 7));
  }
  output->set_paused(false);
  EXPECT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  EXPECT_FALSE(output->problem());
}

TEST(SdlOutput, AsksForSpeakersThatSdlAndFfmpegNameAlike) {
  const Variable driver("SDL_AUDIODRIVER", "dummy");
  media::MediaClock clock;
  const auto output = open_audio_output(OutputKind::Sdl, {}, clock, [] {});
  EXPECT_EQ(output->configure({.sample_rate = 48000, .channels = 4})->channels, 6);
  EXPECT_EQ(output->configure({.sample_rate = 48000, .channels = 6})->channels, 6);
  EXPECT_EQ(output->configure({.sample_rate = 44100, .channels = 1})->sample_rate, 44100);
  EXPECT_EQ(output->configure({.sample_rate = 48000, .channels = 24})->channels, 8);
  EXPECT_EQ(output->configure({.sample_rate = 2'000'000, .channels = 2})->sample_rate, 192000);
}

TEST(SdlOutput, PlaysOnInSilenceWhenThereIsNoDevice) {
  const Variable driver("SDL_AUDIODRIVER", "no-such-driver");
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Sdl, {.paused = false}, clock, changes.listener());
  ASSERT_EQ(output->configure(stereo), stereo);
  ASSERT_TRUE(output->problem());
  EXPECT_EQ(output->problem()->code, "no-audio-device");
  play(*output, milliseconds(300), first);
  EXPECT_TRUE(changes.wait_for([&] { return output->drained(first); }));
}

TEST(SdlOutput, SurvivesItsDeviceBeingUnplugged) {
  const Variable driver("SDL_AUDIODRIVER", "dummy");
  media::MediaClock clock;
  Changes changes;
  const auto output = open_audio_output(OutputKind::Sdl, {.paused = false}, clock, changes.listener());
  ASSERT_TRUE(output->configure(stereo));
  std::jthread writer([&] { play(*output, milliseconds(1000), first); });
  ASSERT_TRUE(changes.wait_for([&] { return clock.anchor().rate == 1.0; }));
  const MediaTime before = clock.anchor().position;
  SDL_Event event{};
  event.type = SDL_AUDIODEVICEREMOVED;
  // SDL numbers its open devices from 2; whichever of them is ours.
  for (event.adevice.which = 1; event.adevice.which < 16; ++event.adevice.which) SDL_PushEvent(&event);
  ASSERT_TRUE(changes.wait_for([&] { return output->drained(first); }));
  EXPECT_GT(clock.anchor().position, before);
  EXPECT_FALSE(output->problem()) << "the default device took over";
}

}  // namespace
}  // namespace freshet::audio
