// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "streaming/episode.h"
#include "streaming/file_choice.h"
#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

using std::string_view;

bool is_subtitle_folder(string_view name) {
  constexpr std::array<string_view, 5> names = {"subs", "sub", "subtitles", "subtitle", "captions"};
  return std::ranges::any_of(names, [&](string_view known) { return equals_ignoring_case(name, known); });
}

// "Show E1.en" belongs to "Show E1", "Show E10" does not.
bool belongs_to_stem(string_view name, string_view stem) {
  if (!starts_with_ignoring_case(name, stem)) return false;
  return name.size() == stem.size() || !is_alphanumeric(name[stem.size()]);
}

std::string lower_without_extension(string_view path) {
  std::string key{path.substr(0, folder_of(path).size() + stem_of(path).size())};
  std::ranges::transform(key, key.begin(), ascii_lower);
  return key;
}

// Where a subtitle stands, seen from the video's folder.
struct Place {
  bool beside = false;          // in the folder itself or in a subtitle folder in it
  string_view folder_of_video;  // Subs/<this>/2_English.srt
};

Place place_of(string_view subtitle, string_view video_folder) {
  string_view folders = folder_of(subtitle);
  if (!folders.starts_with(video_folder)) return {};
  folders.remove_prefix(video_folder.size());
  if (folders.empty()) return {.beside = true, .folder_of_video = {}};
  const std::size_t slash = folders.find('/');
  if (!is_subtitle_folder(folders.substr(0, slash))) return {};
  folders.remove_prefix(slash + 1);
  return {.beside = true, .folder_of_video = folders.substr(0, folders.find('/'))};
}

}  // namespace

std::vector<SidecarFiles> sidecar_subtitles(const std::vector<TorrentFile>& files, FileIndex video) {
  const auto found = std::ranges::find(files, video, &TorrentFile::index);
  if (found == files.end()) return {};

  std::size_t videos = 0;
  std::size_t same_episode_videos = 0;
  const auto episode = episode_of(found->path);
  // By path without extension, in lower case.
  std::unordered_set<std::string> indices;
  std::unordered_map<std::string, FileIndex> pictures;
  for (const TorrentFile& file : files) {
    if (ends_with_ignoring_case(file.path, ".idx")) indices.insert(lower_without_extension(file.path));
    if (ends_with_ignoring_case(file.path, ".sub"))
      pictures.emplace(lower_without_extension(file.path), file.index);
    if (file_kind(file.path) != FileKind::Video) continue;
    if (&file != &*found && (in_extras_folder(file.path) || named_as_extra(file.path))) continue;
    ++videos;
    if (episode && episode_of(file.path) == episode) ++same_episode_videos;
  }

  const string_view stem = stem_of(found->path);
  std::vector<const TorrentFile*> subtitles;
  for (const TorrentFile& file : files) {
    if (file_kind(file.path) != FileKind::Subtitle || file.size.value <= 0) continue;
    // The index stands for its pair; an index alone shows nothing.
    const std::string key = lower_without_extension(file.path);
    if (ends_with_ignoring_case(file.path, ".sub") && indices.contains(key)) continue;
    if (ends_with_ignoring_case(file.path, ".idx") && !pictures.contains(key)) continue;
    const Place place = place_of(file.path, folder_of(found->path));
    const bool belongs =
        videos == 1 || (place.beside && (belongs_to_stem(stem_of(file.path), stem) ||
                                         equals_ignoring_case(place.folder_of_video, stem) ||
                                         (same_episode_videos == 1 && episode_of(file.path) == episode)));
    if (belongs) subtitles.push_back(&file);
  }
  std::ranges::sort(
      subtitles, [](const TorrentFile* a, const TorrentFile* b) { return natural_less(a->path, b->path); });

  std::vector<SidecarFiles> chosen;
  for (const TorrentFile* file : subtitles) {
    chosen.push_back({.subtitle = file->index});
    if (ends_with_ignoring_case(file->path, ".idx")) {
      chosen.back().pictures = pictures.at(lower_without_extension(file->path));
    }
  }
  return chosen;
}

}  // namespace freshet::streaming
