// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// With a proxy nothing goes around it: the viewer runs in a network of its own, where every packet is seen.
#include <algorithm>
#include <gtest/gtest.h>
#include <iostream>

#include "streaming/network_address.h"
#include "tests/support/http/socks_proxy.h"
#include "tests/support/swarm/network_namespace.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using streaming::ProxyKind;

class ProxyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!NetworkNamespace::is_possible()) {
      std::cerr << "NOT TESTED: that nothing goes around a proxy. Run this as root.\n";
      GTEST_SKIP() << "network namespaces need root";
    }
    content = noise(1 << 20);
    write_file(data / "film.mkv", content);
    torrent = publish(data / "film.mkv",
                      {.piece_length = kib(64),
                       .trackers = {"http://tracker.example.com/announce",
                                    "https://tracker.example.net/announce", "udp://tracker.example.org:6969"},
                       .web_seeds = {"http://seed.example.net/film.mkv"}});
    write_file(data / "film.torrent", torrent.bytes);
  }
  Process viewer(const NetworkNamespace& network, const std::string& source, const std::string& peer,
                 const std::string& proxy) const {
    auto arguments = network.prefix();
    for (const auto& each : {std::string(FRESHET_VIEWER_PROCESS), cache.path().string(), source, peer,
                             std::to_string(content.size()), proxy}) {
      arguments.push_back(each);
    }
    return Process({.arguments = arguments, .keep_input_open = true});
  }
  static bool has_read(Process& process) {
    return process
        .wait_for_line(
            Stream::Output, [](std::string_view line) { return line == "read"; }, patience)
        .has_value();
  }

  TemporaryFolder data;
  TemporaryFolder cache;
  std::string content;
  streaming::PublishedTorrent torrent;
};

TEST_F(ProxyTest, EveryPacketOfAMagnetLinkGoesToTheSocksProxy) {
  Seeder seeder(torrent, data / "film.mkv");
  NetworkNamespace network;
  SocksProxy proxy(seeder.port(), network.host_address());
  const auto address = network.host_address() + ":" + std::to_string(proxy.port());
  // The peer exists only behind the proxy.
  auto process = viewer(network, torrent.magnet, "203.0.113.7:6881", "socks5://" + address);
  ASSERT_TRUE(has_read(process));
  process.close_input();
  ASSERT_TRUE(process.wait(patience));
  EXPECT_EQ(network.destinations(), std::vector<std::string>{"tcp " + address});
  const auto requests = proxy.requests();
  EXPECT_TRUE(std::ranges::find(requests, "address:6881") != requests.end());
  EXPECT_TRUE(std::ranges::find(requests, "name:tracker.example.com:80") != requests.end())
      << "names are looked up by the proxy";
}

TEST_F(ProxyTest, EveryPacketOfATorrentFileGoesToTheSocksProxy) {
  Seeder seeder(torrent, data / "film.mkv");
  NetworkNamespace network;
  SocksProxy proxy(seeder.port(), network.host_address());
  const auto address = network.host_address() + ":" + std::to_string(proxy.port());
  auto process = viewer(network, (data / "film.torrent").string(), "203.0.113.7:6881", "socks5://" + address);
  ASSERT_TRUE(has_read(process));
  process.close_input();
  ASSERT_TRUE(process.wait(patience));
  EXPECT_EQ(network.destinations(), std::vector<std::string>{"tcp " + address});
}

TEST_F(ProxyTest, AProxyThatIsNotThereIsNotGoneAround) {
  const auto file = (data / "film.torrent").string();
  for (const auto& [scheme, source] : {std::pair{"socks5", file}, {"http", file}, {"http", torrent.magnet}}) {
    NetworkNamespace network;
    const auto address = network.host_address() + ":9";
    auto process =
        viewer(network, source, network.host_address() + ":6881", std::string(scheme) + "://" + address);
    EXPECT_FALSE(process.wait_for_line(
        Stream::Output, [](std::string_view) { return true; }, std::chrono::seconds(3)))
        << "long enough for trackers, peers, the DHT and local discovery to be tried";
    EXPECT_EQ(network.destinations(), std::vector<std::string>{"tcp " + address}) << scheme << " " << source;
  }
}

TEST(NetworkNamespaceTest, SeesWhatGoesAround) {
  if (!NetworkNamespace::is_possible()) GTEST_SKIP() << "network namespaces need root";
  NetworkNamespace network;
  auto arguments = network.prefix();
  for (const auto* each :
       {"bash", "-c",
        "echo > /dev/udp/203.0.113.1/53; (echo > /dev/tcp/203.0.113.2/80) & sleep 0.5; kill %1"}) {
    arguments.emplace_back(each);
  }
  static_cast<void>(run({.arguments = arguments}, std::chrono::seconds(10)));
  const auto seen = network.destinations();
  EXPECT_EQ(seen, (std::vector<std::string>{"tcp 203.0.113.2:80", "udp 203.0.113.1:53"}));
}

TEST(ParseProxy, TakesWhatUsersWriteAndRefusesTheRest) {
  const auto full = streaming::parse_proxy("socks5://us%40er:p%3Ass@proxy.example:1080");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->kind, ProxyKind::Socks5);
  EXPECT_EQ(full->host, "proxy.example");
  EXPECT_EQ(full->port, 1080);
  EXPECT_EQ(full->user, "us@er");
  EXPECT_EQ(full->password, "p:ss");
  EXPECT_EQ(streaming::parse_proxy("http://[2001:db8::1]:3128/")->host, "2001:db8::1");
  for (const auto* bad :
       {"", "proxy:1080", "socks4://proxy:1080", "https://proxy:443", "socks5://proxy", "socks5://:1080",
        "socks5://proxy:0", "socks5://proxy:70000", "socks5://u%2:p@proxy:1", "socks5://a:b:c"}) {
    const auto parsed = streaming::parse_proxy(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, "bad-proxy");
  }
  EXPECT_EQ(streaming::parse_proxy("socks4://me:secret@proxy:1").error().message.find("secret"),
            std::string::npos);
}

TEST(ParseAddress, TakesWhatUsersWriteAndRefusesTheRest) {
  using streaming::Endpoint;
  EXPECT_EQ(streaming::parse_peer("192.0.2.7:6881").value(), (Endpoint{"192.0.2.7", 6881}));
  EXPECT_EQ(streaming::parse_peer("[2001:db8::7]:6881").value(), (Endpoint{"2001:db8::7", 6881}));
  for (const auto* bad :
       {"", "192.0.2.7", "192.0.2.7:0", "192.0.2.7:65536", "192.0.2.7:-1", "name.example:6881",
        "2001:db8::7:6881", "[192.0.2.7]:1", "[2001:db8::7]", ":6881", "192.0.2.7:6881x"}) {
    EXPECT_FALSE(streaming::parse_peer(bad)) << bad;
  }
  EXPECT_EQ(streaming::parse_listen("6881").value(), (Endpoint{"", 6881}));
  EXPECT_EQ(streaming::parse_listen("127.0.0.1:0").value(), (Endpoint{"127.0.0.1", 0}));
  EXPECT_EQ(streaming::parse_listen("[::1]:0").value(), (Endpoint{"::1", 0}));
  EXPECT_FALSE(streaming::parse_listen("localhost:1"));
}

}  // namespace
}  // namespace freshet::test
