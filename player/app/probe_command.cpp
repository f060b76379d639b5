// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/probe_command.h"

#include <atomic>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <unistd.h>

#include "drm/container/protection.h"
#include "player/app/human_text.h"
#include "player/app/signal_watcher.h"
#include "player/app/source_waiter.h"
#include "player/media/pipeline.h"

namespace freshet::app {

namespace {

using nlohmann::json;

int refuse(const Error& error) {
  std::fputs(error_text(error, isatty(STDERR_FILENO) != 0).c_str(), stderr);
  return exit_code(error.category);
}

const char* kind_name(media::TrackKind kind) {
  switch (kind) {
    case media::TrackKind::Video: return "video";
    case media::TrackKind::Audio: return "audio";
    case media::TrackKind::Subtitle: return "subtitle";
  }
  return "";
}

json track_json(const media::Track& track) {
  json line{{"kind", kind_name(track.kind)}, {"id", track.id},         {"index", track.stream_index},
            {"codec", track.codec},          {"title", track.title},   {"language", track.language},
            {"default", track.is_default},   {"forced", track.forced}, {"decodable", track.decodable}};
  if (track.bit_rate > 0) line["bit_rate"] = track.bit_rate;
  if (track.kind == media::TrackKind::Video) {
    line["width"] = track.width;
    line["height"] = track.height;
    line["fps"] = track.frames_per_second;
    line["rotation"] = track.rotation;
    line["sample_aspect"] = track.sample_aspect;
    line["album_art"] = track.album_art;
  }
  if (track.kind == media::TrackKind::Audio) {
    line["channels"] = track.channels;
    line["sample_rate"] = track.sample_rate;
    line["channel_layout"] = track.channel_layout;
  }
  return line;
}

std::string track_text(const media::Track& track) {
  std::string text = fmt::format("{:<10}#{} {}", kind_name(track.kind), track.id, track.codec);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (track.kind == media::TrackKind::Video) {
    text += fmt::format(" {}x{}", track.width, track.height);
    if (track.frames_per_second > 0) text += fmt::format(" {:.6g} fps", track.frames_per_second);
    if (track.rotation != 0) text += fmt::format(", rotated {}°", track.rotation);
    if (track.album_art) text += ", cover";
  }
  if (track.kind == media::TrackKind::Audio) {
    text += fmt::format(" {} Hz {}", track.sample_rate, track.channel_layout);
  }
  if (!track.language.empty()) text += fmt::format(" [{}]", track.language);
  if (!track.title.empty()) text += fmt::format(" \"{}\"", track.title);
  if (track.is_default) text += ", default";
  if (track.forced) text += ", forced";
  if (!track.decodable) text += ", no decoder";
  return printable(text);
}

json torrent_json(const streaming::TorrentMetadata& metadata) {
  json files = json::array();
  for (const streaming::TorrentFile& file : metadata.files) {
    files.push_back(
        {{"index", static_cast<std::int32_t>(file.index)}, {"path", file.path}, {"size", file.size.value}});
  }
  return {{"name", metadata.name},
          {"infohash_v1", metadata.infohash_v1},
          {"infohash_v2", metadata.infohash_v2},
          {"magnet", metadata.magnet},
          {"size", metadata.total.value},
          {"piece_length", metadata.piece_length.value},
          {"files", files}};
}

std::string files_text(const streaming::TorrentMetadata& metadata) {
  std::string text;
  for (const streaming::TorrentFile& file : metadata.files) {
    text += fmt::format("{:>5}  {:>10}  {}\n", static_cast<std::int32_t>(file.index), size_text(file.size),
                        printable(file.path));
  }
  return text;
}

// Names from torrents and files may hold any bytes; JSON text is UTF-8.
std::string dump(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

// Interrupts a wait with Ctrl-C; exits with 128 + signal then.
class Interruption {
 public:
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  [[nodiscard]] int signal() const { return signal_; }

 private:
  std::stop_source stop_;
  std::atomic<int> signal_{0};
  SignalWatcher watcher_{[this](int signal) {
    signal_ = signal;
    stop_.request_stop();
  }};
};

}  // namespace

int run_probe(const ProbeCommand& command) {
  const Interruption interruption;
  playback::SessionProvider sessions(command.session);
  const auto timeout = command.network_timeout.value_or(std::chrono::seconds(60));
  auto opened = open_and_wait({.source = command.source, .wanted = command.file, .protected_too = true},
                              sessions, timeout, interruption.token());
  if (interruption.signal() != 0) return 128 + interruption.signal();
  if (!opened) return refuse(opened.error());

  json answer{{"source", command.source}, {"kind", opened->kind}};
  std::string text;
  if (opened->metadata) {
    answer["torrent"] = torrent_json(*opened->metadata);
    text += fmt::format("Torrent   {}\n", printable(opened->metadata->name)) + files_text(*opened->metadata);
  }
  const auto& source = opened->source;
  const std::optional<container::ProtectionSummary>& protection = source.protection;
  answer["file"] = source.name;
  text += fmt::format("File      {}", printable(source.name));
  if (const auto size = source.bytes->size()) {
    answer["size"] = size->value;
    text += fmt::format(" ({})", size_text(*size));
  }
  text += '\n';
  const bool is_protected = protection && protection->is_protected;
  answer["protected"] = is_protected;
  if (is_protected) {
    json systems = json::array();
    std::string names;
    for (const container::SystemId& system : protection->system_ids) {
      systems.push_back(
          {{"id", container::to_text(system)}, {"name", std::string(container::system_name(system))}});
      names += fmt::format(" {}", container::system_name(system));
    }
    answer["protection"] = {{"scheme", protection->scheme}, {"systems", systems}};
    text +=
        fmt::format("Protected yes, {}{}\n", printable(protection->scheme), names.empty() ? "" : "," + names);
  } else {
    text += "Protected no\n";
  }
  auto info = media::probe(source.bytes, source.name, media::make_unlocker(source.unlockers));
  if (!info) return refuse(info.error());
  answer["format"] = info->format;
  text += fmt::format("Format    {}\n", info->format);
  if (info->duration) {
    answer["duration"] = to_seconds(*info->duration);
    text += fmt::format("Duration  {}\n", time_text(*info->duration));
  }
  answer["streams"] = json::array();
  for (const media::Track& track : info->tracks) {
    answer["streams"].push_back(track_json(track));
    text += track_text(track) + "\n";
  }
  answer["chapters"] = json::array();
  for (const media::Chapter& chapter : info->chapters) {
    answer["chapters"].push_back({{"start", to_seconds(chapter.start)}, {"title", chapter.title}});
    text += fmt::format("Chapter   {} {}\n", time_text(chapter.start), printable(chapter.title));
  }
  answer["metadata"] = info->metadata;
  for (const std::string& skipped : info->skipped) text += fmt::format("Note      {}\n", printable(skipped));
  std::fputs((command.json ? dump(answer) : text).c_str(), stdout);
  return 0;
}

int run_list(const playback::Options& options) {
  const Interruption interruption;
  playback::SessionProvider sessions(options.session);
  const auto timeout = options.network_timeout.value_or(std::chrono::seconds(60));
  for (const std::string& source : options.sources) {
    auto opened =
        open_and_wait({.source = source, .metadata_only = true}, sessions, timeout, interruption.token());
    if (interruption.signal() != 0) return 128 + interruption.signal();
    if (!opened) return refuse(opened.error());
    if (!opened->metadata) {
      return refuse({ErrorCategory::Usage, "not-a-torrent",
                     "--list shows the files of a torrent; this is no torrent",
                     "Use freshet probe SOURCE to see what is inside a media file"});
    }
    std::fputs(files_text(*opened->metadata).c_str(), stdout);
  }
  return 0;
}

}  // namespace freshet::app
