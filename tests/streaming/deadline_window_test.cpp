// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/deadline_window.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>
#include <ranges>

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int pieces = 400;
constexpr std::int64_t piece_length = 1 << 20;

// Does to a model of libtorrent what the steps ask for.
class Picker {
 public:
  explicit Picker(std::uint8_t initial = 4) : priorities(pieces, initial) {}

  void apply(const std::vector<WindowStep>& steps, const std::vector<bool>& have) {
    for (const auto& step : steps) {
      std::visit([this](const auto& each) { take(each); }, step);
      const bool some = std::ranges::any_of(std::views::iota(0, pieces), [&](int piece) {
        return !have[static_cast<std::size_t>(piece)] && priorities[static_cast<std::size_t>(piece)] > 0;
      });
      always_wanted = always_wanted && some;
    }
  }

  std::vector<std::uint8_t> priorities;
  std::map<int, milliseconds> deadlines;
  bool always_wanted = true;

 private:
  void take(const ClearDeadlines&) {
    for (const auto& [piece, deadline] : deadlines) priorities[static_cast<std::size_t>(piece)] = 1;
    deadlines.clear();
  }
  void take(const SetDeadline& step) {
    deadlines[step.piece] = step.deadline;
    priorities[static_cast<std::size_t>(step.piece)] = 7;
  }
  void take(const DropDeadline& step) {
    deadlines.erase(step.piece);
    priorities[static_cast<std::size_t>(step.piece)] = 1;
  }
  void take(const SetPriorities& step) {
    for (const auto& [piece, priority] : step.pieces) priorities[static_cast<std::size_t>(piece)] = priority;
  }
};

class DeadlineWindowTest : public testing::Test {
 protected:
  WindowSnapshot snapshot() {
    WindowSnapshot result;
    result.now = now;
    result.have = &have;
    result.piece_length = piece_length;
    result.files = {{0, pieces - 1}};
    return result;
  }
  std::vector<WindowStep> look(std::vector<PieceDemand> demands, bool starved = false) {
    auto input = snapshot();
    input.demands = std::move(demands);
    input.starved = starved;
    auto steps = window.update(input);
    picker.apply(steps, have);
    return steps;
  }
  void finish(int first, int last) {
    for (int piece = first; piece <= last; ++piece) {
      have[static_cast<std::size_t>(piece)] = true;
      picker.deadlines.erase(piece);
    }
  }
  std::uint8_t priority(int piece) const { return picker.priorities[static_cast<std::size_t>(piece)]; }

  milliseconds now{1000};
  std::vector<bool> have = std::vector<bool>(pieces, false);
  DeadlineWindow window{pieces, 4};
  Picker picker;
};

TEST_F(DeadlineWindowTest, GivesTheFirstPiecesDeadlinesInOrderAndTheNextHighPriority) {
  look({{{10, 33}, 0ms, Urgency::Now}});
  const auto limit = static_cast<std::size_t>(DeadlineWindow::max_deadlines(piece_length));
  ASSERT_EQ(picker.deadlines.size(), limit);
  milliseconds last{-1};
  for (const auto& [piece, deadline] : picker.deadlines) {
    EXPECT_GT(deadline, last);
    last = deadline;
  }
  EXPECT_EQ(picker.deadlines.begin()->first, 10);
  EXPECT_EQ(priority(33), 6);
  EXPECT_EQ(priority(34), 0);
  EXPECT_EQ(priority(9), 0);
}

TEST_F(DeadlineWindowTest, RaisesTheNewRangeBeforeLoweringTheOld) {
  look({{{10, 33}, 0ms, Urgency::Now}});
  const auto steps = look({{{200, 223}, 0ms, Urgency::Now}});
  ASSERT_GE(steps.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<ClearDeadlines>(steps.front()));
  EXPECT_TRUE(std::holds_alternative<SetDeadline>(steps[1]));
  // Nothing is set to 0 before the last deadline of the new range is set.
  bool lowered = false;
  for (const auto& step : steps) {
    if (const auto* change = std::get_if<SetPriorities>(&step)) {
      lowered =
          lowered || std::ranges::any_of(change->pieces, [](const auto& each) { return each.second == 0; });
    }
    if (std::holds_alternative<SetDeadline>(step)) {
      EXPECT_FALSE(lowered);
    }
  }
  EXPECT_TRUE(lowered);
  EXPECT_EQ(priority(10), 0);
  EXPECT_EQ(priority(33), 0);
  EXPECT_TRUE(picker.always_wanted);
}

TEST_F(DeadlineWindowTest, DoesNotClearWhenTheWindowMerelyMovesOn) {
  look({{{10, 33}, 0ms, Urgency::Now}});
  finish(10, 11);
  const auto steps = look({{{12, 35}, 0ms, Urgency::Now}});
  EXPECT_TRUE(std::ranges::none_of(
      steps, [](const auto& step) { return std::holds_alternative<ClearDeadlines>(step); }));
  EXPECT_EQ(picker.deadlines.begin()->first, 12);
  EXPECT_EQ(priority(35), 6);
}

TEST_F(DeadlineWindowTest, SaysNothingWhenNothingChanged) {
  look({{{10, 33}, 0ms, Urgency::Now}});
  EXPECT_TRUE(look({{{10, 33}, 0ms, Urgency::Now}}).empty());
}

