// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/ipc_server.h"

#include <boost/asio.hpp>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace freshet::control {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds farewell{250};

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

std::unexpected<Error> failed(const std::filesystem::path& path, std::string_view what) {
  return fail(
      ErrorCategory::Storage, "ipc-failed",
      fmt::format("cannot open the control socket {}: {} ({})", path.string(), what, std::strerror(errno)),
      "choose another path for --input-ipc-server");
}

// Makes way for a new socket at `path`: removes one that nobody listens on.
Result<void> make_way(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) {
    return fail(ErrorCategory::Usage, "ipc-not-a-socket",
                fmt::format("{} exists and is no socket", path.string()),
                "choose another path for --input-ipc-server");
  }
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // The cast is the socket interface's own way to pass addresses.
  const bool answered =
      ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno == EAGAIN;
  if (answered) {
    return fail(ErrorCategory::Usage, "ipc-in-use",
                fmt::format("another program listens on {}", path.string()),
                "choose another path for --input-ipc-server");
  }
  if (errno == ECONNREFUSED) ::unlink(path.c_str());
  return {};
}

Result<int> listen_at(const std::filesystem::path& path) {
  const std::string name = path.string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.empty() || name.size() >= sizeof address.sun_path) {
    return fail(ErrorCategory::Usage, "ipc-path-too-long",
                fmt::format("a socket's path has 1 to {} bytes", sizeof address.sun_path - 1),
                "choose a shorter path for --input-ipc-server");
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  if (auto free = make_way(path, address); !free) return std::unexpected(free.error());
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0) return failed(path, "socket");
  // Before bind, so that there is no moment in which others could connect; Linux keeps the mode.
  if (::fchmod(listener.get(), S_IRUSR | S_IWUSR) != 0) return failed(path, "mode");
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failed(path, "bind");
  }
  if (::listen(listener.get(), SOMAXCONN) != 0) {
    ::unlink(name.c_str());
    return failed(path, "listen");
  }
  return listener.release();
}

}  // namespace

