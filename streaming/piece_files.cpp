// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/piece_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <libtorrent/error_code.hpp>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "streaming/descriptor.h"

namespace freshet::streaming {
namespace {

lt::storage_error error_at(lt::file_index_t file, lt::operation_t operation, int number) {
  return {lt::error_code(number, boost::system::generic_category()), file, operation};
}

}  // namespace

std::string PieceFiles::path(lt::file_index_t file) const {
  const std::lock_guard lock(mutex_);
  const auto renamed = renamed_.find(file);
  if (renamed == renamed_.end()) return files_->file_path(file, folder_);
  const std::filesystem::path name(renamed->second);
  return name.is_absolute() ? renamed->second : (std::filesystem::path(folder_) / name).string();
}

std::string PieceFiles::folder() const {
  const std::lock_guard lock(mutex_);
  return folder_;
}

void PieceFiles::set_folder(std::string folder) {
  const std::lock_guard lock(mutex_);
  folder_ = std::move(folder);
}

void PieceFiles::rename(lt::file_index_t file, const std::string& name) {
  const std::lock_guard lock(mutex_);
  renamed_[file] = name;
}

bool PieceFiles::was_lost() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lost_, false);
}

void PieceFiles::forget() {
  const std::lock_guard lock(mutex_);
  sizes_.clear();
  lost_ = false;
}

lt::storage_error PieceFiles::read(int piece, int begin, std::span<char> bytes) const {
  for (const auto& slice :
       files_->map_block(lt::piece_index_t{piece}, begin, static_cast<std::int64_t>(bytes.size()))) {
    auto part = bytes.first(static_cast<std::size_t>(slice.size));
    bytes = bytes.subspan(part.size());
    if (files_->pad_file_at(slice.file_index)) {
      std::ranges::fill(part, '\0');
      continue;
    }
    const Descriptor file(::open(path(slice.file_index).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return error_at(slice.file_index, lt::operation_t::file_open, errno);
    for (auto at = slice.offset; !part.empty();) {
      const auto count = ::pread(file.get(), part.data(), part.size(), at);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return error_at(slice.file_index, lt::operation_t::file_read, errno);
      if (count == 0) {
        return {lt::errors::make_error_code(lt::errors::file_too_short), slice.file_index,
                lt::operation_t::file_read};
      }
      at += count;
      part = part.subspan(static_cast<std::size_t>(count));
    }
  }
  return {};
}

lt::storage_error PieceFiles::punch(int first, int last) {
  const auto size =
      std::int64_t{last - first} * files_->piece_length() + files_->piece_size(lt::piece_index_t{last});
  for (const auto& slice : files_->map_block(lt::piece_index_t{first}, 0, size)) {
    if (files_->pad_file_at(slice.file_index)) continue;
    const Descriptor file(::open(path(slice.file_index).c_str(), O_RDWR | O_CLOEXEC));
    if (!file) return error_at(slice.file_index, lt::operation_t::file_open, errno);
    while (::fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, slice.offset, slice.size) !=
           0) {
      if (errno != EINTR) return error_at(slice.file_index, lt::operation_t::file_fallocate, errno);
    }
  }
  return {};
}

lt::storage_error PieceFiles::write(int piece, int begin, std::span<const char> bytes) {
  for (const auto& slice :
       files_->map_block(lt::piece_index_t{piece}, begin, static_cast<std::int64_t>(bytes.size()))) {
    auto part = bytes.first(static_cast<std::size_t>(slice.size));
    bytes = bytes.subspan(part.size());
    if (files_->pad_file_at(slice.file_index)) continue;
    const auto name = path(slice.file_index);
    Descriptor file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file && errno == ENOENT) {
      std::error_code error;
      std::filesystem::create_directories(std::filesystem::path(name).parent_path(), error);
      if (error) return error_at(slice.file_index, lt::operation_t::mkdir, error.value());
      file = Descriptor(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    }
    if (!file) return error_at(slice.file_index, lt::operation_t::file_open, errno);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) {
      return error_at(slice.file_index, lt::operation_t::file_stat, errno);
    }
    for (auto at = slice.offset; !part.empty();) {
      const auto count = ::pwrite(file.get(), part.data(), part.size(), at);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return error_at(slice.file_index, lt::operation_t::file_write, errno);
      if (count == 0) return error_at(slice.file_index, lt::operation_t::file_write, ENOSPC);
      at += count;
      part = part.subspan(static_cast<std::size_t>(count));
    }
    const std::lock_guard lock(mutex_);
    auto& known = sizes_[slice.file_index];
    lost_ = lost_ || status.st_size < known;
    known = std::max<std::int64_t>(status.st_size, slice.offset + slice.size);
  }
  return {};
}

}  // namespace freshet::streaming
