// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/leaf_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace freshet::streaming {
namespace {

constexpr std::string_view magic = "FRESHLVS";
constexpr std::uint32_t version = 1;

void append_number(std::string& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<char>((value >> shift) & 0xffu));
}

std::int64_t offset_of(std::int64_t leaf) {
  return static_cast<std::int64_t>(leaf_header_size) + leaf * static_cast<std::int64_t>(leaf_size);
}

bool read_all(int file, std::span<char> bytes, std::int64_t at) {
  while (!bytes.empty()) {
    const auto count = ::pread(file, bytes.data(), bytes.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    at += count;
  }
  return true;
}

bool write_all(int file, std::span<const char> bytes, std::int64_t at) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(file, bytes.data(), bytes.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    at += count;
  }
  return true;
}

std::unexpected<Error> bad_leaves(const std::string& why) {
  return fail(ErrorCategory::Source, "bad-leaves", "The file of leaf hashes cannot be used: " + why,
              "Playback works without it, and starts a little later");
}

std::unexpected<Error> cannot_write(const std::filesystem::path& path, int number) {
  return fail(ErrorCategory::Storage, "write-failed",
              "Cannot write '" + path.string() + "': " + std::generic_category().message(number),
              "Check that the folder exists and is writable");
}

}  // namespace

std::string leaf_name(const std::string& torrent) {
  // What a URL has behind its path stays there.
  const auto end = torrent.find("://") == std::string::npos ? std::string::npos : torrent.find_first_of("?#");
  const auto path = torrent.substr(0, end);
  return path + ".leaves" + (end == std::string::npos ? "" : torrent.substr(end));
}

std::string leaf_header(const lt::sha256_hash& infohash, const LeafLayout& layout) {
  std::string header(magic);
  append_number(header, version);
  append_number(header, static_cast<std::uint32_t>(layout.files()));
  header.append(infohash.data(), leaf_size);
  return header;
}

Result<void> check_leaf_header(std::span<const char> bytes, const lt::sha256_hash& infohash,
                               const LeafLayout& layout) {
  if (bytes.size() < leaf_header_size || std::string_view(bytes.data(), magic.size()) != magic)
    return bad_leaves("it is not one");
  const std::string_view header(bytes.data(), leaf_header_size);
  const auto expected = leaf_header(infohash, layout);
  if (header.substr(8, 4) != std::string_view(expected).substr(8, 4))
    return bad_leaves("it is of another version");
  if (header != expected) return bad_leaves("it belongs to another torrent");
  return {};
}

Leaves leaves_from(std::span<const char> bytes) {
  Leaves leaves;
  leaves.reserve(bytes.size() / leaf_size);
  for (; bytes.size() >= leaf_size; bytes = bytes.subspan(leaf_size)) leaves.emplace_back(bytes.data());
  return leaves;
}

Result<LeafFile> LeafFile::open(const std::filesystem::path& path, const lt::sha256_hash& infohash,
                                const LeafLayout& layout) {
  // Not one that would block: a FIFO of that name.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return fail(ErrorCategory::Storage, "read-failed",
                "Cannot read '" + path.string() + "': " + std::generic_category().message(errno));
  }
  std::array<char, leaf_header_size> header{};
  if (!S_ISREG(status.st_mode) || !read_all(file.get(), header, 0)) return bad_leaves("it is not one");
  if (auto usable = check_leaf_header(header, infohash, layout); !usable)
    return std::unexpected(std::move(usable.error()));
  if (status.st_size < offset_of(layout.total())) return bad_leaves("its end is missing");
  return LeafFile(std::move(file));
}

Leaves LeafFile::read(LeafRun run) const {
  std::vector<char> bytes(static_cast<std::size_t>(run.count) * leaf_size);
  if (!read_all(file_.get(), bytes, offset_of(run.first))) return {};
  return leaves_from(bytes);
}

LeafFileWriter::LeafFileWriter(std::filesystem::path path, std::filesystem::path temporary, Descriptor file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

Result<std::unique_ptr<LeafFileWriter>> LeafFileWriter::create(const std::filesystem::path& path) {
  auto temporary = path;
  temporary += ".part";
  Descriptor file(::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file) return cannot_write(path, errno);
  return std::unique_ptr<LeafFileWriter>(new LeafFileWriter(path, std::move(temporary), std::move(file)));
}

LeafFileWriter::~LeafFileWriter() {
  if (!finished_) ::unlink(temporary_.c_str());
}

Result<void> LeafFileWriter::put(LeafRun run, std::span<const lt::sha256_hash> leaves) {
  std::string bytes;
  for (const auto& leaf : leaves.first(std::min(leaves.size(), static_cast<std::size_t>(run.count))))
    bytes.append(leaf.data(), leaf_size);
  if (!write_all(file_.get(), bytes, offset_of(run.first))) return cannot_write(path_, errno);
  return {};
}

Result<void> LeafFileWriter::finish(const lt::sha256_hash& infohash, const LeafLayout& layout) {
  if (!write_all(file_.get(), leaf_header(infohash, layout), 0) ||
      ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return cannot_write(path_, errno);
  }
  finished_ = true;
  return {};
}

}  // namespace freshet::streaming
