// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/ipc_server.h"

#include <atomic>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "player/control/interpreter.h"
#include "player/control/ipc_service.h"
#include "tests/player/control/simple_player.h"
#include "tests/support/process/process.h"

namespace freshet::control {
namespace {

using ::testing::HasSubstr;

// A program that connects to the socket, as socat would.
class Connection {
 public:
  explicit Connection(const std::filesystem::path& path)
      : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { ::close(descriptor_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // What has arrived by now, if anything.
  void receive(int timeout_milliseconds) {
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, timeout_milliseconds) <= 0) return;
    char buffer[65536];
    const ssize_t count = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (count <= 0) closed_ = true;
    if (count > 0) received_.append(buffer, static_cast<std::size_t>(count));
  }
  [[nodiscard]] bool has(std::string_view text) const { return received_.find(text) != std::string::npos; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] const std::string& received() const { return received_; }

 private:
  int descriptor_;
  bool connected_ = false;
  bool closed_ = false;
  std::string received_;
};

class IpcTest : public ::testing::Test {
 protected:
  IpcTest() {
    std::string name = (std::filesystem::temp_directory_path() / "freshet-ipc-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    player_.load("/films/a.mkv", playback::Player::LoadMode::Replace);
  }
  ~IpcTest() override {
    service_.reset();
    std::filesystem::remove_all(folder_);
  }
  Result<void> start() {
    auto service = IpcService::start(path(), player_, hub_);
    if (!service) return std::unexpected(service.error());
    service_ = std::move(*service);
    return {};
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "socket"; }
  // The main loop turns until `connection` has got `text`.
  bool hears(Connection& connection, std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!connection.has(text)) {
      if (std::chrono::steady_clock::now() > deadline || connection.closed()) return false;
      player_.run_posted();
      connection.receive(2);
    }
    return true;
  }

