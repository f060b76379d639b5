// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/view/renames.h"

#include <algorithm>
#include <string_view>

#include "drm/container/sample_entry.h"
#include "drm/index/box_walk.h"

namespace freshet::drm {
namespace {

constexpr std::size_t type_in_header = 4;
// moov / trak / mdia / minf / stbl: what is looked into is never deeper.
constexpr int max_depth = 5;

class Renaming {
 public:
  explicit Renaming(std::int64_t offset) : offset_(offset) {}

  // `begin`: where `content` begins in the box that lies at the offset.
  void look(std::span<const std::byte> content, std::size_t begin, int depth = 1) {
    if (depth > max_depth) return;
    BoxWalk walk(content);
    std::size_t at = begin;
    while (const auto box = walk.next()) {
      const auto inside = begin + box->content_begin;
      if (box->type == "pssh" || box->type == "senc" || box->type == "saiz" || box->type == "saio")
        add(at, "free");
      else if (box->type == "stsd")
        look_at_descriptions(box->content, inside);
      else if (box->type == "trak" || box->type == "mdia" || box->type == "minf" || box->type == "stbl" ||
               box->type == "traf")
        look(box->content, inside, depth + 1);
      at = inside + box->content.size();
    }
  }

  [[nodiscard]] std::vector<Rename> take() {
    std::ranges::sort(renames_, {}, &Rename::at);
    return std::move(renames_);
  }

 private:
  void look_at_descriptions(std::span<const std::byte> content, std::size_t begin) {
    for (const auto& entry : container::parse_sample_descriptions(content)) {
      if (entry.original_format.size() != 4 || entry.sinf_at == 0) continue;
      add(begin + entry.at, entry.original_format);
      add(begin + entry.sinf_at, "free");
    }
  }

  void add(std::size_t box, std::string_view type) {
    Rename rename{.at = offset_ + static_cast<std::int64_t>(box + type_in_header)};
    std::ranges::transform(type, rename.type.begin(), [](char c) { return static_cast<std::byte>(c); });
    renames_.push_back(rename);
  }

  std::int64_t offset_;
  std::vector<Rename> renames_;
};

std::vector<Rename> renames_in(std::string_view type, std::span<const std::byte> whole, std::int64_t offset) {
  BoxWalk outer(whole);
  const auto box = outer.next();
  if (!box || box->type != type) return {};
  Renaming renaming(offset);
  renaming.look(box->content, box->content_begin);
  return renaming.take();
}

}  // namespace

std::vector<Rename> renames_of_movie(std::span<const std::byte> moov, std::int64_t offset) {
  return renames_in("moov", moov, offset);
}

std::vector<Rename> renames_of_fragment(std::span<const std::byte> moof, std::int64_t offset) {
  return renames_in("moof", moof, offset);
}

void apply(std::span<const Rename> renames, std::span<std::byte> bytes, std::int64_t offset) {
  const auto end = offset + std::ssize(bytes);
  constexpr auto length = static_cast<std::int64_t>(std::tuple_size_v<decltype(Rename::type)>);
  auto rename = std::ranges::lower_bound(renames, offset - length + 1, {}, &Rename::at);
  for (; rename != renames.end() && rename->at < end; ++rename) {
    for (std::int64_t i = 0; i < length; ++i) {
      const auto at = rename->at + i - offset;
      if (at >= 0 && at < std::ssize(bytes))
        bytes[static_cast<std::size_t>(at)] = rename->type[static_cast<std::size_t>(i)];
    }
  }
}

}  // namespace freshet::drm
