// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/rivals.h"

#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <unistd.h>

namespace freshet::lab {
namespace fs = std::filesystem;
namespace {

bool is_command(std::string_view name) {
  const char* const path = std::getenv("PATH");
  std::string_view rest(path != nullptr ? path : "");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    if (::access((fs::path(rest.substr(0, end)) / name).c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool has_vlc_plugin() {
  std::error_code error;
  for (const auto* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"})
    if (fs::exists(fs::path(folder) / "vlc/plugins/libaccess_bittorrent_plugin.so", error)) return true;
  return false;
}

// Magnet links and paths of ours hold no single quote.
std::string quoted(const std::string& text) {
  return "'" + text + "'";
}

// torrent-stream keeps what it once got for a magnet link in /tmp, without the trackers: the second time it
// finds no peer.
std::string forget_metadata(const std::string& source) {
  constexpr std::string_view key = "urn:btih:";
  const auto at = source.find(key);
  if (!source.starts_with("magnet:") || at == std::string::npos) return {};
  return fmt::format("rm -f /tmp/torrent-stream/{}.torrent\n", source.substr(at + key.size(), 40));
}

}  // namespace

std::vector<Rival> find_rivals(const fs::path& node) {
  std::vector<Rival> all;
  const std::string no_mpv = is_command("mpv") ? "" : "mpv";
  const auto add = [&](std::string missing, MpvRivalScript rival) {
    if (!no_mpv.empty()) missing = no_mpv;
    all.push_back({rival.name, std::move(missing), [rival] { return make_mpv_rival(rival); }});
  };
  const auto folder_of_programs = fs::absolute(node) / "node_modules/.bin";
  const auto program = [folder_of_programs](std::string_view name) { return folder_of_programs / name; };
  const auto missing_program = [&](std::string_view name) {
    if (!is_command("node")) return std::string("node");
    return fs::exists(program(name)) ? std::string()
                                     : fmt::format("{} (./dev bench swarm --rivals fetches it)", name);
  };
  add(missing_program("webtorrent"),
      {"webtorrent", [=](const auto& source, const auto&, const fs::path& folder) {
         return fmt::format("exec {} download {} --mpv --quiet --torrent-port 6881 --out {}\n",
                            program("webtorrent").string(), quoted(source), (folder / "data").string());
       }});
  add(missing_program("peerflix"),
      {"peerflix", [=](const auto& source, const auto&, const fs::path& folder) {
         return forget_metadata(source) + fmt::format("exec {} {} --mpv --quiet --peer-port 6881 --path {}\n",
                                                      program("peerflix").string(), quoted(source),
                                                      (folder / "data").string());
       }});
  std::string no_btfs = is_command("btfs") ? "" : "btfs";
  if (no_btfs.empty() && ::access("/dev/fuse", R_OK | W_OK) != 0) no_btfs = "/dev/fuse";
  add(no_btfs,
      {"btfs", [](const auto& source, const auto& film, const fs::path& folder) {
         return fmt::format(
             "mkdir mount && btfs -f --min-port=6881 --max-port=6881 --data-directory={} {} mount &\n"
             "until [ -e mount/{} ]; do sleep 0.02; done\nexec mpv mount/{}\n",
             (folder / "data").string(), quoted(source), quoted(film), quoted(film));
       }});
  std::string no_vlc = is_command("vlc") ? "" : "vlc";
  if (no_vlc.empty() && !has_vlc_plugin()) no_vlc = "vlc-plugin-bittorrent";
  if (no_vlc.empty() && !is_command("setpriv")) no_vlc = "setpriv";
  all.push_back({"vlc", no_vlc, [] { return make_vlc(); }});
  return all;
}

}  // namespace freshet::lab
