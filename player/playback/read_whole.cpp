// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/read_whole.h"

#include <array>
#include <cstddef>

namespace freshet::playback {

Result<std::string> read_whole(ByteSource& source, Bytes limit) {
  std::string content;
  std::array<std::byte, 64 * 1024> buffer;
  for (;;) {
    const auto got =
        source.read(ByteOffset{static_cast<std::int64_t>(content.size())}, buffer, Generation{0});
    if (!got) {
      if (const Error* error = std::get_if<Error>(&got.error())) return std::unexpected(*error);
      return fail(ErrorCategory::Usage, "cancelled", "Reading was cancelled");
    }
    if (*got == 0) return content;
    if (static_cast<std::int64_t>(content.size() + *got) > limit.value) {
      return fail(ErrorCategory::Source, "too-large",
                  "The file is larger than anything of its kind should be");
    }
    content.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

}  // namespace freshet::playback
