// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// freshet.conf, and a command line of its lines.
#include <cstddef>
#include <cstdint>

#include "player/app/command_line.h"
#include "player/app/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)app::parse_config(text, "f");
  app::Environment environment;
  environment.config_dir = "/config";
  environment.cache_dir = "/cache";
  environment.read_file = [&](const std::filesystem::path& path) -> Result<std::string> {
    if (path == "/config/freshet.conf" || path == "list") return text;
    return fail(ErrorCategory::Source, "no-such-file", "no such file");
  };
  std::vector<std::string_view> arguments;
  for (std::string_view rest = text; !rest.empty() && arguments.size() < 64;) {
    const auto end = rest.find('\n');
    arguments.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + 1);
  }
  (void)app::parse_command_line(arguments, environment);
  arguments.insert(arguments.begin(), "--no-config");
  (void)app::parse_command_line(arguments, environment);
  return 0;
}
