// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/clear_film.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "drm/container/source_reader.h"
#include "drm/index/box_walk.h"

namespace freshet::drm {
namespace {

using container::BigEndian;
using Content = std::span<const std::byte>;

// Codec headers and the like; a fragment's tables of two seconds.
constexpr std::int64_t largest_header = 64 << 20;
constexpr std::size_t most_tracks = 64;
// Two days of 60 pictures and 50 packets of sound a second.
constexpr std::size_t most_samples = 20'000'000;
// Of all of a fragment, which is held in memory: two seconds at 1 Gbit/s.
constexpr std::uint64_t largest_fragment = 512ULL << 20U;
// Sums of such times fit, and numbers with a fraction hold them exactly.
constexpr std::uint64_t furthest_time = std::uint64_t{1} << 52U;

std::unexpected<Error> bad_film(std::string why) {
  return fail(ErrorCategory::Media, "bad-film", "The film cannot be taken apart: " + std::move(why),
              "Make the file anew: ffmpeg -i IN -c copy OUT.mkv");
}

// Empty where there is none: none of those that are asked for is empty.
Content child(Content content, std::string_view type) {
  for (BoxWalk walk(content); const auto box = walk.next();)
    if (box->type == type) return box->content;
  return {};
}

// What moov says for samples that do not say it themselves (trex), and then tfhd.
struct Defaults {
  std::uint32_t duration = 0, size = 0, flags = 0;
};

// Flags of tfhd and trun.
enum : std::uint32_t {
  has_base_offset = 0x1,
  has_description = 0x2,
  has_default_duration = 0x8,
  has_default_size = 0x10,
  has_default_flags = 0x20,
  base_is_moof = 0x20000,
  has_data_offset = 0x1,
  has_first_flags = 0x4,
  has_duration = 0x100,
  has_size = 0x200,
  has_flags = 0x400,
  has_composition = 0x800,
};

class FilmReader {
 public:
  explicit FilmReader(ByteSource& source) : source_(source) {}

  Result<ClearFilm> run() {
    const std::int64_t end = source_.size().value_or(Bytes{0}).value;
    for (std::int64_t at = 0; at < end;) {
      std::array<std::byte, container::longest_box_header> head{};
      const auto known = static_cast<std::size_t>(std::min<std::int64_t>(std::ssize(head), end - at));
      if (auto got = read_exactly(source_, at, std::span(head).first(known)); !got)
        return std::unexpected(got.error());
      const auto box = container::read_box_header(std::span(head).first(known), end - at);
      if (!box || box->size > end - at) return bad_film("a box is cut");
      if (box->type == "moov" || box->type == "moof") {
        if (box->size > largest_header) return bad_film("a header is too large");
        std::vector<std::byte> content(static_cast<std::size_t>(box->size - box->header));
        if (auto got = read_exactly(source_, at + box->header, content); !got)
          return std::unexpected(got.error());
        auto understood = box->type == "moov" ? read_movie(std::move(content)) : read_fragment(content, at);
        if (!understood) return std::unexpected(understood.error());
      }
      at += box->size;
    }
    if (film_.tracks.empty() || film_.fragments.empty()) return bad_film("it has no samples");
    set_begins();
    return std::move(film_);
  }

 private:
  Result<void> read_movie(std::vector<std::byte> content) {
    if (!film_.tracks.empty()) return bad_film("it has two headers");
    film_.movie = std::move(content);
    BoxWalk walk(film_.movie);
    while (const auto box = walk.next()) {
      if (box->type == "mvhd") {
        BigEndian reader(box->content);
        reader.skip(reader.byte() == 1 ? 3 + 16 : 3 + 8);
        film_.timescale = reader.word();
      } else if (box->type == "trak") {
        if (film_.tracks.size() >= most_tracks) return bad_film("it has too many tracks");
        if (auto read = read_track(box->content); !read) return read;
      } else if (box->type == "mvex") {
        for (BoxWalk inner(box->content); const auto one = inner.next();) {
          if (one->type != "trex") continue;
          BigEndian reader(one->content);
          reader.skip(4);
          const auto id = reader.word();
          reader.skip(4);
          Defaults& defaults = defaults_[id];
          defaults.duration = reader.word();
          defaults.size = reader.word();
          defaults.flags = reader.word();
        }
      }
    }
    if (!walk.ok() || film_.timescale == 0) return bad_film("its header is broken");
    return {};
  }

