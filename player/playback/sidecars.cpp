// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/sidecars.h"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <utility>

#include "streaming/base/path.h"
#include "streaming/direct_sources.h"
#include "streaming/uri.h"

namespace freshet::playback {

namespace {

// The same name with another extension, whichever way it is written.
std::optional<std::filesystem::path> beside(const std::filesystem::path& path,
                                            const std::array<const char*, 2>& extensions) {
  for (const char* extension : extensions) {
    std::filesystem::path other = path;
    other.replace_extension(extension);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(other, ignored)) return other;
  }
  return std::nullopt;
}

}  // namespace

std::vector<SidecarFile> torrent_sidecars(const std::shared_ptr<streaming::Torrent>& torrent,
                                          const streaming::TorrentMetadata& metadata,
                                          const streaming::TorrentFile& video) {
  std::vector<SidecarFile> sidecars;
  for (const streaming::SidecarFiles& files : streaming::sidecar_subtitles(metadata.files, video.index)) {
    const FileIndex index = files.subtitle;
    const auto file = std::ranges::find(metadata.files, index, &streaming::TorrentFile::index);
    if (file == metadata.files.end()) continue;
    const std::string name(last_part(file->path));
    sidecars.push_back(
        {.name = name,
         .language = sidecar_language(last_part(video.path), name),
         .exact = name.starts_with(std::filesystem::path(last_part(video.path)).stem().string()),
         .open = [torrent, index] { return torrent->open_file(index); }});
    if (files.pictures) {
      sidecars.back().open_pictures = [torrent, pictures = *files.pictures] {
        return torrent->open_file(pictures);
      };
    }
  }
  return sidecars;
}

std::vector<SidecarFile> local_sidecars(const std::filesystem::path& video) {
  namespace fs = std::filesystem;
  // A folder with more entries is an archive, not a film's folder: look at the first ones only.
  constexpr int max_entries = 5000;
  std::vector<streaming::TorrentFile> files;
  std::vector<fs::path> paths;
  const fs::path folder = video.has_parent_path() ? video.parent_path() : fs::path(".");
  const auto look = [&](const fs::path& where, const std::string& prefix) {
    std::error_code error;
    for (fs::directory_iterator entry(where, fs::directory_options::skip_permission_denied, error), end;
         !error && entry != end && paths.size() < max_entries; entry.increment(error)) {
      std::error_code ignored;
      if (!entry->is_regular_file(ignored)) continue;
      const std::uintmax_t size = entry->file_size(ignored);
      if (ignored) continue;
      files.push_back({FileIndex{static_cast<std::int32_t>(files.size())},
                       prefix + entry->path().filename().string(), Bytes{static_cast<std::int64_t>(size)}});
      paths.push_back(entry->path());
    }
  };
  look(folder, "");
  for (const char* name : {"Subs", "subs", "Subtitles", "subtitles"})
    look(folder / name, std::string(name) + "/");

  const auto self = std::ranges::find(files, video.filename().string(), &streaming::TorrentFile::path);
  if (self == files.end()) return {};
  std::vector<SidecarFile> sidecars;
  const std::string stem = video.stem().string();
  for (const streaming::SidecarFiles& found : streaming::sidecar_subtitles(files, self->index)) {
    const fs::path& path = paths[static_cast<std::size_t>(found.subtitle)];
    // On disk a folder may hold anybody's subtitles: only those named after the video are its own.
    if (!path.filename().string().starts_with(stem)) continue;
    sidecars.push_back({.name = path.filename().string(),
                        .language = sidecar_language(video.filename().string(), path.filename().string()),
                        .exact = true,
                        .open = [path] { return streaming::open_local_file(path); }});
    if (found.pictures) {
      sidecars.back().open_pictures = [pictures = paths[static_cast<std::size_t>(*found.pictures)]] {
        return streaming::open_local_file(pictures);
      };
    }
  }
  return sidecars;
}

std::string sidecar_language(std::string_view video, std::string_view subtitle) {
  const auto stem = [](std::string_view name) { return name.substr(0, name.find_last_of('.')); };
  std::string_view rest = stem(subtitle);
  const std::string_view video_stem = stem(video);
  if (rest.starts_with(video_stem)) rest.remove_prefix(video_stem.size());
  const std::size_t separator = rest.find_last_of("._- ");
  std::string_view word = separator == std::string_view::npos ? rest : rest.substr(separator + 1);
  if (word.size() > 3 || word.size() < 2) return {};
  std::string language(word);
  for (char& letter : language) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    if (letter < 'a' || letter > 'z') return {};
  }
  return language;
}

Result<media::SidecarSubtitle> open_subtitle_file(const std::string& path, std::string language) {
  constexpr std::array index = {".idx", ".IDX"};
  constexpr std::array pictures = {".sub", ".SUB"};
  std::filesystem::path subtitle = path;
  std::optional<std::filesystem::path> other;
  const std::string extension = subtitle.extension().string();
  if (streaming::equals_ignoring_case(extension, pictures[0])) {
    // A text of that name (MicroDVD) has no index beside it.
    if (const auto found = beside(subtitle, index)) other = std::exchange(subtitle, *found);
  } else if (streaming::equals_ignoring_case(extension, index[0])) {
    other = beside(subtitle, pictures);
  }
  auto bytes = streaming::open_local_file(subtitle);
  if (!bytes) return std::unexpected(bytes.error());
  media::SidecarSubtitle sidecar{
      .bytes = std::move(*bytes), .name = subtitle.string(), .language = std::move(language)};
  if (other) {
    auto opened = streaming::open_local_file(*other);
    if (!opened) return std::unexpected(opened.error());
    sidecar.pictures = std::move(*opened);
  }
  return sidecar;
}

}  // namespace freshet::playback
