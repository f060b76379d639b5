// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/demuxer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "player/media/fragment_duration.h"
#include "player/media/media_description.h"
#include "streaming/base/path.h"

namespace freshet::media {
namespace {

// Containers that people have films, series and music in. All others stay shut: playlists and manifests (they
// name further files), devices, game formats; fewer parsers is less to attack.
constexpr const char* allowed_formats =
    "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,av1,obu,ivf,m4v,vc1,flv,live_flv,asf,ogg,wav,w64,"
    "mp3,flac,"
    "aac,ac3,eac3,dts,dtshd,truehd,mlp,opus,aiff,ape,wv,tta,tak,mpc,mpc8,caf,amr,dsf,au,rm,nut,mxf,gxf,dv,"
    "wtv,"
    "nsv,mjpeg,gif,apng,yuv4mpegpipe,3gp";

// How much of the file is read to find out its format and what its streams are, before the first picture. A
// container with a header needs a few packets only; MPEG-TS says nothing up front, and its tables, parameter
// sets and a first sound packet lie within this at any usual rate.
constexpr std::int64_t probe_bytes = 2'500'000;
constexpr int format_probe_bytes = 1 << 20;
constexpr std::int64_t probe_microseconds = 2'000'000;
constexpr int streams_limit = 256;
// Broken packets one after the other before the rest counts as lost. Every failing read ends at another
// place.
constexpr int broken_reads_limit = 200;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

int refuse_open(AVFormatContext* /*context*/, AVIOContext** /*io*/, const char* /*url*/, int /*flags*/,
                AVDictionary** /*options*/) {
  return AVERROR(EACCES);
}

bool has_every_byte(const ByteSource& source) {
  const auto size = source.size();
  const std::vector<ByteRange> ranges = source.available();
  return size && ranges.size() == 1 && ranges[0].begin.value <= 0 && ranges[0].end.value >= size->value;
}

// Whether the end of the file, where an index may lie, can be read without waiting.
bool has_tail(const ByteSource& source) {
  // The index of a two hour film with a fragment every two seconds, twice over.
  constexpr std::int64_t tail = 256 * 1024;
  const auto size = source.size();
  const std::vector<ByteRange> ranges = source.available();
  return size && !ranges.empty() && ranges.back().end.value >= size->value &&
         ranges.back().begin.value <= std::max<std::int64_t>(0, size->value - tail);
}

int is_interrupted(void* function) {
  return (*static_cast<const std::function<bool()>*>(function))() ? 1 : 0;
}

}  // namespace

Demuxer::Demuxer(AvioReader& reader, std::string name, std::function<bool()> interrupted,
                 std::unique_ptr<PacketUnlocker> unlocker)
    // Of a path only the last part, so that nothing inside FFmpeg ever holds the name of another file.
    : reader_(reader),
      name_(last_part(name)),
      interrupted_(std::move(interrupted)),
      unlocker_(std::move(unlocker)) {}

std::expected<std::unique_ptr<Demuxer>, ReadError> Demuxer::open(AvioReader& reader, const std::string& name,
                                                                 std::function<bool()> interrupted,
                                                                 std::unique_ptr<PacketUnlocker> unlocker) {
  std::unique_ptr<Demuxer> demuxer(new Demuxer(reader, name, std::move(interrupted), std::move(unlocker)));
  if (auto opened = demuxer->open_context(); !opened) return std::unexpected(opened.error());
  if (auto analysed = demuxer->analyse(); !analysed) return std::unexpected(analysed.error());
  demuxer->describe();
  if (auto found = demuxer->find_fragmented_duration(); !found) return std::unexpected(found.error());
  return demuxer;
}

ReadError Demuxer::failure_or(Error error) const {
  if (reader_.failure()) return *reader_.failure();
  if (interrupted_()) return ReadCancelled{};
  return error;
}

std::expected<void, ReadError> Demuxer::open_context() {
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) {
    return std::unexpected(Error{ErrorCategory::Internal, "out-of-memory", "Out of memory", ""});
  }
  context->pb = reader_.context();
  context->interrupt_callback = {&is_interrupted, &interrupted_};
  context->io_open = &refuse_open;
  context->protocol_whitelist = av_strdup("");
  context->format_whitelist = av_strdup(allowed_formats);
  context->probesize = probe_bytes;
  context->format_probesize = format_probe_bytes;
  context->max_analyze_duration = probe_microseconds;
  context->fps_probe_size = 0;  // the frame rate is for people; not worth 20 packets before the first picture
  context->max_streams = streams_limit;
  // A fragmented MP4 without an index in front makes FFmpeg read every fragment's header, all over the file,
  // before the first picture. Where that means waiting, it stops at the first fragment.
  all_there_ = has_every_byte(reader_.source());
  if (!all_there_ && looks_like_mp4()) context->flags |= AVFMT_FLAG_IGNIDX;
  if (unlocker_) context->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;  // parsers would read ciphertext
  AVDictionary* options = nullptr;
  if (use_end_index_) av_dict_set(&options, "use_mfra_for", "pts", 0);
  const int result = avformat_open_input(&context, name_.c_str(), nullptr, &options);
  av_dict_free(&options);
  context_.reset(context);
  if (result >= 0) return {};
  Error error{ErrorCategory::Media, "not-media",
              "\"" + name_ + "\" is not a video or sound file that can be played",
              "Its beginning is no known container (" + error_text(result) + ")"};
  return std::expected<void, ReadError>(std::unexpect, failure_or(std::move(error)));
}

