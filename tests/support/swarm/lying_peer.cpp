// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/swarm/lying_peer.h"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace freshet::test {
namespace {

std::uint32_t number(const char* bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes, 4);
  return ntohl(value);
}

std::string number(std::uint32_t value) {
  const auto network = htonl(value);
  return {reinterpret_cast<const char*>(&network), 4};
}

std::string message(std::uint8_t id, std::string_view payload) {
  return number(static_cast<std::uint32_t>(payload.size() + 1)) + static_cast<char>(id) +
         std::string(payload);
}

// Out of the magnet link: the v1 hash, or the first 20 bytes of the v2 hash where there is no other (BEP 52).
std::string infohash_of(const streaming::PublishedTorrent& torrent) {
  std::string_view key = "urn:btih:";
  auto at = torrent.magnet.find(key);
  if (at == std::string::npos) {
    key = "urn:btmh:1220";
    at = torrent.magnet.find(key);
  }
  if (at == std::string::npos) throw std::runtime_error("no infohash");
  std::string hash;
  for (std::size_t i = 0; i < 40; i += 2) {
    hash.push_back(static_cast<char>(std::stoi(torrent.magnet.substr(at + key.size() + i, 2), nullptr, 16)));
  }
  return hash;
}

}  // namespace

LyingPeer::LyingPeer(const streaming::PublishedTorrent& torrent, const std::string& address,
                     Metadata metadata)
    : infohash_(infohash_of(torrent)), metadata_(metadata) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &here.sin_addr);
  socklen_t length = sizeof here;
  auto* const generic = reinterpret_cast<sockaddr*>(&here);
  if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, generic, &length) != 0 || ::pipe(stop_) != 0) {
    throw std::runtime_error("the lying peer cannot listen");
  }
  address_ = address + ":" + std::to_string(ntohs(here.sin_port));
  peer_id_ = "-XX0000-liar" + std::to_string(100'000'000 + (ntohl(here.sin_addr.s_addr) & 0xffu) * 100'000 +
                                             ntohs(here.sin_port))
                                  .substr(1);
  thread_ = std::jthread([this] { serve(); });
}

LyingPeer::~LyingPeer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

void LyingPeer::wait_until_lied(std::int64_t bytes) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::seconds(40), [&] { return lied_ >= bytes; })) {
    throw std::runtime_error("nobody asked the lying peer");
  }
}

void LyingPeer::wait_until_asked_for_metadata() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::seconds(40), [&] { return was_asked_for_metadata_; })) {
    throw std::runtime_error("nobody asked the lying peer for metadata");
  }
}

void LyingPeer::serve() {
  for (;;) {
    std::array<pollfd, 2> wait{{{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}}};
    ::poll(wait.data(), wait.size(), -1);
    if (wait[0].revents != 0) return;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    serve_connection(connection);
    ::close(connection);
  }
}

void LyingPeer::serve_connection(int connection) {
  std::string received;
  const auto fill = [&](std::size_t size) {
    while (received.size() < size) {
      std::array<pollfd, 2> wait{{{stop_[0], POLLIN, 0}, {connection, POLLIN, 0}}};
      ::poll(wait.data(), wait.size(), -1);
      if (wait[0].revents != 0) return false;
      std::array<char, 16384> buffer;
      const auto count = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (count <= 0) return false;
      received.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
  };
  const auto send = [&](const std::string& bytes) {
    return ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  };

  constexpr std::string_view protocol =
      "\x13"
      "BitTorrent protocol";
  if (!fill(68) || !std::string_view(received).starts_with(protocol)) return;
  received.erase(0, 68);
  std::string reserved(8, '\0');
  reserved[7] = 0x04;                          // fast extension, for "have all"
  if (metadata_.size > 0) reserved[5] = 0x10;  // BEP 10
  if (!send(std::string(protocol) + reserved + infohash_ + peer_id_)) return;
  if (!send(message(0x0E, "") + message(1, ""))) return;  // have all, unchoke
  const auto size_claimed = "i" + std::to_string(metadata_.size) + "e";
  const auto claim = "d1:md11:ut_metadatai3ee13:metadata_size" + size_claimed + "e";
  if (metadata_.size > 0 && !send(message(20, std::string(1, '\0') + claim))) return;
  char their_number = 0;
  while (fill(4)) {
    const auto length = number(received.data());
    if (length > (1u << 20) || !fill(4 + length)) return;
    if (length == 13 && received[4] == 6) {  // request: piece, offset, length
      const auto size = number(received.data() + 13);
      if (size > (1u << 15)) return;
      if (!send(message(7, received.substr(5, 8) + std::string(size, 'L')))) return;
      {
        const std::lock_guard lock(mutex_);
        lied_ += size;
      }
      changed_.notify_all();
    }
    if (length > 2 && received[4] == 20 && received[5] == 0) {  // their extension handshake
      constexpr std::string_view key = "11:ut_metadatai";
      if (const auto at = received.find(key); at != std::string::npos)
        their_number = static_cast<char>(std::atoi(received.c_str() + at + key.size()));
    }
    if (length > 2 && received[4] == 20 && received[5] == 3) {  // they ask for metadata
      {
        const std::lock_guard lock(mutex_);
        was_asked_for_metadata_ = true;
      }
      changed_.notify_all();
      if (metadata_.answer == Answer::Garbage &&
          !send(message(20, std::string(1, their_number) + "d8:msg_typei1e5:piecei0e10:total_size" +
                                size_claimed + "e" +
                                std::string(static_cast<std::size_t>(metadata_.size), 'L'))))
        return;
    }
    received.erase(0, 4 + length);
  }
}

}  // namespace freshet::test
