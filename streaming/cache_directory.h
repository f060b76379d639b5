// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The cache on disk: a folder for each torrent, shared by every Freshet process of a user.
//
//   <cache_dir>/torrents/<infohash>/         one process at a time holds `lock` (flock)
//     lock  data/  metadata.torrent  resume  watched  open
//
// `open` exists while a process has the torrent, so that it is still there after a crash: then what the
// resume data says is not believed and the data is checked. `watched`'s time is when it was last played. A
// second process that wants a torrent which the first has open gets a folder of its own, <infohash>.2 and so
// on, which is an ordinary entry of the cache: neither can harm the other, at the price of the same data
// twice.
//
// Any thread; each object is used by one thread at a time. No libtorrent.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::streaming {

// Writes beside `path` and renames: a crash leaves the old file or the new one. Errors: Storage
// "write-failed".
[[nodiscard]] Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);
// nullopt when it is missing, unreadable or larger than `limit`.
[[nodiscard]] std::optional<std::string> read_small_file(const std::filesystem::path& path, Bytes limit);

// One torrent's folder, held until destroyed.
class CacheSlot {
 public:
  enum class LastEnd { Fresh, Clean, Crashed };

  CacheSlot(CacheSlot&& other) noexcept;
  CacheSlot& operator=(CacheSlot&&) = delete;
  ~CacheSlot();

  [[nodiscard]] std::filesystem::path data_dir() const { return folder_ / "data"; }
  [[nodiscard]] std::filesystem::path metadata_file() const { return folder_ / "metadata.torrent"; }
  [[nodiscard]] std::filesystem::path resume_file() const { return folder_ / "resume"; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  // How the process that held it before ended.
  [[nodiscard]] LastEnd last_end() const { return last_end_; }
  // True when another process holds the torrent's first folder.
  [[nodiscard]] bool is_second_copy() const { return second_copy_; }
  // The resume data is complete: the next one may believe it.
  void mark_clean() noexcept;
  // Sets the time it was last watched to now.
  void touch() noexcept;

 private:
  friend class CacheDirectory;
  CacheSlot(std::filesystem::path folder, int lock, LastEnd last_end, bool second_copy);

  std::filesystem::path folder_;
  int lock_;
  LastEnd last_end_;
  bool second_copy_;
};

class CacheDirectory {
 public:
  // Creates what is missing. `limit` nullopt: the smaller of 10 GiB and a tenth of what is free now plus what
  // the cache already uses. Errors: Storage "cache-not-writable".
  [[nodiscard]] static Result<CacheDirectory> open(const std::filesystem::path& cache_dir,
                                                   std::optional<Bytes> limit);

  // Takes the folder of a torrent; `name` is its infohash. Errors: Storage "cache-not-writable".
  [[nodiscard]] Result<CacheSlot> acquire(const std::string& name);

  // Deletes the least recently watched torrents that nobody has open until all together, with `room` to come,
  // fit the limit. Returns how much the cache still uses.
  Bytes evict(Bytes room = {});

  [[nodiscard]] Bytes limit() const { return limit_; }
  [[nodiscard]] std::filesystem::path session_state_file() const { return root_ / "session-state"; }

 private:
  CacheDirectory(std::filesystem::path root, Bytes limit) : root_(std::move(root)), limit_(limit) {}
  [[nodiscard]] std::filesystem::path torrents() const { return root_ / "torrents"; }

  std::filesystem::path root_;
  Bytes limit_;
};

}  // namespace freshet::streaming
