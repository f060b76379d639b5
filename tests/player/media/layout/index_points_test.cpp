// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/layout/index_points.h"

#include <gtest/gtest.h>

#include "tests/drm/container/memory_source.h"

namespace freshet::media {
namespace {

using namespace std::chrono_literals;
using container::box;
using container::bytes_of;
using container::element;
using container::full_box;
using container::number;

std::string cue(std::uint64_t time, std::uint64_t track, std::uint64_t position) {
  return element(0xbb,
                 element(0xb3, number(time, 4)) +
                     element(0xb7, element(0xf7, number(track, 1)) + element(0xf1, number(position, 8))));
}

TEST(Cues, GiveTimesAndPlacesOfTheTrackWithTheMost) {
  const std::string cues = element(
      0x1c53bb6b, cue(0, 1, 1000) + cue(0, 2, 1100) + cue(2000, 1, 500'000) + cue(4000, 1, 9'000'000));
  const FileLayout layout{.kind = ContainerKind::Matroska, .segment = ByteOffset{50}};
  EXPECT_EQ(length_of_cues(bytes_of(cues)).value, static_cast<std::int64_t>(cues.size()));
  EXPECT_EQ(points_in_cues(bytes_of(cues), layout),
            (std::vector<IndexPoint>{{0s, {1050}}, {2s, {500'050}}, {4s, {9'000'050}}}));
}

TEST(Cues, CountInTheFilesOwnTicks) {
  const FileLayout layout{.kind = ContainerKind::Matroska, .timestamp_scale = 500'000};
  const std::string cues = element(0x1c53bb6b, cue(2000, 1, 7));
  EXPECT_EQ(points_in_cues(bytes_of(cues), layout).at(0).time, 1s);
}

TEST(Cues, LeaveOutWhatCannotBe) {
  const FileLayout layout{.kind = ContainerKind::Matroska, .timestamp_scale = 1'000'000'000};
  const std::string cues = element(
      0x1c53bb6b, cue(1, 1, ~0ULL) + cue(2, 1, 7) +
                      element(0xbb, element(0xb3, number(~0ULL, 8)) + element(0xb7, element(0xf1, "\1"))));
  EXPECT_EQ(points_in_cues(bytes_of(cues), layout), (std::vector<IndexPoint>{{2s, {7}}}));
  EXPECT_TRUE(points_in_cues(bytes_of("nothing"), layout).empty());
  EXPECT_EQ(length_of_cues(bytes_of("nothing")).value, 0);
}

std::string sidx(const std::string& references, std::uint64_t count) {
  return full_box("sidx", 0,
                  number(1, 4) + number(1000, 4) + number(0, 4) + number(20, 4) + number(0, 2) +
                      number(count, 2) + references);
}
std::string reference(std::uint64_t size, std::uint64_t duration) {
  return number(size, 4) + number(duration, 4) + number(1ULL << 31U, 4);
}

TEST(SegmentIndex, GivesThePlaceOfEachFragment) {
  const std::string front = box("ftyp", "dash") + box("moov", "");
  const std::string index = sidx(reference(100'000, 2000) + reference(700'000, 2000) + reference(1, 2000), 3);
  const auto begin = static_cast<std::int64_t>(front.size() + index.size()) + 20;
  EXPECT_EQ(points_in_segment_index(bytes_of(front + index + box("moof", ""))),
            (std::vector<IndexPoint>{{0s, {begin}}, {2s, {begin + 100'000}}, {4s, {begin + 800'000}}}));
}

TEST(SegmentIndex, IsNothingWhenItIsCutShortOrNamesOtherIndexes) {
  const std::string index = sidx(reference(100'000, 2000), 5);
  EXPECT_TRUE(points_in_segment_index(bytes_of(index)).empty());
  EXPECT_TRUE(points_in_segment_index(bytes_of(sidx(reference((1ULL << 31U) | 9, 2), 1))).empty());
  EXPECT_TRUE(points_in_segment_index(bytes_of(box("moof", "") + index)).empty());
}

}  // namespace
}  // namespace freshet::media
