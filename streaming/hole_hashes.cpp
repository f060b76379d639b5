// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/hole_hashes.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <libtorrent/hasher.hpp>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace freshet::streaming {
namespace {

constexpr int block_size = 16 * 1024;  // BEP 52

bool lies_in_hole(const std::string& path, std::int64_t begin, std::int64_t size) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct stat status{};
  bool hole = false;
  // What the file is too short for is not a hole: libtorrent wants to know that.
  if (::fstat(descriptor, &status) == 0 && status.st_size >= begin + size) {
    const auto data = ::lseek(descriptor, begin, SEEK_DATA);
    hole = data < 0 ? errno == ENXIO : data >= begin + size;
  }
  ::close(descriptor);
  return hole;
}

}  // namespace

bool HoleHashes::is_hole(const lt::file_storage& files, const std::filesystem::path& folder,
                         lt::piece_index_t piece) {
  const auto slices = files.map_block(piece, 0, files.piece_size(piece));
  return std::ranges::all_of(slices, [&](const lt::file_slice& slice) {
    return files.pad_file_at(slice.file_index) ||
           lies_in_hole(files.file_path(slice.file_index, folder.string()), slice.offset, slice.size);
  });
}

const lt::sha1_hash& HoleHashes::v1(int piece_size) {
  const auto known = pieces_.find(piece_size);
  if (known != pieces_.end()) return known->second;
  const std::vector<char> zeros(block_size);
  lt::hasher hasher;
  for (int left = piece_size; left > 0; left -= block_size)
    hasher.update(zeros.data(), std::min(left, block_size));
  return pieces_.emplace(piece_size, hasher.final()).first->second;
}

void HoleHashes::v2(int piece_size, lt::span<lt::sha256_hash> blocks) {
  for (auto& block : blocks) {
    const int size = std::clamp(piece_size, 0, block_size);
    if (size == 0) return;
    piece_size -= size;
    auto known = blocks_.find(size);
    if (known == blocks_.end()) {
      const std::vector<char> zeros(static_cast<std::size_t>(size));
      known = blocks_.emplace(size, lt::hasher256(zeros.data(), size).final()).first;
    }
    block = known->second;
  }
}

}  // namespace freshet::streaming
