// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/source_opener.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "player/playback/protection_error.h"
#include "player/playback/read_ahead.h"
#include "player/playback/read_whole.h"
#include "player/playback/swarm_relay.h"
#include "streaming/base/path.h"
#include "streaming/file_choice.h"

namespace freshet::playback {

namespace {

// A .torrent of a 100 GiB film with 1 MiB pieces and v2 layers is about 6 MiB.
constexpr Bytes max_torrent_file = mib(32);
// What was read before the file is chosen belongs to no seek yet.
constexpr Generation opening{0};
constexpr Generation every_generation{std::numeric_limits<std::uint32_t>::max()};

std::string without_query(std::string_view url) {
  return std::string(url.substr(0, url.find_first_of("?#")));
}

Error cancelled() {
  return {ErrorCategory::Usage, "cancelled", "Opening was cancelled", ""};
}

Error from_read_error(const ReadError& error) {
  if (const Error* real = std::get_if<Error>(&error)) return *real;
  return cancelled();
}

Result<MediaBytes> as_media(Result<std::shared_ptr<ByteSource>> bytes) {
  if (!bytes) return std::unexpected(bytes.error());
  return MediaBytes{std::move(*bytes)};
}

const streaming::TorrentFile* find_file(const streaming::TorrentMetadata& metadata, FileIndex index) {
  const auto found = std::ranges::find(metadata.files, index, &streaming::TorrentFile::index);
  return found == metadata.files.end() ? nullptr : &*found;
}

}  // namespace

Result<std::shared_ptr<streaming::Session>> SessionProvider::get() {
  const std::scoped_lock lock(mutex_);
  if (!session_) {
    auto started = streaming::start_session(options_);
    if (started) {
      session_ = std::shared_ptr<streaming::Session>(std::move(*started));
    } else {
      session_ = std::unexpected(started.error());
    }
  }
  return *session_;
}

SourceOpener::SourceOpener(OpenRequest request, SessionProvider& sessions, OpenerEvents& events)
    : request_(std::move(request)),
      sessions_(sessions),
      events_(events),
      thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

SourceOpener::~SourceOpener() {
  thread_.request_stop();
  const std::scoped_lock lock(mutex_);
  cancelled_ = true;
  if (reading_) reading_->cancel_before(every_generation);
}

streaming::HttpOptions SourceOpener::http_options() const {
  return {.proxy = sessions_.options().proxy, .memory = sessions_.options().memory_cache};
}

void SourceOpener::remember(const std::shared_ptr<ByteSource>& bytes) {
  const std::scoped_lock lock(mutex_);
  reading_ = bytes;
  if (cancelled_ && bytes) bytes->cancel_before(every_generation);
}

void SourceOpener::run(std::stop_token stop) {
  Result<OpenedSource> opened = open(stop);
  remember(nullptr);
  if (stop.stop_requested()) return;
  if (opened) {
    events_.on_opened(std::move(*opened));
  } else {
    events_.on_failed(opened.error());
  }
}

Result<OpenedSource> SourceOpener::open(std::stop_token stop) {
  const Result<streaming::Source> source = streaming::parse_source(request_.source);
  if (!source) return std::unexpected(source.error());

  if (const auto* magnet = std::get_if<streaming::MagnetSource>(&*source)) {
    events_.on_source_kind("magnet");
    return open_torrent(*magnet, stop);
  }
  if (const auto* file = std::get_if<streaming::TorrentFileSource>(&*source)) {
    events_.on_source_kind("torrent");
    const auto bytes = streaming::open_local_file(file->path);
    if (!bytes) return std::unexpected(bytes.error());
    auto content = read_whole(**bytes, max_torrent_file);
    if (!content) return std::unexpected(content.error());
    return open_torrent(streaming::TorrentBytes{std::move(*content), file->path.string()}, stop);
  }
  if (const auto* url = std::get_if<streaming::TorrentUrlSource>(&*source)) {
    events_.on_source_kind("torrent-url");
    auto content = streaming::http_get(url->url, max_torrent_file, http_options(), stop);
    if (!content) return std::unexpected(content.error());
    return open_torrent(streaming::TorrentBytes{std::move(*content), url->url}, stop);
  }
  if (const auto* local = std::get_if<streaming::LocalFileSource>(&*source)) {
    events_.on_source_kind("file");
    return open_local(local->path.string());
  }
  if (const auto* url = std::get_if<streaming::MediaUrlSource>(&*source)) {
    events_.on_source_kind("url");
    return open_url(url->url, stop);
  }
  events_.on_source_kind("stdin");
  OpenedSource opened;
  opened.bytes = streaming::open_pipe(0, sessions_.options().memory_cache);
  opened.name = "-";
  events_.on_bytes_ready();
  return opened;
}

Result<OpenedSource> SourceOpener::open_local(const std::string& path) {
  auto bytes = streaming::open_local_file(path);
  if (!bytes) return std::unexpected(bytes.error());
  events_.on_bytes_ready();
  OpenedSource opened;
  opened.bytes = std::move(*bytes);
  opened.name = last_part(path);
  opened.sidecars = local_sidecars(path);
  opened.open_again = [path] { return as_media(streaming::open_local_file(path)); };
  if (auto unlocked = unlock(opened); !unlocked) return std::unexpected(unlocked.error());
  return opened;
}

Result<OpenedSource> SourceOpener::open_url(const std::string& url, std::stop_token stop) {
  auto bytes = streaming::open_http(url, http_options(), stop);
  if (!bytes) return std::unexpected(bytes.error());
  remember(*bytes);
  events_.on_bytes_ready();
  std::array<std::byte, 32> head{};
  const auto got = (*bytes)->read(ByteOffset{0}, head, opening);
  if (!got) return std::unexpected(from_read_error(got.error()));
  if (streaming::looks_like_torrent({reinterpret_cast<const char*>(head.data()), *got})) {
    auto content = streaming::http_get(url, max_torrent_file, http_options(), stop);
    if (!content) return std::unexpected(content.error());
    return open_torrent(streaming::TorrentBytes{std::move(*content), url}, stop);
  }
  OpenedSource opened;
  opened.bytes = std::move(*bytes);
  opened.name = last_part(without_query(url));
  if (opened.bytes->seekable() == Seekable::Yes) {
    if (auto unlocked = unlock(opened); !unlocked) return std::unexpected(unlocked.error());
  }
  return opened;
}

Result<OpenedSource> SourceOpener::open_torrent(const streaming::TorrentSpec& spec, std::stop_token stop) {
  std::vector<FileIndex> select_only;
  if (const auto* magnet = std::get_if<streaming::MagnetSource>(&spec)) select_only = magnet->select_only;

  if (request_.torrent && request_.torrent->source == request_.source &&
      request_.torrent->torrent->metadata()) {
    request_.torrent->relay->set_target(&events_);
    events_.on_torrent(request_.torrent);
    events_.on_metadata(*request_.torrent->torrent->metadata());
    return choose(request_.torrent, select_only);
  }
  auto session = sessions_.get();
  if (!session) return std::unexpected(session.error());
  auto open = std::make_shared<OpenTorrent>();
  open->source = request_.source;
  auto relay = std::make_shared<SwarmRelay>();
  relay->set_target(&events_);
  open->relay = relay;
  auto torrent = (*session)->open(spec, *relay);
  if (!torrent) {
    relay->set_target(nullptr);
    return std::unexpected(torrent.error());
  }
  open->torrent = std::move(*torrent);
  events_.on_torrent(open);
  const Result<void> known = relay->wait_for_metadata(stop);
  if (!known) {
    relay->set_target(nullptr);
    return std::unexpected(known.error());
  }
  return choose(open, select_only);
}

Result<OpenedSource> SourceOpener::choose(const std::shared_ptr<OpenTorrent>& open,
                                          const std::vector<FileIndex>& select_only) {
  const std::optional<streaming::TorrentMetadata> metadata = open->torrent->metadata();
  if (!metadata) return fail(ErrorCategory::Internal, "no-metadata", "The torrent lost its metadata");
  OpenedSource opened;
  opened.torrent = open;
  if (request_.metadata_only) {
    opened.name = metadata->name;
    return opened;
  }
  if (request_.file) {
    opened.all_files = {*request_.file};
  } else {
    auto chosen = streaming::choose_files(metadata->files, request_.wanted, select_only);
    if (!chosen) return std::unexpected(chosen.error());
    opened.all_files = std::move(*chosen);
  }
  for (const FileIndex index : opened.all_files) {
    const streaming::TorrentFile* file = find_file(*metadata, index);
    opened.all_titles.push_back(file ? std::string(last_part(file->path)) : std::string{});
  }
  const FileIndex index = opened.all_files.front();
  auto bytes = open->torrent->open_file(index);
  if (!bytes) return std::unexpected(bytes.error());
  remember(*bytes);
  events_.on_bytes_ready();
  auto layout = announce(**bytes);
  if (!layout) return std::unexpected(layout.error());
  opened.layout = std::move(*layout);
  opened.bytes = std::move(*bytes);
  opened.file = index;
  opened.open_again = [open, index] {
    return as_media(open->torrent->open_file(index, Urgency::Background));
  };
  opened.name = opened.all_titles.front();
  if (auto unlocked = unlock(opened); !unlocked) return std::unexpected(unlocked.error());
  if (const streaming::TorrentFile* video = find_file(*metadata, index)) {
    opened.sidecars = torrent_sidecars({open, open->torrent.get()}, *metadata, *video);
  }
  return opened;
}

Result<media::FileLayout> SourceOpener::announce(ByteSource& bytes) {
  const Bytes size = bytes.size().value_or(Bytes{});
  std::vector<std::byte> head(media::layout_head);
  std::size_t filled = 0;
  while (filled < head.size()) {
    const auto got =
        bytes.read(ByteOffset{static_cast<std::int64_t>(filled)}, std::span(head).subspan(filled), opening);
    if (!got) return std::unexpected(from_read_error(got.error()));
    if (*got == 0) break;
    filled += *got;
  }
  media::FileLayout layout = media::layout_of(std::span(head).first(filled), size);
  const auto windows = opening_windows(layout, size, std::chrono::steady_clock::now());
  if (!windows.empty()) bytes.set_windows(windows);
  return layout;
}

Result<void> SourceOpener::unlock(OpenedSource& opened) {
  auto summary = container::find_protection(*opened.bytes, opening);
  if (!summary) return std::unexpected(from_read_error(summary.error()));
  opened.protection = std::move(*summary);
  const container::ProtectionSummary& protection = *opened.protection;
  if (!protection.is_protected) return {};
  const auto is_there = [&](const container::KeyId& id) {
    drm::KeyId16 key{};
    if (!request_.keys || id.bytes.size() != key.size()) return false;
    std::ranges::copy(id.bytes, key.begin());
    return request_.keys->find(key).has_value();
  };
  if (!can_unlock(protection) || std::ranges::none_of(protection.key_ids, is_there)) {
    if (!request_.protected_too)
      return std::unexpected(no_licence_error(protection, request_.keys && !request_.keys->empty()));
    if (!can_unlock(protection)) return {};
  }
  const auto keys = request_.keys ? request_.keys : std::make_shared<const drm::KeyRing>();
  auto media = unlocked(std::move(opened.bytes), keys);
  opened.bytes = std::move(media.bytes);
  opened.unlockers = std::move(media.unlockers);
  if (opened.open_again) {
    opened.open_again = [again = std::move(opened.open_again), keys]() -> Result<MediaBytes> {
      auto bytes = again();
      if (!bytes) return bytes;
      return unlocked(std::move(bytes->bytes), keys);
    };
  }
  return {};
}

}  // namespace freshet::playback
