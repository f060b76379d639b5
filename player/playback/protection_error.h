// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a viewer is told when a file is protected and nothing here can unlock it. Pure.
#pragma once

#include "drm/container/protection.h"
#include "streaming/base/error.h"

namespace freshet::playback {

// Protection "no-licence": names the scheme, the keys it needs and the systems that could unlock it.
// `has_keys`: the viewer gave keys, of other files.
[[nodiscard]] Error no_licence_error(const container::ProtectionSummary& summary, bool has_keys = false);

}  // namespace freshet::playback