TEST_F(DeadlineWindowTest, WantsTheRestOfTheFileOnceTheWindowIsFull) {
  look({{{10, 33}, 0ms, Urgency::Deadline}});
  EXPECT_EQ(priority(300), 0);
  finish(10, 33);
  look({{{10, 33}, 0ms, Urgency::Deadline}});
  EXPECT_EQ(priority(300), 1);
  // A hole far ahead in the window does not give the rest up; one near the reader does.
  look({{{13, 36}, 0ms, Urgency::Deadline}});
  EXPECT_EQ(priority(300), 1);
  look({{{33, 56}, 0ms, Urgency::Deadline}});
  EXPECT_EQ(priority(300), 0);
}

TEST_F(DeadlineWindowTest, TakesAnythingWhenStarved) {
  look({{{10, 33}, 0ms, Urgency::Now}}, true);
  EXPECT_EQ(priority(399), 1);
  EXPECT_EQ(priority(10), 7);
}

TEST_F(DeadlineWindowTest, LetsTwoReadersTakeTurns) {
  look({{{0, 23}, 0ms, Urgency::Now}, {{100, 123}, 0ms, Urgency::Now}});
  const auto first =
      std::ranges::count_if(picker.deadlines, [](const auto& each) { return each.first < 50; });
  const auto second = static_cast<std::ptrdiff_t>(picker.deadlines.size()) - first;
  EXPECT_EQ(first, second);
}

TEST_F(DeadlineWindowTest, PutsWhoWaitsBeforeWhoReadsAhead) {
  look({{{0, 99}, 0ms, Urgency::Deadline}, {{300, 301}, 0ms, Urgency::Now}});
  ASSERT_TRUE(picker.deadlines.contains(300));
  ASSERT_TRUE(picker.deadlines.contains(301));
  EXPECT_TRUE(picker.deadlines.contains(0));
}

TEST_F(DeadlineWindowTest, MovesADeadlineThatComesNearer) {
  look({{{50, 51}, 5000ms, Urgency::Deadline}});
  EXPECT_EQ(picker.deadlines[50], 5000ms);
  now += 100ms;
  look({{{50, 51}, 0ms, Urgency::Now}});
  EXPECT_EQ(picker.deadlines[50], 0ms);
}

TEST_F(DeadlineWindowTest, SetsEverythingAnewWhenPrioritiesAreUnknown) {
  DeadlineWindow unknown{pieces, DeadlineWindow::unknown_priority};
  auto input = snapshot();
  input.demands = {{{0, 3}, 0ms, Urgency::Now}};
  Picker other(4);
  other.apply(unknown.update(input), have);
  EXPECT_EQ(other.priorities[0], 7);
  EXPECT_EQ(other.priorities[200], 0);
}

TEST_F(DeadlineWindowTest, AgreesWithThePickerAfterAnyHistory) {
  std::mt19937 random(7);
  const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  int left = pieces;
  for (int round = 0; round < 3000; ++round) {
    now += milliseconds{below(700)};
    if (below(3) == 0) {
      const int first = below(pieces);
      for (int piece = first; piece < std::min(first + below(6), pieces) && left > 1; ++piece) {
        if (!have[static_cast<std::size_t>(piece)]) --left;
        finish(piece, piece);
      }
    }
    std::vector<PieceDemand> demands;
    for (int count = 1 + below(3); count > 0; --count) {
      const int first = below(pieces);
      demands.push_back({{first, std::min(first + below(30), pieces - 1)},
                         milliseconds{below(4000)},
                         std::array{Urgency::Now, Urgency::Deadline,
                                    Urgency::Background}[static_cast<std::size_t>(below(3))]});
    }
    look(demands, below(20) == 0);
    ASSERT_TRUE(picker.always_wanted) << "round " << round;
    ASSERT_LE(picker.deadlines.size(), static_cast<std::size_t>(DeadlineWindow::max_deadlines(piece_length)));
    // The first missing piece of each demand that is waited for has a deadline.
    for (const auto& demand : demands) {
      if (demand.urgency != Urgency::Now) continue;
      for (int piece = demand.pieces.first; piece <= demand.pieces.last; ++piece) {
        if (have[static_cast<std::size_t>(piece)]) continue;
        ASSERT_TRUE(picker.deadlines.contains(piece)) << "round " << round;
        break;
      }
    }
    for (const auto& [piece, deadline] : picker.deadlines) ASSERT_EQ(priority(piece), 7);
    for (int piece = 0; piece < pieces; ++piece) {
      const bool urgent = picker.deadlines.contains(piece);
      if (!have[static_cast<std::size_t>(piece)] && !urgent) {
        ASSERT_LT(priority(piece), 7);
      }
    }
  }
}

TEST(DeadlineCount, IsFourMebibytesWithinBounds) {
  EXPECT_EQ(DeadlineWindow::max_deadlines(16 << 10), 64);
  EXPECT_EQ(DeadlineWindow::max_deadlines(256 << 10), 16);
  EXPECT_EQ(DeadlineWindow::max_deadlines(4 << 20), 8);
}

}  // namespace
}  // namespace freshet::streaming
