/* SPDX-FileCopyrightText: Freshet contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The header alone, twice, as C of 1999 and of 2011; header_alone.cpp is the same as C++. */
#include "freshet/drm_module.h"

const freshet_drm_module_api* freshet_drm_entry_v1(uint32_t host_minor) {
  static const freshet_drm_module_api api = {sizeof api, FRESHET_DRM_ABI_MINOR};
  return host_minor <= FRESHET_DRM_ABI_MINOR ? &api : 0;
}
