// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A viewer in a process of its own, for tests that kill it or run two at once:
//   freshet_viewer_process CACHE TORRENT PEER|- BYTES
// reads the first BYTES of the first file, prints "read", and stays until its standard input ends. Warnings
// are printed as "warning CODE". Ends with 0.
#include <iostream>
#include <string>
#include <unistd.h>

#include "tests/support/swarm/swarm.h"

int main(int count, char** arguments) {
  using namespace freshet::test;
  if (count != 5) return 64;
  auto options = loopback_options(arguments[1]);
  if (std::string(arguments[3]) != "-") options.peers = {arguments[3]};
  Viewer viewer(options, freshet::streaming::TorrentBytes{read_file(arguments[2])});
  const auto source = viewer.open();
  static_cast<void>(read_bytes(*source, 0, std::stoll(arguments[4])));
  for (const auto& warning : viewer.observer().record().warnings)
    std::cout << "warning " << warning.code << '\n';
  std::cout << "read" << std::endl;
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0) continue;
  return 0;
}
