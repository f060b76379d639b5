// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/playlist.h"

#include <array>
#include <gtest/gtest.h>

namespace freshet::playback {
namespace {

TEST(Playlist, GivesEachEntryAnIdOfItsOwn) {
  Playlist list;
  const int a = list.append("a");
  const int b = list.append("a");
  EXPECT_NE(a, b);
  EXPECT_EQ(list.position(), -1);
}

TEST(Playlist, AdvancesToTheEndAndNoFurther) {
  Playlist list;
  list.append("a");
  list.append("b");
  ASSERT_TRUE(list.select(0));
  EXPECT_TRUE(list.advance(1));
  EXPECT_FALSE(list.advance(1));
  EXPECT_EQ(list.current()->source, "b");
}

TEST(Playlist, ATorrentOfManyFilesBecomesManyEntriesInPlace) {
  Playlist list;
  const int first = list.append("torrent");
  list.append("after");
  list.select(0);
  const std::array files{FileIndex{4}, FileIndex{2}, FileIndex{9}};
  const std::array<std::string, 3> titles{"one", "two", "three"};
  list.expand_current(files, titles);
  ASSERT_EQ(list.entries().size(), 4u);
  EXPECT_EQ(list.entries()[0].id, first);
  EXPECT_EQ(list.entries()[0].file, FileIndex{4});
  EXPECT_EQ(list.entries()[2].title, "three");
  EXPECT_EQ(list.entries()[2].source, "torrent");
  EXPECT_EQ(list.entries()[3].source, "after");
  EXPECT_EQ(list.position(), 0);
}

TEST(Playlist, RemovingAnEarlierEntryKeepsTheCurrentOne) {
  Playlist list;
  list.append("a");
  list.append("b");
  list.select(1);
  EXPECT_FALSE(list.remove(0).value());
  EXPECT_EQ(list.current()->source, "b");
}

TEST(Playlist, RemovingTheCurrentEntryMovesToItsSuccessor) {
  Playlist list;
  list.append("a");
  list.append("b");
  list.select(0);
  EXPECT_TRUE(list.remove(0).value());
  EXPECT_EQ(list.current()->source, "b");
  EXPECT_TRUE(list.remove(0).value());
  EXPECT_EQ(list.current(), nullptr);
  EXPECT_EQ(list.remove(0).error().code, "no-such-entry");
}

TEST(Playlist, ClearKeepsWhatPlays) {
  Playlist list;
  list.append("a");
  list.append("b");
  list.append("c");
  list.select(1);
  list.clear_but_current();
  ASSERT_EQ(list.entries().size(), 1u);
  EXPECT_EQ(list.current()->source, "b");
}

std::string order(const Playlist& list) {
  std::string all;
  for (const PlaylistEntry& entry : list.entries()) all += entry.source;
  return all;
}

TEST(Playlist, MovesAnEntryToThePlaceOfAnother) {
  Playlist list;
  for (const char* source : {"a", "b", "c", "d"}) list.append(source);
  list.select(1);
  ASSERT_TRUE(list.move(0, 2));
  EXPECT_EQ(order(list), "bacd") << "as mpv: in front of what stands at the second place";
  EXPECT_EQ(list.position(), 0);
  ASSERT_TRUE(list.move(3, 0));
  EXPECT_EQ(order(list), "dbac");
  ASSERT_TRUE(list.move(0, 4));
  EXPECT_EQ(order(list), "bacd");
  EXPECT_EQ(list.current()->source, "b");
  EXPECT_FALSE(list.move(0, 5));
  EXPECT_FALSE(list.move(4, 0));
}

TEST(Playlist, ShufflesAndFindsItsOrderAgain) {
  Playlist list;
  std::string sorted;
  for (int i = 0; i < 26; ++i)
    sorted += list.append(std::string(1, static_cast<char>('a' + i))) ? static_cast<char>('a' + i) : '?';
  list.select(7);
  list.shuffle();
  EXPECT_NE(order(list), sorted);  // once in 26! runs it is the same
  EXPECT_EQ(list.current()->source, "h");
  list.unshuffle();
  EXPECT_EQ(order(list), sorted);
  EXPECT_EQ(list.position(), 7);
}

TEST(SourcesOfText, AreOneALine) {
  EXPECT_EQ(
      sources_of_text("magnet:?xt=urn:btih:aa&dn=A film\r\n\n  /films/b c.mkv \n# a comment\nhttp://x/y"),
      (std::vector<std::string>{"magnet:?xt=urn:btih:aa&dn=A film", "/films/b c.mkv", "http://x/y"}));
  EXPECT_EQ(sources_of_text("one"), std::vector<std::string>{"one"});
  EXPECT_TRUE(sources_of_text(" \n\n").empty());
}

}  // namespace
}  // namespace freshet::playback
