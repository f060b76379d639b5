// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/rogue_connection.h"

#include <algorithm>
#include <unistd.h>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view protocol =
    "\x13"
    "BitTorrent protocol";
constexpr std::size_t handshake_size = 68;
constexpr std::uint32_t largest_message = 1u << 20;  // a bitfield of eight million pieces
constexpr std::uint32_t largest_block = 1u << 17;    // what clients refuse to serve above
constexpr int usual_request_queue = 500;
// So that a rate is kept by the clock and not by what the socket's buffer happens to hold.
constexpr std::size_t enough_to_send = 64u << 10;

enum Message : std::uint8_t {
  Choke = 0,
  Unchoke = 1,
  Interested = 2,
  NotInterested = 3,
  Bitfield = 5,
  RequestBlock = 6,
  Piece = 7,
  Cancel = 8,
  HaveAll = 14,
  RejectRequest = 16,
  Extended = 20
};

std::string number(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

RogueConnection::RogueConnection(const ServedTorrent& torrent, const RogueBehaviour& behaviour, bool dialled,
                                 MonotonicTime now)
    : torrent_(torrent), behaviour_(behaviour), turn_at_(now), next_at_(now) {
  if (dialled) greet();
}

void RogueConnection::greet() {
  has_greeted_ = true;
  std::string reserved(8, '\0');
  reserved[5] = 0x10;                                 // BEP 10
  if (behaviour_.fast_extension) reserved[7] = 0x04;  // BEP 6
  to_send += std::string(protocol) + reserved + torrent_.infohash + "-XX0001-";
  // Clients drop a second peer with the same name.
  auto name = std::to_string(behaviour_.number);
  name.resize(12, '-');
  to_send += name;
}

// After both handshakes: what we have, and how much may be asked.
void RogueConnection::introduce() {
  if (is_fast() && behaviour_.have >= 1) {
    send(HaveAll, "");
  } else {
    std::string bits(static_cast<std::size_t>((torrent_.pieces() + 7) / 8), '\0');
    for (std::int64_t piece = 0; piece < torrent_.pieces(); ++piece) {
      if (has(piece)) {
        auto& byte = bits[static_cast<std::size_t>(piece / 8)];
        byte = static_cast<char>(static_cast<unsigned char>(byte) | (0x80u >> (piece % 8)));
      }
    }
    send(Bitfield, bits);
  }
  if (peer_is_extended_ && behaviour_.request_queue > 0)
    send(Extended, std::string(1, '\0') + "d1:md e4:reqqi" + std::to_string(behaviour_.request_queue) + "ee");
}

bool RogueConnection::has(std::int64_t piece) const {
  // Spread by two multiplicative hashes, another pattern for each peer, so that peers complete one another.
  if (behaviour_.have >= 1) return true;
  const auto mixed =
      ((static_cast<std::uint32_t>(piece) + 1) * 2654435761u) ^ ((behaviour_.number + 1) * 2246822519u);
  return static_cast<double>((mixed * 3266489917u) >> 8) / 16777216.0 < behaviour_.have;
}

void RogueConnection::send(std::uint8_t id, std::string_view payload) {
  to_send += number(static_cast<std::uint32_t>(payload.size() + 1));
  to_send += static_cast<char>(id);
  to_send += payload;
}

bool RogueConnection::receive(std::string_view bytes, MonotonicTime now) {
  received_ += bytes;
  if (!is_greeted_) {
    if (received_.size() < handshake_size)
      return std::string_view(received_).starts_with(protocol.substr(0, received_.size()));
    if (!received_.starts_with(protocol) || received_.compare(28, 20, torrent_.infohash) != 0) return false;
    peer_is_fast_ = (static_cast<unsigned char>(received_[27]) & 0x04u) != 0;
    peer_is_extended_ = (static_cast<unsigned char>(received_[25]) & 0x10u) != 0;
    received_.erase(0, handshake_size);
    is_greeted_ = true;
    if (!has_greeted_) greet();
    introduce();
  }
  std::string_view rest(received_);
  while (rest.size() >= 4) {
    const auto length = number(rest);
    if (length > largest_message) return false;
    if (rest.size() < 4 + std::size_t{length}) break;
    if (length > 0 && !handle(static_cast<std::uint8_t>(rest[4]), rest.substr(5, length - 1))) return false;
    rest.remove_prefix(4 + std::size_t{length});
  }
  received_.erase(0, received_.size() - rest.size());
  turn_choke(now);
  return true;
}

bool RogueConnection::handle(std::uint8_t id, std::string_view payload) {
  if (id == Interested) is_interested_ = true;
  if (id == NotInterested) is_interested_ = false;
  if (id != RequestBlock && id != Cancel) return true;  // what else they say changes nothing here
  if (payload.size() != 12) return false;
  const Request request{number(payload), number(payload.substr(4)), number(payload.substr(8))};
  if (id == RequestBlock) return take_request(request);
  if (std::erase(requests_, request) > 0) reject(request);
  return true;
}

bool RogueConnection::take_request(const Request& request) {
  const auto begin = static_cast<std::int64_t>(request.piece) * torrent_.piece_length + request.offset;
  if (request.length == 0 || request.length > largest_block || begin + request.length > torrent_.size)
    return false;
  const auto room =
      static_cast<std::size_t>(behaviour_.request_queue > 0 ? behaviour_.request_queue : usual_request_queue);
  if (is_choking_ || requests_.size() >= room || !has(request.piece)) {
    reject(request);
  } else if (behaviour_.answer != Answer::Never) {
    requests_.push_back(request);
  }
  return true;
}

void RogueConnection::reject(const Request& request) {
  if (is_fast()) send(RejectRequest, number(request.piece) + number(request.offset) + number(request.length));
}

void RogueConnection::turn_choke(MonotonicTime now) {
  if (!is_greeted_ || !is_interested_) return;
  if (behaviour_.choke_on == 0ms) {
    if (is_choking_) send(Unchoke, "");
    is_choking_ = false;
    return;
  }
  // Where in the round we are; each peer starts elsewhere in it.
  const auto round = behaviour_.choke_on + behaviour_.choke_off;
  const auto at = (now - behaviour_.started + std::chrono::milliseconds(behaviour_.number * 977)) % round;
  const bool is_off = at >= behaviour_.choke_on;
  turn_at_ = now + (is_off ? round - at : behaviour_.choke_on - at);
  if (is_off == is_choking_) return;
  is_choking_ = is_off;
  send(is_off ? Choke : Unchoke, "");
  if (!is_off) return;
  // BEP 6: a choke rejects each request by name. Before it, a choke dropped them all.
  for (const auto& request : requests_) reject(request);
  requests_.clear();
}

void RogueConnection::answer(const Request& request) {
  std::string block(request.length, 'L');
  if (behaviour_.answer == Answer::Honest) {
    const auto at = static_cast<std::int64_t>(request.piece) * torrent_.piece_length + request.offset;
    if (::pread(torrent_.file.get(), block.data(), block.size(), at) != static_cast<ssize_t>(block.size()))
      return;
  }
  send(Piece, number(request.piece) + number(request.offset) + block);
}

void RogueConnection::advance(MonotonicTime now) {
  turn_choke(now);
  while (!requests_.empty() && to_send.size() < enough_to_send) {
    if (behaviour_.bytes_per_second > 0) {
      if (now < next_at_) return;
      next_at_ =
          std::max(next_at_, now - 100ms) +
          std::chrono::nanoseconds(1'000'000'000LL * requests_.front().length / behaviour_.bytes_per_second);
    }
    answer(requests_.front());
    requests_.pop_front();
  }
}

std::optional<MonotonicTime> RogueConnection::wake() const {
  std::optional<MonotonicTime> next;
  if (is_interested_ && behaviour_.choke_on > 0ms) next = turn_at_;
  if (!requests_.empty() && behaviour_.bytes_per_second > 0)
    next = std::min(next.value_or(next_at_), next_at_);
  return next;
}

}  // namespace freshet::lab
