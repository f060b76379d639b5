// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a peer written by hand does that no honest client would, or does only by chance; and the one torrent
// it serves.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "streaming/base/units.h"
#include "tests/lab/host.h"

namespace freshet::lab {

enum class Answer : std::uint8_t { Honest, Never, Garbage };

struct RogueBehaviour {
  // Which of the lab's peers this is: peers of one behaviour still have other names, pieces and rounds.
  std::uint32_t number = 0;
  MonotonicTime started = {};  // rounds of choking are counted from here
  Answer answer = Answer::Honest;
  double have = 1;                    // share of the pieces, spread evenly
  std::int64_t bytes_per_second = 0;  // 0: as fast as the line takes it
  std::chrono::milliseconds choke_on{0},
      choke_off{0};            // unchoked for the first, choked for the second; 0: never choked
  bool fast_extension = true;  // BEP 6
  int request_queue = 0;       // reqq told, and requests beyond it are dropped (rejected with BEP 6); 0: 500
};

// The data of one torrent of one file, and what the handshake needs. Read only; any thread.
struct ServedTorrent {
  std::string infohash;  // 20 bytes
  std::int64_t piece_length = 0, size = 0;
  FileDescriptor file;
  [[nodiscard]] std::int64_t pieces() const { return (size + piece_length - 1) / piece_length; }
};

}  // namespace freshet::lab
