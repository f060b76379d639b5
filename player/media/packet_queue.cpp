// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/packet_queue.h"

#include <algorithm>
#include <utility>

namespace freshet::media {
namespace {

// What a queued packet costs beside its data: AVPacket, buffer references, the queue's entry.
constexpr std::int64_t packet_overhead = 256;

std::int64_t cost(const QueueItem& item) {
  return item.packet ? item.packet->size + packet_overhead : 0;
}

}  // namespace

bool PacketQueue::push(QueueItem item, std::optional<MediaTime> begin, std::optional<MediaTime> end) {
  const std::lock_guard lock(mutex_);
  if (item.generation < generation_ || stopped_) return false;
  const std::int64_t bytes = cost(item);
  bytes_ += bytes;
  if (item.kind == QueueItem::Kind::Packet) {
    ++packets_;
    if (end) end_ = end_ ? std::max(*end_, *end) : *end;
  } else if (item.kind == QueueItem::Kind::End) {
    finished_ = true;
  }
  entries_.push_back({std::move(item), begin, bytes});
  changed_.notify_one();
  return true;
}

std::optional<QueueItem> PacketQueue::pop() {
  std::optional<QueueItem> item;
  {
    std::unique_lock lock(mutex_);
    const bool waits = entries_.empty();
    changed_.wait(lock, [&] { return stopped_ || !entries_.empty(); });
    if (stopped_) return std::nullopt;
    if (waits) fed_at_ = std::chrono::steady_clock::now();
    Entry& entry = entries_.front();
    bytes_ -= entry.bytes;
    if (entry.item.kind == QueueItem::Kind::Packet) --packets_;
    item = std::move(entry.item);
    entries_.pop_front();
  }
  if (on_popped_) on_popped_();
  return item;
}

void PacketQueue::flush(Generation generation) {
  std::deque<Entry> dropped;  // freed after the lock
  const std::lock_guard lock(mutex_);
  if (generation < generation_) return;
  generation_ = generation;
  dropped.swap(entries_);
  bytes_ = 0;
  packets_ = 0;
  end_.reset();
  finished_ = false;
}

void PacketQueue::carry_over(Generation generation, StartPoint start) {
  const std::lock_guard lock(mutex_);
  if (generation < generation_) return;
  generation_ = generation;
  for (Entry& entry : entries_) entry.item.generation = generation;
  start.continues = true;
  entries_.push_front({{.kind = QueueItem::Kind::Start, .generation = generation, .start = start}, {}, 0});
  changed_.notify_one();
}

void PacketQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

PacketQueue::Level PacketQueue::level() const {
  const std::lock_guard lock(mutex_);
  Level level{.bytes = bytes_, .packets = packets_, .end = end_, .finished = finished_};
  // The oldest entry with a time: the first, or, in a file that leaves times out, one soon after.
  for (const Entry& entry : entries_) {
    if (entry.begin) {
      level.begin = entry.begin;
      break;
    }
  }
  return level;
}

}  // namespace freshet::media
