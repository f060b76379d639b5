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

// Numbers that repeat, as the tables of 14496-12, 8.6 have them.
template <class Value>
class RunLengths {
 public:
  void add(const Value& value, std::uint32_t count = 1) {
    if (!runs_.empty() && runs_.back().second == value) {
      runs_.back().first += count;
    } else {
      runs_.emplace_back(count, value);
    }
  }
  // Takes the last one out again.
  [[nodiscard]] Value take_last() {
    const auto value = runs_.back().second;
    if (--runs_.back().first == 0) runs_.pop_back();
    return value;
  }
  [[nodiscard]] const std::vector<std::pair<std::uint32_t, Value>>& runs() const { return runs_; }

 private:
  std::vector<std::pair<std::uint32_t, Value>> runs_;
};

struct Chunk {
  std::uint32_t samples = 0, description = 0;
  std::uint64_t at = 0;  // in the data of mdat
};

// All that the tables of a track say.
struct Table {
  RunLengths<std::uint32_t> durations;
  RunLengths<std::int32_t> compositions;
  std::vector<std::uint32_t> syncs, sizes;
  std::vector<Chunk> chunks;
  RunLengths<std::uint32_t> groups;
  std::vector<SampleAuxiliary> auxiliary;
  std::vector<bool> is_protected;
  std::optional<std::uint64_t> next_time;
  std::size_t written = 0;  // samples, on the second way
};

class FlatWriter {
 public:
  explicit FlatWriter(const FilmParts& parts)
      : parts_(parts), film_(parts.film), protector_(parts.protector), tables_(parts.film.tracks.size()) {}

  Result<void> run() {
    if (auto planned = each_run([this](const FilmRun& run, auto period) { return plan(run, period); }, 0);
        !planned)
      return planned;
    constexpr std::uint64_t reach = std::numeric_limits<std::uint32_t>::max() - (256U << 20U);
    is_wide_ = data_ > reach;
    const auto measured = header(0).size();
    const std::size_t media_header = is_wide_ ? 16 : 8;
    auto out = header(measured + media_header);
    if (!out.ok() || out.size() != measured)
      return fail(ErrorCategory::Media, "bad-film", "The film's header is too large",
                  "Use --layout=fragmented");
    if (is_wide_) {
      out.word(1);
      out.text("mdat");
      out.wide(data_ + media_header);
    } else {
      out.word(static_cast<std::uint32_t>(data_ + media_header));
      out.text("mdat");
    }
    if (auto written = parts_.out.write(out.view()); !written) return written;
    return each_run([this](const FilmRun& run, auto period) { return write(run, period); }, 0.5);
  }

 private:
  template <class Do>
  Result<void> each_run(Do what, double begin) {
    std::size_t done = 0;
    for (const auto& fragment : film_.fragments) {
      if (parts_.stop.stop_requested()) return std::unexpected(interrupted());
      for (const auto& run : fragment.runs) {
        auto period = protector_.period_of(fragment);
        if (!protector_.is_protected(run.track)) period.reset();
        if (auto did = what(run, period); !did) return did;
      }
      parts_.progress(begin +
                      0.5 * static_cast<double>(++done) / static_cast<double>(film_.fragments.size()));
    }
    return {};
  }

  Result<std::span<std::uint8_t>> read(const FilmSample& sample) {
    buffer_.resize(sample.size);
    if (auto got = read_exactly(parts_.source, sample.offset, buffer_); !got)
      return std::unexpected(got.error());
    return std::span(reinterpret_cast<std::uint8_t*>(buffer_.data()), buffer_.size());
  }

  Result<void> plan(const FilmRun& run, std::optional<std::size_t> period) {
    auto& table = tables_[run.track];
    const bool is_lead = protector_.is_protected(run.track) && !period;
    table.chunks.push_back({static_cast<std::uint32_t>(run.samples.size()),
                            is_lead ? clear_lead_description : first_description, data_});
    // A fragment's last sample may have been shorter than the way to the next fragment.
    if (table.next_time && run.decode_time > *table.next_time)
      lengthen_last(table, run.decode_time - *table.next_time);
    auto time = run.decode_time;
    for (const auto& sample : run.samples) {
      table.durations.add(sample.duration);
      table.compositions.add(sample.composition);
      table.sizes.push_back(sample.size);
      if (sample.is_sync()) table.syncs.push_back(static_cast<std::uint32_t>(table.sizes.size()));
      table.groups.add(period ? static_cast<std::uint32_t>(*period) + 1 : 0);
      time += sample.duration;
      data_ += sample.size;
      if (!protector_.is_protected(run.track)) continue;
      auto bytes = read(sample);
      if (!bytes) return std::unexpected(bytes.error());
      auto how = protector_.plan(run.track, period, *bytes);
      if (!how) return std::unexpected(how.error());
      table.auxiliary.push_back(std::move(*how));
      table.is_protected.push_back(period.has_value());
    }
    table.next_time = time;
    return {};
  }

