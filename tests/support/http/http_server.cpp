// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace freshet::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

}  // namespace

std::string HttpRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::size_t HttpRequest::range_begin() const {
  const std::string range = header("range");
  return range.starts_with("bytes=") ? std::stoul(range.substr(6)) : 0;
}

HttpReply serve(const HttpRequest& request, std::string_view file, const std::string& etag) {
  const std::string range = request.header("range");
  const std::string condition = request.header("if-range");
  HttpReply reply;
  reply.headers = {{"ETag", etag}, {"Accept-Ranges", "bytes"}};
  if (!range.starts_with("bytes=") || (!condition.empty() && condition != etag)) {
    reply.body = file;
    return reply;
  }
  const std::size_t begin = request.range_begin();
  if (begin >= file.size()) {
    reply.status = 416;
    reply.headers.emplace_back("Content-Range", "bytes */" + std::to_string(file.size()));
    return reply;
  }
  const auto dash = range.find('-');
  const std::size_t last = dash + 1 < range.size()
                               ? std::min(std::stoul(range.substr(dash + 1)), file.size() - 1)
                               : file.size() - 1;
  reply.status = 206;
  reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(begin) + "-" + std::to_string(last) +
                                                  "/" + std::to_string(file.size()));
  reply.body = file.substr(begin, last - begin + 1);
  return reply;
}

HttpReply serve_whole(std::string_view file) {
  HttpReply reply;
  reply.body = file;
  return reply;
}

HttpReply redirect(const std::string& location, int status) {
  HttpReply reply;
  reply.status = status;
  reply.headers = {{"Location", location}};
  reply.body = "elsewhere";
  return reply;
}

class HttpServer::State {
 public:
  explicit State(Handler handler)
      : handler_(std::move(handler)),
        acceptor_(context_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}) {
    port = acceptor_.local_endpoint().port();
    thread_ = std::jthread{[this] { accept(); }};
  }

  ~State() {
    {
      const std::scoped_lock lock{mutex_};
      stopping_ = true;
      for (Connection& connection : connections_) shut_down(connection);
    }
    changed_.notify_all();
    // Wakes accept(), which close() alone would not.
    boost::system::error_code ignored;
    tcp::socket knock{context_};
    knock.connect(tcp::endpoint{asio::ip::address_v4::loopback(), port}, ignored);
    thread_.join();
    connections_.clear();  // joins
  }

  void cut_connections() {
    const std::scoped_lock lock{mutex_};
    for (Connection& connection : connections_) shut_down(connection);
  }

  std::vector<HttpRequest> requests() const {
    const std::scoped_lock lock{mutex_};
    return requests_;
  }

  bool wait_for_requests(std::size_t count) const {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 10s, [&] { return requests_.size() >= count; });
  }

  std::uint16_t port = 0;
  std::atomic<std::size_t> body_bytes = 0;

 private:
  struct Connection {
    explicit Connection(tcp::socket taken) : socket(std::move(taken)) {}
    tcp::socket socket;
    std::jthread thread;
  };

  static void shut_down(Connection& connection) {
    boost::system::error_code ignored;
    connection.socket.shutdown(tcp::socket::shutdown_both, ignored);
  }

  void accept() {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket = acceptor_.accept(error);
      const std::scoped_lock lock{mutex_};
      if (stopping_) return;
      if (error) continue;
      socket.set_option(tcp::no_delay{true}, error);
      Connection& connection = connections_.emplace_back(std::move(socket));
      connection.thread = std::jthread{[this, &connection] { converse(connection); }};
    }
  }

  void converse(Connection& connection) {
    beast::flat_buffer buffer;
    boost::system::error_code error;
    for (;;) {
      http::request<http::string_body> message;
      http::read(connection.socket, buffer, message, error);
      if (error) break;
      HttpRequest request{.method = std::string{message.method_string()},
                          .target = std::string{message.target()},
                          .headers = {}};
      for (const auto& field : message)
        request.headers[lower(std::string{field.name_string()})] = std::string{field.value()};
      {
        const std::scoped_lock lock{mutex_};
        requests_.push_back(request);
      }
      changed_.notify_all();
      if (!answer(connection, request, handler_(request))) break;
    }
    // Once more under the lock: the server's destructor shuts down sockets that may be closing here.
    const std::scoped_lock lock{mutex_};
    shut_down(connection);
  }

  // False: the connection is over.
  bool answer(Connection& connection, const HttpRequest& request, const HttpReply& reply) {
    if (!wait(reply.delay)) return false;
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Test\r\n";
    for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    head += reply.with_length ? "Content-Length: " + std::to_string(reply.body.size()) + "\r\n"
                              : "Connection: close\r\n";
    head += "\r\n";
    boost::system::error_code error;
    asio::write(connection.socket, asio::buffer(head), error);
    if (error) return false;
    if (request.method == "HEAD") return true;
    std::string_view body = reply.body;
    if (reply.cut_after) body = body.substr(0, *reply.cut_after);
    while (!body.empty()) {
      // 20 pieces a second when slow.
      const std::size_t step =
          reply.bytes_per_second ? std::max<std::size_t>(*reply.bytes_per_second / 20, 1) : 64U << 10U;
      const std::string_view piece = body.substr(0, step);
      asio::write(connection.socket, asio::buffer(piece.data(), piece.size()), error);
      if (error) return false;
      body_bytes += piece.size();
      body.remove_prefix(piece.size());
      if (reply.bytes_per_second && !wait(50ms)) return false;
    }
    return reply.with_length && !reply.cut_after;
  }

  bool wait(std::chrono::milliseconds time) const {
    std::unique_lock lock{mutex_};
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
  }

  Handler handler_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<HttpRequest> requests_;
  std::list<Connection> connections_;
  std::jthread thread_;
};

HttpServer::HttpServer(Handler handler) : state_(std::make_unique<State>(std::move(handler))) {}
HttpServer::~HttpServer() = default;
std::uint16_t HttpServer::port() const {
  return state_->port;
}
std::string HttpServer::url(const std::string& target) const {
  return "http://127.0.0.1:" + std::to_string(state_->port) + target;
}
std::vector<HttpRequest> HttpServer::requests() const {
  return state_->requests();
}
std::size_t HttpServer::body_bytes_sent() const {
  return state_->body_bytes;
}
void HttpServer::cut_connections() {
  state_->cut_connections();
}
bool HttpServer::wait_for_requests(std::size_t count) const {
  return state_->wait_for_requests(count);
}

}  // namespace freshet::test
