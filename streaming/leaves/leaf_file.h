// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// NAME.torrent.leaves: the leaf hashes of a torrent, which the metadata does not hold, in a file that a
// publisher puts beside the .torrent. With them a block can be read before its piece is whole. The file is
// only a shortcut: what it says is checked against the metadata, and without it playback starts a little
// later.
//
//   offset  size  content
//        0     8  "FRESHLVS"
//        8     4  version, 1 (big-endian, like all numbers here)
//       12     4  number of files with leaves
//       16    32  v2 infohash
//       48  32*n  the leaves, in the order of LeafLayout
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "streaming/base/error.h"
#include "streaming/descriptor.h"
#include "streaming/leaves/leaf_layout.h"
#include "streaming/publish.h"

namespace freshet::streaming {

inline constexpr std::size_t leaf_header_size = 48;
inline constexpr std::size_t leaf_size = 32;

[[nodiscard]] std::string leaf_header(const lt::sha256_hash& infohash, const LeafLayout& layout);
// `bytes`: the first leaf_header_size of a file. Errors: Source "bad-leaves" when it is none or of another
// torrent.
[[nodiscard]] Result<void> check_leaf_header(std::span<const char> bytes, const lt::sha256_hash& infohash,
                                             const LeafLayout& layout);
// Whole leaves; bytes behind the last whole one are ignored.
[[nodiscard]] Leaves leaves_from(std::span<const char> bytes);

// Any thread.
class LeafFile {
 public:
  // Errors: Source "bad-leaves", Storage "read-failed".
  [[nodiscard]] static Result<LeafFile> open(const std::filesystem::path& path,
                                             const lt::sha256_hash& infohash, const LeafLayout& layout);
  // What the file says, unchecked; empty when it cannot be read.
  [[nodiscard]] Leaves read(LeafRun run) const;

 private:
  explicit LeafFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

// Writes beside `path` and renames at the end: a crash leaves no half a file under the name. The destructor
// deletes what was not finished.
class LeafFileWriter {
 public:
  // Errors: Storage "write-failed".
  [[nodiscard]] static Result<std::unique_ptr<LeafFileWriter>> create(const std::filesystem::path& path);
  ~LeafFileWriter();
  LeafFileWriter(const LeafFileWriter&) = delete;
  LeafFileWriter& operator=(const LeafFileWriter&) = delete;

  // In any order, on any thread. Errors: Storage "write-failed".
  [[nodiscard]] Result<void> put(LeafRun run, std::span<const lt::sha256_hash> leaves);
  [[nodiscard]] Result<void> finish(const lt::sha256_hash& infohash, const LeafLayout& layout);

 private:
  LeafFileWriter(std::filesystem::path path, std::filesystem::path temporary, Descriptor file);
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  Descriptor file_;
  bool finished_ = false;
};

}  // namespace freshet::streaming
