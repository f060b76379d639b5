// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A file that grows under a temporary name beside its own, and appears whole or not at all. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "streaming/base/error.h"

namespace freshet::drm {

enum class Replace : std::uint8_t { No, Yes };

class OutputFile {
 public:
  // Errors: Storage "write-failed", "disk-full".
  [[nodiscard]] static Result<OutputFile> create(const std::filesystem::path& path);
  // Removes it, unless keep() succeeded.
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // At the end. Errors: Storage "disk-full", "write-failed".
  [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);
  // Over what was written.
  [[nodiscard]] Result<void> write_at(std::int64_t offset, std::span<const std::byte> bytes);
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }

  // Gives it its name, once its bytes are on the disk. Errors: Storage "file-exists", "disk-full",
  // "write-failed".
  [[nodiscard]] Result<void> keep(Replace replace);

 private:
  OutputFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor);

  std::filesystem::path path_, temporary_;
  int descriptor_;
  std::int64_t size_ = 0;
};

// What a person is told when that file is there already.
[[nodiscard]] Error file_exists(const std::filesystem::path& path);
// Of an errno that a write ended with.
[[nodiscard]] Error write_error(const std::filesystem::path& path, int number);

}  // namespace freshet::drm
