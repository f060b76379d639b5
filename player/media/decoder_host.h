// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a decoder's thread asks of the pipeline it works for. All functions: any thread, return at once.
#pragma once

#include <string>

#include "player/media/media_info.h"
#include "player/media/sinks.h"
#include "streaming/base/units.h"

namespace freshet::media {

class DecoderHost {
 public:
  virtual ~DecoderHost() = default;
  // Whether `generation` is the newest.
  [[nodiscard]] virtual bool current(Generation generation) const noexcept = 0;
  [[nodiscard]] virtual double speed() const noexcept = 0;
  // How late pictures are shown; 0 when they are not.
  [[nodiscard]] virtual MediaTime late() const noexcept = 0;
  virtual void frame_queued() = 0;
  // Nothing more comes of this kind in this generation.
  virtual void finished(TrackKind kind, Generation generation) = 0;
  // Something was decoded for the first time. `complete`: when the last of its data came that was waited for.
  virtual void produced(TrackKind kind, MonotonicTime complete) = 0;
  // What was decrypted is noise: the key is not this film's. Nothing more is shown.
  virtual void key_refuted() = 0;
  // The pipeline bounds how many of these are passed on.
  virtual void warn(std::string message) = 0;
  // Both are dropped when their generation is stale, so that nothing old arrives after a seek returned.
  virtual void deliver(SubtitleEvent event) = 0;
  virtual void deliver(const AudioDigest& digest, Generation generation) = 0;
};

}  // namespace freshet::media
