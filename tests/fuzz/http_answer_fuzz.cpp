// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The headers that a hostile server sends: what is read from them stays in its bounds, and an answer accepted
// as the part that was asked for is that part.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "streaming/http_identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::streaming;
  const auto require = [](bool holds) {
    if (!holds) std::abort();
  };
  std::string_view text{reinterpret_cast<const char*>(data), size};
  HttpIdentity file;
  HttpAnswer answer;
  for (std::int64_t answers = 0; !text.empty() && answers < 1000; ++answers) {
    const std::string_view line = text.substr(0, text.find('\n') + 1);
    text.remove_prefix(line.empty() ? text.size() : line.size());
    read_header_line(line, answer);
    require(!answer.range_begin ||
            (*answer.range_begin >= 0 && answer.range_begin < answer.range_total.value_or(INT64_MAX)));
    require(!answer.content_length || *answer.content_length >= 0);
    require(!answer.retry_after || answer.retry_after->count() <= 30);
    require(answer.etag.size() <= 1024 && answer.last_modified.size() <= 1024);
    if (!file.check(answer, answers % 3) && answer.status == 206) require(answer.range_begin == answers % 3);
  }
  return 0;
}
