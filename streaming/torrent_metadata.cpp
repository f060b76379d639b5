// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/torrent_metadata.h"

#include <algorithm>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/info_hash.hpp>
#include <libtorrent/magnet_uri.hpp>
#include <libtorrent/torrent_info.hpp>

namespace freshet::streaming {
namespace {

template <class Hash>
std::string hex(const Hash& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : hash) {
    text.push_back(digits[static_cast<std::uint8_t>(byte) >> 4]);
    text.push_back(digits[static_cast<std::uint8_t>(byte) & 15]);
  }
  return text;
}

std::unexpected<Error> too_large(const std::string& what) {
  return fail(ErrorCategory::Source, "torrent-too-large", "The torrent has " + what + " than Freshet opens");
}

// libtorrent's paths begin with the torrent's name when it has a folder.
std::string path_in_torrent(const lt::file_storage& files, lt::file_index_t index) {
  const auto path = files.file_path(index);
  const auto slash = path.find('/');
  const bool in_folder = slash != std::string::npos && path.compare(0, slash, files.name()) == 0;
  return in_folder ? path.substr(slash + 1) : path;
}

}  // namespace

Result<void> check_bounds(const lt::torrent_info& info) {
  if (info.num_files() > max_files) return too_large("more files");
  if (info.num_pieces() > max_pieces) return too_large("more pieces");
  if (info.piece_length() > max_piece_length.value) return too_large("larger pieces");
  if (info.total_size() > max_total_size.value) return too_large("more bytes");
  if (info.total_size() <= 0 || info.num_pieces() <= 0) {
    return fail(ErrorCategory::Source, "bad-torrent", "The torrent describes no data");
  }
  return {};
}

Result<std::shared_ptr<lt::torrent_info>> parse_torrent(std::string_view bytes) {
  if (static_cast<std::int64_t>(bytes.size()) > max_torrent_file.value)
    return too_large("a larger .torrent file");
  lt::load_torrent_limits limits;
  limits.max_buffer_size = static_cast<int>(max_torrent_file.value);
  limits.max_pieces = max_pieces;
  limits.max_decode_depth = max_bencode_depth;
  limits.max_decode_tokens = max_bencode_tokens;
  try {
    auto info = std::make_shared<lt::torrent_info>(
        lt::span<const char>{bytes.data(), static_cast<std::ptrdiff_t>(bytes.size())}, limits, lt::from_span);
    if (auto checked = check_bounds(*info); !checked) return std::unexpected(checked.error());
    return info;
  } catch (const lt::system_error& error) {
    if (error.code() == lt::bdecode_errors::limit_exceeded) return too_large("more files");
    if (error.code() == lt::errors::metadata_too_large ||
        error.code() == lt::errors::too_many_pieces_in_torrent) {
      return too_large("more pieces");
    }
    return fail(ErrorCategory::Source, "bad-torrent", "This is not a torrent file: " + error.code().message(),
                "Get the .torrent file again, or use the magnet link");
  }
}

std::int64_t TorrentLayout::piece_size(int piece) const {
  return std::min(piece_length, total - piece * piece_length);
}

TorrentLayout make_layout(const lt::torrent_info& info, const std::vector<std::string>& trackers) {
  const auto& storage = info.files();
  TorrentLayout layout;
  layout.piece_count = info.num_pieces();
  layout.piece_length = info.piece_length();
  layout.total = info.total_size();
  for (const auto index : storage.file_range()) {
    if (storage.pad_file_at(index)) continue;
    TorrentFile file{static_cast<FileIndex>(layout.files.size()), path_in_torrent(storage, index),
                     Bytes{storage.file_size(index)}};
    layout.metadata.files.push_back(file);
    layout.files.push_back({std::move(file), storage.file_offset(index), static_cast<int>(index)});
  }

  auto& metadata = layout.metadata;
  metadata.name = info.name();
  const auto hashes = info.info_hashes();
  if (hashes.has_v1()) metadata.infohash_v1 = hex(hashes.v1);
  if (hashes.has_v2()) metadata.infohash_v2 = hex(hashes.v2);
  for (const auto& placement : layout.files) metadata.total += placement.file.size;
  metadata.piece_length = Bytes{layout.piece_length};
  lt::add_torrent_params link;
  link.info_hashes = hashes;
  link.name = info.name();
  link.trackers = trackers;
  if (link.trackers.empty()) {
    for (const auto& tracker : info.trackers()) link.trackers.push_back(tracker.url);
  }
  metadata.magnet = lt::make_magnet_uri(link);
  return layout;
}

std::string cache_name(const lt::info_hash_t& hashes) {
  return hashes.has_v1() ? hex(hashes.v1) : hex(hashes.v2);
}

Result<TorrentMetadata> describe_torrent(const TorrentBytes& torrent) {
  const auto info = parse_torrent(torrent.bytes);
  if (!info) return std::unexpected(info.error());
  std::vector<std::string> trackers;
  for (const auto& tracker : (*info)->trackers()) trackers.push_back(tracker.url);
  return make_layout(**info, trackers).metadata;
}

}  // namespace freshet::streaming
