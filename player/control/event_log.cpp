// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/event_log.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include "player/control/swarm_json.h"
#include "player/control/text.h"

namespace freshet::control {
namespace {

// The object's fields after "t", in order: `,"name":value`. Names are ours and need no escapes.
class Fields {
 public:
  Fields& text(std::string_view name, std::string_view value) {
    return raw(name, nlohmann::json(valid_utf8(value)).dump());
  }
  Fields& number(std::string_view name, std::int64_t value) { return raw(name, fmt::format("{}", value)); }
  Fields& real(std::string_view name, double value) {
    return raw(name, std::isfinite(value) ? fmt::format("{:.6f}", value) : "null");
  }
  Fields& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  Fields& seconds(std::string_view name, std::chrono::nanoseconds value) {
    return real(name, to_seconds(value));
  }
  Fields& seconds(std::string_view name, const std::optional<MediaTime>& value) {
    return value ? seconds(name, *value) : raw(name, "null");
  }
  Fields& raw(std::string_view name, std::string_view json) {
    fmt::format_to(std::back_inserter(text_), ",\"{}\":{}", name, json);
    return *this;
  }
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] std::string object() const { return "{" + text_.substr(text_.empty() ? 0 : 1) + "}"; }

 private:
  std::string text_;
};

std::string_view kind_name(media::TrackKind kind) {
  switch (kind) {
    case media::TrackKind::Video: return "video";
    case media::TrackKind::Audio: return "audio";
    case media::TrackKind::Subtitle: return "sub";
  }
  std::unreachable();
}

std::string stream_object(const media::Track& track) {
  Fields fields;
  fields.text("type", kind_name(track.kind)).number("id", track.id).number("index", track.stream_index);
  fields.text("codec", track.codec).text("language", track.language).text("title", track.title);
  fields.flag("default", track.is_default).flag("decodable", track.decodable);
  if (track.kind == media::TrackKind::Video) {
    fields.number("width", track.width).number("height", track.height).real("fps", track.frames_per_second);
  } else if (track.kind == media::TrackKind::Audio) {
    fields.number("channels", track.channels).number("sample_rate", track.sample_rate);
  }
  return fields.object();
}

template <class Range, class ToObject>
std::string array(const Range& range, ToObject to_object) {
  std::string text = "[";
  for (const auto& item : range) {
    if (text.size() > 1) text += ',';
    text += to_object(item);
  }
  return text + "]";
}

Fields error_fields(const Error& error) {
  Fields fields;
  fields.text("code", error.code).text("message", error.message).text("hint", error.hint);
  fields.number("exit_code", exit_code(error.category));
  return fields;
}

}  // namespace

EventLog::EventLog(int descriptor, MonotonicTime start, Now now)
    : descriptor_(descriptor), start_(start), now_(std::move(now)) {}

void EventLog::source(std::string_view source, std::string_view kind) {
  write("source", Fields().text("source", source).text("kind", kind).str());
}

void EventLog::metadata(const streaming::TorrentMetadata& metadata) {
  Fields fields;
  fields.text("name", metadata.name).text("infohash_v1", metadata.infohash_v1);
  fields.text("infohash_v2", metadata.infohash_v2).text("magnet", metadata.magnet);
  fields.number("size", metadata.total.value).number("piece_length", metadata.piece_length.value);
  fields.raw("files", array(metadata.files, [](const streaming::TorrentFile& file) {
               return Fields()
                   .number("index", static_cast<std::int32_t>(file.index))
                   .text("path", file.path)
                   .number("size", file.size.value)
                   .object();
             }));
  write("metadata", fields.str());
}

void EventLog::peers(const streaming::SwarmStats& stats, std::span<const streaming::PeerStats> peers) {
  Fields fields;
  fields.number("peers", stats.peers).number("seeds", stats.seeds);
  fields.text("state", swarm_state_name(stats.state));
  fields.raw("list", json_text(peers_json(peers.first(std::min(peers.size(), most_peers)), Words::Snake)));
  write("peers", fields.str());
}

