// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/client_hub.h"

#include <algorithm>
#include <set>
#include <utility>

#include "player/control/text.h"

namespace freshet::control {
namespace {

constexpr std::string_view event_names[] = {
    "none",
    "shutdown",
    "log-message",
    "get-property-reply",
    "set-property-reply",
    "command-reply",
    "start-file",
    "end-file",
    "file-loaded",
    "idle",
    "tick",
    "client-message",
    "video-reconfig",
    "audio-reconfig",
    "seek",
    "playback-restart",
    "property-change",
    "queue-overflow",
    "hook",
};
constexpr std::string_view log_levels[] = {"no",    "fatal", "error",           "warn", "info", "v",
                                           "debug", "trace", "terminal-default"};

std::string_view reason_name(playback::EndReason reason) {
  switch (reason) {
    case playback::EndReason::Eof: return "eof";
    case playback::EndReason::Stop: return "stop";
    case playback::EndReason::Quit: return "quit";
    case playback::EndReason::Error: return "error";
    case playback::EndReason::Redirect: return "redirect";
  }
  std::unreachable();
}

// mpv has few words for it; ours stand beside them.
std::string_view file_error(const Error& error) {
  return error.category == ErrorCategory::Media ? "unrecognized file format" : "loading failed";
}

// A name or an id out of a command's list; nullptr where it is missing or no text.
const std::string* text_at(const Json& command, std::size_t index) {
  return index < command.size() && command[index].is_string() ? command[index].get_ptr<const std::string*>()
                                                              : nullptr;
}

}  // namespace

struct ClientHub::Client {
  struct Observation {
    std::int64_t id;
    std::string name;
    bool as_text;
    std::uint32_t changes;               // after which the property may differ
    std::optional<std::string> known{};  // the event that was sent last
  };
  std::string name;
  std::function<void(std::string)> send;
  std::vector<Observation> observations;
  std::set<std::string, std::less<>> disabled_events;
};

ClientHub::ClientHub(Properties& properties, Commands commands)
    : properties_(properties), commands_(std::move(commands)), start_(std::chrono::steady_clock::now()) {
  listener_ =
      properties_.player().add_listener([this](const playback::PlayerEvent& event) { on_player(event); });
}

ClientHub::~ClientHub() {
  properties_.player().remove_listener(listener_);
}

void ClientHub::connect(int id, std::function<void(std::string)> send) {
  auto client = std::make_shared<Client>();
  client->name = "ipc_" + std::to_string(id);
  client->send = std::move(send);
  clients_[id] = std::move(client);
}

void ClientHub::disconnect(int id) {
  clients_.erase(id);
}

void ClientHub::handle_line(int id, std::string_view line) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  const ClientPointer client = found->second;  // a command may end the client
  line = trimmed(line);
  if (line.empty() || line.front() == '#') return;
  if (line.front() == '{') {
    handle_request(*client, line);
  } else {
    commands_.run_text(line);
  }
}

void ClientHub::handle_request(Client& client, std::string_view line) {
  const auto reply = [&](Json data, bool has_data, Json request_id, Status status) {
    Json object = Json::object();
    if (has_data && status == Status::Success) object["data"] = std::move(data);
    object["request_id"] = std::move(request_id);
    object["error"] = status_text(status);
    client.send(json_text(object) + "\n");
  };
  const auto request = parse_json(line);
  if (!request || !request->is_object()) return reply({}, false, 0, Status::InvalidParameter);
  Json request_id = request->value("request_id", Json(0));
  const auto async = request->find("async");
  const auto command = request->find("command");
  if (command == request->end() || (async != request->end() && !async->is_boolean())) {
    return reply({}, false, 0, Status::InvalidParameter);
  }
  bool has_data = true;
  std::optional<Outcome> outcome;
  if (command->is_array() && !command->empty()) outcome = client_command(client, *command, has_data);
  if (!outcome) {
    const auto parsed = parse_command_json(*command);
    outcome = parsed ? commands_.run(*parsed) : Outcome{Status::InvalidParameter, {}};
    has_data = true;
  }
  reply(std::move(outcome->data), has_data, std::move(request_id), outcome->status);
  // What it observes since this very request.
  update(client, 0);
}

