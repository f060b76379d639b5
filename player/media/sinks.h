// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where the pipeline's sound and subtitles go. Pictures are pulled (Pipeline::next_frame); sound is pushed by
// the audio decoder's thread into an AudioSink, subtitle events by a decoder thread into a SubtitleSink.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::media {

struct AudioFormat {
  int sample_rate = 48000;
  int channels = 2;  // interleaved float, FFmpeg's default order for the number
  constexpr bool operator==(const AudioFormat&) const = default;
};

class AudioSink {
 public:
  virtual ~AudioSink() = default;

  // Asks for a format near `wanted`; the pipeline converts to what is returned. Called on the audio decoder's
  // thread, at the start and when the stream's format changes. May block while the device opens. Equal
  // formats keep the device open (gapless). Errors: Internal "no-audio-device" (the pipeline then plays
  // without sound).
  [[nodiscard]] virtual Result<AudioFormat> configure(const AudioFormat& wanted) = 0;

  // Queues interleaved samples whose first one belongs at `pts`; `speed` media seconds a device second (the
  // samples are already stretched). Blocks while the queue is full (about 200 ms of sound). Returns false
  // when `generation` is stale: what is left is thrown away.
  virtual bool write(std::span<const float> samples, MediaTime pts, double speed, Generation generation) = 0;

  // No more samples will come in this generation; the sink calls no one, drained() tells.
  virtual void finish(Generation generation) = 0;

  // Drops everything queued below `generation` and wakes a blocked write(). Any thread, never blocks.
  virtual void cancel_before(Generation generation) noexcept = 0;

  // Another track takes over in the same generation, or none: wakes a blocked write(), and every write()
  // returns false until the next configure(). Any thread, never blocks.
  //   SoundsOn: what is queued is heard until the new track's first write(), which replaces it; what the new
  //   track writes for the time until then is left out, so that the line goes on without a seam. Dropped:
  //   silence at once, and the sound's line ends.
  enum class Queued : std::uint8_t { SoundsOn, Dropped };
  virtual void retire(Queued queued) noexcept = 0;
};

// One line of a text subtitle in ASS form, or the start of one or more bitmaps.
struct SubtitleBitmap {
  int x = 0, y = 0, width = 0, height = 0;  // in the coordinate space below
  std::vector<std::uint8_t> rgba{};         // straight alpha, width*height*4
};
struct SubtitleEvent {
  Generation generation{};
  int track_id = 0;  // Track::id
  MediaTime start{0};
  MediaTime duration{0};  // 0: until the next event of this track (bitmaps)
  std::string ass{};      // what follows "Dialogue: " in a Matroska packet: ReadOrder,Layer,Style,…
  std::vector<SubtitleBitmap> bitmaps{};
  int space_width = 0, space_height = 0;  // of bitmaps
};
struct SubtitleTrack {
  int id = 0;
  std::string ass_header{};  // script info and styles; FFmpeg makes one for plain text formats
  bool bitmaps = false;
};
struct FontAttachment {
  std::string name;
  std::vector<std::byte> data;
};

class SubtitleSink {
 public:
  virtual ~SubtitleSink() = default;
  // Any thread; must return soon. Events of one track may come twice (after a seek back).
  virtual void add_track(const SubtitleTrack& track) = 0;
  virtual void add_font(const FontAttachment& font) = 0;
  virtual void add_event(SubtitleEvent event) = 0;
  // A seek: bitmaps and text events that the new generation will deliver again may be dropped.
  virtual void flush(Generation generation) = 0;
};

// Decoded sound before conversion, one call a decoded frame, as FFmpeg's framemd5 of pcm_s16le sees it.
struct AudioDigest {
  int stream_index = 0;
  std::int64_t pts = 0;       // in 1/sample_rate
  std::int64_t duration = 0;  // samples
  std::uint64_t size = 0;
  std::array<std::uint8_t, 16> md5{};
  int sample_rate = 0;
  int channels = 0;
  std::string channel_layout{};  // "stereo"
};
class AudioDigestSink {
 public:
  virtual ~AudioDigestSink() = default;
  virtual void add(const AudioDigest& digest) = 0;  // audio decoder's thread, in order
};

}  // namespace freshet::media
