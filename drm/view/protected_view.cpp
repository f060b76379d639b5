// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/view/protected_view.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "drm/container/box_header.h"

namespace freshet::drm {
namespace {

// A film of a day with a sample table entry a frame has some 60 MiB; a fragment of a minute below one.
constexpr std::int64_t largest_movie = std::int64_t{128} << 20;
constexpr std::int64_t largest_fragment = std::int64_t{16} << 20;
// A fragment a second for a week has three boxes each.
constexpr std::size_t most_boxes = 2'000'000;

// What stands between media at the top level, and what a demuxer may go to.
constexpr std::array<std::string_view, 17> top_level = {"ftyp", "styp", "moov", "moof", "mdat", "free",
                                                        "skip", "wide", "sidx", "ssix", "emsg", "prft",
                                                        "mfra", "meta", "uuid", "pdin", "udta"};

Error bad_protection(IndexStatus status) {
  return {ErrorCategory::Media, "bad-protection",
          "What the file says of its protection cannot be understood (" + std::string(name_of(status)) + ")",
          "Ask whoever published it for another copy"};
}

}  // namespace

std::expected<std::size_t, ReadError> ProtectedView::read(ByteOffset offset, std::span<std::byte> buffer,
                                                          Generation generation) {
  const auto got = source_->read(offset, buffer, generation);
  if (!got || *got == 0) return got;
  const auto begin = offset.value, end = begin + static_cast<std::int64_t>(*got);
  if (auto looked = look(begin, end, generation); !looked) return std::unexpected(looked.error());
  const std::lock_guard lock(mutex_);
  for (auto box = renames_.upper_bound(begin); box != renames_.end() && !box->second.empty(); ++box) {
    if (box->second.front().at >= end) break;
    apply(box->second, buffer.first(*got), begin);
  }
  return got;
}

std::optional<std::int64_t> ProtectedView::end_of_box(std::int64_t offset) const {
  const std::lock_guard lock(mutex_);
  const auto after = boxes_.upper_bound(offset);
  if (after == boxes_.begin()) return std::nullopt;
  const auto end = std::prev(after)->second;
  return offset < end ? std::optional(end) : std::nullopt;
}

ProtectedView::Looked ProtectedView::look(std::int64_t begin, std::int64_t end, Generation generation) {
  auto at = begin;
  while (at < end) {
    if (const auto known = end_of_box(at)) {
      at = *known;
      continue;
    }
    bool follows = at == 0;
    {
      const std::lock_guard lock(mutex_);
      const auto next = boxes_.lower_bound(at);
      follows = follows || (next != boxes_.begin() && std::prev(next)->second == at);
    }
    const auto found = look_at_box(at, !follows, generation);
    if (!found) return std::unexpected(found.error());
    if (!*found) return {};  // inside a box whose beginning nobody has read
  }
  return {};
}

std::expected<bool, ReadError> ProtectedView::look_at_box(std::int64_t at, bool is_guess,
                                                          Generation generation) {
  const auto head = bytes_at(at, container::longest_box_header, generation);
  if (!head) return std::unexpected(head.error());
  const auto size = source_->size();
  const auto left = (size ? size->value : std::numeric_limits<std::int64_t>::max() / 2) - at;
  const auto box = container::read_box_header(*head, left);
  if (!box) return false;
  if (is_guess && (std::ranges::find(top_level, box->type) == top_level.end() || box->size > left))
    return false;
  const bool is_movie = box->type == "moov", is_fragment = box->type == "moof";
  const auto whole = std::min(box->size, left);
  if (is_movie || is_fragment) {
    if (whole > (is_movie ? largest_movie : largest_fragment))
      return std::unexpected(bad_protection(IndexStatus::TooMuch));
    if (auto looked = look_into(at, whole, is_movie, generation); !looked)
      return std::unexpected(looked.error());
  }
  const std::lock_guard lock(mutex_);
  if (boxes_.size() >= most_boxes) return std::unexpected(bad_protection(IndexStatus::TooMuch));
  boxes_.emplace(at, at + whole);
  return true;
}

ProtectedView::Looked ProtectedView::look_into(std::int64_t at, std::int64_t size, bool is_movie,
                                               Generation generation) {
  {
    const std::lock_guard lock(mutex_);
    if (is_movie && has_movie_) return {};  // a second one means nothing
  }
  const auto bytes = bytes_at(at, static_cast<std::size_t>(size), generation);
  if (!bytes) return std::unexpected(bytes.error());
  std::optional<ReadError> failure;  // of what lies among the media
  const ReadBytes read = [&](std::int64_t offset, std::size_t length) -> std::vector<std::byte> {
    auto fetched = bytes_at(offset, length, generation);
    if (fetched) return std::move(*fetched);
    failure = fetched.error();
    return {};
  };
  auto part =
      is_movie ? ProtectionIndex::read_movie(*bytes, at, read) : index_.read_fragment(*bytes, at, read);
  if (failure) return std::unexpected(*failure);
  auto renames = is_movie ? renames_of_movie(*bytes, at) : renames_of_fragment(*bytes, at);
  const std::lock_guard lock(mutex_);
  const auto status = part ? index_.add(std::move(*part)) : part.error();
  if (is_movie && status != IndexStatus::Done) return std::unexpected(bad_protection(status));
  has_movie_ = has_movie_ || is_movie;
  if (status != IndexStatus::Done) damaged_.emplace(at, status);
  if (!renames.empty()) renames_.emplace(at + size, std::move(renames));
  return {};
}

std::expected<std::vector<std::byte>, ReadError> ProtectedView::bytes_at(std::int64_t offset,
                                                                         std::size_t length,
                                                                         Generation generation) {
  std::vector<std::byte> bytes(length);
  std::size_t filled = 0;
  while (filled < length) {
    const auto got = source_->read(ByteOffset{offset + static_cast<std::int64_t>(filled)},
                                   std::span(bytes).subspan(filled), generation);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    filled += *got;
  }
  bytes.resize(filled);
  return bytes;
}

std::expected<ProtectionIndex::Sample, IndexStatus> ProtectedView::find(std::int64_t offset) const {
  const std::lock_guard lock(mutex_);
  if (const auto sample = index_.find(offset)) return *sample;
  const auto after = damaged_.upper_bound(offset);
  return std::unexpected(after == damaged_.begin() ? IndexStatus::BadBox : std::prev(after)->second);
}

}  // namespace freshet::drm
