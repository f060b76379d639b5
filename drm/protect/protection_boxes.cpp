// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/protection_boxes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "drm/container/sample_entry.h"
#include "drm/index/box_walk.h"

namespace freshet::drm {
namespace {

// 1077efec-c0b2-4d02-ace3-3c1e52e2fb4b
constexpr std::array<std::uint8_t, 16> common_system = {0x10, 0x77, 0xef, 0xec, 0xc0, 0xb2, 0x4d, 0x02,
                                                        0xac, 0xe3, 0x3c, 0x1e, 0x52, 0xe2, 0xfb, 0x4b};

std::string_view name_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::Cenc: return "cenc";
    case Scheme::Cens: return "cens";
    case Scheme::Cbc1: return "cbc1";
    case Scheme::Cbcs: return "cbcs";
  }
  std::unreachable();
}

void put(BoxWriter& out, std::span<const std::uint8_t> bytes) {
  out.bytes(std::as_bytes(bytes));
}

// What tenc and seig have alike.
void write_defaults(BoxWriter& out, const SampleDefaults& defaults) {
  out.byte(0);
  out.byte(static_cast<std::uint8_t>(defaults.pattern.crypt << 4U | defaults.pattern.skip));
  out.byte(defaults.is_protected ? 1 : 0);
  out.byte(defaults.iv_size);
  put(out, defaults.key);
  if (defaults.is_protected && defaults.iv_size == 0) {
    out.byte(static_cast<std::uint8_t>(defaults.constant_iv.size()));
    put(out, defaults.constant_iv);
  }
}

std::size_t auxiliary_size(const SampleAuxiliary& sample, std::uint8_t iv_size, bool has_maps) {
  return iv_size + (has_maps ? 2 + 6 * sample.map.size() : 0);
}

}  // namespace

void write_scheme(BoxWriter& out, std::string_view format, const SampleDefaults& defaults) {
  out.box("sinf", [&] {
    out.box("frma", [&] { out.text(format); });
    out.full_box("schm", 0, 0, [&] {
      out.text(name_of(defaults.scheme));
      out.word(0x10000);
    });
    out.box("schi", [&] {
      out.full_box("tenc", defaults.pattern == Pattern{} ? 0 : 1, 0, [&] { write_defaults(out, defaults); });
    });
  });
}

std::string_view protected_entry(TrackKind kind) {
  switch (kind) {
    case TrackKind::Video: return "encv";
    case TrackKind::Audio: return "enca";
    case TrackKind::Text: return "enct";
  }
  std::unreachable();
}

void write_group_descriptions(BoxWriter& out, std::span<const SampleDefaults> groups) {
  out.full_box("sgpd", 1, 0, [&] {
    out.text("seig");
    // All of a file are alike: constant IVs or none.
    const bool is_constant = !groups.empty() && groups.front().iv_size == 0;
    out.word(is_constant ? 37 : 20);
    out.word(static_cast<std::uint32_t>(groups.size()));
    for (const auto& group : groups) write_defaults(out, group);
  });
}

void write_groups(BoxWriter& out, std::span<const GroupSpan> runs) {
  out.full_box("sbgp", 0, 0, [&] {
    out.text("seig");
    out.word(static_cast<std::uint32_t>(runs.size()));
    for (const auto& run : runs) {
      out.word(run.samples);
      out.word(run.group);
    }
  });
}

AuxiliaryPlace write_auxiliary(BoxWriter& out, std::span<const SampleAuxiliary> samples,
                               const std::vector<bool>& is_protected, std::uint8_t iv_size, bool has_maps) {
  std::vector<std::uint8_t> sizes;
  for (std::size_t i = 0; i < samples.size(); ++i)
    sizes.push_back(is_protected[i] ? static_cast<std::uint8_t>(auxiliary_size(samples[i], iv_size, has_maps))
                                    : 0);
  AuxiliaryPlace place;
  const bool has_any = std::ranges::any_of(sizes, [](auto size) { return size != 0; });
  // A sample of the clear lead has no count of subsamples either, which senc cannot say: what it has is in
  // saiz and saio alone then, and in a box that nobody looks into.
  const bool all_protected = std::ranges::all_of(is_protected, std::identity{});
  if (has_any) {
    const bool are_alike = std::ranges::all_of(sizes, [&](auto size) { return size == sizes.front(); });
    out.full_box("saiz", 0, 0, [&] {
      out.byte(are_alike ? sizes.front() : 0);
      out.word(static_cast<std::uint32_t>(sizes.size()));
      if (!are_alike) put(out, sizes);
    });
    out.full_box("saio", 0, 0, [&] {
      out.word(1);
      place.offset_at = out.size();
      out.word(0);
    });
  }
  const auto write_samples = [&] {
    place.data_at = out.size();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (!is_protected[i]) continue;
      put(out, std::span(samples[i].iv).first(iv_size));
      if (!has_maps) continue;
      out.half(static_cast<std::uint16_t>(samples[i].map.size()));
      for (const auto& subsample : samples[i].map) {
        out.half(static_cast<std::uint16_t>(subsample.clear));
        out.word(subsample.protected_bytes);
      }
    }
  };
  if (all_protected) {
    out.full_box("senc", 0, has_maps ? 2 : 0, [&] {
      out.word(static_cast<std::uint32_t>(samples.size()));
      write_samples();
    });
  } else if (has_any) {
    out.box("free", write_samples);
  }
  return place;
}

void write_common_system(BoxWriter& out, std::span<const KeyId16> keys) {
  out.full_box("pssh", 1, 0, [&] {
    put(out, common_system);
    out.word(static_cast<std::uint32_t>(keys.size()));
    for (const auto& key : keys) put(out, key);
    out.word(0);
  });
}

bool are_system_headers(std::span<const std::byte> bytes) {
  BoxWalk walk(bytes);
  bool has_any = false;
  while (const auto box = walk.next()) {
    if (box->type != "pssh" || !container::parse_system_header(box->content)) return false;
    has_any = true;
  }
  return walk.ok() && has_any;
}

}  // namespace freshet::drm
