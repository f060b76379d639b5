// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One opened container: what is in it, its packets in file order, and seeks. One thread, the pipeline's demux
// thread; every function may block in the reader's source and is woken by its cancel.
//
// All times are rebased: 0 is where the file starts.
#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/media/avio_reader.h"
#include "player/media/joined_time.h"
#include "player/media/layout/index_points.h"
#include "player/media/media_info.h"
#include "player/media/packet_unlocker.h"
#include "player/media/sinks.h"
#include "player/media/stream_description.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

class Demuxer {
 public:
  // `interrupted` ends long calculations inside FFmpeg (any thread). `reader` outlives the demuxer; its
  // begin() was called. With `unlocker` the file is protected: its packets come out decrypted, and FFmpeg
  // itself never looks into one. Errors: Media "not-media", what the source says, or the unlocker.
  [[nodiscard]] static std::expected<std::unique_ptr<Demuxer>, ReadError> open(
      AvioReader& reader, const std::string& name, std::function<bool()> interrupted,
      std::unique_ptr<PacketUnlocker> unlocker = nullptr);

  [[nodiscard]] const MediaInfo& info() const { return info_; }
  [[nodiscard]] std::shared_ptr<const StreamDescription> stream(int index) const;
  // Copies all that a muxer may know of the stream. False: out of memory.
  [[nodiscard]] bool describe_for_muxer(int index, AVStream& into) const;
  // Fonts and the like that the file carries for its subtitles.
  [[nodiscard]] const std::vector<FontAttachment>& fonts() const { return fonts_; }

  // Only packets of these streams are read.
  void enable(const std::vector<int>& stream_indices);

  // The next packet, or null at the end of the file. Broken parts are skipped.
  [[nodiscard]] std::expected<PacketPointer, ReadError> read();

  enum class Direction : bool { Backward, Forward };
  // Goes to a place from which `stream` can be decoded, before (or after) `position`. The container may land
  // elsewhere: look at the packets. False: it cannot.
  [[nodiscard]] std::expected<bool, ReadError> seek(int stream, MediaTime position, Direction direction);
  // Whether a seek also goes to the subtitle that is shown there, wherever it began: MP4 keeps an index for
  // each stream.
  [[nodiscard]] bool seeks_subtitles() const;
  // Whether the container's index, as far as it was read, names packets of this stream; and the last of them
  // that begins before `position`.
  [[nodiscard]] bool indexed(int stream) const;
  [[nodiscard]] std::optional<MediaTime> last_indexed(int stream, MediaTime position) const;
  // MP4's index is by the time of decoding: a picture is shown so much later. 0 for others, and where nothing
  // is reordered.
  [[nodiscard]] MediaTime shown_after_decoding(int stream) const;
  // What the container's index, as far as it was read, says of this stream; times are the container's own.
  [[nodiscard]] std::vector<IndexPoint> index_points(int stream) const;
  // Goes to the first packet of the file.
  [[nodiscard]] std::expected<void, ReadError> rewind();
  // The index names the start of the last fragment, not its end.
  [[nodiscard]] bool duration_estimated() const { return duration_estimated_; }
  // Looks again for a length that was not known when the file was opened: the index at its end may have come
  // by now. True: info() has it. Costs nothing where there is nothing to learn.
  [[nodiscard]] std::expected<bool, ReadError> learn_duration();
  // Reads an index that opening left unread because it lies elsewhere in the file. False: there is none, or
  // it is read. Afterwards the demuxer is at the first packet.
  [[nodiscard]] std::expected<bool, ReadError> read_index();
  // The same as rewind() by opening the file anew, for a container whose seeks cannot be trusted. Its
  // beginning is at hand.
  [[nodiscard]] std::expected<void, ReadError> start_over();

  struct PacketTimes {
    std::optional<MediaTime> presented;  // pts, or dts where there is none
    std::optional<MediaTime> begin;      // in file order: dts, or pts where there is none
    std::optional<MediaTime> end;        // presented + duration
  };
  [[nodiscard]] PacketTimes times(const AVPacket& packet) const;

 private:
  Demuxer(AvioReader& reader, std::string name, std::function<bool()> interrupted,
          std::unique_ptr<PacketUnlocker> unlocker);
  [[nodiscard]] std::expected<void, ReadError> open_context();
  [[nodiscard]] std::expected<void, ReadError> analyse();
  [[nodiscard]] std::expected<void, ReadError> look_ahead();
  [[nodiscard]] std::expected<PacketPointer, ReadError> read_packet();
  [[nodiscard]] bool looks_like_mp4();
  void describe();
  [[nodiscard]] std::expected<void, ReadError> find_fragmented_duration();
  void apply_discard();
  void join(AVPacket& packet);
  [[nodiscard]] ReadError failure_or(Error error) const;
  void note_interruption(bool while_seeking);

  AvioReader& reader_;
  std::string name_;
  std::function<bool()> interrupted_;
  std::unique_ptr<PacketUnlocker> unlocker_;  // null: the file is clear
  FormatContextPointer context_;
  std::deque<PacketPointer> looked_at_;  // read ahead of their time, in file order
  std::optional<MediaTime> begins_at_;   // of a protected file: FFmpeg has not looked
  MediaInfo info_;
  std::vector<std::shared_ptr<const StreamDescription>> streams_;
  std::vector<FontAttachment> fonts_;
  std::vector<int> enabled_;
  std::optional<JoinedTime> joined_time_;  // for containers whose times may start over
  int broken_reads_ = 0;                   // one after the other
  bool all_there_ = false;      // the source has every byte: reading all over the file costs nothing
  bool use_end_index_ = false;  // read the fragments' index at the file's end
  bool duration_estimated_ = false;
  bool fragmented_ = false;   // MP4 whose index comes with its fragments
  bool index_read_ = false;   // Matroska reads its cues at the first seek
  bool must_reopen_ = false;  // a cancelled read left the container's state unusable
};

}  // namespace freshet::media
