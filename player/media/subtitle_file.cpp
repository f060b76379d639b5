// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/subtitle_file.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "player/media/codec.h"
#include "player/media/media_description.h"
#include "player/media/subtitle_charset.h"
#include "player/media/subtitle_converter.h"
#include "player/media/subtitle_decoder.h"
#include "player/media/vobsub_index.h"
#include "player/media/vobsub_packet.h"
#include "streaming/base/path.h"

namespace freshet::media {
namespace {

// The largest text files (karaoke effects, line by line) have some 10 MiB, bitmaps of a film 30.
constexpr std::size_t file_limit = std::size_t{32} << 20;
constexpr std::size_t events_limit = 200'000;
constexpr std::size_t bitmap_bytes_limit = std::size_t{256} << 20;
constexpr int io_buffer_size = 16 * 1024;
constexpr std::string_view sup_magic = "PG";

// Formats that stand alone in one file. Text only, but for sup.
constexpr const char* allowed_formats =
    "srt,ass,webvtt,microdvd,sami,subviewer,subviewer1,mpl2,mpsub,jacosub,vplayer,pjs,realtext,stl,lrc,"
    "aqtitle,scc,"
    "tedcaptions,sup";

// FFmpeg's input over bytes in memory.
class MemoryInput {
 public:
  explicit MemoryInput(std::string_view bytes) : bytes_(bytes) {
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(io_buffer_size));
    if (buffer == nullptr) throw std::bad_alloc();
    context_ =
        avio_alloc_context(buffer, io_buffer_size, 0, this, &MemoryInput::read, nullptr, &MemoryInput::seek);
    if (context_ == nullptr) {
      av_free(buffer);
      throw std::bad_alloc();
    }
  }
  ~MemoryInput() {
    av_freep(static_cast<void*>(&context_->buffer));
    avio_context_free(&context_);
  }
  MemoryInput(const MemoryInput&) = delete;
  MemoryInput& operator=(const MemoryInput&) = delete;
  [[nodiscard]] AVIOContext* context() const { return context_; }

 private:
  static int read(void* opaque, std::uint8_t* buffer, int size) {
    auto& self = *static_cast<MemoryInput*>(opaque);
    if (self.position_ >= self.bytes_.size() || size <= 0) return AVERROR_EOF;
    const std::size_t count = std::min(self.bytes_.size() - self.position_, static_cast<std::size_t>(size));
    std::memcpy(buffer, self.bytes_.data() + self.position_, count);
    self.position_ += count;
    return static_cast<int>(count);
  }
  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
    auto& self = *static_cast<MemoryInput*>(opaque);
    if ((whence & AVSEEK_SIZE) != 0) return static_cast<std::int64_t>(self.bytes_.size());
    if ((whence & ~AVSEEK_FORCE) == SEEK_CUR) offset += static_cast<std::int64_t>(self.position_);
    if ((whence & ~AVSEEK_FORCE) == SEEK_END) offset += static_cast<std::int64_t>(self.bytes_.size());
    if (offset < 0) return AVERROR(EINVAL);
    self.position_ = static_cast<std::size_t>(offset);
    return offset;
  }

  std::string_view bytes_;
  std::size_t position_ = 0;
  AVIOContext* context_ = nullptr;
};

int refuse_open(AVFormatContext* /*context*/, AVIOContext** /*io*/, const char* /*url*/, int /*flags*/,
                AVDictionary** /*options*/) {
  return AVERROR(EACCES);
}

Error bad_file(const std::string& name, const std::string& why) {
  return {ErrorCategory::Media, "bad-subtitle-file",
          "\"" + name + "\" is not a subtitle file that can be read", why};
}

Error half_a_pair(const std::string& name, const char* this_half, const char* other_half,
                  const char* extension) {
  const std::string other = name.substr(0, name.find_last_of('.')) + extension;
  return {ErrorCategory::Media, "half-a-vobsub",
          "\"" + name + "\" is the " + this_half + " of a VobSub pair, whose " + other_half +
              " are missing: \"" + other + "\" belongs beside it",
          ""};
}

std::string description_of(AVCodecID codec) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
  return descriptor != nullptr && descriptor->long_name != nullptr ? descriptor->long_name : "";
}

