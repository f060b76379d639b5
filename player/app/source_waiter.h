// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Opens a source and waits for it: for commands that look and end (probe, --list), where the player's main
// loop is not needed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "player/playback/source_opener.h"

namespace freshet::app {

struct WaitedSource {
  playback::OpenedSource source;
  std::optional<streaming::TorrentMetadata> metadata;
  std::string kind;
};

// Blocks until opened, failed, `timeout` (0: never) without a result, or `stop`. Errors: what opening says;
// Network "no-peers", "no-data"; Usage "interrupted".
[[nodiscard]] Result<WaitedSource> open_and_wait(playback::OpenRequest request,
                                                 playback::SessionProvider& sessions,
                                                 std::chrono::seconds timeout, std::stop_token stop);

}  // namespace freshet::app
