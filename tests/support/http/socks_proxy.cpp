// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http/socks_proxy.h"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <mutex>
#include <thread>

namespace freshet::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class SocksProxy::State {
 public:
  State(std::uint16_t server_port, const std::string& address)
      : server_port_(server_port), acceptor_(context_, tcp::endpoint{asio::ip::make_address(address), 0}) {
    port = acceptor_.local_endpoint().port();
    thread_ = std::jthread{[this] { accept(); }};
  }

  ~State() {
    error_code ignored;
    {
      const std::scoped_lock lock{mutex_};
      stopping_ = true;
      for (Connection& connection : connections_) {
        connection.client.shutdown(tcp::socket::shutdown_both, ignored);
        if (connection.server.is_open()) connection.server.shutdown(tcp::socket::shutdown_both, ignored);
      }
    }
    tcp::socket knock{context_};
    knock.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
    connections_.clear();
  }

  std::vector<std::string> requests() const {
    const std::scoped_lock lock{mutex_};
    return requests_;
  }

  std::uint16_t port = 0;

 private:
  struct Connection {
    Connection(tcp::socket taken, asio::io_context& context) : client(std::move(taken)), server(context) {}
    ~Connection() {
      if (upwards.joinable()) upwards.join();  // first: it starts the other
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    tcp::socket client;
    tcp::socket server;
    std::jthread upwards;
    std::jthread downwards;
  };

  void accept() {
    for (;;) {
      error_code error;
      tcp::socket socket = acceptor_.accept(error);
      const std::scoped_lock lock{mutex_};
      if (stopping_) return;
      if (error) continue;
      Connection& connection = connections_.emplace_back(std::move(socket), context_);
      connection.upwards = std::jthread{[this, &connection] { serve(connection); }};
    }
  }

  template <std::size_t size>
  static std::array<std::uint8_t, size> take(tcp::socket& socket, error_code& error) {
    std::array<std::uint8_t, size> bytes{};
    if (!error) asio::read(socket, asio::buffer(bytes), error);
    return bytes;
  }

  void serve(Connection& connection) {
    tcp::socket& client = connection.client;
    error_code error;
    const auto greeting = take<2>(client, error);
    for (int i = 0; i < greeting[1]; ++i) take<1>(client, error);
    if (!error) asio::write(client, asio::buffer("\x05\x00", 2), error);
    const auto request = take<4>(client, error);
    std::string asked = "address";
    if (request[3] == 3) {
      const std::uint8_t length = take<1>(client, error)[0];
      std::string name(length, '\0');
      if (!error) asio::read(client, asio::buffer(name), error);
      asked = "name:" + name;
    } else {
      for (int i = 0; i < (request[3] == 4 ? 16 : 4); ++i) take<1>(client, error);
    }
    const auto asked_port = take<2>(client, error);
    if (error) return;
    {
      const std::scoped_lock lock{mutex_};
      requests_.push_back(asked + ":" + std::to_string(asked_port[0] * 256 + asked_port[1]));
      if (stopping_) return;
      connection.server.connect(tcp::endpoint{asio::ip::address_v4::loopback(), server_port_}, error);
    }
    if (!error) asio::write(client, asio::buffer("\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00", 10), error);
    if (error) return;
    connection.downwards = std::jthread{[&connection] { pass_on(connection.server, connection.client); }};
    pass_on(connection.client, connection.server);
  }

  static void pass_on(tcp::socket& from, tcp::socket& to) {
    std::array<char, 16'384> bytes{};
    error_code error;
    while (!error) {
      const std::size_t count = from.read_some(asio::buffer(bytes), error);
      if (!error) asio::write(to, asio::buffer(bytes.data(), count), error);
    }
    to.shutdown(tcp::socket::shutdown_both, error);
  }

  const std::uint16_t server_port_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::vector<std::string> requests_;
  std::list<Connection> connections_;
  std::jthread thread_;
};

SocksProxy::SocksProxy(std::uint16_t server_port, const std::string& address)
    : state_(std::make_unique<State>(server_port, address)) {}
SocksProxy::~SocksProxy() = default;
std::uint16_t SocksProxy::port() const {
  return state_->port;
}
std::vector<std::string> SocksProxy::requests() const {
  return state_->requests();
}

}  // namespace freshet::test
