// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// An honest peer of the lab: libtorrent as other clients ship it, without any discovery, serving one torrent
// until it is killed. It knows nothing of links; the namespace it is started in has them. Writes "ready" when
// it listens.
//
//   lab_peer --torrent=F --data=FOLDER --listen=IP:PORT [--leech] [--have=SHARE] [--connect=IP:PORT]
//            [--upload=BYTES_PER_SECOND] [--slots=N] [--reqq=N] [--no-utp]

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/torrent_info.hpp>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/lab/plain_options.h"

namespace {

using freshet::lab::Options;
using freshet::lab::read_options;

lt::settings_pack settings_for(const Options& options) {
  lt::settings_pack settings;
  settings.set_str(lt::settings_pack::listen_interfaces, options.at("listen"));
  settings.set_str(lt::settings_pack::user_agent, "lab peer");
  for (const auto name : {lt::settings_pack::enable_dht, lt::settings_pack::enable_lsd,
                          lt::settings_pack::enable_upnp, lt::settings_pack::enable_natpmp})
    settings.set_bool(name, false);
  // All peers of the lab may be behind one address when it runs on the loopback.
  settings.set_bool(lt::settings_pack::allow_multiple_connections_per_ip, true);
  settings.set_int(lt::settings_pack::alert_mask, lt::alert_category::status | lt::alert_category::error);
  const auto number = [&](std::string_view name, int setting) {
    if (const auto found = options.find(name); found != options.end())
      settings.set_int(setting, std::atoi(found->second.c_str()));
  };
  number("upload", lt::settings_pack::upload_rate_limit);
  number("slots", lt::settings_pack::unchoke_slots_limit);
  number("reqq", lt::settings_pack::max_allowed_in_request_queue);
  if (options.contains("no-utp")) {
    settings.set_bool(lt::settings_pack::enable_incoming_utp, false);
    settings.set_bool(lt::settings_pack::enable_outgoing_utp, false);
  }
  return settings;
}

lt::add_torrent_params torrent_for(const Options& options) {
  lt::add_torrent_params torrent;
  torrent.ti = std::make_shared<lt::torrent_info>(options.at("torrent"));
  torrent.save_path = options.at("data");
  torrent.flags &= ~(lt::torrent_flags::auto_managed | lt::torrent_flags::paused);
  // A seed waits to be dialled; a leech asks the tracker for others, as viewers do.
  if (!options.contains("leech")) {
    torrent.flags |= lt::torrent_flags::seed_mode | lt::torrent_flags::override_trackers;
    torrent.trackers.clear();
  }
  if (const auto peer = options.find("connect"); peer != options.end()) {
    const auto colon = peer->second.rfind(':');
    torrent.peers.emplace_back(lt::make_address(peer->second.substr(0, colon)),
                               static_cast<std::uint16_t>(std::atoi(peer->second.c_str() + colon + 1)));
  }
  return torrent;
}

int serve(const Options& options) {
  lt::session session(lt::session_params(settings_for(options)));
  session.async_add_torrent(torrent_for(options));
  bool is_added = false, is_listening = false;
  for (;;) {
    session.wait_for_alert(std::chrono::hours(1));
    std::vector<lt::alert*> alerts;
    session.pop_alerts(&alerts);
    for (const auto* alert : alerts) {
      if (const auto* added = lt::alert_cast<lt::add_torrent_alert>(alert)) {
        if (added->error) throw std::runtime_error(added->error.message());
        is_added = true;
      } else if (lt::alert_cast<lt::listen_succeeded_alert>(alert) != nullptr) {
        is_listening = true;
      } else if (lt::alert_cast<lt::listen_failed_alert>(alert) != nullptr ||
                 lt::alert_cast<lt::torrent_error_alert>(alert) != nullptr) {
        throw std::runtime_error(alert->message());
      } else {
        continue;
      }
      if (is_added && is_listening) {
        std::puts("ready");
        std::fflush(stdout);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return serve(read_options(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lab_peer: %s\n", error.what());
    return 1;
  }
}
