// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/torrent_core.h"

#include <algorithm>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>
#include <utility>

#include "streaming/kept_file.h"
#include "streaming/session_core.h"
#include "streaming/torrent_files.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// on_verified at most ten times a second.
constexpr auto verified_interval = 100ms;

}  // namespace

TorrentCore::TorrentCore(SessionCore& session, std::uint64_t id, TorrentRole role,
                         std::vector<lt::tcp::endpoint> named_peers, std::optional<CacheSlot> slot)
    : session_(session), id_(id), role_(role), named_peers_(std::move(named_peers)) {
  if (slot) slot_ = std::make_shared<CacheSlot>(std::move(*slot));
}

void TorrentCore::start(lt::session& session, lt::add_torrent_params parameters) {
  const auto weak = weak_from_this();
  // Not told in the middle of libtorrent's work on a connection: an observer may leave the torrent.
  peers_ = std::make_shared<PeerWatch>([weak] {
    const auto self = weak.lock();
    if (!self || self->left_ || std::exchange(self->peers_are_due_, true)) return;
    self->session_.after(0ms, [weak] {
      if (const auto core = weak.lock(); core && !core->left_) core->on_peers();
    });
  });
  readable_ = std::make_shared<ReadableTorrent>(id_, session_.pieces(),
                                                [weak, session = session_.weak_from_this()](Wake wake) {
                                                  const auto core = session.lock();
                                                  if (!core) return;
                                                  core->post([weak, wake] {
                                                    const auto self = weak.lock();
                                                    if (!self || self->left_) return;
                                                    if (wake == Wake::Now)
                                                      self->on_readers_changed();
                                                    else
                                                      self->plan_soon();
                                                  });
                                                });
  parameters.extensions.emplace_back(
      [watch = peers_](const lt::torrent_handle&, lt::client_data_t) -> std::shared_ptr<lt::torrent_plugin> {
        return watch;
      });
  if (role_ == TorrentRole::Play && session_.picker() == Picker::Blocks) {
    exchange_ = std::make_shared<BlockExchange>(
        session_.network(),
        session_.options().trace
            ? std::optional(BlockTracer(session_.options().trace, static_cast<std::uint32_t>(id_)))
            : std::nullopt);
    parameters.extensions.emplace_back([exchange = exchange_](const lt::torrent_handle&, lt::client_data_t)
                                           -> std::shared_ptr<lt::torrent_plugin> { return exchange; });
  }
  leaf_exchange_ = std::make_shared<LeafExchange>(session_.network());
  parameters.extensions.emplace_back(
      [leaves = leaf_exchange_](const lt::torrent_handle&,
                                lt::client_data_t) -> std::shared_ptr<lt::torrent_plugin> { return leaves; });
  metadata_exchange_ = std::make_shared<MetadataExchange>(session_.network());
  parameters.extensions.emplace_back(
      [metadata = metadata_exchange_](const lt::torrent_handle&,
                                      lt::client_data_t) -> std::shared_ptr<lt::torrent_plugin> {
        return metadata;
      });
  if (parameters.ti) metadata_exchange_->serve(parameters.ti->info_section());
  hashes_ = parameters.info_hashes;
  const bool has_metadata = static_cast<bool>(parameters.ti);
  last_payload_time_ = last_saved_ = Clock::now();
  handle_ = session.add_torrent(std::move(parameters));
  // Peers are dialled once a second, but at once when a torrent is resumed. One with metadata is resumed when
  // it is known what is on disk: before, it does not connect.
  if (!has_metadata) {
    metadata_exchange_->fetch([this](std::span<const char> metadata) {
      return handle_.set_metadata({metadata.data(), static_cast<std::ptrdiff_t>(metadata.size())});
    });
    handle_.resume();
  }
  if (has_metadata) {
    // After the caller has its Torrent.
    session_.after(0ms, [weak] {
      if (const auto self = weak.lock(); self && !self->left_) self->on_metadata();
    });
  }
  if (slot_ && slot_->is_second_copy()) {
    session_.after(0ms, [weak] {
      if (const auto self = weak.lock(); self && !self->left_) {
        self->warn({ErrorCategory::Storage,
                    "cache-in-use",
                    "Another Freshet has this torrent open; this one keeps a copy of its own",
                    {}});
      }
    });
  }
}

