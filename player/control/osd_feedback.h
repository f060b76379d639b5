// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What appears on the screen after a command changed something. Main thread only.
#pragma once

#include <string_view>

#include "player/control/command_text.h"
#include "player/control/properties.h"

namespace freshet::control {

// After `name` was set, added to or cycled: "Speed: 1.10", a volume gauge, the bar. Nothing for a property
// that shows itself (pause, fullscreen), unless `osd` asks for a message.
void show_property(Properties& properties, std::string_view name, OsdMode osd);

// After a seek.
void show_seek(Properties& properties, OsdMode osd);

}  // namespace freshet::control
