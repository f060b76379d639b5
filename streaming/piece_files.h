// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A torrent's bytes in its sparse files, by piece. Each call opens the files anew: one that was deleted or
// replaced under the player is noticed then, where an open one would swallow what is written. Padding reads
// as zeros and is not written. Any thread; reads and writes of the same bytes at the same time are the
// caller's to avoid.
#pragma once

#include <cstdint>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/file_storage.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace freshet::streaming {

class PieceFiles {
 public:
  // `files` lives as long as `owner` is held.
  PieceFiles(const lt::file_storage& files, std::string folder, std::shared_ptr<void> owner)
      : owner_(std::move(owner)), files_(&files), folder_(std::move(folder)) {}

  // All of the span or an error. Reading past the end of a file is libtorrent's file_too_short.
  [[nodiscard]] lt::storage_error read(int piece, int begin, std::span<char> bytes) const;
  // Creates files and folders. A file that was there before and is not now, or is shorter, is written all the
  // same, and was_lost() tells.
  [[nodiscard]] lt::storage_error write(int piece, int begin, std::span<const char> bytes);
  // Gives the room of pieces on disk back; they read as zeros then. An error where the filesystem cannot.
  [[nodiscard]] lt::storage_error punch(int first, int last);
  // Data on disk has disappeared since the last call.
  [[nodiscard]] bool was_lost();
  // Others have worked on the files: nothing is known of them.
  void forget();

  void set_folder(std::string folder);
  void rename(lt::file_index_t file, const std::string& name);
  [[nodiscard]] const lt::file_storage& layout() const { return *files_; }
  [[nodiscard]] std::string path(lt::file_index_t file) const;
  [[nodiscard]] std::string folder() const;

 private:
  const std::shared_ptr<void> owner_;
  const lt::file_storage* files_;
  mutable std::mutex mutex_;
  std::string folder_;
  std::map<lt::file_index_t, std::string> renamed_;
  std::map<lt::file_index_t, std::int64_t> sizes_;  // that files had when they were last written
  bool lost_ = false;
};

}  // namespace freshet::streaming
