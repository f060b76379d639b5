// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/film_protector.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace freshet::drm {
namespace {

// Each needs an entry in a box that is read whole.
constexpr double most_periods = 10'000;

// ISO/IEC 23001-7, 10.3 and 10.4; a tenth of a picture is enough to make it unwatchable.
constexpr Pattern video_pattern{.crypt = 1, .skip = 9};

std::string plural(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

Result<FilmProtector> FilmProtector::make(const ClearFilm& film, const ProtectOptions& options) {
  FilmProtector made(film, options);
  if (auto prepared = made.prepare(); !prepared) return std::unexpected(prepared.error());
  return made;
}

Result<void> FilmProtector::prepare() {
  const auto scheme = options_.scheme;
  const bool is_counter_mode = scheme == Scheme::Cenc || scheme == Scheme::Cens;
  if (options_.iv_size == 0) options_.iv_size = is_counter_mode ? 8 : 16;
  if (options_.iv_size != 16 && !(is_counter_mode && options_.iv_size == 8))
    return fail(ErrorCategory::Usage, "bad-iv-size", "An IV of this scheme has 16 bytes",
                "Leave --iv-size out, or choose --scheme=cenc or cens");
  for (const auto& one : options_.keys) {
    const bool is_twice = std::ranges::any_of(options_.keys, [&](const LabelledKey& other) {
      return other.key.id == one.key.id && other.key.key != one.key.key;
    });
    if (is_twice)
      return fail(ErrorCategory::Usage, "bad-key", "Two keys have the key id " + to_text(one.key.id),
                  "Give each key an id of its own");
  }
  const double last = film_->fragments.back().begin;
  if (last < options_.clear_lead)
    return fail(ErrorCategory::Usage, "bad-clear-lead", "All of the film would stay clear",
                "Its last key frame comes before --clear-lead: choose a shorter one");
  const double periods = rotates() ? std::floor(last / options_.rotate) + 1 : 1;
  if (periods > most_periods)
    return fail(ErrorCategory::Usage, "too-few-keys", "The film would have more than 10000 keys",
                "Let each key hold for longer, for example --rotate=60");
  tracks_.resize(film_->tracks.size());
  for (std::size_t track = 0; track < tracks_.size(); ++track)
    if (auto prepared = prepare_track(track, static_cast<std::size_t>(periods)); !prepared) return prepared;
  if (key_ids_.empty())
    return fail(ErrorCategory::Usage, "no-key", "No key is for a track of this film",
                "Give --key=KID:KEY, or --key=video=KID:KEY with the label of a track that it has");
  return {};
}

Result<void> FilmProtector::prepare_track(std::size_t track, std::size_t periods) {
  const auto& from = film_->tracks[track];
  std::vector<ContentKey> keys;
  for (const auto& one : options_.keys)
    if (one.label == from.kind) keys.push_back(one.key);
  if (keys.empty()) {
    for (const auto& one : options_.keys)
      if (!one.label) keys.push_back(one.key);
  }
  if (keys.empty()) return {};
  if (!rotates() && keys.size() > 1)
    return fail(ErrorCategory::Usage, "too-many-keys",
                "There are " + plural(keys.size(), "key") + " for " + std::string(name_of(from.kind)),
                "Give one, or say with --rotate=SECONDS how long each holds");
  if (keys.size() < periods)
    return fail(ErrorCategory::Usage, "too-few-keys",
                "The film has " + plural(periods, "period") + " and " + plural(keys.size(), "key") + " for " +
                    std::string(name_of(from.kind)),
                "Give a --key for each period, or let each hold for longer with --rotate");
  auto map = make_sample_map(from.kind, from.format, from.boxes(), options_.scheme);
  if (!map) return std::unexpected(map.error());
  auto& made = tracks_[track];
  made.map = std::move(*map);
  const bool has_pattern =
      from.kind == TrackKind::Video && (options_.scheme == Scheme::Cens || options_.scheme == Scheme::Cbcs);
  for (std::size_t period = 0; period < periods; ++period) {
    const auto& key = keys[period];
    SampleDefaults defaults{.is_protected = true, .scheme = options_.scheme, .key = key.id};
    if (has_pattern) defaults.pattern = video_pattern;
    if (options_.scheme == Scheme::Cbcs) {
      const auto cipher = cipher_for(key.key);
      if (!cipher) return std::unexpected(cipher.error());
      const auto iv = (*cipher)->ivs.next(0);
      if (!iv) return std::unexpected(iv.error());
      defaults.constant_iv = *iv;
    } else {
      defaults.iv_size = options_.iv_size;
    }
    made.periods.push_back(defaults);
    made.keys.push_back(key.key);
    if (std::ranges::find(key_ids_, key.id) == key_ids_.end()) key_ids_.push_back(key.id);
  }
  return {};
}

Result<FilmProtector::Cipher*> FilmProtector::cipher_for(const AesKey& key) {
  if (const auto found = ciphers_.find(key); found != ciphers_.end()) return &found->second;
  auto encryptor = SampleEncryptor::make(options_.scheme, key);
  if (!encryptor) return std::unexpected(encryptor.error());
  auto ivs = IvSequence::make(options_.scheme, options_.iv_size);
  if (!ivs) return std::unexpected(ivs.error());
  return &ciphers_.emplace(key, Cipher{std::move(*encryptor), *ivs}).first->second;
}

std::optional<std::size_t> FilmProtector::period_of(const FilmFragment& fragment) const {
  if (fragment.begin < options_.clear_lead) return std::nullopt;
  return rotates() ? static_cast<std::size_t>(fragment.begin / options_.rotate) : 0;
}

bool FilmProtector::has_maps(std::size_t track) const {
  return film_->tracks[track].kind == TrackKind::Video;
}

Result<SampleAuxiliary> FilmProtector::plan(std::size_t track, std::optional<std::size_t> period,
                                            std::span<const std::uint8_t> sample) {
  auto& from = tracks_[track];
  auto map = from.map->map(sample);
  if (!map) return std::unexpected(map.error());
  if (!period) return SampleAuxiliary{};
  SampleAuxiliary how{.map = std::move(*map)};
  std::uint64_t bytes = how.map.empty() ? sample.size() : 0;
  for (const auto& subsample : how.map) bytes += subsample.protected_bytes;
  if (from.periods[*period].iv_size == 0) {
    how.iv = from.periods[*period].constant_iv;
    return how;
  }
  const auto cipher = cipher_for(from.keys[*period]);
  if (!cipher) return std::unexpected(cipher.error());
  const auto iv = (*cipher)->ivs.next(bytes);
  if (!iv) return std::unexpected(iv.error());
  how.iv = *iv;
  return how;
}

Result<void> FilmProtector::encrypt(std::size_t track, std::size_t period, const SampleAuxiliary& how,
                                    std::span<std::uint8_t> sample) {
  const auto& from = tracks_[track];
  const auto cipher = cipher_for(from.keys[period]);
  if (!cipher) return std::unexpected(cipher.error());
  return (*cipher)->encryptor.encrypt(sample, {how.iv, how.map, from.periods[period].pattern});
}

}  // namespace freshet::drm
