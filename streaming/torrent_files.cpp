// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/torrent_files.h"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/read_resume_data.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/write_resume_data.hpp>
#include <utility>

#include "streaming/torrent_metadata.h"

namespace freshet::streaming {
namespace fs = std::filesystem;
namespace {

// Metadata, hash trees and a bit a piece.
constexpr Bytes max_resume_file = mib(64);

bool same_torrent(const lt::info_hash_t& wanted, const lt::info_hash_t& found) {
  if (wanted.has_v1()) return found.has_v1() && found.v1 == wanted.v1;
  return found.has_v2() && found.v2 == wanted.v2;
}

std::unexpected<Error> no_match(const std::string& what) {
  return fail(ErrorCategory::Source, "data-does-not-match",
              "The data is not what the torrent describes: " + what);
}

}  // namespace

void read_resume(const CacheSlot& slot, lt::add_torrent_params& parameters) {
  const auto content = read_small_file(slot.resume_file(), max_resume_file);
  if (!content) return;
  lt::load_torrent_limits limits;
  limits.max_buffer_size = static_cast<int>(max_resume_file.value);
  limits.max_pieces = max_pieces;
  limits.max_decode_depth = max_bencode_depth;
  limits.max_decode_tokens = max_bencode_tokens;
  lt::error_code error;
  auto saved =
      lt::read_resume_data({content->data(), static_cast<std::ptrdiff_t>(content->size())}, error, limits);
  if (error || !same_torrent(parameters.info_hashes, saved.info_hashes)) return;
  if (!parameters.ti) {
    if (!saved.ti || !check_bounds(*saved.ti)) return;
    parameters.ti = std::move(saved.ti);
  }
  parameters.merkle_trees = std::move(saved.merkle_trees);
  parameters.merkle_tree_mask = std::move(saved.merkle_tree_mask);
  parameters.verified_leaf_hashes = std::move(saved.verified_leaf_hashes);
  parameters.peers.insert(parameters.peers.end(), saved.peers.begin(), saved.peers.end());
  if (parameters.trackers.empty()) {
    parameters.trackers = std::move(saved.trackers);
    parameters.tracker_tiers = std::move(saved.tracker_tiers);
  }
  if (slot.last_end() != CacheSlot::LastEnd::Clean) return;
  parameters.have_pieces = std::move(saved.have_pieces);
  parameters.verified_pieces = std::move(saved.verified_pieces);
  parameters.unfinished_pieces = std::move(saved.unfinished_pieces);
}

Result<void> write_resume(const CacheSlot& slot, const lt::add_torrent_params& resume) {
  const auto content = lt::write_resume_data_buf(resume);
  return write_file_atomically(slot.resume_file(), {content.data(), content.size()});
}

Result<void> point_at_data(lt::add_torrent_params& parameters, const fs::path& data) {
  const auto& files = parameters.ti->files();
  std::error_code error;
  const auto root = fs::absolute(data, error).lexically_normal();
  const bool is_folder = fs::is_directory(root, error);
  parameters.save_path = root.parent_path().string();
  int real_files = 0;
  for (const auto index : files.file_range()) real_files += files.pad_file_at(index) ? 0 : 1;
  for (const auto index : files.file_range()) {
    if (files.pad_file_at(index)) continue;
    auto path = fs::path(files.file_path(index));
    if (is_folder) {
      const auto inside = path.lexically_relative(files.name());
      path = root / (inside.empty() || *inside.begin() == ".." ? path : inside);
    } else if (real_files == 1) {
      path = root;
    } else {
      return no_match("the torrent is a folder, '" + root.string() + "' is not");
    }
    const auto size = fs::file_size(path, error);
    if (error) return no_match("'" + path.string() + "': " + error.message());
    if (static_cast<std::int64_t>(size) != files.file_size(index)) {
      return no_match("'" + path.string() + "' has another size");
    }
    parameters.renamed_files.emplace(index, path.string());
  }
  return {};
}

}  // namespace freshet::streaming
