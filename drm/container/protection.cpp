// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/protection.h"

#include <algorithm>
#include <limits>

#include "drm/container/ebml.h"
#include "drm/container/iso_bmff.h"

namespace freshet::container {
namespace {

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

int track_number(std::uint64_t number) {
  return static_cast<int>(std::min<std::uint64_t>(number, std::numeric_limits<int>::max()));
}

// tenc says 16 zero bytes where there is no key by default.
bool names_a_key(const KeyId& key) {
  return std::ranges::any_of(key.bytes, [](std::uint8_t byte) { return byte != 0; });
}

ProtectionSummary summarise(const IsoMovie& movie) {
  ProtectionSummary summary;
  for (const IsoTrack& track : movie.tracks) {
    for (const ProtectedEntry& entry : track.entries) {
      summary.is_protected = true;
      if (summary.scheme.empty()) summary.scheme = entry.scheme;
      if (entry.default_key && names_a_key(*entry.default_key)) add_once(summary.key_ids, *entry.default_key);
      add_once(summary.tracks, track_number(track.id));
    }
  }
  for (const ProtectionSystemHeader& header : movie.systems) {
    add_once(summary.system_ids, header.system);
    for (const KeyId& key : header.keys) add_once(summary.key_ids, key);
  }
  return summary;
}

ProtectionSummary summarise(const MatroskaFile& file) {
  ProtectionSummary summary;
  for (const MatroskaTrack& track : file.tracks) {
    for (const MatroskaEncryption& encryption : track.encryptions) {
      summary.is_protected = true;
      if (summary.scheme.empty()) {
        constexpr std::uint64_t aes = 5;
        // WebM leaves the settings out and means counter mode.
        const bool counter = encryption.cipher_mode == 1 || encryption.cipher_mode == 0;
        summary.scheme = encryption.algorithm != aes ? "webm" : counter ? "webm-aes-ctr" : "webm-aes-cbc";
      }
      if (encryption.key) add_once(summary.key_ids, *encryption.key);
      add_once(summary.tracks, track_number(track.number));
    }
  }
  return summary;
}

}  // namespace

std::expected<ProtectionSummary, ReadError> find_protection(ByteSource& source, Generation generation) {
  auto movie = read_iso_movie(source, generation);
  if (!movie) return std::unexpected(movie.error());
  if (*movie) return summarise(**movie);
  auto matroska = read_matroska(source, generation);
  if (!matroska) return std::unexpected(matroska.error());
  if (*matroska) return summarise(**matroska);
  return ProtectionSummary{};
}

}  // namespace freshet::container
