// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Globs, natural order, and the choice of files from torrents with hostile names.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "streaming/file_choice.h"

namespace {

using namespace freshet;
using namespace freshet::streaming;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// The first line is a pattern; each further line is a file, its first byte says how large it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto take_line = [&] {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
  };
  const std::string_view pattern = take_line();
  std::vector<TorrentFile> files;
  while (!text.empty() && files.size() < 100) {
    const std::string_view line = take_line();
    if (line.empty()) continue;
    files.push_back({.index = static_cast<FileIndex>(files.size()),
                     .path = std::string{line.substr(1)},
                     .size = {static_cast<unsigned char>(line[0]) * std::int64_t{1'000'000}}});
  }
  for (const TorrentFile& a : files) {
    static_cast<void>(glob_match(pattern, a.path));
    require(glob_match("*", a.path));
    for (const TorrentFile& b : files) {
      require(natural_less(a.path, b.path) + natural_less(b.path, a.path) == (a.path == b.path ? 0 : 1));
    }
    for (const SidecarFiles& sidecar : sidecar_subtitles(files, a.index)) {
      require(static_cast<std::size_t>(sidecar.subtitle) < files.size());
      require(!sidecar.pictures || static_cast<std::size_t>(*sidecar.pictures) < files.size());
    }
  }
  for (const auto& wanted : {std::optional<std::string>{}, std::optional{std::string{pattern}}}) {
    const auto chosen = choose_files(files, wanted, {});
    require(chosen ? !chosen->empty() : !chosen.error().code.empty());
  }
  const auto selected = choose_files(files, std::nullopt, {FileIndex{2}, FileIndex{0}, FileIndex{99}});
  require(selected ? !selected->empty() : !selected.error().code.empty());
  return 0;
}
