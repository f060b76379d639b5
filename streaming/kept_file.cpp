// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/kept_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>
#include <vector>

#include "streaming/descriptor.h"

namespace freshet::streaming {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t longest_name = 255;  // NAME_MAX of every Linux file system
constexpr int max_numbered = 1000;         // more files of one name are somebody's script gone wrong

std::unexpected<Error> keep_failed(const fs::path& path, const std::string& why) {
  return fail(ErrorCategory::Storage, "keep-failed", "Cannot keep '" + path.string() + "': " + why,
              "choose another folder with --keep");
}

// Cuts in front of a UTF-8 continuation byte never.
std::string shorten(std::string text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  text.resize(length);
  return text;
}

bool same_content(const fs::path& a, const fs::path& b, const std::stop_token& stop) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  if (!fs::is_regular_file(b, error) || fs::file_size(a, error) != fs::file_size(b, error) || error)
    return false;
  std::ifstream left(a, std::ios::binary);
  std::ifstream right(b, std::ios::binary);
  std::array<char, 65536> left_part;
  std::array<char, 65536> right_part;
  while (left && right && !stop.stop_requested()) {
    left.read(left_part.data(), left_part.size());
    right.read(right_part.data(), right_part.size());
    if (left.gcount() != right.gcount() ||
        !std::equal(left_part.data(), left_part.data() + left.gcount(), right_part.data())) {
      return false;
    }
  }
  return left.eof() && right.eof();
}

// Neither a signal nor a crash leaves an unnamed file behind. Not every file system has them.
Descriptor unnamed_file(const fs::path& folder) {
  return Descriptor(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
}

// An empty string, or why not.
std::string copy_bytes(int from, int to, const std::stop_token& stop) {
  // So much at a time that the kernel's own copy is fast and a stop is seen soon.
  constexpr std::size_t portion = 4 << 20;
  std::vector<char> buffer;
  for (;;) {
    if (stop.stop_requested()) return "interrupted";
    auto count = buffer.empty() ? ::copy_file_range(from, nullptr, to, nullptr, portion, 0) : -1;
    // Between some file systems the kernel does not copy.
    if (count < 0 && (!buffer.empty() || errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP)) {
      buffer.resize(std::size_t{256} << 10);
      count = ::read(from, buffer.data(), buffer.size());
      for (ssize_t written = 0; count > written;) {
        const auto more = ::write(to, buffer.data() + written, static_cast<std::size_t>(count - written));
        if (more < 0) return std::strerror(errno);
        written += more;
      }
    }
    if (count < 0) return std::strerror(errno);
    if (count == 0) return {};
  }
}

// The destination does not exist before and is whole after. An empty string, or why not.
std::string link_or_copy(const fs::path& from, const fs::path& to, const std::stop_token& stop) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  if (errno == EEXIST) return std::strerror(errno);
  const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return std::strerror(errno);
  if (const auto out = unnamed_file(to.parent_path())) {
    auto why = copy_bytes(in.get(), out.get(), stop);
    if (!why.empty()) return why;
    const auto unnamed = "/proc/self/fd/" + std::to_string(out.get());
    if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
    return std::strerror(errno);
  }
  const auto partial = to.parent_path() / (".freshet-" + std::to_string(::getpid()) + ".part");
  const Descriptor out(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!out) return std::strerror(errno);
  auto why = copy_bytes(in.get(), out.get(), stop);
  // link, not rename: rename would overwrite a file that appeared meanwhile. File systems without links get
  // the small risk.
  if (why.empty() && ::link(partial.c_str(), to.c_str()) != 0 &&
      (errno == EEXIST || ::rename(partial.c_str(), to.c_str()) != 0)) {
    why = std::strerror(errno);
  }
  ::unlink(partial.c_str());
  return why;
}

}  // namespace

std::string kept_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  std::string name(slash == std::string_view::npos ? path : path.substr(slash + 1));
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  const auto visible = name.find_first_not_of(". ");
  name.erase(0, std::min(visible, name.size()));
  if (name.empty()) name = "unnamed";
  if (name.size() > longest_name) {
    const auto extension = shorten(fs::path(name).extension().string(), 16);
    name = shorten(fs::path(name).stem().string(), longest_name - extension.size()) + extension;
  }
  return name;
}

Result<fs::path> keep_file(const fs::path& finished, const fs::path& folder, const std::string& name,
                           std::stop_token stop) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return keep_failed(folder, error.message());
  const auto stem = fs::path(name).stem().string();
  const auto extension = fs::path(name).extension().string();
  for (int number = 1; number <= max_numbered && !stop.stop_requested(); ++number) {
    auto numbered = number == 1 ? extension : " (" + std::to_string(number) + ")" + extension;
    numbered.insert(0, shorten(stem, longest_name - std::min(longest_name, numbered.size())));
    auto path = folder / numbered;
    if (fs::exists(fs::symlink_status(path, error))) {
      if (same_content(finished, path, stop)) return path;
      continue;
    }
    const auto why = link_or_copy(finished, path, stop);
    if (why.empty()) return path;
    if (!fs::exists(fs::symlink_status(path, error))) return keep_failed(path, why);
    --number;  // somebody was faster: look at what lies there now
  }
  return keep_failed(folder / name, stop.stop_requested() ? "interrupted" : "too many files have that name");
}

}  // namespace freshet::streaming
