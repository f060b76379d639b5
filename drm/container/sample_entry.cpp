// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/sample_entry.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "drm/container/box_header.h"
#include "drm/container/source_reader.h"

namespace freshet::container {
namespace {

// Files have one to a few entries a track; each costs a search for its sinf.
constexpr std::size_t max_entries = 64;
// In an entry, sinf or schi; real ones have below ten.
constexpr std::size_t max_children = 64;
// A key id for each period of a rotating key is possible; a day of them at one a minute is 1440.
constexpr std::uint32_t max_keys = 2048;
constexpr std::size_t kid_size = 16;
// 23001-7 allows 8 and 16.
constexpr std::size_t max_iv_size = 16;

// PIFF 1.1 (before Common Encryption) keeps its tenc in a uuid box of this type.
constexpr std::string_view piff_track_encryption =
    "\x89\x74\xdb\xce\x7b\xe7\x4c\x51\x84\xf9\x71\x48\xf9\x88\x25\x54";

struct Child {
  std::string type;
  std::span<const std::byte> box, content;
};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The next box; nullopt at the end or where it is none.
std::optional<Child> take_child(std::span<const std::byte>& bytes) {
  const auto box = read_box_header(bytes, static_cast<std::int64_t>(bytes.size()));
  if (!box || box->size > static_cast<std::int64_t>(bytes.size())) return std::nullopt;
  const auto size = static_cast<std::size_t>(box->size), header = static_cast<std::size_t>(box->header);
  Child child{.type = fourcc_text(box->type),
              .box = bytes.first(size),
              .content = bytes.subspan(header, size - header)};
  bytes = bytes.subspan(size);
  return child;
}

std::optional<Child> find_box(std::span<const std::byte> bytes, std::string_view type) {
  for (std::size_t i = 0; i < max_children; ++i) {
    auto child = take_child(bytes);
    if (!child) return std::nullopt;
    if (child->type == type) return child;
  }
  return std::nullopt;
}

std::optional<std::span<const std::byte>> find_child(std::span<const std::byte> bytes,
                                                     std::string_view type) {
  const auto found = find_box(bytes, type);
  return found ? std::optional(found->content) : std::nullopt;
}

bool is_encrypted_type(std::string_view type) {
  constexpr std::array<std::string_view, 9> types = {"encv", "enca", "enct", "encs", "encm",
                                                     "encf", "encu", "drmi", "drms"};
  return std::ranges::find(types, type) != types.end();
}

// Where boxes may begin behind the fixed fields of an entry, all counted behind its size and type.
std::span<const std::size_t> child_offsets(std::string_view type) {
  static constexpr std::array<std::size_t, 1> video = {78};
  static constexpr std::array<std::size_t, 3> audio = {28, 44, 64};         // ISO; QuickTime versions 1 and 2
  static constexpr std::array<std::size_t, 5> other = {8, 28, 38, 44, 78};  // 38: timed text (tx3g)
  if (type == "encv" || type == "drmi") return video;
  if (type == "enca" || type == "drms") return audio;
  return other;
}

KeyId key_id(std::span<const std::byte> bytes) {
  KeyId key;
  for (const std::byte byte : bytes) key.bytes.push_back(std::to_integer<std::uint8_t>(byte));
  return key;
}

void parse_track_encryption(std::span<const std::byte> content, ProtectedEntry& entry) {
  BigEndian reader{content};
  const std::uint8_t version = reader.byte();
  reader.skip(4);  // flags, reserved
  const std::uint8_t pattern = reader.byte();
  const std::uint8_t is_protected = reader.byte();
  const std::uint8_t iv_size = reader.byte();
  const auto kid = reader.take(kid_size);
  if (!reader.ok()) return;
  if (version > 0) {
    entry.crypt_blocks = pattern >> 4U;
    entry.skip_blocks = pattern & 15U;
  }
  entry.default_is_protected = is_protected;
  entry.per_sample_iv_size = iv_size;
  entry.default_key = key_id(kid);
  if (is_protected == 1 && iv_size == 0) {
    const std::size_t size = reader.byte();
    if (size <= max_iv_size) entry.constant_iv = key_id(reader.take(size)).bytes;
  }
}

void parse_protection_scheme(std::span<const std::byte> sinf, ProtectedEntry& entry) {
  if (const auto frma = find_child(sinf, "frma"); frma && frma->size() >= 4) {
    entry.original_format = fourcc_text(as_text(frma->first(4)));
  }
  if (const auto schm = find_child(sinf, "schm"); schm && schm->size() >= 8) {
    entry.scheme = fourcc_text(as_text(schm->subspan(4, 4)));
  }
  const auto schi = find_child(sinf, "schi");
  if (!schi) return;
  if (const auto tenc = find_child(*schi, "tenc")) {
    parse_track_encryption(*tenc, entry);
  } else if (const auto uuid = find_child(*schi, "uuid");
             uuid && as_text(*uuid).starts_with(piff_track_encryption)) {
    parse_track_encryption(uuid->subspan(piff_track_encryption.size()), entry);
  }
}

}  // namespace

std::string fourcc_text(std::string_view bytes) {
  std::string text(bytes);
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return text;
}

std::vector<ProtectedEntry> parse_sample_descriptions(std::span<const std::byte> content) {
  std::vector<ProtectedEntry> entries;
  if (content.size() < 8) return entries;
  const std::byte* const begin = content.data();
  content = content.subspan(8);  // version, flags, number of entries: the boxes count themselves
  for (std::size_t i = 0; i < max_entries; ++i) {
    const auto child = take_child(content);
    if (!child) break;
    if (!is_encrypted_type(child->type)) continue;
    ProtectedEntry& entry = entries.emplace_back();
    entry.description = static_cast<std::uint32_t>(i + 1);
    entry.entry = child->type;
    entry.at = static_cast<std::size_t>(child->box.data() - begin);
    for (const std::size_t offset : child_offsets(child->type)) {
      if (offset > child->content.size()) break;
      if (const auto sinf = find_box(child->content.subspan(offset), "sinf")) {
        entry.sinf_at = static_cast<std::size_t>(sinf->box.data() - begin);
        parse_protection_scheme(sinf->content, entry);
        break;
      }
    }
  }
  return entries;
}

std::optional<ProtectionSystemHeader> parse_system_header(std::span<const std::byte> content) {
  BigEndian reader{content};
  const std::uint8_t version = reader.byte();
  reader.skip(3);
  const auto system = reader.take(16);
  if (!reader.ok()) return std::nullopt;
  ProtectionSystemHeader header;
  for (std::size_t i = 0; i < system.size(); ++i)
    header.system.bytes[i] = std::to_integer<std::uint8_t>(system[i]);
  if (version > 0) {
    const std::uint32_t count = std::min(reader.word(), max_keys);
    for (std::uint32_t i = 0; i < count && reader.left() >= kid_size; ++i) {
      header.keys.push_back(key_id(reader.take(kid_size)));
    }
  }
  return header;
}

}  // namespace freshet::container
