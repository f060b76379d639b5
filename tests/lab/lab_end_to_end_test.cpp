// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The lab on a real kernel: what a scene says of a line is what TCP finds, and a whole viewing works. Needs
// root and /dev/net/tun; where they are missing it says so and is skipped.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lab/rivals.h"
#include "tests/lab/socket_address.h"
#include "tests/lab/viewing.h"

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Lab : public testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    if (Host::is_possible(why)) return;
    GTEST_SKIP() << "LAB SKIPPED: no network namespaces here: " << why << ". Real links were not tested.";
  }
};

FileDescriptor dial(const Host& from, const std::string& to) {
  const Host::Inside inside(from);
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = parse_address(to);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return socket;
}

FileDescriptor accept_from(const FileDescriptor& listener) {
  pollfd wanted{listener.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&wanted, 1, 10'000), 1);
  return FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

double seconds_since(Clock::time_point start) {
  return to_seconds(Clock::now() - start);
}

TEST_F(Lab, GivesTcpTheRateAndTheRoundTripOfItsLine) {
  Router router;
  HostIndex viewer_index{}, seed_index{};
  const auto& viewer =
      router.add_host({.up = {.rate = {20'000'000}}, .down = {.rate = {50'000'000}}}, viewer_index);
  const LinkOptions line{.rate = {20'000'000}, .delay = 25ms};
  const auto& seed = router.add_host({.up = line, .down = line}, seed_index);
  FileDescriptor listener;
  {
    const Host::Inside inside(seed);
    listener = listen_at(seed.address() + ":7000");
  }
  const auto dialled = Clock::now();
  const auto connection = dial(viewer, seed.address() + ":7000");
  EXPECT_GE(seconds_since(dialled), 0.050);
  EXPECT_LT(seconds_since(dialled), 0.150);

  const auto accepted = accept_from(listener);
  constexpr std::size_t size = 5'000'000;  // two seconds at 20 Mbit/s
  const auto sent = Clock::now();
  std::jthread sender([&] {
    const std::string bytes(size, 'x');
    EXPECT_EQ(::send(accepted.get(), bytes.data(), size, MSG_NOSIGNAL), static_cast<ssize_t>(size));
  });
  std::string buffer(1u << 20, '\0');
  for (std::size_t received = 0; received < size;) {
    const auto count = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
    ASSERT_GT(count, 0);
    received += static_cast<std::size_t>(count);
  }
  const double rate = static_cast<double>(size) * 8 / seconds_since(sent);
  EXPECT_LT(rate, 20'000'000);
  EXPECT_GT(rate, 12'000'000);  // slow start, losses at a full queue, a busy machine
  EXPECT_GE(router.traffic(viewer_index).down.bytes, Bytes{static_cast<std::int64_t>(size)});
}

TEST_F(Lab, LetsNothingThroughACutLine) {
  Router router;
  HostIndex viewer_index{}, seed_index{};
  const auto& viewer = router.add_host({}, viewer_index);
  const auto& seed = router.add_host({}, seed_index);
  FileDescriptor listener;
  {
    const Host::Inside inside(seed);
    listener = listen_at(seed.address() + ":7000");
  }
  const auto connection = dial(viewer, seed.address() + ":7000");
  router.cut(seed_index);
  EXPECT_EQ(::send(connection.get(), "hello", 5, MSG_NOSIGNAL), 5);
  const auto accepted = accept_from(listener);
  const timeval limit{.tv_sec = 0, .tv_usec = 500'000};
  ::setsockopt(accepted.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte = 0;
  EXPECT_LT(::recv(accepted.get(), &byte, 1, 0), 0);
  EXPECT_GT(router.traffic(viewer_index).up.packets, 0);
}

Scene small_scene(std::string_view peers) {
  const auto text = "title A short film\nfilm seconds=20 rate=1M\ntorrent piece=128KiB\n" +
                    std::string(peers) + "\nplay 2s\nseek 14s\nplay 1s\n";
  return parse_scene("small", text).value();
}

Viewing watch_small(const Scene& scene, Ground ground) {
  const Programs programs{FRESHET_LAB_PROGRAM, std::filesystem::path(FRESHET_LAB_PROGRAMS) / "lab_peer",
                          std::filesystem::path(FRESHET_LAB_PROGRAMS) / "lab_rogue"};
  const auto torrent = make_lab_torrent(FRESHET_LAB_FILMS, scene,
                                        ground == Ground::Namespaces ? Tracker::url : std::string_view());
  const auto player = make_freshet(programs.freshet, {});
  return watch(scene, torrent, programs, ground, *player);
}

TEST_F(Lab, ShowsAFilmFromGoodPeersAmongBadOnes) {
  const auto viewing = watch_small(small_scene("peers 2 seed up=4M rtt=40ms\n"
                                               "peers 1 black-hole up=4M rtt=40ms\n"
                                               "peers 1 choker up=4M rtt=40ms on=1s off=1s\n"
                                               "peers 1 seed up=4M rtt=40ms join=1s leave=4s"),
                                   Ground::Namespaces);
  const auto& figures = viewing.figures;
  EXPECT_EQ(figures.failure, "") << viewing.words;
  ASSERT_TRUE(figures.first_frame);
  // Tracker, connection and handshake are four round trips at the least.
  EXPECT_GT(*figures.first_frame, 0.16);
  EXPECT_EQ(figures.seeks.size(), 1u);
  EXPECT_GT(figures.wire_down, 300'000);
  EXPECT_GT(figures.received.value_or(0), 0);
  EXPECT_GT(figures.cpu_seconds, 0);
  ASSERT_TRUE(viewing.router);
  EXPECT_GT(viewing.router->packets, 500);
}

// What machines without root or /dev/net/tun get.
TEST(LabOnLoopback, ShowsAFilmToo) {
  const auto viewing = watch_small(small_scene("peers 2 seed up=8M"), Ground::Loopback);
  EXPECT_EQ(viewing.figures.failure, "") << viewing.words;
  EXPECT_TRUE(viewing.figures.first_frame);
  EXPECT_EQ(viewing.figures.seeks.size(), 1u);
  EXPECT_FALSE(viewing.router);
}

}  // namespace
}  // namespace freshet::lab
