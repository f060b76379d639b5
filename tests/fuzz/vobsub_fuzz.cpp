// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// A VobSub pair: the index up to the first pack, then the .sub. Every picture that the index names is taken
// out of it.
#include <string>
#include <string_view>

#include "player/media/vobsub_index.h"
#include "player/media/vobsub_packet.h"
#include "tests/player/media/scripted_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  using namespace freshet::media;
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)), size);
  const std::size_t split = std::min(bytes.find('\0'), bytes.size());
  const auto index = parse_vobsub_index(bytes.substr(0, split), "film.idx");
  if (!index) return 0;
  test::ScriptedSource pictures{std::string(bytes.substr(split))};
  int most = 100;  // an index may name one place a thousand times
  for (const VobSubLanguage& language : index->languages) {
    for (const VobSubPicture& picture : language.pictures) {
      if (most-- == 0) return 0;
      static_cast<void>(read_vobsub_packet(pictures, picture.at, language.stream, Generation{1}));
    }
  }
  return 0;
}
