// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The one error style of the project. A function that can fail returns Result<T>; exceptions thrown
// by libraries are caught in the wrapper that calls them. Cancellation is not an Error: it is a value
// of its own (see ReadError in byte_source.h).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace freshet {

// What a caller can act on. Each category has one exit code (exit_code below).
enum class ErrorCategory : std::uint8_t {
  Usage,       // the command line or a request is wrong
  Source,      // the thing named cannot be opened or is not what it should be
  Network,     // nothing came from the network in time
  Media,       // the file is there, its contents cannot be played
  Protection,  // protected content and no licence for it
  Storage,     // disk full, not writable, input/output error
  Internal,    // a fault of the program itself
};

struct Error {
  ErrorCategory category = ErrorCategory::Internal;
  std::string code;     // stable, lower-case words joined by '-', for scripts: "no-such-file"
  std::string message;  // one sentence for a person, without a trailing full stop
  std::string hint;     // the next step, or empty
};

template <class T>
using Result = std::expected<T, Error>;

// Shorthand for `return fail(ErrorCategory::Source, "no-such-file", "…", "…");`.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCategory category, std::string code,
                                                 std::string message, std::string hint = {}) {
  return std::unexpected(Error{category, std::move(code), std::move(message), std::move(hint)});
}

// The process exit code that a category ends in; part of the command-line contract.
[[nodiscard]] constexpr int exit_code(ErrorCategory category) noexcept {
  switch (category) {
    case ErrorCategory::Usage: return 1;
    case ErrorCategory::Source: return 2;
    case ErrorCategory::Network: return 3;
    case ErrorCategory::Media: return 4;
    case ErrorCategory::Protection: return 5;
    case ErrorCategory::Storage: return 6;
    case ErrorCategory::Internal: return 7;
  }
  return 7;
}

}  // namespace freshet
