// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/controls.h"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "player/control/bindings.h"
#include "player/control/client_hub.h"
#include "player/control/interpreter.h"
#include "player/control/ipc_service.h"
#include "player/control/properties.h"

namespace freshet::app {

struct Controls::Parts {
  Parts(const CommandLine& command_line, playback::Player& player, Log& log_in)
      : log(log_in),
        properties({.player = player,
                    .program = {.version = FRESHET_VERSION,
                                .ipc_server = command_line.play.ipc_server.value_or(std::filesystem::path{}),
                                .bindings = [this] { return bindings.list(); },
                                .commands = [] { return control::Interpreter::command_list(); }}}),
        interpreter(properties, bindings,
                    {.broadcast = [this](const std::vector<std::string>& words) { hub.broadcast(words); },
                     .send_to = [this](const std::string& name,
                                       const std::vector<std::string>& words) { return hub.send_to(name, words); },
                     .print = [this](const std::string& text) { log.write(playback::LogLevel::Info, "cplayer", text); }}),
        hub(properties, {.run = [this](const control::Command& command) { return interpreter.run(command); },
                         .run_text = [this](std::string_view text) { interpreter.run_text(text); }}) {}

  Log& log;
  control::Bindings bindings;
  control::Properties properties;
  control::Interpreter interpreter;
  control::ClientHub hub;
  std::unique_ptr<control::IpcService> ipc;
};

Controls::Controls() = default;
Controls::~Controls() = default;

Result<std::unique_ptr<Controls>> Controls::make(const CommandLine& command_line, playback::Player& player, Log& log) {
  std::unique_ptr<Controls> controls(new Controls());
  controls->parts_ = std::make_unique<Parts>(command_line, player, log);
  Parts& parts = *controls->parts_;
  const playback::Options& options = command_line.play;
  if (options.input_default_bindings) parts.bindings.add_defaults();

  const bool named = options.input_conf.has_value();
  if (named || command_line.load_config) {
    const std::filesystem::path path = options.input_conf.value_or(command_line.config_dir / "input.conf");
    const Result<std::string> text = process_environment().read_file(path);
    if (text) {
      const control::InputConf conf = control::parse_input_conf(*text, path.string());
      for (const std::string& problem : conf.problems) log.write(playback::LogLevel::Warning, "input", problem);
      for (const control::KeyBinding& binding : conf.bindings) {
        if (auto bound = parts.bindings.bind(binding.key, binding.command); !bound) {
          log.write(playback::LogLevel::Warning, "input", bound.error().message);
        }
      }
    } else if (named) {
      return std::unexpected(text.error());
    }
  }
  if (options.ipc_server) {
    auto service = control::IpcService::start(*options.ipc_server, player, parts.hub);
    if (!service) return std::unexpected(service.error());
    parts.ipc = std::move(*service);
  }
  return controls;
}

void Controls::press(const std::string& key) { parts_->interpreter.press_key(key); }

void Controls::handle(const video::InputEvent& event) {
  if (const auto* pressed = std::get_if<video::KeyPress>(&event)) press(pressed->name);
}

}  // namespace freshet::app