void TorrentCore::leave(lt::session& session) {
  if (left_) return;
  observers_.clear();
  if (checked_ && handle_.is_valid()) {
    learn_pieces();  // alerts may be under way
    keep_finished_files();
    trim();
  }
  left_ = true;
  peers_->stop();
  if (store_) store_->set_repairer(nullptr);
  if (exchange_) exchange_->stop();
  leaf_exchange_->stop();
  metadata_exchange_->stop();
  leaf_origin_.reset();
  readable_->close();
  if (!handle_.is_valid()) return;
  if (slot_ && layout_) {
    handle_.save_resume_data(lt::torrent_handle::save_info_dict);
    session_.pump_alerts();
  }
  session.remove_torrent(std::exchange(handle_, {}));
  // Nobody else may have the folder while it is being written to.
  if (store_) store_->when_written([slot = slot_](bool) {});
  store_.reset();
  slot_.reset();
  // What libtorrent shares with us is given up here, on its thread, not where the last holder of this object
  // is.
  peers_.reset();
  exchange_.reset();
  leaf_exchange_.reset();
  metadata_exchange_.reset();
}

void TorrentCore::add_observer(TorrentObserver& observer) {
  observers_.push_back(&observer);
  // One that comes later learns what the others know.
  if (!layout_) return;
  session_.after(0ms, [weak = weak_from_this(), &observer] {
    const auto self = weak.lock();
    if (!self || std::ranges::find(self->observers_, &observer) == self->observers_.end()) return;
    observer.on_metadata(self->layout_->metadata);
    observer.on_state(self->stats().state);
  });
}

bool TorrentCore::remove_observer(TorrentObserver& observer) {
  if (const auto found = std::ranges::find(observers_, &observer); found != observers_.end())
    observers_.erase(found);
  return observers_.empty();
}

void TorrentCore::warn(Error warning) {
  tell([&](TorrentObserver& observer) { observer.on_warning(warning); });
}

void TorrentCore::on_alert(const lt::alert& alert) {
  if (left_) {
    if (const auto* saved = lt::alert_cast<lt::save_resume_data_alert>(&alert)) on_saved(saved->params);
    return;
  }
  switch (alert.type()) {
    case lt::metadata_received_alert::alert_type:
      on_metadata();
      // Nothing is on disk yet: what is wanted first is said before the peers are asked for anything.
      if (layout_ && verified_ == 0) start_exchange();
      return plan_window();
    case lt::torrent_checked_alert::alert_type: return on_checked();
    case lt::state_changed_alert::alert_type:
      // Its data must be checked, which a paused torrent does not do.
      if (lt::alert_cast<lt::state_changed_alert>(&alert)->state == lt::torrent_status::checking_files) {
        handle_.resume();
      }
      return;
    case lt::piece_finished_alert::alert_type:
      return on_piece(static_cast<int>(lt::alert_cast<lt::piece_finished_alert>(&alert)->piece_index));
    case lt::save_resume_data_alert::alert_type:
      return on_saved(lt::alert_cast<lt::save_resume_data_alert>(&alert)->params);
    case lt::hash_failed_alert::alert_type: return refresh_stats();
    case lt::file_error_alert::alert_type: {
      const auto& error = *lt::alert_cast<lt::file_error_alert>(&alert);
      return on_file_error(error);
    }
    case lt::torrent_error_alert::alert_type: {
      const auto& error = *lt::alert_cast<lt::torrent_error_alert>(&alert);
      return on_torrent_error(error.error, error.filename());
    }
    case lt::metadata_failed_alert::alert_type:
      return warn(
          {ErrorCategory::Source, "bad-metadata", "A peer sent a file list that is not the torrent's", {}});
    case lt::tracker_error_alert::alert_type: {
      const auto& error = *lt::alert_cast<lt::tracker_error_alert>(&alert);
      return warn({ErrorCategory::Network,
                   "tracker-failed",
                   std::string("The tracker ") + error.tracker_url() + " failed: " + error.error.message(),
                   {}});
    }
    default: return;
  }
}

void TorrentCore::on_peers() {
  peers_are_due_ = false;
  ever_had_peers_ = ever_had_peers_ || peers_->peers() > 0;
  refresh_stats();
  refresh_peers();
  tell([&](TorrentObserver& observer) { observer.on_peers(stats()); });
  refresh_state();
}

