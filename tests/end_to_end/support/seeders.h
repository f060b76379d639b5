// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Peers that have a whole file: our own `freshet seed`, and two clients that nobody here wrote. Each runs
// from its construction to its end of scope, on 127.0.0.1.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/end_to_end/support/freshet.h"

namespace freshet::end_to_end {

// `freshet seed SOURCE`; the torrent is written to torrent().
class Seeder {
 public:
  // `port` 0: any. Throws when it does not start.
  explicit Seeder(const std::filesystem::path& source, const Arguments& options = {}, std::uint16_t port = 0);
  [[nodiscard]] const std::string& magnet() const { return magnet_; }
  [[nodiscard]] std::filesystem::path torrent() const { return home_ / "made.torrent"; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] test::Process& process() { return *process_; }

 private:
  Home home_;
  std::uint16_t port_ = 0;
  std::string magnet_;
  std::unique_ptr<test::Process> process_;
};

// The magnet link that transmission-show tells of a .torrent file.
[[nodiscard]] std::string magnet_of(const std::filesystem::path& torrent);
// transmission-create: a v1 torrent made by somebody else.
void create_torrent(const std::filesystem::path& source, const std::filesystem::path& torrent);

// transmission-daemon, seeding `torrent` whose data lies in `folder`.
class Transmission {
 public:
  Transmission(const std::filesystem::path& torrent, const std::filesystem::path& folder);
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] test::Process& process() { return *process_; }

 private:
  test::TemporaryFolder settings_;
  std::uint16_t port_ = 0;
  std::unique_ptr<test::Process> process_;
};

// aria2c, seeding `torrent` whose data lies in `folder`.
class Aria2 {
 public:
  Aria2(const std::filesystem::path& torrent, const std::filesystem::path& folder);
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  test::TemporaryFolder settings_;
  std::uint16_t port_ = 0;
  std::unique_ptr<test::Process> process_;
};

}  // namespace freshet::end_to_end
