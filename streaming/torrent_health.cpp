// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of TorrentCore that watches over the torrent: numbers, state, what goes wrong, what is saved.
#include <algorithm>
#include <libtorrent/peer_info.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/torrent_status.hpp>
#include <utility>

#include "streaming/session_core.h"
#include "streaming/swarm_state.h"
#include "streaming/torrent_core.h"
#include "streaming/torrent_files.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A crash loses what was fetched since: nothing but the time to check it again.
constexpr auto save_interval = 30s;
// A full disk is tried again this often.
constexpr auto storage_retry = 2s;
// Data that disappears again and again is not checked again more often than this: something is wrong with the
// disk.
constexpr auto recheck_interval = 10s;
// Peers that the user named are dialled again while nobody is there: libtorrent gives up after three
// failures.
constexpr auto redial_interval = 3s;

// Payload comes in bursts; this long without any is worth a look.
constexpr auto tick_of_silence = 1s;

// A copy of all of them costs a millisecond for 100 GiB.
constexpr auto layers_interval = 50ms;

bool is_storage(const lt::error_code& code) {
  return code.category() == boost::system::system_category() ||
         code.category() == boost::system::generic_category();
}

bool is_full(const lt::error_code& code) {
  return code == boost::system::errc::no_space_on_device || code == boost::system::errc::file_too_large;
}

}  // namespace

void TorrentCore::on_tick(Clock::time_point now) {
  if (left_) return;
  refresh_stats();
  refresh_peers();
  const auto payload = stats().bytes_down.value;
  if (payload != std::exchange(last_payload_, payload) || !wants_more()) last_payload_time_ = now;
  if (trouble_ == Trouble::Storage && now >= next_retry_) retry_storage(now);
  look_for_layers();
  leaf_exchange_->on_tick(now);
  if (exchange_) exchange_->on_tick(now);
  if (peers_->peers() == 0 && now >= next_dial_) {
    next_dial_ = now + redial_interval;
    // Only what a tracker says again makes libtorrent forgive a failure.
    for (const auto& peer : named_peers_) handle_.connect_peer(peer, lt::peer_info::tracker);
  }
  if (now - last_saved_ >= save_interval) {
    last_saved_ = now;
    save_resume(false);
    session_.make_room();
  }
  // Silence changes both what is wanted and what it is called.
  if (checked_ && wants_more() && now - last_payload_time_ > tick_of_silence) plan_window();
  refresh_state();
}

void TorrentCore::look_for_layers() {
  const auto now = Clock::now();
  if (!needs_layers_ || !checked_ || left_ || now - last_look_for_layers_ < layers_interval) return;
  last_look_for_layers_ = now;
  store_->set_expected(*handle_.torrent_file(), handle_.piece_layers());
  needs_layers_ = verified_ < layout_->total && store_->lacks_hashes();
}

void TorrentCore::refresh_stats() {
  if (left_) return;
  const auto status = handle_.status({});
  const std::lock_guard lock(shared_);
  stats_.peers = peers_->peers();
  stats_.seeds = peers_->seeds();
  stats_.down_rate = Bytes{status.download_payload_rate};
  stats_.capacity = exchange_ ? exchange_->capacity() : Bytes{status.download_payload_rate};
  stats_.up_rate = Bytes{status.upload_payload_rate};
  stats_.bytes_down = Bytes{status.total_payload_download};
  stats_.bytes_up = Bytes{status.total_payload_upload};
  if (exchange_) {
    // libtorrent takes what the exchange fetches again for a piece that failed for useless.
    stats_.blocks = exchange_->blocks();
    stats_.bytes_redundant = stats_.blocks.duplicate.bytes + stats_.blocks.stray.bytes;
    stats_.bytes_failed = stats_.blocks.failed.bytes;
    stats_.bytes_useful = stats_.blocks.verified.bytes;
  } else {
    stats_.bytes_redundant = Bytes{status.total_redundant_bytes};
    stats_.bytes_failed = Bytes{status.total_failed_bytes};
    stats_.bytes_useful = Bytes{std::max<std::int64_t>(
        status.total_payload_download - status.total_redundant_bytes - status.total_failed_bytes, 0)};
  }
  stats_.bytes_wasted = stats_.bytes_redundant + stats_.bytes_failed;
  if (exchange_ && exchange_->is_started()) {
    stats_.pieces = exchange_->pieces();
  } else if (layout_) {
    stats_.pieces.total = layout_->piece_count;
    stats_.pieces.verified = static_cast<int>(std::ranges::count(have_, true));
  }
  stats_.bytes_verified = Bytes{verified_};
  stats_.checking_progress = checked_ ? 1.0 : static_cast<double>(status.progress);
}

void TorrentCore::refresh_state() {
  if (left_) return;
  SwarmFacts facts;
  facts.failed = trouble_ != Trouble::None;
  facts.has_metadata = layout_ != nullptr;
  facts.checking = !checked_;
  facts.wants_more = wants_more();
  facts.peers = peers_->peers();
  facts.ever_had_peers = ever_had_peers_;
  facts.without_payload =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_payload_time_);
  const auto state = swarm_state(facts);
  {
    const std::lock_guard lock(shared_);
    if (std::exchange(stats_.state, state) == state && state_told_) return;
  }
  state_told_ = true;
  // Who is told looks at the figures, too.
  refresh_stats();
  refresh_peers();
  tell([&](TorrentObserver& observer) { observer.on_state(state); });
}

