// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/stats_page.h"

#include <algorithm>
#include <fmt/format.h>

namespace freshet::playback {
namespace {

std::string amount(Bytes bytes) {
  const auto value = static_cast<double>(bytes.value);
  if (value >= 1024.0 * 1024 * 1024) return fmt::format("{:.2f} GiB", value / (1024.0 * 1024 * 1024));
  if (value >= 1024.0 * 1024) return fmt::format("{:.1f} MiB", value / (1024.0 * 1024));
  return fmt::format("{:.0f} KiB", value / 1024.0);
}

std::string clock(MediaTime time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

const media::Track* selected(const Player& player, const std::vector<media::Track>& tracks,
                             media::TrackKind kind) {
  const int id = player.selected(kind);
  const auto found =
      std::ranges::find_if(tracks, [&](const auto& track) { return track.kind == kind && track.id == id; });
  return found == tracks.end() ? nullptr : &*found;
}

void add_file(const Player& player, ui::OsdStats& page) {
  page.rows.push_back({"File", player.file_name()});
  const auto media = player.media();
  if (!media) return;
  std::string about = media->format;
  if (const auto size = player.file_size()) about += " · " + amount(*size);
  about += " · " + clock(player.position().value_or(MediaTime{0}));
  if (const auto duration = player.duration()) about += " of " + clock(*duration);
  page.rows.push_back({"", about});
  const auto tracks = player.tracks();
  if (const auto* video = selected(player, tracks, media::TrackKind::Video)) {
    auto text = fmt::format("{} {}×{}", video->codec, video->width, video->height);
    if (video->frames_per_second > 0) text += fmt::format(" · {:.5g} fps", video->frames_per_second);
    page.rows.push_back({"Video", text + fmt::format(" · {} dropped", player.dropped_frames())});
  }
  if (const auto* audio = selected(player, tracks, media::TrackKind::Audio)) {
    page.rows.push_back(
        {"Audio", fmt::format("{} · {} · {:.3g} kHz", audio->codec,
                              audio->channel_layout.empty() ? fmt::format("{} ch", audio->channels)
                                                            : audio->channel_layout,
                              audio->sample_rate / 1000.0)});
  }
  const auto cache = player.cache();
  page.rows.push_back(
      {"Buffer", fmt::format("{:.1f} s ahead · {}", to_seconds(cache.ahead), amount(cache.packets))});
}

void add_swarm(const streaming::SwarmStats& swarm, ui::OsdStats& page) {
  auto text = fmt::format("{} {} · {} {} · {}/s", swarm.peers, swarm.peers == 1 ? "peer" : "peers",
                          swarm.seeds, swarm.seeds == 1 ? "seed" : "seeds", amount(swarm.down_rate));
  if (swarm.capacity > Bytes{}) text += fmt::format(" of {}/s", amount(swarm.capacity));
  page.rows.push_back({"Swarm", text + fmt::format(" · up {}/s", amount(swarm.up_rate))});
  page.rows.push_back({"Data", fmt::format("{} useful · {} redundant · {} failed", amount(swarm.bytes_useful),
                                           amount(swarm.bytes_redundant), amount(swarm.bytes_failed))});
  page.rows.push_back(
      {"Pieces", fmt::format("{} of {} verified · {} in flight · {} repaired", swarm.pieces.verified,
                             swarm.pieces.total, swarm.pieces.in_flight, swarm.pieces.repaired)});
  const auto& blocks = swarm.blocks;
  if (blocks.requested.blocks == 0) return;  // libtorrent asks
  page.rows.push_back(
      {"Blocks", fmt::format("{} received · {} under way · {} late · {} cancelled", blocks.received.blocks,
                             blocks.outstanding.blocks, blocks.late.blocks, blocks.cancelled.blocks)});
}

void add_peers(const std::vector<streaming::PeerStats>& peers, ui::OsdStats& page) {
  if (peers.empty()) return;
  page.peers.push_back({"Peer", "Client", "State", "Rate", "Round trip", "Queue", "Blocks"});
  for (const auto& peer : peers) {
    if (page.peers.size() > peers_on_page) break;
    page.peers.push_back(
        {peer.address, peer.client, std::string(name_of(peer.state)), amount(peer.down_rate) + "/s",
         peer.round_trip.count() > 0 ? fmt::format("{:.0f} ms", 1000 * peer.round_trip.count()) : "–",
         fmt::format("{}/{}", peer.queue, peer.queue_depth), fmt::format("{}", peer.blocks.received.blocks)});
  }
}

}  // namespace

ui::OsdStats stats_page(const Player& player) {
  ui::OsdStats page;
  add_file(player, page);
  if (const auto swarm = player.swarm()) {
    add_swarm(*swarm, page);
    add_peers(player.peers(), page);
  }
  return page;
}

}  // namespace freshet::playback
