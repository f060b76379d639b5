// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// transmission-daemon, a BitTorrent client that nobody here wrote, as a seeder on the loopback. It speaks v1
// only. No DHT, no local discovery, no port mapping, no RPC.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "streaming/publish.h"
#include "tests/support/process/process.h"

namespace freshet::test {

class Transmission {
 public:
  [[nodiscard]] static bool is_installed();

  // Seeds `data` (a file or folder named as in the torrent). Throws when it does not start.
  Transmission(const streaming::PublishedTorrent& torrent, const std::filesystem::path& data);

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  TemporaryFolder folder_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace freshet::test
