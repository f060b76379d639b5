// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>

#include "drm/container/identifiers.h"

namespace freshet::container {
namespace {

struct KnownSystem {
  std::string_view id;
  std::string_view name;
};

// https://dashif.org/identifiers/content_protection/
constexpr KnownSystem known_systems[] = {
    {"1077efec-c0b2-4d02-ace3-3c1e52e2fb4b", "Common (W3C)"},
    {"e2719d58-a985-b3c9-781a-b030af78d30e", "Clear Key"},
    {"edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "Widevine"},
    {"9a04f079-9840-4286-ab92-e65be0885f95", "PlayReady"},
    {"94ce86fb-07ff-4f43-adb8-93d2fa968ca2", "FairPlay"},
    {"5e629af5-38da-4063-8977-97ffbd9902d4", "Marlin"},
    {"f239e769-efa3-4850-9c16-a903c6932efb", "Adobe Primetime"},
    {"adb41c24-2dbf-4a6d-958b-4457c0d27b95", "Nagra"},
    {"9a27dd82-fde2-4725-8cbc-4234aa06ec09", "Verimatrix"},
    {"80a6be7e-1448-4c37-9e70-d5aebe04c8d2", "Irdeto"},
    {"3d5e6d35-9b9a-41e8-b843-dd3c6e72c42c", "WisePlay"},
    {"793b7956-9f94-4946-a942-23e7ef7e44b4", "Arris Titanium"},
};

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back("0123456789abcdef"[byte >> 4U]);
    text.push_back("0123456789abcdef"[byte & 15U]);
  }
  return text;
}

}  // namespace

std::string to_text(const KeyId& key) {
  return hex(key.bytes);
}

std::string to_text(const SystemId& system) {
  std::string text = hex(system.bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

std::string_view system_name(const SystemId& system) {
  const auto* found = std::ranges::find(known_systems, to_text(system), &KnownSystem::id);
  return found == std::end(known_systems) ? std::string_view{} : found->name;
}

}  // namespace freshet::container
