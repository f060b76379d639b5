// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Readers and the network thread, with the test in the place of libtorrent.
#include "streaming/readable_torrent.h"

#include <array>
#include <atomic>
#include <cstring>
#include <gtest/gtest.h>
#include <semaphore>
#include <thread>

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t small_piece = 1000;

PieceBytes piece_of(char letter, std::size_t size = small_piece) {
  auto bytes = std::make_shared<std::vector<std::byte>>(size, static_cast<std::byte>(letter));
  const std::span<const std::byte> view(*bytes);
  return {std::move(bytes), view};
}

class ReadableTorrentTest : public testing::Test {
 protected:
  void start(Bytes cache_limit = mib(1)) {
    cache = std::make_shared<PieceCache>(cache_limit);
    torrent = std::make_shared<ReadableTorrent>(1, cache, [this](Wake wake) {
      if (wake == Wake::Now) woken.release();
    });
    torrent->set_layout(small_piece, 10 * small_piece);
    source = torrent->open(FileIndex{0}, 500, Bytes{9000});
    EXPECT_TRUE(woken.try_acquire());
  }
  // What a network thread does when it is woken.
  std::vector<int> answer(char letter) {
    const auto loads = torrent->pieces_to_load();
    for (const int piece : loads) {
      cache->insert({1, piece}, piece_of(letter));
      torrent->deliver(piece, piece_of(letter));
    }
    return loads;
  }

  std::counting_semaphore<> woken{0};
  std::shared_ptr<PieceCache> cache;
  std::shared_ptr<ReadableTorrent> torrent;
  std::shared_ptr<ByteSource> source;
  std::array<std::byte, 4096> buffer{};
};

TEST_F(ReadableTorrentTest, AReadWaitsUntilItsPieceIsVerifiedAndLoaded) {
  start();
  std::atomic<bool> done = false;
  std::jthread reader([&] {
    const auto count = source->read(ByteOffset{0}, buffer, {});
    EXPECT_EQ(count.value(), 500u) << "to the end of the first piece";
    EXPECT_EQ(buffer[0], static_cast<std::byte>('a'));
    done = true;
  });
  woken.acquire();
  EXPECT_TRUE(torrent->pieces_to_load().empty()) << "never a piece that is not there";
  EXPECT_TRUE(torrent->demands().anybody_waits);
  EXPECT_FALSE(done);
  torrent->add_have(0);
  woken.acquire();
  EXPECT_EQ(answer('a'), std::vector<int>{0});
  reader.join();
  EXPECT_TRUE(done);
}

TEST_F(ReadableTorrentTest, ReadsAreAnsweredFromRamWithoutTheNetworkThread) {
  start();
  cache->insert({1, 0}, piece_of('a'));
  torrent->set_have(std::vector<bool>(10, true));
  EXPECT_EQ(source->read(ByteOffset{0}, buffer, {}).value(), 500u);
  EXPECT_EQ(torrent->pieces_to_load(), std::vector<int>{1}) << "one piece ahead";
}

TEST_F(ReadableTorrentTest, APieceLargerThanTheCacheIsStillReadAndNotHeld) {
  start(Bytes{10});
  torrent->set_have(std::vector<bool>(10, true));
  std::jthread network([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      woken.acquire();
      answer('b');
    }
  });
  for (int offset = 0; offset < 9000; offset += 100) {
    ASSERT_EQ(source->read(ByteOffset{offset}, std::span(buffer).first(100), {}).value(), 100u);
    ASSERT_EQ(buffer[99], static_cast<std::byte>('b'));
  }
  EXPECT_EQ(cache->held(), Bytes{0});
  network.request_stop();
  woken.release();
}

