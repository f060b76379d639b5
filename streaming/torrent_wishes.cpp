// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of TorrentCore between readers and libtorrent: pieces are loaded for who reads them, and what
// readers will want becomes priorities and deadlines.
#include <algorithm>
#include <libtorrent/session.hpp>
#include <libtorrent/torrent_info.hpp>
#include <utility>

#include "streaming/file_choice.h"
#include "streaming/scheduler/block_wants.h"
#include "streaming/session_core.h"
#include "streaming/torrent_core.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Nothing arrived for so long: take any piece that a peer has, not only the window's.
constexpr auto starved_after = 4s;
// Finished pieces and moving readers change the window little by little.
constexpr auto plan_interval = 30ms;
// After the last file is closed its pieces stay wanted for so long: the next file of a playlist opens within
// it, and peers do not learn that we want nothing for a moment.
constexpr auto farewell_to_files = 10s;

// Blocks that lie wholly in padding between files (BEP 47, BEP 52).
std::vector<Block> padding_of(const lt::torrent_info& info) {
  std::vector<Block> blocks;
  const auto& files = info.files();
  const BlockGeometry geometry(files.piece_length(), files.total_size());
  for (const auto file : files.file_range()) {
    if (!files.pad_file_at(file)) continue;
    const auto begin = files.file_offset(file);
    const auto end = begin + files.file_size(file);
    // A pad file is shorter than a piece; a torrent that says otherwise gets its zeros from peers.
    if (end - begin >= files.piece_length()) continue;
    const auto first = (begin + block_size - 1) / block_size * block_size;
    for (auto at = first; at < end; at += block_size) {
      if (at + geometry.length(geometry.at(at)) <= end) blocks.push_back(geometry.at(at));
    }
  }
  return blocks;
}

}  // namespace

void TorrentCore::on_readers_changed() {
  load_pieces();
  plan_window();
}

void TorrentCore::plan_soon() {
  load_pieces();
  if (std::exchange(plan_is_due_, true)) return;
  session_.after(plan_interval, [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && !self->left_) self->plan_window();
  });
}

void TorrentCore::load_pieces() {
  if (left_ || trouble_ == Trouble::Fatal) return;
  for (const int piece : readable_->pieces_to_load()) {
    // Never a piece that is not there: libtorrent would take the failed read for a broken disk.
    if (have_[static_cast<std::size_t>(piece)]) store_->load(piece);
  }
}

// What lies behind a reader stays in RAM as long as it can: a small step back costs nothing. Half of the
// memory is half a minute of 20 Mbit/s with the default; the other half is for what comes.
void TorrentCore::protect_pieces(const std::vector<ReaderDemand>& readers) {
  const auto& cache = *session_.pieces();
  std::vector<std::int64_t> places;
  for (const auto& reader : readers) {
    if (reader.urgency == Urgency::Background) continue;
    for (const auto& place : reader.next) places.push_back(reader.begin + place.value);
    for (const auto& place : reader.waiting) places.push_back(reader.begin + place.value);
  }
  std::vector<PieceSpan> spans;
  for (const auto place : places) {
    const auto behind = cache.limit().value / 2 / std::ssize(places);
    spans.push_back({static_cast<int>(std::max<std::int64_t>(place - behind, 0) / layout_->piece_length),
                     static_cast<int>(place / layout_->piece_length) + 1});
  }
  session_.pieces()->protect(id_, std::move(spans));
}

// Before the first open_file() the file that will most likely be played is wanted: what is fetched is not
// lost, and a peer that we tell that we want nothing hangs up, or lets us wait for its next round of
// unchoking.
std::vector<ReaderDemand> TorrentCore::likely_reader() const {
  const auto likely = std::ranges::max_element(layout_->files, {}, [](const FilePlacement& each) {
    return std::pair{file_kind(each.file.path) == FileKind::Video, each.file.size};
  });
  if (likely == layout_->files.end()) return {};
  return {{likely->file.index, likely->begin, likely->file.size, {}, {}, {}, false}};
}