  Result<void> read_track(Content content) {
    FilmTrack track;
    track.box.assign(content.begin(), content.end());
    const auto header = child(content, "tkhd"), media = child(content, "mdia");
    const auto media_header = child(media, "mdhd"), handler = child(media, "hdlr");
    const auto descriptions = child(child(child(media, "minf"), "stbl"), "stsd");
    if (header.empty() || media_header.empty() || handler.empty() || descriptions.size() < 8)
      return bad_film("a track's header is broken");
    BigEndian id(header), scale(media_header), kind(handler);
    id.skip(id.byte() == 1 ? 3 + 16 : 3 + 8);
    track.id = id.word();
    scale.skip(scale.byte() == 1 ? 3 + 16 : 3 + 8);
    track.timescale = scale.word();
    kind.skip(8);
    const auto type = kind.word();
    constexpr std::uint32_t video = 0x76696465, audio = 0x736f756e;
    track.kind = type == video ? TrackKind::Video : type == audio ? TrackKind::Audio : TrackKind::Text;
    BoxWalk entries(descriptions.subspan(8));
    const auto entry = entries.next();
    if (!entry || track.timescale == 0) return bad_film("a track does not say what it holds");
    track.format = entry->type;
    track.entry.assign(entry->content.begin(), entry->content.end());
    // 8.5.2: what stands before the boxes of an entry. Sound as FFmpeg writes it to MP4 has version 0.
    track.entry_boxes = track.kind == TrackKind::Video ? 78 : track.kind == TrackKind::Audio ? 28 : 8;
    if (track.entry.size() < track.entry_boxes) return bad_film("a track does not say what it holds");
    track.edit_begin = edit_begin(child(content, "edts"));
    film_.tracks.push_back(std::move(track));
    return {};
  }

  // The media time of the first edit that is not empty (8.6.6).
  static std::int64_t edit_begin(Content edits) {
    BigEndian reader(child(edits, "elst"));
    const bool is_wide = reader.byte() == 1;
    reader.skip(3);
    for (auto count = reader.word(); count > 0 && reader.ok(); --count) {
      reader.skip(is_wide ? 8 : 4);
      const auto time = is_wide ? static_cast<std::int64_t>(reader.number(8))
                                : std::int64_t{static_cast<std::int32_t>(reader.word())};
      reader.skip(4);
      if (time >= 0 && reader.ok()) return time;
    }
    return 0;
  }

  Result<void> read_fragment(Content content, std::int64_t offset) {
    FilmFragment fragment;
    std::uint64_t bytes = 0;
    BoxWalk walk(content);
    while (const auto box = walk.next()) {
      if (box->type != "traf") continue;
      auto run = read_run(box->content, offset);
      if (!run) return std::unexpected(run.error());
      for (const auto& sample : run->samples) bytes += sample.size;
      if (!run->samples.empty()) fragment.runs.push_back(std::move(*run));
    }
    if (!walk.ok()) return bad_film("a fragment is broken");
    if (bytes > largest_fragment) return bad_film("two seconds of it have more than 512 MiB");
    if (!fragment.runs.empty()) film_.fragments.push_back(std::move(fragment));
    return {};
  }

