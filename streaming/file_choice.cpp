// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/file_choice.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "streaming/episode.h"
#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

using std::string_view;
using Files = std::vector<const TorrentFile*>;

// Parts of a film and episodes differ in size by less than this; what is smaller is a clip.
constexpr std::int64_t similar_ratio = 3;
// An episode is sure of its place by its name, unless it is so much smaller than its neighbours that it can
// only be a preview of one.
constexpr std::int64_t preview_ratio = 10;

string_view without_extension(string_view path) {
  return path.substr(0, folder_of(path).size() + stem_of(path).size());
}

// By the name without its extension first: "Film" stands before "Film 2", whatever follows the dot.
bool comes_before(const TorrentFile* a, const TorrentFile* b) {
  const string_view stem_a = without_extension(a->path);
  const string_view stem_b = without_extension(b->path);
  if (stem_a != stem_b) return natural_less(stem_a, stem_b);
  if (a->path != b->path) return natural_less(a->path, b->path);
  return a->index < b->index;
}

Files of_kind(const Files& files, FileKind kind) {
  Files chosen;
  std::ranges::copy_if(files, std::back_inserter(chosen), [&](const TorrentFile* file) {
    return file->size.value > 0 && file_kind(file->path) == kind;
  });
  return chosen;
}

std::int64_t largest_size(const Files& files) {
  std::int64_t largest = 0;
  for (const TorrentFile* file : files) largest = std::max(largest, file->size.value);
  return largest;
}

// All of `videos` if they all are extras: then they are what the torrent is about.
Files without_extras(const Files& videos) {
  Files outside;
  std::ranges::copy_if(videos, std::back_inserter(outside),
                       [](const TorrentFile* file) { return !in_extras_folder(file->path); });
  if (outside.empty()) outside = videos;

  Files plain;
  std::ranges::copy_if(outside, std::back_inserter(plain),
                       [](const TorrentFile* file) { return !named_as_extra(file->path); });
  const std::int64_t largest_plain = largest_size(plain);
  Files kept;
  std::ranges::copy_if(outside, std::back_inserter(kept), [&](const TorrentFile* file) {
    return !named_as_extra(file->path) || file->size.value >= largest_plain;
  });
  return kept;
}

// The film, its parts or the episodes among `videos`, in order.
Files main_videos(const Files& videos) {
  Files candidates = without_extras(videos);
  std::vector<std::int64_t> episode_sizes;
  for (const TorrentFile* file : candidates) {
    if (episode_of(file->path)) episode_sizes.push_back(file->size.value);
  }
  std::ranges::sort(episode_sizes);
  const bool is_series = episode_sizes.size() >= 2 && episode_sizes.size() * 2 >= candidates.size();
  const std::int64_t smallest_episode =
      is_series ? episode_sizes[episode_sizes.size() / 2] / preview_ratio : 0;
  const std::int64_t largest = largest_size(candidates);
  std::erase_if(candidates, [&](const TorrentFile* file) {
    if (is_series && episode_of(file->path)) return file->size.value < smallest_episode;
    return file->size.value < largest / similar_ratio;
  });
  std::ranges::sort(candidates, comes_before);
  return candidates;
}

std::vector<FileIndex> indices(const Files& files) {
  std::vector<FileIndex> chosen;
  chosen.reserve(files.size());
  for (const TorrentFile* file : files) chosen.push_back(file->index);
  return chosen;
}

Files pointers(const std::vector<TorrentFile>& files) {
  Files all;
  all.reserve(files.size());
  for (const TorrentFile& file : files) all.push_back(&file);
  return all;
}

// Videos, else audio, else nothing.
Files playable(const Files& files) {
  Files chosen = of_kind(files, FileKind::Video);
  return chosen.empty() ? of_kind(files, FileKind::Audio) : chosen;
}

std::unexpected<Error> no_such_file(std::string message) {
  return fail(ErrorCategory::Source, "no-such-file-in-torrent", std::move(message),
              "--list shows the files with their numbers");
}

std::unexpected<Error> no_video(const Files& files) {
  const bool packed = std::ranges::any_of(files, [](const TorrentFile* file) {
    return ends_with_ignoring_case(file->path, ".rar") || ends_with_ignoring_case(file->path, ".zip") ||
           ends_with_ignoring_case(file->path, ".7z") || ends_with_ignoring_case(file->path, ".iso");
  });
  return fail(ErrorCategory::Source, "no-video", "the torrent has no video or audio file",
              packed ? "it is packed in an archive or a disc image, which Freshet does not unpack"
                     : "--list shows what it has, --file=INDEX plays a file whatever its name");
}

Result<std::vector<FileIndex>> choose_wanted(const Files& files, const std::string& wanted) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (error == std::errc{} && end == wanted.data() + wanted.size()) {
    const auto found = std::ranges::find(files, static_cast<FileIndex>(number), &TorrentFile::index);
    if (found != files.end()) return std::vector{(*found)->index};
  }
  const auto exact = std::ranges::find(files, wanted, &TorrentFile::path);
  if (exact != files.end()) return std::vector{(*exact)->index};

  const bool by_name = !wanted.contains('/');
  Files matches;
  std::ranges::copy_if(files, std::back_inserter(matches), [&](const TorrentFile* file) {
    return glob_match(wanted, file->path) ||
           (by_name && glob_match(wanted, string_view{file->path}.substr(folder_of(file->path).size())));
  });
  if (matches.empty()) return no_such_file("the torrent has no file '" + wanted + "'");
  if (Files media = playable(matches); !media.empty()) matches = std::move(media);
  std::ranges::sort(matches, comes_before);
  return indices(matches);
}

Result<std::vector<FileIndex>> choose_selected(const Files& files,
                                               const std::vector<FileIndex>& select_only) {
  std::unordered_map<FileIndex, const TorrentFile*> by_index;
  for (const TorrentFile* file : files) by_index.emplace(file->index, file);
  Files selected;
  for (const FileIndex index : select_only) {
    if (const auto found = by_index.find(index); found != by_index.end()) selected.push_back(found->second);
  }
  if (selected.empty())
    return no_such_file("the magnet link selects files (so=) that the torrent does not have");
  const Files media = playable(selected);
  if (media.empty()) return no_video(selected);
  return indices(media);
}

}  // namespace

Result<std::vector<FileIndex>> choose_files(const std::vector<TorrentFile>& files,
                                            const std::optional<std::string>& wanted,
                                            const std::vector<FileIndex>& select_only) {
  const Files all = pointers(files);
  if (wanted) return choose_wanted(all, *wanted);
  if (!select_only.empty()) return choose_selected(all, select_only);
  if (const Files videos = of_kind(all, FileKind::Video); !videos.empty())
    return indices(main_videos(videos));
  Files songs = of_kind(all, FileKind::Audio);
  if (songs.empty()) return no_video(all);
  std::ranges::sort(songs, comes_before);
  return indices(songs);
}

}  // namespace freshet::streaming
