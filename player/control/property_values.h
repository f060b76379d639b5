// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the property rows share. Only property_rows_*.cpp include this.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "player/control/properties.h"

namespace freshet::control {

template <class... Changes>
constexpr std::uint32_t bits(Changes... changes) {
  return (static_cast<std::uint32_t>(changes) | ...);
}

using Value = std::optional<Json>;
using playback::Change;

// Most properties of what is played are unavailable until it is opened.
inline bool opened(const PropertyContext& c) {
  return c.player.media().has_value();
}
inline Value seconds(const std::optional<MediaTime>& time) {
  return time ? Value(to_seconds(*time)) : std::nullopt;
}
inline Status status_of(const Result<void>& result) {
  return result ? Status::Success : Status::PropertyFailed;
}
// The selected track of a kind.
inline std::optional<media::Track> selected_track(const PropertyContext& c, media::TrackKind kind) {
  const int id = c.player.selected(kind);
  if (id == 0) return std::nullopt;
  for (media::Track& track : c.player.tracks()) {
    if (track.kind == kind && track.id == id) return std::move(track);
  }
  return std::nullopt;
}

// Index of the chapter that plays: -1 before the first one.
[[nodiscard]] std::optional<int> current_chapter(const PropertyContext& c);

}  // namespace freshet::control
