// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What http_get() and the HTTP source share: libcurl's handles with an owner, the settings every request of
// ours has, the headers that matter, and errors in words. libcurl stays inside streaming/http_*.cpp.
//
// Threads: a handle belongs to the thread that uses it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "streaming/direct_sources.h"

namespace freshet::streaming {

template <auto release>
struct CurlDelete {
  void operator()(auto* handle) const { release(handle); }
};
using CurlEasy = std::unique_ptr<CURL, CurlDelete<curl_easy_cleanup>>;
using CurlMulti = std::unique_ptr<CURLM, CurlDelete<curl_multi_cleanup>>;
using CurlList = std::unique_ptr<curl_slist, CurlDelete<curl_slist_free_all>>;

// What a server says about the bytes it sends. Kept of the last answer, after redirects.
struct HttpAnswer {
  std::int64_t status = 0;
  std::optional<std::int64_t> content_length;
  std::optional<std::int64_t> range_begin;  // of Content-Range; without it nullopt
  std::optional<std::int64_t> range_total;  // the size behind the '/', nullopt for '*'
  bool encoded = false;                     // Content-Encoding other than identity
  std::string etag;
  std::string last_modified;
  std::optional<std::chrono::seconds> retry_after;
};

// Takes one header line, as it came from the server. A status line begins a new answer.
void read_header_line(std::string_view line, HttpAnswer& answer);

// "Content-Range: bytes 5-9/10", "bytes 5-9/*", "bytes */10"
void read_content_range(std::string_view value, HttpAnswer& answer);

// "socks5://…" becomes "socks5h://…": the proxy resolves names, none is asked here.
// Errors: Usage "bad-proxy".
[[nodiscard]] Result<std::string> proxy_for_curl(const std::string& proxy);

// One request: its handle with all common settings, its answer and libcurl's words on what failed. It does
// not move: the handle points into it.
class HttpTransfer {
 public:
  // `write` as CURLOPT_WRITEFUNCTION. Throws std::bad_alloc when libcurl has no memory.
  HttpTransfer(const std::string& url, const std::string& proxy, const HttpOptions& options,
               curl_write_callback write, void* write_context);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;
  ~HttpTransfer() = default;

  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  [[nodiscard]] const HttpAnswer& answer() const { return answer_; }
  void add_header(const std::string& line);  // before the transfer starts

  // `code` is how the transfer ended, not CURLE_OK.
  [[nodiscard]] Error error(CURLcode code) const;
  // Trying again may help: the way there failed, not what was asked.
  [[nodiscard]] bool may_pass(CURLcode code) const;

 private:
  CurlEasy handle_;
  CurlList headers_;
  HttpAnswer answer_;
  std::array<char, CURL_ERROR_SIZE> words_{};
};

}  // namespace freshet::streaming
