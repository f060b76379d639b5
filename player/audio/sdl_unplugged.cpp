// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/sdl_unplugged.h"

#include <SDL.h>
#include <utility>

namespace freshet::audio {
namespace {

int on_event(void* callback, SDL_Event* event) {
  if (event->type == SDL_AUDIODEVICEREMOVED && event->adevice.iscapture == 0) {
    (*static_cast<const std::function<void(std::uint32_t)>*>(callback))(event->adevice.which);
  }
  return 0;
}

}  // namespace

SdlUnplugged::SdlUnplugged(std::function<void(std::uint32_t)> on_removed)
    : on_removed_(std::move(on_removed)) {
  SDL_AddEventWatch(on_event, &on_removed_);
}

SdlUnplugged::~SdlUnplugged() {
  SDL_DelEventWatch(on_event, &on_removed_);
}

}  // namespace freshet::audio
