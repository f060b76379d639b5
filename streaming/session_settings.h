// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// libtorrent's settings as streaming needs them, each with its reason in the .cpp. Pure. Any thread.
#pragma once

#include <libtorrent/fwd.hpp>

#include "streaming/session.h"

namespace freshet::streaming {

// Errors: Usage "bad-address", "bad-proxy".
[[nodiscard]] Result<lt::settings_pack> make_settings(const SessionOptions& options);

// The port that is tried first when the user names none: the one that BitTorrent clients have always used.
inline constexpr int customary_port = 6881;

}  // namespace freshet::streaming
