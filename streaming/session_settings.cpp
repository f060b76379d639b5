// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/session_settings.h"

#include <algorithm>
#include <libtorrent/alert.hpp>
#include <libtorrent/settings_pack.hpp>
#include <limits>

#include "streaming/network_address.h"
#include "streaming/torrent_metadata.h"

namespace freshet::streaming {
namespace {

using lt::settings_pack;

void set_streaming(settings_pack& pack) {
  pack.set_str(settings_pack::user_agent, "Freshet/0.1 libtorrent/2.0");
  pack.set_str(settings_pack::peer_fingerprint, "-FR0100-");

  // Only what TorrentCore and Session react to; block-level alerts would cost a lock and an allocation per 16
  // KiB.
  pack.set_int(settings_pack::alert_mask,
               static_cast<int>(static_cast<std::uint32_t>(
                   lt::alert_category::error | lt::alert_category::status |
                   lt::alert_category::piece_progress | lt::alert_category::tracker)));
  // A burst of finished pieces (a check of 64 KiB pieces) must not drop the alert that a reader waits for.
  pack.set_int(settings_pack::alert_queue_size, 20'000);

  // --- how requests are made
  // With it, every seed is dropped for a minute each time the window is full.
  pack.set_bool(settings_pack::close_redundant_connections, false);
  // Peers are dialled and deadlines looked at on ticks: 500 ms by default is half a second lost at the start.
  pack.set_int(settings_pack::tick_interval, 100);
  // Seconds of data asked for ahead from one peer; more delays the first block after a seek.
  pack.set_int(settings_pack::request_queue_time, 1);
  // A fast peer (over 8 MB/s) needs more than the default 500 blocks to keep one second in flight.
  pack.set_int(settings_pack::max_out_request_queue, 1000);
  // Whole pieces from one peer hold the others back near the playhead.
  pack.set_int(settings_pack::whole_pieces_threshold, 0);
  pack.set_bool(settings_pack::piece_extent_affinity, false);
  // The first pieces are the header: random first pieces would only delay it.
  pack.set_int(settings_pack::initial_picker_threshold, 0);
  // True would put started pieces before urgent ones.
  pack.set_bool(settings_pack::prioritize_partial_pieces, false);
  // A block is asked for again from another peer sooner than the default 20 s. Lower values measured worse.
  pack.set_int(settings_pack::piece_timeout, 5);
  pack.set_int(settings_pack::request_timeout, 10);
  // Piece suggestions steer towards what others cached, not towards the playhead.
  pack.set_int(settings_pack::suggest_mode, settings_pack::no_piece_suggestions);

  // --- connections
  // Dial many at once, but not hundreds: a burst of 500 delays all of them in small routers.
  pack.set_int(settings_pack::connection_speed, 60);
  pack.set_int(settings_pack::torrent_connect_boost, 50);
  // A peer that does not answer in 5 s would not help the start.
  pack.set_int(settings_pack::peer_connect_timeout, 5);
  // A peer over uTP that dies without a word is noticed by keep-alives only, sent twice in this time. The
  // default of two minutes is a film that stands still beside a dead peer.
  pack.set_int(settings_pack::peer_timeout, 20);
  // After a dropped connection try again soon; the default minute is a stall.
  pack.set_int(settings_pack::min_reconnect_time, 2);
  // Time-critical passes sort all peers; more than this brings no speed to one viewer.
  pack.set_int(settings_pack::connections_limit, 120);
  // Several viewers behind one NAT, and every test on the loopback.
  pack.set_bool(settings_pack::allow_multiple_connections_per_ip, true);
  // The default slows TCP down in favour of uTP, which is most of the speed of a small swarm.
  pack.set_int(settings_pack::mixed_mode_algorithm, settings_pack::prefer_tcp);
  // One viewer serves a few peers well rather than many badly.
  pack.set_int(settings_pack::unchoke_slots_limit, 8);
  // A limit that is set means all traffic, also on the local network.
  pack.set_bool(settings_pack::rate_limit_ip_overhead, false);

  // --- finding peers
  // Ask all trackers at once: the first that answers starts the film.
  pack.set_bool(settings_pack::announce_to_all_trackers, true);
  pack.set_bool(settings_pack::announce_to_all_tiers, true);
  pack.set_int(settings_pack::tracker_completion_timeout, 10);
  pack.set_int(settings_pack::tracker_receive_timeout, 6);
  // Goodbyes must not hold the player's exit up.
  pack.set_int(settings_pack::stop_tracker_timeout, 1);
  // Nor must those to uTP peers that are gone: each try to end a connection waits a second or more for the
  // answer.
  pack.set_int(settings_pack::utp_fin_resends, 0);
  // The default is one router; when it is down a first run finds nobody.
  pack.set_str(settings_pack::dht_bootstrap_nodes,
               "dht.libtorrent.org:25401,router.bittorrent.com:6881,"
               "dht.transmissionbt.com:6881,router.utorrent.com:6881");

  // --- hostile metadata (a magnet's comes from strangers); bounds and reasons are in torrent_metadata.h
  pack.set_int(settings_pack::max_metadata_size, static_cast<int>(max_torrent_file.value));
  pack.set_int(settings_pack::max_piece_count, max_pieces);
  pack.set_int(settings_pack::metadata_token_limit, max_bencode_tokens);

  // --- disk: the piece store writes through the page cache (see piece_store.h)
  // Open files: one that plays, its side-cars, and a torrent of many small ones being checked.
  pack.set_int(settings_pack::file_pool_size, 40);
  // Checking reads ahead in units of 16 KiB: 8 MiB keep the one disk thread busy.
  pack.set_int(settings_pack::checking_mem_usage, 512);
}

void set_discovery(settings_pack& pack, const SessionOptions& options) {
  pack.set_bool(settings_pack::enable_dht, options.dht);
  pack.set_bool(settings_pack::enable_lsd, options.lsd);
  pack.set_bool(settings_pack::enable_upnp, options.upnp);
  pack.set_bool(settings_pack::enable_natpmp, options.upnp);
  pack.set_bool(settings_pack::enable_outgoing_utp,
                options.utp);  // SessionCore: not in a torrent's first seconds
  pack.set_bool(settings_pack::enable_incoming_utp, options.utp);
}

void set_encryption(settings_pack& pack, Encryption encryption) {
  const auto policy = [&] {
    switch (encryption) {
      case Encryption::Require: return settings_pack::pe_forced;
      case Encryption::Off: return settings_pack::pe_disabled;
      case Encryption::Prefer: break;
    }
    return settings_pack::pe_enabled;
  }();
  pack.set_int(settings_pack::in_enc_policy, policy);
  pack.set_int(settings_pack::out_enc_policy, policy);
  // Require means the stream too, not only the handshake.
  pack.set_int(settings_pack::allowed_enc_level,
               encryption == Encryption::Require ? settings_pack::pe_rc4 : settings_pack::pe_both);
  pack.set_bool(settings_pack::prefer_rc4, encryption != Encryption::Off);
}

int limit_value(const std::optional<Bytes>& limit) {
  if (!limit || limit->value <= 0) return 0;  // 0: no limit
  return static_cast<int>(std::min<std::int64_t>(limit->value, std::numeric_limits<int>::max()));
}

Result<void> set_listen(settings_pack& pack, const SessionOptions& options) {
  if (!options.listen) {
    const auto port = std::to_string(customary_port);
    pack.set_str(settings_pack::listen_interfaces, "0.0.0.0:" + port + ",[::]:" + port);
    return {};
  }
  const auto endpoint = parse_listen(*options.listen);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto port = std::to_string(endpoint->port);
  if (endpoint->address.empty()) {
    pack.set_str(settings_pack::listen_interfaces, "0.0.0.0:" + port + ",[::]:" + port);
  } else if (endpoint->address.find(':') != std::string::npos) {
    pack.set_str(settings_pack::listen_interfaces, "[" + endpoint->address + "]:" + port);
  } else {
    pack.set_str(settings_pack::listen_interfaces, endpoint->address + ":" + port);
  }
  // Who names a port means that port: no other is tried.
  pack.set_int(settings_pack::max_retry_port_bind, 0);
  pack.set_bool(settings_pack::listen_system_port_fallback, false);
  return {};
}

Result<void> set_proxy(settings_pack& pack, const SessionOptions& options) {
  if (!options.proxy) return {};
  const auto proxy = parse_proxy(*options.proxy);
  if (!proxy) return std::unexpected(proxy.error());
  const bool login = proxy->user.has_value();
  if (proxy->kind == ProxyKind::Socks5) {
    pack.set_int(settings_pack::proxy_type, login ? settings_pack::socks5_pw : settings_pack::socks5);
  } else {
    pack.set_int(settings_pack::proxy_type, login ? settings_pack::http_pw : settings_pack::http);
  }
  pack.set_str(settings_pack::proxy_hostname, proxy->host);
  pack.set_int(settings_pack::proxy_port, proxy->port);
  pack.set_str(settings_pack::proxy_username, proxy->user.value_or(""));
  pack.set_str(settings_pack::proxy_password, proxy->password);
  pack.set_bool(settings_pack::proxy_hostnames, true);
  pack.set_bool(settings_pack::proxy_peer_connections, true);
  pack.set_bool(settings_pack::proxy_tracker_connections, true);
  // Multicast and the router know nothing of the proxy.
  pack.set_bool(settings_pack::enable_lsd, false);
  pack.set_bool(settings_pack::enable_upnp, false);
  pack.set_bool(settings_pack::enable_natpmp, false);
  // The DHT's first nodes are looked up by name outside the proxy, and its packets name our own port.
  pack.set_bool(settings_pack::enable_dht, false);
  // uTP over SOCKS5 needs UDP ASSOCIATE, which few proxies grant; TCP always works.
  pack.set_bool(settings_pack::enable_outgoing_utp, false);
  pack.set_bool(settings_pack::enable_incoming_utp, false);
  pack.set_bool(settings_pack::enable_incoming_tcp, false);
  // With a proxy libtorrent opens no listening TCP socket; an empty list keeps a port of ours out of
  // announces.
  pack.set_str(settings_pack::listen_interfaces, "");
  return {};
}

}  // namespace

Result<settings_pack> make_settings(const SessionOptions& options) {
  settings_pack pack;
  set_streaming(pack);
  set_discovery(pack, options);
  set_encryption(pack, options.encryption);
  pack.set_int(settings_pack::download_rate_limit, limit_value(options.download_limit));
  pack.set_int(settings_pack::upload_rate_limit, limit_value(options.upload_limit));
  if (auto done = set_listen(pack, options); !done) return std::unexpected(done.error());
  if (auto done = set_proxy(pack, options); !done) return std::unexpected(done.error());
  return pack;
}

}  // namespace freshet::streaming
