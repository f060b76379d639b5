// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/cache_directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace freshet::streaming {
namespace fs = std::filesystem;
namespace {

// More processes than this on one torrent are a mistake, not a wish.
constexpr int max_copies = 16;
// A folder may be deleted between opening its lock file and locking it; it does not happen twice in a row.
constexpr int lock_attempts = 8;

std::string errno_text() {
  return std::strerror(errno);
}

std::unexpected<Error> not_writable(const fs::path& path, const std::string& why) {
  return fail(ErrorCategory::Storage, "cache-not-writable",
              "Cannot write to the cache '" + path.string() + "': " + why,
              "choose another folder with --cache-dir");
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// What a folder takes of the disk; sparse files count what they hold.
std::int64_t used_by(const fs::path& folder) {
  std::int64_t total = 0;
  std::error_code error;
  for (auto it =
           fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    struct stat status{};
    if (::lstat(it->path().c_str(), &status) == 0) total += status.st_blocks * 512;  // always of 512 bytes
  }
  return total;
}

timespec last_watched(const fs::path& folder) {
  struct stat status{};
  if (::stat((folder / "watched").c_str(), &status) == 0) return status.st_mtim;
  if (::stat(folder.c_str(), &status) == 0) return status.st_mtim;
  return {};
}

// The lock of `folder`, or -1. Only a lock on the file that still lies there counts.
int try_lock(const fs::path& folder) {
  const auto path = folder / "lock";
  for (int attempt = 0; attempt < lock_attempts; ++attempt) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return -1;
    struct stat mine{};
    struct stat there{};
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int why = errno;
      ::close(descriptor);
      errno = why;
      return -1;
    }
    if (::fstat(descriptor, &mine) == 0 && ::stat(path.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
        mine.st_dev == there.st_dev) {
      return descriptor;
    }
    ::close(descriptor);  // deleted or replaced meanwhile
    std::error_code error;
    fs::create_directories(folder, error);
    errno = EIO;
  }
  return -1;
}

// With the lock held: out of the way first, so that no other process finds a half-deleted torrent.
void remove_locked(const fs::path& folder) {
  auto trash = folder;
  trash += ".deleted-" + std::to_string(::getpid());
  std::error_code error;
  fs::rename(folder, trash, error);
  fs::remove_all(error ? folder : trash, error);
}

}  // namespace

Result<void> write_file_atomically(const fs::path& path, std::string_view content) {
  auto temporary = path;
  temporary += ".new-" + std::to_string(::getpid());
  const auto failed = [&] {
    const auto why = errno_text();
    ::unlink(temporary.c_str());
    return fail(ErrorCategory::Storage, "write-failed", "Cannot write '" + path.string() + "': " + why);
  };
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed();
  const bool written = write_all(descriptor, content);
  if (::close(descriptor) != 0 || !written) return failed();
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed();
  return {};
}

std::optional<std::string> read_small_file(const fs::path& path, Bytes limit) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::string content;
  std::array<char, 65536> buffer;
  bool good = false;
  for (;;) {
    const auto count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    if (count == 0) {
      good = true;
      break;
    }
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (static_cast<std::int64_t>(content.size()) > limit.value) break;
  }
  ::close(descriptor);
  if (!good) return std::nullopt;
  return content;
}

CacheSlot::CacheSlot(fs::path folder, int lock, LastEnd last_end, bool second_copy)
    : folder_(std::move(folder)), lock_(lock), last_end_(last_end), second_copy_(second_copy) {}

CacheSlot::CacheSlot(CacheSlot&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      last_end_(other.last_end_),
      second_copy_(other.second_copy_) {}

CacheSlot::~CacheSlot() {
  if (lock_ >= 0) ::close(lock_);  // and with it the flock
}

void CacheSlot::mark_clean() noexcept {
  ::unlink((folder_ / "open").c_str());
}

void CacheSlot::touch() noexcept {
  const int descriptor = ::open((folder_ / "watched").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  ::futimens(descriptor, nullptr);
  ::close(descriptor);
}

Result<CacheDirectory> CacheDirectory::open(const fs::path& cache_dir, std::optional<Bytes> limit) {
  const auto root = fs::absolute(cache_dir).lexically_normal();
  const auto torrents = root / "torrents";
  std::error_code error;
  fs::create_directories(torrents, error);
  if (error) return not_writable(torrents, error.message());
  if (::access(torrents.c_str(), W_OK | X_OK) != 0) return not_writable(torrents, errno_text());

  // What processes that died while deleting left behind. Its name holds a process id, but the id may be in
  // use again: two processes deleting the same thing do no harm.
  for (const auto& entry : fs::directory_iterator(torrents, error)) {
    if (entry.path().filename().string().find(".deleted-") == std::string::npos) continue;
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
  }

  if (!limit) {
    const auto space = fs::space(root, error);
    const auto free = error ? std::uintmax_t{0} : space.available;
    // What the cache uses already counts as free: else the limit would shrink from run to run.
    limit = Bytes{std::min(gib(10).value, (static_cast<std::int64_t>(free) + used_by(torrents)) / 10)};
  }
  return CacheDirectory{root, *limit};
}

Result<CacheSlot> CacheDirectory::acquire(const std::string& name) {
  for (int copy = 1; copy <= max_copies; ++copy) {
    const auto folder = torrents() / (copy == 1 ? name : name + "." + std::to_string(copy));
    std::error_code error;
    fs::create_directories(folder / "data", error);
    if (error) return not_writable(folder, error.message());
    const int lock = try_lock(folder);
    if (lock < 0) {
      if (errno == EWOULDBLOCK) continue;
      return not_writable(folder, errno_text());
    }
    fs::create_directories(folder / "data", error);  // try_lock may have had to make the folder anew
    auto last_end = CacheSlot::LastEnd::Fresh;
    if (fs::exists(folder / "open", error))
      last_end = CacheSlot::LastEnd::Crashed;
    else if (fs::exists(folder / "resume", error))
      last_end = CacheSlot::LastEnd::Clean;
    CacheSlot slot{folder, lock, last_end, copy > 1};
    const int marker = ::open((folder / "open").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (marker < 0) return not_writable(folder, errno_text());
    ::close(marker);
    slot.touch();
    return slot;
  }
  return not_writable(torrents() / name, "it is open in too many processes");
}

Bytes CacheDirectory::evict(Bytes room) {
  struct Entry {
    fs::path folder;
    timespec watched;
    std::int64_t used;
  };
  std::vector<Entry> entries;
  std::int64_t total = room.value;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(torrents(), error)) {
    if (!item.is_directory(error)) continue;
    Entry entry{item.path(), last_watched(item.path()), used_by(item.path())};
    total += entry.used;
    entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return std::pair{a.watched.tv_sec, a.watched.tv_nsec} < std::pair{b.watched.tv_sec, b.watched.tv_nsec};
  });
  for (const auto& entry : entries) {
    if (total <= limit_.value) break;
    if (entry.used == 0) continue;
    const int lock = try_lock(entry.folder);
    if (lock < 0) continue;  // open in a process, perhaps this one
    remove_locked(entry.folder);
    ::close(lock);
    total -= entry.used;
  }
  return Bytes{total - room.value};
}

}  // namespace freshet::streaming
