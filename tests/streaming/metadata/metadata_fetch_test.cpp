// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/metadata/metadata_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;
using PeerId = MetadataFetch::PeerId;
using Question = MetadataFetch::Question;

constexpr PeerId ann{1}, bob{2}, cem{3};
constexpr MetadataFetch::Clock::time_point start{};
constexpr int small = 1000;
constexpr int large = 3 * metadata_piece_size + 5;

HereIsMetadata part_of(const std::string& whole, int piece) {
  const auto size = static_cast<int>(whole.size());
  return {piece, size,
          std::span(whole).subspan(static_cast<std::size_t>(piece) * metadata_piece_size,
                                   static_cast<std::size_t>(metadata_piece_length(size, piece)))};
}

std::string text(const std::optional<MetadataFetch::Whole>& whole) {
  return whole ? std::string(whole->bytes.begin(), whole->bytes.end()) : "";
}

TEST(MetadataFetch, AsksTwoAtOnceAndAThirdWhenTheyAreSilent) {
  MetadataFetch fetch;
  EXPECT_THAT(fetch.decide(start), IsEmpty());
  EXPECT_FALSE(fetch.next());
  for (const auto peer : {ann, bob, cem}) fetch.peer_came(peer, small);
  EXPECT_THAT(fetch.decide(start), testing::ElementsAre(Question{ann, 0}, Question{bob, 0}));
  EXPECT_THAT(fetch.decide(start + 1ms), IsEmpty());
  ASSERT_TRUE(fetch.next());
  const auto next = *fetch.next();
  EXPECT_LE(next, start + 500ms);
  EXPECT_THAT(fetch.decide(next), testing::ElementsAre(Question{cem, 0}));
  const std::string metadata(small, 'm');
  EXPECT_EQ(text(fetch.arrived(cem, part_of(metadata, 0))), metadata);
}

TEST(MetadataFetch, SharesTheWorkAndPutsItTogether) {
  MetadataFetch fetch;
  for (const auto peer : {ann, bob, cem}) fetch.peer_came(peer, large);
  std::string metadata(large, 'm');
  metadata.back() = 'n';
  const auto questions = fetch.decide(start);
  EXPECT_THAT(questions, SizeIs(8));
  std::map<PeerId, int> load;
  for (const auto& question : questions) ++load[question.peer];
  for (const auto& [peer, count] : load) EXPECT_LE(count, 3);
  std::optional<MetadataFetch::Whole> whole;
  for (const auto& question : questions) {
    if (auto result = fetch.arrived(question.peer, part_of(metadata, question.piece))) {
      EXPECT_FALSE(whole) << "twice";
      whole = std::move(result);
    }
  }
  EXPECT_EQ(text(whole), metadata);
  EXPECT_FALSE(whole->from) << "of several";
}

TEST(MetadataFetch, TakesNothingThatWasNotAskedFor) {
  MetadataFetch fetch;
  fetch.peer_came(ann, small);
  const std::string metadata(small, 'm'), other(small + 1, 'm');
  EXPECT_FALSE(fetch.arrived(ann, part_of(metadata, 0))) << "before the question";
  EXPECT_THAT(fetch.decide(start), SizeIs(1));
  EXPECT_FALSE(fetch.arrived(bob, part_of(metadata, 0))) << "from a stranger";
  EXPECT_FALSE(fetch.arrived(ann, part_of(other, 0))) << "of another size";
  EXPECT_TRUE(fetch.arrived(ann, part_of(metadata, 0)));
  EXPECT_FALSE(fetch.arrived(ann, part_of(metadata, 0))) << "again";
}

TEST(MetadataFetch, FindsWhoLied) {
  MetadataFetch fetch;
  for (const auto peer : {ann, bob}) fetch.peer_came(peer, large);
  const std::string good(large, 'm'), bad(large, 'L');
  const auto answer = [&](const Question& question) {
    return fetch.arrived(question.peer, part_of(question.peer == ann ? bad : good, question.piece));
  };
  std::optional<MetadataFetch::Whole> whole;
  for (const auto& question : fetch.decide(start))
    if (auto result = answer(question)) whole = std::move(result);
  ASSERT_TRUE(whole);
  EXPECT_FALSE(whole->from);
  fetch.was_wrong();
  std::map<PeerId, std::string> by;
  for (const auto& question : fetch.decide(start + 1ms))
    if (auto result = answer(question)) by[result->from.value()] = text(result);
  EXPECT_EQ(by.at(ann), bad);
  EXPECT_EQ(by.at(bob), good);
}

