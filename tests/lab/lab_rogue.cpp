// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A peer of the lab that misbehaves as told, until it is killed. Same options as lab_peer, and:
//
//   [--answer=honest|never|garbage] [--have=SHARE] [--upload=BYTES_PER_SECOND] [--choke-on=MS --choke-off=MS]
//   [--no-fast] [--reqq=N] [--number=N]

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <libtorrent/torrent_info.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/lab/plain_options.h"
#include "tests/lab/rogue_server.h"

namespace {

using namespace freshet::lab;
std::string value(const Options& options, std::string_view name, const char* otherwise = "") {
  const auto found = options.find(name);
  return found != options.end() ? found->second : otherwise;
}

RogueBehaviour behaviour_of(const Options& options) {
  RogueBehaviour behaviour;
  behaviour.number = static_cast<std::uint32_t>(std::atoi(value(options, "number", "0").c_str()));
  behaviour.started = std::chrono::steady_clock::now();
  const auto answer = value(options, "answer", "honest");
  if (answer == "never") {
    behaviour.answer = Answer::Never;
  } else if (answer == "garbage") {
    behaviour.answer = Answer::Garbage;
  } else if (answer != "honest") {
    throw std::runtime_error("--answer=" + answer);
  }
  behaviour.have = std::atof(value(options, "have", "1").c_str());
  behaviour.bytes_per_second = std::atoll(value(options, "upload", "0").c_str());
  behaviour.choke_on = std::chrono::milliseconds(std::atoi(value(options, "choke-on", "0").c_str()));
  behaviour.choke_off = std::chrono::milliseconds(std::atoi(value(options, "choke-off", "0").c_str()));
  behaviour.fast_extension = !options.contains("no-fast");
  behaviour.request_queue = std::atoi(value(options, "reqq", "0").c_str());
  return behaviour;
}

ServedTorrent torrent_of(const Options& options) {
  const lt::torrent_info info(options.at("torrent"));
  const auto path = options.at("data") + "/" + info.files().file_path(lt::file_index_t{0});
  ServedTorrent torrent;
  torrent.infohash = info.info_hashes().get_best().to_string();
  // A hybrid torrent is one swarm for v1 peers under its v1 hash.
  if (info.info_hashes().has_v1()) torrent.infohash = info.info_hashes().v1.to_string();
  torrent.piece_length = info.piece_length();
  torrent.size = info.files().file_size(lt::file_index_t{0});
  torrent.file = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (torrent.file.get() < 0) throw std::runtime_error("cannot open " + path);
  return torrent;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto options = read_options(argc, argv);
    const auto torrent = torrent_of(options);
    const auto behaviour = behaviour_of(options);
    serve_rogue(torrent, behaviour, options.at("listen"), value(options, "connect"));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lab_rogue: %s\n", error.what());
    return 1;
  }
}
