// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The life of a decoder's thread, the same for pictures, sound and text: items in order until the queue is
// stopped, stale ones left out.
#pragma once

#include "player/media/decoder_host.h"
#include "player/media/packet_queue.h"

namespace freshet::media {

// `begin` gets the item that starts a generation, `decode` each packet, `drain` is called at the end of the
// stream.
template <class Begin, class Decode, class Drain>
void decode_queue(PacketQueue& packets, const DecoderHost& host, Begin begin, Decode decode, Drain drain) {
  while (auto item = packets.pop()) {
    if (!host.current(item->generation)) continue;
    switch (item->kind) {
      case QueueItem::Kind::Start: begin(*item); break;
      case QueueItem::Kind::Packet: decode(*item->packet); break;
      case QueueItem::Kind::End: drain(); break;
    }
  }
}

}  // namespace freshet::media
