// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What plugins of ours do with a connection of libtorrent's. Network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <string_view>

namespace freshet::streaming {

// An extension message (BEP 10); `number` is the one that the peer gave the extension.
void send_extended(lt::peer_connection_handle peer, int number, std::string_view body);

// The peer broke the rules. Not at once, as that must not happen in the middle of its message.
void disconnect_later(boost::asio::io_context& network, lt::peer_connection_handle peer);

}  // namespace freshet::streaming
