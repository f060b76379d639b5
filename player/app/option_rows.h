// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The rows of the option table, by subject; option_table.cpp puts them together. Only it includes this.
#pragma once

#include <span>

#include "player/app/option_table.h"

namespace freshet::app {

// The value of an option whose type the table has checked.
template <class T>
const T& as(const OptionValue& value) {
  return std::get<T>(value);
}

[[nodiscard]] std::span<const OptionInfo> playback_rows();   // sources, playing, tracks, outputs
[[nodiscard]] std::span<const OptionInfo> swarm_rows();      // network, storage, publishing
[[nodiscard]] std::span<const OptionInfo> protect_rows();    // keys, and how a film is protected
[[nodiscard]] std::span<const OptionInfo> observing_rows();  // events, control, terminal, general

}  // namespace freshet::app
