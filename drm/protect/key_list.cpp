// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/key_list.h"

#include <algorithm>
#include <cctype>
#include <openssl/evp.h>
#include <utility>

namespace freshet::drm {
namespace {

constexpr std::size_t longest_document = 64 << 10;
constexpr std::size_t most_elements = 8192;

std::unexpected<Error> bad_document(std::string why) {
  return fail(ErrorCategory::Protection, "bad-key-set", "The CPIX document cannot be used: " + std::move(why),
              "Its ContentKey elements need a kid and a Data/Secret/PlainValue, not an encrypted one");
}

std::optional<TrackKind> label_of(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto kind : {TrackKind::Video, TrackKind::Audio, TrackKind::Text})
    if (lower == name_of(kind)) return kind;
  return std::nullopt;
}

// A start or end tag and the text behind it. What keys are written in needs no more of XML: neither entities
// nor CDATA; comments and declarations are stepped over.
struct Element {
  std::string_view name;  // without a namespace's prefix
  std::string_view attributes, text;
  bool is_end = false;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
  return text.substr(0, text.find_last_not_of(blank) + 1);
}

std::optional<std::vector<Element>> elements_of(std::string_view document) {
  std::vector<Element> all;
  while (true) {
    const auto begin = document.find('<');
    if (begin == std::string_view::npos) return all;
    document.remove_prefix(begin);
    const bool is_comment = document.starts_with("<!--");
    const auto end = document.find(is_comment ? "-->" : ">");
    if (end == std::string_view::npos || all.size() >= most_elements) return std::nullopt;
    auto tag = document.substr(1, end - 1);
    document.remove_prefix(end + (is_comment ? 3 : 1));
    if (is_comment || tag.starts_with("?") || tag.starts_with("!")) continue;
    Element element;
    element.is_end = tag.starts_with("/");
    if (element.is_end) tag.remove_prefix(1);
    const auto name_end = std::min(tag.find_first_of(" \t\r\n/"), tag.size());
    element.name = tag.substr(0, name_end);
    element.name.remove_prefix(element.name.rfind(':') + 1);  // npos + 1 is 0
    element.attributes = tag.substr(name_end);
    element.text = trimmed(document.substr(0, std::min(document.find('<'), document.size())));
    all.push_back(element);
  }
}

std::string_view attribute(const Element& element, std::string_view name) {
  for (std::size_t at = 0; (at = element.attributes.find(name, at)) != std::string_view::npos;
       at += name.size()) {
    const bool is_word = at > 0 && std::isspace(static_cast<unsigned char>(element.attributes[at - 1])) != 0;
    auto rest = trimmed(element.attributes.substr(at + name.size()));
    if (!is_word || !rest.starts_with("=")) continue;
    rest = trimmed(rest.substr(1));
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return {};
    const auto end = rest.find(rest[0], 1);
    return end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
  }
  return {};
}

// 16 bytes are 24 characters, the last two padding.
bool read_base64(std::string_view text, AesKey& key) {
  constexpr std::size_t length = 24;
  std::array<std::uint8_t, 18> bytes{};
  if (text.size() != length || !text.ends_with("==") || text[length - 3] == '=') return false;
  if (EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(length)) != static_cast<int>(bytes.size()))
    return false;
  std::copy_n(bytes.begin(), key.size(), key.begin());
  return true;
}

Result<std::vector<LabelledKey>> parse_cpix(std::string_view document) {
  const auto elements = elements_of(document);
  if (!elements) return bad_document("it is no XML");
  std::vector<LabelledKey> keys;
  std::vector<bool> has_value;
  const auto find = [&](std::string_view kid) -> Result<LabelledKey> {
    return parse_labelled_key(std::string(kid) + ":00000000000000000000000000000000");
  };
  for (const auto& element : *elements) {
    if (element.is_end) continue;
    if (element.name == "ContentKey") {
      auto key = find(attribute(element, "kid"));
      if (!key) return bad_document("a ContentKey has no kid");
      keys.push_back(*key);
      has_value.push_back(false);
    } else if (element.name == "PlainValue" && !keys.empty()) {
      if (!read_base64(element.text, keys.back().key.key))
        return bad_document("a PlainValue is not 16 bytes in base64");
      has_value.back() = true;
    } else if (element.name == "ContentKeyUsageRule") {
      const auto rule = find(attribute(element, "kid"));
      const auto type = attribute(element, "intendedTrackType");
      if (!rule) return bad_document("a ContentKeyUsageRule has no kid");
      if (type.empty()) continue;
      const auto label = label_of(type);
      if (!label) return bad_document("an intendedTrackType is none of VIDEO, AUDIO and TEXT");
      for (auto& key : keys)
        if (key.key.id == rule->key.id) key.label = label;
    }
  }
  if (keys.empty()) return bad_document("it has no ContentKey");
  if (std::ranges::find(has_value, false) != has_value.end())
    return bad_document("a ContentKey has no PlainValue");
  return keys;
}

}  // namespace

Result<LabelledKey> parse_labelled_key(std::string_view text) {
  LabelledKey key;
  if (const auto equals = text.find('='); equals != std::string_view::npos) {
    key.label = label_of(text.substr(0, equals));
    if (!key.label)
      return fail(ErrorCategory::Usage, "bad-key", "The label of a key is video, audio or text",
                  "Write for example --key=video=KID:KEY, or --key=KID:KEY for all tracks");
    text = text.substr(equals + 1);
  }
  auto content = parse_key(text);
  if (!content) return std::unexpected(content.error());
  key.key = *content;
  return key;
}

Result<std::vector<LabelledKey>> parse_key_list(std::string_view text) {
  if (trimmed(text).starts_with("<")) {
    if (text.size() > longest_document) return bad_document("it is longer than 64 KiB");
    return parse_cpix(text);
  }
  const auto plain = parse_key_file(text);
  if (!plain) return std::unexpected(plain.error());
  std::vector<LabelledKey> keys;
  for (const auto& key : *plain) keys.push_back({.label = std::nullopt, .key = key});
  return keys;
}

}  // namespace freshet::drm
