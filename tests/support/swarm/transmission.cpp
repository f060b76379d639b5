// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/swarm/transmission.h"

#include <chrono>
#include <cstdlib>

#include "tests/support/swarm/test_files.h"

namespace freshet::test {
namespace fs = std::filesystem;

bool Transmission::is_installed() {
  return std::system("command -v transmission-daemon >/dev/null 2>&1") == 0;
}

Transmission::Transmission(const streaming::PublishedTorrent& torrent, const fs::path& data)
    : port_(free_port()) {
  fs::create_directories(folder_ / "data");
  fs::copy(data, folder_ / "data" / data.filename(), fs::copy_options::recursive);
  // It adds what lies in the folder that it watches, and looks at what data there is.
  write_file(folder_ / "watched/test.torrent", torrent.bytes);
  const auto quoted = [](const fs::path& path) { return '"' + path.string() + '"'; };
  write_file(folder_ / "config/settings.json",
             "{ \"bind-address-ipv4\": \"127.0.0.1\", \"bind-address-ipv6\": \"::1\", \"peer-port\": " +
                 std::to_string(port_) +
                 ", \"dht-enabled\": false, \"lpd-enabled\": false, \"pex-enabled\": false,"
                 " \"utp-enabled\": false, \"port-forwarding-enabled\": false, \"rpc-enabled\": false,"
                 " \"watch-dir-enabled\": true, \"start-added-torrents\": true, \"watch-dir\": " +
                 quoted(folder_ / "watched") + ", \"download-dir\": " + quoted(folder_ / "data") + " }");
  process_ =
      std::make_unique<Process>(Command{.arguments = {"transmission-daemon", "--foreground", "--log-debug",
                                                      "--config-dir", (folder_ / "config").string()}});
  process_->wait_for_line(
      Stream::Errors, [](std::string_view line) { return line.find("Verification is done") != line.npos; },
      std::chrono::seconds(20));
}

}  // namespace freshet::test
