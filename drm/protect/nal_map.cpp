// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/nal_map.h"

#include <algorithm>

#include "drm/container/source_reader.h"

namespace freshet::drm {
namespace {

using container::BigEndian;
using Bytes8 = std::span<const std::uint8_t>;

Bytes8 as_numbers(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

struct Avc {
  AvcSlices slices;
  static constexpr std::size_t header = 1;
  static bool is_slice(Bytes8 nal) {
    const unsigned type = nal[0] & 31U;
    return (type >= 1 && type <= 5) || type == 20 || type == 21;
  }
};
struct Hevc {
  HevcSlices slices;
  static constexpr std::size_t header = 2;
  static bool is_slice(Bytes8 nal) { return (nal[0] >> 1U & 63U) < 32; }
};

template <class Codec>
class NalMap final : public SampleMap {
 public:
  NalMap(Codec codec, std::size_t length_size, BlockAlignment alignment)
      : codec_(std::move(codec)), length_size_(length_size), alignment_(alignment) {}

  Result<std::vector<Subsample>> map(Bytes8 sample) override {
    SubsampleList list(alignment_);
    while (!sample.empty()) {
      BigEndian reader(std::as_bytes(sample));
      const std::size_t size = reader.number(length_size_);
      if (!reader.ok() || size > reader.left())
        return fail(ErrorCategory::Media, "bad-sample", "A picture of the film is cut",
                    "Make the file anew: ffmpeg -i IN -c copy OUT.mkv");
      const auto nal = sample.subspan(length_size_, size);
      sample = sample.subspan(length_size_ + size);
      list.add_clear(length_size_);
      if (size < Codec::header || !Codec::is_slice(nal)) {
        if (size >= Codec::header) codec_.slices.learn(nal);
        list.add_clear(size);
        continue;
      }
      const auto clear = std::min(size, codec_.slices.header_size(nal).value_or(clear_when_unknown));
      list.add_clear(clear);
      list.add_protected(size - clear);
    }
    return list.take();
  }

 private:
  Codec codec_;
  std::size_t length_size_;
  BlockAlignment alignment_;
};

}  // namespace

// 14496-15, 5.3.3.1
std::unique_ptr<SampleMap> make_avc_map(std::span<const std::byte> record, BlockAlignment alignment) {
  BigEndian reader(record);
  reader.skip(4);
  const std::size_t length_size = (reader.byte() & 3U) + 1;
  Avc codec;
  for (const unsigned mask : {31U, 255U}) {
    const unsigned count = reader.byte() & mask;
    for (unsigned i = 0; i < count && reader.ok(); ++i)
      codec.slices.learn(as_numbers(reader.take(reader.number(2))));
  }
  if (!reader.ok()) return nullptr;
  return std::make_unique<NalMap<Avc>>(std::move(codec), length_size, alignment);
}

// 14496-15, 8.3.3.1
std::unique_ptr<SampleMap> make_hevc_map(std::span<const std::byte> record, BlockAlignment alignment) {
  BigEndian reader(record);
  reader.skip(21);
  const std::size_t length_size = (reader.byte() & 3U) + 1;
  const unsigned arrays = reader.byte();
  Hevc codec;
  for (unsigned i = 0; i < arrays && reader.ok(); ++i) {
    reader.skip(1);
    const auto count = reader.number(2);
    for (std::uint64_t j = 0; j < count && reader.ok(); ++j)
      codec.slices.learn(as_numbers(reader.take(reader.number(2))));
  }
  if (!reader.ok()) return nullptr;
  return std::make_unique<NalMap<Hevc>>(std::move(codec), length_size, alignment);
}

}  // namespace freshet::drm
