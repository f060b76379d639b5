// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/ipc_service.h"

#include <set>
#include <utility>

#include "player/control/ipc_server.h"

namespace freshet::control {

// Main thread only. Tasks hold it, and find it empty once the service is gone.
struct IpcService::State {
  ClientHub* hub = nullptr;
  std::unique_ptr<IpcServer> server;
  std::set<int> clients;  // that the hub knows
};

class IpcService::Bridge final : public IpcHandler {
 public:
  Bridge(playback::Player& player, std::shared_ptr<State> state)
      : player_(player), state_(std::move(state)) {}

  void on_connected(int client) override {
    post([client](State& state) {
      state.clients.insert(client);
      state.hub->connect(client,
                         [&state, client](std::string text) { state.server->send(client, std::move(text)); });
    });
  }
  void on_line(int client, std::string line) override {
    post([client, line = std::move(line)](State& state) {
      state.hub->handle_line(client, line);
      state.server->finished(client);
    });
  }
  void on_closed(int client) override {
    post([client](State& state) {
      state.clients.erase(client);
      state.hub->disconnect(client);
    });
  }

 private:
  template <class Task>
  void post(Task task) {
    player_.post([state = state_, task = std::move(task)] {
      if (state->server != nullptr) task(*state);
    });
  }

  playback::Player& player_;
  std::shared_ptr<State> state_;
};

IpcService::IpcService() : state_(std::make_shared<State>()) {}

Result<std::unique_ptr<IpcService>> IpcService::start(const std::filesystem::path& path,
                                                      playback::Player& player, ClientHub& hub) {
  std::unique_ptr<IpcService> service(new IpcService());
  service->bridge_ = std::make_unique<Bridge>(player, service->state_);
  auto server = IpcServer::start(path, *service->bridge_);
  if (!server) return std::unexpected(server.error());
  service->state_->hub = &hub;
  service->state_->server = std::move(*server);
  return service;
}

IpcService::~IpcService() {
  if (state_->hub != nullptr) {
    for (const int client : state_->clients) state_->hub->disconnect(client);
  }
  // Out of the state first: a task that runs after this finds nothing. The server goes down while the bridge
  // lives.
  const auto server = std::move(state_->server);
}

}  // namespace freshet::control
