// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/view/protected_view.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "drm/index/box_walk.h"
#include "tests/drm/container/memory_source.h"
#include "tests/drm/index/add_box.h"
#include "tests/drm/vectors.h"

namespace freshet::drm {
namespace {

using container::box;
using container::bytes_of;
using container::full_box;
using container::MemorySource;
using container::number;

constexpr Generation generation{1};

struct Box {
  std::string type;
  std::size_t begin = 0, end = 0;
};
std::vector<Box> boxes_of(const std::string& file) {
  std::vector<Box> boxes;
  BoxWalk walk(bytes_of(file));
  for (std::size_t at = 0; const auto one = walk.next();) {
    const auto end = one->content_begin + one->content.size();
    boxes.push_back({std::string(one->type), at, end});
    at = end;
  }
  return boxes;
}

std::string read(ProtectedView& view, std::size_t offset, std::size_t length) {
  std::string text(length, '\0');
  std::size_t filled = 0;
  while (filled < length) {
    const auto got = view.read(ByteOffset{static_cast<std::int64_t>(offset + filled)},
                               std::as_writable_bytes(std::span(text)).subspan(filled), generation);
    EXPECT_TRUE(got.has_value());
    if (!got || *got == 0) break;
    filled += *got;
  }
  text.resize(filled);
  return text;
}

class View {
 public:
  explicit View(const std::string& file) : source(std::make_shared<MemorySource>(file)), view(source) {}
  std::shared_ptr<MemorySource> source;
  ProtectedView view;
};

class Views : public testing::TestWithParam<const char*> {};

// The same bytes but for the types, however they are read; and every sample is known then.
TEST_P(Views, ReadTheSameInPartsOfAnySizeInAnyOrder) {
  const auto file = test::read_vector(GetParam());
  View whole(file);
  const auto expected = read(whole.view, 0, file.size());
  ASSERT_EQ(expected.size(), file.size());
  for (const auto* const gone : {"senc", "saiz", "saio", "pssh", "sinf", "encv", "enca"})
    EXPECT_EQ(expected.find(gone), std::string::npos) << gone;
  std::size_t changed = 0;
  for (std::size_t i = 0; i < file.size(); ++i) changed += file[i] == expected[i] ? 0U : 1U;
  EXPECT_LE(changed, file.size() / 50);

  std::mt19937 random(3);
  const auto boxes = boxes_of(file);
  for (int round = 0; round < 20; ++round) {
    View other(file);
    other.source->longest_read = 1 + random() % 5000;
    std::string seen(file.size(), '\0');
    // From places where a demuxer begins: boxes, in any order.
    auto places = boxes;
    std::ranges::shuffle(places.begin() + 2, places.end(), random);
    for (const auto& place : places) {
      const auto part = read(other.view, place.begin, place.end - place.begin);
      std::ranges::copy(part, seen.begin() + static_cast<std::ptrdiff_t>(place.begin));
    }
    ASSERT_EQ(seen, expected) << round;
  }
}

TEST_P(Views, KnowEverySampleOfWhatWasRead) {
  const auto file = test::read_vector(GetParam());
  ProtectionIndex index;
  for (const auto& one : boxes_of(file)) {
    const auto bytes = bytes_of(file).subspan(one.begin, one.end - one.begin);
    if (one.type == "moov") {
      ASSERT_EQ(add_movie(index, bytes), IndexStatus::Done);
    }
    if (one.type == "moof") {
      ASSERT_EQ(add_fragment(index, bytes, static_cast<std::int64_t>(one.begin)), IndexStatus::Done);
    }
  }
  View view(file);
  EXPECT_EQ(read(view.view, 0, file.size()).size(), file.size());
  const auto samples = index.samples();
  ASSERT_GT(samples.size(), 100U);
  for (const auto& sample : samples) {
    const auto found = view.view.find(sample.offset);
    ASSERT_TRUE(found) << sample.offset;
    EXPECT_EQ(found->size, sample.size);
    EXPECT_EQ(found->iv, sample.iv);
    EXPECT_EQ(found->defaults->key, sample.defaults->key);
  }
  EXPECT_FALSE(view.view.find(3));
}

INSTANTIATE_TEST_SUITE_P(Vectors, Views,
                         testing::Values("cenc-lead0-v.mp4", "cbcs-lead4-a.mp4", "cenc-rot-v.mp4",
                                         "av-cbcs.mp4"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
                           return name;
                         });

// A seek by an index must not fetch the headers of all that lies before.
TEST(ProtectedView, LooksOnlyWhereItIsRead) {
  const auto file = test::read_vector("cenc-lead0-v.mp4");
  const auto boxes = boxes_of(file);
  View view(file);
  const auto moov = std::ranges::find(boxes, "moov", &Box::type);
  static_cast<void>(read(view.view, 0, moov->end));
  const auto last = std::ranges::find(boxes.rbegin(), boxes.rend(), "moof", &Box::type);
  view.source->bytes_read = 0;
  static_cast<void>(read(view.view, last->begin, last->end - last->begin));
  EXPECT_LE(view.source->bytes_read, static_cast<std::int64_t>(3 * (last->end - last->begin) + 64));
  EXPECT_TRUE(view.view.find(static_cast<std::int64_t>(last->end + 8))) << "the first sample in mdat";
}

TEST(ProtectedView, PassesOnWhatTheSourceSays) {
  View view(test::read_vector("cenc-lead0-v.mp4"));
  EXPECT_EQ(view.view.size(), view.source->size());
  view.source->fails_at = 700;
  std::vector<std::byte> buffer(500);
  const auto failed = view.view.read(ByteOffset{0}, buffer, generation);
  ASSERT_FALSE(failed) << "moov cannot be read whole";
  EXPECT_TRUE(std::holds_alternative<Error>(failed.error()));
  view.source->fails_at = -1;
  view.view.cancel_before(Generation{2});
  EXPECT_TRUE(
      std::holds_alternative<ReadCancelled>(view.view.read(ByteOffset{0}, buffer, generation).error()));
  EXPECT_TRUE(view.view.read(ByteOffset{0}, buffer, Generation{2})) << "and it is tried again";
}

TEST(ProtectedView, RefusesAMovieThatCannotBeUnderstood) {
  auto file = test::read_vector("cenc-lead0-v.mp4");
  file.replace(file.find("schm") + 8, 4, "what");
  View view(file);
  std::vector<std::byte> buffer(file.size());
  const auto failed = view.view.read(ByteOffset{0}, buffer, generation);
  ASSERT_FALSE(failed);
  EXPECT_EQ(std::get<Error>(failed.error()).code, "bad-protection");
}

// One broken fragment must not take the others with it.
TEST(ProtectedView, TellsWhichFragmentIsBroken) {
  auto file = test::read_vector("cenc-lead0-v.mp4");
  const auto boxes = boxes_of(file);
  const auto first = std::ranges::find(boxes, "moof", &Box::type);
  const auto second = std::find_if(first + 1, boxes.end(), [](const Box& one) { return one.type == "moof"; });
  const auto senc = file.find("senc", second->begin);
  file[senc + 8 + 3] = '\x01';  // one sample less
  View view(file);
  static_cast<void>(read(view.view, 0, file.size()));
  EXPECT_TRUE(view.view.find(static_cast<std::int64_t>(first->end + 8)));
  const auto broken = view.view.find(static_cast<std::int64_t>(second->end + 8));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error(), IndexStatus::BadBox);
}

// Auxiliary information in front of the samples, in mdat: fetched for the fragment, and a read that fails
// there is tried again.
TEST(ProtectedView, FindsAuxiliaryInformationAmongTheMedia) {
  const std::string kid = "0123456789abcdef";
  const auto tenc = full_box("tenc", 0, number(0, 2) + number(1, 1) + number(8, 1) + kid);
  const auto sinf =
      box("sinf", box("frma", "avc1") + full_box("schm", 0, "cenc" + number(0x10000, 4)) + box("schi", tenc));
  const auto stsd = full_box("stsd", 0, number(1, 4) + box("encv", std::string(78, '\0') + sinf));
  const auto tkhd = full_box("tkhd", 0, number(0, 8) + number(1, 4));
  const auto moov = box("moov", box("trak", tkhd + box("mdia", box("minf", box("stbl", stsd)))));
  const auto moof_with = [&](std::int64_t size) {
    // The auxiliary information comes first in mdat, then the sample.
    const auto tfhd = box("tfhd", number(0x20000, 4) + number(1, 4));
    const auto trun = box("trun", number(0x201, 4) + number(1, 4) +
                                      number(static_cast<std::uint64_t>(size + 8 + 16), 4) + number(40, 4));
    const auto saiz = full_box("saiz", 0, number(16, 1) + number(1, 4));
    const auto saio = full_box("saio", 0, number(1, 4) + number(static_cast<std::uint64_t>(size + 8), 4));
    return box("moof", full_box("mfhd", 0, number(1, 4)) + box("traf", tfhd + trun + saiz + saio));
  };
  const auto moof = moof_with(std::ssize(moof_with(0)));
  const auto aux = std::string("iv-iv-iv") + number(1, 2) + number(8, 2) + number(32, 4);
  const auto start = box("ftyp", "isom") + moov;
  const auto file = start + moof + box("mdat", aux + std::string(40, 'x'));
  View view(file);
  const auto sample = static_cast<std::int64_t>(start.size() + moof.size() + 8 + aux.size());
  std::vector<std::byte> buffer(start.size() + moof.size());
  view.source->fails_at = sample - 1;
  EXPECT_FALSE(view.view.read(ByteOffset{0}, buffer, generation));
  view.source->fails_at = -1;
  ASSERT_TRUE(view.view.read(ByteOffset{0}, buffer, generation));
  const auto found = view.view.find(sample);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->iv[0], 'i');
  ASSERT_EQ(found->subsamples.size(), 1U);
  EXPECT_EQ(found->subsamples[0].protected_bytes, 32U);
}

}  // namespace
}  // namespace freshet::drm
