// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/movie_header.h"

#include <algorithm>
#include <array>

#include "drm/container/source_reader.h"
#include "drm/index/box_walk.h"
#include "drm/protect/protection_boxes.h"

namespace freshet::drm {
namespace {

using container::BigEndian;
using Content = std::span<const std::byte>;

class MovieHeader {
 public:
  MovieHeader(BoxWriter& out, const ClearFilm& film, const FilmProtector& protector,
              const WriteTables* tables)
      : out_(out), film_(film), protector_(protector), tables_(tables) {}

  void write() {
    out_.box("moov", [&] {
      std::size_t track = 0;
      BoxWalk walk(film_.movie);
      while (const auto box = walk.next()) {
        if (box->type == "mvhd") {
          write_length(*box, 3 * 4, film_.duration());
        } else if (box->type == "trak") {
          out_.box("trak", [&] { write_track(box->content, track); });
          ++track;
        } else if (box->type == "mvex") {
          if (tables_ == nullptr) write_extends(box->content);
        } else {
          copy(*box);
        }
      }
      write_common_system(out_, protector_.key_ids());
      out_.bytes(protector_.system_headers());
    });
  }

 private:
  void copy(const MemoryBox& box) {
    out_.box(box.type, [&] { out_.bytes(box.content); });
  }

  // mvhd, tkhd and mdhd: in version 0 the length stands `before` bytes behind version and flags, in version 1
  // the two times before it take 4 bytes more each. That of a fragmented film is in mehd.
  void write_length(const MemoryBox& box, std::size_t before, std::uint64_t length) {
    const bool is_wide = !box.content.empty() && box.content[0] == std::byte{1};
    const std::size_t at = 4 + before + (is_wide ? 8 : 0), width = is_wide ? 8 : 4;
    out_.box(box.type, [&] {
      const auto begin = out_.size();
      out_.bytes(box.content);
      if (box.content.size() >= at + width) out_.set(begin + at, tables_ == nullptr ? 0 : length, width);
    });
  }

  void write_track(Content content, std::size_t track) {
    const auto& from = film_.tracks[track];
    BoxWalk walk(content);
    while (const auto box = walk.next()) {
      if (box->type == "mdia" || box->type == "minf") {
        out_.box(box->type, [&] { write_track(box->content, track); });
      } else if (box->type == "stbl") {
        out_.box("stbl", [&] { write_table(box->content, track); });
      } else if (box->type == "tkhd") {
        write_length(*box, 4 * 4, from.presented(film_.timescale));
      } else if (box->type == "mdhd") {
        write_length(*box, 3 * 4, from.duration);
      } else if (box->type == "edts") {
        out_.box("edts", [&] { write_edits(box->content, from); });
      } else {
        copy(*box);
      }
    }
  }

  // The last edit lasts to the track's end, which FFmpeg's muxer does not know when it writes it.
  void write_edits(Content content, const FilmTrack& track) {
    BoxWalk walk(content);
    while (const auto box = walk.next()) {
      if (box->type != "elst") {
        copy(*box);
        continue;
      }
      BigEndian reader(box->content);
      const bool is_wide = reader.byte() == 1;
      reader.skip(3);
      const std::size_t count = reader.word(), entry = is_wide ? 20 : 12, width = is_wide ? 8 : 4;
      out_.box("elst", [&] {
        const auto begin = out_.size();
        out_.bytes(box->content);
        constexpr std::size_t entries = 8;
        if (count > 0 && count <= reader.left() / entry)
          out_.set(begin + entries + (count - 1) * entry,
                   tables_ == nullptr ? 0 : track.presented(film_.timescale), width);
      });
    }
  }

  void write_table(Content content, std::size_t track) {
    constexpr std::array<std::string_view, 10> tables = {"stts", "ctts", "cslg", "stss", "stsc",
                                                         "stsz", "stz2", "stco", "co64", "sdtp"};
    BoxWalk walk(content);
    while (const auto box = walk.next()) {
      if (box->type == "stsd") {
        out_.full_box("stsd", 0, 0, [&] { write_descriptions(track); });
      } else if (tables_ == nullptr || std::ranges::find(tables, box->type) == tables.end()) {
        copy(*box);
      }
    }
    if (tables_ != nullptr) (*tables_)(out_, track);
  }

  // The protected entry first: FFmpeg 5.1 knows of no other. That of the clear lead second.
  void write_descriptions(std::size_t track) {
    const auto& from = film_.tracks[track];
    const bool is_protected = protector_.is_protected(track);
    out_.word(is_protected && protector_.has_clear_lead() ? 2 : 1);
    if (is_protected) {
      out_.box(protected_entry(from.kind), [&] {
        out_.bytes(from.entry);
        write_scheme(out_, from.format, protector_.defaults(track, 0));
      });
    }
    if (!is_protected || protector_.has_clear_lead()) out_.box(from.format, [&] { out_.bytes(from.entry); });
  }

  void write_extends(Content content) {
    out_.box("mvex", [&] {
      out_.full_box("mehd", 1, 0, [&] { out_.wide(film_.duration()); });
      BoxWalk walk(content);
      while (const auto box = walk.next())
        if (box->type != "mehd") copy(*box);
    });
  }

  BoxWriter& out_;
  const ClearFilm& film_;
  const FilmProtector& protector_;
  const WriteTables* tables_;  // nullptr: the film is fragmented
};

}  // namespace

void write_fragmented_movie(BoxWriter& out, const ClearFilm& film, const FilmProtector& protector) {
  MovieHeader(out, film, protector, nullptr).write();
}

void write_flat_movie(BoxWriter& out, const ClearFilm& film, const FilmProtector& protector,
                      const WriteTables& tables) {
  MovieHeader(out, film, protector, &tables).write();
}

}  // namespace freshet::drm
