// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/output_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace freshet::drm {

Error file_exists(const std::filesystem::path& path) {
  return {ErrorCategory::Storage, "file-exists", path.string() + " is there already",
          "Give --force to replace it, or another name to -o"};
}

Error write_error(const std::filesystem::path& path, int number) {
  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    return {ErrorCategory::Storage, "disk-full",
            "The disk is full: " + path.string() + " could not be written",
            "Make room, or write to another disk with -o; packaging needs about twice the film's size for a "
            "while"};
  return {ErrorCategory::Storage, "write-failed",
          "Cannot write " + path.string() + " (" + std::generic_category().message(number) + ")",
          "Check that the folder exists and is writable"};
}

OutputFile::OutputFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
  auto name = path;
  name.replace_filename("." + path.filename().string() + ".XXXXXX");
  std::string text = name.string();
  const int descriptor = ::mkostemp(text.data(), O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(write_error(path, errno));
  // mkostemp() lets nobody else read it; what is published is like any other file.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  static_cast<void>(::fchmod(descriptor, 0666 & ~mask));
  return OutputFile(path, text, descriptor);
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

Result<void> OutputFile::write(std::span<const std::byte> bytes) {
  const auto begin = size_;
  size_ += std::ssize(bytes);
  return write_at(begin, bytes);
}

Result<void> OutputFile::write_at(std::int64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return std::unexpected(write_error(path_, written == 0 ? EIO : errno));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += written;
  }
  return {};
}

Result<void> OutputFile::keep(Replace replace) {
  if (::fsync(descriptor_) != 0) return std::unexpected(write_error(path_, errno));
  if (replace == Replace::Yes) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return std::unexpected(write_error(path_, errno));
  } else if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return std::unexpected(file_exists(path_));
    // File systems that do not know the flag.
    std::error_code ignored;
    if (std::filesystem::exists(path_, ignored)) return std::unexpected(file_exists(path_));
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return std::unexpected(write_error(path_, errno));
  }
  ::close(std::exchange(descriptor_, -1));
  return {};
}

}  // namespace freshet::drm