  std::filesystem::path folder_;
  SimplePlayer player_;
  Bindings bindings_;
  Properties properties_{
      {.player = player_, .program = {.version = "1", .ipc_server = "", .bindings = {}, .commands = {}}}};
  ClientHub hub_{properties_,
                 {.run = [this](const Command& command) { return interpreter_.run(command); },
                  .run_text = [this](std::string_view text) { interpreter_.run_text(text); }}};
  Interpreter interpreter_{properties_, bindings_, {}};
  std::unique_ptr<IpcService> service_;
};

// Who connected before a command was sent hears of what it does: scripts listen by a second connection for
// the events of a command that they send by the first. The moment between an answer and the next line
// decides, so it is tried often.
TEST(IpcServer, LetsInWhoWaitsBeforeItTakesALine) {
  struct Handler final : IpcHandler {
    void on_connected(int) override { ++connected; }
    void on_line(int client, std::string line) override {
      too_late += connected.load() <= std::stoi(line) ? 1 : 0;
      server.load()->send(client, "done\n");
      server.load()->finished(client);
    }
    void on_closed(int) override {}
    std::atomic<int> connected{0}, too_late{0};
    std::atomic<IpcServer*> server{nullptr};
  };
  const test::TemporaryFolder folder;
  Handler handler;
  auto server = IpcServer::start(folder / "socket", handler);
  ASSERT_TRUE(server);
  handler.server = server->get();
  Connection speaker(folder / "socket");
  std::string expected;
  for (int round = 1; round <= 3000; ++round) {
    const Connection listener(folder / "socket");
    ASSERT_TRUE(listener.connected());
    ASSERT_TRUE(speaker.send(std::to_string(round) + "\n"));
    expected += "done\n";
    while (!speaker.closed() && speaker.received().size() < expected.size()) speaker.receive(20'000);
    ASSERT_EQ(speaker.received().size(), expected.size());
  }
  EXPECT_EQ(handler.too_late, 0) << "of 3000";
}

TEST_F(IpcTest, SpeaksToSeveralClients) {
  ASSERT_TRUE(start());
  Connection one(path());
  Connection two(path());
  ASSERT_TRUE(one.connected() && two.connected());
  one.send("{\"command\":[\"observe_property\",1,\"volume\"],\"request_id\":1}\n");
  EXPECT_TRUE(hears(one, "\"request_id\":1"));
  EXPECT_TRUE(hears(one, "property-change"));
  // Two lines in one write, a text line between, and a line cut in two.
  two.send("{\"command\":[\"client_name\"],\"request_id\":2}\nset volume 33\n{\"command\":[\"get_prop");
  EXPECT_TRUE(hears(two, "\"request_id\":2"));
  EXPECT_TRUE(hears(one, "33.000000"));
  two.send("erty\",\"volume\"],\"request_id\":3}\n");
  EXPECT_TRUE(hears(two, "{\"data\":33.000000,\"request_id\":3,\"error\":\"success\"}\n"));
}

TEST_F(IpcTest, TheSocketIsTheUsersAloneAndGoesAwayAtTheEnd) {
  ASSERT_TRUE(start());
  struct stat status{};
  ASSERT_EQ(::lstat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  service_.reset();
  EXPECT_NE(::lstat(path().c_str(), &status), 0);
}

TEST_F(IpcTest, ReplacesASocketThatNobodyAnswersOn) {
  ASSERT_TRUE(start());
  // A second player must not take the first one's place…
  const auto second = IpcService::start(path(), player_, hub_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "ipc-in-use");
  // …nor overwrite a file…
  std::ofstream(folder_ / "file") << "precious";
  const auto over_file = IpcService::start(folder_ / "file", player_, hub_);
  ASSERT_FALSE(over_file);
  EXPECT_EQ(over_file.error().code, "ipc-not-a-socket");
  EXPECT_EQ(std::filesystem::file_size(folder_ / "file"), 8U);
  // …but may have the one a killed player left.
  const auto left = folder_ / "left";
  {
    const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    left.string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(dead);
  }
  EXPECT_TRUE(IpcService::start(left, player_, hub_));
  const auto too_long = IpcService::start(folder_ / std::string(200, 'x'), player_, hub_);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, "ipc-path-too-long");
  EXPECT_FALSE(IpcService::start(folder_ / "no" / "folder", player_, hub_));
}

TEST_F(IpcTest, TellsTheEndBeforeItCloses) {
  ASSERT_TRUE(start());
  Connection client(path());
  client.send("{\"command\":[\"quit\",3]}\n");
  ASSERT_TRUE(player_.run_until([&] { return player_.exit_code_.has_value(); }));
  service_.reset();
  while (!client.closed()) client.receive(1000);
  EXPECT_THAT(client.received(), HasSubstr("{\"event\":\"shutdown\"}\n"));
  EXPECT_THAT(client.received(), HasSubstr("{\"data\":null,\"request_id\":0,\"error\":\"success\"}\n"));
}

TEST_F(IpcTest, DropsAClientWhoseLineNeverEnds) {
  ASSERT_TRUE(start());
  Connection client(path());
  const std::string part(256 * 1024, 'x');
  for (int i = 0; i < 8 && client.send(part); ++i) player_.run_posted();
  while (!client.closed()) client.receive(1000);
  Connection next(path());
  next.send("{\"command\":[\"client_name\"]}\n");
  EXPECT_TRUE(hears(next, "ipc_1"));
}

TEST_F(IpcTest, DropsAClientThatDoesNotRead) {
  ASSERT_TRUE(start());
  Connection deaf(path());
  deaf.send("{\"command\":[\"client_name\"]}\n");
  ASSERT_TRUE(player_.run_until([&] { return hub_.size() == 1; }));
  // Messages it never reads, until the server gives it up.
  const std::vector<std::string> message{std::string(64 * 1024, 'x')};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (hub_.size() == 1 && std::chrono::steady_clock::now() < deadline) {
    hub_.broadcast(message);
    player_.run_posted();
  }
  EXPECT_EQ(hub_.size(), 0U);
}

TEST_F(IpcTest, SurvivesClientsThatComeAndGo) {
  ASSERT_TRUE(start());
  for (int i = 0; i < 50; ++i) {
    Connection client(path());
    client.send("{\"command\":[\"observe_property\",1,\"volume\"]}\n{\"comm");
    player_.set_volume(i);
    player_.run_posted();
  }
  ASSERT_TRUE(player_.run_until([&] { return hub_.size() == 0; }));
  Connection last(path());
  last.send("{\"command\":[\"get_version\"]}\n");
  EXPECT_TRUE(hears(last, "131072"));
}

TEST_F(IpcTest, EndsWhileClientsTalk) {
  ASSERT_TRUE(start());
  std::vector<std::unique_ptr<Connection>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<Connection>(path()));
    clients.back()->send("{\"command\":[\"get_property\",\"track-list\"]}\n");
  }
  ASSERT_TRUE(player_.run_until([&] { return hub_.size() > 0; }));
  service_.reset();
  player_.run_posted();  // tasks that were posted before find nobody
  player_.quit(0);       // and the hub has nobody left to tell
  EXPECT_EQ(hub_.size(), 0U);
}

}  // namespace
}  // namespace freshet::control
