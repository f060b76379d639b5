// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/pipeline.h"

#include <utility>

#include "player/media/media_pipeline.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace freshet::media {
namespace {

std::string version(const char* name, unsigned number) {
  return std::string(name) + ' ' + std::to_string(number >> 16U) + '.' +
         std::to_string((number >> 8U) & 0xFFU) + '.' + std::to_string(number & 0xFFU);
}

}  // namespace

std::unique_ptr<Pipeline> Pipeline::open(std::shared_ptr<ByteSource> source, std::string name,
                                         const PipelineOptions& options, PipelineListener& listener,
                                         AudioSink* audio, SubtitleSink& subtitles,
                                         AudioDigestSink* audio_digests) {
  return std::make_unique<MediaPipeline>(std::move(source), std::move(name), options, listener, audio,
                                         subtitles, audio_digests);
}

Result<MediaInfo> probe(std::shared_ptr<ByteSource> source, const std::string& name,
                        std::unique_ptr<PacketUnlocker> unlocker) {
  AvioReader reader(std::move(source), {});
  reader.begin(Generation{});
  auto demuxer = Demuxer::open(reader, name, [] { return false; }, std::move(unlocker));
  if (demuxer) return (*demuxer)->info();
  if (const auto* error = std::get_if<Error>(&demuxer.error())) return std::unexpected(*error);
  return fail(ErrorCategory::Source, "cancelled", "Reading was stopped");
}

void set_library_messages(LibraryMessages messages) {
  switch (messages) {
    case LibraryMessages::Silent: av_log_set_level(AV_LOG_QUIET); break;
    case LibraryMessages::Errors: av_log_set_level(AV_LOG_ERROR); break;
    case LibraryMessages::Everything: av_log_set_level(AV_LOG_VERBOSE); break;
  }
}

std::vector<std::string> library_versions() {
  return {version("libavformat", avformat_version()), version("libavcodec", avcodec_version()),
          version("libavutil", avutil_version()),     version("libavfilter", avfilter_version()),
          version("libswscale", swscale_version()),   version("libswresample", swresample_version())};
}

}  // namespace freshet::media
