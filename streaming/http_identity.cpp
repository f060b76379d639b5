// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/http_identity.h"

#include <string_view>
#include <utility>

namespace freshet::streaming {
namespace {

Error source_error(const char* code, const char* message, const char* hint) {
  return {ErrorCategory::Source, code, message, hint};
}

std::string_view without_weak_mark(std::string_view etag) {
  return etag.starts_with("W/") ? etag.substr(2) : etag;
}

}  // namespace

std::optional<Error> HttpIdentity::check(const HttpAnswer& answer, std::int64_t begin) {
  const bool partial = answer.status == 206;
  if (answer.encoded) {
    return source_error("bad-server", "the server compresses the file although it was asked not to",
                        "download it, then play the file");
  }
  if (partial && answer.range_begin != begin) {
    return source_error("bad-server", "the server sends another part of the file than it was asked for", "");
  }
  const std::optional<std::int64_t> size = partial ? answer.range_total : answer.content_length;
  if (!known_) {
    known_ = true;
    has_ranges_ = partial;
    size_ = size;
    etag_ = without_weak_mark(answer.etag);
    last_modified_ = answer.last_modified;
    // A weak tag may stay while bytes change; a date may not.
    if (answer.etag.starts_with('"')) {
      validator_ = answer.etag;
    } else if (answer.etag.empty()) {
      validator_ = last_modified_;
    }
    return std::nullopt;
  }
  const bool other_tag = !etag_.empty() && !answer.etag.empty() && etag_ != without_weak_mark(answer.etag);
  const bool other_date = etag_.empty() && !last_modified_.empty() && !answer.last_modified.empty() &&
                          last_modified_ != answer.last_modified;
  const bool other_size = size_ && size && *size_ != *size;
  if (other_tag || other_date || other_size) {
    return source_error("changed-on-server", "the file has changed on the server while it was being read",
                        "open it again");
  }
  if (!partial && begin > 0) has_ranges_ = false;  // another server of the same name may be simpler
  return std::nullopt;
}

void HttpIdentity::take_for_empty() {
  known_ = true;
  size_ = 0;
}

}  // namespace freshet::streaming
