// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/scheduler/block_wants.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t piece = 256 << 10;
const BlockGeometry geometry(piece, 400 * piece);
const MonotonicTime now{100s};

ReaderDemand film() {
  return {FileIndex{0}, 0, Bytes{400 * piece}, {}, {}, {}, true};
}
bool wants_piece(const std::vector<BlockWant>& wants, int number) {
  return std::ranges::any_of(
      wants, [&](const BlockWant& want) { return want.first.piece <= number && number <= want.last.piece; });
}

TEST(BlockWants, IncludeTheEndOfAFileWhoseIndexNobodyNamed) {
  auto reader = film();
  EXPECT_TRUE(wants_piece(block_wants({reader}, geometry, now), 399));
  reader.windows = {{{ByteOffset{0}, ByteOffset{piece}}, now}};
  EXPECT_FALSE(wants_piece(block_wants({reader}, geometry, now), 399)) << "who names windows names that too";
}

// A seek names its group of pictures and what follows. When some time has passed, what follows is overdue: it
// came before the group then, and the first picture a piece later.
TEST(BlockWants, PutWhatIsWaitedForBeforeWhatIsOverdue) {
  auto reader = film();
  reader.windows = {{{ByteOffset{40 * piece}, ByteOffset{44 * piece}}, now, Urgency::Now},
                    {{ByteOffset{44 * piece}, ByteOffset{60 * piece}}, now + 100ms, Urgency::Deadline, 1e6}};
  reader.waiting = {ByteOffset{40 * piece}};
  const auto wants = block_wants({reader}, geometry, now + 5s);
  ASSERT_EQ(wants.size(), 2u) << "the read lies in a window";
  EXPECT_TRUE(wants[0].waiting);
  EXPECT_EQ(wants[0].first.piece, 40);
  EXPECT_LE(wants[0].deadline, wants[1].deadline);
}

TEST(BlockWants, WantAReadOutsideTheWindowsAtOnce) {
  auto reader = film();
  reader.windows = {{{ByteOffset{40 * piece}, ByteOffset{44 * piece}}, now + 3s, Urgency::Deadline, 1e6}};
  reader.waiting = {ByteOffset{7 * piece}};
  const auto wants = block_wants({reader}, geometry, now);
  ASSERT_EQ(wants.size(), 2u);
  EXPECT_TRUE(wants[0].waiting);
  EXPECT_EQ(wants[0].first.piece, 7);
  EXPECT_EQ(wants[0].deadline, now);
}

// A preview's source: what it reads never comes before what is played in the next seconds.
TEST(BlockWants, LetAReaderInTheBackgroundWait) {
  auto player = film();
  player.windows = {{{ByteOffset{40 * piece}, ByteOffset{44 * piece}}, now + 3s, Urgency::Deadline, 1e6}};
  auto preview = film();
  preview.urgency = Urgency::Background;
  preview.was_read = false;
  preview.waiting = {ByteOffset{300 * piece}};
  preview.next = {ByteOffset{300 * piece}};
  const auto wants = block_wants({preview, player}, geometry, now);
  ASSERT_EQ(wants.size(), 2u) << "nothing is read ahead for it, neither beginning nor end";
  EXPECT_EQ(wants[0].first.piece, 300);
  EXPECT_FALSE(wants[0].waiting);
  EXPECT_GT(wants[0].deadline, wants[1].deadline);
  player.next = {ByteOffset{40 * piece}};
  EXPECT_EQ(playhead_of({preview, player}, geometry), 40);
}

}  // namespace
}  // namespace freshet::streaming
