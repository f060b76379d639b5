// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/leaf_messages.h"

#include <limits>

#include "streaming/leaves/leaf_file.h"

namespace freshet::streaming {
namespace {

enum : char { kind_ask = 0, kind_leaves = 1, kind_none = 2 };
constexpr std::size_t head_size = 5;

void append_number(std::string& to, int value) {
  const auto bits = static_cast<std::uint32_t>(value);
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<char>((bits >> shift) & 0xffu));
}

// nullopt: more than an int.
std::optional<int> number_at(std::span<const char> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  if (value > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) return std::nullopt;
  return static_cast<int>(value);
}

}  // namespace

std::string encode(const LeafMessage& message) {
  std::string body;
  if (const auto* ask = std::get_if<AskLeaves>(&message)) {
    body.push_back(kind_ask);
    append_number(body, ask->first);
    append_number(body, ask->pieces);
  } else if (const auto* here = std::get_if<HereAreLeaves>(&message)) {
    body.push_back(kind_leaves);
    append_number(body, here->piece);
    for (const auto& leaf : here->leaves) body.append(leaf.data(), leaf_size);
  } else {
    body.push_back(kind_none);
    append_number(body, std::get<NoLeaves>(message).piece);
  }
  return body;
}

std::optional<LeafMessage> decode_leaf_message(std::span<const char> body) {
  if (body.size() < head_size) return std::nullopt;
  const auto piece = number_at(body, 1);
  if (!piece) return std::nullopt;
  const auto rest = body.subspan(head_size);
  switch (body[0]) {
    case kind_ask: {
      if (rest.size() != 4) return std::nullopt;
      const auto pieces = number_at(body, head_size);
      if (!pieces || *pieces < 1 || *pieces > most_asked ||
          *piece > std::numeric_limits<int>::max() - *pieces)
        return std::nullopt;
      return AskLeaves{*piece, *pieces};
    }
    case kind_leaves:
      if (rest.empty() || rest.size() % leaf_size != 0 || rest.size() / leaf_size > most_leaves)
        return std::nullopt;
      return HereAreLeaves{*piece, leaves_from(rest)};
    case kind_none:
      if (!rest.empty()) return std::nullopt;
      return NoLeaves{*piece};
    default: return std::nullopt;
  }
}

}  // namespace freshet::streaming
