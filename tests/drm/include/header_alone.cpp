// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "freshet/drm_module.h"

const freshet_drm_module_api* freshet_drm_entry_v1(uint32_t host_minor) {
  static const freshet_drm_module_api api{};
  return host_minor <= FRESHET_DRM_ABI_MINOR ? &api : nullptr;
}
