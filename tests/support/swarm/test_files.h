// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Contents for files of tests. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace freshet::test {

// `size` bytes that differ everywhere, the same for the same seed.
[[nodiscard]] std::string noise(std::size_t size, std::uint32_t seed = 1);
// Creates the folders above it too.
void write_file(const std::filesystem::path& path, std::string_view content);
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace freshet::test