std::expected<void, ReadError> Demuxer::analyse() {
  // FFmpeg would feed ciphertext to its decoders and take what comes out for the truth.
  if (unlocker_) return look_ahead();
  const int result = avformat_find_stream_info(context_.get(), nullptr);
  if (reader_.failure()) return std::unexpected(*reader_.failure());
  if (interrupted_()) return std::unexpected(ReadCancelled{});
  if (result < 0 && context_->nb_streams == 0) {
    return std::unexpected(
        Error{ErrorCategory::Media, "not-media", "\"" + name_ + "\" holds no streams", error_text(result)});
  }
  return {};
}

// When a protected file begins: its headers know all about the streams but this. Times are in the clear.
std::expected<void, ReadError> Demuxer::look_ahead() {
  std::vector<bool> awaited(context_->nb_streams);
  std::size_t missing = 0;
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    const AVMediaType type = context_->streams[i]->codecpar->codec_type;
    awaited[i] = type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO;
    if (awaited[i]) ++missing;
  }
  for (std::int64_t bytes = 0; missing > 0 && bytes < probe_bytes;) {
    if (interrupted_()) return std::unexpected(ReadCancelled{});
    PacketPointer packet(av_packet_alloc());
    if (!packet) return std::unexpected(Error{ErrorCategory::Internal, "out-of-memory", "Out of memory", ""});
    if (av_read_frame(context_.get(), packet.get()) < 0) {
      if (reader_.failure()) return std::unexpected(*reader_.failure());
      break;
    }
    bytes += packet->size + 1;
    const auto stream = static_cast<std::size_t>(packet->stream_index);
    const std::int64_t begin = packet->pts != no_timestamp ? packet->pts : packet->dts;
    if (stream < awaited.size() && awaited[stream]) {
      awaited[stream] = false;
      --missing;
      const auto time = to_media_time(begin, context_->streams[stream]->time_base);
      if (time) begins_at_ = begins_at_ ? std::min(*begins_at_, *time) : *time;
    }
    looked_at_.push_back(std::move(packet));
  }
  return {};
}

void Demuxer::describe() {
  info_ = describe_media(*context_, reader_.source().seekable() == Seekable::Yes, begins_at_);
  streams_.clear();
  fragmented_ = contains(context_->iformat->name, "mov");
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    streams_.push_back(
        describe_stream(*context_, static_cast<int>(i), info_.start_time, unlocker_ != nullptr));
    if (context_->streams[i]->nb_frames > 0) fragmented_ = false;
  }
  index_read_ = !contains(context_->iformat->name, "matroska");
  // Transport and program streams (matched whole: "mpegvideo" has no times of its own).
  const std::string_view format = context_->iformat->name;
  if (format == "mpegts" || format == "mpeg") joined_time_.emplace();
  fonts_ = collect_fonts(*context_);
}

