// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/json.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "player/control/text.h"

namespace freshet::control {
namespace {

// The parser itself does not recurse, but whoever walks its result does: look before parsing.
bool shallow(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_json_depth) return false;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

void append(std::string& text, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      text += '{';
      bool first = true;
      for (const auto& [key, member] : value.items()) {
        if (!first) text += ',';
        first = false;
        text += nlohmann::json(valid_utf8(key)).dump();
        text += ':';
        append(text, member);
      }
      text += '}';
      break;
    }
    case Json::value_t::array: {
      text += '[';
      bool first = true;
      for (const Json& item : value) {
        if (!first) text += ',';
        first = false;
        append(text, item);
      }
      text += ']';
      break;
    }
    case Json::value_t::string:
      text += nlohmann::json(valid_utf8(value.get_ref<const std::string&>())).dump();
      break;
    case Json::value_t::number_float: {
      const double number = value.get<double>();
      text += std::isfinite(number) ? fmt::format("{:.6f}", number) : "null";
      break;
    }
    default: text += value.dump(); break;
  }
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  if (!shallow(text)) return std::nullopt;
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

std::string json_text(const Json& value) {
  std::string text;
  append(text, value);
  return text;
}

}  // namespace freshet::control
