// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A clear film, written protected in one of two layouts. Each sample is read once to be written, in flat
// files once more before that, for what moov has to say of all of them. One thread.
#pragma once

#include <functional>
#include <stop_token>

#include "drm/protect/film_protector.h"
#include "drm/protect/output_file.h"

namespace freshet::drm {

struct FilmParts {
  ByteSource& source;
  const ClearFilm& film;
  FilmProtector& protector;
  OutputFile& out;
  std::function<void(double)> progress;  // 0 to 1
  std::stop_token stop;
};

// ftyp, moov, sidx, then a moof and its mdat for each fragment (ISO/IEC 14496-12, 8.8). Errors: those of
// reading, protecting and writing; Usage "interrupted".
[[nodiscard]] Result<void> write_fragments(const FilmParts& parts);
// ftyp, moov with the tables of all samples, one mdat; tracks by turns, a fragment each.
[[nodiscard]] Result<void> write_flat(const FilmParts& parts);

[[nodiscard]] Error interrupted();

}  // namespace freshet::drm
