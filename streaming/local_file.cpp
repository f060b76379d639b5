// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "streaming/descriptor.h"
#include "streaming/direct_sources.h"

namespace freshet::streaming {
namespace {

// A pipe with a name has no size to derive a buffer from; the same as an HTTP source has by default.
constexpr Bytes named_pipe_memory = mib(150);

class LocalFile final : public ByteSource {
 public:
  explicit LocalFile(Descriptor file) : file_(std::move(file)) {}

  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override {
    if (generation < oldest_.load(std::memory_order_relaxed)) return std::unexpected(ReadCancelled{});
    if (offset.value < 0) return std::size_t{0};
    for (;;) {
      const ssize_t count = ::pread(file_.get(), buffer.data(), buffer.size(), offset.value);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno == EINTR) continue;
      return std::unexpected(Error{ErrorCategory::Storage,
                                   "read-failed",
                                   "reading the file failed: " + std::generic_category().message(errno),
                                   {}});
    }
  }

  void cancel_before(Generation generation) noexcept override {
    Generation known = oldest_.load(std::memory_order_relaxed);
    while (known < generation &&
           !oldest_.compare_exchange_weak(known, generation, std::memory_order_relaxed)) {
    }
  }

  // Asked anew each time: a file that is still being written grows.
  [[nodiscard]] std::optional<Bytes> size() const override {
    struct stat status{};
    if (::fstat(file_.get(), &status) != 0) return std::nullopt;
    if (S_ISREG(status.st_mode)) return Bytes{status.st_size};
    const off_t end = ::lseek(file_.get(), 0, SEEK_END);  // a block device; pread does not mind the position
    if (end < 0) return std::nullopt;
    return Bytes{end};
  }

  [[nodiscard]] Seekable seekable() const override { return Seekable::Yes; }

  [[nodiscard]] std::vector<ByteRange> available() const override {
    const Bytes all = size().value_or(Bytes{0});
    if (all.value == 0) return {};
    return {ByteRange{ByteOffset{0}, ByteOffset{all.value}}};
  }

  void set_windows(std::span<const Window> /*windows*/) override {}  // the kernel reads ahead by itself

 private:
  Descriptor file_;
  std::atomic<Generation> oldest_{};
};

std::unexpected<Error> open_failed(const std::filesystem::path& path, int error) {
  const std::string name = "'" + path.string() + "'";
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCategory::Source, "no-such-file", "there is no file " + name, "check the path");
    case EACCES:
    case EPERM:
      return fail(ErrorCategory::Source, "permission-denied", name + " may not be read by you",
                  "see its permissions with: ls -l");
    case EISDIR:
      return fail(ErrorCategory::Source, "is-directory", name + " is a folder", "name a file in it");
    default:
      return fail(ErrorCategory::Source, "open-failed",
                  name + " cannot be opened: " + std::generic_category().message(error));
  }
}

}  // namespace

std::shared_ptr<ByteSource> file_source(Descriptor file) {
  return std::make_shared<LocalFile>(std::move(file));
}

Result<std::shared_ptr<ByteSource>> open_local_file(const std::filesystem::path& path) {
  // O_NONBLOCK: a named pipe without a writer must not hold us here; reading a file does not change by it.
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file) return open_failed(path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return open_failed(path, errno);
  if (S_ISDIR(status.st_mode)) return open_failed(path, EISDIR);
  if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode)) return file_source(std::move(file));
  return open_pipe(std::move(file), named_pipe_memory);
}

}  // namespace freshet::streaming
