// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/version.h"

#include <SDL.h>
#include <ass/ass.h>
#include <boost/version.hpp>
#include <curl/curl.h>
#include <fmt/format.h>
#include <libtorrent/version.hpp>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <spdlog/version.h>

extern "C" {  // 4.208 leaves this header without it
#include <libplacebo/config.h>
}

#include "player/media/pipeline.h"

namespace freshet::app {

std::string version_text() {
  SDL_version sdl;
  SDL_GetVersion(&sdl);
  const int ass = ass_library_version();
  std::string text = fmt::format("freshet {}\n", FRESHET_VERSION);
  const auto line = [&](std::string_view name, const std::string& version) {
    text += fmt::format("  {:<14}{}\n", name, version);
  };
  line("libtorrent", libtorrent::version());
  for (const std::string& library : media::library_versions()) {
    const std::size_t space = library.find(' ');
    line(library.substr(0, space), space == std::string::npos ? "" : library.substr(space + 1));
  }
  line("SDL", fmt::format("{}.{}.{}", sdl.major, sdl.minor, sdl.patch));
  line("libplacebo", PL_VERSION);
  // libass packs its version as BCD: 0x01700000 is 0.17.0.
  line("libass", fmt::format("{:x}.{:x}.{:x}", (ass >> 28) & 0xf, (ass >> 20) & 0xff, (ass >> 12) & 0xff));
  line("OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING));
  line("libcurl", curl_version_info(CURLVERSION_NOW)->version);
  line("Boost",
       fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100));
  line("fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
  line("spdlog", fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH));
  line("uchardet", FRESHET_UCHARDET_VERSION);  // the library does not tell: what it was built with
  line("nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                    NLOHMANN_JSON_VERSION_PATCH));
  return text;
}

}  // namespace freshet::app
