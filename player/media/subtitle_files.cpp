// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/subtitle_files.h"

#include <utility>

#include "player/media/vobsub_index.h"

namespace freshet::media {
namespace {

// Side-car sources are read once; the only newer generation is the end.
constexpr Generation reading_generation{1};

Result<std::vector<SubtitleFile>> parse(const std::string& bytes, const SidecarSubtitle& sidecar,
                                        int track_id) {
  if (sidecar.pictures && is_vobsub_index(bytes)) {
    auto files = parse_vobsub(bytes, sidecar.pictures, sidecar.name);
    if (files) files->front().track.id = track_id;
    return files;
  }
  auto file = parse_subtitle_file(bytes, sidecar.name, track_id);
  if (!file) return std::unexpected(file.error());
  std::vector<SubtitleFile> files;
  files.push_back(std::move(*file));
  return files;
}

}  // namespace

SubtitleFiles::~SubtitleFiles() {
  std::vector<Reading> readings;
  {
    const std::lock_guard lock(mutex_);
    readings.swap(readings_);
  }
  for (const Reading& reading : readings) reading.source->cancel_before(next(reading_generation));
}

void SubtitleFiles::read(SidecarSubtitle sidecar, int track_id, Done done) {
  const std::lock_guard lock(mutex_);
  auto source = sidecar.bytes;
  readings_.push_back(
      {std::move(source), std::jthread([sidecar = std::move(sidecar), track_id, done = std::move(done)] {
         const auto bytes = read_subtitle_file(*sidecar.bytes, reading_generation);
         if (bytes) {
           done(parse(*bytes, sidecar, track_id));
         } else if (const auto* error = std::get_if<Error>(&bytes.error())) {
           done(std::unexpected(*error));
         }
       })});
}

}  // namespace freshet::media
