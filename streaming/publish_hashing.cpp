// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/publish_hashing.h"

#include <algorithm>
#include <bit>
#include <condition_variable>
#include <libtorrent/create_torrent.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "streaming/piece_files.h"
#include "streaming/piece_hashes.h"
#include "streaming/piece_store.h"

namespace freshet::streaming {
namespace {

// More readers at once make a disk with a head slower.
constexpr unsigned most_threads = 4;

// Shared by the threads.
struct Work {
  lt::create_torrent& torrent;
  const PieceFiles& files;
  const LeafLayout& layout;
  LeafFileWriter* leaves;

  std::mutex mutex;  // guards what follows, and the torrent
  std::condition_variable_any changed;
  int next = 0;
  int done = 0;
  std::optional<Error> error;
};

Result<void> hash_piece(Work& work, int piece, std::vector<char>& bytes) {
  const auto& files = work.files.layout();
  const lt::piece_index_t index{piece};
  bytes.resize(static_cast<std::size_t>(files.piece_size(index)));
  if (const auto failed = work.files.read(piece, 0, bytes)) {
    return fail(ErrorCategory::Storage, "read-failed",
                "Cannot read '" + work.files.path(failed.file()) + "': " + failed.ec.message());
  }
  PieceHasher hasher(work.torrent.is_v2_only() ? 0 : files.piece_size(index),
                     work.torrent.is_v1_only() ? 0 : files.piece_size2(index));
  hasher.add(bytes);
  const auto& leaves = hasher.leaves();
  lt::sha256_hash root;
  const auto file = files.file_index_at_piece(index);
  if (!leaves.empty()) {
    // The tree of a file shorter than a piece is as wide as it needs (BEP 52).
    const auto blocks =
        static_cast<unsigned>((files.file_size(file) + store_block_size - 1) / store_block_size);
    const auto width = files.file_size(file) < files.piece_length() ? static_cast<int>(std::bit_ceil(blocks))
                                                                    : files.piece_length() / store_block_size;
    root = merkle_root(leaves, width);
    if (work.leaves != nullptr) {
      if (auto put = work.leaves->put(work.layout.of_piece(piece), leaves); !put) return put;
    }
  }
  const std::lock_guard lock(work.mutex);
  if (!work.torrent.is_v2_only()) work.torrent.set_hash(index, hasher.v1());
  if (!leaves.empty()) work.torrent.set_hash2(file, index - files.piece_index_at_file(file), root);
  return {};
}

void hash_loop(Work& work, const std::stop_token& stop) {
  std::vector<char> bytes;
  const int pieces = work.torrent.num_pieces();
  for (;;) {
    int piece = 0;
    {
      const std::lock_guard lock(work.mutex);
      if (stop.stop_requested() || work.error || work.next >= pieces) return;
      piece = work.next++;
    }
    auto hashed = hash_piece(work, piece, bytes);
    const std::lock_guard lock(work.mutex);
    ++work.done;
    if (!hashed && !work.error) work.error = std::move(hashed.error());
    work.changed.notify_all();
  }
}

}  // namespace

Result<void> hash_pieces(lt::create_torrent& torrent, const std::filesystem::path& folder,
                         LeafFileWriter* leaves, const std::function<void(double)>& progress,
                         const std::stop_token& stop) {
  const PieceFiles files(torrent.files(), folder.string(), nullptr);
  const LeafLayout layout(torrent.files());
  Work work{torrent, files, layout, leaves, {}, {}, 0, 0, std::nullopt};
  std::vector<std::jthread> threads;
  const auto count = std::clamp(std::thread::hardware_concurrency(), 1u, most_threads);
  for (unsigned i = 0; i < count; ++i) {
    threads.emplace_back([&work](const std::stop_token& ends) { hash_loop(work, ends); });
  }
  const int pieces = torrent.num_pieces();
  std::unique_lock lock(work.mutex);
  for (int told = 0; told < pieces && !work.error;) {
    const bool more = work.changed.wait(lock, stop, [&] { return work.done > told || work.error; });
    if (!more || stop.stop_requested()) {
      lock.unlock();
      return fail(ErrorCategory::Usage, "interrupted", "Making the torrent was interrupted");
    }
    told = work.done;
    if (!progress) continue;
    lock.unlock();
    progress(static_cast<double>(told) / pieces);
    lock.lock();
  }
  lock.unlock();
  threads.clear();
  if (stop.stop_requested())
    return fail(ErrorCategory::Usage, "interrupted", "Making the torrent was interrupted");
  if (work.error) return std::unexpected(std::move(*work.error));
  return {};
}

}  // namespace freshet::streaming
