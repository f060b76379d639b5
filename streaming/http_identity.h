// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Whether the answers of a server all speak of the same file, and belong to what was asked. Learns the file
// from the first. Not for several threads: its owner locks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "streaming/http_transfer.h"

namespace freshet::streaming {

class HttpIdentity {
 public:
  // An answer to a request for the bytes from `begin` on. nullopt: it is good, and from a 206 they come as
  // asked. Errors: Source "bad-server", "changed-on-server".
  [[nodiscard]] std::optional<Error> check(const HttpAnswer& answer, std::int64_t begin);
  // The file is empty: no answer with bytes can come.
  void take_for_empty();

  [[nodiscard]] bool known() const { return known_; }
  // True until an answer says otherwise; false for good once one came whole that was asked in part.
  [[nodiscard]] bool has_ranges() const { return has_ranges_; }
  // As the first answer says.
  [[nodiscard]] std::optional<std::int64_t> size() const { return size_; }
  // For If-Range; empty when the server gave nothing that surely means the same bytes.
  [[nodiscard]] const std::string& validator() const { return validator_; }

 private:
  bool known_ = false;
  bool has_ranges_ = true;
  std::optional<std::int64_t> size_;
  std::string etag_;  // without the mark of a weak one
  std::string last_modified_;
  std::string validator_;
};

}  // namespace freshet::streaming
