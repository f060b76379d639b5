// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/iso_bmff.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <string_view>

#include "drm/container/box_header.h"
#include "drm/container/sample_entry.h"
#include "drm/container/source_reader.h"

namespace freshet::container {
namespace {

// moov / trak / mdia / minf / stbl: what is looked into is never deeper.
constexpr int max_depth = 5;
// All boxes of a call together. A film has some dozens; a hundred tracks have some thousands. Without it a
// file of nothing but empty boxes would be walked to its end.
constexpr int max_boxes = 20'000;
// Of a whole film's sample tables at one entry a frame, 100 tracks and 24 hours; what says it is larger is
// broken.
constexpr std::int64_t max_moov_size = 1LL << 30;
// Sample descriptions hold codec headers of some KiB.
constexpr std::int64_t max_stsd_size = 1 << 20;
// Enough for version, system and max_keys key ids; the data behind them are for the system alone.
constexpr std::int64_t max_pssh_head = 40 << 10;
constexpr std::size_t max_systems = 64;
constexpr std::size_t max_tracks = 256;

constexpr std::string_view piff_system_header =
    "\xd0\x8a\x4f\x18\x10\xf3\x4a\x82\xb6\xc8\x32\xd8\xab\xa1\x83\xd3";

struct Box {
  std::string type;
  std::int64_t begin = 0;    // of its header
  std::int64_t content = 0;  // behind its header
  std::int64_t end = 0;
};

enum class Walk : std::uint8_t { On, Stop };

class MovieReader {
 public:
  MovieReader(ByteSource& source, Generation generation) : reader_(source, generation) {}

  std::expected<std::optional<IsoMovie>, ReadError> run() {
    const auto head = reader_.read(0, 16);
    if (!head) return std::unexpected(head.error());
    if (!looks_like_iso_bmff(*head)) return std::nullopt;
    walk(0, reader_.end(), 0, [this](const Box& box) { return top_level(box); });
    if (failure_) return std::unexpected(*failure_);
    return std::move(movie_);
  }

 private:
  // Calls `visit` for each box in [begin, end). Walk::Stop, a failure or the bounds end it; false then.
  bool walk(std::int64_t begin, std::int64_t end, int depth, const std::function<Walk(const Box&)>& visit) {
    if (depth > max_depth) return true;
    while (begin < end) {
      const auto box = read_header(begin, end);
      if (!box || ++boxes_ > max_boxes) return false;
      if (visit(*box) == Walk::Stop || failure_) return false;
      begin = box->end;
    }
    return true;
  }

  std::optional<Box> read_header(std::int64_t begin, std::int64_t end) {
    const auto bytes = reader_.read(begin, longest_box_header);
    if (!bytes) {
      failure_ = bytes.error();
      return std::nullopt;
    }
    const auto header = read_box_header(*bytes, end - begin);
    if (!header) return std::nullopt;
    return Box{.type = fourcc_text(header->type),
               .begin = begin,
               .content = begin + header->header,
               .end = begin + std::min(header->size, end - begin)};
  }

  std::span<const std::byte> content(const Box& box, std::int64_t limit) {
    const std::int64_t size = std::min(box.end - box.content, limit);
    if (size <= 0) return {};
    const auto bytes = reader_.read(box.content, static_cast<std::size_t>(size));
    if (!bytes) {
      failure_ = bytes.error();
      return {};
    }
    return *bytes;
  }

  Walk top_level(const Box& box) {
    if (box.type == "mdat") {
      media_seen_ = true;
    } else if (box.type == "moov") {
      if (movie_.position != MoviePosition::Missing) return Walk::On;
      movie_.position = media_seen_ ? MoviePosition::AfterMedia : MoviePosition::BeforeMedia;
      movie_.header = {ByteOffset{box.begin}, ByteOffset{box.end}};
      if (box.end - box.begin > max_moov_size) return Walk::Stop;
      walk(box.content, box.end, 1, [this](const Box& child) { return in_movie(child); });
      // Only a fragmented file has more to say: its first moof may have pssh boxes of its own.
      return movie_.fragmented ? Walk::On : Walk::Stop;
    } else if (box.type == "moof") {
      movie_.fragmented = true;
      walk(box.content, box.end, 1, [this](const Box& child) {
        system_header(child, true);
        return Walk::On;
      });
      return Walk::Stop;
    }
    return Walk::On;
  }

  Walk in_movie(const Box& box) {
    if (box.type == "mvex") movie_.fragmented = true;
    if (box.type == "trak" && movie_.tracks.size() < max_tracks) {
      movie_.tracks.emplace_back();
      walk(box.content, box.end, 2, [this](const Box& child) { return in_track(child, 2); });
    }
    system_header(box, false);
    return Walk::On;
  }

  Walk in_track(const Box& box, int depth) {
    if (box.type == "tkhd") {
      BigEndian header{content(box, 24)};
      const std::uint8_t version = header.byte();
      header.skip(version == 1 ? 19 : 11);  // flags and the two times
      movie_.tracks.back().id = header.word();
    } else if (box.type == "mdia" || box.type == "minf" || box.type == "stbl") {
      walk(box.content, box.end, depth + 1,
           [this, depth](const Box& child) { return in_track(child, depth + 1); });
    } else if (box.type == "stsd") {
      auto entries = parse_sample_descriptions(content(box, max_stsd_size));
      IsoTrack& track = movie_.tracks.back();
      if (track.entries.empty()) track.entries = std::move(entries);
    }
    return Walk::On;
  }

  void system_header(const Box& box, bool in_fragment) {
    if (movie_.systems.size() >= max_systems) return;
    std::span<const std::byte> bytes;
    if (box.type == "pssh") {
      bytes = content(box, max_pssh_head);
    } else if (box.type == "uuid") {
      bytes = content(box, max_pssh_head);
      const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
      if (!text.starts_with(piff_system_header)) return;
      bytes = bytes.subspan(piff_system_header.size());
    }
    if (auto header = parse_system_header(bytes)) {
      header->in_fragment = in_fragment;
      movie_.systems.push_back(std::move(*header));
    }
  }

  SourceReader reader_;
  IsoMovie movie_;
  bool media_seen_ = false;
  int boxes_ = 0;
  std::optional<ReadError> failure_;
};

}  // namespace

bool looks_like_iso_bmff(std::span<const std::byte> head) {
  constexpr std::array<std::string_view, 12> first_types = {"ftyp", "moov", "mdat", "free", "skip", "wide",
                                                            "pnot", "styp", "sidx", "moof", "pdin", "emsg"};
  const auto box = read_box_header(head, std::numeric_limits<std::int64_t>::max());
  return box && std::ranges::find(first_types, box->type) != first_types.end();
}

std::expected<std::optional<IsoMovie>, ReadError> read_iso_movie(ByteSource& source, Generation generation) {
  return MovieReader{source, generation}.run();
}

}  // namespace freshet::container
