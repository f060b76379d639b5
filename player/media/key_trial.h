// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Common Encryption does not say whether a key is the right one: with a wrong one the decoder gets noise, and
// the player's own decoder, which is fast and forgives, would show what it makes of it. So key frames of a
// protected film are first put before a decoder that forgives nothing. Inside media/; one thread.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "player/media/stream_description.h"

namespace freshet::media {

class KeyTrial {
 public:
  explicit KeyTrial(std::shared_ptr<const StreamDescription> stream) : stream_(std::move(stream)) {}

  enum class Verdict : std::uint8_t {
    Show,
    Skip,     // nothing until the next key frame builds on anything
    Refuted,  // it is not damage: the key is not this film's
  };
  // Of each packet in the decoder's order. A key frame costs, once a second, what it takes to decode it on
  // one core.
  [[nodiscard]] Verdict judge(const AVPacket& packet);
  // The packets go on elsewhere.
  void restart() { is_skipping_ = false; }

 private:
  [[nodiscard]] bool makes_sense(const AVPacket& key_frame) const;

  const std::shared_ptr<const StreamDescription> stream_;
  std::optional<std::int64_t> passed_;  // pts of the last that made sense
  int failed_ = 0;                      // one after the other
  bool is_skipping_ = false;
};

}  // namespace freshet::media
