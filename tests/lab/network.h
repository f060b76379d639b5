// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The lab's internet: hosts with an uplink and a downlink each, and nothing else. A packet passes the
// sender's uplink, then the receiver's downlink. Pure: time comes in by argument, packets come in and go out
// as bytes. No allocation a packet once the busiest moment has been seen: packets live in a pool. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/lab/link.h"

namespace freshet::lab {

enum class HostIndex : std::uint16_t {};

// Hosts have the addresses 198.18.0.1, .2, …: the range for benchmarks (RFC 2544), which no client treats as
// a private network.
[[nodiscard]] std::string address_of(HostIndex host);

struct HostLinks {
  LinkOptions up = {};
  LinkOptions down = {};
};

class Network {
 public:
  static constexpr std::size_t largest_packet = 1500;
  using Deliver = std::function<void(HostIndex to, std::span<const std::byte> packet, MonotonicTime due)>;

  HostIndex add_host(const HostLinks& links);

  // Room for the next packet; valid until send() or the next room().
  [[nodiscard]] std::span<std::byte> room();
  // The first `size` bytes of room() leave `from` now. What is no IPv4 packet for a host of this network is
  // thrown away.
  void send(MonotonicTime now, HostIndex from, std::size_t size);

  // When deliver() has something to do next.
  [[nodiscard]] std::optional<MonotonicTime> next() const;
  // Moves everything that is due by `now`, in the order of time.
  void deliver(MonotonicTime now, const Deliver& to);

  void cut(HostIndex host);
  [[nodiscard]] const Link::Counts& uploaded(HostIndex host) const;
  [[nodiscard]] const Link::Counts& downloaded(HostIndex host) const;

 private:
  using Packet = std::array<std::byte, largest_packet>;
  enum class Stage : std::uint8_t { OnUplink, OnDownlink };
  struct Event {
    MonotonicTime at;
    std::uint64_t order;  // of those due at one time, the first that was sent is first
    std::uint32_t packet;
    std::uint16_t size;
    HostIndex to;
    Stage stage;
    constexpr bool operator<(const Event& other) const {  // std::push_heap keeps the greatest on top
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Host {
    Link up, down;
  };

  void schedule(Event event);

  std::vector<Host> hosts_;
  std::vector<std::unique_ptr<Packet>> packets_;
  std::vector<std::uint32_t> free_;
  std::optional<std::uint32_t> room_;
  std::vector<Event> events_;  // a heap
  std::uint64_t next_order_ = 0;
};

}  // namespace freshet::lab
