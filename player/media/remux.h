// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A film in any container that we play, rewritten without transcoding as an MP4 in fragments of about two
// seconds that begin with a key frame, moov first. One call a film, any thread; blocks in the source and in
// `write`.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "streaming/base/byte_source.h"

namespace freshet::media {

struct Remuxed {
  std::vector<std::string> left_out;  // what MP4 does not carry, in words
};

// Takes what comes next of the file.
using WriteBytes = std::function<Result<void>(std::span<const std::byte>)>;

// `progress` gets 0 to 1. Errors: Media "not-media", "unsupported-codec", "remux-failed"; Usage
// "interrupted" (by `stop`); those of the source and of `write`.
[[nodiscard]] Result<Remuxed> remux(const std::shared_ptr<ByteSource>& source, const std::string& name,
                                    const WriteBytes& write, const std::function<void(double)>& progress,
                                    const std::stop_token& stop);

}  // namespace freshet::media
