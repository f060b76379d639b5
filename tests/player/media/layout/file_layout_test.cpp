// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/layout/file_layout.h"

#include <gtest/gtest.h>

#include "tests/drm/container/memory_source.h"

namespace freshet::media {
namespace {

using container::box;
using container::bytes_of;
using container::element;
using container::full_box;
using container::number;

ByteRange range(std::int64_t begin, std::int64_t end) {
  return {ByteOffset{begin}, ByteOffset{end}};
}
std::string big_box_header(const std::string& type, std::uint64_t size) {
  return number(1, 4) + type + number(size, 8);
}
// Little-endian.
std::string little(std::uint64_t value, std::size_t length) {
  std::string bytes = number(value, length);
  return {bytes.rbegin(), bytes.rend()};
}
std::string chunk(const std::string& name, const std::string& content) {
  return name + little(content.size(), 4) + content;
}

const Bytes film = gib(2);

TEST(FileLayout, KnowsAnMp4WithItsIndexInFront) {
  const std::string start = box("ftyp", "isom0000") + box("moov", std::string(1000, 'm'));
  const auto end = static_cast<std::int64_t>(start.size());
  const auto layout = layout_of(bytes_of(start + number(100'000, 4) + "mdat"), film);
  EXPECT_EQ(layout.kind, ContainerKind::Mp4);
  EXPECT_EQ(layout.at_open, std::vector{range(0, end)});
  EXPECT_EQ(layout.media, ByteOffset{end});
  EXPECT_TRUE(layout.at_seek.empty());
}

TEST(FileLayout, KnowsWhereAnMp4sIndexIsBehindItsMedia) {
  const std::string start =
      box("ftyp", "isom0000") + big_box_header("mdat", 2'000'000'000) + std::string(50, 'd');
  const auto layout = layout_of(bytes_of(start), film);
  ASSERT_EQ(layout.at_open.size(), 2u);
  EXPECT_EQ(layout.at_open[0], range(0, 32));
  EXPECT_EQ(layout.at_open[1].begin, ByteOffset{2'000'000'016});
  EXPECT_EQ(layout.at_open[1].end.value, 2'000'000'016 + (64 << 20));
  EXPECT_EQ(layout.media, ByteOffset{16});
}

TEST(FileLayout, FindsAnIndexInFrontThatIsLongerThanWhatWasLookedAt) {
  const std::string start = box("ftyp", "isom0000") + number(5'000'000, 4) + "moov" + std::string(100, 'm');
  const auto layout = layout_of(bytes_of(start), film);
  EXPECT_EQ(layout.at_open, std::vector{range(0, 5'000'016)});
  EXPECT_EQ(layout.media, ByteOffset{5'000'016});
}

TEST(FileLayout, WantsTheEndOfAFragmentedMp4AtTheFirstSeek) {
  const std::string start =
      box("ftyp", "isom0000") + box("moov", box("mvhd", "") + box("mvex", "")) + box("moof", "");
  const auto layout = layout_of(bytes_of(start), film);
  EXPECT_EQ(layout.media, ByteOffset{static_cast<std::int64_t>(start.size()) - 8});
  ASSERT_EQ(layout.at_seek.size(), 1u);
  EXPECT_EQ(layout.at_seek[0].end.value, film.value);
}

TEST(FileLayout, DoesNotBelieveSizesThatNoFileHas) {
  const auto endless = layout_of(bytes_of(big_box_header("moov", ~0ULL)), film);
  EXPECT_EQ(endless.at_open, std::vector{range(0, 64 << 20)});
  const auto too_small = layout_of(bytes_of(box("ftyp", "") + number(3, 4) + "moov"), film);
  EXPECT_TRUE(too_small.at_open.empty());
  const auto media_to_the_end = layout_of(bytes_of(box("ftyp", "") + number(0, 4) + "mdat"), film);
  EXPECT_EQ(media_to_the_end.at_open, std::vector{range(0, 16)});
}

std::string seek_entry(std::uint32_t id, std::uint64_t position) {
  return element(0x4dbb, element(0x53ab, number(id, 4)) + element(0x53ac, number(position, 8)));
}

TEST(FileLayout, FollowsMatroskasSeekHeadToCuesAndTags) {
  const std::string seeks =
      element(0x114d9b74, seek_entry(0x1c53bb6b, 900'000'000) + seek_entry(0x1254c367, 900'100'000) +
                              seek_entry(0x1549a966, 20));
  const std::string info = element(0x1549a966, element(0x2ad7b1, number(500'000, 4)));
  const std::string children = seeks + info + element(0x1f43b675, "cluster");
  const std::string head = element(0x1a45dfa3, "webm") +
                           (number(0x18538067, 4) + number((1ULL << 56U) | 1'500'000'000ULL, 8)) + children;
  const auto layout = layout_of(bytes_of(head), film);
  EXPECT_EQ(layout.kind, ContainerKind::Matroska);
  const auto segment = layout.segment.value;
  EXPECT_EQ(segment, 12 + 4 + 12);
  const auto media = segment + static_cast<std::int64_t>(seeks.size() + info.size());
  EXPECT_EQ(layout.media, ByteOffset{media});
  EXPECT_EQ(layout.timestamp_scale, 500'000);
  EXPECT_EQ(layout.at_seek, std::vector{range(segment + 900'000'000, segment + 900'100'000)});
  ASSERT_EQ(layout.at_open.size(), 2u);
  EXPECT_EQ(layout.at_open[0], range(0, media));
  EXPECT_EQ(layout.at_open[1].begin.value, segment + 900'100'000);
}

TEST(FileLayout, FindsTheIndexOfAnAviBehindItsMedia) {
  const std::string header = "LIST" + little(4 + 20, 4) + "hdrl" + chunk("avih", std::string(12, 'h'));
  const std::string head =
      "RIFF" + little(700'000'000, 4) + "AVI " + header + "LIST" + little(600'000'000, 4) + "movi";
  const auto layout = layout_of(bytes_of(head), film);
  const auto movie = static_cast<std::int64_t>(12 + header.size());
  EXPECT_EQ(layout.kind, ContainerKind::Avi);
  EXPECT_EQ(layout.media, ByteOffset{movie});
  ASSERT_EQ(layout.at_open.size(), 2u);
  EXPECT_EQ(layout.at_open[0], range(0, movie + 12));
  EXPECT_EQ(layout.at_open[1].begin.value, movie + 8 + 600'000'000);
}

TEST(FileLayout, FindsThePartsOfALargeAvisIndex) {
  const std::string super = little(4, 2) + little(0, 1) + little(0, 1) + little(2, 4) + "00dc" +
                            std::string(12, '\0') + little(1'000'000, 8) + little(5000, 4) + little(0, 4) +
                            little(1'900'000'000, 8) + little(6000, 4) + little(0, 4);
  const std::string stream = "strl" + chunk("indx", super);
  const std::string list = "hdrl" + chunk("LIST", stream);
  const std::string head = "RIFF" + little(1'000'000'000, 4) + "AVI " + chunk("LIST", list) + "LIST" +
                           little(999'000'000, 4) + "movi";
  const auto layout = layout_of(bytes_of(head), film);
  ASSERT_EQ(layout.at_open.size(), 3u);
  EXPECT_EQ(layout.at_open[1], range(1'000'000, 1'005'000));
  EXPECT_EQ(layout.at_open[2], range(1'900'000'000, 1'900'006'000));
}

TEST(FileLayout, KnowsThatTheLengthOfATransportStreamStandsAtItsEnd) {
  std::string packets(188 * 5, '\0');
  for (std::size_t i = 0; i < 5; ++i) packets[i * 188] = 0x47;
  const auto layout = layout_of(bytes_of(packets), film);
  EXPECT_EQ(layout.kind, ContainerKind::TransportStream);
  ASSERT_EQ(layout.at_open.size(), 1u);
  EXPECT_EQ(layout.at_open[0].end.value, film.value);
}

TEST(FileLayout, SaysNothingOfWhatItDoesNotKnow) {
  for (const std::string head : {"", "a", "no container at all, but some words"}) {
    const auto layout = layout_of(bytes_of(head), film);
    EXPECT_EQ(layout.kind, ContainerKind::Unknown);
    EXPECT_TRUE(layout.at_open.empty());
  }
  EXPECT_TRUE(layout_of(bytes_of(box("ftyp", "")), Bytes{}).at_open.empty());
}

}  // namespace
}  // namespace freshet::media
