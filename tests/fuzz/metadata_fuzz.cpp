// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What peers say of metadata (BEP 9).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "streaming/metadata/metadata_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::streaming;
  const auto message = decode_metadata_message({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  if (const auto* here = std::get_if<HereIsMetadata>(&*message)) {
    if (here->bytes.empty() || here->bytes.size() > metadata_piece_size ||
        here->piece >= metadata_pieces(here->size))
      std::abort();
  }
  // What we write is understood.
  const auto written = encode(*message);
  if (!written.empty() && decode_metadata_message(written).value().index() != message->index()) std::abort();
  return 0;
}
