// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One picture out of the .sub of a VobSub pair: an MPEG program stream whose private packets carry, in
// pieces, what a DVD calls a sub-picture unit.
#pragma once

#include <expected>
#include <string>

#include "streaming/base/byte_source.h"

namespace freshet::media {

// The unit of sub-stream `stream` (0 … 31) that begins at `at`. Blocks in the source. Errors: Media
// "bad-subtitle-picture" where there is none, or the source's.
[[nodiscard]] std::expected<std::string, ReadError> read_vobsub_packet(ByteSource& source, ByteOffset at,
                                                                       int stream, Generation generation);

// Whether these are the first bytes of a .sub with pictures (and not of a text of that name).
[[nodiscard]] bool is_program_stream(std::string_view bytes);

}  // namespace freshet::media
