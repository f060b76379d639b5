// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// A side-car subtitle file: its encoding found out, its format guessed, its lines taken.
#include <string_view>

#include "player/media/pipeline.h"
#include "player/media/subtitle_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::media;
  set_library_messages(LibraryMessages::Silent);
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)), size);
  static_cast<void>(parse_subtitle_file(bytes, "film.srt", 1));
  return 0;
}
