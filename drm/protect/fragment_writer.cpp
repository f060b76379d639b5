// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <utility>

#include "drm/protect/film_writer.h"
#include "drm/protect/movie_header.h"
#include "drm/protect/protection_boxes.h"

namespace freshet::drm {
namespace {

// What a sidx box can name, in 16 bits; several fragments share a reference in longer films.
constexpr std::size_t most_references = 65'535;

struct Reference {
  std::uint64_t bytes = 0, duration = 0;
  bool starts_with_key = true;
};

class FragmentWriter {
 public:
  explicit FragmentWriter(const FilmParts& parts)
      : parts_(parts), film_(parts.film), protector_(parts.protector) {}

  Result<void> run() {
    BoxWriter head;
    head.box("ftyp", [&] {
      head.text("iso6");
      head.word(0);
      head.text("iso6isommp41dash");
    });
    write_fragmented_movie(head, film_, protector_);
    const auto index_at = head.size();
    const std::size_t each = (film_.fragments.size() + most_references - 1) / most_references;
    std::vector<Reference> references((film_.fragments.size() + each - 1) / each);
    write_index(head, references);
    if (!head.ok()) return fail(ErrorCategory::Media, "bad-film", "The film's header is too large");
    if (auto written = parts_.out.write(head.view()); !written) return written;
    for (std::size_t i = 0; i < film_.fragments.size(); ++i) {
      if (parts_.stop.stop_requested()) return std::unexpected(interrupted());
      auto& reference = references[i / each];
      const auto before = parts_.out.size();
      if (auto written = write_fragment(film_.fragments[i], i + 1); !written) return written;
      reference.bytes += static_cast<std::uint64_t>(parts_.out.size() - before);
      describe(film_.fragments[i], reference, i % each == 0);
      parts_.progress(static_cast<double>(i + 1) / static_cast<double>(film_.fragments.size()));
    }
    for (const auto& reference : references)
      if (reference.bytes > std::numeric_limits<std::int32_t>::max())
        return fail(ErrorCategory::Media, "bad-film", "Two seconds of the film have more than 2 GiB");
    BoxWriter index;
    write_index(index, references);
    return parts_.out.write_at(static_cast<std::int64_t>(index_at), index.view());
  }

 private:
  void describe(const FilmFragment& fragment, Reference& reference, bool is_first) const {
    const auto main = film_.main_track();
    const auto run = std::ranges::find(fragment.runs, main, &FilmRun::track);
    if (run == fragment.runs.end()) return;
    for (const auto& sample : run->samples) reference.duration += sample.duration;
    if (is_first) reference.starts_with_key = run->samples.front().is_sync();
  }

  // 8.16.3
  void write_index(BoxWriter& out, const std::vector<Reference>& references) const {
    const auto main = film_.main_track();
    const auto& track = film_.tracks[main];
    std::uint64_t earliest = 0;
    for (const auto& fragment : film_.fragments) {
      const auto run = std::ranges::find(fragment.runs, main, &FilmRun::track);
      if (run == fragment.runs.end()) continue;
      auto first = std::numeric_limits<std::int64_t>::max(),
           time = static_cast<std::int64_t>(run->decode_time);
      for (const auto& sample : run->samples) {
        first = std::min(first, time + sample.composition);
        time += sample.duration;
      }
      earliest = static_cast<std::uint64_t>(std::max<std::int64_t>(first - track.edit_begin, 0));
      break;
    }
    out.full_box("sidx", 1, 0, [&] {
      out.word(track.id);
      out.word(track.timescale);
      out.wide(earliest);
      out.wide(0);
      out.half(0);
      out.half(static_cast<std::uint16_t>(references.size()));
      for (const auto& reference : references) {
        out.word(static_cast<std::uint32_t>(reference.bytes));
        out.word(static_cast<std::uint32_t>(reference.duration));
        out.word(reference.starts_with_key ? 0x90000000U : 0);
      }
    });
  }

  struct Run {
    const FilmRun* from = nullptr;
    std::vector<std::byte> bytes;
    std::vector<SampleAuxiliary> auxiliary;
    std::optional<std::size_t> period;
    std::size_t data_offset_at = 0;
  };

