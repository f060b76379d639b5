// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/protect_film.h"

#include <utility>

namespace freshet::drm {

Result<std::vector<ProtectedTrack>> protect_film(ByteSource& clear, OutputFile& out, Layout layout,
                                                 const ProtectOptions& options,
                                                 std::function<void(double)> progress, std::stop_token stop) {
  const auto film = read_clear_film(clear);
  if (!film) return std::unexpected(film.error());
  auto protector = FilmProtector::make(*film, options);
  if (!protector) return std::unexpected(protector.error());
  const FilmParts parts{clear, *film, *protector, out, std::move(progress), std::move(stop)};
  const auto written = layout == Layout::Flat ? write_flat(parts) : write_fragments(parts);
  if (!written) return std::unexpected(written.error());
  std::vector<ProtectedTrack> tracks;
  for (std::size_t i = 0; i < film->tracks.size(); ++i)
    tracks.push_back({film->tracks[i].id, film->tracks[i].kind, protector->is_protected(i)});
  return tracks;
}

}  // namespace freshet::drm
