// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of TorrentCore that keeps a film that is larger than the cache within it, while it is played.
#include <algorithm>
#include <libtorrent/add_torrent_params.hpp>

#include "streaming/room_plan.h"
#include "streaming/session_core.h"
#include "streaming/torrent_core.h"

namespace freshet::streaming {
namespace {

// Room is made when the film fills so much of it, in sixteenths, and down to so much.
constexpr std::int64_t full_sixteenths = 14;
constexpr std::int64_t relaxed_sixteenths = 13;

std::vector<std::int64_t> places_of(const std::vector<ReaderDemand>& readers) {
  std::vector<std::int64_t> places;
  for (const auto& reader : readers) {
    for (const auto place : reader.waiting) places.push_back(reader.begin + place.value);
    if (!reader.waiting.empty()) continue;
    for (const auto place : reader.next) places.push_back(reader.begin + place.value);
  }
  return places;
}

}  // namespace

bool TorrentCore::is_larger_than_room() const {
  // A file that the user keeps must be here in the end. libtorrent's own picker cannot fetch a piece twice.
  if (!exchange_ || !layout_ || role_ != TorrentRole::Play || session_.options().keep_dir || cannot_shrink_)
    return false;
  std::int64_t wanted = 0;
  for (const auto& file : open_files_) {
    for (int piece = file.first; piece <= file.last; ++piece) wanted += layout_->piece_size(piece);
  }
  return std::max(wanted, verified_) > session_.disk_room().value * full_sixteenths / 16;
}

std::vector<PieceSpan> TorrentCore::wanted_pieces(const std::vector<ReaderDemand>& readers) {
  if (!is_larger_than_room()) return open_files_;
  store_->withhold_one();
  auto keep = pieces_to_keep(session_.disk_room(), places_of(readers), open_files_, layout_->piece_length);
  make_room(keep, readers);
  return keep;
}

void TorrentCore::make_room(const std::vector<PieceSpan>& keep, const std::vector<ReaderDemand>& readers) {
  const auto room = session_.disk_room().value;
  if (verified_ <= room * full_sixteenths / 16) return;
  const auto places = places_of(readers);
  const auto gone = store_->evict(pieces_to_evict(
      have_, keep, places, Bytes{verified_ - room * relaxed_sixteenths / 16}, layout_->piece_length));
  if (gone.empty()) return;
  for (const int piece : gone) {
    have_[static_cast<std::size_t>(piece)] = false;
    verified_ -= layout_->piece_size(piece);
    evicted_.insert(piece);
  }
  readable_->set_have(have_);
  readable_->forget_loads();
  exchange_->pieces_forgotten(gone);
}

void TorrentCore::trim() {
  if (!layout_ || !checked_ || !is_larger_than_room()) return;
  const auto readers = readable_->demands().readers;
  make_room(pieces_to_keep(session_.disk_room(), places_of(readers), wanted_, layout_->piece_length),
            readers);
}

void TorrentCore::on_restored(int piece) {
  evicted_.erase(piece);
  exchange_->piece_restored(piece);
  on_piece(piece);
}

void TorrentCore::on_cannot_shrink(const lt::storage_error& error) {
  if (std::exchange(cannot_shrink_, true)) return;
  warn({ErrorCategory::Storage, "cache-cannot-shrink",
        "The cache's filesystem cannot give back what was watched (" + error.ec.message() +
            "): the cache may grow past --cache-size",
        "choose a folder on another filesystem with --cache-dir"});
}

void TorrentCore::without_evicted(lt::add_torrent_params& resume) const {
  for (const int piece : evicted_) {
    const lt::piece_index_t index{piece};
    if (index < resume.have_pieces.end_index()) resume.have_pieces.clear_bit(index);
    if (index < resume.verified_pieces.end_index()) resume.verified_pieces.clear_bit(index);
    resume.unfinished_pieces.erase(index);
  }
}

}  // namespace freshet::streaming
