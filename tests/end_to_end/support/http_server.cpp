// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "tests/end_to_end/support/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fstream>
#include <list>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

namespace freshet::end_to_end {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

class HttpServer::State {
 public:
  State(std::filesystem::path folder, Ranges ranges)
      : folder_(std::move(folder)),
        ranges_(ranges),
        acceptor_(context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    port_ = acceptor_.local_endpoint().port();
    accepting_ = std::jthread([this] { accept(); });
  }

  ~State() {
    stopping_ = true;
    // A last connection of our own wakes the blocking accept.
    boost::system::error_code ignored;
    tcp::socket waker(context_);
    waker.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port_), ignored);
    accepting_.join();
    const std::lock_guard lock(mutex_);
    for (auto& connection : connections_) connection.socket.shutdown(tcp::socket::shutdown_both, ignored);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  struct Connection {
    tcp::socket socket;
    std::jthread thread;
  };

  void accept() {
    while (!stopping_) {
      boost::system::error_code failed;
      tcp::socket socket(context_);
      acceptor_.accept(socket, failed);
      if (failed || stopping_) continue;
      const std::lock_guard lock(mutex_);
      auto& connection = connections_.emplace_back(Connection{std::move(socket), {}});
      connection.thread = std::jthread([this, &connection] { serve(connection.socket); });
    }
  }

  void serve(tcp::socket& socket) {
    boost::beast::flat_buffer buffer;
    boost::system::error_code failed;
    while (!stopping_) {
      http::request<http::empty_body> request;
      http::read(socket, buffer, request, failed);
      if (failed) return;
      ++requests_;
      auto response = answer(request);
      if (request.method() == http::verb::head) {
        http::response_serializer<http::string_body> serializer(response);
        http::write_header(socket, serializer, failed);
      } else {
        http::write(socket, response, failed);
      }
      if (failed || !request.keep_alive()) return;
    }
  }

  http::response<http::string_body> answer(const http::request<http::empty_body>& request) {
    http::response<http::string_body> response{http::status::ok, request.version()};
    response.keep_alive(request.keep_alive());
    std::ifstream file(folder_ / std::string(request.target().substr(1)), std::ios::binary);
    if (!file) {
      response.result(http::status::not_found);
      response.prepare_payload();
      return response;
    }
    std::ostringstream text;
    text << file.rdbuf();
    std::string body = text.str();
    const std::string range(request[http::field::range]);
    if (ranges_ == Ranges::Yes && range.starts_with("bytes=")) {
      const auto dash = range.find('-');
      const std::size_t begin = std::stoull(range.substr(6, dash - 6));
      std::size_t end = body.size() - 1;
      if (dash + 1 < range.size()) end = std::min<std::size_t>(end, std::stoull(range.substr(dash + 1)));
      if (begin > end) {
        response.result(http::status::range_not_satisfiable);
        body.clear();
      } else {
        response.result(http::status::partial_content);
        response.set(http::field::content_range, "bytes " + std::to_string(begin) + "-" +
                                                     std::to_string(end) + "/" + std::to_string(body.size()));
        body = body.substr(begin, end - begin + 1);
      }
    }
    if (ranges_ == Ranges::Yes) response.set(http::field::accept_ranges, "bytes");
    response.set(http::field::content_type, "application/octet-stream");
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
  }

  const std::filesystem::path folder_;
  const Ranges ranges_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> requests_{0};
  std::mutex mutex_;
  std::list<Connection> connections_;  // destroyed, and so joined, before what is above
  std::jthread accepting_;
};

HttpServer::HttpServer(std::filesystem::path folder, Ranges ranges)
    : state_(std::make_unique<State>(std::move(folder), ranges)) {}
HttpServer::~HttpServer() = default;
std::string HttpServer::url(std::string_view name) const {
  return "http://127.0.0.1:" + std::to_string(state_->port()) + "/" + std::string(name);
}
int HttpServer::requests() const {
  return state_->requests();
}

}  // namespace freshet::end_to_end