std::optional<Outcome> ClientHub::client_command(Client& client, const Json& command, bool& has_data) {
  const std::string* name = text_at(command, 0);
  if (name == nullptr) return std::nullopt;
  const std::string* first = text_at(command, 1);
  const auto of = [](std::expected<Json, Status> value) {
    return value ? Outcome{Status::Success, std::move(*value)} : Outcome{value.error(), {}};
  };
  if (*name == "client_name") return Outcome{Status::Success, client.name};
  if (*name == "get_version") return Outcome{Status::Success, 2 << 16};  // of mpv's client interface: 2.0
  if (*name == "get_time_us") {
    const auto time = std::chrono::steady_clock::now() - start_;
    return Outcome{Status::Success, std::chrono::duration_cast<std::chrono::microseconds>(time).count()};
  }
  if (*name == "get_property" || *name == "get_property_string") {
    if (command.size() != 2 || first == nullptr) return Outcome{Status::InvalidParameter, {}};
    if (*name == "get_property") return of(properties_.get(*first));
    const auto text = properties_.get_text(*first);
    return text ? Outcome{Status::Success, *text} : Outcome{text.error(), {}};
  }
  has_data = false;
  if (*name == "set_property" || *name == "set_property_string") {
    if (command.size() != 3 || first == nullptr) return Outcome{Status::InvalidParameter, {}};
    return Outcome{properties_.set(*first, command[2]), {}};
  }
  if (*name == "observe_property") return observe(client, command, false);
  if (*name == "observe_property_string") return observe(client, command, true);
  if (*name == "unobserve_property") {
    if (command.size() != 2 || !command[1].is_number_integer()) return Outcome{Status::InvalidParameter, {}};
    const auto id = command[1].get<std::int64_t>();
    std::erase_if(client.observations, [&](const auto& observation) { return observation.id == id; });
    return Outcome{};
  }
  if (*name == "request_log_messages") {
    // Accepted, so that scripts go on; the log goes to the terminal and --log-file only.
    const bool known = first != nullptr && std::ranges::find(log_levels, *first) != std::end(log_levels);
    return Outcome{known ? Status::Success : Status::InvalidParameter, {}};
  }
  if (*name == "enable_event" || *name == "disable_event") {
    if (first == nullptr) return Outcome{Status::InvalidParameter, {}};
    const bool all = *first == "all";
    if (!all && std::ranges::find(event_names, *first) == std::end(event_names)) {
      return Outcome{Status::InvalidParameter, {}};
    }
    for (const std::string_view event : event_names) {
      if (!all && event != *first) continue;
      if (*name == "disable_event") {
        client.disabled_events.emplace(event);
      } else {
        client.disabled_events.erase(std::string(event));
      }
    }
    return Outcome{};
  }
  return std::nullopt;
}

Outcome ClientHub::observe(Client& client, const Json& command, bool as_text) {
  const std::string* name = text_at(command, 2);
  if (command.size() != 3 || !command[1].is_number_integer() || name == nullptr)
    return {Status::InvalidParameter, {}};
  if (client.observations.size() >= max_observations) return {Status::CommandFailed, {}};
  client.observations.push_back({.id = command[1].get<std::int64_t>(),
                                 .name = *name,
                                 .as_text = as_text,
                                 .changes = properties_.changes_of(*name)});
  return {};
}

// Sends what was never sent, and what may differ after `changes` and does.
void ClientHub::update(Client& client, std::uint32_t changes) {
  if (client.disabled_events.contains("property-change")) return;
  for (Client::Observation& observation : client.observations) {
    if (observation.known && (observation.changes & changes) == 0) continue;
    Json event = Json::object();
    event["event"] = "property-change";
    event["id"] = observation.id;
    event["name"] = observation.name;
    if (observation.as_text) {
      if (const auto text = properties_.get_text(observation.name)) event["data"] = *text;
    } else if (auto value = properties_.get(observation.name)) {
      event["data"] = std::move(*value);
    }
    std::string text = json_text(event) + "\n";
    if (observation.known == text) continue;
    observation.known = text;
    client.send(std::move(text));
  }
}

void ClientHub::send_event(std::string_view name, const Json& event) {
  const std::string line = json_text(event) + "\n";
  for (const auto& [id, client] : clients_) {
    if (!client->disabled_events.contains(name)) client->send(line);
  }
}

void ClientHub::broadcast(const std::vector<std::string>& arguments) {
  send_event("client-message", {{"event", "client-message"}, {"args", arguments}});
}

bool ClientHub::send_to(const std::string& name, const std::vector<std::string>& arguments) {
  const Json event = {{"event", "client-message"}, {"args", arguments}};
  for (const auto& [id, client] : clients_) {
    if (client->name != name) continue;
    if (!client->disabled_events.contains("client-message")) client->send(json_text(event) + "\n");
    return true;
  }
  return false;
}

void ClientHub::on_player(const playback::PlayerEvent& event) {
  using Kind = playback::PlayerEvent::Kind;
  if (clients_.empty()) return;
  const auto plain = [&](std::string_view name) { send_event(name, {{"event", name}}); };
  switch (event.kind) {
    case Kind::StartFile:
      send_event("start-file", {{"event", "start-file"}, {"playlist_entry_id", event.entry_id}});
      break;
    case Kind::FileLoaded: plain("file-loaded"); break;
    case Kind::EndFile: {
      Json json = {{"event", "end-file"},
                   {"reason", reason_name(event.reason)},
                   {"playlist_entry_id", event.entry_id}};
      if (event.error) {
        json["file_error"] = file_error(*event.error);
        json["freshet_code"] = event.error->code;
        json["freshet_message"] = event.error->message;
      }
      send_event("end-file", json);
      break;
    }
    case Kind::Seek: plain("seek"); break;
    case Kind::PlaybackRestart: plain("playback-restart"); break;
    case Kind::Idle: plain("idle"); break;
    case Kind::Shutdown: plain("shutdown"); break;
    case Kind::Changed:
      for (const auto& [id, client] : clients_) update(*client, event.changes);
      break;
  }
}

}  // namespace freshet::control
