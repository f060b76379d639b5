// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/ebml.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "drm/container/source_reader.h"

namespace freshet::container {
namespace {

// Segment / Tracks / TrackEntry / ContentEncodings / ContentEncoding / ContentEncryption /
// ContentEncAESSettings
constexpr int max_depth = 8;
// All elements of a call together; a track has some dozens.
constexpr int max_elements = 20'000;
constexpr std::size_t max_tracks = 256;
constexpr std::size_t max_encryptions = 16;  // a track's chain of encodings; one is usual
constexpr std::int64_t max_key_size = 64;
constexpr std::int64_t max_doc_type_size = 32;

namespace id {
constexpr std::uint32_t ebml = 0x1a45dfa3;
constexpr std::uint32_t doc_type = 0x4282;
constexpr std::uint32_t segment = 0x18538067;
constexpr std::uint32_t seek_head = 0x114d9b74;
constexpr std::uint32_t seek = 0x4dbb;
constexpr std::uint32_t seek_id = 0x53ab;
constexpr std::uint32_t seek_position = 0x53ac;
constexpr std::uint32_t info = 0x1549a966;
constexpr std::uint32_t cluster = 0x1f43b675;
constexpr std::uint32_t cues = 0x1c53bb6b;
constexpr std::uint32_t chapters = 0x1043a770;
constexpr std::uint32_t tags = 0x1254c367;
constexpr std::uint32_t attachments = 0x1941a469;
constexpr std::uint32_t tracks = 0x1654ae6b;
constexpr std::uint32_t track_entry = 0xae;
constexpr std::uint32_t track_number = 0xd7;
constexpr std::uint32_t content_encodings = 0x6d80;
constexpr std::uint32_t content_encoding = 0x6240;
constexpr std::uint32_t content_encryption = 0x5035;
constexpr std::uint32_t encryption_algorithm = 0x47e1;
constexpr std::uint32_t encryption_key_id = 0x47e2;
constexpr std::uint32_t aes_settings = 0x47e7;
constexpr std::uint32_t aes_cipher_mode = 0x47e8;
}  // namespace id

bool is_top_level(std::uint32_t element) {
  return element == id::seek_head || element == id::info || element == id::cluster || element == id::cues ||
         element == id::chapters || element == id::tags || element == id::attachments ||
         element == id::tracks;
}

struct Element {
  std::uint32_t id = 0;
  std::int64_t begin = 0;
  std::int64_t content = 0;
  std::int64_t end = 0;
  bool unknown_size = false;  // a live stream: it ends where an element of its own level or above begins
};

enum class Walk : std::uint8_t { On, Stop };

class MatroskaReader {
 public:
  MatroskaReader(ByteSource& source, Generation generation) : reader_(source, generation) {}

  std::expected<std::optional<MatroskaFile>, ReadError> run() {
    const auto head = reader_.read(0, 4);
    if (!head) return std::unexpected(head.error());
    if (!looks_like_ebml(*head)) return std::nullopt;
    walk(0, reader_.end(), 0, [this](const Element& element) { return top_level(element); });
    if (failure_) return std::unexpected(*failure_);
    return std::move(file_);
  }

 private:
  void walk(std::int64_t begin, std::int64_t end, int depth,
            const std::function<Walk(const Element&)>& visit) {
    if (depth > max_depth) return;
    while (begin < end) {
      const auto element = read_header(begin, end);
      if (!element || ++elements_ > max_elements) return;
      if (visit(*element) == Walk::Stop || failure_) return;
      begin = element->end;
    }
  }

  std::optional<Element> read_header(std::int64_t begin, std::int64_t end) {
    const auto bytes = reader_.read(begin, 12);
    if (!bytes) {
      failure_ = bytes.error();
      return std::nullopt;
    }
    BigEndian header{*bytes};
    const std::uint8_t first = header.byte();
    const auto id_length = static_cast<std::size_t>(std::countl_zero(first)) + 1;
    if (!header.ok() || id_length > 4) return std::nullopt;
    std::uint64_t element_id = first;
    for (std::size_t i = 1; i < id_length; ++i) element_id = element_id << 8U | header.byte();

    const std::uint8_t size_first = header.byte();
    const auto size_length = static_cast<std::size_t>(std::countl_zero(size_first)) + 1;
    if (!header.ok() || size_length > 8) return std::nullopt;
    std::uint64_t size = size_first & (0xffU >> size_length);
    for (std::size_t i = 1; i < size_length; ++i) size = size << 8U | header.byte();
    if (!header.ok()) return std::nullopt;

    Element element{.id = static_cast<std::uint32_t>(element_id),
                    .begin = begin,
                    .content = begin + static_cast<std::int64_t>(id_length + size_length),
                    .end = end};
    element.unknown_size = size == (1ULL << (7 * size_length)) - 1;
    if (element.content > end) return std::nullopt;
    // size < 2^56: no overflow. What says it is longer than what encloses it ends with that.
    if (!element.unknown_size && static_cast<std::int64_t>(size) <= end - element.content) {
      element.end = element.content + static_cast<std::int64_t>(size);
    }
    return element;
  }