bool Demuxer::looks_like_mp4() {
  std::array<unsigned char, 12> head{};
  const int got = avio_read_partial(reader_.context(), head.data(), static_cast<int>(head.size()));
  avio_seek(reader_.context(), 0, SEEK_SET);
  return got >= 8 &&
         std::string_view(static_cast<const char*>(static_cast<const void*>(head.data() + 4)), 4) == "ftyp";
}

std::expected<void, ReadError> Demuxer::find_fragmented_duration() {
  if (!fragmented_ || (all_there_ && info_.duration)) return {};
  if (!info_.seekable) {
    info_.duration.reset();  // the first fragment's
    return {};
  }
  const std::int64_t place = avio_tell(reader_.context());
  std::optional<MediaTime> indexed;
  // The first picture does not wait for the index at the end: it is asked only where it has come already.
  if (has_tail(reader_.source())) {
    indexed = fragmented_duration(*reader_.context(), [&](int track) {
      for (unsigned i = 0; i < context_->nb_streams; ++i) {
        if (context_->streams[i]->id == track) return context_->streams[i]->time_base;
      }
      return AVRational{0, 1};
    });
  }
  if (indexed) {
    info_.duration = std::max(*indexed, info_.duration.value_or(MediaTime{0}));
    duration_estimated_ = true;
  } else if (!all_there_ && !has_segment_index(*reader_.context())) {
    // What FFmpeg names then is the length of the fragments it has met: seeks would be held to the first one.
    info_.duration.reset();
  }
  avio_seek(reader_.context(), place, SEEK_SET);
  if (reader_.failure()) return std::unexpected(*reader_.failure());
  return {};
}

std::expected<bool, ReadError> Demuxer::read_index() {
  if (!fragmented_ || use_end_index_ || all_there_) return false;
  use_end_index_ = true;
  if (auto opened = start_over(); !opened) return std::unexpected(opened.error());
  return true;
}

// A demuxer whose read failed inside an index keeps a hole there for good: Matroska reads its cues only once,
// at the first seek, and MP4 marks a fragment's header as read before it reads it. The way out is to open the
// file anew; its beginning is at hand by now.
std::expected<void, ReadError> Demuxer::start_over() {
  must_reopen_ =
      true;  // until it has been done: a cancel may come in the middle, and then there is no context
  context_.reset();
  looked_at_.clear();
  if (joined_time_) joined_time_->reset();
  reader_.rewind();
  if (auto opened = open_context(); !opened) return opened;
  const bool same = context_->nb_streams == streams_.size();
  if (!same) {
    return std::unexpected(
        Error{ErrorCategory::Media, "file-changed", "\"" + name_ + "\" changed while it was played", ""});
  }
  must_reopen_ = false;
  apply_discard();
  return {};
}

std::shared_ptr<const StreamDescription> Demuxer::stream(int index) const {
  return index >= 0 && static_cast<std::size_t>(index) < streams_.size()
             ? streams_[static_cast<std::size_t>(index)]
             : nullptr;
}

bool Demuxer::describe_for_muxer(int index, AVStream& into) const {
  const AVStream& from = *context_->streams[index];
  if (avcodec_parameters_copy(into.codecpar, from.codecpar) < 0) return false;
  into.codecpar->codec_tag = 0;  // each container has its own
  into.time_base = from.time_base;
  into.sample_aspect_ratio = from.sample_aspect_ratio;
  into.avg_frame_rate = from.avg_frame_rate;
  into.disposition = from.disposition;
  for (int i = 0; i < from.nb_side_data; ++i) {  // rotation, HDR
    const AVPacketSideData& data = from.side_data[i];
    std::uint8_t* const copy = av_stream_new_side_data(&into, data.type, data.size);
    if (copy == nullptr) return false;
    std::copy_n(data.data, data.size, copy);
  }
  return av_dict_copy(&into.metadata, from.metadata, 0) >= 0;
}

