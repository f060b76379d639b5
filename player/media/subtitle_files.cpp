// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/subtitle_files.h"

#include <utility>

namespace freshet::media {
namespace {

// Side-car sources are read once; the only newer generation is the end.
constexpr Generation reading_generation{1};

}  // namespace

SubtitleFiles::~SubtitleFiles() {
  std::vector<Reading> readings;
  {
    const std::lock_guard lock(mutex_);
    readings.swap(readings_);
  }
  for (const Reading& reading : readings) reading.source->cancel_before(next(reading_generation));
}

void SubtitleFiles::read(std::shared_ptr<ByteSource> source, std::string name, int track_id, Done done) {
  const std::lock_guard lock(mutex_);
  readings_.push_back(
      {source, std::jthread([source, name = std::move(name), track_id, done = std::move(done)] {
         const auto bytes = read_subtitle_file(*source, reading_generation);
         if (bytes) {
           done(parse_subtitle_file(*bytes, name, track_id));
         } else if (const auto* error = std::get_if<Error>(&bytes.error())) {
           done(std::unexpected(*error));
         }
       })});
}

}  // namespace freshet::media