  static void lengthen_last(Table& table, std::uint64_t by) {
    const auto length = table.durations.take_last() + by;
    table.durations.add(static_cast<std::uint32_t>(
        std::min<std::uint64_t>(length, std::numeric_limits<std::uint32_t>::max())));
  }

  Result<void> write(const FilmRun& run, std::optional<std::size_t> period) {
    auto& table = tables_[run.track];
    for (const auto& sample : run.samples) {
      auto bytes = read(sample);
      if (!bytes) return std::unexpected(bytes.error());
      if (period) {
        if (auto done = protector_.encrypt(run.track, *period, table.auxiliary[table.written], *bytes); !done)
          return done;
      }
      ++table.written;
      if (auto written = parts_.out.write(buffer_); !written) return written;
    }
    return {};
  }

  // ftyp and moov, as long whatever `data_begin` is.
  BoxWriter header(std::uint64_t data_begin) {
    BoxWriter out;
    out.box("ftyp", [&] {
      out.text("isom");
      out.word(0);
      out.text("isomiso6mp41");
    });
    write_flat_movie(out, film_, protector_,
                     [&](BoxWriter& into, std::size_t track) { write_table(into, track, data_begin); });
    return out;
  }

  void write_table(BoxWriter& out, std::size_t track, std::uint64_t data_begin) const {
    const auto& table = tables_[track];
    const auto lengths = [&](const auto& runs) {
      out.word(static_cast<std::uint32_t>(runs.size()));
      for (const auto& [count, value] : runs) {
        out.word(count);
        out.word(static_cast<std::uint32_t>(value));
      }
    };
    out.full_box("stts", 0, 0, [&] { lengths(table.durations.runs()); });
    if (table.compositions.runs().size() != 1 || table.compositions.runs().front().second != 0)
      out.full_box("ctts", 1, 0, [&] { lengths(table.compositions.runs()); });
    if (table.syncs.size() != table.sizes.size()) {
      out.full_box("stss", 0, 0, [&] {
        out.word(static_cast<std::uint32_t>(table.syncs.size()));
        for (const auto sync : table.syncs) out.word(sync);
      });
    }
    write_chunks(out, table, data_begin);
    out.full_box("stsz", 0, 0, [&] {
      out.word(0);
      out.word(static_cast<std::uint32_t>(table.sizes.size()));
      for (const auto size : table.sizes) out.word(size);
    });
    if (!protector_.is_protected(track)) return;
    if (protector_.rotates()) {
      std::vector<GroupSpan> spans;
      for (const auto& [count, group] : table.groups.runs()) spans.push_back({count, group});
      write_groups(out, spans);
      std::vector<SampleDefaults> all;
      for (std::size_t i = 0; i < protector_.periods(track); ++i)
        all.push_back(protector_.defaults(track, i));
      write_group_descriptions(out, all);
    }
    const auto place = write_auxiliary(out, table.auxiliary, table.is_protected,
                                       protector_.defaults(track, 0).iv_size, protector_.has_maps(track));
    // Places in moov count from the file's beginning, where this is written.
    if (place.offset_at != 0) out.set(place.offset_at, place.data_at, 4);
  }

  // 8.7.4, 8.7.5
  void write_chunks(BoxWriter& out, const Table& table, std::uint64_t data_begin) const {
    out.full_box("stsc", 0, 0, [&] {
      const auto count_at = out.size();
      out.word(0);
      std::uint32_t count = 0;
      for (std::size_t i = 0; i < table.chunks.size(); ++i) {
        const auto& chunk = table.chunks[i];
        if (i > 0 && table.chunks[i - 1].samples == chunk.samples &&
            table.chunks[i - 1].description == chunk.description)
          continue;
        out.word(static_cast<std::uint32_t>(i + 1));
        out.word(chunk.samples);
        out.word(chunk.description);
        ++count;
      }
      out.set(count_at, count, 4);
    });
    out.full_box(is_wide_ ? "co64" : "stco", 0, 0, [&] {
      out.word(static_cast<std::uint32_t>(table.chunks.size()));
      for (const auto& chunk : table.chunks) out.number(data_begin + chunk.at, is_wide_ ? 8 : 4);
    });
  }

  const FilmParts& parts_;
  const ClearFilm& film_;
  FilmProtector& protector_;
  std::vector<Table> tables_;
  std::vector<std::byte> buffer_;
  std::uint64_t data_ = 0;  // bytes of all samples
  bool is_wide_ = false;
};

}  // namespace

Result<void> write_flat(const FilmParts& parts) {
  return FlatWriter(parts).run();
}

}  // namespace freshet::drm
