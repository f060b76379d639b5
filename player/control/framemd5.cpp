// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/framemd5.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace freshet::control {
namespace {

// The lines ffmpeg writes before those of the stream; only the name of the software differs.
constexpr std::string_view file_header =
    "#format: frame checksums\n"
    "#version: 2\n"
    "#hash: MD5\n"
    "#software: freshet\n";
constexpr std::string_view column_names = "#stream#, dts,        pts, duration,     size, hash\n";

std::unexpected<Error> write_failed(const std::filesystem::path& path, int error_number) {
  return fail(ErrorCategory::Storage, "write-failed",
              fmt::format("cannot write {}: {}", path.string(), std::strerror(error_number)),
              "check the path, its permissions and the free space");
}

}  // namespace

Result<FrameMd5File> FrameMd5File::create(const std::filesystem::path& path) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return write_failed(path, errno);
  return FrameMd5File(file, path);
}

void FrameMd5File::set_header(const std::string& header) {
  if (header == header_) return;
  header_ = header;
  std::fwrite(file_header.data(), 1, file_header.size(), file_.get());
  std::fwrite(header.data(), 1, header.size(), file_.get());
  std::fwrite(column_names.data(), 1, column_names.size(), file_.get());
}

void FrameMd5File::add_row(std::int64_t pts, std::int64_t duration, std::uint64_t size,
                           const std::array<std::uint8_t, 16>& md5) {
  // Decoded frames have no dts of their own; ffmpeg gives them their pts.
  const std::string row =
      fmt::format("0, {:>10}, {:>10}, {:>8}, {:>8}, {:02x}\n", pts, pts, duration, size, fmt::join(md5, ""));
  std::fwrite(row.data(), 1, row.size(), file_.get());
}

Result<void> FrameMd5File::finish() {
  errno = 0;
  if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0) {
    return write_failed(path_, errno != 0 ? errno : EIO);
  }
  return {};
}

void FrameMd5Video::add(const media::VideoFrame& frame) {
  if (!frame.digest) return;
  const media::FrameDigest& digest = *frame.digest;
  media::Rational base = digest.time_base;
  std::int64_t pts = digest.pts;
  std::int64_t duration = digest.duration;
  if (base.numerator <= 0 || base.denominator <= 0) {
    // No time base known: the player's own positions, in microseconds.
    base = {1, 1'000'000};
    pts = frame.pts.count() / 1000;
    duration = frame.duration.count() / 1000;
  }
  // ffmpeg writes an unknown aspect as 0/1.
  file_.set_header(fmt::format(
      "#tb 0: {}/{}\n#media_type 0: video\n#codec_id 0: rawvideo\n#dimensions 0: {}x{}\n#sar 0: {}/{}\n",
      base.numerator, base.denominator, frame.width, frame.height, frame.sample_aspect.numerator,
      frame.sample_aspect.denominator));
  file_.add_row(pts, duration, digest.size, digest.md5);
}

void FrameMd5Audio::add(const media::AudioDigest& digest) {
  file_.set_header(
      fmt::format("#tb 0: 1/{}\n#media_type 0: audio\n#codec_id 0: pcm_s16le\n#sample_rate 0: "
                  "{}\n#channel_layout_name 0: {}\n",
                  digest.sample_rate, digest.sample_rate, digest.channel_layout));
  file_.add_row(digest.pts, digest.duration, digest.size, digest.md5);
}

}  // namespace freshet::control