TEST(MetadataFetch, NamesWhoSentTheOnlyPiece) {
  MetadataFetch fetch;
  for (const auto peer : {ann, bob}) fetch.peer_came(peer, small);
  EXPECT_THAT(fetch.decide(start), SizeIs(2));
  const std::string bad(small, 'L');
  EXPECT_EQ(fetch.arrived(bob, part_of(bad, 0)).value().from, bob);
  fetch.peer_went(bob);
  EXPECT_THAT(fetch.decide(start + 1ms), testing::ElementsAre(Question{ann, 0})) << "the other is asked anew";
}

TEST(MetadataFetch, GoesOnWhenPeersRefuseOrLeave) {
  MetadataFetch fetch;
  for (const auto peer : {ann, bob, cem}) fetch.peer_came(peer, small);
  EXPECT_THAT(fetch.decide(start), SizeIs(2));
  fetch.refused(ann, 0);
  EXPECT_THAT(fetch.decide(start), testing::ElementsAre(Question{cem, 0}));
  fetch.peer_went(bob);
  fetch.peer_went(cem);
  EXPECT_THAT(fetch.decide(start), IsEmpty()) << "who refused is not asked again";
  EXPECT_FALSE(fetch.next());
}

TEST(MetadataFetch, AsksTheOnlyPeerAgainAfterSeconds) {
  MetadataFetch fetch;
  fetch.peer_came(ann, small);
  EXPECT_THAT(fetch.decide(start), SizeIs(1));
  auto now = start;
  int questions = 0;
  while (now < start + 10s) {
    ASSERT_TRUE(fetch.next());
    ASSERT_GT(*fetch.next(), now) << "a timer that is never late";
    now = *fetch.next();
    questions += static_cast<int>(fetch.decide(now).size());
  }
  EXPECT_GE(questions, 2);
  EXPECT_LE(questions, 4);
}

TEST(MetadataFetch, KeepsNoMoreThanAFewTimesWhatMetadataMayBe) {
  MetadataFetch fetch;
  const int size = static_cast<int>(max_torrent_file.value);
  std::vector<char> bytes(metadata_piece_size, 'L');
  std::int64_t taken = 0;
  for (std::uint32_t peer = 1; peer <= 40; ++peer)
    fetch.peer_came(PeerId{peer}, size - static_cast<int>(peer));
  auto now = start;
  for (int round = 0; round < 200; ++round, now += 500ms) {
    for (const auto& question : fetch.decide(now)) {
      const int its_size = size - static_cast<int>(question.peer);
      if (metadata_piece_length(its_size, question.piece) != metadata_piece_size) continue;  // never whole
      EXPECT_FALSE(fetch.arrived(question.peer, {question.piece, its_size, bytes}));
      taken += metadata_piece_size;
    }
  }
  EXPECT_GT(taken, max_torrent_file.value);
  EXPECT_LE(fetch.bytes_held(), static_cast<std::size_t>(3 * max_torrent_file.value));
}

// Peers that come, go, answer, lie and refuse at random: what an honest one has is found in the end.
TEST(MetadataFetch, FindsTheTruthInAnyCrowd) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
    MetadataFetch fetch;
    const std::string good(large, 'm');
    const int crowd = 2 + static_cast<int>(random() % 6);
    std::map<PeerId, int> kinds;  // 0 honest, 1 lies, 2 silent, 3 refuses
    for (int i = 0; i < crowd; ++i)
      kinds[PeerId{static_cast<std::uint32_t>(i)}] = static_cast<int>(random() % 4);
    kinds[PeerId{99}] = 0;
    for (const auto& [peer, kind] : kinds) fetch.peer_came(peer, large);
    auto now = start;
    bool is_found = false;
    std::set<std::pair<PeerId, int>> open;
    for (int step = 0; step < 400 && !is_found; ++step) {
      for (const auto& question : fetch.decide(now)) {
        const int kind = kinds.at(question.peer);
        if (kind == 2 || (kind == 0 && chance(10))) continue;  // even an honest one is late now and then
        if (kind == 3) {
          fetch.refused(question.peer, question.piece);
          continue;
        }
        auto bad = good;
        bad[static_cast<std::size_t>(question.piece) * metadata_piece_size] = 'L';
        if (const auto whole =
                fetch.arrived(question.peer, part_of(kind == 1 ? bad : good, question.piece))) {
          is_found = text(whole) == good;
          if (is_found) break;
          if (whole->from) {
            EXPECT_EQ(kinds.at(*whole->from), 1) << "an honest peer is blamed";
            fetch.peer_went(*whole->from);
          } else {
            fetch.was_wrong();
          }
          break;  // the questions are of before
        }
      }
      now = std::max(now + 1ms, fetch.next().value_or(now));
    }
    EXPECT_TRUE(is_found) << "seed " << seed;
  }
}

}  // namespace
}  // namespace freshet::streaming