TEST_F(ReadableTorrentTest, ACancelWakesAReadInMilliseconds) {
  start();
  std::chrono::steady_clock::time_point cancelled_at;
  std::jthread reader([&] {
    const auto result = source->read(ByteOffset{0}, buffer, Generation{3});
    const auto late = std::chrono::steady_clock::now() - cancelled_at;
    ASSERT_FALSE(result);
    EXPECT_TRUE(std::holds_alternative<ReadCancelled>(result.error()));
    EXPECT_LT(late, 500ms);  // microseconds on an idle machine
  });
  woken.acquire();
  source->cancel_before(Generation{3});  // its own generation: not cancelled
  cancelled_at = std::chrono::steady_clock::now();
  source->cancel_before(Generation{4});
  reader.join();
  EXPECT_FALSE(torrent->demands().anybody_waits);
  EXPECT_FALSE(source->read(ByteOffset{0}, buffer, Generation{3})) << "also those to come";
}

TEST_F(ReadableTorrentTest, CloseEndsAllReadsAsCancelled) {
  start();
  std::jthread reader([&] {
    const auto result = source->read(ByteOffset{0}, buffer, {});
    ASSERT_FALSE(result);
    EXPECT_TRUE(std::holds_alternative<ReadCancelled>(result.error()));
  });
  woken.acquire();
  torrent->close();
  reader.join();
}

TEST_F(ReadableTorrentTest, AnErrorEndsReadsThatWouldWaitAndOnlyThose) {
  start();
  cache->insert({1, 0}, piece_of('a'));
  torrent->add_have(0);
  torrent->set_error(Error{ErrorCategory::Source, "broken", "broken", {}});
  EXPECT_TRUE(source->read(ByteOffset{0}, buffer, {}));
  const auto result = source->read(ByteOffset{5000}, buffer, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(std::get<Error>(result.error()).code, "broken");
}

TEST_F(ReadableTorrentTest, AvailableRangesAreMergedAndClippedToTheFile) {
  start();
  for (const int piece : {0, 1, 4, 9}) torrent->add_have(piece);
  const auto ranges = source->available();
  const std::vector<ByteRange> expected{{{0}, {1500}}, {{3500}, {4500}}, {{8500}, {9000}}};
  EXPECT_EQ(ranges, expected);
}

TEST_F(ReadableTorrentTest, ReadsNothingPastTheEnd) {
  start();
  EXPECT_EQ(source->read(ByteOffset{9000}, buffer, {}).value(), 0u);
  EXPECT_EQ(source->read(ByteOffset{1'000'000}, buffer, {}).value(), 0u);
  EXPECT_EQ(source->read(ByteOffset{-1}, buffer, {}).value(), 0u);
}

TEST(PieceCache, NeverHoldsMoreThanItsLimitAndDropsTheLeastRecentlyUsed) {
  PieceCache cache(Bytes{3000});
  for (int piece = 0; piece < 3; ++piece) cache.insert({1, piece}, piece_of('x'));
  EXPECT_FALSE(cache.find({1, 0}).bytes.empty());  // now 1 is the oldest
  cache.insert({2, 0}, piece_of('y'));
  EXPECT_EQ(cache.held(), Bytes{3000});
  EXPECT_TRUE(cache.find({1, 1}).bytes.empty());
  EXPECT_FALSE(cache.find({1, 0}).bytes.empty());
  cache.insert({1, 7}, piece_of('z', 2900));
  EXPECT_EQ(cache.held(), Bytes{2900});
  cache.insert({1, 8}, piece_of('z', 3001));
  EXPECT_EQ(cache.held(), Bytes{2900});
  cache.forget_torrent(1);
  EXPECT_EQ(cache.held(), Bytes{0});
}

TEST(PieceCache, APieceHandedOutOutlivesItsPlace) {
  PieceCache cache(Bytes{1000});
  cache.insert({1, 0}, piece_of('a'));
  const auto held = cache.find({1, 0});
  cache.insert({1, 1}, piece_of('b'));
  EXPECT_EQ(held.bytes.back(), static_cast<std::byte>('a'));
}

}  // namespace
}  // namespace freshet::streaming