void TorrentCore::report_storage(const lt::error_code& code, const std::string& file) {
  if (trouble_ != Trouble::None) return;
  trouble_ = Trouble::Storage;
  next_retry_ = Clock::now() + storage_retry;
  const auto where = file.empty() ? std::string{} : " ('" + file + "')";
  Error error{ErrorCategory::Storage, "disk-error",
              "The cache cannot be read or written" + where + ": " + code.message(),
              "look at the disk that --cache-dir names"};
  if (is_full(code)) {
    error.code = "disk-full";
    error.message = "The disk is full" + where;
    error.hint = "make room, or choose another folder with --cache-dir";
  }
  tell([&](TorrentObserver& observer) { observer.on_error(error); });
  refresh_state();
}

void TorrentCore::on_data_lost(const std::string& what) {
  if (!checked_ || trouble_ == Trouble::Fatal) return;  // it is being looked at already
  warn({ErrorCategory::Storage,
        "data-lost",
        "The data on disk is not what it was and is checked again: " + what,
        {}});
  if (Clock::now() - last_recheck_ >= recheck_interval) return recheck();
  read_failed_ = true;
  if (trouble_ != Trouble::None) return;
  trouble_ = Trouble::Storage;
  next_retry_ = last_recheck_ + recheck_interval;
  refresh_state();
}

void TorrentCore::on_write_trouble(const lt::storage_error& error) {
  write_failed_ = true;
  next_retry_ = Clock::now() + storage_retry;
  const auto info = handle_.torrent_file();
  const bool named = info && error.file() >= lt::file_index_t{0} && error.file() < info->files().end_file();
  report_storage(error.ec, named ? info->files().file_path(error.file()) : std::string{});
}

void TorrentCore::on_file_error(const lt::file_error_alert& alert) {
  if (alert.error == boost::asio::error::operation_aborted) return;  // a peer asked for an evicted piece
  const bool reading = alert.op == lt::operation_t::file_read || alert.op == lt::operation_t::file_stat ||
                       (alert.op == lt::operation_t::file_open &&
                        alert.error == boost::system::errc::no_such_file_or_directory);
  // The data on disk is not what it was. It is checked again, and fetched again where it is gone.
  if (reading) read_failed_ = true;
  report_storage(alert.error, alert.filename());
}

void TorrentCore::search_again() {
  if (peers_->peers() > 0) return;
  // libtorrent does not dial seeds while it is finished, and goes on not to when it has become unfinished,
  // until a peer that it does not know turns up. So it is made to know none.
  handle_.clear_peers();
  for (const auto& peer : named_peers_) handle_.connect_peer(peer);
  handle_.force_reannounce(0, -1, lt::torrent_handle::ignore_min_interval);
  if (session_.uses_dht()) handle_.force_dht_announce();
}

void TorrentCore::retry_storage(Clock::time_point now) {
  next_retry_ = now + storage_retry;
  if (write_failed_) store_->retry();
  // What libtorrent itself has found wrong.
  handle_.clear_error();
  handle_.unset_flags(lt::torrent_flags::upload_mode);
  handle_.resume();
  if (std::exchange(read_failed_, false)) {
    if (!write_failed_) trouble_ = Trouble::None;
    recheck();
  }
  readable_->forget_loads();
}

void TorrentCore::recheck() {
  last_recheck_ = Clock::now();
  checked_ = false;
  recheck_ = true;
  have_.assign(have_.size(), false);
  verified_ = 0;
  evicted_.clear();
  readable_->set_have(have_);
  readable_->forget_loads();
  handle_.force_recheck();
  search_again();
  refresh_state();
}

void TorrentCore::report_failed(Error error) {
  trouble_ = Trouble::Fatal;
  readable_->set_error(error);
  handle_.pause();
  tell([&](TorrentObserver& observer) { observer.on_error(error); });
  refresh_state();
}

void TorrentCore::on_torrent_error(const lt::error_code& code, const std::string& file) {
  // After a disk error libtorrent stops the torrent and says so a second time.
  if (trouble_ == Trouble::Storage) return;
  if (is_storage(code)) return report_storage(code, file);
  report_failed({ErrorCategory::Source, "bad-torrent", "The torrent cannot go on: " + code.message(), {}});
}

void TorrentCore::save_resume(bool always) {
  if (left_ || !slot_ || !layout_) return;
  slot_->touch();
  auto what = lt::torrent_handle::save_info_dict;
  if (!always) what |= lt::torrent_handle::only_if_modified;
  handle_.save_resume_data(what);
}

void TorrentCore::on_saved(const lt::add_torrent_params& resume) {
  if (!slot_) return;
  auto there = resume;
  without_evicted(there);
  const auto saved = write_resume(*slot_, there);
  // While the data is being checked nothing is known of it: the next start must check again.
  if (left_ && saved && checked_) slot_->mark_clean();
  if (!saved && !left_) warn(saved.error());
}

}  // namespace freshet::streaming
