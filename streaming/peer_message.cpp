// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/peer_message.h"

#include <boost/asio/post.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/operations.hpp>
#include <string>

namespace freshet::streaming {
namespace {

// BEP 10.
constexpr char message_extended = 20;

}  // namespace

void send_extended(lt::peer_connection_handle peer, int number, std::string_view body) {
  if (peer.native_handle() == nullptr || peer.is_disconnecting()) return;
  const auto length = static_cast<std::uint32_t>(body.size() + 2);
  std::string bytes;
  bytes.reserve(body.size() + 6);
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>((length >> shift) & 0xffu));
  bytes.push_back(message_extended);
  bytes.push_back(static_cast<char>(number));
  bytes += body;
  peer.send_buffer(bytes.data(), static_cast<int>(bytes.size()));
}

void disconnect_later(boost::asio::io_context& network, lt::peer_connection_handle peer) {
  boost::asio::post(network, [peer = std::move(peer)]() mutable {
    if (peer.native_handle() == nullptr) return;
    peer.disconnect(lt::errors::invalid_message, lt::operation_t::bittorrent,
                    lt::peer_connection_interface::peer_error);
  });
}

}  // namespace freshet::streaming
