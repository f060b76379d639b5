// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// ByteSources without a swarm: a local file, standard input, an HTTP server with ranges; and the plain
// download of a small file (a .torrent behind a URL). Thread rules as in byte_source.h.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "streaming/base/byte_source.h"

namespace freshet::streaming {

// A file or a block device; its size is asked anew at each call, so that a file still being written grows. A
// named pipe or another stream with a name becomes what open_pipe() makes of it. Errors: Source
// "no-such-file", "permission-denied", "is-directory", "open-failed".
[[nodiscard]] Result<std::shared_ptr<ByteSource>> open_local_file(const std::filesystem::path& path);

// Reads `descriptor` (0 for stdin) to its end. Not seekable but for what is still in the back buffer:
// `memory` bytes hold what was read and, up to a half of them, what comes next; a read before them fails with
// Source "not-seekable". Does not close the descriptor, which stays open as long as the source. Where the
// descriptor turns out to be a file that nobody has read from, the source is as open_local_file() gives it.
[[nodiscard]] std::shared_ptr<ByteSource> open_pipe(int descriptor, Bytes memory);

struct HttpOptions {
  // As SessionOptions::proxy; everything goes through it and it resolves the names. Without one, http_proxy
  // and its kin in the environment count, as curl reads them.
  std::optional<std::string> proxy = {};
  std::chrono::seconds connect_timeout{10};
  Bytes memory = mib(150);  // RAM for what was read and what comes next; at least 8 MiB are used
  std::optional<std::filesystem::path> certificates =
      {};  // a PEM file of trusted authorities, instead of the system's
  std::chrono::milliseconds retry_pause{
      250};  // after the first failure in a row; doubled up to 32 times that
};

// Probes with a ranged request, and goes on reading from its answer. Blocks until the first reply or `stop`.
//   - A server without ranges gives a source that is not seekable: a read behind what is in memory starts the
//     download again.
//   - Reads ahead up to three eighths of `memory`, at two places at most; a read elsewhere opens a new
//   request.
//   - A connection that breaks is opened again where it broke, several times with growing pauses, before a
//   read fails
//     with Network "connection-lost", "connect-failed" or "timeout"; the next read tries anew.
//   - A file that changes on the server fails with Source "changed-on-server" and is never mixed.
// Only http and https, after redirects as well; certificates are verified. Errors: Source "http-status",
// "bad-url", "bad-server"; Network "connect-failed", "tls-failed", "timeout"; Usage "bad-proxy",
// "interrupted" (by `stop`).
[[nodiscard]] Result<std::shared_ptr<ByteSource>> open_http(const std::string& url,
                                                            const HttpOptions& options, std::stop_token stop);

// The whole body, at most `limit`. Blocks until done or `stop`. Errors as open_http, and Source "too-large".
[[nodiscard]] Result<std::string> http_get(const std::string& url, Bytes limit, const HttpOptions& options,
                                           std::stop_token stop);

// The bytes of `range` alone. Errors as http_get, and Source "bad-server" when the server sends others: it
// has no ranges, or the file ends before.
[[nodiscard]] Result<std::string> http_get_range(const std::string& url, ByteRange range,
                                                 const HttpOptions& options, std::stop_token stop);

}  // namespace freshet::streaming
