// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// libtorrent's own session on our store, with a peer that sends nothing but garbage. The test repairs, as the
// block scheduler does: libtorrent gets no wrong piece to see, and so bans nobody and, with v2 alone, does
// not come to where it writes out of bounds.
#include <future>
#include <gtest/gtest.h>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/io_context.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>
#include <thread>

#include "streaming/piece_store.h"
#include "tests/support/swarm/lying_peer.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using streaming::TorrentFormat;

// Knows the truth, and tells it a little at a time.
class Repairer final : public streaming::PieceRepairer {
 public:
  Repairer(lt::io_context& network, std::string content, int piece_length)
      : network_(network), content_(std::move(content)), piece_length_(piece_length) {}

  void on_bad_piece(int piece, const std::vector<int>& blocks) override {
    ++held;
    for (const int block : blocks) {
      boost::asio::post(network_, [this, piece, block] {
        const auto begin = block * streaming::store_block_size;
        const auto end = std::min(begin + streaming::store_block_size, piece_length_);
        const auto bytes =
            content_.substr(static_cast<std::size_t>(piece) * static_cast<std::size_t>(piece_length_) +
                                static_cast<std::size_t>(begin),
                            static_cast<std::size_t>(end - begin));
        if (store) store->replace_block(piece, begin, bytes);
      });
    }
  }
  void on_block_verdicts(int, const std::vector<streaming::BlockVerdict>& verdicts) override {
    for (const auto& verdict : verdicts) {
      EXPECT_EQ(verdict.good, (std::vector{false, true}));
      ++bad_blocks;
    }
  }

  std::shared_ptr<streaming::TorrentStore> store;
  int held = 0;
  int bad_blocks = 0;

 private:
  lt::io_context& network_;
  const std::string content_;
  const int piece_length_;
};

class LyingPeers : public testing::TestWithParam<TorrentFormat> {};

TEST_P(LyingPeers, AreRepairedBehindLibtorrentsBack) {
  TemporaryFolder data;
  TemporaryFolder cache;
  const auto content = noise(1 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.format = GetParam(), .piece_length = kib(64)});
  LyingPeer liar(torrent, "127.0.0.2");
  const auto info = std::make_shared<lt::torrent_info>(
      lt::span<const char>(torrent.bytes.data(), static_cast<std::ptrdiff_t>(torrent.bytes.size())),
      lt::from_span);

  lt::io_context network;
  auto busy = boost::asio::make_work_guard(network);
  streaming::PieceStore store(std::make_shared<streaming::PieceCache>(mib(16)));
  Repairer repairer(network, content, info->piece_length());
  lt::session_params params;
  params.extensions.clear();
  params.disk_io_constructor = [&](lt::io_context& context, const lt::settings_interface& settings,
                                   lt::counters& counters) {
    return store.make_disk(context, settings, counters);
  };
  params.settings.set_bool(lt::settings_pack::enable_dht, false);
  params.settings.set_bool(lt::settings_pack::enable_lsd, false);
  params.settings.set_bool(lt::settings_pack::enable_upnp, false);
  params.settings.set_bool(lt::settings_pack::enable_natpmp, false);
  params.settings.set_str(lt::settings_pack::listen_interfaces, "127.0.0.1:0");
  params.settings.set_int(lt::settings_pack::out_enc_policy, lt::settings_pack::pe_disabled);
  params.settings.set_bool(lt::settings_pack::enable_outgoing_utp, false);
  params.settings.set_int(lt::settings_pack::alert_mask,
                          lt::alert_category::status | lt::alert_category::error | lt::alert_category::peer);
  auto session = std::make_unique<lt::session>(std::move(params), network, lt::session_flags_t{});
  std::jthread thread([&] { network.run(); });

  lt::torrent_handle handle;
  std::promise<void> added;
  boost::asio::post(network, [&] {
    lt::add_torrent_params add;
    add.ti = info;
    add.save_path = cache.path().string();
    const auto colon = liar.address().find(':');
    add.peers.emplace_back(lt::make_address(liar.address().substr(0, colon)),
                           static_cast<std::uint16_t>(std::stoi(liar.address().substr(colon + 1))));
    handle = session->add_torrent(std::move(add));
    repairer.store = store.torrent(info->info_hashes());
    repairer.store->set_expected(*info, {});
    repairer.store->set_repairer(&repairer);
    added.set_value();
  });
  added.get_future().wait();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!handle.status({}).is_seeding && std::chrono::steady_clock::now() < end) {
    session->wait_for_alert(lt::milliseconds(100));
    std::vector<lt::alert*> alerts;
    session->pop_alerts(&alerts);
    for (const auto* alert : alerts) {
      EXPECT_EQ(lt::alert_cast<lt::hash_failed_alert>(alert), nullptr) << alert->message();
      EXPECT_EQ(lt::alert_cast<lt::peer_ban_alert>(alert), nullptr) << alert->message();
    }
  }
  EXPECT_TRUE(handle.status({}).is_seeding);
  std::promise<void> left;
  boost::asio::post(network, [&] {
    repairer.store->set_repairer(nullptr);
    repairer.store.reset();
    left.set_value();
  });
  left.get_future().wait();
  auto farewell = session->abort();
  session.reset();
  busy.reset();
  thread.join();
  farewell = {};
  EXPECT_EQ(repairer.bad_blocks, 64) << "every block was a lie";
  EXPECT_TRUE(read_file(cache / "film.mkv") == content);
}

INSTANTIATE_TEST_SUITE_P(Formats, LyingPeers,
                         testing::Values(TorrentFormat::V1, TorrentFormat::V2, TorrentFormat::Hybrid),
                         [](const auto& format) {
                           return std::string(format.param == TorrentFormat::V1   ? "V1"
                                              : format.param == TorrentFormat::V2 ? "V2"
                                                                                  : "Hybrid");
                         });

}  // namespace
}  // namespace freshet::test
