// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Small pictures of other places: only from what may be read, and never of a place that was left.
#include "player/media/preview.h"

#include <condition_variable>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <mutex>

#include "tests/player/media/clips.h"
#include "tests/player/media/scripted_source.h"

namespace freshet::media::test {
namespace {

using namespace std::chrono_literals;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Previews : public testing::Test {
 protected:
  // Index in front. Black, and from the fourth second on white; a key frame a second.
  Previews()
      : source(std::make_shared<ScriptedSource>(
            bytes_of(make_clip({"-f", "lavfi", "-i",
                                "color=black:size=640x360:rate=25:duration=4[a];color=white:size=640x360:"
                                "rate=25:duration=4[b];[a][b]concat,noise=alls=30:allf=t",
                                "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p",
                                "-movflags", "+faststart"},
                               "mp4")))) {}

  void start() {
    preview = std::make_unique<Preview>(source, "film.mp4", 0, [this](MediaTime at, auto picture) {
      const std::lock_guard lock(mutex);
      shown = {at, std::move(picture)};
      changed.notify_all();
    });
  }
  std::shared_ptr<const PreviewPicture> wait_for(MediaTime at) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return shown.second && shown.first == at; });
    return shown.second;
  }

  std::shared_ptr<ScriptedSource> source;
  std::mutex mutex;
  std::condition_variable changed;
  std::pair<MediaTime, std::shared_ptr<const PreviewPicture>> shown;
  std::unique_ptr<Preview> preview;  // last: it calls into the others
};

int brightness(const PreviewPicture& picture) {
  return picture.rgba.at(picture.rgba.size() / 2 / 4 * 4);
}

TEST_F(Previews, AreOfThePlaceThatWasAskedForAndSmall) {
  start();
  preview->request({.at = 6500ms, .most_width = 320, .most_height = 180});
  const auto late = wait_for(6500ms);
  EXPECT_EQ(late->width, 320);
  EXPECT_EQ(late->height, 180);
  EXPECT_EQ(late->rgba.size(), 320u * 180 * 4);
  EXPECT_GT(brightness(*late), 230);
  preview->request({.at = 1500ms, .most_width = 320, .most_height = 180});
  EXPECT_LT(brightness(*wait_for(1500ms)), 25);
}

TEST_F(Previews, WaitForNothingUnlessTheyMayFetch) {
  const auto half = source->size()->value / 2;
  source->block_from(half);
  start();
  preview->request({.at = 7s});  // not there: no picture, and no read that waits
  preview->request({.at = 500ms});
  wait_for(500ms);
  EXPECT_LE(source->furthest(), half);
  preview->request({.at = 7s, .fetch = Preview::Fetch::Yes});
  source->wait_until_blocked();
  source->unblock();
  EXPECT_GT(brightness(*wait_for(7s)), 230);
}

TEST_F(Previews, ThatWereLeftAreNotShownAndDoNotHoldUpTheNext) {
  start();
  preview->request({.at = 500ms});
  wait_for(500ms);
  source->block_from(source->size()->value / 2);
  preview->request({.at = 7s, .fetch = Preview::Fetch::Yes});
  source->wait_until_blocked();
  preview->request({.at = 1500ms, .fetch = Preview::Fetch::Yes});
  wait_for(1500ms);
  preview->request({.at = 7s, .fetch = Preview::Fetch::Yes});
  source->wait_until_blocked();
  preview->cancel();
  preview.reset();
  EXPECT_NE(shown.first, 7s);
}

}  // namespace
}  // namespace freshet::media::test
