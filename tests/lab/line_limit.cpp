// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/line_limit.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <variant>

#include "drm/container/box_header.h"
#include "tests/lab/tracker.h"
#include "tests/support/process/process.h"

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

// A connection; the handshakes; interest and unchoke; the request.
constexpr int trips_of_a_peer = 4;
// A connection and a question.
constexpr int trips_of_a_tracker = 2;
// The handshakes tell that there is metadata; it is asked for before any piece.
constexpr int trips_of_metadata = 1;
// Of 1500 bytes on the line 1448 are payload: IP, TCP and its time stamps take the rest.
constexpr double payload_share = 1448.0 / 1500.0;

std::int64_t whole(const Json& value) {
  return std::stoll(value.get<std::string>());
}

Json probe(const std::filesystem::path& film, std::vector<std::string> more) {
  std::vector<std::string> words{"ffprobe", "-v", "error", "-of", "json", "-select_streams", "v:0"};
  words.insert(words.end(), more.begin(), more.end());
  words.push_back(film.string());
  const auto result = test::run({.arguments = std::move(words)}, 60s);
  if (result.status.code != 0) throw std::runtime_error("ffprobe: " + result.errors);
  return Json::parse(result.output);
}

// Media data from the key frame at or before `from` (seconds) to the end of the packet that lets the decoder
// give its first picture: one more than it holds back to put pictures in order.
Bytes data_for_a_picture(const std::filesystem::path& film, double from, int held_back) {
  const auto packets = probe(film, {"-read_intervals", fmt::format("{}%+#{}", from, held_back + 1),
                                    "-show_entries", "packet=pos,size"})
                           .at("packets");
  if (packets.empty()) throw std::runtime_error("ffprobe tells of no packets");
  const auto& last = packets.back();
  return Bytes{whole(last.at("pos")) + whole(last.at("size")) - whole(packets.front().at("pos"))};
}

// Of all media data boxes at the outermost level.
std::int64_t media_data_of(const std::filesystem::path& film, std::int64_t film_size) {
  std::ifstream file(film, std::ios::binary);
  std::int64_t data = 0;
  for (std::int64_t at = 0; at < film_size;) {
    std::array<char, container::longest_box_header> bytes{};
    file.seekg(at);
    file.read(bytes.data(), bytes.size());
    file.clear();  // a last box may be shorter than the longest header
    const auto box = container::read_box_header(std::as_bytes(std::span(bytes)), film_size - at);
    if (!box) throw std::runtime_error(film.string() + " is not an MP4 file");
    if (box->type == "mdat") data += box->size;
    at += box->size;
  }
  return data;
}

}  // namespace

FilmNeeds needs_of(const std::filesystem::path& film, std::chrono::milliseconds target) {
  const int held_back =
      probe(film, {"-show_entries", "stream=has_b_frames"}).at("streams").at(0).at("has_b_frames").get<int>();
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(film));
  return {.index = Bytes{size - media_data_of(film, size)},
          .first_picture = data_for_a_picture(film, 0, held_back),
          .seek_picture = data_for_a_picture(film, to_seconds(target), held_back)};
}

std::optional<LineLimit> line_limit(const Scene& scene, const FilmNeeds& needs, bool has_tracker) {
  std::int64_t rate = 0;
  std::optional<std::chrono::milliseconds> trip;
  for (const auto& group : scene.peers) {
    if (group.behaviour != Behaviour::Seed || group.join > 0ms) continue;
    rate += group.count * group.up.bits_per_second;
    trip = std::min(trip.value_or(group.round_trip), group.round_trip);
  }
  if (!trip || rate == 0) return std::nullopt;
  rate = std::min(rate, scene.viewer.down.bits_per_second);
  const auto seconds_for = [&](Bytes bytes) {
    return 8.0 * static_cast<double>(bytes.value) / (static_cast<double>(rate) * payload_share);
  };
  const int trips = trips_of_a_peer + (scene.torrent.open == OpenBy::Magnet ? trips_of_metadata : 0);
  return LineLimit{.first_frame = (has_tracker ? trips_of_a_tracker * to_seconds(Tracker::round_trip) : 0) +
                                  trips * to_seconds(*trip) + seconds_for(needs.index + needs.first_picture),
                   .seek = to_seconds(*trip) + seconds_for(needs.seek_picture)};
}

std::chrono::milliseconds seek_target(const Scene& scene) {
  for (const auto& step : scene.steps)
    if (const auto* seek = std::get_if<Seek>(&step)) return seek->target;
  return scene.film.length / 2;
}

}  // namespace freshet::lab
