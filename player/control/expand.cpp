// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/expand.h"

#include <optional>

namespace freshet::control {
namespace {

constexpr int max_depth = 16;                      // of TEXT inside TEXT
constexpr std::size_t max_expanded = 1024 * 1024;  // a playlist in a message is long, a bomb is longer

class Expander {
 public:
  explicit Expander(const Properties& properties) : properties_(properties) {}

  void expand(std::string_view text, int depth) {
    while (!text.empty() && result_.size() < max_expanded) {
      const auto dollar = text.find('$');
      result_ += text.substr(0, dollar);
      if (dollar == std::string_view::npos) return;
      text.remove_prefix(dollar + 1);
      if (text.starts_with('$') || text.starts_with('}')) {
        result_ += text.front();
        text.remove_prefix(1);
      } else if (text.starts_with('>')) {
        result_ += text.substr(1);
        return;
      } else if (const auto end = text.starts_with('{') ? closing_brace(text) : std::nullopt) {
        insert(text.substr(1, *end - 1), depth);
        text.remove_prefix(*end + 1);
      } else {
        result_ += '$';
      }
    }
  }

  [[nodiscard]] std::string take() { return std::move(result_); }

 private:
  // Index of the brace that closes the one `text` begins with.
  static std::optional<std::size_t> closing_brace(std::string_view text) {
    int level = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '$' && i + 1 < text.size() && (text[i + 1] == '$' || text[i + 1] == '}')) {
        ++i;
      } else if (text[i] == '{') {
        ++level;
      } else if (text[i] == '}' && --level == 0) {
        return i;
      }
    }
    return std::nullopt;
  }

  // What stands between ${ and }.
  void insert(std::string_view inside, int depth) {
    const char sign = inside.empty() ? '\0' : inside.front();
    if (sign == '?' || sign == '!' || sign == '=' || sign == '>') inside.remove_prefix(1);
    const auto colon = inside.find(':');
    std::string_view name = inside.substr(0, colon);
    const bool has_text = colon != std::string_view::npos;
    const std::string_view text = has_text ? inside.substr(colon + 1) : std::string_view{};
    if (sign == '?' || sign == '!') {
      std::optional<std::string_view> wanted;
      if (const auto equals = name.find("=="); equals != std::string_view::npos) {
        wanted = name.substr(equals + 2);
        name = name.substr(0, equals);
      }
      const auto value = properties_.get_text(name);
      const bool holds = value && (!wanted || *value == *wanted);
      if (holds == (sign == '?') && depth < max_depth) expand(text, depth + 1);
      return;
    }
    const auto value = sign == '=' ? properties_.get_text(name) : properties_.get_display(name);
    if (value) {
      result_ += *value;
    } else if (has_text) {
      if (depth < max_depth) expand(text, depth + 1);
    } else {
      result_ += value.error() == Status::PropertyUnavailable ? "(unavailable)" : "(error)";
    }
  }

  const Properties& properties_;
  std::string result_;
};

}  // namespace

std::string expand_text(std::string_view text, const Properties& properties) {
  Expander expander(properties);
  expander.expand(text, 0);
  return expander.take();
}

}  // namespace freshet::control