void TorrentCore::on_metadata() {
  if (layout_) return;
  const auto info = handle_.torrent_file();
  if (!info) return;
  if (const auto bounded = check_bounds(*info); !bounded) return report_failed(bounded.error());
  std::vector<std::string> trackers;
  for (const auto& tracker : handle_.trackers()) trackers.push_back(tracker.url);
  auto layout = std::make_shared<const TorrentLayout>(make_layout(*info, trackers));
  hashes_ = info->info_hashes();
  metadata_exchange_->serve(info->info_section());
  have_.assign(static_cast<std::size_t>(layout->piece_count), false);
  window_.emplace(layout->piece_count, default_priority);
  readable_->set_layout(layout->piece_length, layout->total);
  connect_store(*info);
  {
    const std::lock_guard lock(shared_);
    layout_ = layout;
  }
  if (role_ == TorrentRole::Play) {
    if (!info->info_hashes().has_v1()) {
      warn({ErrorCategory::Source,
            "v2-only",
            "This torrent has no v1 hashes; libtorrent 2.0 may fail on it when a peer sends bad data",
            {}});
    }
    save_resume(true);  // the file list need not be fetched again
  }
  tell([&](TorrentObserver& observer) { observer.on_metadata(layout->metadata); });
  refresh_state();
}

void TorrentCore::on_checked() {
  if (!layout_) on_metadata();
  if (!layout_) return;
  if (trouble_ != Trouble::Fatal) handle_.resume();
  checked_ = true;
  learn_pieces();
  if (std::exchange(recheck_, false)) {
    // libtorrent has made its piece picker anew.
    window_.emplace(layout_->piece_count, DeadlineWindow::unknown_priority);
  }
  readable_->set_have(have_);
  start_exchange();
  if (role_ == TorrentRole::Seed && verified_ < layout_->total) {
    return report_failed({ErrorCategory::Source,
                          "data-does-not-match",
                          "The data is not what the torrent describes: some of it fails its hash",
                          {}});
  }
  refresh_stats();
  tell([](TorrentObserver& observer) { observer.on_verified(); });
  on_readers_changed();
  keep_finished_files();
  refresh_state();
}

void TorrentCore::learn_pieces() {
  have_.assign(static_cast<std::size_t>(layout_->piece_count), false);
  verified_ = 0;
  const auto status = handle_.status(lt::torrent_handle::query_pieces);
  for (int piece = 0; piece < layout_->piece_count && piece < status.pieces.size(); ++piece) {
    if (!status.pieces[lt::piece_index_t{piece}] || evicted_.contains(piece)) continue;
    have_[static_cast<std::size_t>(piece)] = true;
    verified_ += layout_->piece_size(piece);
  }
}

void TorrentCore::on_piece(int piece) {
  if (!layout_ || !checked_ || have_[static_cast<std::size_t>(piece)]) return;
  have_[static_cast<std::size_t>(piece)] = true;
  verified_ += layout_->piece_size(piece);
  readable_->add_have(piece);
  if (trouble_ == Trouble::Storage && !write_failed_) trouble_ = Trouble::None;  // the disk works again
  load_pieces();
  if (verified_ > session_.disk_room().value)
    plan_window();
  else
    plan_soon();
  if (!std::exchange(verified_is_due_, true)) {
    session_.after(verified_interval, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->left_) return;
      self->verified_is_due_ = false;
      self->refresh_stats();
      self->tell([](TorrentObserver& observer) { observer.on_verified(); });
      self->keep_finished_files();
      self->refresh_state();
    });
  }
}

