// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/source.h"

#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace freshet::streaming {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string v1_hex = "0123456789abcdef0123456789ABCDEF01234567";
const std::string v1_base32 = "AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH";  // the same 160 bits
const std::string v2_hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

class FakeDisk final : public FileProbe {
 public:
  FakeDisk& folder(const std::string& path) {
    kinds_[path] = Kind::Directory;
    return *this;
  }
  FakeDisk& file(const std::string& path, std::string contents = "\x1a\x45\xdf\xa3") {
    kinds_[path] = Kind::Regular;
    contents_[path] = std::move(contents);
    return *this;
  }
  FakeDisk& device(const std::string& path) {
    kinds_[path] = Kind::Other;
    return *this;
  }

  [[nodiscard]] Kind kind(const std::filesystem::path& path) const override {
    const auto found = kinds_.find(path.string());
    return found == kinds_.end() ? Kind::Missing : found->second;
  }
  [[nodiscard]] std::string head(const std::filesystem::path& path, Bytes limit) const override {
    return contents_.at(path.string()).substr(0, static_cast<std::size_t>(limit.value));
  }
  [[nodiscard]] std::vector<std::string> names(const std::filesystem::path& folder) const override {
    std::vector<std::string> names;
    for (const auto& [path, kind] : kinds_) {
      const std::filesystem::path entry{path};
      const auto parent = entry.has_parent_path() ? entry.parent_path() : ".";
      if (parent == folder) names.push_back(entry.filename().string());
    }
    return names;
  }

 private:
  std::map<std::string, Kind> kinds_;
  std::map<std::string, std::string> contents_;
};

template <class T>
T parsed(std::string_view text, const FileProbe& files = FakeDisk{}) {
  auto source = parse_source(text, files);
  if (!source) {
    ADD_FAILURE() << text << ": " << source.error().code << ": " << source.error().message;
    return {};
  }
  if (!std::holds_alternative<T>(*source)) {
    ADD_FAILURE() << text << " was taken for another kind of source, number " << source->index();
    return {};
  }
  return std::get<T>(std::move(*source));
}

Error refused(std::string_view text, const FileProbe& files = FakeDisk{}) {
  auto source = parse_source(text, files);
  if (source) {
    ADD_FAILURE() << text << " was accepted";
    return {};
  }
  EXPECT_EQ(source.error().category, ErrorCategory::Source);
  EXPECT_FALSE(source.error().message.empty());
  return source.error();
}

std::vector<int> selection(std::string_view so) {
  std::vector<int> numbers;
  const std::string uri = "magnet:?xt=urn:btih:" + v1_hex + "&so=" + std::string{so};
  for (const FileIndex index : parsed<MagnetSource>(uri).select_only)
    numbers.push_back(static_cast<int>(index));
  return numbers;
}

TEST(ParseSource, TakesMagnetLinksOfAllHashes) {
  for (const std::string& topic : {"urn:btih:" + v1_hex, "urn:btih:" + v1_base32, "urn:btmh:1220" + v2_hex,
                                   "URN:BTIH:" + v1_hex, "urn%3Abtih%3A" + v1_hex}) {
    const std::string uri = "magnet:?xt=" + topic + "&dn=A+name&tr=udp%3A%2F%2Ftracker%2F";
    EXPECT_EQ(parsed<MagnetSource>(uri).uri, uri);
  }
}

TEST(ParseSource, TakesHybridMagnetLinks) {
  parsed<MagnetSource>("magnet:?xt=urn:btih:" + v1_hex + "&xt=urn:btmh:1220" + v2_hex);
  parsed<MagnetSource>("magnet:?xt.1=urn:btih:" + v1_hex + "&xt.2=urn:btmh:1220" + v2_hex);
}

TEST(ParseSource, TakesMagnetLinksWhateverTheirOrderAndCase) {
  parsed<MagnetSource>("MAGNET:?dn=x&XT=urn:btih:" + v1_hex);
  parsed<MagnetSource>("  magnet:?xt=urn:btih:" + v1_hex + "\n");
}

TEST(ParseSource, UndoesTheHtmlInACopiedMagnetLink) {
  const auto magnet = parsed<MagnetSource>("magnet:?xt=urn:btih:" + v1_hex + "&amp;dn=x&amp;so=3");
  EXPECT_EQ(magnet.uri, "magnet:?xt=urn:btih:" + v1_hex + "&dn=x&so=3");
  EXPECT_THAT(magnet.select_only, ElementsAre(FileIndex{3}));
}

