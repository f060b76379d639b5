// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/film.h"

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "streaming/publish.h"
#include "tests/support/process/process.h"

namespace freshet::lab {
namespace fs = std::filesystem;
namespace {

using namespace std::chrono_literals;

// Encoded once and repeated: encoding hours of 1080p would take hours.
constexpr int original_seconds = 20;
constexpr int audio_rate = 128'000;

void ffmpeg(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"ffmpeg", "-v", "error", "-nostdin", "-y"});
  const auto result = test::run({.arguments = std::move(arguments)}, 1200s);
  if (result.status.code != 0) throw std::runtime_error("ffmpeg: " + result.errors);
}

// Noise, so that the encoder needs the whole rate; constant rate, so that "1.05 times the bit rate" holds
// everywhere in the film.
fs::path make_original(const fs::path& folder, BitRate rate) {
  auto path = folder / fmt::format("original-{}k.mp4", rate.bits_per_second / 1000);
  if (fs::exists(path)) return path;
  const auto video = fmt::format("{}", std::max<std::int64_t>(rate.bits_per_second - audio_rate, 200'000));
  // A rate at which nobody would send 1080p is for tests, which need not decode it either.
  const auto* const size = rate.bits_per_second < 2'000'000 ? "640x360" : "1920x1080";
  const auto half = folder / "half-made.mp4";
  fmt::print(stderr, "Making {} s of film at {} kbit/s\n", original_seconds, rate.bits_per_second / 1000);
  ffmpeg({"-f",
          "lavfi",
          "-i",
          fmt::format("testsrc2=size={}:rate=24:duration={}", size, original_seconds),
          "-f",
          "lavfi",
          "-i",
          fmt::format("sine=frequency=440:beep_factor=4:sample_rate=48000:duration={}", original_seconds),
          "-vf",
          "noise=alls=14:allf=t:all_seed=3",
          "-c:v",
          "libx264",
          "-preset",
          "veryfast",
          "-b:v",
          video,
          "-maxrate",
          video,
          "-bufsize",
          video,
          "-x264-params",
          "nal-hrd=cbr:scenecut=0",
          "-g",
          "48",
          "-keyint_min",
          "48",
          "-pix_fmt",
          "yuv420p",
          "-c:a",
          "aac",
          "-b:a",
          std::to_string(audio_rate),
          half.string()});
  fs::rename(half, path);
  return path;
}

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_whole(const fs::path& path, const std::string& bytes) {
  const auto half = path.string() + ".half";
  std::ofstream file(half, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + half);
  fs::rename(half, path);
}

streaming::TorrentFormat format_of(TorrentKind kind) {
  switch (kind) {
    case TorrentKind::V1: return streaming::TorrentFormat::V1;
    case TorrentKind::V2: return streaming::TorrentFormat::V2;
    case TorrentKind::Hybrid: break;
  }
  return streaming::TorrentFormat::Hybrid;
}

// Hex digits after `key` in a magnet link, as bytes; at most 20 of them.
std::string hash_in(const std::string& magnet, std::string_view key) {
  const auto at = magnet.find(key);
  std::string hash;
  if (at == std::string::npos) return hash;
  for (std::size_t i = at + key.size(); hash.size() < 20 && i + 2 <= magnet.size(); i += 2)
    hash.push_back(static_cast<char>(std::stoi(magnet.substr(i, 2), nullptr, 16)));
  return hash;
}

}  // namespace

fs::path make_film(const fs::path& folder, const FilmOptions& options) {
  fs::create_directories(folder);
  const bool moov_first = options.layout == FilmLayout::MoovFirst;
  auto path =
      folder / fmt::format("film-{}s-{}k-{}.mp4", options.length.count(), options.rate.bits_per_second / 1000,
                           moov_first ? "moov-first" : "moov-last");
  if (fs::exists(path)) return path;
  const auto original = make_original(folder, options.rate);
  const auto half = folder / "half-made.mp4";
  std::vector<std::string> arguments{
      "-stream_loop", "-1",  "-i", original.string(), "-t", std::to_string(options.length.count()),
      "-c",           "copy"};
  if (moov_first) arguments.insert(arguments.end(), {"-movflags", "+faststart"});
  arguments.push_back(half.string());
  ffmpeg(std::move(arguments));
  fs::rename(half, path);
  return path;
}

LabTorrent make_lab_torrent(const fs::path& folder, const Scene& scene, std::string_view tracker) {
  LabTorrent torrent;
  torrent.film = make_film(folder, scene.film);
  const auto format = scene.torrent.format;
  const auto stem = fmt::format("{}-{}k-{}{}", torrent.film.stem().string(), scene.torrent.piece.value / 1024,
                                format == TorrentKind::V1   ? "v1"
                                : format == TorrentKind::V2 ? "v2"
                                                            : "hybrid",
                                tracker.empty() ? "-alone" : "");
  torrent.file = folder / (stem + ".torrent");
  const auto magnet = folder / (stem + ".magnet");
  // As a publisher has them on the server beside the torrent.
  const auto leaves = streaming::leaf_name(torrent.file.string());
  const bool complete = format == TorrentKind::V1 || fs::exists(leaves);
  if (!fs::exists(torrent.file) || !fs::exists(magnet) || !complete) {
    streaming::PublishOptions options{
        .format = format_of(format), .piece_length = scene.torrent.piece, .leaves_out = leaves};
    if (!tracker.empty()) options.trackers.emplace_back(tracker);
    const auto made = streaming::make_torrent(torrent.film, options, {}, {});
    if (!made) throw std::runtime_error(made.error().message);
    write_whole(torrent.file, made->bytes);
    write_whole(magnet, made->magnet);
  }
  torrent.magnet = read_whole(magnet);
  if (format == TorrentKind::Hybrid) torrent.second_hash = hash_in(torrent.magnet, "urn:btmh:1220");
  return torrent;
}

}  // namespace freshet::lab
