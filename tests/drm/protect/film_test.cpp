// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Films protected in all ways there are, and read again by our own index and decryptor: the clear bytes come
// back, and no counter block was used twice. What other programs make of them:
// tests/end_to_end/protect_test.cpp.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "drm/container/iso_bmff.h"
#include "drm/container/source_reader.h"
#include "drm/decrypt/sample_decryptor.h"
#include "drm/index/box_walk.h"
#include "drm/protect/protect_film.h"
#include "drm/protect/protection_boxes.h"
#include "streaming/direct_sources.h"
#include "tests/drm/index/add_box.h"
#include "tests/support/process/process.h"

namespace freshet::drm {
namespace {

using namespace std::chrono_literals;
using Data = std::vector<std::uint8_t>;

// Eight seconds, a key frame and so a fragment each second; three sound tracks would tell nothing more.
const std::filesystem::path& clear_film() {
  static const test::TemporaryFolder folder;
  static const auto path = [] {
    auto made = folder / "clear.mp4";
    const auto result = test::run({.arguments = {"ffmpeg",     "-v",
                                                 "error",      "-nostdin",
                                                 "-f",         "lavfi",
                                                 "-i",         "testsrc2=size=160x90:rate=24:duration=8",
                                                 "-f",         "lavfi",
                                                 "-i",         "sine=duration=8",
                                                 "-c:v",       "libx264",
                                                 "-preset",    "veryfast",
                                                 "-g",         "24",
                                                 "-bf",        "2",
                                                 "-pix_fmt",   "yuv420p",
                                                 "-c:a",       "aac",
                                                 "-movflags",  "frag_keyframe+delay_moov+default_base_moof",
                                                 made.string()}},
                                  60s);
    if (result.status.code != 0) throw std::runtime_error("ffmpeg: " + result.errors);
    return made;
  }();
  return path;
}

Data read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ContentKey key_number(std::uint8_t number) {
  ContentKey key;
  key.id.fill(number);
  key.key.fill(static_cast<std::uint8_t>(number + 100));
  return key;
}
AesKey key_of(const KeyId16& id) {
  return key_number(id[0]).key;
}

struct Way {
  Scheme scheme;
  Layout layout;
  double clear_lead = 0, rotate = 0;
  std::uint8_t iv_size = 0;
  std::string name;
};
void PrintTo(const Way& way, std::ostream* out) {
  *out << way.name;
}

ProtectOptions options_of(const Way& way) {
  ProtectOptions options{.scheme = way.scheme,
                         .keys = {},
                         .clear_lead = way.clear_lead,
                         .rotate = way.rotate,
                         .iv_size = way.iv_size};
  const auto periods = static_cast<std::uint8_t>(way.rotate > 0 ? 3 : 1);
  for (std::uint8_t i = 0; i < periods; ++i)
    options.keys.push_back({TrackKind::Video, key_number(static_cast<std::uint8_t>(1 + i))});
  for (std::uint8_t i = 0; i < periods; ++i)
    options.keys.push_back({std::nullopt, key_number(static_cast<std::uint8_t>(11 + i))});
  return options;
}

Result<std::vector<ProtectedTrack>> protect(const std::filesystem::path& from,
                                            const std::filesystem::path& to, Layout layout,
                                            const ProtectOptions& options) {
  const auto source = streaming::open_local_file(from).value();
  auto out = OutputFile::create(to).value();
  auto tracks = protect_film(*source, out, layout, options, [](double) {}, {});
  if (tracks) {
    EXPECT_TRUE(out.keep(Replace::Yes));
  }
  return tracks;
}

void index(const Data& file, ProtectionIndex& result) {
  const auto bytes = std::as_bytes(std::span(file));
  BoxWalk walk(bytes);
  std::size_t begin = 0;
  while (const auto box = walk.next()) {
    const auto end = box->content_begin + box->content.size();
    const auto whole = bytes.subspan(begin, end - begin);
    if (box->type == "moov") {
      ASSERT_EQ(add_movie(result, whole, static_cast<std::int64_t>(begin)), IndexStatus::Done);
    } else if (box->type == "moof") {
      ASSERT_EQ(add_fragment(result, whole, static_cast<std::int64_t>(begin)), IndexStatus::Done);
    }
    begin = end;
  }
  ASSERT_TRUE(walk.ok());
}

// Of each track in decoding order: what a sample's bytes are, and when it begins in seconds.
struct ClearSample {
  Data bytes;
  double fragment = 0;
};
std::map<std::uint32_t, std::vector<ClearSample>> clear_samples() {
  const auto source = streaming::open_local_file(clear_film()).value();
  const auto film = read_clear_film(*source).value();
  const auto file = read(clear_film());
  std::map<std::uint32_t, std::vector<ClearSample>> tracks;
  for (const auto& fragment : film.fragments) {
    for (const auto& run : fragment.runs) {
      for (const auto& sample : run.samples)
        tracks[film.tracks[run.track].id].push_back(
            {{file.begin() + sample.offset, file.begin() + sample.offset + sample.size}, fragment.begin});
    }
  }
  return tracks;
}

// All counter blocks that a sample's encryption took, which none other may take under the same key.
using Counters = std::set<std::pair<AesKey, AesIv>>;
void count(const ProtectionIndex::Sample& sample, Counters& used) {
  std::uint64_t bytes = sample.subsamples.empty() ? sample.size : 0;
  for (const auto& part : sample.subsamples) bytes += part.protected_bytes;
  auto block = sample.iv;
  for (std::uint64_t left = (bytes + 15) / 16; left > 0; --left) {
    ASSERT_TRUE(used.emplace(key_of(sample.defaults->key), block).second) << "a counter block is used twice";
    for (std::size_t i = 16; i-- > 8 && ++block[i] == 0;) {
    }
  }
}

class Ways : public testing::TestWithParam<Way> {};

TEST_P(Ways, GiveTheClearBytesBackAndUseNoCounterBlockTwice) {
  const auto& way = GetParam();
  const auto clear = clear_samples();
  ASSERT_EQ(clear.size(), 2U);
  const test::TemporaryFolder folder;
  Counters counters;
  // The second run stands for one on another day under the same keys.
  for (int run = 0; run < 2; ++run) {
    const auto tracks = protect(clear_film(), folder / "out.mp4", way.layout, options_of(way));
    ASSERT_TRUE(tracks) << tracks.error().message;
    EXPECT_TRUE((*tracks)[0].is_protected && (*tracks)[1].is_protected);
    auto file = read(folder / "out.mp4");
    ProtectionIndex protection;
    index(file, protection);
    std::map<std::uint32_t, std::size_t> at;
    std::set<KeyId16> keys;
    std::size_t changed = 0;
    for (const auto& sample : protection.samples()) {
      const auto& expected = clear.at(sample.track)[at[sample.track]++];
      ASSERT_EQ(sample.defaults->is_protected, expected.fragment >= way.clear_lead);
      const auto bytes = std::span(file).subspan(static_cast<std::size_t>(sample.offset), sample.size);
      if (sample.defaults->is_protected) {
        keys.insert(sample.defaults->key);
        EXPECT_EQ(sample.defaults->scheme, way.scheme);
        if (way.scheme == Scheme::Cenc || way.scheme == Scheme::Cens) {
          count(sample, counters);
          if (testing::Test::HasFatalFailure()) return;
        }
        changed += std::ranges::equal(bytes, expected.bytes) ? 0U : 1U;
        auto decryptor = SampleDecryptor::make(way.scheme, key_of(sample.defaults->key)).value();
        ASSERT_EQ(decryptor.decrypt(bytes, sample.how()), DecryptStatus::Done);
      }
      ASSERT_TRUE(std::ranges::equal(bytes, expected.bytes));
    }
    for (const auto& [track, samples] : clear) EXPECT_EQ(at[track], samples.size());
    EXPECT_GT(changed, 50U);
    // Periods begin at 0, 3 and 6 s; with a lead of 3.5 s there is none left of the first but its samples.
    EXPECT_EQ(keys.size(), way.rotate == 0 ? 2U : 6U - (way.clear_lead > 3 ? 2U : 0U));
  }
}

std::vector<Way> all_ways() {
  std::vector<Way> ways;
  const std::pair<Scheme, std::string> schemes[] = {
      {Scheme::Cenc, "cenc"}, {Scheme::Cens, "cens"}, {Scheme::Cbc1, "cbc1"}, {Scheme::Cbcs, "cbcs"}};
  for (const auto& [scheme, name] : schemes) {
    for (const auto layout : {Layout::Fragmented, Layout::Flat}) {
      for (const double lead : {0.0, 3.5}) {
        for (const double rotate : {0.0, 3.0}) {
          for (const std::uint8_t iv : {std::uint8_t{8}, std::uint8_t{16}}) {
            if (iv == 8 && (scheme == Scheme::Cbc1 || scheme == Scheme::Cbcs)) continue;
            ways.push_back({scheme, layout, lead, rotate, iv,
                            name + (layout == Layout::Flat ? "_flat" : "_fragmented") +
                                (lead > 0 ? "_lead" : "") + (rotate > 0 ? "_rotates" : "") + "_iv" +
                                std::to_string(iv)});
          }
        }
      }
    }
  }
  return ways;
}
INSTANTIATE_TEST_SUITE_P(All, Ways, testing::ValuesIn(all_ways()),
                         [](const auto& test) { return test.param.name; });

// One key for both tracks is where counters would meet first.
TEST(Counters, AreNotSharedByTracksUnderOneKey) {
  const test::TemporaryFolder folder;
  for (const auto layout : {Layout::Fragmented, Layout::Flat}) {
    for (const std::uint8_t iv : {std::uint8_t{8}, std::uint8_t{16}}) {
      const ProtectOptions options{.keys = {{std::nullopt, key_number(7)}}, .iv_size = iv};
      ASSERT_TRUE(protect(clear_film(), folder / "out.mp4", layout, options));
      const auto file = read(folder / "out.mp4");
      ProtectionIndex protection;
      index(file, protection);
      Counters counters;
      std::set<std::uint32_t> tracks;
      for (const auto& sample : protection.samples()) {
        tracks.insert(sample.track);
        count(sample, counters);
      }
      EXPECT_EQ(tracks.size(), 2U);
      EXPECT_GT(counters.size(), 1000U);
    }
  }
}

std::vector<std::string> top_level(const Data& file) {
  std::vector<std::string> types;
  BoxWalk walk(std::as_bytes(std::span(file)));
  while (const auto box = walk.next()) types.emplace_back(box->type);
  return types;
}

TEST(Layouts, HaveTheirHeadersInFront) {
  const test::TemporaryFolder folder;
  const ProtectOptions options{.keys = {{std::nullopt, key_number(7)}}};
  ASSERT_TRUE(protect(clear_film(), folder / "out.mp4", Layout::Fragmented, options));
  auto types = top_level(read(folder / "out.mp4"));
  ASSERT_EQ(types.size(), 3U + 2 * 8);
  EXPECT_THAT(std::vector(types.begin(), types.begin() + 5),
              testing::ElementsAre("ftyp", "moov", "sidx", "moof", "mdat"));
  ASSERT_TRUE(protect(clear_film(), folder / "out.mp4", Layout::Flat, options));
  EXPECT_THAT(top_level(read(folder / "out.mp4")), testing::ElementsAre("ftyp", "moov", "mdat"));
}

TEST(SegmentIndex, NamesEachFragmentWithItsSizeAndLength) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(protect(clear_film(), folder / "out.mp4", Layout::Fragmented,
                      {.keys = {{std::nullopt, key_number(7)}}}));
  const auto file = read(folder / "out.mp4");
  std::vector<std::uint64_t> sizes;
  std::uint64_t duration = 0, timescale = 0;
  std::uint64_t moof = 0;
  std::size_t fragment = 0, begin = 0;
  BoxWalk walk(std::as_bytes(std::span(file)));
  while (const auto box = walk.next()) {
    const auto size = box->content_begin + box->content.size() - begin;
    begin += size;
    container::BigEndian reader(box->content);
    if (box->type == "sidx") {
      reader.skip(8);
      timescale = reader.word();
      reader.skip(18);
      for (auto count = reader.number(2); count > 0; --count) {
        sizes.push_back(reader.word());
        duration += reader.word();
        EXPECT_EQ(reader.word(), 0x90000000U);
      }
      ASSERT_TRUE(reader.ok());
    }
    if (box->type == "moof") moof = size;
    if (box->type == "mdat") {
      ASSERT_LT(fragment, sizes.size());
      EXPECT_EQ(sizes[fragment++], moof + size);
    }
  }
  EXPECT_EQ(fragment, 8U);
  EXPECT_EQ(duration, 8 * timescale);
}

TEST(Header, NamesTheCommonSystemWithAllKeysAndTheOthersToo) {
  const test::TemporaryFolder folder;
  BoxWriter other;
  other.full_box("pssh", 0, 0, [&] {
    for (int i = 0; i < 16; ++i) other.byte(0xed);
    other.word(3);
    other.text("abc");
  });
  auto options = options_of({Scheme::Cenc, Layout::Fragmented, 0, 3, 0, ""});
  options.system_headers.assign(other.view().begin(), other.view().end());
  ASSERT_TRUE(are_system_headers(options.system_headers));
  ASSERT_TRUE(protect(clear_film(), folder / "out.mp4", Layout::Fragmented, options));
  const auto source = streaming::open_local_file(folder / "out.mp4").value();
  const auto movie = container::read_iso_movie(*source, Generation{}).value().value();
  EXPECT_EQ(movie.position, container::MoviePosition::BeforeMedia);
  ASSERT_EQ(movie.systems.size(), 2U);
  EXPECT_EQ(container::to_text(movie.systems[0].system), "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b");
  EXPECT_EQ(movie.systems[0].keys.size(), 6U);
  EXPECT_TRUE(movie.systems[1].keys.empty());
  EXPECT_FALSE(are_system_headers(std::span(options.system_headers).first(10)));
  EXPECT_FALSE(are_system_headers({}));
}

TEST(Tracks, StayClearWithoutAKeyOfTheirOwn) {
  const test::TemporaryFolder folder;
  for (const auto layout : {Layout::Fragmented, Layout::Flat}) {
    const auto tracks =
        protect(clear_film(), folder / "out.mp4", layout, {.keys = {{TrackKind::Video, key_number(7)}}});
    ASSERT_TRUE(tracks);
    EXPECT_TRUE((*tracks)[0].is_protected);
    EXPECT_FALSE((*tracks)[1].is_protected);
    const auto file = read(folder / "out.mp4");
    ProtectionIndex protection;
    index(file, protection);
    const auto clear = clear_samples();
    std::size_t at = 0;
    for (const auto& sample : protection.samples()) {
      EXPECT_EQ(sample.defaults->is_protected, sample.track == (*tracks)[0].id);
      if (sample.track != (*tracks)[1].id) continue;
      const auto bytes = std::span(file).subspan(static_cast<std::size_t>(sample.offset), sample.size);
      EXPECT_TRUE(std::ranges::equal(bytes, clear.at(sample.track)[at++].bytes));
    }
    EXPECT_GT(at, 100U);
  }
}

// 3GPP timed text, whose entry has fixed fields of its own in front of its boxes.
TEST(Text, IsProtectedAsAWhole) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "text.srt") << "1\n00:00:01,000 --> 00:00:02,500\nHello reader\n\n";
  const auto made =
      test::run({.arguments = {"ffmpeg", "-v", "error", "-nostdin", "-i", clear_film().string(), "-i",
                               (folder / "text.srt").string(), "-map", "0:v", "-map", "1", "-c:v", "copy",
                               "-c:s", "mov_text", "-movflags", "frag_keyframe+delay_moov+default_base_moof",
                               (folder / "clear.mp4").string()}},
                60s);
  ASSERT_EQ(made.status.code, 0) << made.errors;
  const auto text_in = [](const Data& bytes) {
    return std::string(bytes.begin(), bytes.end()).find("Hello reader");
  };
  ASSERT_NE(text_in(read(folder / "clear.mp4")), std::string::npos);
  for (const auto layout : {Layout::Fragmented, Layout::Flat}) {
    const auto tracks = protect(folder / "clear.mp4", folder / "out.mp4", layout,
                                {.keys = {{TrackKind::Text, key_number(7)}}});
    ASSERT_TRUE(tracks) << tracks.error().message;
    auto file = read(folder / "out.mp4");
    EXPECT_EQ(text_in(file), std::string::npos);
    ProtectionIndex protection;
    index(file, protection);
    for (const auto& sample : protection.samples()) {
      if (!sample.defaults->is_protected) continue;
      auto decryptor = SampleDecryptor::make(Scheme::Cenc, key_of(sample.defaults->key)).value();
      const auto bytes = std::span(file).subspan(static_cast<std::size_t>(sample.offset), sample.size);
      ASSERT_EQ(decryptor.decrypt(bytes, sample.how()), DecryptStatus::Done);
    }
    EXPECT_NE(text_in(file), std::string::npos);
  }
}

