// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/player.h"

namespace freshet::lab {

std::map<std::string, std::string> home_of(const test::TemporaryFolder& folder) {
  return {{"HOME", folder.path().string()},
          {"XDG_CACHE_HOME", (folder / "home-cache").string()},
          {"XDG_CONFIG_HOME", (folder / "home-config").string()},
          {"XDG_DATA_HOME", (folder / "home-data").string()},
          {"XDG_RUNTIME_DIR", folder.path().string()},
          {"TMPDIR", folder.path().string()},  // torrent-stream keeps metadata there from run to run
          {"http_proxy", ""},
          {"https_proxy", ""},
          {"all_proxy", ""},
          {"no_proxy", ""},
          {"DISPLAY", ""},
          {"WAYLAND_DISPLAY", ""}};
}

}  // namespace freshet::lab