void EventLog::open(const OpenEvent& open) {
  Fields fields;
  fields.text("file", open.file);
  if (open.index) fields.number("index", static_cast<std::int32_t>(*open.index));
  if (open.size) fields.number("size", open.size->value);
  fields.seconds("duration", open.media.duration).text("format", open.media.format);
  fields.flag("seekable", open.media.seekable).raw("streams", array(open.media.tracks, stream_object));
  fields.number("video", open.video).number("audio", open.audio).number("subtitle", open.subtitle);
  if (!open.media.skipped.empty()) {
    fields.raw("skipped", array(open.media.skipped, [](const std::string& what) {
                 return nlohmann::json(valid_utf8(what)).dump();
               }));
  }
  write("open", fields.str());
}

MonotonicTime EventLog::first_frame(MediaTime pts) {
  return write("first_frame", Fields().seconds("pts", pts).str());
}

void EventLog::phases(MonotonicTime begin, const playback::StartPhases& phases) {
  Fields fields;
  fields.seconds("begin", begin - start_);
  if (phases.peers) fields.seconds("peers", *phases.peers);
  if (phases.metadata) fields.seconds("metadata", *phases.metadata);
  fields.seconds("header", phases.header)
      .seconds("first_gop", phases.first_gop)
      .seconds("decode", phases.decode);
  write("phases", fields.str());
}

void EventLog::stall_begin(MediaTime position, std::string_view reason) {
  write("stall_begin", Fields().seconds("pos", position).text("reason", reason).str());
}

void EventLog::stall_end(MediaTime position, std::chrono::nanoseconds length) {
  write("stall_end", Fields().seconds("pos", position).seconds("length", length).str());
}

void EventLog::seek(MediaTime target, media::SeekMode mode) {
  write("seek", Fields().seconds("target", target).flag("exact", mode == media::SeekMode::Exact).str());
}

void EventLog::seek_done(MediaTime pts, MediaTime target) {
  write("seek_done", Fields().seconds("pts", pts).seconds("target", target).str());
}

void EventLog::seek_cancelled(MediaTime target) {
  write("seek_cancelled", Fields().seconds("target", target).str());
}

void EventLog::progress(const ProgressEvent& progress) {
  const streaming::SwarmStats swarm = progress.swarm.value_or(streaming::SwarmStats{});
  Fields fields;
  fields.seconds("pos", progress.position).seconds("duration", progress.duration);
  fields.seconds("buffered_until", progress.buffered_until);
  fields.number("down_rate", swarm.down_rate.value).number("up_rate", swarm.up_rate.value);
  fields.number("peers", swarm.peers).number("bytes_down", swarm.bytes_down.value);
  fields.number("bytes_wasted", swarm.bytes_wasted.value).number("dropped_frames", progress.dropped_frames);
  fields.flag("paused", progress.paused);
  fields.number("bytes_useful", swarm.bytes_useful.value);
  fields.number("bytes_redundant", swarm.bytes_redundant.value)
      .number("bytes_failed", swarm.bytes_failed.value);
  fields.raw("blocks", json_text(blocks_json(swarm.blocks)))
      .raw("pieces", json_text(pieces_json(swarm.pieces, Words::Snake)));
  write("progress", fields.str());
}

void EventLog::eof() {
  write("eof", {});
}
void EventLog::error(const Error& error) {
  write("error", error_fields(error).str());
}
void EventLog::warning(const Error& error) {
  write("warning", error_fields(error).str());
}
void EventLog::exit(int code) {
  write("exit", Fields().number("code", code).str());
}

void EventLog::seeding(std::string_view magnet, std::uint16_t port) {
  write("seeding", Fields().text("magnet", magnet).number("port", port).str());
}

MonotonicTime EventLog::write(std::string_view event, std::string_view fields) {
  const std::scoped_lock lock(mutex_);
  last_ = std::max(last_, now_());
  if (closed_) return last_;
  const std::int64_t microseconds = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::microseconds>(last_ - start_).count());
  const std::string line = fmt::format("{{\"event\":\"{}\",\"t\":{}.{:06}{}}}\n", event,
                                       microseconds / 1'000'000, microseconds % 1'000'000, fields);
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody made the terminal or pipe non-blocking; a line is never cut, so wait for its reader.
      pollfd waiting{.fd = descriptor_, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      closed_ = true;  // EPIPE, a full disk: nobody reads
      break;
    }
  }
  return last_;
}

}  // namespace freshet::control