TEST(ParseSource, LeavesTopicsOfOtherNetworksAlone) {
  parsed<MagnetSource>("magnet:?xt=urn:tree:tiger:XYZ&xt=urn:btih:" + v1_hex);
  EXPECT_EQ(refused("magnet:?xt=urn:tree:tiger:XYZ").code, "bad-magnet");
}

TEST(ParseSource, AcceptsTheSameHashInTwoSpellingsButNotTwoHashes) {
  parsed<MagnetSource>("magnet:?xt=urn:btih:" + v1_hex + "&xt=urn:btih:" + v1_base32);
  std::string other = v1_hex;
  other.back() = '8';
  EXPECT_EQ(refused("magnet:?xt=urn:btih:" + v1_hex + "&xt=urn:btih:" + other).code, "bad-magnet");
}

TEST(ParseSource, RefusesMagnetLinksWithoutAWholeHash) {
  for (const std::string& uri :
       {std::string{"magnet:?dn=x"}, std::string{"magnet:"}, "magnet:?xt=urn:btih:" + v1_hex.substr(1),
        "magnet:?xt=urn:btih:" + v1_hex + "0", "magnet:?xt=urn:btih:" + std::string(40, 'g'),
        "magnet:?xt=urn:btih:" + std::string(32, '1'), "magnet:?xt=urn:btmh:" + v2_hex,
        "magnet:?xt=urn:btmh:1120" + v2_hex, "magnet:?xt=urn:btmh:1220" + v2_hex.substr(1),
        std::string{"magnet:?xt=urn:btih:"}, "magnet:?xt=urn:btih:" + v1_hex + "&dn=a\nb",
        "magnet:?xt=urn:btih:" + v1_hex + "&dn=" + std::string(70'000, 'x')}) {
    EXPECT_EQ(refused(uri).code, "bad-magnet") << uri.substr(0, 100);
  }
}

TEST(ParseSource, ReadsTheFilesAMagnetLinkSelects) {
  EXPECT_THAT(selection("0,2,4,6-8"), ElementsAre(0, 2, 4, 6, 7, 8));
  EXPECT_THAT(selection("5,3,5,2-4"), ElementsAre(5, 3, 2, 4));
  EXPECT_THAT(selection("1%2C3"), ElementsAre(1, 3));
  EXPECT_THAT(selection("7,"), ElementsAre(7));
  EXPECT_THAT(selection(""), IsEmpty());
}

TEST(ParseSource, RefusesSelectionsThatCannotBeMeant) {
  for (const char* so :
       {"x", "1-", "-1", "3-1", "1,,a", "0-4294967295", "99999999999999999999", "1 2", "0x10", "0-999999"}) {
    EXPECT_EQ(refused("magnet:?xt=urn:btih:" + v1_hex + "&so=" + so).code, "bad-magnet") << so;
  }
}

TEST(ParseSource, MakesAMagnetLinkOfABareInfohash) {
  EXPECT_EQ(parsed<MagnetSource>(v1_hex).uri, "magnet:?xt=urn:btih:" + v1_hex);
  EXPECT_EQ(parsed<MagnetSource>(v1_base32).uri, "magnet:?xt=urn:btih:" + v1_base32);
  EXPECT_EQ(parsed<MagnetSource>(v2_hex).uri, "magnet:?xt=urn:btmh:1220" + v2_hex);
  EXPECT_EQ(parsed<MagnetSource>("1220" + v2_hex).uri, "magnet:?xt=urn:btmh:1220" + v2_hex);
  EXPECT_EQ(parsed<MagnetSource>(" " + v1_hex + " ").uri, "magnet:?xt=urn:btih:" + v1_hex);
}

TEST(ParseSource, PrefersAFileThatIsNamedLikeAnInfohash) {
  EXPECT_EQ(parsed<LocalFileSource>(v1_hex, FakeDisk{}.file(v1_hex)).path, v1_hex);
}

TEST(ParseSource, TellsHowManyDigitsAnAlmostInfohashHas) {
  const Error error = refused(v1_hex.substr(1));
  EXPECT_EQ(error.code, "no-such-file");
  EXPECT_THAT(error.hint, HasSubstr("this has 39"));
}

TEST(ParseSource, KnowsATorrentByItsNameOrItsBeginning) {
  const FakeDisk disk = FakeDisk{}
                            .file("a.torrent", "anything")
                            .file("A.TORRENT", "anything")
                            .file("download", "d8:announce35:http://tracker.example/announce")
                            .file("tracker-less", "d4:infod6:lengthi5e")
                            .file("dated", "d13:creation datei1700000000e4:infod")
                            .file("diary.txt", "dear diary, 8:announce");
  for (const char* name : {"a.torrent", "A.TORRENT", "download", "tracker-less", "dated"}) {
    EXPECT_EQ(parsed<TorrentFileSource>(name, disk).path, name);
  }
  EXPECT_EQ(parsed<LocalFileSource>("diary.txt", disk).path, "diary.txt");
}

TEST(ParseSource, TakesFilesWithAnyName) {
  for (const char* name :
       {"film.mkv", "/srv/films/a film.mp4", "./seed", "100% real.mkv", "a+b.mkv", "Part 1: go.mkv",
        "C:\\film.mkv", "what?.mkv", " leading.mkv", "ünïcode.mkv", "%41.mkv", "#1.mkv"}) {
    EXPECT_EQ(parsed<LocalFileSource>(name, FakeDisk{}.file(name)).path, name);
  }
}

TEST(ParseSource, TakesPipesAndDevicesOnDisk) {
  EXPECT_EQ(parsed<LocalFileSource>("/dev/fd/63", FakeDisk{}.device("/dev/fd/63")).path, "/dev/fd/63");
}

TEST(ParseSource, TellsTorrentUrlsFromMediaUrls) {
  for (const char* url : {"http://h/a.torrent", "https://h/x/A.TORRENT?key=1", "http://h/a%2Etorrent",
                          "HTTPS://h/a.torrent", "http://user:pw@[::1]:8080/a.torrent"}) {
    EXPECT_EQ(parsed<TorrentUrlSource>(url).url, url);
  }
  for (const char* url : {"http://h/a.mkv", "http://h", "https://h/a.mp4?name=x.torrent",
                          "http://h/a.torrent/film.mkv", "http://torrent.example/"}) {
    EXPECT_EQ(parsed<MediaUrlSource>(url).url, url);
  }
}

TEST(ParseSource, TidiesPastedUrls) {
  EXPECT_EQ(parsed<MediaUrlSource>("http://h/a film.mkv").url, "http://h/a%20film.mkv");
  EXPECT_EQ(parsed<MediaUrlSource>("http://h/é?q=<1>").url, "http://h/%C3%A9?q=%3C1%3E");
  EXPECT_EQ(parsed<MediaUrlSource>("http://h/a%20b+c.mkv").url, "http://h/a%20b+c.mkv");
  EXPECT_EQ(parsed<MediaUrlSource>("http://h/a.mkv#t=10").url, "http://h/a.mkv");
  EXPECT_EQ(parsed<TorrentUrlSource>("http://h/a.torrent#x").url, "http://h/a.torrent");
}

TEST(ParseSource, RefusesUrlsWithoutAHost) {
  for (const char* url : {"http://", "http:///film.mkv", "http:film.mkv", "https://:80/x", "http://user@/x",
                          "http://a b/x", "http://h/a\tb"}) {
    EXPECT_EQ(refused(url).code, "bad-url") << url;
  }
}

TEST(ParseSource, OpensFileUrls) {
  const FakeDisk disk =
      FakeDisk{}.file("/srv/a film.mkv").file("/srv/50%25.mkv").file("/srv/a+b.mkv").file("/srv/x.torrent");
  EXPECT_EQ(parsed<LocalFileSource>("file:///srv/a%20film.mkv", disk).path, "/srv/a film.mkv");
  EXPECT_EQ(parsed<LocalFileSource>("file://localhost/srv/a%20film.mkv", disk).path, "/srv/a film.mkv");
  EXPECT_EQ(parsed<LocalFileSource>("FILE:/srv/a%20film.mkv", disk).path, "/srv/a film.mkv");
  EXPECT_EQ(parsed<LocalFileSource>("file:///srv/50%2525.mkv", disk).path, "/srv/50%25.mkv")
      << "decoded once";
  EXPECT_EQ(parsed<LocalFileSource>("file:///srv/a+b.mkv", disk).path, "/srv/a+b.mkv");
  EXPECT_EQ(parsed<TorrentFileSource>("file:///srv/x.torrent", disk).path, "/srv/x.torrent");
}

TEST(ParseSource, RefusesFileUrlsOfOtherMachines) {
  EXPECT_EQ(refused("file://server/film.mkv").code, "bad-url");
  EXPECT_EQ(refused("file:film.mkv").code, "bad-url");
  EXPECT_EQ(refused("file:///srv/a%00b.mkv").code, "bad-url");
  EXPECT_EQ(refused("file:///srv/none.mkv").code, "no-such-file");
}

TEST(ParseSource, TakesStandardInput) {
  parsed<StdinSource>("-");
}

TEST(ParseSource, RefusesFolders) {
  const Error error = refused("films", FakeDisk{}.folder("films"));
  EXPECT_EQ(error.code, "is-directory");
  EXPECT_THAT(error.hint, HasSubstr("freshet seed"));
  EXPECT_EQ(refused("file:///srv", FakeDisk{}.folder("/srv")).code, "is-directory");
}

TEST(ParseSource, RefusesWhatIsEmpty) {
  EXPECT_EQ(refused("").code, "empty-source");
  EXPECT_EQ(refused(" \t\n").code, "empty-source");
  EXPECT_EQ(refused(std::string_view{"a\0b", 3}).code, "empty-source");
}

TEST(ParseSource, RefusesOtherSchemes) {
  for (const char* url : {"ftp://h/a.mkv", "rtsp://h/a", "data://x", "ed2k://|file|"}) {
    EXPECT_EQ(refused(url).code, "unsupported-scheme") << url;
  }
}

TEST(ParseSource, HelpsWithMistypedPaths) {
  const FakeDisk disk = FakeDisk{}.folder("/srv").file("/srv/The Long Film.mkv").file("other.mkv");
  EXPECT_THAT(refused("/srv/the long flim.mkv", disk).hint,
              HasSubstr("did you mean '/srv/The Long Film.mkv'?"));
  EXPECT_THAT(refused("othr.mkv", disk).hint, HasSubstr("did you mean 'other.mkv'?"));
  EXPECT_THAT(refused("/srv/quite another.mkv", disk).hint, Not(HasSubstr("did you mean")));
  EXPECT_THAT(refused("/nowhere/film.mkv", disk).hint, HasSubstr("the folder '/nowhere' does not exist"));
  EXPECT_THAT(refused("www.example.org/film.mkv", disk).hint, HasSubstr("https://"));
  EXPECT_THAT(refused("/srv/The%20Long%20Film.mkv", disk).hint,
              HasSubstr("did you mean '/srv/The Long Film.mkv'?"));
  EXPECT_THAT(refused("xt=urn:btih:" + v1_hex, disk).hint, HasSubstr("magnet:?"));
}

class ParseSourceOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "freshet-source-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, std::string_view contents) {
    const auto path = folder_ / name;
    std::ofstream{path} << contents;
    return path.string();
  }
  std::filesystem::path folder_;
};

TEST_F(ParseSourceOnDisk, LooksAtTheRealDisk) {
  const auto kind = [](const std::string& text) { return parse_source(text).value().index(); };
  const std::size_t torrent = Source{TorrentFileSource{}}.index();
  const std::size_t file = Source{LocalFileSource{}}.index();
  EXPECT_EQ(kind(write("film.mkv", "\x1a\x45")), file);
  EXPECT_EQ(kind(write("empty", "")), file);
  EXPECT_EQ(kind(write("no-extension", "d8:announce3:abc4:infod")), torrent);
  EXPECT_EQ(kind("file://" + write("spaced name.torrent", "")), torrent);

  const std::string fifo = (folder_ / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(kind(fifo), file);

  EXPECT_EQ(parse_source(folder_.string()).error().code, "is-directory");
  const auto missing = parse_source((folder_ / "fillm.mkv").string());
  EXPECT_EQ(missing.error().code, "no-such-file");
  EXPECT_THAT(missing.error().hint, HasSubstr("film.mkv'?"));
}

}  // namespace
}  // namespace freshet::streaming
