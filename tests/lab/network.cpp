// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/network.h"

#include <algorithm>
#include <utility>

namespace freshet::lab {
namespace {

constexpr std::uint32_t first_address = (198u << 24) + (18u << 16) + 1;
constexpr std::size_t ipv4_header = 20;

std::optional<std::uint32_t> destination(std::span<const std::byte> packet) {
  if (packet.size() < ipv4_header || (std::to_integer<unsigned>(packet[0]) >> 4) != 4) return std::nullopt;
  std::uint32_t address = 0;
  for (std::size_t index = 16; index < 20; ++index)
    address = (address << 8) | std::to_integer<std::uint32_t>(packet[index]);
  return address;
}

}  // namespace

std::string address_of(HostIndex host) {
  const auto address = first_address + std::to_underlying(host);
  return std::to_string(address >> 24) + "." + std::to_string((address >> 16) & 255) + "." +
         std::to_string((address >> 8) & 255) + "." + std::to_string(address & 255);
}

HostIndex Network::add_host(const HostLinks& links) {
  hosts_.push_back({Link(links.up), Link(links.down)});
  return static_cast<HostIndex>(hosts_.size() - 1);
}

std::span<std::byte> Network::room() {
  if (!room_) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(packets_.size()));
      packets_.push_back(std::make_unique<Packet>());
    }
    room_ = free_.back();
    free_.pop_back();
  }
  return *packets_[*room_];
}

void Network::send(MonotonicTime now, HostIndex from, std::size_t size) {
  if (!room_ || size > largest_packet) return;
  const std::span<const std::byte> packet(packets_[*room_]->data(), size);
  const auto address = destination(packet);
  if (!address || *address - first_address >= hosts_.size()) return;  // room_ is kept for the next
  const auto arrival = hosts_[std::to_underlying(from)].up.send(now, Bytes{static_cast<std::int64_t>(size)});
  if (!arrival) return;
  schedule({*arrival, next_order_++, *room_, static_cast<std::uint16_t>(size),
            static_cast<HostIndex>(*address - first_address), Stage::OnUplink});
  room_.reset();
}

std::optional<MonotonicTime> Network::next() const {
  if (events_.empty()) return std::nullopt;
  return events_.front().at;
}

void Network::deliver(MonotonicTime now, const Deliver& to) {
  while (!events_.empty() && events_.front().at <= now) {
    std::pop_heap(events_.begin(), events_.end());
    Event event = events_.back();
    events_.pop_back();
    if (event.stage == Stage::OnUplink) {
      // Counted from when it was due, not from now: a router that woke up late does not slow the line down.
      const auto arrival = hosts_[std::to_underlying(event.to)].down.send(event.at, Bytes{event.size});
      if (arrival) {
        event.at = *arrival;
        event.stage = Stage::OnDownlink;
        schedule(event);
        continue;
      }
    } else {
      to(event.to, std::span<const std::byte>(packets_[event.packet]->data(), event.size), event.at);
    }
    free_.push_back(event.packet);
  }
}

void Network::cut(HostIndex host) {
  hosts_[std::to_underlying(host)].up.cut();
  hosts_[std::to_underlying(host)].down.cut();
}

const Link::Counts& Network::uploaded(HostIndex host) const {
  return hosts_[std::to_underlying(host)].up.counts();
}

const Link::Counts& Network::downloaded(HostIndex host) const {
  return hosts_[std::to_underlying(host)].down.counts();
}

void Network::schedule(Event event) {
  events_.push_back(event);
  std::push_heap(events_.begin(), events_.end());
}

}  // namespace freshet::lab
