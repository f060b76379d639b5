// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/http_plan.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace freshet::streaming {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr HttpPlanLimits two_streams{.streams = 2, .near = 100};

TEST(HttpPlan, StartsWhereSomethingIsWanted) {
  const auto plan = plan_http_streams({}, {{.offset = 500, .waiting = true}}, two_streams);
  EXPECT_THAT(plan.starts, ElementsAre(500));
}

TEST(HttpPlan, LeavesWhatIsNearToTheStreamBeforeIt) {
  const auto plan =
      plan_http_streams({{.position = 450, .useful = true}}, {{.offset = 500, .waiting = true}}, two_streams);
  EXPECT_THAT(plan.starts, IsEmpty());
  EXPECT_THAT(plan.actions, ElementsAre(HttpAction::Run));
}

TEST(HttpPlan, StartsOneStreamForTwoWantsSideBySide) {
  const auto plan = plan_http_streams(
      {}, {{.offset = 500, .waiting = true}, {.offset = 550, .waiting = false}}, two_streams);
  EXPECT_THAT(plan.starts, ElementsAre(500));
}

TEST(HttpPlan, PausesWhatIsFollowedAndDropsTheRest) {
  const auto plan = plan_http_streams(
      {{.position = 450, .useful = true}, {.position = 9000, .useful = false}}, {}, two_streams);
  EXPECT_THAT(plan.actions, ElementsAre(HttpAction::Pause, HttpAction::Drop));
}

TEST(HttpPlan, TakesAStreamFromReadingAheadForAReadThatWaits) {
  const auto plan =
      plan_http_streams({{.position = 0, .useful = true}, {.position = 5000, .useful = true}},
                        {{.offset = 0, .waiting = false}, {.offset = 9000, .waiting = true}}, two_streams);
  EXPECT_THAT(plan.starts, ElementsAre(9000));
  EXPECT_THAT(plan.actions, ElementsAre(HttpAction::Run, HttpAction::Drop))
      << "the one that is not wanted goes";
}

TEST(HttpPlan, DoesNotTakeAStreamForReadingAhead) {
  const auto plan = plan_http_streams({{.position = 0, .useful = true}, {.position = 5000, .useful = true}},
                                      {{.offset = 9000, .waiting = false}}, two_streams);
  EXPECT_THAT(plan.starts, IsEmpty());
  EXPECT_THAT(plan.actions, ElementsAre(HttpAction::Pause, HttpAction::Pause));
}

TEST(HttpPlan, KeepsItsPromisesWhateverComes) {
  std::mt19937 random{3};
  for (int round = 0; round < 20'000; ++round) {
    std::vector<HttpStream> streams;
    std::vector<HttpWant> wants;
    for (auto count = random() % 3; count > 0; --count) {
      streams.push_back(
          {.position = static_cast<std::int64_t>(random() % 1000), .useful = random() % 2 == 0});
    }
    for (auto count = random() % 5; count > 0; --count) {
      wants.push_back({.offset = static_cast<std::int64_t>(random() % 1000), .waiting = random() % 2 == 0});
    }
    const HttpPlan plan = plan_http_streams(streams, wants, two_streams);
    ASSERT_EQ(plan.actions.size(), streams.size());

    std::vector<std::int64_t> running = plan.starts;
    std::size_t open = plan.starts.size();
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (plan.actions[i] != HttpAction::Drop) ++open;
      if (plan.actions[i] == HttpAction::Run) running.push_back(streams[i].position);
    }
    ASSERT_LE(open, two_streams.streams);
    const auto served = [&](const HttpWant& want) {
      return std::ranges::any_of(running, [&](std::int64_t position) {
        return position <= want.offset && want.offset - position <= two_streams.near;
      });
    };
    const auto waiting = std::ranges::count_if(wants, [](const HttpWant& want) { return want.waiting; });
    const auto unserved =
        std::ranges::count_if(wants, [&](const HttpWant& want) { return want.waiting && !served(want); });
    if (unserved > 0) {
      ASSERT_GT(waiting, 2) << "only a third waiting read may have to wait longer";
    }
    if (waiting > 0) {
      ASSERT_LT(unserved, waiting);
    }
  }
}

}  // namespace
}  // namespace freshet::streaming
