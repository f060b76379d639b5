// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/swarm/swarm.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace freshet::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().message);
  return std::move(*result);
}

}  // namespace

streaming::SessionOptions loopback_options(const std::filesystem::path& cache, const std::string& address) {
  streaming::SessionOptions options;
  options.listen = address + ":0";
  options.dht = options.lsd = options.pex = options.upnp = options.utp = false;
  options.cache_dir = cache;
  return options;
}

streaming::PublishedTorrent publish(const std::filesystem::path& path,
                                    const streaming::PublishOptions& options) {
  return must(streaming::make_torrent(path, options, {}, {}));
}

Seeder::Seeder(const streaming::PublishedTorrent& torrent, const std::filesystem::path& data,
               const Options& options) {
  auto session = loopback_options(cache_.path(), options.address);
  session.listen = options.address + ":" + std::to_string(options.port);
  session.upload_limit = options.upload_limit;
  session.encryption = options.encryption;
  session.utp = options.utp;
  session_ = must(streaming::start_session(session));
  torrent_ =
      must(session_->seed({torrent.bytes}, {.data = data, .verification = options.verification}, observer_));
  port_ = session_->listen_port();
  address_ = options.address + ":" + std::to_string(port_);
}

Viewer::Viewer(const streaming::SessionOptions& options, const streaming::TorrentSpec& spec) {
  session_ = must(streaming::start_session(options));
  torrent_ = must(session_->open(spec, observer_));
}

std::shared_ptr<ByteSource> Viewer::open(FileIndex file) {
  if (!observer_.wait_for_metadata()) throw std::runtime_error("no metadata");
  return must(torrent_->open_file(file));
}

std::string read_bytes(ByteSource& source, std::int64_t offset, std::int64_t size, Generation generation) {
  std::string result;
  std::array<std::byte, 50'000> buffer;  // not a power of two: reads cross the borders of pieces
  while (static_cast<std::int64_t>(result.size()) < size) {
    const auto wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(size) - result.size());
    const auto count = source.read(ByteOffset{offset + static_cast<std::int64_t>(result.size())},
                                   std::span(buffer).first(wanted), generation);
    if (!count) {
      const auto* error = std::get_if<Error>(&count.error());
      throw std::runtime_error(error != nullptr ? error->code + ": " + error->message : "cancelled");
    }
    if (*count == 0) break;
    result.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
  return result;
}

std::string read_all(ByteSource& source) {
  return read_bytes(source, 0, source.size().value_or(Bytes{}).value);
}

}  // namespace freshet::test
