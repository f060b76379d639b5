// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Leaf hashes in real swarms: who has them reads the first block long before the first piece is whole.
#include <gtest/gtest.h>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/posix_disk_io.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>

#include "tests/support/http/http_server.h"
#include "tests/support/swarm/lying_peer.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using streaming::TorrentFormat;

constexpr Bytes piece_length = mib(4);

// Plain libtorrent, which does not speak our extension. A limit of 0 is none.
class PlainSeeder {
 public:
  PlainSeeder(const streaming::PublishedTorrent& torrent, const std::filesystem::path& folder, Bytes limit)
      : session_(parameters()) {
    lt::add_torrent_params add;
    add.ti = std::make_shared<lt::torrent_info>(
        lt::span<const char>(torrent.bytes.data(), static_cast<std::ptrdiff_t>(torrent.bytes.size())),
        lt::from_span);
    add.save_path = folder.string();
    add.flags |= lt::torrent_flags::seed_mode;
    // Else it is started by a timer.
    add.flags &= ~(lt::torrent_flags::auto_managed | lt::torrent_flags::paused);
    add.upload_limit = static_cast<int>(limit.value);
    session_.add_torrent(std::move(add));
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(session_.listen_port()); }

 private:
  static lt::session_params parameters() {
    lt::session_params params;
    params.extensions.clear();
    // Without threads of its own, which the thread sanitizer cannot look into.
    params.disk_io_constructor = lt::posix_disk_io_constructor;
    auto& settings = params.settings;
    for (const auto off : {lt::settings_pack::enable_dht, lt::settings_pack::enable_lsd,
                           lt::settings_pack::enable_upnp, lt::settings_pack::enable_natpmp}) {
      settings.set_bool(off, false);
    }
    settings.set_bool(lt::settings_pack::allow_multiple_connections_per_ip, true);
    settings.set_str(lt::settings_pack::listen_interfaces, "127.0.0.1:0");
    return params;
  }
  lt::session session_;
};

// A film of three pieces that take eight seconds each.
class LeafSwarm : public testing::Test {
 protected:
  streaming::PublishedTorrent make(TorrentFormat format, std::vector<std::string> web_seeds = {}) {
    write_file(data / "film.mkv", content);
    return publish(data / "film.mkv", {.format = format,
                                       .piece_length = piece_length,
                                       .web_seeds = std::move(web_seeds),
                                       .leaves_out = data / "film.torrent.leaves"});
  }
  [[nodiscard]] Seeder::Options slowly() const { return {.upload_limit = kib(512)}; }
  [[nodiscard]] streaming::SessionOptions options(const std::string& peer) const {
    auto result = loopback_options(cache.path());
    result.peers = {peer};
    return result;
  }
  // The first bytes, and how much had come until they could be read.
  Bytes read_start(Viewer& viewer) {
    const auto file = viewer.open();
    EXPECT_TRUE(read_bytes(*file, 0, 100'000) == content.substr(0, 100'000));
    const auto came = viewer.torrent().stats().bytes_down;
    return came;
  }

  const std::string content = noise(12'000'000);
  TemporaryFolder data;
  TemporaryFolder cache;
};

TEST_F(LeafSwarm, PeersGiveThemToEachOther) {
  for (const auto format : {TorrentFormat::V2, TorrentFormat::Hybrid}) {
    const auto torrent = make(format);
    const Seeder seeder(torrent, data / "film.mkv", slowly());
    const TemporaryFolder folder;
    auto its_options = loopback_options(folder.path());
    its_options.peers = {seeder.address()};
    Viewer viewer(its_options, torrent_file(torrent));
    EXPECT_LT(read_start(viewer), mib(2));
  }
}

TEST_F(LeafSwarm, AMagnetLinksViewerGetsThemToo) {
  const auto torrent = make(TorrentFormat::Hybrid);
  const Seeder seeder(torrent, data / "film.mkv", slowly());
  Viewer viewer(options(seeder.address()), magnet(torrent));
  EXPECT_LT(read_start(viewer), mib(2));
}

TEST_F(LeafSwarm, AFileBesideTheTorrentServesWhereNoPeerHasThem) {
  const auto torrent = make(TorrentFormat::Hybrid);
  write_file(data / "film.torrent", torrent.bytes);
  const PlainSeeder seeder(torrent, data.path(), kib(512));
  Viewer viewer(options(seeder.address()),
                streaming::TorrentBytes{torrent.bytes, (data / "film.torrent").string()});
  EXPECT_LT(read_start(viewer), mib(2));
}

TEST_F(LeafSwarm, WithoutThemAPieceIsWaitedFor) {
  const auto torrent = make(TorrentFormat::Hybrid);
  write_file(data / "film.torrent", torrent.bytes);
  const PlainSeeder seeder(torrent, data.path(), mib(1));
  Viewer viewer(options(seeder.address()), torrent_file(torrent));
  EXPECT_GE(read_start(viewer), mib(2)) << "a piece of 4 MiB at 1 MiB/s, counted twice a second";
}

TEST_F(LeafSwarm, AWebServerServesTheRangesThatAreNeeded) {
  std::string leaves;
  HttpServer server([&](const HttpRequest& request) {
    if (request.target == "/film.mkv.leaves") return serve(request, leaves);
    return HttpReply{.status = 404, .headers = {}};
  });
  const auto torrent = make(TorrentFormat::Hybrid, {server.url("/film.mkv")});
  leaves = read_file(data / "film.torrent.leaves");
  write_file(data / "film.torrent", torrent.bytes);
  const PlainSeeder seeder(torrent, data.path(), kib(512));
  Viewer viewer(options(seeder.address()), torrent_file(torrent));
  EXPECT_LT(read_start(viewer), mib(2));
}

TEST_F(LeafSwarm, AWebServerThatLiesCostsNothingButTime) {
  HttpServer server([&](const HttpRequest& request) {
    if (request.target != "/film.mkv.leaves") return HttpReply{.status = 404, .headers = {}};
    auto wrong = read_file(data / "film.torrent.leaves");
    for (std::size_t i = 48; i < wrong.size(); i += 32) wrong[i] ^= 1;
    return serve(request, wrong);
  });
  const auto torrent = make(TorrentFormat::Hybrid, {server.url("/film.mkv")});
  write_file(data / "film.torrent", torrent.bytes);
  const PlainSeeder seeder(torrent, data.path(), mib(1));
  Viewer viewer(options(seeder.address()), torrent_file(torrent));
  EXPECT_GE(read_start(viewer), mib(2)) << "a piece of 4 MiB at 1 MiB/s, counted twice a second";
}

TEST_F(LeafSwarm, ALiarIsFoundByItsFirstBlock) {
  const auto torrent = make(TorrentFormat::V2);
  const LyingPeer liar(torrent, "127.0.0.2");
  const Seeder seeder(torrent, data / "film.mkv", slowly());
  auto its_options = options(seeder.address());
  its_options.encryption = streaming::Encryption::Off;
  its_options.peers.push_back(liar.address());
  Viewer viewer(its_options, streaming::TorrentBytes{torrent.bytes, (data / "film.torrent").string()});
  EXPECT_LT(read_start(viewer), mib(2)) << "what it sent is fetched again before the piece is whole";
  EXPECT_TRUE(viewer.observer().wait_for([&](const auto&) { return viewer.torrent().stats().peers == 1; }))
      << "and it is dropped";
}

}  // namespace
}  // namespace freshet::test