  Result<FilmRun> read_run(Content content, std::int64_t offset) {
    FilmRun run;
    Defaults defaults;
    std::int64_t next = offset;
    std::uint64_t time = 0;
    bool has_header = false, has_time = false;
    BoxWalk walk(content);
    while (const auto box = walk.next()) {
      BigEndian reader(box->content);
      const auto head = reader.word(), flags = head & 0xffffffU;
      if (box->type == "tfhd") {
        const auto id = reader.word();
        const auto track = std::ranges::find(film_.tracks, id, &FilmTrack::id);
        if (track == film_.tracks.end() || (flags & has_base_offset) != 0 || (flags & base_is_moof) == 0)
          return bad_film("a fragment is of no track");
        run.track = static_cast<std::size_t>(track - film_.tracks.begin());
        defaults = defaults_[id];
        if ((flags & has_description) != 0) reader.skip(4);
        if ((flags & has_default_duration) != 0) defaults.duration = reader.word();
        if ((flags & has_default_size) != 0) defaults.size = reader.word();
        if ((flags & has_default_flags) != 0) defaults.flags = reader.word();
        has_header = true;
      } else if (box->type == "tfdt") {
        time = run.decode_time = reader.number((head >> 24U) == 1 ? 8 : 4);
        if (time > furthest_time) return bad_film("its times do not fit");
        has_time = true;
      } else if (box->type == "trun") {
        const auto count = reader.word();
        if ((flags & has_data_offset) != 0) next = offset + static_cast<std::int32_t>(reader.word());
        auto first_flags = (flags & has_first_flags) != 0 ? std::optional(reader.word()) : std::nullopt;
        if (!has_header || next < 0 || count > most_samples - samples_)
          return bad_film("a fragment is broken");
        for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
          FilmSample sample{
              .offset = next, .size = defaults.size, .duration = defaults.duration, .flags = defaults.flags};
          if ((flags & has_duration) != 0) sample.duration = reader.word();
          if ((flags & has_size) != 0) sample.size = reader.word();
          if ((flags & has_flags) != 0) sample.flags = reader.word();
          if (first_flags) sample.flags = *std::exchange(first_flags, std::nullopt);
          if ((flags & has_composition) != 0) sample.composition = static_cast<std::int32_t>(reader.word());
          next += sample.size;
          auto& track = film_.tracks[run.track];
          track.duration += sample.duration;
          time += sample.duration;
          if (time > furthest_time) return bad_film("its times do not fit");
          track.end = std::max(track.end, static_cast<std::int64_t>(time) + sample.composition);
          run.samples.push_back(sample);
        }
        samples_ += count;
      }
      if (!reader.ok()) return bad_film("a fragment is broken");
    }
    if (!walk.ok() || !has_header || !has_time) return bad_film("a fragment is broken");
    return run;
  }

  void set_begins() {
    const auto main = film_.main_track();
    std::optional<double> first;
    double last = 0;
    for (auto& fragment : film_.fragments) {
      auto run = std::ranges::find(fragment.runs, main, &FilmRun::track);
      if (run == fragment.runs.end()) run = fragment.runs.begin();
      const double begin = static_cast<double>(run->decode_time) / film_.tracks[run->track].timescale;
      if (!first) first = begin;
      // Never before the one in front of it, whatever other tracks say.
      last = fragment.begin = std::max(last, begin - *first);
    }
  }

  ByteSource& source_;
  ClearFilm film_;
  std::map<std::uint32_t, Defaults> defaults_;
  std::size_t samples_ = 0;
};

}  // namespace

std::size_t ClearFilm::main_track() const {
  const auto video = std::ranges::find(tracks, TrackKind::Video, &FilmTrack::kind);
  return video == tracks.end() ? 0 : static_cast<std::size_t>(video - tracks.begin());
}

std::uint64_t FilmTrack::presented(std::uint32_t timescale_of_movie) const {
  const auto length = static_cast<double>(end) - static_cast<double>(edit_begin);
  return static_cast<std::uint64_t>(std::ceil(std::max(length, 0.0) * timescale_of_movie / timescale));
}

std::uint64_t ClearFilm::duration() const {
  std::uint64_t longest = 0;
  for (const auto& track : tracks) longest = std::max(longest, track.presented(timescale));
  return longest;
}

Result<void> read_exactly(ByteSource& source, std::int64_t offset, std::span<std::byte> buffer) {
  while (!buffer.empty()) {
    const auto got = source.read(ByteOffset{offset}, buffer, Generation{});
    if (!got) {
      if (const auto* const error = std::get_if<Error>(&got.error())) return std::unexpected(*error);
      return fail(ErrorCategory::Usage, "cancelled", "Cancelled");
    }
    if (*got == 0) return bad_film("it ends too early");
    buffer = buffer.subspan(*got);
    offset += static_cast<std::int64_t>(*got);
  }
  return {};
}

Result<ClearFilm> read_clear_film(ByteSource& source) {
  return FilmReader(source).run();
}

}  // namespace freshet::drm