  std::span<const std::byte> content(const Element& element, std::int64_t limit) {
    const std::int64_t size = element.end - element.content;
    if (size <= 0 || size > limit) return {};
    const auto bytes = reader_.read(element.content, static_cast<std::size_t>(size));
    if (!bytes) {
      failure_ = bytes.error();
      return {};
    }
    return *bytes;
  }

  std::uint64_t number(const Element& element) {
    const auto bytes = content(element, 8);
    return BigEndian{bytes}.number(bytes.size());
  }

  Walk top_level(const Element& element) {
    if (element.id == id::ebml) {
      walk(element.content, element.end, 1, [this](const Element& child) {
        if (child.id == id::doc_type) {
          for (const std::byte byte : content(child, max_doc_type_size)) {
            const auto c = std::to_integer<unsigned char>(byte);
            if (c >= 0x20 && c < 0x7f) file_.doc_type.push_back(static_cast<char>(c));
          }
        }
        return Walk::On;
      });
      return Walk::On;
    }
    if (element.id != id::segment) return Walk::On;  // Void, CRC-32
    segment_begin_ = element.content;
    walk(element.content, element.end, 1, [this](const Element& child) { return in_segment(child); });
    if (!file_.tracks_at && tracks_position_ && !failure_) read_tracks_by_seek_head(element.end);
    return Walk::Stop;
  }

  Walk in_segment(const Element& element) {
    switch (element.id) {
      case id::tracks: read_tracks(element); return Walk::Stop;
      case id::cluster: return Walk::Stop;  // the media begin: Tracks is found by SeekHead or not at all
      case id::seek_head:
        walk(element.content, element.end, 2, [this](const Element& child) {
          if (child.id == id::seek) read_seek(child);
          return Walk::On;
        });
        return Walk::On;
      default: return element.unknown_size ? Walk::Stop : Walk::On;
    }
  }

  void read_seek(const Element& seek) {
    std::uint64_t target = 0;
    std::uint64_t position = 0;
    walk(seek.content, seek.end, 3, [&](const Element& child) {
      if (child.id == id::seek_id) target = number(child);
      if (child.id == id::seek_position) position = number(child);
      return Walk::On;
    });
    if (target == id::tracks && position < (1ULL << 56U))
      tracks_position_ = static_cast<std::int64_t>(position);
  }

  void read_tracks_by_seek_head(std::int64_t segment_end) {
    const auto element = read_header(segment_begin_ + *tracks_position_, segment_end);
    if (element && element->id == id::tracks) read_tracks(*element);
  }

  void read_tracks(const Element& tracks) {
    file_.tracks_at = tracks.begin;
    walk(tracks.content, tracks.end, 2, [&](const Element& child) {
      if (tracks.unknown_size && is_top_level(child.id)) return Walk::Stop;
      if (child.id != id::track_entry || file_.tracks.size() >= max_tracks) return Walk::On;
      file_.tracks.emplace_back();
      walk(child.content, child.end, 3, [this](const Element& field) {
        if (field.id == id::track_number) file_.tracks.back().number = number(field);
        if (field.id == id::content_encodings) {
          walk(field.content, field.end, 4, [this](const Element& encoding) {
            if (encoding.id == id::content_encoding) read_encoding(encoding);
            return Walk::On;
          });
        }
        return Walk::On;
      });
      return Walk::On;
    });
  }

  void read_encoding(const Element& encoding) {
    walk(encoding.content, encoding.end, 5, [this](const Element& child) {
      auto& encryptions = file_.tracks.back().encryptions;
      if (child.id != id::content_encryption || encryptions.size() >= max_encryptions) return Walk::On;
      encryptions.emplace_back();
      walk(child.content, child.end, 6, [this](const Element& field) { return in_encryption(field); });
      return Walk::On;
    });
  }

  Walk in_encryption(const Element& field) {
    MatroskaEncryption& encryption = file_.tracks.back().encryptions.back();
    if (field.id == id::encryption_algorithm) {
      encryption.algorithm = number(field);
    } else if (field.id == id::encryption_key_id) {
      KeyId key;
      for (const std::byte byte : content(field, max_key_size))
        key.bytes.push_back(std::to_integer<std::uint8_t>(byte));
      if (!key.bytes.empty()) encryption.key = std::move(key);
    } else if (field.id == id::aes_settings) {
      walk(field.content, field.end, 7, [&](const Element& child) {
        if (child.id == id::aes_cipher_mode) encryption.cipher_mode = number(child);
        return Walk::On;
      });
    }
    return Walk::On;
  }

  SourceReader reader_;
  MatroskaFile file_;
  std::int64_t segment_begin_ = 0;
  std::optional<std::int64_t> tracks_position_;  // from the beginning of the segment
  int elements_ = 0;
  std::optional<ReadError> failure_;
};

}  // namespace

bool looks_like_ebml(std::span<const std::byte> head) {
  return BigEndian{head}.word() == id::ebml;
}

std::expected<std::optional<MatroskaFile>, ReadError> read_matroska(ByteSource& source,
                                                                    Generation generation) {
  return MatroskaReader{source, generation}.run();
}

}  // namespace freshet::container
