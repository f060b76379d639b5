/* SPDX-FileCopyrightText: Freshet contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What modules were built against stays as it is: a structure of version 1.0 may grow at its end, then its
 * size here grows with it, and the places of the old fields do not move.
 */
#include <stddef.h>

#include "freshet/drm_module.h"

#if UINTPTR_MAX == UINT64_MAX
#define PIN(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define PLACE(type, field, bytes) _Static_assert(offsetof(type, field) == (bytes), #type "." #field)
PIN(freshet_drm_bytes, 16);
PIN(freshet_drm_text, 16);
PIN(freshet_drm_reason, 88);
PIN(freshet_drm_header, 40);
PIN(freshet_drm_http, 104);
PIN(freshet_drm_time, 32);
PIN(freshet_drm_prompt, 72);
PIN(freshet_drm_output, 24);
PIN(freshet_drm_host_api, 112);
PIN(freshet_drm_answer, 96);
PIN(freshet_drm_key, 32);
PIN(freshet_drm_policy, 136);
PIN(freshet_drm_event, 56);
PIN(freshet_drm_init, 104);
PIN(freshet_drm_subsample, 8);
PIN(freshet_drm_packet, 96);
PIN(freshet_drm_setup, 56);
PIN(freshet_drm_module_api, 136);
PLACE(freshet_drm_packet, key_id, 8);
PLACE(freshet_drm_packet, subsamples, 56);
PLACE(freshet_drm_packet, pts_us, 88);
PLACE(freshet_drm_policy, ends, 56);
PLACE(freshet_drm_event, session, 8);
PLACE(freshet_drm_module_api, create, 64);
PLACE(freshet_drm_module_api, decrypt, 128);
#endif

/* No feature is another one, no code is another one: they are chosen by hand. */
_Static_assert(FRESHET_DRM_SCHEME_CENC == 0x63656e63, "the characters of the scheme");
_Static_assert(FRESHET_DRM_E_LICENCE_FORM < FRESHET_DRM_E_CANCELLED, "codes go down");
