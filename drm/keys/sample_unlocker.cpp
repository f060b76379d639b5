// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/keys/sample_unlocker.h"

#include <string>

#include "drm/keys/key_text.h"

namespace freshet::drm {
namespace {

// A file that rotates its key each second would fill memory; old ones are made again when they are needed.
constexpr std::size_t most_decryptors = 64;

std::unexpected<Error> bad_protection(std::string_view why, std::int64_t offset) {
  return fail(ErrorCategory::Media, "bad-protection",
              "How the file is protected cannot be understood at byte " + std::to_string(offset) + " (" +
                  std::string(why) + ")",
              "Ask whoever published it for another copy");
}

}  // namespace

Result<SampleDecryptor*> SampleUnlocker::decryptor_for(const SampleDefaults& defaults) {
  const std::pair name{defaults.key, defaults.scheme};
  if (const auto found = decryptors_.find(name); found != decryptors_.end()) return &found->second;
  const auto key = keys_->find(defaults.key);
  if (!key)
    return fail(ErrorCategory::Protection, "key-missing",
                "The key " + to_text(defaults.key) + ", which this part of the file needs, is not there",
                "Ask whoever published it for a licence that has this key");
  auto made = SampleDecryptor::make(defaults.scheme, *key);
  if (!made) return std::unexpected(made.error());
  if (decryptors_.size() >= most_decryptors) decryptors_.clear();
  return &decryptors_.emplace(name, std::move(*made)).first->second;
}

Result<void> SampleUnlocker::unlock(std::int64_t offset, std::span<std::uint8_t> sample) {
  const auto found = view_->find(offset);
  if (!found) return bad_protection(name_of(found.error()), offset);
  if (!found->defaults->is_protected) return {};
  if (found->size != sample.size()) return bad_protection("another size", offset);
  const auto decryptor = decryptor_for(*found->defaults);
  if (!decryptor) return std::unexpected(decryptor.error());
  const auto status = (*decryptor)->decrypt(sample, found->how());
  if (status != DecryptStatus::Done) return bad_protection(name_of(status), offset);
  return {};
}

}  // namespace freshet::drm
