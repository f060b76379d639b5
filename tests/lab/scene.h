// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A scene: a film, a swarm that has it, and what a viewer does; read from a small text file (scenes/*.scene).
// One word a line says what the line is about, `key=value` the rest; `#` starts a comment.
//
//   title   Half the peers never answer
//   film    seconds=180 rate=6M layout=moov-first
//   torrent piece=1MiB format=hybrid open=torrent
//   viewer  down=100M up=20M
//   peers   4 seed up=5M down=20M rtt=30ms queue=100ms loss=0%
//   peers   4 black-hole up=5M rtt=30ms join=2s
//   play    10s
//   seek    120s
//
// Rates are bits a second with k, M or G of 1000; sizes are bytes with KiB, MiB or GiB; times end in ms or s.
// The steps (play, seek, pause, storm) are done in their order. Pure; any thread.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "streaming/base/units.h"
#include "tests/lab/link.h"

namespace freshet::lab {

enum class FilmLayout : std::uint8_t { MoovFirst, MoovLast };

struct FilmOptions {
  std::chrono::seconds length{180};
  BitRate rate{6'000'000};
  FilmLayout layout = FilmLayout::MoovFirst;
  constexpr bool operator==(const FilmOptions&) const = default;
};

enum class TorrentKind : std::uint8_t { V1, V2, Hybrid };
enum class OpenBy : std::uint8_t { Torrent, Magnet };

struct TorrentOptions {
  Bytes piece = mib(1);
  TorrentKind format = TorrentKind::Hybrid;
  OpenBy open = OpenBy::Torrent;
};

struct ViewerOptions {
  BitRate down{100'000'000};
  BitRate up{20'000'000};
  std::chrono::milliseconds queue{100};
};

// What a peer does. The first two are libtorrent; the others are written by hand, as no client misbehaves on
// request.
enum class Behaviour : std::uint8_t {
  Seed,       // has everything, serves it
  Leech,      // starts with nothing, wants it too
  Part,       // an honest peer that has a share of the pieces (have=) and wants no more
  BlackHole,  // accepts, unchokes, never answers a request
  Crawler,    // serves, at rate= (160k unless told)
  Choker,     // unchokes for on= (2s) in each on+off= (4s)
  Liar,       // answers with garbage
};

struct PeerGroup {
  int count = 1;
  Behaviour behaviour = Behaviour::Seed;
  BitRate up{5'000'000};
  BitRate down{20'000'000};
  std::chrono::milliseconds round_trip{30};
  std::chrono::milliseconds queue{100};
  double loss = 0;                                      // 0 … 1, in each direction
  std::chrono::milliseconds join{0};                    // after the viewer starts
  std::optional<std::chrono::milliseconds> leave = {};  // its program ends: connections are closed
  std::optional<std::chrono::milliseconds> cut = {};    // its line goes dead: nothing is closed
  std::chrono::milliseconds each_later{0};              // added to join, leave and cut for each of the group
  double have = 1;                                      // share of the pieces, Part and all written by hand
  BitRate rate{0};                                      // serves no faster than this, written by hand
  std::chrono::milliseconds choke_on{2000}, choke_off{4000};
  int request_queue = 0;       // reqq it tells; 0: the client's own
  bool fast_extension = true;  // BEP 6; only peers written by hand can be without
  bool utp = true;
  int upload_slots = 0;  // Seed, Leech: 0: the client's own
  bool by_hand = false;  // Seed written by hand too
};

struct Play {
  std::chrono::milliseconds length;
};
struct Seek {
  std::chrono::milliseconds target;
};
struct Pause {
  std::chrono::milliseconds length;
};
// `count` seeks, one each `every`, to places between `from` and `to` that differ from run to run only in
// nothing: they are fixed.
struct Storm {
  int count = 20;
  std::chrono::milliseconds every{1000};
  std::chrono::milliseconds from{60'000};
  std::chrono::milliseconds to{160'000};
};
using Step = std::variant<Play, Seek, Pause, Storm>;

struct Scene {
  std::string name;  // the file's, without .scene
  std::string title;
  bool slow = false;  // left out unless asked for by name
  FilmOptions film;
  TorrentOptions torrent;
  ViewerOptions viewer;
  std::vector<PeerGroup> peers;
  std::vector<Step> steps;
};

// The error is one sentence that starts with "line N: ".
[[nodiscard]] std::expected<Scene, std::string> parse_scene(std::string_view name, std::string_view text);

}  // namespace freshet::lab
