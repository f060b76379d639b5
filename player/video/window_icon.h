// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The program's icon, compiled in: a window has it before anything is installed. Main thread.
#pragma once

#include <SDL.h>

namespace freshet::video {

void set_window_icon(SDL_Window* window);

}  // namespace freshet::video
