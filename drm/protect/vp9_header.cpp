// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/vp9_header.h"

#include <algorithm>

#include "drm/protect/bit_reader.h"

namespace freshet::drm {
namespace {

constexpr std::uint32_t sync_code = 0x498342;

// 6.2.2
void skip_colors(BitReader& bits, unsigned profile) {
  if (profile >= 2) bits.skip(1);
  constexpr std::uint32_t rgb = 7;
  const bool is_rgb = bits.bits(3) == rgb;
  if (!is_rgb) bits.skip(1);
  if (profile == 1 || profile == 3) bits.skip(is_rgb ? 1 : 3);
}

// 6.2.8 to 6.2.11
void skip_filters(BitReader& bits) {
  bits.skip(9);
  if (bits.flag() && bits.flag()) {
    for (int i = 0; i < 6; ++i)
      if (bits.flag()) bits.skip(7);
  }
  bits.skip(8);
  for (int i = 0; i < 3; ++i)
    if (bits.flag()) bits.skip(5);
  if (!bits.flag()) return;
  if (bits.flag()) {
    for (int i = 0; i < 7; ++i)
      if (bits.flag()) bits.skip(8);
    if (bits.flag()) {
      for (int i = 0; i < 3; ++i)
        if (bits.flag()) bits.skip(8);
    }
  }
  if (bits.flag()) {
    constexpr unsigned widths[] = {9, 7, 2, 0};  // with their signs
    bits.skip(1);
    for (int segment = 0; segment < 8; ++segment) {
      for (const auto width : widths)
        if (bits.flag()) bits.skip(width);
    }
  }
}

// 6.2.14
void skip_tiles(BitReader& bits, std::uint32_t width) {
  const auto blocks = (width + 63) / 64;
  unsigned least = 0, most = 1;
  while ((64U << least) < blocks) ++least;
  while ((blocks >> most) >= 4) ++most;
  --most;
  for (unsigned i = least; i < most && bits.flag(); ++i) {
  }
  if (bits.flag()) bits.skip(1);
}

}  // namespace

bool Vp9Headers::read_size(BitReader& bits) {
  width_ = bits.bits(16) + 1;
  bits.skip(16);
  if (bits.flag()) bits.skip(32);
  return bits.ok();
}

// What is there of a frame that refers to others, behind refresh_frame_flags.
bool Vp9Headers::read_inter(BitReader& bits) {
  std::array<std::uint32_t, 3> references{};
  for (auto& reference : references) {
    reference = bits.bits(3);
    bits.skip(1);
  }
  bool found = false;
  for (std::size_t i = 0; i < references.size() && !found; ++i) {
    found = bits.flag();
    if (found) width_ = widths_[references[i]];
  }
  if (!found) {
    width_ = bits.bits(16) + 1;
    bits.skip(16);
  }
  if (bits.flag()) bits.skip(32);
  bits.skip(1);
  if (!bits.flag()) bits.skip(2);
  return bits.ok() && width_ > 0;
}

// 6.2
std::optional<std::size_t> Vp9Headers::header_size(std::span<const std::uint8_t> frame) {
  BitReader bits(frame, Emulation::None);
  if (bits.bits(2) != 2) return std::nullopt;
  const unsigned low = bits.bits(1), profile = bits.bits(1) * 2 + low;
  if (profile == 3) bits.skip(1);
  if (bits.flag()) {
    bits.skip(3);  // shows a frame that was decoded before
    return bits.ok() ? std::optional(bits.bytes_begun()) : std::nullopt;
  }
  const bool is_key = !bits.flag(), is_shown = bits.flag(), is_resilient = bits.flag();
  std::uint32_t refresh = 0xff;
  if (is_key) {
    if (bits.bits(24) != sync_code) return std::nullopt;
    skip_colors(bits, profile);
    if (!read_size(bits)) return std::nullopt;
  } else {
    const bool is_intra = !is_shown && bits.flag();
    if (!is_resilient) bits.skip(2);
    if (is_intra) {
      if (bits.bits(24) != sync_code) return std::nullopt;
      if (profile > 0) skip_colors(bits, profile);
      refresh = bits.bits(8);
      if (!read_size(bits)) return std::nullopt;
    } else {
      refresh = bits.bits(8);
      if (!read_inter(bits)) return std::nullopt;
    }
  }
  if (!is_resilient) bits.skip(2);
  bits.skip(2);
  skip_filters(bits);
  skip_tiles(bits, width_);
  bits.skip(16);
  if (!bits.ok()) return std::nullopt;
  for (unsigned i = 0; i < widths_.size(); ++i)
    if ((refresh >> i & 1U) != 0) widths_[i] = width_;
  return bits.bytes_begun();
}

std::vector<std::size_t> vp9_frames(std::span<const std::uint8_t> packet) {
  if (packet.empty()) return {};
  const unsigned last = packet.back();
  const std::size_t frames = (last & 7U) + 1, width = (last >> 3U & 3U) + 1, index = 2 + frames * width;
  if ((last & 0xe0U) != 0xc0 || packet.size() < index || packet[packet.size() - index] != last)
    return {packet.size()};
  std::vector<std::size_t> sizes;
  auto at = packet.subspan(packet.size() - index + 1);
  std::size_t left = packet.size() - index;
  for (std::size_t i = 0; i < frames; ++i) {
    std::size_t size = 0;
    for (std::size_t j = width; j-- > 0;) size = size << 8U | at[j];
    at = at.subspan(width);
    size = std::min(size, left);
    left -= size;
    sizes.push_back(size);
  }
  return sizes;
}

}  // namespace freshet::drm
