// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/publish.h"

#include <algorithm>
#include <bit>
#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/torrent_info.hpp>

#include "streaming/file_choice.h"
#include "streaming/publish_hashing.h"
#include "streaming/torrent_metadata.h"

namespace freshet::streaming {
namespace fs = std::filesystem;
namespace {

constexpr Bytes smallest_piece = kib(16);  // BEP 52
constexpr Bytes largest_piece = mib(16);

// Nothing of a piece may be shown before all of it is here, so pieces are small; but each costs a message to
// every peer, so there are about two thousand at most until a piece has 2 MiB (a second or two of a large
// film).
Bytes piece_length_for(Bytes total) {
  constexpr std::int64_t enough_pieces = 2048;
  auto length = kib(64);
  while (length < mib(2) && total.value / length.value > enough_pieces) length = Bytes{length.value * 2};
  while (length < largest_piece && total.value / length.value >= max_pieces / 2)
    length = Bytes{length.value * 2};
  return length;
}

bool is_hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

std::unexpected<Error> read_failed(const fs::path& path, const std::string& why) {
  return fail(ErrorCategory::Storage, "read-failed", "Cannot read '" + path.string() + "': " + why);
}

struct Input {
  fs::path relative;
  std::int64_t size;
};

// Regular files under `root` in natural order, so that episodes have the numbers that one expects.
Result<std::vector<Input>> list_files(const fs::path& root) {
  std::error_code error;
  std::vector<Input> inputs;
  if (fs::is_regular_file(root, error)) {
    const auto size = fs::file_size(root, error);
    if (error) return read_failed(root, error.message());
    inputs.push_back({root.filename(), static_cast<std::int64_t>(size)});
    return inputs;
  }
  const auto folder = root.filename();
  for (auto it = fs::recursive_directory_iterator(root, error); it != fs::recursive_directory_iterator();
       it.increment(error)) {
    if (error) return read_failed(root, error.message());
    if (is_hidden(it->path())) {
      it.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    if (fs::is_symlink(it->symlink_status(ignored)) || !it->is_regular_file(ignored)) continue;
    const auto size = it->file_size(error);
    if (error) return read_failed(it->path(), error.message());
    inputs.push_back({folder / it->path().lexically_relative(root), static_cast<std::int64_t>(size)});
  }
  if (error) return read_failed(root, error.message());
  std::ranges::sort(inputs, [](const Input& a, const Input& b) {
    return natural_less(a.relative.string(), b.relative.string());
  });
  return inputs;
}

lt::create_flags_t flags_for(TorrentFormat format) {
  switch (format) {
    case TorrentFormat::V1: return lt::create_torrent::v1_only;
    case TorrentFormat::V2: return lt::create_torrent::v2_only;
    case TorrentFormat::Hybrid: break;
  }
  return {};
}

}  // namespace

Result<PublishedTorrent> make_torrent(const fs::path& path, const PublishOptions& options,
                                      const std::function<void(double)>& progress, std::stop_token stop) {
  std::error_code error;
  auto root = fs::absolute(path, error).lexically_normal();
  if (root.filename().empty()) root = root.parent_path();  // "folder/"
  if (!fs::exists(root, error)) {
    return fail(ErrorCategory::Source, "no-such-file", "There is no file or folder '" + path.string() + "'");
  }
  if (options.piece_length) {
    const auto length = options.piece_length->value;
    if (length < smallest_piece.value || length > largest_piece.value ||
        !std::has_single_bit(static_cast<std::uint64_t>(length))) {
      return fail(ErrorCategory::Usage, "bad-piece-size",
                  "A piece must be a power of two from 16 KiB to 16 MiB");
    }
  }
  const auto inputs = list_files(root);
  if (!inputs) return std::unexpected(inputs.error());
  lt::file_storage files;
  Bytes total;
  for (const auto& input : *inputs) {
    total += Bytes{input.size};
    files.add_file(input.relative.string(), input.size);
  }
  if (total.value == 0)
    return fail(ErrorCategory::Source, "empty", "There is no data in '" + path.string() + "'");

  try {
    const auto length = options.piece_length.value_or(piece_length_for(total));
    lt::create_torrent torrent(files, static_cast<int>(length.value), flags_for(options.format));
    torrent.set_creator("Freshet");
    for (int tier = 0; const auto& tracker : options.trackers) torrent.add_tracker(tracker, tier++);
    for (const auto& seed : options.web_seeds) torrent.add_url_seed(seed);
    std::unique_ptr<LeafFileWriter> leaves;
    if (options.leaves_out && options.format != TorrentFormat::V1) {
      auto writer = LeafFileWriter::create(*options.leaves_out);
      if (!writer) return std::unexpected(std::move(writer.error()));
      leaves = std::move(*writer);
    }
    if (auto hashed = hash_pieces(torrent, root.parent_path(), leaves.get(), progress, stop); !hashed)
      return std::unexpected(std::move(hashed.error()));

    PublishedTorrent published;
    lt::bencode(std::back_inserter(published.bytes), torrent.generate());
    const auto info = parse_torrent(published.bytes);
    if (!info) return std::unexpected(info.error());
    if (leaves) {
      if (auto done = leaves->finish((*info)->info_hashes().v2, LeafLayout((*info)->orig_files())); !done)
        return std::unexpected(std::move(done.error()));
    }
    const auto layout = make_layout(**info, options.trackers);
    published.magnet = layout.metadata.magnet;
    published.name = layout.metadata.name;
    return published;
  } catch (const lt::system_error& failure) {
    return fail(ErrorCategory::Source, "bad-torrent",
                "The torrent cannot be made: " + failure.code().message());
  }
}

}  // namespace freshet::streaming
