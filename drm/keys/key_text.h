// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Content keys as people and programs write them. Pure; any thread. Messages never repeat a key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drm/index/protection_index.h"
#include "streaming/base/error.h"

namespace freshet::drm {

struct ContentKey {
  KeyId16 id{};
  AesKey key{};
};

// "KID:KEY", each 32 hex digits; a KID may have the dashes of a UUID. Errors: Usage "bad-key".
[[nodiscard]] Result<ContentKey> parse_key(std::string_view text);

// A JWK set as W3C Clear Key has it (Encrypted Media Extensions, 9.1.4):
// {"keys":[{"kty":"oct","kid":…,"k":…}]}, both in base64url without padding. At most 64 KiB and 1024 keys.
// Errors: Protection "bad-key-set".
[[nodiscard]] Result<std::vector<ContentKey>> parse_key_set(std::string_view json);

// A file of keys: a JWK set, or a line KID:KEY for each; empty lines and those that begin with # do not
// count. Limits and errors as above; "bad-key-set" names the line.
[[nodiscard]] Result<std::vector<ContentKey>> parse_key_file(std::string_view text);

// 32 hex digits.
[[nodiscard]] std::string to_text(const KeyId16& id);

}  // namespace freshet::drm