void TorrentCore::plan_window() {
  plan_is_due_ = false;
  if (left_ || !window_ || (!checked_ && verified_ > 0) || role_ == TorrentRole::Seed ||
      trouble_ == Trouble::Fatal)
    return;
  auto demands = readable_->demands();
  protect_pieces(demands.readers);
  if (!demands.readers.empty()) {
    was_opened_ = true;
    last_open_ = Clock::now();
  } else if (!was_opened_) {
    demands.readers = likely_reader();
  } else if (Clock::now() - last_open_ < farewell_to_files) {
    return session_.after(farewell_to_files, [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && !self->left_) self->plan_window();
    });
  }
  WindowSnapshot snapshot;
  snapshot.now = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch());
  snapshot.have = &have_;
  snapshot.piece_length = layout_->piece_length;
  snapshot.demands = piece_demands(demands.readers, layout_->piece_length, Clock::now());
  for (const auto& reader : demands.readers) {
    const auto pieces = pieces_of(reader.begin, {{0}, ByteOffset{reader.size.value}}, layout_->piece_length);
    if (pieces.last >= pieces.first && std::ranges::find(snapshot.files, pieces) == snapshot.files.end()) {
      snapshot.files.push_back(pieces);
    }
  }
  const bool wanted_more = wants_more();
  open_files_ = snapshot.files;
  wanted_ = wanted_pieces(demands.readers);
  if (!wanted_more && wants_more()) {
    last_payload_time_ = Clock::now();
    search_again();
  }
  if (exchange_) {
    wish_for_blocks(demands.readers);
    return refresh_state();
  }
  snapshot.starved = Clock::now() - last_payload_time_ > starved_after;
  apply(window_->update(snapshot));
  refresh_state();
}

void TorrentCore::start_exchange() {
  if (!exchange_ || !layout_) return;
  std::vector<Block> arrived;
  std::vector<lt::partial_piece_info> queue = handle_.get_download_queue();
  for (const auto& piece : queue) {
    for (int index = 0; index < piece.blocks_in_piece; ++index) {
      const auto state = piece.blocks[index].state;
      if (state == lt::block_info::writing || state == lt::block_info::finished)
        arrived.push_back({static_cast<int>(piece.piece_index), index});
    }
  }
  exchange_->start(BlockGeometry(layout_->piece_length, layout_->total), have_, arrived,
                   padding_of(*handle_.torrent_file()));
  raised_.clear();
}

void TorrentCore::wish_for_blocks(const std::vector<ReaderDemand>& readers) {
  if (!exchange_->is_started()) return;
  // What libtorrent wants keeps the peers interesting; files that nobody opened are not told to be wanted.
  if (open_files_ != raised_ && !open_files_.empty()) {
    std::vector<std::uint8_t> priorities(have_.size(), 0);
    for (const auto& file : open_files_) {
      for (int piece = file.first; piece <= file.last; ++piece)
        priorities[static_cast<std::size_t>(piece)] = default_priority;
    }
    // The new ones first: libtorrent must never want nothing, or its seeds are dropped.
    for (const std::uint8_t level : {default_priority, std::uint8_t{0}}) {
      std::vector<std::pair<lt::piece_index_t, lt::download_priority_t>> pieces;
      for (std::size_t piece = 0; piece < priorities.size(); ++piece) {
        if (priorities[piece] == level && !have_[piece])
          pieces.emplace_back(lt::piece_index_t{static_cast<int>(piece)}, lt::download_priority_t{level});
      }
      if (!pieces.empty()) handle_.prioritize_pieces(pieces);
    }
    raised_ = open_files_;
  }
  const BlockGeometry geometry(layout_->piece_length, layout_->total);
  auto wants =
      block_wants(readers, geometry, Clock::now(), [&](int piece) { return store_->knows_leaves(piece); });
  exchange_->set_wants(wants);
  wish_for_leaves(std::move(wants));
  // libtorrent goes on wanting all of it, so that the peers stay.
  const bool rest_follows = session_.options().download == Download::All;
  exchange_->set_rest(rest_follows ? wanted_ : std::vector<PieceSpan>{}, playhead_of(readers, geometry));
}

void TorrentCore::apply(const std::vector<WindowStep>& steps) {
  struct Visitor {
    const lt::torrent_handle& handle;
    void operator()(const ClearDeadlines&) const { handle.clear_piece_deadlines(); }
    void operator()(const SetDeadline& step) const {
      handle.set_piece_deadline(lt::piece_index_t{step.piece}, static_cast<int>(step.deadline.count()));
    }
    void operator()(const DropDeadline& step) const {
      handle.reset_piece_deadline(lt::piece_index_t{step.piece});
    }
    void operator()(const SetPriorities& step) const {
      std::vector<std::pair<lt::piece_index_t, lt::download_priority_t>> pieces;
      pieces.reserve(step.pieces.size());
      for (const auto& [piece, priority] : step.pieces) {
        pieces.emplace_back(lt::piece_index_t{piece}, lt::download_priority_t{priority});
      }
      handle.prioritize_pieces(pieces);
    }
  };
  for (const auto& step : steps) std::visit(Visitor{handle_}, step);
}

bool TorrentCore::wants_more() const {
  if (role_ == TorrentRole::Seed || !layout_) return false;
  if (open_files_.empty()) return verified_ < layout_->total;
  return std::ranges::any_of(wanted_, [&](const PieceSpan& file) {
    for (int piece = file.first; piece <= file.last; ++piece) {
      if (!have_[static_cast<std::size_t>(piece)]) return true;
    }
    return false;
  });
}

}  // namespace freshet::streaming
