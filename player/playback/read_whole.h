// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A small file, whole: a .torrent, a playlist.
#pragma once

#include <string>

#include "streaming/base/byte_source.h"

namespace freshet::playback {

// Reads from the start to the end. Blocks. Errors: Source "too-large" past `limit`; Usage "cancelled"; what
// read() says.
[[nodiscard]] Result<std::string> read_whole(ByteSource& source, Bytes limit);

}  // namespace freshet::playback