void Demuxer::enable(const std::vector<int>& stream_indices) {
  enabled_ = stream_indices;
  apply_discard();
}

void Demuxer::apply_discard() {
  if (!context_) return;  // start_over() does it
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    const bool wanted = std::ranges::find(enabled_, static_cast<int>(i)) != enabled_.end();
    context_->streams[i]->discard = wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

void Demuxer::note_interruption(bool while_seeking) {
  if (fragmented_ || (while_seeking && !index_read_)) must_reopen_ = true;
}

std::expected<PacketPointer, ReadError> Demuxer::read() {
  if (!context_) {
    if (auto opened = start_over(); !opened) return std::unexpected(opened.error());
  }
  for (;;) {
    auto packet = read_packet();
    if (!packet || !*packet) return packet;
    // What the analysis read of other streams comes out too.
    if (std::ranges::find(enabled_, (*packet)->stream_index) == enabled_.end()) continue;
    if (joined_time_) join(**packet);
    if (unlocker_) {
      if (av_packet_make_writable(packet->get()) < 0)
        return std::unexpected(Error{ErrorCategory::Internal, "out-of-memory", "Out of memory", ""});
      const AVPacket& whole = **packet;
      const auto unlocked = unlocker_->unlock(whole.pos, {whole.data, static_cast<std::size_t>(whole.size)});
      if (!unlocked) return std::unexpected(unlocked.error());
    }
    return packet;
  }
}

std::expected<PacketPointer, ReadError> Demuxer::read_packet() {
  if (!looked_at_.empty()) {
    PacketPointer packet = std::move(looked_at_.front());
    looked_at_.pop_front();
    return packet;
  }
  for (;;) {
    if (interrupted_()) return std::unexpected(ReadCancelled{});
    PacketPointer packet(av_packet_alloc());
    if (!packet) return std::unexpected(Error{ErrorCategory::Internal, "out-of-memory", "Out of memory", ""});
    const int result = av_read_frame(context_.get(), packet.get());
    if (result >= 0) {
      broken_reads_ = 0;
      return packet;
    }
    if (reader_.failure()) {
      note_interruption(false);
      return std::unexpected(*reader_.failure());
    }
    if (result == AVERROR_EOF || ++broken_reads_ > broken_reads_limit) return PacketPointer();
  }
}

void Demuxer::join(AVPacket& packet) {
  const PacketTimes own = times(packet);
  if (!own.begin || !own.presented) return;
  const MediaTime shift =
      joined_time_->shift(packet.stream_index, *own.begin, own.end.value_or(*own.presented) - *own.presented);
  if (shift == MediaTime{0}) return;
  const std::int64_t ticks = to_timestamp(shift, context_->streams[packet.stream_index]->time_base);
  if (packet.pts != no_timestamp) packet.pts += ticks;
  if (packet.dts != no_timestamp) packet.dts += ticks;
}

std::expected<bool, ReadError> Demuxer::seek(int stream, MediaTime position, Direction direction) {
  if (must_reopen_) {
    if (auto opened = start_over(); !opened) return std::unexpected(opened.error());
  }
  broken_reads_ = 0;
  looked_at_.clear();
  if (joined_time_) joined_time_->reset();
  const AVRational time_base =
      stream >= 0 ? context_->streams[stream]->time_base : AVRational{1, AV_TIME_BASE};
  const std::int64_t timestamp = to_timestamp(position + info_.start_time, time_base);
  const int result = av_seek_frame(context_.get(), stream, timestamp,
                                   direction == Direction::Backward ? AVSEEK_FLAG_BACKWARD : 0);
  if (reader_.failure()) {
    note_interruption(true);
    return std::unexpected(*reader_.failure());
  }
  index_read_ = true;
  return result >= 0;
}

std::expected<bool, ReadError> Demuxer::learn_duration() {
  if (info_.duration || !fragmented_ || !info_.seekable || !has_tail(reader_.source())) return false;
  if (auto found = find_fragmented_duration(); !found) return std::unexpected(found.error());
  return info_.duration.has_value();
}

bool Demuxer::seeks_subtitles() const {
  return context_ && contains(context_->iformat->name, "mov");
}

bool Demuxer::indexed(int stream) const {
  if (!context_) return false;
  return avformat_index_get_entries_count(context_->streams[stream]) > 0;
}

std::optional<MediaTime> Demuxer::last_indexed(int stream, MediaTime position) const {
  if (!context_) return std::nullopt;
  AVStream* const indexed = context_->streams[stream];
  const std::int64_t before = to_timestamp(position + info_.start_time, indexed->time_base) - 1;
  const AVIndexEntry* entry =
      avformat_index_get_entry_from_timestamp(indexed, before, AVSEEK_FLAG_BACKWARD | AVSEEK_FLAG_ANY);
  if (entry == nullptr) return std::nullopt;
  auto time = to_media_time(entry->timestamp, indexed->time_base);
  if (time) *time -= info_.start_time;
  return time;
}

MediaTime Demuxer::shown_after_decoding(int stream) const {
  constexpr MediaTime longest = std::chrono::milliseconds(500);  // 16 frames, the most that H.264 allows
  if (!context_ || stream < 0 || !contains(context_->iformat->name, "mov")) return MediaTime{0};
  const AVStream& described = *context_->streams[stream];
  const AVRational rate = described.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0 || described.codecpar->video_delay <= 0) return MediaTime{0};
  const double seconds = described.codecpar->video_delay / av_q2d(rate);
  return std::min(from_seconds(seconds), longest);
}

