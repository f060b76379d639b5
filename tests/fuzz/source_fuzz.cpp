// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// parse_source() on any text: it answers in bounded time, and what it accepts keeps its promises.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "streaming/source.h"

namespace {

using namespace freshet;
using namespace freshet::streaming;

// A disk on which everything exists, or nothing; what a file begins with comes from the input as well.
class FuzzDisk final : public FileProbe {
 public:
  FuzzDisk(Kind kind, std::string_view head) : kind_(kind), head_(head) {}
  [[nodiscard]] Kind kind(const std::filesystem::path&) const override { return kind_; }
  [[nodiscard]] std::string head(const std::filesystem::path&, Bytes limit) const override {
    return std::string{head_.substr(0, static_cast<std::size_t>(limit.value))};
  }
  [[nodiscard]] std::vector<std::string> names(const std::filesystem::path&) const override {
    return {std::string{head_.substr(0, 300)}, "film.mkv"};
  }

 private:
  Kind kind_;
  std::string_view head_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
  const auto source = parse_source(text, FuzzDisk{static_cast<FileProbe::Kind>(data[0] % 4), text});
  if (!source) {
    require(!source.error().code.empty() && !source.error().message.empty());
  } else if (const auto* magnet = std::get_if<MagnetSource>(&*source)) {
    require(magnet->select_only.size() <= 100'000);
    const auto again = parse_source(magnet->uri, FuzzDisk{FileProbe::Kind::Missing, {}});
    require(again && std::get<MagnetSource>(*again).select_only == magnet->select_only);
  } else if (const auto* url = std::get_if<MediaUrlSource>(&*source)) {
    for (const char c : url->url.substr(url->url.find("//"))) require(c != ' ');
  }
  return 0;
}
