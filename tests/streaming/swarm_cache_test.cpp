// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What is on disk: it survives crashes, is bounded, is kept when asked, and two processes do not harm each
// other.
#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "streaming/cache_directory.h"
#include "streaming/kept_file.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using streaming::CacheDirectory;
using streaming::CacheSlot;
using streaming::TorrentState;

Process viewer_process(const fs::path& cache, const fs::path& torrent, const std::string& peer,
                       std::int64_t bytes) {
  return Process(
      {.arguments = {FRESHET_VIEWER_PROCESS, cache.string(), torrent.string(), peer, std::to_string(bytes)},
       .keep_input_open = true});
}

bool has_read(Process& process) {
  return process.wait_for_line(
                    Stream::Output, [](std::string_view line) { return line == "read"; }, patience)
      .has_value();
}

class SwarmCache : public testing::Test {
 protected:
  void SetUp() override {
    content = noise(6 << 20);
    write_file(data / "film.mkv", content);
    torrent = publish(data / "film.mkv", {.piece_length = kib(64)});
    write_file(data / "film.torrent", torrent.bytes);
  }
  streaming::SessionOptions with_peer(const Seeder& seeder) const {
    auto options = loopback_options(cache.path());
    options.peers = {seeder.address()};
    return options;
  }

  TemporaryFolder data;
  TemporaryFolder cache;
  std::string content;
  streaming::PublishedTorrent torrent;
};

