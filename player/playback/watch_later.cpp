// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/watch_later.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <fstream>
#include <string_view>
#include <system_error>

namespace freshet::playback {

namespace {

// A link with its trackers, and a line; what is larger was not written here.
constexpr std::uintmax_t max_file = 64 * 1024;
constexpr double longest_film = 1e7;  // seconds

// One line, whatever the source holds: it is compared when the file is read, so that two sources with one
// hash are told apart.
std::string identity(const WatchedFile& watched) {
  std::error_code error;
  std::string text = watched.source;
  if (std::filesystem::exists(text, error)) {
    const std::filesystem::path absolute = std::filesystem::absolute(text, error);
    if (!error) text = absolute.lexically_normal().string();
  }
  for (char& letter : text) {
    if (letter == '\n' || letter == '\r') letter = ' ';
  }
  if (watched.file) text += fmt::format(" [{}]", static_cast<int>(*watched.file));
  return text;
}

// FNV-1a, 64 bits: stable from run to run, as std::hash is not.
std::filesystem::path path_of(const std::filesystem::path& folder, std::string_view identity) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : identity) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  return folder / fmt::format("{:016x}", hash);
}

}  // namespace

std::filesystem::path watch_later_folder(const Options& options) {
  const std::filesystem::path& cache = options.session.cache_dir;
  return cache.empty() ? std::filesystem::path{} : cache / "watch_later";
}

Result<void> save_place(const std::filesystem::path& folder, const WatchedFile& watched, MediaTime at) {
  const auto failed = [&](const std::string& why) {
    return fail(ErrorCategory::Storage, "write-failed", "The place could not be kept: " + why,
                "look at the folder that --cache-dir names");
  };
  if (folder.empty()) return failed("there is no cache folder");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return failed(error.message());
  const std::string who = identity(watched);
  const std::filesystem::path path = path_of(folder, who);
  std::filesystem::path beside = path;
  beside += ".new";
  {
    std::ofstream file(beside, std::ios::trunc);
    file << "# " << who << "\nstart=" << fmt::format("{:.6f}", to_seconds(at)) << "\n";
    file.flush();
    if (!file) return failed(beside.string());
  }
  std::filesystem::rename(beside, path, error);
  if (error) return failed(error.message());
  return {};
}

std::optional<MediaTime> take_place(const std::filesystem::path& folder, const WatchedFile& watched) {
  if (folder.empty()) return std::nullopt;
  const std::string who = identity(watched);
  const std::filesystem::path path = path_of(folder, who);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || std::filesystem::file_size(path, error) > max_file ||
      error) {
    return std::nullopt;
  }
  std::string owner;
  std::string line;
  {
    std::ifstream file(path);
    if (!std::getline(file, owner) || !std::getline(file, line)) return std::nullopt;
  }
  constexpr std::string_view key = "start=";
  if (owner != "# " + who || !line.starts_with(key)) return std::nullopt;
  std::filesystem::remove(path, error);
  double seconds = 0;
  const auto [end, problem] = std::from_chars(line.data() + key.size(), line.data() + line.size(), seconds);
  if (problem != std::errc{} || end != line.data() + line.size()) return std::nullopt;
  if (!std::isfinite(seconds) || seconds < 0 || seconds > longest_film) return std::nullopt;
  return from_seconds(seconds);
}

}  // namespace freshet::playback
