// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A viewer in a process of its own, for tests that kill it or run two at once:
//   freshet_viewer_process CACHE TORRENT|MAGNET PEER|- BYTES [PROXY]
// (with a proxy everything that finds peers is on and nothing listens on purpose, as for a user who says no
// more) reads the first BYTES of the first file, prints "read" when that is on disk, and stays until its
// standard input ends.
// Warnings are printed as "warning CODE". Ends with 0.
#include <future>
#include <iostream>
#include <string>
#include <unistd.h>

#include "tests/support/swarm/swarm.h"

int main(int count, char** arguments) {
  using namespace freshet::test;
  if (count != 5 && count != 6) return 64;
  auto options = loopback_options(arguments[1]);
  if (count == 6) {
    options = {};
    options.cache_dir = arguments[1];
    options.proxy = arguments[5];
  }
  if (std::string(arguments[3]) != "-") options.peers = {arguments[3]};
  const std::string torrent = arguments[2];
  Viewer viewer(options, torrent.starts_with("magnet:")
                             ? freshet::streaming::TorrentSpec(freshet::streaming::MagnetSource{torrent, {}})
                             : freshet::streaming::TorrentBytes{read_file(torrent)});
  const auto source = viewer.open();
  static_cast<void>(read_bytes(*source, 0, std::stoll(arguments[4])));
  std::promise<bool> saved;
  viewer.torrent().when_saved([&](bool all) { saved.set_value(all); });
  if (!saved.get_future().get()) return 1;
  for (const auto& warning : viewer.observer().record().warnings)
    std::cout << "warning " << warning.code << '\n';
  std::cout << "read" << std::endl;
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0) continue;
  return 0;
}
