// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/vobsub_packet.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace freshet::media {
namespace {

// A unit has at most 64 KiB (its size has 16 bits), in packs of 2 KiB; pieces of other streams may lie
// between.
constexpr std::int64_t search_limit = 512 * 1024;
constexpr unsigned char first_stream = 0x20;
// Codes of ISO 13818-1: a pack's header, the private stream that DVDs keep sub-pictures in, the end.
constexpr std::uint8_t pack_code = 0xBA;
constexpr std::uint8_t private_code = 0xBD;
constexpr std::uint8_t end_code = 0xB9;

constexpr std::string_view pack_start{"\0\0\1\xBA", 4};

std::unexpected<ReadError> no_picture(const char* why) {
  return std::unexpected(ReadError(Error{ErrorCategory::Media, "bad-subtitle-picture",
                                         std::string("A subtitle picture is missing: ") + why, ""}));
}

// Bytes of the source in order, read in blocks.
class Bytes {
 public:
  Bytes(ByteSource& source, ByteOffset at, Generation generation)
      : source_(source), at_(at.value), end_(at.value + search_limit), generation_(generation) {}

  // Nothing: the file or the search is at its end.
  [[nodiscard]] std::expected<std::optional<std::string_view>, ReadError> take(std::size_t count) {
    while (have_.size() - used_ < count) {
      if (at_ >= end_) return std::nullopt;
      have_.erase(0, used_);
      used_ = 0;
      std::array<std::byte, 4096> block;
      const auto got = source_.read(ByteOffset{at_}, block, generation_);
      if (!got) return std::unexpected(got.error());
      if (*got == 0) return std::nullopt;
      at_ += static_cast<std::int64_t>(*got);
      have_.append(static_cast<const char*>(static_cast<const void*>(block.data())), *got);
    }
    const std::string_view taken = std::string_view(have_).substr(used_, count);
    used_ += count;
    return taken;
  }

 private:
  ByteSource& source_;
  std::int64_t at_;
  std::int64_t end_;
  Generation generation_;
  std::string have_;
  std::size_t used_ = 0;
};

std::uint8_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::size_t number16(std::string_view bytes, std::size_t at) {
  return static_cast<std::size_t>(byte(bytes, at) << 8 | byte(bytes, at + 1));
}

// What a private packet carries for sub-stream `stream`; empty when it is another's or broken.
std::string_view payload_of(std::string_view packet, int stream) {
  std::size_t header = 0;
  if (packet.size() >= 3 && (byte(packet, 0) & 0xC0) == 0x80) {
    header = 3 + std::size_t{byte(packet, 2)};
  } else {
    // MPEG-1: stuffing, a buffer's size, time stamps.
    while (header < packet.size() && header < 16 && byte(packet, header) == 0xFF) ++header;
    if (header < packet.size() && (byte(packet, header) & 0xC0) == 0x40) header += 2;
    if (header < packet.size()) {
      const int stamps = byte(packet, header) >> 4;
      header += stamps == 2 ? 5 : stamps == 3 ? 10 : 1;
    }
  }
  if (header >= packet.size() || byte(packet, header) != first_stream + stream) return {};
  return packet.substr(header + 1);
}

}  // namespace

bool is_program_stream(std::string_view bytes) {
  return bytes.starts_with(pack_start);
}

std::expected<std::string, ReadError> read_vobsub_packet(ByteSource& source, ByteOffset at, int stream,
                                                         Generation generation) {
  Bytes bytes(source, at, generation);
  std::string unit;
  for (;;) {
    const auto start = bytes.take(4);
    if (!start) return std::unexpected(start.error());
    if (!*start) return no_picture("its file ends too early");
    if (!(*start)->starts_with(pack_start.substr(0, 3)))
      return no_picture("something else lies in its place");
    const std::uint8_t code = byte(**start, 3);
    if (code == end_code) return no_picture("its file ends too early");
    std::size_t length = 0;
    if (code == pack_code) {
      const auto head = bytes.take(8);
      if (!head) return std::unexpected(head.error());
      if (!*head) continue;  // the next take says so
      if ((byte(**head, 0) & 0xC0) == 0x40) {
        const auto rest = bytes.take(2);
        if (!rest) return std::unexpected(rest.error());
        if (*rest) length = byte(**rest, 1) & 7U;  // stuffing
      }
    } else {
      const auto size = bytes.take(2);
      if (!size) return std::unexpected(size.error());
      if (*size) length = number16(**size, 0);
    }
    const auto packet = bytes.take(length);
    if (!packet) return std::unexpected(packet.error());
    if (!*packet || code != private_code) continue;
    unit += payload_of(**packet, stream);
    if (unit.size() < 2) continue;
    const std::size_t whole = number16(unit, 0);
    if (whole < 4) return no_picture("it is empty");
    if (unit.size() >= whole) {
      unit.resize(whole);
      return unit;
    }
  }
}

}  // namespace freshet::media
