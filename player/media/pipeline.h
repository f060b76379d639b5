// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The media pipeline of one opened file: bytes in, pictures, sound and subtitle events out. It knows neither
// window nor network nor disk: it is given a ByteSource and sinks, and nothing in it is global, so that it
// can move into a sandboxed process of its own.
//
// Threads. The pipeline owns a demux thread and one decoder thread per active stream. All public functions
// may be called from the controller's thread (one thread, the same for all calls) and never wait for data;
// the destructor joins the threads (milliseconds, since it cancels every read first). The listener is called
// on the pipeline's threads: it must return at once and must not call the pipeline.
//
// Invariants
// 1. Newest seek wins: nothing of an older generation is returned by next_frame() or reaches a sink after
//    seek() returned.
// 2. next_frame() returns frames of one generation in presentation order.
// 3. After an exact seek the first frame is the one whose time holds the target (or the first after it).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "player/media/layout/time_map.h"
#include "player/media/media_info.h"
#include "player/media/packet_unlocker.h"
#include "player/media/sinks.h"
#include "player/media/video_frame.h"
#include "streaming/base/byte_source.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::media {

enum class SeekMode : std::uint8_t {
  Exact,          // the picture that is seen at the target
  Keyframe,       // the last key frame at or before the target
  KeyframeAfter,  // the first key frame at or after it (a step forward must not fall back); the last one at
                  // the end
};

// Which pixel formats the picture's sink can show; all else is converted by the decoder's thread.
enum class FrameFormats : std::uint8_t {
  Any,     // nothing is converted
  Planar,  // what libplacebo uploads: planar and semi-planar YUV, gray, planar and packed RGB, 8 to 16 bits
  Basic,   // yuv420p, nv12 or bgra, 8 bits
};

// --vid, --aid, --sid
struct TrackChoice {
  enum class Kind : std::uint8_t { Auto, Off, Id } kind = Kind::Auto;
  int id = 0;
};

struct PipelineOptions {
  TrackChoice video{}, audio{}, subtitle{};
  std::vector<std::string> audio_languages{};  // --alang, best first; "en" also matches "eng"
  std::vector<std::string>
      subtitle_languages{};  // --slang; without it Auto shows only default or forced tracks
  MediaTime start{0};
  SeekMode start_mode = SeekMode::Exact;
  FrameFormats frame_formats = FrameFormats::Any;
  bool digests = false;  // fill VideoFrame::digest
  // The generation of the first frames. The sinks outlive a pipeline, so the next pipeline of the process
  // goes on where the last one stopped: nothing the old one queued is ever newer.
  Generation first_generation{1};
  Bytes packet_memory = mib(64);  // demuxed packets ahead of the decoders
  MediaTime read_ahead = std::chrono::seconds(20);
  int decoder_threads = 0;      // 0: one a core
  FileLayout layout{};          // what is known of where things lie in the file
  PacketUnlockers unlockers{};  // of a protected file
};

// How much is decoded or ready to decode, and whether the pipeline waits for bytes.
struct BufferState {
  Generation generation{};
  MediaTime buffered_until{0};  // every active stream has packets up to here
  MediaTime ahead{0};           // of buffered_until before the given position
  Bytes packets{};              // demuxed, not yet decoded
  ByteOffset read_at{};         // where the demuxer reads on
  bool reading = false;         // the demuxer is inside ByteSource::read right now
  bool read_finished = false;   // the demuxer reached the end
  bool full = false;            // packet memory or read_ahead used up
};

// A subtitle file beside the film.
struct SidecarSubtitle {
  std::shared_ptr<ByteSource> bytes;
  std::string name;      // shown, and helps to tell formats apart
  std::string language;  // as the name tells it, or empty
  // The .sub of a VobSub pair, whose .idx `bytes` is; else null.
  std::shared_ptr<ByteSource> pictures{};
};

enum class SidecarSelection : std::uint8_t {
  No,
  Yes,         // becomes the active subtitle
  ByLanguage,  // does when it holds one of PipelineOptions::subtitle_languages
};

class PipelineListener {
 public:
  virtual ~PipelineListener() = default;
  virtual void on_opened(const MediaInfo& info) = 0;  // once, then playback starts by itself
  virtual void on_failed(const Error& error) = 0;     // cannot be opened or played at all, or a read failed
  virtual void on_warning(const std::string& message) = 0;  // part of it cannot be played
  // Once: a picture is decoded. `complete`: when the last of its data came that its decoder waited for.
  virtual void on_first_picture(MonotonicTime complete) { (void)complete; }
  virtual void on_frame_ready() = 0;     // next_frame() has something new
  virtual void on_buffer_changed() = 0;  // reading started to wait or got data, end reached
  // The length of a file that did not tell it at once (a fragmented MP4 from a swarm): its index has come, or
  // its end was read.
  virtual void on_duration_learned(MediaTime duration) = 0;
  virtual void on_subtitles_changed() = 0;  // a line came: the picture that stands may have to be drawn anew
  virtual void on_tracks_changed(const std::vector<Track>& tracks) = 0;  // an external file was added
};