void TorrentCore::keep_finished_files() {
  const auto& folder = session_.options().keep_dir;
  if (left_ || !folder || !slot_ || !layout_) return;
  const auto opened = [&] {
    const std::lock_guard lock(shared_);
    return opened_;
  }();
  for (const auto file : opened) {
    const auto& placement = layout_->files[static_cast<std::size_t>(file)];
    const auto pieces =
        pieces_of(placement.begin, {{0}, ByteOffset{placement.file.size.value}}, layout_->piece_length);
    bool complete = true;
    for (int piece = pieces.first; complete && piece <= pieces.last; ++piece) {
      complete = have_[static_cast<std::size_t>(piece)] || store_->was_verified(piece);
    }
    if (!complete || !kept_.insert(static_cast<int>(file)).second) continue;
    const auto source = slot_->data_dir() /
                        handle_.torrent_file()->files().file_path(lt::file_index_t{placement.storage_index});
    // The file is whole: the end of the player waits for its copy. The slot keeps others off its folder.
    auto keep = [weak = weak_from_this(), core = session_.weak_from_this(), source, folder = *folder,
                 name = kept_name(placement.file.path), file, slot = slot_](const std::stop_token& stop) {
      auto kept = keep_file(source, folder, name, stop);
      const auto session = core.lock();
      if (!session) return;
      session->post([weak, file, kept = std::move(kept)] {
        const auto self = weak.lock();
        if (!self || self->left_) return;
        self->tell([&](TorrentObserver& observer) {
          if (kept)
            observer.on_kept(file, *kept);
          else
            observer.on_warning(kept.error());
        });
      });
    };
    store_->when_written([&worker = session_.worker(), keep = std::move(keep)](bool all) {
      if (all) worker.post(keep, BackgroundWorker::AtEnd::Finish);
    });
  }
}

void TorrentCore::connect_store(const lt::torrent_info& info) {
  store_ = session_.store().torrent(info.info_hashes());
  const auto deliver = [readable = readable_](int piece, const PieceBytes& bytes) {
    readable->deliver(piece, bytes);
  };
  // What the network thread is told.
  const auto here = [weak = weak_from_this()](auto call) {
    return [weak, call](const auto&... arguments) {
      if (const auto self = weak.lock(); self && !self->left_) call(*self, arguments...);
    };
  };
  store_->connect(
      id_,
      {
          .verified = deliver,
          .blocks_verified =
              [readable = readable_](int piece, const std::shared_ptr<VerifiedBlocks>& blocks) {
                readable->deliver_blocks(piece, blocks);
              },
          .loaded = deliver,
          .load_failed = here([](TorrentCore& self, int, const lt::storage_error& error) {
            self.on_data_lost(error.ec.message());
          }),
          .trouble =
              here([](TorrentCore& self, const lt::storage_error& error) { self.on_write_trouble(error); }),
          .recovered = here([](TorrentCore& self) {
            self.write_failed_ = false;
            if (self.trouble_ == Trouble::Storage) self.trouble_ = Trouble::None;
            self.refresh_state();
          }),
          .restored = here([](TorrentCore& self, int piece) { self.on_restored(piece); }),
          .cannot_shrink =
              here([](TorrentCore& self, const lt::storage_error& error) { self.on_cannot_shrink(error); }),
          .lost = here([](TorrentCore& self) { self.on_data_lost("a file was deleted or cut short"); }),
      });
  store_->set_expected(info, handle_.piece_layers());
  needs_layers_ = info.info_hashes().has_v2();
  start_leaves(info);
  if (exchange_) {
    exchange_->set_store(store_.get());
    exchange_->set_on_arrival([this] { look_for_layers(); });  // it is stopped before this goes
    store_->set_repairer(exchange_.get());
  }
}

std::optional<TorrentMetadata> TorrentCore::metadata() const {
  const std::lock_guard lock(shared_);
  if (!layout_) return std::nullopt;
  return layout_->metadata;
}

void TorrentCore::when_saved(std::function<void(bool)> done) {
  if (store_)
    store_->when_written(std::move(done));
  else
    done(!left_);  // without metadata nothing is verified
}

SwarmStats TorrentCore::stats() const {
  const std::lock_guard lock(shared_);
  return stats_;
}

Result<std::shared_ptr<ByteSource>> TorrentCore::open_file(FileIndex index, Urgency urgency) {
  std::shared_ptr<const TorrentLayout> layout;
  {
    const std::lock_guard lock(shared_);
    layout = layout_;
  }
  const auto position = static_cast<std::size_t>(index);
  if (!layout || position >= layout->files.size()) {
    return fail(ErrorCategory::Source, "no-such-file-in-torrent", "The torrent has no file with that number",
                "--list shows the files");
  }
  {
    const std::lock_guard lock(shared_);
    opened_.insert(index);
  }
  const auto& placement = layout->files[position];
  return readable_->open(index, placement.begin, placement.file.size, urgency);
}

}  // namespace freshet::streaming
