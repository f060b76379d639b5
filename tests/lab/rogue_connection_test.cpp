// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/rogue_connection.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr MonotonicTime start{1h};

std::string number(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}
std::string message(char id, const std::string& payload = "") {
  return number(static_cast<std::uint32_t>(payload.size() + 1)) + id + payload;
}
std::string request(std::uint32_t piece, std::uint32_t offset, std::uint32_t length = 16384) {
  return message(6, number(piece) + number(offset) + number(length));
}

// A client that speaks to one rogue, and a file of 100 000 bytes in pieces of 32 KiB.
class Rogue : public testing::Test {
 protected:
  Rogue() {
    torrent_.infohash = std::string(20, 'h');
    torrent_.piece_length = 32768;
    torrent_.size = 100'000;
    torrent_.file = FileDescriptor(::memfd_create("film", 0));
    for (int index = 0; index < 100'000; ++index) film_.push_back(static_cast<char>(index * 7 / 3));
    EXPECT_EQ(::write(torrent_.file.get(), film_.data(), film_.size()), 100'000);
    behaviour_.started = start;
  }

  RogueConnection connect(bool fast = true) {
    RogueConnection rogue(torrent_, behaviour_, false, start);
    std::string reserved(8, '\0');
    reserved[5] = 0x10;
    reserved[7] = fast ? 0x04 : 0;
    EXPECT_TRUE(
        rogue.receive("\x13"
                      "BitTorrent protocol" +
                          reserved + torrent_.infohash + std::string(20, 'c'),
                      start));
    EXPECT_TRUE(rogue.receive(message(2), start));  // interested
    EXPECT_EQ(rogue.to_send.substr(28, 20), torrent_.infohash);
    rogue.to_send.erase(0, 68);
    return rogue;
  }

  // The messages that are ready, by their ids; what they carry is in `last_`.
  std::vector<int> messages(RogueConnection& rogue, MonotonicTime now) {
    rogue.advance(now);
    std::vector<int> ids;
    while (rogue.to_send.size() >= 4) {
      std::size_t length = 0;
      for (std::size_t index = 0; index < 4; ++index)
        length = length * 256 + static_cast<unsigned char>(rogue.to_send[index]);
      ids.push_back(rogue.to_send.at(4));
      last_ = rogue.to_send.substr(5, length - 1);
      rogue.to_send.erase(0, 4 + length);
    }
    return ids;
  }

  ServedTorrent torrent_;
  RogueBehaviour behaviour_;
  std::string film_, last_;
};

TEST_F(Rogue, ThatIsHonestServesTheFilm) {
  auto rogue = connect();
  EXPECT_THAT(messages(rogue, start), ElementsAre(14, 1));  // have all, unchoke
  EXPECT_TRUE(rogue.receive(request(1, 16384), start));
  EXPECT_THAT(messages(rogue, start), ElementsAre(7));
  EXPECT_EQ(last_, number(1) + number(16384) + film_.substr(49152, 16384));
  EXPECT_TRUE(rogue.receive(request(3, 0, 100'000 - 3 * 32768), start));  // the tail
  EXPECT_THAT(messages(rogue, start), ElementsAre(7));
}

TEST_F(Rogue, ThatIsABlackHoleUnchokesAndNeverAnswers) {
  behaviour_.answer = Answer::Never;
  auto rogue = connect();
  EXPECT_THAT(messages(rogue, start), ElementsAre(14, 1));
  for (std::uint32_t piece = 0; piece < 3; ++piece) EXPECT_TRUE(rogue.receive(request(piece, 0), start));
  EXPECT_TRUE(messages(rogue, start + 1h).empty());
}

TEST_F(Rogue, ThatLiesSendsAsMuchAsIsAskedAndNothingOfTheFilm) {
  behaviour_.answer = Answer::Garbage;
  auto rogue = connect();
  static_cast<void>(messages(rogue, start));
  EXPECT_TRUE(rogue.receive(request(0, 0), start));
  EXPECT_THAT(messages(rogue, start), ElementsAre(7));
  EXPECT_EQ(last_.size(), 8u + 16384u);
  EXPECT_NE(last_.substr(8), film_.substr(0, 16384));
}

TEST_F(Rogue, ThatCrawlsKeepsItsRate) {
  behaviour_.bytes_per_second = 20'000;
  auto rogue = connect();
  static_cast<void>(messages(rogue, start));
  for (int count = 0; count < 100; ++count) EXPECT_TRUE(rogue.receive(request(0, 0), start));
  std::size_t blocks = 0;
  for (auto now = start; now <= start + 10s; now += 10ms) blocks += messages(rogue, now).size();
  EXPECT_NEAR(static_cast<double>(blocks) * 16384, 200'000, 2 * 16384);
  ASSERT_TRUE(rogue.wake());
  EXPECT_GT(*rogue.wake(), start + 10s);
}

TEST_F(Rogue, ThatChokesDoesSoInRoundsAndRejectsByNameWhatItDrops) {
  behaviour_.choke_on = 2s;
  behaviour_.choke_off = 4s;
  behaviour_.bytes_per_second = 1;  // so that requests are still there when it chokes
  auto rogue = connect();
  EXPECT_THAT(messages(rogue, start), ElementsAre(14, 1));
  ASSERT_EQ(rogue.wake(), start + 2s);
  EXPECT_TRUE(rogue.receive(request(0, 0) + request(0, 16384), start));
  EXPECT_THAT(messages(rogue, start), ElementsAre(7));
  EXPECT_THAT(messages(rogue, start + 2s), ElementsAre(0, 16));  // choke, reject
  EXPECT_TRUE(rogue.receive(request(1, 0), start + 3s));
  EXPECT_THAT(messages(rogue, start + 3s), ElementsAre(16));
  EXPECT_THAT(messages(rogue, start + 6s), ElementsAre(1));
}

TEST_F(Rogue, WithoutTheFastExtensionSaysNothingOfWhatItDrops) {
  behaviour_.fast_extension = false;
  behaviour_.request_queue = 2;
  behaviour_.bytes_per_second = 1;
  auto rogue = connect();
  EXPECT_THAT(messages(rogue, start), ElementsAre(5, 20, 1));  // bitfield, reqq, unchoke
  for (int count = 0; count < 5; ++count) EXPECT_TRUE(rogue.receive(request(0, 0), start));
  EXPECT_THAT(messages(rogue, start), ElementsAre(7));
  EXPECT_TRUE(rogue.receive(message(8, number(0) + number(0) + number(16384)), start));  // cancel
  EXPECT_TRUE(messages(rogue, start + 1s).empty());
}

TEST_F(Rogue, ThatHasAPartServesOnlyThat) {
  behaviour_.have = 0.5;
  torrent_.size = 3'276'800;  // 100 pieces
  auto rogue = connect();
  EXPECT_THAT(messages(rogue, start), ElementsAre(5, 1));
  RogueConnection other(torrent_, behaviour_, true, start);
  EXPECT_EQ(other.to_send.size(), 68u);  // who dials greets
  int rejected = 0;
  for (std::uint32_t piece = 0; piece < 100; ++piece) {
    EXPECT_TRUE(rogue.receive(request(piece, 0), start));
    for (const int id : messages(rogue, start)) rejected += id == 16 ? 1 : 0;
  }
  EXPECT_NEAR(rejected, 50, 20);
}

TEST_F(Rogue, HangsUpOnNonsense) {
  auto rogue = connect();
  EXPECT_FALSE(rogue.receive(request(0, 0, 0), start));
  auto second = connect();
  EXPECT_FALSE(second.receive(request(3, 16384), start));  // beyond the end
  auto third = connect();
  EXPECT_FALSE(third.receive(number(1u << 30), start));
  RogueConnection fourth(torrent_, behaviour_, false, start);
  EXPECT_FALSE(fourth.receive("GET / HTTP/1.1\r\n", start));
}

}  // namespace
}  // namespace freshet::lab