class Pipeline {
 public:
  // Starts opening `source` on the demux thread. `audio` may be null (--no-audio), as may `digests`.
  // The sinks and the listener outlive the pipeline. `name` is used in messages and to guess the format.
  [[nodiscard]] static std::unique_ptr<Pipeline> open(std::shared_ptr<ByteSource> source, std::string name,
                                                      const PipelineOptions& options,
                                                      PipelineListener& listener, AudioSink* audio,
                                                      SubtitleSink& subtitles,
                                                      AudioDigestSink* audio_digests);
  virtual ~Pipeline() = default;

  // The newest generation. It grows with each seek, and with a change of track that needs one.
  [[nodiscard]] virtual Generation generation() const = 0;

  // The oldest undisplayed frame of the newest generation, and the one after it (for its pts), without
  // removing them; null while there is none.
  [[nodiscard]] virtual FramePointer peek_frame(int index = 0) const = 0;
  virtual void pop_frame() = 0;

  // No more frames (or no more sound to write) in this generation.
  [[nodiscard]] virtual bool video_finished() const = 0;
  [[nodiscard]] virtual bool audio_finished() const = 0;

  // Target is clamped to [0, duration]. Returns the new generation. Never blocks.
  virtual Generation seek(MediaTime target, SeekMode mode) = 0;
  // Step back by one frame from `shown`: an exact seek to the frame before it.
  virtual Generation seek_before(MediaTime shown) = 0;

  // Media seconds a real second, 0.01 … 100; sound keeps its pitch.
  virtual void set_speed(double speed) = 0;

  // Switches at `position`. Sound and subtitles change in place: the picture goes on as if nothing had
  // happened, and the new sound begins at `position`. A new generation begins, by a seek to there, where the
  // picture is switched, or where the new track's packets are not at hand (a badly interleaved file).
  virtual void select_track(TrackKind kind, TrackChoice choice, MediaTime position) = 0;
  // Active track's id, 0 for none.
  [[nodiscard]] virtual int selected(TrackKind kind) const = 0;

  // A side-car file, any encoding (found out by uchardet); it is read whole (at most 32 MiB; of a VobSub pair
  // the index, and each picture when it is due) on a thread of its own. Reported by on_tracks_changed or
  // on_warning; a VobSub pair becomes one track a language, of which the best of
  // PipelineOptions::subtitle_languages is selected, or else the one that the file prefers.
  virtual void add_subtitle_file(SidecarSubtitle sidecar, SidecarSelection select) = 0;

  [[nodiscard]] virtual BufferState buffer(MediaTime position) const = 0;
  // Which byte is played when, as far as the file's index is known; null while it is not. A new one is told
  // by on_buffer_changed.
  [[nodiscard]] virtual std::shared_ptr<const TimeMap> time_map() const = 0;
  // Frames the decoder may skip to catch up when pictures are late; 0 normally.
  virtual void set_late(MediaTime by) = 0;
  [[nodiscard]] virtual std::vector<Track> tracks() const = 0;
};

// Opens, looks, closes: for `freshet probe`. Blocks; cancel through the source. With `unlocker` the file is
// protected.
[[nodiscard]] Result<MediaInfo> probe(std::shared_ptr<ByteSource> source, const std::string& name,
                                      std::unique_ptr<PacketUnlocker> unlocker = nullptr);

// A picture's size upright and with square pixels, as write_image() writes it.
struct ImageSize {
  int width = 0, height = 0;
};
[[nodiscard]] ImageSize upright_size(const VideoFrame& frame);

// Laid over a written image; parts outside are cut off.
struct ImageLayer {
  int x = 0, y = 0, width = 0, height = 0;  // as seen
  int bitmap_width = 0, bitmap_height = 0;  // of the pixels, stretched when they differ
  std::span<const std::uint8_t> rgba;       // premultiplied alpha, bitmap_width*bitmap_height*4
};

// Writes a picture as PNG or JPEG by the file name's extension, upright and with square pixels, `layers` on
// top in order. Errors: Storage "write-failed", Usage "bad-image-format".
[[nodiscard]] Result<void> write_image(const VideoFrame& frame, const std::string& path,
                                       std::span<const ImageLayer> layers = {});

// What FFmpeg prints to stderr of its own accord, for the whole process; the program's main() decides.
// Anything that a viewer must know comes through PipelineListener.
enum class LibraryMessages : std::uint8_t { Silent, Errors, Everything };
void set_library_messages(LibraryMessages messages);

// "libavformat 59.27.100" and so on, for --version.
[[nodiscard]] std::vector<std::string> library_versions();

}  // namespace freshet::media
