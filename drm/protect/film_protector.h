// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which samples of a film are protected with what: keys by track and by period, IVs, maps; and their
// encryption. One thread; samples of a track in decoding order.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "drm/index/protection_index.h"
#include "drm/keys/key_text.h"
#include "drm/protect/clear_film.h"
#include "drm/protect/iv_sequence.h"
#include "drm/protect/sample_encryptor.h"

namespace freshet::drm {

struct LabelledKey {
  std::optional<TrackKind> label;  // nullopt: for all tracks that no other key is labelled for
  ContentKey key;
};

struct ProtectOptions {
  Scheme scheme = Scheme::Cenc;
  std::vector<LabelledKey> keys;               // in their order
  double clear_lead = 0;                       // seconds; what begins before stays clear
  double rotate = 0;                           // seconds for each key; 0: one key for all
  std::uint8_t iv_size = 0;                    // 8 or 16; 0: what is usual for the scheme
  std::vector<std::byte> system_headers = {};  // further pssh boxes, as they are
};

// What senc says of a sample.
struct SampleAuxiliary {
  AesIv iv{};
  std::vector<Subsample> map;
};

class FilmProtector {
 public:
  // `film` outlives it. Errors: Usage "no-key", "too-many-keys", "too-few-keys", "bad-iv-size",
  // "bad-key", "bad-clear-lead"; Media
  // "unsupported-codec", "bad-codec-header"; Internal "no-cipher", "no-random".
  [[nodiscard]] static Result<FilmProtector> make(const ClearFilm& film, const ProtectOptions& options);

  [[nodiscard]] Scheme scheme() const { return options_.scheme; }
  [[nodiscard]] bool rotates() const { return options_.rotate > 0; }
  [[nodiscard]] bool has_clear_lead() const { return options_.clear_lead > 0; }
  [[nodiscard]] const std::vector<std::byte>& system_headers() const { return options_.system_headers; }
  // All that are used, each once.
  [[nodiscard]] const std::vector<KeyId16>& key_ids() const { return key_ids_; }

  // False: it stays clear, as there is no key for it.
  [[nodiscard]] bool is_protected(std::size_t track) const { return !tracks_[track].periods.empty(); }
  // The period that a fragment is in; nullopt: in the clear lead.
  [[nodiscard]] std::optional<std::size_t> period_of(const FilmFragment& fragment) const;
  // How many there are of this track.
  [[nodiscard]] std::size_t periods(std::size_t track) const { return tracks_[track].periods.size(); }
  [[nodiscard]] const SampleDefaults& defaults(std::size_t track, std::size_t period) const {
    return tracks_[track].periods[period];
  }
  // Whether samples of this track have maps, which may be empty.
  [[nodiscard]] bool has_maps(std::size_t track) const;

  // What stays clear of a sample, and its IV; once for each. Also for samples of the clear lead, from which
  // codecs learn: those have no IV. Errors: Media "bad-sample".
  [[nodiscard]] Result<SampleAuxiliary> plan(std::size_t track, std::optional<std::size_t> period,
                                             std::span<const std::uint8_t> sample);
  // In place. Errors: Internal "cipher-failed".
  [[nodiscard]] Result<void> encrypt(std::size_t track, std::size_t period, const SampleAuxiliary& how,
                                     std::span<std::uint8_t> sample);

 private:
  struct Track {
    std::vector<SampleDefaults> periods;
    std::vector<AesKey> keys;  // of the periods
    std::unique_ptr<SampleMap> map;
  };
  // By the key itself, not its id: two ids may have the same key.
  struct Cipher {
    SampleEncryptor encryptor;
    IvSequence ivs;
  };

  FilmProtector(const ClearFilm& film, ProtectOptions options) : film_(&film), options_(std::move(options)) {}
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] Result<void> prepare_track(std::size_t track, std::size_t periods);
  [[nodiscard]] Result<Cipher*> cipher_for(const AesKey& key);

  const ClearFilm* film_;
  ProtectOptions options_;
  std::vector<Track> tracks_;
  std::vector<KeyId16> key_ids_;
  std::map<AesKey, Cipher> ciphers_;
};

}  // namespace freshet::drm
