// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What peers and servers say of leaf hashes: messages, and the head of a file.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <libtorrent/file_storage.hpp>
#include <span>

#include "streaming/leaves/leaf_file.h"
#include "streaming/leaves/leaf_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::streaming;
  const std::span bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = decode_leaf_message(bytes)) {
    // What is understood is written the same way.
    if (!std::ranges::equal(encode(*message), bytes)) std::abort();
  }
  static const LeafLayout layout = [] {
    lt::file_storage files;
    files.set_piece_length(1 << 16);
    files.add_file("show/film.mkv", 300'000);
    files.set_num_pieces(5);
    return LeafLayout(files);
  }();
  if (check_leaf_header(bytes, lt::sha256_hash{}, layout) && size < leaf_header_size) std::abort();
  if (leaves_from(bytes).size() != size / leaf_size) std::abort();
  return 0;
}
