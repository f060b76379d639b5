// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/layout/ebml_element.h"

#include <algorithm>
#include <bit>

#include "drm/container/source_reader.h"

namespace freshet::media::ebml {

std::optional<Element> element_at(std::span<const std::byte> bytes, std::size_t at) {
  if (at >= bytes.size()) return std::nullopt;
  container::BigEndian reader(bytes.subspan(at));
  const std::uint8_t first = reader.byte();
  const auto id_length = static_cast<std::size_t>(std::countl_zero(first)) + 1;
  if (id_length > 4) return std::nullopt;
  std::uint64_t element_id = first;
  for (std::size_t i = 1; i < id_length; ++i) element_id = element_id << 8U | reader.byte();
  const std::uint8_t size_first = reader.byte();
  const auto size_length = static_cast<std::size_t>(std::countl_zero(size_first)) + 1;
  if (!reader.ok() || size_length > 8) return std::nullopt;
  std::uint64_t length = size_first & (0xffU >> size_length);
  for (std::size_t i = 1; i < size_length; ++i) length = length << 8U | reader.byte();
  if (!reader.ok()) return std::nullopt;
  if (length == (1ULL << (7 * size_length)) - 1) length = unknown_length;
  return Element{static_cast<std::uint32_t>(element_id), at + id_length + size_length, length};
}

std::span<const std::byte> content_of(std::span<const std::byte> bytes, const Element& element) {
  const auto rest = bytes.subspan(std::min(element.content, bytes.size()));
  return rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), element.length)));
}

std::uint64_t number_in(std::span<const std::byte> content) {
  return content.size() > 8 ? 0 : container::BigEndian{content}.number(content.size());
}

void each_element(
    std::span<const std::byte> bytes, int most,
    const std::function<bool(const Element&, std::span<const std::byte>, std::size_t at)>& visit) {
  std::size_t at = 0;
  for (int count = 0; count < most; ++count) {
    const auto element = element_at(bytes, at);
    if (!element || !visit(*element, content_of(bytes, *element), at)) return;
    if (element->length > bytes.size() - element->content) return;
    at = element->content + static_cast<std::size_t>(element->length);
  }
}

}  // namespace freshet::media::ebml
