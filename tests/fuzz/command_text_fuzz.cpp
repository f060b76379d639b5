// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// input.conf, command lines in it and on the socket.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "player/control/bindings.h"
#include "player/control/command_text.h"
#include "player/control/playlist_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::control;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto commands = parse_command_text(text)) {
    if (commands->size() > max_commands) std::abort();
    for (const Command& command : *commands) {
      if (command.name.empty() || command.arguments.size() > max_arguments) std::abort();
    }
  }
  (void)parse_input_conf(text, "f");
  (void)parse_playlist(text, "/folder");
  return 0;
}
