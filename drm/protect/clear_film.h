// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A clear fragmented MP4 (ISO/IEC 14496-12, 8.8) as player/media/remux.h makes it: its tracks and where all
// their samples lie. Read whole, headers alone. The file is treated as hostile all the same: every size and
// count is bounded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drm/protect/sample_map.h"
#include "streaming/base/byte_source.h"

namespace freshet::drm {

struct FilmSample {
  std::int64_t offset = 0;
  std::uint32_t size = 0, duration = 0, flags = 0;  // as trun has them; in the track's units
  std::int32_t composition = 0;

  // 8.8.3.1: sample_is_non_sync_sample
  [[nodiscard]] bool is_sync() const { return (flags & 0x10000U) == 0; }
};

struct FilmTrack {
  std::uint32_t id = 0, timescale = 0;
  TrackKind kind = TrackKind::Video;
  std::vector<std::byte> box;    // content of trak
  std::string format;            // of its sample entry: "avc1"
  std::vector<std::byte> entry;  // content of the entry
  std::size_t entry_boxes = 0;   // where in it boxes begin
  std::int64_t edit_begin = 0;   // where the presentation begins, in the track's time
  std::uint64_t duration = 0;    // of all samples
  std::int64_t end = 0;          // of the last one that is shown, in the track's time

  // How long the presentation is, in units of `timescale_of_movie`; rounded up, lest the last picture is cut.
  [[nodiscard]] std::uint64_t presented(std::uint32_t timescale_of_movie) const;
  [[nodiscard]] std::span<const std::byte> boxes() const { return std::span(entry).subspan(entry_boxes); }
};

// The samples of one track in one fragment.
struct FilmRun {
  std::size_t track = 0;  // in ClearFilm::tracks
  std::uint64_t decode_time = 0;
  std::vector<FilmSample> samples;
};

struct FilmFragment {
  std::vector<FilmRun> runs;
  double begin = 0;  // seconds from the film's first sample, by the first video track where there is one
};

struct ClearFilm {
  std::vector<std::byte> movie;  // content of moov
  std::uint32_t timescale = 0;   // of the movie
  std::vector<FilmTrack> tracks;
  std::vector<FilmFragment> fragments;

  // The track that fragments are cut by: the first with video, or the first.
  [[nodiscard]] std::size_t main_track() const;
  // In the units of the movie.
  [[nodiscard]] std::uint64_t duration() const;
};

// Errors: Media "bad-film"; those of the source.
[[nodiscard]] Result<ClearFilm> read_clear_film(ByteSource& source);

// All of `buffer`. Errors: those of the source, Media "bad-film" where it ends before.
[[nodiscard]] Result<void> read_exactly(ByteSource& source, std::int64_t offset, std::span<std::byte> buffer);

}  // namespace freshet::drm
