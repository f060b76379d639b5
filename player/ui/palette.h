// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The on-screen display's few colours: white on a dark glass, and one accent, the blue green of shallow
// water.
#pragma once

#include "player/ui/bitmap.h"

namespace freshet::ui::palette {

inline constexpr Ink text{255, 255, 255, 1.0};
inline constexpr Ink quiet_text{255, 255, 255, 0.78};
inline constexpr Ink accent{64, 206, 220, 1.0};
inline constexpr Ink track{255, 255, 255, 0.30};
inline constexpr Ink buffered{255, 255, 255, 0.50};
inline constexpr Ink knob{255, 255, 255, 1.0};
inline constexpr Ink panel{14, 18, 22, 0.80};
inline constexpr Ink rim{255, 255, 255, 0.10};       // tells the panel from a black picture
inline constexpr Ink light_panel{14, 18, 22, 0.74};  // of a passing message
inline constexpr Ink shadow{0, 0, 0, 0.45};

}  // namespace freshet::ui::palette
