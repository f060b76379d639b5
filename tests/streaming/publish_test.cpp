// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/publish.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "streaming/session.h"
#include "tests/support/process/process.h"
#include "tests/support/swarm/test_files.h"

namespace freshet::streaming {
namespace {

using test::noise;
using test::TemporaryFolder;
using test::write_file;

std::string code_of(const Result<PublishedTorrent>& result) {
  return result ? "made" : result.error().code;
}

Result<PublishedTorrent> make(const std::filesystem::path& path, const PublishOptions& options = {}) {
  return make_torrent(path, options, {}, {});
}

TEST(Publish, DescribesAFileWithAllItIsTold) {
  TemporaryFolder folder;
  write_file(folder / "film.mkv", noise(300'000));
  const auto torrent = make(folder / "film.mkv", {.trackers = {"http://one.example/a", "udp://two.example:1"},
                                                  .web_seeds = {"http://seed.example/film.mkv"}});
  ASSERT_TRUE(torrent);
  EXPECT_EQ(torrent->name, "film.mkv");
  EXPECT_TRUE(torrent->magnet.starts_with("magnet:?xt=urn:btih:"));
  for (const auto* part :
       {"xt=urn:btmh:1220", "dn=film.mkv", "tr=http%3a%2f%2fone.example", "tr=udp%3a%2f%2ftwo"}) {
    EXPECT_NE(torrent->magnet.find(part), std::string::npos) << part << " in " << torrent->magnet;
  }
  EXPECT_NE(torrent->bytes.find("8:url-list28:http://seed.example/film.mkv"), std::string::npos);
  const auto metadata = describe_torrent({torrent->bytes});
  ASSERT_TRUE(metadata);
  ASSERT_EQ(metadata->files.size(), 1u);
  EXPECT_EQ(metadata->files[0].path, "film.mkv");
  EXPECT_EQ(metadata->total, Bytes{300'000});
}

TEST(Publish, IsTheSameForTheSameFilesWhateverTheFolderLists) {
  TemporaryFolder folder;
  for (const auto* name : {"e10.mkv", "e2.mkv", "e1.mkv"}) write_file(folder / "Show" / name, noise(70'000));
  const auto torrent = make(folder / "Show/");
  ASSERT_TRUE(torrent);
  const auto metadata = describe_torrent({torrent->bytes});
  ASSERT_EQ(metadata->files.size(), 3u) << "no pad files";
  EXPECT_EQ(metadata->files[0].path, "e1.mkv");
}

TEST(Publish, LeavesOutHiddenFilesAndSymbolicLinks) {
  TemporaryFolder folder;
  write_file(folder / "Show/film.mkv", noise(70'000));
  write_file(folder / "Show/.secret", "secret");
  write_file(folder / "Show/.git/config", "secret");
  write_file(folder / "private.txt", "private");
  std::filesystem::create_symlink(folder / "private.txt", folder / "Show/link.txt");
  const auto torrent = make(folder / "Show");
  ASSERT_TRUE(torrent);
  EXPECT_EQ(describe_torrent({torrent->bytes})->files.size(), 1u);
}

TEST(Publish, ChoosesPiecesForStreaming) {
  TemporaryFolder folder;
  const auto length_for = [&](std::uintmax_t size) {
    write_file(folder / "film.mkv", "x");
    std::filesystem::resize_file(folder / "film.mkv", size);  // sparse
    return describe_torrent({make(folder / "film.mkv", {.format = TorrentFormat::V1})->bytes})->piece_length;
  };
  EXPECT_EQ(length_for(1000), kib(64));
  EXPECT_EQ(length_for(100 << 20), kib(64));
  EXPECT_EQ(length_for(300 << 20), kib(256));
}

TEST(Publish, TellsProgressAndStopsWhenAsked) {
  TemporaryFolder folder;
  write_file(folder / "film.mkv", noise(4 << 20));
  double last = 0;
  bool ascending = true;
  ASSERT_TRUE(make_torrent(folder / "film.mkv", {},
                           [&](double now) {
                             ascending = ascending && now >= last;
                             last = now;
                           },
                           {}));
  EXPECT_TRUE(ascending);
  EXPECT_EQ(last, 1.0);

  std::stop_source stop;
  const auto stopped =
      make_torrent(folder / "film.mkv", {}, [&](double) { stop.request_stop(); }, stop.get_token());
  EXPECT_EQ(code_of(stopped), "interrupted");
}

TEST(Publish, SaysWhatItCannotPublish) {
  TemporaryFolder folder;
  EXPECT_EQ(code_of(make(folder / "missing")), "no-such-file");
  EXPECT_EQ(code_of(make(folder.path())), "empty");
  write_file(folder / "empty.mkv", "");
  EXPECT_EQ(code_of(make(folder / "empty.mkv")), "empty");
  write_file(folder / "film.mkv", noise(1000));
  for (const auto size : {Bytes{0}, Bytes{-1}, Bytes{1000}, kib(8), kib(48), mib(32)}) {
    EXPECT_EQ(code_of(make(folder / "film.mkv", {.piece_length = size})), "bad-piece-size") << size.value;
  }
}

// --- what comes from strangers

std::string described(std::string bytes) {
  const auto metadata = describe_torrent({std::move(bytes)});
  return metadata ? "described" : metadata.error().code;
}

std::string v1_torrent(const std::string& info) {
  return "d4:info" + info + "e";
}

TEST(HostileTorrent, IsRefusedBeyondItsBounds) {
  EXPECT_EQ(described(""), "bad-torrent");
  EXPECT_EQ(described("d4:infode"), "bad-torrent");
  EXPECT_EQ(described(std::string(1000, 'd')), "bad-torrent");
  EXPECT_EQ(described(std::string(1'000'000, 'l')), "bad-torrent");
  const std::string hash(20, 'h');
  const auto single = [&](const std::string& length, const std::string& piece_length) {
    return v1_torrent("d6:lengthi" + length + "e4:name1:a12:piece lengthi" + piece_length +
                      "e6:pieces20:" + hash + "e");
  };
  EXPECT_EQ(described(single("1000", "16384")), "described");
  EXPECT_EQ(described(single("0", "16384")), "bad-torrent");
  EXPECT_EQ(described(single("-5", "16384")), "bad-torrent");
  EXPECT_EQ(described(single("1000", "0")), "bad-torrent");
  EXPECT_EQ(described(single("1000", "536870912")), "torrent-too-large") << "pieces of 512 MiB";
  EXPECT_EQ(described(single("9223372036854775807", "16384")), "bad-torrent");
  std::string files;
  for (int i = 0; i < 9'000; ++i) files += "d6:lengthi1e4:pathl1:xee";
  EXPECT_EQ(
      described(v1_torrent("d5:filesl" + files + "e4:name1:a12:piece lengthi65536e6:pieces20:" + hash + "e")),
      "torrent-too-large");
}

TEST(HostileTorrent, CannotNamePathsOutsideItsFolder) {
  const std::string hash(20, 'h');
  const auto torrent = v1_torrent(
      "d5:filesld6:lengthi5e4:pathl2:..2:..3:etc6:passwdeed6:lengthi5e4:pathl4:/etc3:a/beee"
      "4:name5:../..12:piece lengthi65536e6:pieces20:" +
      hash + "e");
  const auto metadata = describe_torrent({torrent});
  ASSERT_TRUE(metadata) << metadata.error().message;
  EXPECT_EQ(metadata->files.size(), 2u);
  for (const auto& file : metadata->files) {
    for (const auto& part : std::filesystem::path(file.path)) EXPECT_NE(part, "..") << file.path;
    EXPECT_FALSE(std::filesystem::path(file.path).is_absolute()) << file.path;
  }
}

}  // namespace
}  // namespace freshet::streaming
