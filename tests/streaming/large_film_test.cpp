// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A film of 4 GiB with room for 512 MiB: played to the end, and then from the beginning again. Slow: so much
// is hashed twice.
#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "streaming/descriptor.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

constexpr std::int64_t film_size = std::int64_t{4} << 30;
constexpr std::int64_t step = 1 << 20;
constexpr Bytes room = mib(512);

// Each MiB begins with its number; the rest are holes.
std::string mark(std::int64_t at) {
  return "MiB " + std::to_string(at / step) + ".";
}

void write_film(const std::filesystem::path& path) {
  const streaming::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(file);
  ASSERT_EQ(::ftruncate(file.get(), film_size), 0);
  for (std::int64_t at = 0; at < film_size; at += step) {
    const auto text = mark(at);
    ASSERT_EQ(::pwrite(file.get(), text.data(), text.size(), at), static_cast<ssize_t>(text.size()));
  }
}

std::int64_t on_disk(const std::filesystem::path& folder) {
  std::int64_t blocks = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat status{};
    if (entry.is_regular_file() && ::stat(entry.path().c_str(), &status) == 0) blocks += status.st_blocks;
  }
  return blocks * 512;
}

double seconds_to_read(ByteSource& file, std::int64_t at, Generation generation) {
  file.cancel_before(generation);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(read_bytes(file, at, step, generation).starts_with(mark(at))) << at;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(LargeFilm, PlaysWithinASmallCacheAndSeeksBackAsFastAsAnywhere) {
  TemporaryFolder data;
  TemporaryFolder cache;
  write_film(data / "film.mkv");
  const auto torrent =
      publish(data / "film.mkv", {.format = streaming::TorrentFormat::V1, .piece_length = mib(1)});
  // A line of 400 Mbit/s.
  Seeder seeder(torrent, data / "film.mkv", {.upload_limit = mib(48)});
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  options.cache_size = room;
  options.memory_cache = mib(64);
  Viewer viewer(options, torrent_file(torrent));
  const auto file = viewer.open();

  EXPECT_TRUE(read_bytes(*file, 0, step).starts_with(mark(0)));
  std::vector<double> normal;
  std::uint32_t generation = 1;
  for (const auto percent : {40, 60, 80})
    normal.push_back(
        seconds_to_read(*file, film_size / step * percent / 100 * step, Generation{generation++}));
  std::ranges::sort(normal);

  std::int64_t most = 0;
  file->cancel_before(Generation{generation});
  for (std::int64_t at = 0; at < film_size; at += step) {
    ASSERT_TRUE(read_bytes(*file, at, step, Generation{generation}).starts_with(mark(at))) << at;
    if (at % (64 * step) == 0) most = std::max(most, on_disk(cache.path()));
  }
  EXPECT_LE(most, room.value + (64 << 20));
  EXPECT_EQ(viewer.torrent().stats().peers, 1) << "the seed is still there";

  std::vector<double> back;
  for (const auto percent : {10, 11, 12})
    back.push_back(seconds_to_read(*file, film_size / step * percent / 100 * step, Generation{++generation}));
  std::ranges::sort(back);
  std::printf("normal seek %.3f s, back into what was given up %.3f s, at most %lld MiB on disk\n", normal[1],
              back[1], static_cast<long long>(most >> 20));
  EXPECT_LE(back[1], 2 * normal[1] + 0.1) << "no more than a normal seek, but for the machine's moods";
}

}  // namespace
}  // namespace freshet::test
