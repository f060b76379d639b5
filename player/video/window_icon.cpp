// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/window_icon.h"

#include <memory>

namespace freshet::video {
namespace {

constexpr unsigned char icon[] = {
#include "window_icon.inc"
};

struct FreeSurface {
  void operator()(SDL_Surface* surface) const { SDL_FreeSurface(surface); }
};

}  // namespace

void set_window_icon(SDL_Window* window) {
  const std::unique_ptr<SDL_Surface, FreeSurface> surface(
      SDL_LoadBMP_RW(SDL_RWFromConstMem(icon, sizeof icon), 1));
  if (surface) SDL_SetWindowIcon(window, surface.get());
}

}  // namespace freshet::video