  Result<Run> protect_run(const FilmRun& from, std::optional<std::size_t> period) {
    Run run;
    run.from = &from;
    run.period = period;
    std::size_t size = 0;
    for (const auto& sample : from.samples) size += sample.size;
    run.bytes.resize(size);
    if (!protector_.is_protected(from.track)) run.period.reset();
    std::span<std::byte> rest(run.bytes);
    for (const auto& sample : from.samples) {
      const auto bytes = rest.first(sample.size);
      rest = rest.subspan(sample.size);
      if (auto read = read_exactly(parts_.source, sample.offset, bytes); !read)
        return std::unexpected(read.error());
      if (!protector_.is_protected(from.track)) continue;
      const std::span numbers(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
      auto how = protector_.plan(from.track, run.period, numbers);
      if (!how) return std::unexpected(how.error());
      if (!run.period) continue;
      if (auto done = protector_.encrypt(from.track, *run.period, *how, numbers); !done)
        return std::unexpected(done.error());
      run.auxiliary.push_back(std::move(*how));
    }
    return run;
  }

  Result<void> write_fragment(const FilmFragment& fragment, std::size_t number) {
    std::vector<Run> runs;
    std::size_t data = 0;
    for (const auto& from : fragment.runs) {
      auto run = protect_run(from, protector_.period_of(fragment));
      if (!run) return std::unexpected(run.error());
      data += run->bytes.size();
      runs.push_back(std::move(*run));
    }
    BoxWriter out;
    out.box("moof", [&] {
      out.full_box("mfhd", 0, 0, [&] { out.word(static_cast<std::uint32_t>(number)); });
      for (auto& run : runs) out.box("traf", [&] { write_track(out, run); });
    });
    constexpr std::size_t header = 8;
    std::size_t at = out.size() + header;
    for (const auto& run : runs) {
      out.set(run.data_offset_at, at, 4);
      at += run.bytes.size();
    }
    out.word(static_cast<std::uint32_t>(data + header));  // below 2 GiB (clear_film.cpp)
    out.text("mdat");
    if (auto written = parts_.out.write(out.view()); !written) return written;
    for (const auto& run : runs)
      if (auto written = parts_.out.write(run.bytes); !written) return written;
    return {};
  }

  void write_track(BoxWriter& out, Run& run) const {
    const auto track = run.from->track;
    const bool is_lead = protector_.is_protected(track) && !run.period;
    enum : std::uint32_t {
      base_is_moof = 0x20000,
      has_description = 0x2,
      all_of_run = 0x1 | 0x100 | 0x200 | 0x400 | 0x800
    };
    out.full_box("tfhd", 0, base_is_moof | has_description, [&] {
      out.word(film_.tracks[track].id);
      out.word(is_lead ? clear_lead_description : first_description);
    });
    out.full_box("tfdt", 1, 0, [&] { out.wide(run.from->decode_time); });
    out.full_box("trun", 1, all_of_run, [&] {
      out.word(static_cast<std::uint32_t>(run.from->samples.size()));
      run.data_offset_at = out.size();
      out.word(0);
      for (const auto& sample : run.from->samples) {
        out.word(sample.duration);
        out.word(sample.size);
        out.word(sample.flags);
        out.word(static_cast<std::uint32_t>(sample.composition));
      }
    });
    if (!run.period) return;
    const auto& defaults = protector_.defaults(track, *run.period);
    if (protector_.rotates()) {
      constexpr std::uint32_t first_of_fragment = 0x10001;
      write_groups(out, std::array{GroupSpan{static_cast<std::uint32_t>(run.from->samples.size()),
                                             first_of_fragment}});
      write_group_descriptions(out, std::span(&defaults, 1));
    }
    const auto place = write_auxiliary(out, run.auxiliary, std::vector<bool>(run.auxiliary.size(), true),
                                       defaults.iv_size, protector_.has_maps(track));
    if (place.offset_at != 0) out.set(place.offset_at, place.data_at, 4);
  }

  const FilmParts& parts_;
  const ClearFilm& film_;
  FilmProtector& protector_;
};

}  // namespace

Error interrupted() {
  return {ErrorCategory::Usage, "interrupted", "Interrupted", ""};
}

Result<void> write_fragments(const FilmParts& parts) {
  return FragmentWriter(parts).run();
}

}  // namespace freshet::drm
