// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A small HTTP/1.1 server on the loopback that does what a test tells it, wrong things included. Each
// connection has a thread; the handler is called on it, from several at once. The destructor ends them all.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::test {

struct HttpRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  [[nodiscard]] std::string header(const std::string& name) const;
  // From "Range: bytes=5-" or "bytes=5-9"; 0 without.
  [[nodiscard]] std::size_t range_begin() const;
};

struct HttpReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body = {};
  bool with_length = true;  // Content-Length; without it the end of the connection is the end
  std::optional<std::size_t> cut_after = {};  // so many bytes of the body, then the connection breaks
  std::optional<std::size_t> bytes_per_second = {};
  std::chrono::milliseconds delay{0};  // before the first byte of the answer
};

// What a good server does with a file: ranges, If-Range, ETag, 416.
[[nodiscard]] HttpReply serve(const HttpRequest& request, std::string_view file,
                              const std::string& etag = "\"v1\"");
// What a server without ranges does.
[[nodiscard]] HttpReply serve_whole(std::string_view file);
[[nodiscard]] HttpReply redirect(const std::string& location, int status = 302);

class HttpServer {
 public:
  using Handler = std::function<HttpReply(const HttpRequest&)>;

  explicit HttpServer(Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url(const std::string& target) const;  // target begins with '/'
  [[nodiscard]] std::vector<HttpRequest> requests() const;         // so far
  [[nodiscard]] std::size_t body_bytes_sent() const;
  // Breaks all connections that are open now.
  void cut_connections();
  // Waits until `count` requests have come; false after ten seconds.
  [[nodiscard]] bool wait_for_requests(std::size_t count) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet::test