// What FFmpeg's decoder of DVD subtitles must know.
std::shared_ptr<const StreamDescription> describe_vobsub(const std::string& header) {
  auto description = std::make_shared<StreamDescription>();
  description->type = AVMEDIA_TYPE_SUBTITLE;
  description->time_base = {1, 1000};
  description->parameters.reset(avcodec_parameters_alloc());
  AVCodecParameters* parameters = description->parameters.get();
  if (parameters == nullptr) throw std::bad_alloc();
  parameters->codec_type = AVMEDIA_TYPE_SUBTITLE;
  parameters->codec_id = AV_CODEC_ID_DVD_SUBTITLE;
  parameters->extradata =
      static_cast<std::uint8_t*>(av_mallocz(header.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (parameters->extradata == nullptr) throw std::bad_alloc();
  std::memcpy(parameters->extradata, header.data(), header.size());
  parameters->extradata_size = static_cast<int>(header.size());
  return description;
}

std::size_t bitmap_bytes(const SubtitleEvent& event) {
  std::size_t bytes = 0;
  for (const SubtitleBitmap& bitmap : event.bitmaps) bytes += bitmap.rgba.size();
  return bytes;
}

}  // namespace

std::expected<std::string, ReadError> read_subtitle_file(ByteSource& source, Generation generation) {
  const Error too_large{ErrorCategory::Media, "subtitle-too-large", "The subtitle file is larger than 32 MiB",
                        ""};
  if (const auto size = source.size(); size && size->value > static_cast<std::int64_t>(file_limit)) {
    return std::unexpected(too_large);
  }
  std::string bytes;
  std::vector<char> block(std::size_t{64} << 10);
  for (;;) {
    const auto got = source.read(ByteOffset{static_cast<std::int64_t>(bytes.size())},
                                 std::as_writable_bytes(std::span(block)), generation);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return bytes;
    bytes.append(block.data(), *got);
    if (bytes.size() > file_limit) return std::unexpected(too_large);
  }
}

Result<SubtitleFile> parse_subtitle_file(std::string_view bytes, const std::string& name, int track_id) {
  const std::string base(last_part(name));
  if (is_vobsub_index(bytes)) return std::unexpected(half_a_pair(base, "index", "pictures", ".sub"));
  if (is_program_stream(bytes)) return std::unexpected(half_a_pair(base, "picture file", "places", ".idx"));
  const std::string text = bytes.starts_with(sup_magic) ? std::string(bytes) : subtitle_to_utf8(bytes);
  const MemoryInput input(text);
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) return std::unexpected(bad_file(name, "Out of memory"));
  raw->pb = input.context();
  raw->io_open = &refuse_open;
  raw->protocol_whitelist = av_strdup("");
  raw->format_whitelist = av_strdup(allowed_formats);
  const int opened = avformat_open_input(&raw, base.c_str(), nullptr, nullptr);
  const FormatContextPointer context(raw);
  if (opened < 0) return std::unexpected(bad_file(base, error_text(opened)));
  if (context->nb_streams == 0) return std::unexpected(bad_file(base, "It is empty"));
  const auto stream = describe_stream(*context, 0, MediaTime{0});
  if (!stream || stream->type != AVMEDIA_TYPE_SUBTITLE)
    return std::unexpected(bad_file(base, "It holds no subtitles"));
  auto codec = open_codec(*stream, 1);
  if (!codec) return std::unexpected(bad_file(base, codec.error().hint));

  SubtitleConverter converter(*stream, **codec, track_id);
  SubtitleFile file;
  file.codec = avcodec_get_name(stream->parameters->codec_id);
  file.codec_description = description_of(stream->parameters->codec_id);
  file.track = converter.track();
  std::size_t pictures = 0;
  for (;;) {
    const PacketPointer packet(av_packet_alloc());
    if (!packet || av_read_frame(context.get(), packet.get()) < 0) break;
    if (packet->stream_index != 0) continue;
    decode_subtitle(**codec, *packet, converter, [&](SubtitleEvent event) {
      pictures += bitmap_bytes(event);
      if (file.events.size() < events_limit && pictures < bitmap_bytes_limit)
        file.events.push_back(std::move(event));
    });
  }
  if (file.events.empty()) return std::unexpected(bad_file(base, "It holds no lines"));
  return file;
}

Result<std::vector<SubtitleFile>> parse_vobsub(std::string_view index,
                                               const std::shared_ptr<ByteSource>& pictures,
                                               const std::string& name) {
  const std::string base(last_part(name));
  if (!pictures) return std::unexpected(half_a_pair(base, "index", "pictures", ".sub"));
  auto parsed = parse_vobsub_index(index, base);
  if (!parsed) return std::unexpected(parsed.error());
  const auto description = describe_vobsub(parsed->header);
  std::vector<SubtitleFile> files;
  for (VobSubLanguage& language : parsed->languages) {
    SubtitleFile file;
    file.codec = avcodec_get_name(AV_CODEC_ID_DVD_SUBTITLE);
    file.codec_description = description_of(AV_CODEC_ID_DVD_SUBTITLE);
    file.track.bitmaps = true;
    file.language = language.language;
    file.vobsub = std::make_shared<VobSubTrack>(
        VobSubTrack{.pictures = pictures, .description = description, .language = std::move(language)});
    files.push_back(std::move(file));
  }
  std::rotate(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(parsed->preferred),
              files.begin() + static_cast<std::ptrdiff_t>(parsed->preferred) + 1);
  return files;
}

}  // namespace freshet::media
