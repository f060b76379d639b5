// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Lines of an IPC client, against a player that keeps what it is told; every reply must be one line of JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "player/control/client_hub.h"
#include "player/control/interpreter.h"
#include "tests/player/control/simple_player.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::control;
  SimplePlayer player;
  player.load("/films/a.mkv", freshet::playback::Player::LoadMode::Replace);
  Bindings bindings;
  bindings.add_defaults();
  Properties properties(
      {.player = player, .program = {.version = "1", .ipc_server = "", .bindings = {}, .commands = {}}});
  std::unique_ptr<Interpreter> interpreter;
  ClientHub hub(properties, {.run = [&](const Command& command) { return interpreter->run(command); },
                             .run_text = [&](std::string_view text) { interpreter->run_text(text); }});
  interpreter = std::make_unique<Interpreter>(
      properties, bindings,
      Interpreter::Hooks{
          .broadcast = [&](const auto& arguments) { hub.broadcast(arguments); },
          .send_to = [&](const auto& name, const auto& arguments) { return hub.send_to(name, arguments); },
          .print = {}});
  hub.connect(0, [](const std::string& line) {
    if (!line.ends_with('\n') || line.find('\n') + 1 != line.size() || !nlohmann::json::accept(line))
      std::abort();
  });
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    // It reads lists from the disk and writes nowhere: only the former is left out.
    if (line.find("loadlist") == std::string_view::npos) hub.handle_line(0, line);
    player.flush();
    if (end == std::string_view::npos) break;
    text = text.substr(end + 1);
  }
  return 0;
}
