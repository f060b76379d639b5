// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// mpv's JSON protocol, without sockets: what each client asked, observes and is told. Main thread only.
//
// A line that begins with '{' is JSON and gets one reply line; any other is a command as input.conf writes
// it, and gets none. Observed properties are looked at when the player reports changes, once a turn of its
// main loop, and sent only when their value differs from what that client knows.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "player/control/command_text.h"
#include "player/control/outcome.h"
#include "player/control/properties.h"
#include "player/playback/player.h"

namespace freshet::control {

// A remote control observes a few dozen.
inline constexpr std::size_t max_observations = 1000;

class ClientHub {
 public:
  struct Commands {
    std::function<Outcome(const Command&)> run;
    std::function<void(std::string_view)> run_text;
  };
  // `properties` outlives the hub.
  ClientHub(Properties& properties, Commands commands);
  ~ClientHub();
  ClientHub(const ClientHub&) = delete;
  ClientHub& operator=(const ClientHub&) = delete;

  // `send` gets whole lines with their newline, and may be called until disconnect(). `id` is the caller's.
  void connect(int id, std::function<void(std::string)> send);
  void disconnect(int id);
  void handle_line(int id, std::string_view line);

  // script-message: to every client.
  void broadcast(const std::vector<std::string>& arguments);
  // false: nobody of that name (client_name: "ipc_0").
  bool send_to(const std::string& name, const std::vector<std::string>& arguments);
  [[nodiscard]] std::size_t size() const { return clients_.size(); }

 private:
  struct Client;
  using ClientPointer = std::shared_ptr<Client>;

  void handle_request(Client& client, std::string_view line);
  // The commands that concern the client itself; nullopt: not one of them.
  [[nodiscard]] std::optional<Outcome> client_command(Client& client, const Json& command, bool& has_data);
  Outcome observe(Client& client, const Json& command, bool as_text);
  void send_event(std::string_view name, const Json& event);
  void update(Client& client, std::uint32_t changes);
  void on_player(const playback::PlayerEvent& event);

  Properties& properties_;
  Commands commands_;
  std::map<int, ClientPointer> clients_;
  int listener_ = 0;
  MonotonicTime start_;
};

}  // namespace freshet::control