struct Refusal {
  ProtectOptions options;
  std::string code;
};
TEST(Options, ThatDoNotFitTheFilmAreRefused) {
  const test::TemporaryFolder folder;
  const LabelledKey any{std::nullopt, key_number(1)}, other{std::nullopt, key_number(2)},
      text{TrackKind::Text, key_number(3)};
  LabelledKey twin{TrackKind::Audio, key_number(2)};
  twin.key.id = any.key.id;
  const Refusal refusals[] = {
      {{.keys = {any, other}}, "too-many-keys"},
      {{.keys = {any, other}, .rotate = 3}, "too-few-keys"},
      {{.keys = {any, other}, .rotate = 0.0001}, "too-few-keys"},
      {{.keys = {text}}, "no-key"},
      {{.keys = {any}, .clear_lead = 7.5}, "bad-clear-lead"},
      {{.keys = {{TrackKind::Video, key_number(1)}, twin}}, "bad-key"},
      {{.scheme = Scheme::Cbc1, .keys = {any}, .iv_size = 8}, "bad-iv-size"},
      {{.scheme = Scheme::Cbcs, .keys = {any}, .iv_size = 8}, "bad-iv-size"},
  };
  for (const auto& refusal : refusals) {
    const auto refused = protect(clear_film(), folder / "out.mp4", Layout::Fragmented, refusal.options);
    ASSERT_FALSE(refused) << refusal.code;
    EXPECT_EQ(refused.error().code, refusal.code);
    EXPECT_EQ(refused.error().category, ErrorCategory::Usage);
    EXPECT_FALSE(refused.error().hint.empty());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ClearFilm, IsRefusedWhereItIsBroken) {
  const test::TemporaryFolder folder;
  const auto good = read(clear_film());
  const ProtectOptions options{.keys = {{std::nullopt, key_number(7)}}};
  for (std::size_t length = 0; length < good.size(); length += length < 2000 ? 37 : good.size() / 60) {
    std::ofstream(folder / "cut.mp4", std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(good.data()), static_cast<std::streamsize>(length));
    const auto source = streaming::open_local_file(folder / "cut.mp4").value();
    const auto film = read_clear_film(*source);
    // A whole number of boxes is a shorter film.
    if (!film) {
      EXPECT_EQ(film.error().code, "bad-film") << length;
    }
  }
  // Each byte of the headers changed: an error or a film, never more.
  for (std::size_t at = 0; at < 3000; at += 5) {
    auto bad = good;
    bad[at] ^= 0x5aU;
    std::ofstream(folder / "bad.mp4", std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bad.data()), std::ssize(bad));
    const auto source = streaming::open_local_file(folder / "bad.mp4").value();
    auto out = OutputFile::create(folder / "out.mp4").value();
    const auto made = protect_film(*source, out, Layout::Flat, options, [](double) {}, {});
    if (!made) {
      EXPECT_FALSE(made.error().code.empty());
    }
  }
}

TEST(Protecting, EndsWhenItIsStopped) {
  const test::TemporaryFolder folder;
  const auto source = streaming::open_local_file(clear_film()).value();
  for (const auto layout : {Layout::Fragmented, Layout::Flat}) {
    std::stop_source stop;
    auto out = OutputFile::create(folder / "out.mp4").value();
    const auto made = protect_film(
        *source, out, layout, {.keys = {{std::nullopt, key_number(7)}}}, [&](double) { stop.request_stop(); },
        stop.get_token());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "interrupted");
  }
}

}  // namespace
}  // namespace freshet::drm