class IpcServer::Implementation {
 public:
  Implementation(const std::filesystem::path& path, int listener, IpcHandler& handler)
      : path_(path), handler_(handler), acceptor_(context_, Protocol(), listener) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0) inode_ = {status.st_dev, status.st_ino};
    acceptor_.non_blocking(true);
    accept();
    thread_ = std::jthread([this] { context_.run(); });
  }

  ~Implementation() {
    asio::post(context_, [this] { say_farewell(); });
    thread_.join();
    struct stat status{};
    // Only our own: somebody may have put another socket there.
    if (::lstat(path_.c_str(), &status) == 0 && std::pair(status.st_dev, status.st_ino) == inode_) {
      ::unlink(path_.c_str());
    }
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  void send(int id, std::string text) {
    asio::post(context_, [this, id, text = std::move(text)]() mutable {
      if (const auto found = clients_.find(id); found != clients_.end())
        queue(*found->second, std::move(text));
    });
  }

  void finished(int id) {
    asio::post(context_, [this, id] {
      if (const auto found = clients_.find(id); found != clients_.end()) read(found->second);
    });
  }

 private:
  struct Client {
    Client(int number, Protocol::socket connection) : id(number), socket(std::move(connection)) {}
    const int id;
    Protocol::socket socket;
    std::string input;  // read, not yet handed on
    std::deque<std::string> output;
    std::size_t backlog = 0;
    bool writing = false;
  };
  using ClientPointer = std::shared_ptr<Client>;

  // Waits only: who takes a connection is admit_waiting(), at once, or a line could overtake it.
  void accept() {
    acceptor_.async_wait(Protocol::acceptor::wait_read, [this](ErrorCode error) {
      if (error == asio::error::operation_aborted || closing_) return;
      if (!error) error = admit_waiting();
      if (error) {
        // No descriptor left, most likely: again when one may have come back.
        retry_.expires_after(std::chrono::milliseconds(100));
        retry_.async_wait([this](ErrorCode stopped) {
          if (!stopped) accept();
        });
        return;
      }
      accept();
    });
  }

  void admit(Protocol::socket socket) {
    if (clients_.size() >= max_ipc_clients) return;
    const int id = next_id_++;
    auto client = std::make_shared<Client>(id, std::move(socket));
    clients_[id] = client;
    handler_.on_connected(id);
    read(client);
  }

  // Who connected before a line was sent hears of what it does, though the line is found first: it is read as
  // soon as the one before is done, connections are looked for in between.
  ErrorCode admit_waiting() {
    for (;;) {
      ErrorCode error;
      Protocol::socket socket(context_);
      acceptor_.accept(socket, error);
      if (error == asio::error::would_block) return {};
      if (error) return error;
      admit(std::move(socket));
    }
  }

  // One line to the handler; then nothing until finished().
  void read(const ClientPointer& client) {
    asio::async_read_until(client->socket, asio::dynamic_buffer(client->input, max_ipc_line), '\n',
                           [this, client](ErrorCode error, std::size_t length) {
                             if (error) return close(client);
                             std::string line = client->input.substr(0, length - 1);
                             client->input.erase(0, length);
                             static_cast<void>(admit_waiting());  // accept() hears of what is wrong
                             handler_.on_line(client->id, std::move(line));
                           });
  }

  void queue(Client& client, std::string text) {
    client.backlog += text.size();
    if (client.backlog > max_ipc_backlog) return close(clients_.at(client.id));
    client.output.push_back(std::move(text));
    if (!client.writing) write(clients_.at(client.id));
  }

  void write(const ClientPointer& client) {
    client->writing = true;
    asio::async_write(client->socket, asio::buffer(client->output.front()),
                      [this, client](ErrorCode error, std::size_t) {
                        client->writing = false;
                        if (error) return close(client);
                        client->backlog -= client->output.front().size();
                        client->output.pop_front();
                        if (!client->output.empty()) {
                          write(client);
                        } else if (closing_) {
                          close(client);
                        }
                      });
  }

  // By value: the caller's pointer may be the one in the map.
  void close(ClientPointer client) {  // NOLINT(performance-unnecessary-value-param)
    if (clients_.erase(client->id) == 0) return;
    ErrorCode ignored;
    client->socket.close(ignored);
    handler_.on_closed(client->id);
    if (closing_ && clients_.empty()) deadline_.cancel();
  }

  void say_farewell() {
    closing_ = true;
    ErrorCode ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    const auto clients = clients_;
    for (const auto& [id, client] : clients) {
      if (client->output.empty()) close(client);
    }
    if (clients_.empty()) return;
    deadline_.expires_after(farewell);
    deadline_.async_wait([this](ErrorCode) {
      const auto rest = clients_;
      for (const auto& [id, client] : rest) close(client);
    });
  }

  const std::filesystem::path path_;
  IpcHandler& handler_;
  std::pair<dev_t, ino_t> inode_{};
  asio::io_context context_{1};
  // All below: on the server's thread only.
  Protocol::acceptor acceptor_;
  asio::steady_timer retry_{context_};
  asio::steady_timer deadline_{context_};
  std::map<int, ClientPointer> clients_;
  int next_id_ = 0;
  bool closing_ = false;
  std::jthread thread_;
};

Result<std::unique_ptr<IpcServer>> IpcServer::start(const std::filesystem::path& path, IpcHandler& handler) {
  const auto listener = listen_at(path);
  if (!listener) return std::unexpected(listener.error());
  try {
    return std::unique_ptr<IpcServer>(
        new IpcServer(std::make_unique<Implementation>(path, *listener, handler)));
  } catch (const std::exception& error) {
    ::close(*listener);
    ::unlink(path.c_str());
    return fail(ErrorCategory::Internal, "ipc-failed", std::string("no control socket: ") + error.what());
  }
}

IpcServer::IpcServer(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
IpcServer::~IpcServer() = default;

void IpcServer::send(int client, std::string text) {
  implementation_->send(client, std::move(text));
}
void IpcServer::finished(int client) {
  implementation_->finished(client);
}

}  // namespace freshet::control