TEST_F(SwarmCache, AfterAKillTheDataIsCheckedAndNotDownloadedAgain) {
  {
    Seeder seeder(torrent, data / "film.mkv");
    auto process = viewer_process(cache.path(), data / "film.torrent", seeder.address(),
                                  static_cast<std::int64_t>(content.size()));
    ASSERT_TRUE(has_read(process));
    process.kill();  // SIGKILL: nothing is saved
  }
  Viewer viewer(loopback_options(cache.path()), torrent_file(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content) << "without any peer";
  EXPECT_TRUE(viewer.observer().record().saw(TorrentState::Checking));
  EXPECT_EQ(viewer.torrent().stats().bytes_down, Bytes{0});
}

TEST_F(SwarmCache, AfterAKillInTheMiddleOnlyWhatIsMissingIsDownloaded) {
  Seeder seeder(torrent, data / "film.mkv", {.upload_limit = mib(2)});
  {
    auto process = viewer_process(cache.path(), data / "film.torrent", seeder.address(), 1 << 20);
    ASSERT_TRUE(has_read(process));
    process.kill();
  }
  Viewer viewer(with_peer(seeder), torrent_file(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
  EXPECT_TRUE(viewer.observer().record().saw(TorrentState::Checking));
  EXPECT_LE(viewer.torrent().stats().bytes_down, Bytes{5 << 20} + kib(128));
}

TEST_F(SwarmCache, DataThatWasSpoiledByTheCrashIsNotBelieved) {
  {
    Seeder seeder(torrent, data / "film.mkv");
    auto process = viewer_process(cache.path(), data / "film.torrent", seeder.address(),
                                  static_cast<std::int64_t>(content.size()));
    ASSERT_TRUE(has_read(process));
    process.kill();
  }
  for (const auto& entry : fs::recursive_directory_iterator(cache.path())) {
    if (entry.path().filename() != "film.mkv") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 << 20);
    file << "spoiled";
  }
  Seeder seeder(torrent, data / "film.mkv");
  Viewer viewer(with_peer(seeder), torrent_file(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
  EXPECT_LE(viewer.torrent().stats().bytes_down, kib(128)) << "only the spoiled piece";
}

TEST_F(SwarmCache, AfterACleanEndNothingIsCheckedAndAMagnetNeedsNoNetwork) {
  {
    Seeder seeder(torrent, data / "film.mkv");
    Viewer viewer(with_peer(seeder), magnet(torrent));
    EXPECT_EQ(read_all(*viewer.open()), content);
  }
  Viewer viewer(loopback_options(cache.path()), magnet(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
  const auto status = viewer.torrent().stats();
  EXPECT_EQ(status.bytes_down, Bytes{0});
  EXPECT_EQ(status.bytes_verified, Bytes{static_cast<std::int64_t>(content.size())});
}

TEST_F(SwarmCache, HalfADownloadGoesOnWhereItEnded) {
  Seeder seeder(torrent, data / "film.mkv", {.upload_limit = mib(3)});
  Bytes first;
  {
    Viewer viewer(with_peer(seeder), magnet(torrent));
    EXPECT_EQ(read_bytes(*viewer.open(), 0, 2 << 20), content.substr(0, 2 << 20));
    first = viewer.torrent().stats().bytes_verified;
  }
  Viewer viewer(with_peer(seeder), magnet(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
  EXPECT_LE(viewer.torrent().stats().bytes_down,
            Bytes{static_cast<std::int64_t>(content.size())} - first + kib(256));
}

TEST_F(SwarmCache, ASecondProcessOnTheSameTorrentKeepsACopyOfItsOwn) {
  Seeder seeder(torrent, data / "film.mkv");
  auto first = viewer_process(cache.path(), data / "film.torrent", seeder.address(), 1 << 20);
  ASSERT_TRUE(has_read(first));
  {
    Viewer second(with_peer(seeder), torrent_file(torrent));
    EXPECT_EQ(read_all(*second.open()), content);
    EXPECT_TRUE(second.observer().record().warned("cache-in-use"));
  }
  first.close_input();
  const auto end = first.wait(patience);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 0);
}

TEST_F(SwarmCache, AFinishedFileIsKeptUnderItsOwnName) {
  Seeder seeder(torrent, data / "film.mkv");
  TemporaryFolder keep;
  auto options = with_peer(seeder);
  options.keep_dir = keep / "films";
  Viewer viewer(options, magnet(torrent));
  const auto source = viewer.open();
  EXPECT_EQ(read_all(*source), content);
  ASSERT_TRUE(viewer.observer().wait_for([](const auto& record) { return !record.kept.empty(); }));
  EXPECT_EQ(viewer.observer().record().kept[0], keep / "films/film.mkv");
  EXPECT_EQ(read_file(keep / "films/film.mkv"), content);
}

// The player ends with the last byte: neither the pause before finished files are looked at nor the copy to
// another disk may lose the file.
TEST_F(SwarmCache, AFileThatIsCompleteWhenTheSessionEndsIsKept) {
  Seeder seeder(torrent, data / "film.mkv");
  TemporaryFolder near;
  const fs::path far = fs::path("/dev/shm") / near.path().filename();
  for (const auto& keep : {near.path(), far}) {
    fs::remove_all(cache / "torrents");
    {
      auto options = with_peer(seeder);
      options.keep_dir = keep;
      Viewer viewer(options, torrent_file(torrent));
      EXPECT_EQ(read_all(*viewer.open()), content);
    }
    EXPECT_TRUE(read_file(keep / "film.mkv") == content) << keep;
    EXPECT_EQ(std::distance(fs::directory_iterator(keep), {}), 1) << "nothing half done is left";
  }
  fs::remove_all(far);
}

// --- the folder alone

void fill(const CacheSlot& slot, std::size_t size) {
  write_file(slot.data_dir() / "film.mkv", noise(size));
  write_file(slot.resume_file(), noise(100));  // some file systems count an empty file as nothing
}

void watched_at(const fs::path& folder, int seconds) {
  const std::array<timespec, 2> times{{{seconds, 0}, {seconds, 0}}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder / "watched").c_str(), times.data(), 0), 0);
}

TEST(CacheDirectory, DeletesTheLeastRecentlyWatchedTorrentsThatNobodyHasOpen) {
  TemporaryFolder folder;
  auto cache = CacheDirectory::open(folder.path(), mib(3));
  ASSERT_TRUE(cache);
  fs::path oldest;
  fs::path newest;
  for (const auto* name : {"aa", "bb", "cc"}) {
    const auto slot = cache->acquire(name);
    ASSERT_TRUE(slot);
    fill(*slot, 1 << 20);
    watched_at(slot->folder(), 1000 + name[0]);
  }
  const auto open = cache->acquire("dd");
  fill(*open, 1 << 20);
  watched_at(open->folder(), 1);  // the oldest of all, but open
  EXPECT_LE(cache->evict(), mib(3));
  EXPECT_FALSE(fs::exists(folder / "torrents/aa"));
  EXPECT_FALSE(fs::exists(folder / "torrents/bb")) << "small files count too";
  EXPECT_TRUE(fs::exists(folder / "torrents/cc"));
  EXPECT_TRUE(fs::exists(folder / "torrents/dd"));
}

TEST(CacheDirectory, KnowsHowTheLastProcessEnded) {
  TemporaryFolder folder;
  auto cache = CacheDirectory::open(folder.path(), gib(1));
  {
    const auto slot = cache->acquire("aa");
    EXPECT_EQ(slot->last_end(), CacheSlot::LastEnd::Fresh);
  }
  {
    auto slot = cache->acquire("aa");
    EXPECT_EQ(slot->last_end(), CacheSlot::LastEnd::Crashed) << "it did not say that it was clean";
    write_file(slot->resume_file(), "state");
    slot->mark_clean();
  }
  EXPECT_EQ(cache->acquire("aa")->last_end(), CacheSlot::LastEnd::Clean);
}

TEST(CacheDirectory, GivesASecondHolderAnotherFolder) {
  TemporaryFolder folder;
  auto cache = CacheDirectory::open(folder.path(), gib(1));
  const auto first = cache->acquire("aa");
  const auto second = cache->acquire("aa");
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(first->is_second_copy());
  EXPECT_TRUE(second->is_second_copy());
  EXPECT_NE(first->folder(), second->folder());
}

TEST(CacheDirectory, SaysThatItCannotWrite) {
  const auto cache = CacheDirectory::open("/proc/nowhere", gib(1));
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().category, ErrorCategory::Storage);
  EXPECT_EQ(cache.error().code, "cache-not-writable");
}

TEST(KeptName, IsAlwaysAPlainNameInsideTheFolder) {
  using streaming::kept_name;
  EXPECT_EQ(kept_name("Season 1/e1.mkv"), "e1.mkv");
  EXPECT_EQ(kept_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(kept_name("a\\..\\b.mkv"), "b.mkv");
  EXPECT_EQ(kept_name(".."), "unnamed");
  EXPECT_EQ(kept_name(""), "unnamed");
  EXPECT_EQ(kept_name("dir/"), "unnamed");
  EXPECT_EQ(kept_name(".bashrc"), "bashrc");
  EXPECT_EQ(kept_name("a\nb.mkv"), "ab.mkv");
  const auto longest = kept_name(std::string(400, 'x') + ".mkv");
  EXPECT_EQ(longest.size(), 255u);
  EXPECT_TRUE(longest.ends_with(".mkv"));
}

TEST(KeepFile, NeverOverwritesAndKnowsWhatItHasKept) {
  TemporaryFolder folder;
  write_file(folder / "cache/film.mkv", "new");
  write_file(folder / "keep/film.mkv", "old");
  const auto kept = streaming::keep_file(folder / "cache/film.mkv", folder / "keep", "film.mkv", {});
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, folder / "keep/film (2).mkv");
  EXPECT_EQ(read_file(folder / "keep/film.mkv"), "old");
  EXPECT_EQ(read_file(*kept), "new");
  EXPECT_EQ(streaming::keep_file(folder / "cache/film.mkv", folder / "keep", "film.mkv", {}).value(), *kept);
  write_file(folder / "elsewhere/film.mkv", "old");
  EXPECT_EQ(streaming::keep_file(folder / "elsewhere/film.mkv", folder / "keep", "film.mkv", {}).value(),
            folder / "keep/film.mkv")
      << "the same content counts as kept";
  EXPECT_EQ(streaming::keep_file(folder / "cache/film.mkv", "/proc/nowhere", "film.mkv", {}).error().code,
            "keep-failed");
}

TEST(KeepFile, CopiesWhereALinkCannotReach) {
  if (!fs::exists("/dev/shm")) GTEST_SKIP() << "no second file system";
  TemporaryFolder folder;
  const auto content = noise(300'000);
  write_file(folder / "film.mkv", content);
  auto name = fs::path("/dev/shm") / folder.path().filename();
  const auto kept = streaming::keep_file(folder / "film.mkv", name, "film.mkv", {});
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(read_file(*kept), content);
  EXPECT_EQ(std::distance(fs::directory_iterator(name), fs::directory_iterator()), 1)
      << "nothing partial is left";
  fs::remove_all(name);
}

}  // namespace
}  // namespace freshet::test
