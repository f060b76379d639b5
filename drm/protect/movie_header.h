// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The moov box of a protected film, made from that of the clear one: protected sample entries, pssh boxes,
// lengths. Pure.
#pragma once

#include <functional>

#include "drm/protect/box_writer.h"
#include "drm/protect/film_protector.h"

namespace freshet::drm {

// Writes what belongs into stbl of a track.
using WriteTables = std::function<void(BoxWriter& out, std::size_t track)>;

// The samples come in fragments: mvex says so, and how long they are in all.
void write_fragmented_movie(BoxWriter& out, const ClearFilm& film, const FilmProtector& protector);
// The samples are where `tables` says, which writes all of stbl but stsd.
void write_flat_movie(BoxWriter& out, const ClearFilm& film, const FilmProtector& protector,
                      const WriteTables& tables);

// What a track's sample entries are numbered by.
inline constexpr std::uint32_t first_description = 1, clear_lead_description = 2;

}  // namespace freshet::drm
