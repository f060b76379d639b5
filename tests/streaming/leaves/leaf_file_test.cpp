// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/leaf_file.h"

#include <gtest/gtest.h>
#include <libtorrent/torrent_info.hpp>
#include <memory>

#include "streaming/leaves/leaf_book.h"
#include "streaming/leaves/leaf_messages.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::streaming {
namespace {

using test::noise;
using test::TemporaryFolder;
using test::write_file;

// A torrent of files on disk with its leaves beside it.
struct Made {
  explicit Made(const std::vector<std::int64_t>& sizes, Bytes piece = kib(64),
                TorrentFormat format = TorrentFormat::Hybrid) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      contents.push_back(noise(static_cast<std::size_t>(sizes[i])));
      write_file(folder / ("show/" + std::to_string(i) + ".mkv"), contents.back());
    }
    torrent = test::publish(sizes.size() == 1 ? folder / "show/0.mkv" : folder / "show",
                            {.format = format, .piece_length = piece, .leaves_out = leaves_path()});
    info = std::make_shared<lt::torrent_info>(
        lt::span<const char>(torrent.bytes.data(), static_cast<std::ptrdiff_t>(torrent.bytes.size())),
        lt::from_span);
    layout.emplace(info->orig_files());
    book.emplace(info->info_hashes().v2, *layout);
    book->set_expected(
        std::make_shared<const ExpectedHashes>(*info, std::vector<std::vector<lt::sha256_hash>>{}));
  }
  [[nodiscard]] std::filesystem::path leaves_path() const { return folder / "show.torrent.leaves"; }
  [[nodiscard]] Result<LeafFile> open() const {
    return LeafFile::open(leaves_path(), info->info_hashes().v2, *layout);
  }

  TemporaryFolder folder;
  std::vector<std::string> contents;
  PublishedTorrent torrent;
  std::shared_ptr<lt::torrent_info> info;
  std::optional<LeafLayout> layout;
  std::optional<LeafBook> book;
};

