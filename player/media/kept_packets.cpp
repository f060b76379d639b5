// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/kept_packets.h"

#include <algorithm>
#include <new>

namespace freshet::media {
namespace {

// AVPacket, the buffer's reference, the entry.
constexpr std::int64_t packet_overhead = 256;

PacketPointer reference(const AVPacket& packet) {
  PacketPointer clone(av_packet_clone(&packet));
  if (!clone) throw std::bad_alloc();
  return clone;
}

}  // namespace

void KeptPackets::drop_oldest() {
  const Kept& oldest = kept_.front();
  bytes_ -= oldest.packet->size + packet_overhead;
  if (oldest.times.end)
    missing_until_ = std::max(missing_until_.value_or(*oldest.times.end), *oldest.times.end);
  kept_.pop_front();
}

void KeptPackets::add(const AVPacket& packet, const Demuxer::PacketTimes& times) {
  kept_.push_back({reference(packet), times});
  bytes_ += packet.size + packet_overhead;
  while (bytes_ > bytes_limit_) drop_oldest();
}

void KeptPackets::played(MediaTime until) {
  while (!kept_.empty() && kept_.front().times.end && *kept_.front().times.end < until - history_)
    drop_oldest();
}

void KeptPackets::clear() {
  kept_.clear();
  bytes_ = 0;
  missing_until_.reset();
}

std::optional<std::vector<KeptPackets::Kept>> KeptPackets::from(MediaTime position, MediaTime preroll) const {
  if (missing_until_ && *missing_until_ > position) return std::nullopt;
  std::vector<Kept> wanted;
  for (const Kept& kept : kept_) {
    if (wanted.empty() && kept.times.end && *kept.times.end < position - preroll) continue;
    wanted.push_back({reference(*kept.packet), kept.times});
  }
  return wanted;
}

}  // namespace freshet::media
