// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/metadata/metadata_messages.h"

#include <libtorrent/bdecode.hpp>
#include <libtorrent/error_code.hpp>

namespace freshet::streaming {
namespace {

enum : int { type_ask = 0, type_data = 1, type_none = 2 };

// A dictionary of three numbers, with room for what others may add.
constexpr int deepest = 8;
constexpr int most_tokens = 128;

std::string number(std::string_view key, int value) {
  return std::to_string(key.size()) + ":" + std::string(key) + "i" + std::to_string(value) + "e";
}

std::string dictionary(int type, int piece, const std::string& more = {}) {
  return "d" + number("msg_type", type) + number("piece", piece) + more + "e";
}

struct Encode {
  std::string operator()(const AskMetadata& ask) const { return dictionary(type_ask, ask.piece); }
  std::string operator()(const HereIsMetadata& here) const {
    return dictionary(type_data, here.piece, number("total_size", here.size)) +
           std::string(here.bytes.begin(), here.bytes.end());
  }
  std::string operator()(const NoMetadata& none) const { return dictionary(type_none, none.piece); }
  std::string operator()(const UnknownMetadataMessage&) const { return {}; }
};

}  // namespace

std::string encode(const MetadataMessage& message) {
  return std::visit(Encode{}, message);
}

std::optional<MetadataMessage> decode_metadata_message(std::span<const char> body) {
  lt::error_code error;
  const auto head = lt::bdecode({body.data(), static_cast<std::ptrdiff_t>(body.size())}, error, nullptr,
                                deepest, most_tokens);
  if (error || head.type() != lt::bdecode_node::dict_t) return std::nullopt;
  const auto type = head.dict_find_int_value("msg_type", -1);
  const auto piece = head.dict_find_int_value("piece", -1);
  if (type < 0) return std::nullopt;
  if (type > type_none) return UnknownMetadataMessage{};
  if (piece < 0 || piece >= most_metadata_pieces) return std::nullopt;
  const int index = static_cast<int>(piece);
  if (type == type_ask) return AskMetadata{index};
  if (type == type_none) return NoMetadata{index};
  const auto size = head.dict_find_int_value("total_size", -1);
  const auto bytes = body.subspan(static_cast<std::size_t>(head.data_section().size()));
  if (!is_metadata_size(size) || index >= metadata_pieces(static_cast<int>(size)) ||
      static_cast<std::ptrdiff_t>(bytes.size()) != metadata_piece_length(static_cast<int>(size), index))
    return std::nullopt;
  return HereIsMetadata{index, static_cast<int>(size), bytes};
}

}  // namespace freshet::streaming