TEST(LeafLayout, AgreesWithLibtorrentOnWhatAPieceHas) {
  const Made made({100'000, 1, 65'536, 300'000});
  const auto& files = made.info->orig_files();
  std::int64_t total = 0;
  for (int piece = 0; piece < made.info->num_pieces(); ++piece) {
    const auto run = made.layout->of_piece(piece);
    EXPECT_EQ(run.count, files.blocks_in_piece2(lt::piece_index_t{piece})) << piece;
    EXPECT_EQ(run.first, total) << "one sequence";
    total += run.count;
  }
  EXPECT_EQ(made.layout->total(), total);
  EXPECT_EQ(made.layout->files(), 4);
  EXPECT_EQ(made.layout->of_piece(-1).count, 0);
  EXPECT_EQ(made.layout->of_piece(made.info->num_pieces()).count, 0);
}

TEST(LeafFile, HoldsTheHashesOfTheBlocks) {
  const Made made({100'000, 1, 300'000});
  const auto file = made.open();
  ASSERT_TRUE(file) << file.error().message;
  std::vector<lt::sha256_hash> expected;
  for (const auto& content : made.contents) {
    for (std::size_t at = 0; at < content.size(); at += 16384)
      expected.push_back(
          sha256(std::span(content).subspan(at, std::min<std::size_t>(16384, content.size() - at))));
  }
  EXPECT_EQ(file->read({0, static_cast<int>(made.layout->total())}), expected);
  EXPECT_TRUE(file->read({made.layout->total(), 1}).empty()) << "behind its end";
}

TEST(LeafFile, IsRefusedWhenItIsNotTheTorrents) {
  const Made made({100'000});
  const Made other({100'001});
  const auto good = test::read_file(made.leaves_path());
  const auto code = [&](const std::string& bytes) -> std::string {
    write_file(made.leaves_path(), bytes);
    const auto file = made.open();
    return file ? "taken" : file.error().code;
  };
  EXPECT_EQ(code(good), "taken");
  EXPECT_EQ(code(""), "bad-leaves");
  EXPECT_EQ(code(good.substr(0, 40)), "bad-leaves");
  EXPECT_EQ(code(good.substr(0, good.size() - 1)), "bad-leaves") << "its end is missing";
  EXPECT_EQ(code("x" + good.substr(1)), "bad-leaves");
  EXPECT_EQ(code(good.substr(0, 11) + '\x02' + good.substr(12)), "bad-leaves") << "a later version";
  EXPECT_EQ(code(test::read_file(other.leaves_path())), "bad-leaves") << "another torrent's";
  std::filesystem::remove(made.leaves_path());
  EXPECT_EQ(made.open().error().code, "read-failed");
  std::filesystem::create_directory(made.leaves_path());
  EXPECT_EQ(made.open().error().code, "bad-leaves");
}

TEST(LeafFile, ATorrentThatIsNotFinishedLeavesNoneBehind) {
  TemporaryFolder folder;
  write_file(folder / "film.mkv", noise(3'000'000));
  std::stop_source stop;
  const auto torrent = make_torrent(
      folder / "film.mkv", {.leaves_out = folder / "film.torrent.leaves"},
      [&](double) { stop.request_stop(); }, stop.get_token());
  ASSERT_FALSE(torrent);
  EXPECT_EQ(torrent.error().code, "interrupted");
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    EXPECT_EQ(entry.path().filename(), "film.mkv");
}

TEST(LeafFile, AV1TorrentHasNone) {
  TemporaryFolder folder;
  write_file(folder / "film.mkv", noise(30'000));
  ASSERT_TRUE(make_torrent(folder / "film.mkv",
                           {.format = TorrentFormat::V1, .leaves_out = folder / "film.torrent.leaves"}, {},
                           {}));
  EXPECT_FALSE(std::filesystem::exists(folder / "film.torrent.leaves"));
}

TEST(LeafName, LiesBesideTheTorrent) {
  EXPECT_EQ(leaf_name("/tmp/what?/film.torrent"), "/tmp/what?/film.torrent.leaves");
  EXPECT_EQ(leaf_name("https://a.example/film.torrent?key=1#x"),
            "https://a.example/film.torrent.leaves?key=1#x");
}

TEST(LeafBook, KeepsOnlyWhatTheMetadataSays) {
  Made made({300'000});
  auto leaves = made.open()->read(made.layout->of_piece(1));
  EXPECT_EQ(made.book->find(1), nullptr);
  auto wrong = leaves;
  wrong[2] = sha256(std::string_view("wrong"));
  EXPECT_EQ(made.book->add(1, wrong), HashVerdict::Mismatch);
  EXPECT_EQ(made.book->add(1, std::span(leaves).first(3)), HashVerdict::Mismatch) << "not all of them";
  EXPECT_EQ(made.book->add(2, leaves), HashVerdict::Mismatch) << "another piece's";
  EXPECT_EQ(made.book->add(99, leaves), HashVerdict::Mismatch);
  EXPECT_FALSE(made.book->knows(1));
  EXPECT_EQ(made.book->add(1, leaves), HashVerdict::Match);
  ASSERT_NE(made.book->find(1), nullptr);
  EXPECT_EQ(*made.book->find(1), leaves);
}

TEST(LeafBook, WaitsForTheMetadataToSay) {
  Made made({300'000});
  const auto leaves = made.open()->read(made.layout->of_piece(1));
  LeafBook book(made.info->info_hashes().v2, *made.layout);
  EXPECT_EQ(book.add(1, leaves), HashVerdict::Unknown);
  EXPECT_EQ(book.find(1), nullptr);
}

TEST(LeafBook, AFileWithAWrongLeafHelpsWithTheOtherPieces) {
  Made made({300'000});
  auto bytes = test::read_file(made.leaves_path());
  bytes[leaf_header_size + 5 * leaf_size] ^= 1;  // of piece 1
  write_file(made.leaves_path(), bytes);
  ASSERT_TRUE(made.book->use_file(made.leaves_path()));
  EXPECT_NE(made.book->find(0), nullptr);
  EXPECT_EQ(made.book->find(1), nullptr);
  EXPECT_NE(made.book->find(4), nullptr) << "the last, which is short";
}

TEST(LeafMessages, AreReadAsTheyWereWritten) {
  const Leaves leaves{sha256(std::string_view("a")), sha256(std::string_view("b"))};
  for (const LeafMessage& message : {LeafMessage{AskLeaves{7, 64}},
                                     LeafMessage{HereAreLeaves{70'000, leaves}}, LeafMessage{NoLeaves{0}}}) {
    const auto body = encode(message);
    EXPECT_EQ(decode_leaf_message(body), message);
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_FALSE(decode_leaf_message(std::span(body).first(size)) == message) << size;
    }
  }
}

TEST(LeafMessages, ThatBreakTheRulesAreRefused) {
  using namespace std::string_literals;
  for (const auto& body :
       {""s, "\0"s, "\0\0\0\0\1"s, "\0\0\0\0\1\0\0\0\0"s /* no piece */,
        "\0\0\0\0\1\0\0\0\x41"s /* too many */, "\0\x7f\xff\xff\xff\0\0\0\2"s /* beyond all numbers */,
        "\0\xff\xff\xff\xff\0\0\0\1"s, "\1\0\0\0\1"s /* no leaf */, "\1\0\0\0\1"s + std::string(31, 'x'),
        "\1\0\0\0\1"s + std::string(33, 'x'), "\1\0\0\0\1"s + std::string(32 * 8193, 'x'), "\2\0\0\0\1x"s,
        "\3\0\0\0\1"s}) {
    EXPECT_FALSE(decode_leaf_message(body)) << body.size();
  }
}

}  // namespace
}  // namespace freshet::streaming
