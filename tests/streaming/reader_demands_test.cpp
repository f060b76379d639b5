// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/reader_demands.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t piece = 1 << 20;

ReaderDemand film(std::int64_t size) {
  return {FileIndex{0}, 0, Bytes{size}, {}, {}, {}, true};
}

std::vector<PieceSpan> spans(const std::vector<PieceDemand>& demands, Urgency urgency) {
  std::vector<PieceSpan> result;
  for (const auto& demand : demands) {
    if (demand.urgency == urgency) result.push_back(demand.pieces);
  }
  return result;
}

TEST(ReaderDemands, AskForHeaderAndIndexOfAFileThatIsOpened) {
  auto reader = film(1000 * piece);
  reader.was_read = false;
  const auto demands = piece_demands({reader}, piece, {});
  EXPECT_EQ(spans(demands, Urgency::Now), (std::vector<PieceSpan>{{0, 0}}));
  const auto later = spans(demands, Urgency::Deadline);
  EXPECT_TRUE(std::ranges::any_of(later, [](const PieceSpan& span) { return span.last == 999; }));
}

TEST(ReaderDemands, PutAWaitingReadFirstAndReadAhead) {
  auto reader = film(1000 * piece);
  reader.waiting = {ByteOffset{500 * piece + 7}};
  reader.next = {ByteOffset{500 * piece + 7}};
  const auto demands = piece_demands({reader}, piece, {});
  EXPECT_EQ(spans(demands, Urgency::Now), (std::vector<PieceSpan>{{500, 501}}));
  EXPECT_EQ(spans(demands, Urgency::Deadline).front(), (PieceSpan{500, 500 + read_ahead.value / piece}));
}

TEST(ReaderDemands, FollowWindowsInsteadOfReadingAheadWhenThereAreAny) {
  auto reader = film(1000 * piece);
  const MonotonicTime now{10s};
  reader.next = {ByteOffset{0}};
  reader.windows = {{{ByteOffset{300 * piece}, ByteOffset{310 * piece}}, now + 2s, Urgency::Deadline},
                    {{ByteOffset{990 * piece}, ByteOffset{2000 * piece}}, now - 1s, Urgency::Background}};
  const auto demands = piece_demands({reader}, piece, now);
  EXPECT_EQ(demands[0].pieces, (PieceSpan{300, 309}));
  EXPECT_EQ(demands[0].deadline, 2000ms);
  EXPECT_EQ(demands[1].pieces, (PieceSpan{990, 999})) << "clipped to the file";
  EXPECT_EQ(demands[1].deadline, 0ms);
  EXPECT_TRUE(spans(demands, Urgency::Now).empty());
}

TEST(ReaderDemands, StayInsideFilesThatDoNotBeginAtAPiece) {
  ReaderDemand reader{FileIndex{1}, 3 * piece - 10, Bytes{20}, {ByteOffset{0}}, {}, {}, true};
  for (const auto& demand : piece_demands({reader}, piece, {})) EXPECT_EQ(demand.pieces, (PieceSpan{2, 3}));
}

TEST(ReadPositions, FollowOneReader) {
  ReadPositions positions;
  EXPECT_TRUE(positions.note({0}, {100}, {}, 0, piece));
  EXPECT_FALSE(positions.note({100}, {200}, {}, 0, piece)) << "same piece";
  EXPECT_TRUE(positions.note({200}, {piece + 5}, {}, 0, piece));
  EXPECT_EQ(positions.next(), (std::vector<ByteOffset>{{piece + 5}}));
}

TEST(ReadPositions, KeepApartTwoReadersFarFromEachOther) {
  ReadPositions positions;
  for (int i = 0; i < 50; ++i) {
    positions.note({i * 1000}, {(i + 1) * 1000}, {}, 0, piece);
    positions.note({500 * piece + i * 1000}, {500 * piece + (i + 1) * 1000}, {}, 0, piece);
  }
  EXPECT_EQ(positions.next(), (std::vector<ByteOffset>{{500 * piece + 50'000}, {50'000}}));
}

TEST(ReadPositions, ForgetPlacesThatAreNotReadAnyMore) {
  ReadPositions positions;
  for (int place = 0; place < 20; ++place)
    positions.note({place * 10 * piece}, {place * 10 * piece}, {}, 0, piece);
  EXPECT_EQ(positions.next().size(), 4u) << "a search through the file leaves few traces";
  for (int i = 0; i < 100; ++i) positions.note({500 * piece}, {500 * piece}, {}, 0, piece);
  EXPECT_EQ(positions.next().size(), 1u);
}

TEST(ReadPositions, ForgetWhatASeekLeftBehind) {
  ReadPositions positions;
  positions.note({0}, {100}, Generation{1}, 0, piece);
  positions.note({500 * piece}, {500 * piece}, Generation{2}, 0, piece);
  positions.forget_before(Generation{2});
  EXPECT_EQ(positions.next(), (std::vector<ByteOffset>{{500 * piece}}));
}

}  // namespace
}  // namespace freshet::streaming
