// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/network.h"

#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <utility>
#include <vector>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime start{1h};

// As much of IPv4 as the network looks at; `mark` tells packets apart.
void send(Network& network, MonotonicTime now, HostIndex from, HostIndex to, std::size_t size,
          std::uint8_t mark = 0) {
  const auto room = network.room();
  std::memset(room.data(), 0, room.size());
  room[0] = std::byte{0x45};
  room[16] = std::byte{198};
  room[17] = std::byte{18};
  room[18] = static_cast<std::byte>((std::to_underlying(to) + 1) >> 8);
  room[19] = static_cast<std::byte>(std::to_underlying(to) + 1);
  room[20] = std::byte{mark};
  network.send(now, from, size);
}

struct Arrival {
  HostIndex to;
  std::size_t size;
  int mark;
  std::chrono::nanoseconds after;
  bool operator==(const Arrival&) const = default;
};

std::vector<Arrival> arrivals(Network& network, MonotonicTime until) {
  std::vector<Arrival> all;
  network.deliver(until, [&](HostIndex to, std::span<const std::byte> packet, MonotonicTime due) {
    all.push_back({to, packet.size(), std::to_integer<int>(packet[20]), due - start});
  });
  return all;
}

TEST(LabNetwork, GivesEachHostAnAddressOfTheBenchmarkRange) {
  EXPECT_EQ(address_of(HostIndex{0}), "198.18.0.1");
  EXPECT_EQ(address_of(HostIndex{254}), "198.18.0.255");
  EXPECT_EQ(address_of(HostIndex{255}), "198.18.1.0");
}

TEST(LabNetwork, CarriesAPacketOverTheSendersUplinkAndTheReceiversDownlink) {
  Network network;
  const auto viewer = network.add_host({.up = {.rate = {12'000'000}}, .down = {.rate = {24'000'000}}});
  const auto seed = network.add_host(
      {.up = {.rate = {6'000'000}, .delay = 15ms}, .down = {.rate = {12'000'000}, .delay = 15ms}});
  send(network, start, seed, viewer, 1500);
  EXPECT_EQ(network.next(), start + 17ms);  // 2 ms on the uplink, 15 ms of way
  EXPECT_TRUE(arrivals(network, start + 17ms).empty());
  EXPECT_EQ(arrivals(network, start + 1s), (std::vector<Arrival>{{viewer, 1500, 0, 17500us}}));
  send(network, start, viewer, seed, 1500);
  EXPECT_EQ(arrivals(network, start + 1s), (std::vector<Arrival>{{seed, 1500, 0, 17ms}}));
  EXPECT_EQ(network.next(), std::nullopt);
}

TEST(LabNetwork, LetsSendersShareTheReceiversDownlink) {
  Network network;
  const auto viewer = network.add_host({.down = {.rate = {12'000'000}, .queue = 50ms}});
  const auto first = network.add_host({});
  const auto second = network.add_host({});
  for (std::uint8_t mark = 0; mark < 4; ++mark) {
    send(network, start, first, viewer, 1500, mark);
    send(network, start, second, viewer, 1500, static_cast<std::uint8_t>(mark + 10));
  }
  const auto all = arrivals(network, start + 1s);
  ASSERT_EQ(all.size(), 8u);
  for (std::size_t index = 0; index < all.size(); ++index) {
    EXPECT_EQ(all[index].after, (index + 1) * 1ms);
    EXPECT_EQ(all[index].mark, static_cast<int>(index / 2 + 10 * (index % 2)));  // in the order of sending
  }
}

TEST(LabNetwork, IsNotSlowedDownByARouterThatWokeUpLate) {
  Network network;
  const auto viewer = network.add_host({.down = {.rate = {12'000'000}}});
  const auto seed = network.add_host({.up = {.rate = {12'000'000}}});
  for (std::uint8_t mark = 0; mark < 3; ++mark) send(network, start, seed, viewer, 1500, mark);
  const auto all = arrivals(network, start + 10s);  // nobody called for ten seconds
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all.back().after, 4ms);
}

TEST(LabNetwork, ThrowsAwayWhatIsNotForAHost) {
  Network network;
  const auto viewer = network.add_host({});
  send(network, start, viewer, HostIndex{9}, 100);
  network.send(start, viewer, 4);  // too short for a header
  const auto room = network.room();
  room[0] = std::byte{0x60};  // IPv6
  network.send(start, viewer, 100);
  EXPECT_EQ(network.next(), std::nullopt);
  EXPECT_EQ(network.uploaded(viewer).packets, 0);
}

TEST(LabNetwork, UsesAPacketsRoomAgain) {
  Network network;
  const auto viewer = network.add_host({});
  const auto seed = network.add_host({});
  std::set<const std::byte*> rooms;
  for (int count = 0; count < 100; ++count) {
    send(network, start, seed, viewer, 100);
    send(network, start, seed, viewer, 100);
    rooms.insert(network.room().data());
    EXPECT_EQ(arrivals(network, start + 1s).size(), 2u);
  }
  EXPECT_LE(rooms.size(), 3u);  // two under way, one being filled
}

TEST(LabNetwork, CountsWhatPassedEachLine) {
  Network network;
  const auto viewer = network.add_host({});
  const auto seed = network.add_host({});
  send(network, start, seed, viewer, 1000);
  send(network, start, seed, viewer, 500);
  static_cast<void>(arrivals(network, start + 1s));
  EXPECT_EQ(network.downloaded(viewer).bytes, Bytes{1500});
  EXPECT_EQ(network.uploaded(seed).packets, 2);
  network.cut(seed);
  send(network, start, seed, viewer, 1000);
  EXPECT_EQ(network.next(), std::nullopt);
}

}  // namespace
}  // namespace freshet::lab