std::vector<IndexPoint> Demuxer::index_points(int stream) const {
  std::vector<IndexPoint> points;
  if (!context_ || stream < 0 || static_cast<unsigned>(stream) >= context_->nb_streams) return points;
  AVStream* const indexed = context_->streams[stream];
  const int count = avformat_index_get_entries_count(indexed);
  // An entry a frame is more than is needed: key frames, and some in between.
  const int most = static_cast<int>(most_index_points);
  const int step = 1 + count / most;
  const MediaTime delay = shown_after_decoding(stream);
  points.reserve(static_cast<std::size_t>(std::min(count, most)));
  for (int i = 0; i < count && points.size() < most_index_points; ++i) {
    const AVIndexEntry* entry = avformat_index_get_entry(indexed, i);
    if (entry == nullptr) break;
    const bool key = (entry->flags & AVINDEX_KEYFRAME) != 0;
    const auto time = to_media_time(entry->timestamp, indexed->time_base);
    if (time && (key || i % step == 0)) points.push_back({*time + delay, ByteOffset{entry->pos}, key});
  }
  return points;
}

std::expected<void, ReadError> Demuxer::rewind() {
  if (!must_reopen_) {
    broken_reads_ = 0;
    looked_at_.clear();
    if (joined_time_) joined_time_->reset();
    const int result = avformat_seek_file(
        context_.get(), -1, std::numeric_limits<std::int64_t>::min(),
        std::min<std::int64_t>(context_->start_time == no_timestamp ? 0 : context_->start_time, 0),
        std::numeric_limits<std::int64_t>::max(), 0);
    if (reader_.failure()) {
      note_interruption(true);
      return std::unexpected(*reader_.failure());
    }
    if (result >= 0) return {};
  }
  return start_over();
}

Demuxer::PacketTimes Demuxer::times(const AVPacket& packet) const {
  PacketTimes times;
  const auto description = stream(packet.stream_index);
  if (!description) return times;
  const AVRational base = description->time_base;
  const auto rebased = [&](std::int64_t timestamp) {
    auto time = to_media_time(timestamp, base);
    if (time) *time -= info_.start_time;
    return time;
  };
  const auto presented = rebased(packet.pts);
  const auto decoded = rebased(packet.dts);
  times.presented = presented ? presented : decoded;
  times.begin = decoded ? decoded : presented;
  if (times.presented) {
    const auto duration = packet.duration > 0 ? to_media_time(packet.duration, base) : std::nullopt;
    times.end = *times.presented + duration.value_or(MediaTime{0});
  }
  return times;
}

}  // namespace freshet::media
