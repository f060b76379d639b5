// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// libtorrent's side of the piece store, and the two classes of piece_store.h. What has nothing to do with
// blocks (looking at what is on disk, moving, renaming, deleting) is left to libtorrent's own storage, which
// opens files for each call as ours does. It is used on the writer's thread, after all that had arrived has
// been written.
#include <algorithm>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/posix_disk_io.hpp>
#include <libtorrent/torrent_info.hpp>
#include <map>
#include <tuple>
#include <utility>

#include "streaming/store_core.h"

namespace freshet::streaming {
namespace {

class PieceDisk final : public lt::disk_interface, public lt::buffer_allocator_interface {
 public:
  PieceDisk(std::shared_ptr<StoreCore> core, lt::io_context& network, const lt::settings_interface& settings,
            lt::counters& counters)
      : network_(network),
        core_(std::move(core)),
        below_(lt::posix_disk_io_constructor(below_context_, settings, counters)) {
    core_->start(network);
  }
  ~PieceDisk() override { core_->stop(); }
  PieceDisk(const PieceDisk&) = delete;
  PieceDisk& operator=(const PieceDisk&) = delete;

  lt::storage_holder new_torrent(const lt::storage_params& params,
                                 const std::shared_ptr<void>& owner) override {
    const auto& files = params.mapped_files != nullptr ? *params.mapped_files : params.files;
    // The file list is libtorrent's torrent's: it lives until the last job is done, and as that may be the
    // last reference, and torrents die on the network thread, it is given up there.
    const std::shared_ptr<void> guard(
        owner.get(), [&network = network_, owner, busy = boost::asio::make_work_guard(network_)](void*) {
          boost::asio::post(network, [owner, busy] {});
        });
    const std::lock_guard below_lock(below_mutex_);
    auto holder = below_->new_torrent(params, owner);
    const auto index = static_cast<lt::storage_index_t>(holder);
    const std::lock_guard lock(mutex_);
    torrents_.insert_or_assign(
        index,
        Entry{guard, std::move(holder),
              core_->attach(params.info_hash, std::make_shared<PieceFiles>(files, params.path, guard))});
    return {index, *this};
  }

  void remove_torrent(lt::storage_index_t index) override {
    const auto torrent = find(index);
    {
      const std::lock_guard lock(core_->mutex);
      torrent->gone = true;
    }
    core_->after_flush(torrent, [this, index, torrent, busy = boost::asio::make_work_guard(network_)] {
      core_->forget_all(torrent);
      const std::lock_guard below_lock(below_mutex_);
      const std::lock_guard lock(mutex_);
      torrents_.erase(index);
    });
  }

  void async_read(lt::storage_index_t index, const lt::peer_request& request,
                  std::function<void(lt::disk_buffer_holder, const lt::storage_error&)> handler,
                  lt::disk_job_flags_t) override {
    core_->read(find(index), static_cast<int>(request.piece), request.start, request.length,
                TaskPool::Urgency::Soon,
                [this, handler = back(std::move(handler))](std::span<const char> bytes,
                                                           const lt::storage_error& error) {
                  if (error) return handler({}, error);
                  auto copy = std::make_unique_for_overwrite<char[]>(bytes.size());
                  std::ranges::copy(bytes, copy.get());
                  handler(lt::disk_buffer_holder(*this, copy.release(), static_cast<int>(bytes.size())), {});
                });
  }
  // Of the holders above.
  void free_disk_buffer(char* buffer) override { std::unique_ptr<char[]>{buffer}; }

  bool async_write(lt::storage_index_t index, const lt::peer_request& request, const char* data,
                   std::shared_ptr<lt::disk_observer> observer,
                   std::function<void(const lt::storage_error&)> handler, lt::disk_job_flags_t) override {
    return core_->put(find(index), request, data, std::move(observer), back(std::move(handler)));
  }

  void async_hash(lt::storage_index_t index, lt::piece_index_t piece, lt::span<lt::sha256_hash> leaves,
                  lt::disk_job_flags_t flags,
                  std::function<void(lt::piece_index_t, const lt::sha1_hash&, const lt::storage_error&)>
                      handler) override {
    core_->hash(find(index), static_cast<int>(piece),
                {leaves, bool(flags & lt::disk_interface::v1_hash), back(std::move(handler))});
  }

  void async_hash2(lt::storage_index_t index, lt::piece_index_t piece, int offset, lt::disk_job_flags_t,
                   std::function<void(lt::piece_index_t, const lt::sha256_hash&, const lt::storage_error&)>
                       handler) override {
    core_->hash_block(
        find(index), static_cast<int>(piece), offset,
        [piece, handler = back(std::move(handler))](
            const lt::sha256_hash& hash, const lt::storage_error& error) { handler(piece, hash, error); });
  }

  void async_move_storage(
      lt::storage_index_t index, std::string path, lt::move_flags_t flags,
      std::function<void(lt::status_t, const std::string&, const lt::storage_error&)> handler) override {
    below(index, [this, index, torrent = find(index), path = std::move(path), flags,
                  handler = back(std::move(handler))]() mutable {
      below_->async_move_storage(
          index, std::move(path), flags,
          [torrent, handler = std::move(handler)](lt::status_t status, const std::string& where,
                                                  const lt::storage_error& error) {
            if (!error) torrent->files->set_folder(where);
            handler(status, where, error);
          });
    });
  }

  void async_release_files(lt::storage_index_t index, std::function<void()> handler) override {
    below(index, [this, index, handler = back_if(std::move(handler))]() mutable {
      below_->async_release_files(index, std::move(handler));
    });
  }

  void async_check_files(lt::storage_index_t index, const lt::add_torrent_params* resume,
                         lt::aux::vector<std::string, lt::file_index_t> links,
                         std::function<void(lt::status_t, const lt::storage_error&)> handler) override {
    below(index, [this, index, torrent = find(index), resume, links = std::move(links),
                  handler = back(std::move(handler))]() mutable {
      // From now on it counts what is on disk.
      core_->forget_all(torrent);
      below_->async_check_files(index, resume, std::move(links), std::move(handler));
    });
  }

  void async_stop_torrent(lt::storage_index_t index, std::function<void()> handler) override {
    below(index, [this, index, handler = back_if(std::move(handler))]() mutable {
      below_->async_release_files(index, {});
      below_->async_stop_torrent(index, std::move(handler));
    });
  }

  void async_rename_file(
      lt::storage_index_t index, lt::file_index_t file, std::string name,
      std::function<void(const std::string&, lt::file_index_t, const lt::storage_error&)> handler) override {
    below(index, [this, index, torrent = find(index), file, name = std::move(name),
                  handler = back(std::move(handler))]() mutable {
      below_->async_rename_file(
          index, file, std::move(name),
          [torrent, handler = std::move(handler)](const std::string& now, lt::file_index_t renamed,
                                                  const lt::storage_error& error) {
            if (!error) torrent->files->rename(renamed, now);
            handler(now, renamed, error);
          });
    });
  }

  void async_delete_files(lt::storage_index_t index, lt::remove_flags_t flags,
                          std::function<void(const lt::storage_error&)> handler) override {
    below(index, [this, index, torrent = find(index), flags, handler = back(std::move(handler))]() mutable {
      core_->forget_all(torrent);
      below_->async_delete_files(index, flags, std::move(handler));
    });
  }

  // A priority of 0 would keep a file's data in a file of leftovers, which only libtorrent's storage knows.
  // Freshet gives no file that priority: pieces have priorities.
  void async_set_file_priority(lt::storage_index_t,
                               lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities,
                               std::function<void(const lt::storage_error&,
                                                  lt::aux::vector<lt::download_priority_t, lt::file_index_t>)>
                                   handler) override {
    back(std::move(handler))({}, std::move(priorities));
  }

  void async_clear_piece(lt::storage_index_t index, lt::piece_index_t piece,
                         std::function<void(lt::piece_index_t)> handler) override {
    core_->clear(find(index), static_cast<int>(piece),
                 [piece, handler = back(std::move(handler))] { handler(piece); });
  }

  void update_stats_counters(lt::counters& counters) const override {
    below_->update_stats_counters(counters);
  }
  std::vector<lt::open_file_state> get_status(lt::storage_index_t) const override { return {}; }
  void abort(bool) override {}
  void submit_jobs() override {}
  void settings_updated() override {
    const std::lock_guard lock(below_mutex_);
    below_->settings_updated();
  }

 private:
  struct Entry {
    std::shared_ptr<void> owner;  // dies after the holder, which refers to its file list
    lt::storage_holder holder;
    StoreCore::Torrent torrent;
  };

  [[nodiscard]] StoreCore::Torrent find(lt::storage_index_t index) const {
    const std::lock_guard lock(mutex_);
    return torrents_.at(index).torrent;
  }

  // `operation` on the storage below, on the writer's thread.
  template <class Operation>
  void below(lt::storage_index_t index, Operation operation) {
    auto shared = std::make_shared<Operation>(std::move(operation));
    core_->after_flush(find(index), [this, shared] {
      const std::lock_guard lock(below_mutex_);
      (*shared)();
      // It posts its answers.
      below_context_.restart();
      below_context_.poll();
    });
  }

  // To the network thread, which has work until the handler has run.
  template <class... Arguments>
  std::function<void(Arguments...)> back(std::function<void(Arguments...)> handler) {
    struct Call {
      boost::asio::executor_work_guard<lt::io_context::executor_type> busy;
      std::function<void(Arguments...)> handler;
    };
    auto call = std::make_shared<Call>(Call{boost::asio::make_work_guard(network_), std::move(handler)});
    return [&network = network_, call = std::move(call)](Arguments... arguments) {
      boost::asio::post(
          network,
          [handler = std::move(call->handler), busy = std::move(call->busy),
           values = std::tuple<std::decay_t<Arguments>...>(std::forward<Arguments>(arguments)...)]() mutable {
            std::apply([&](auto&... each) { handler(std::move(each)...); }, values);
          });
    };
  }
  std::function<void()> back_if(std::function<void()> handler) {
    if (!handler) return {};
    return back(std::move(handler));
  }

  lt::io_context& network_;
  std::shared_ptr<StoreCore> core_;
  std::mutex below_mutex_;  // the storage below; taken before mutex_
  lt::io_context below_context_{1};
  std::unique_ptr<lt::disk_interface> below_;
  mutable std::mutex mutex_;
  std::map<lt::storage_index_t, Entry> torrents_;
};

class Store final : public TorrentStore {
 public:
  Store(std::shared_ptr<StoreCore> core, StoreCore::Torrent torrent)
      : core_(std::move(core)), torrent_(std::move(torrent)) {}
  ~Store() override {
    core_->set_repairs(torrent_, nullptr);
    core_->unclaim(torrent_);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void set_repairer(PieceRepairer* repairer) override { core_->set_repairs(torrent_, repairer); }
  void set_expected(const lt::torrent_info& info,
                    const std::vector<std::vector<lt::sha256_hash>>& layers) override {
    core_->set_expected(torrent_, std::make_shared<const ExpectedHashes>(info, layers), info);
  }
  bool lacks_hashes() const override {
    const std::lock_guard lock(core_->mutex);
    return torrent_->expected && torrent_->expected->lacks_any();
  }
  bool is_held(int piece) const override {
    const std::lock_guard lock(core_->mutex);
    const auto found = torrent_->arriving.find(piece);
    return found != torrent_->arriving.end() &&
           (found->second->state == ArrivingPiece::State::Held || found->second->any_bad());
  }
  bool was_verified(int piece) const override {
    const std::lock_guard lock(core_->mutex);
    return torrent_->verified.contains(piece);
  }
  bool replace_block(int piece, int begin, std::span<const char> bytes) override {
    return core_->replace(torrent_, piece, begin, bytes);
  }
  Stats stats() const override { return core_->stats(torrent_); }
  void withhold_one() override { core_->withhold_one(torrent_); }
  std::vector<int> evict(std::span<const int> pieces) override { return core_->evict(torrent_, pieces); }
  bool is_evicted(int piece) const override {
    const std::lock_guard lock(core_->mutex);
    return torrent_->evicted.contains(piece);
  }
  bool put_evicted(int piece, int begin, std::span<const char> bytes) override {
    return core_->put_evicted(torrent_, piece, begin, bytes);
  }
  Result<void> use_leaf_file(const std::filesystem::path& path) override {
    return core_->use_leaf_file(torrent_, path);
  }
  HashVerdict add_leaves(int piece, std::span<const lt::sha256_hash> leaves) override {
    return core_->add_leaves(torrent_, piece, leaves);
  }
  bool knows_leaves(int piece) const override {
    const auto its = book();
    return its && its->knows(piece);
  }
  int leaf_count(int piece) const override {
    const auto its = book();
    return its ? its->layout().of_piece(piece).count : 0;
  }
  void leaves_of(int piece, bool is_here, std::function<void(KnownLeaves)> done) override {
    core_->leaves_of(torrent_, piece, is_here, std::move(done));
  }
  void connect(std::uint64_t id, StoreCallbacks callbacks) override {
    const std::lock_guard lock(core_->mutex);
    torrent_->id = id;
    torrent_->callbacks = std::move(callbacks);
  }
  void load(int piece) override { core_->load(torrent_, piece); }
  void retry() override { core_->retry(torrent_); }
  void when_written(std::function<void(bool)> done) override {
    core_->when_written(torrent_, std::move(done));
  }

 private:
  [[nodiscard]] std::shared_ptr<LeafBook> book() const {
    const std::lock_guard lock(core_->mutex);
    return torrent_->book;
  }

  std::shared_ptr<StoreCore> core_;
  StoreCore::Torrent torrent_;
};

}  // namespace

PieceStore::PieceStore(std::shared_ptr<PieceCache> cache)
    : core_(std::make_shared<StoreCore>(std::move(cache))) {}
PieceStore::~PieceStore() = default;

std::unique_ptr<lt::disk_interface> PieceStore::make_disk(lt::io_context& network,
                                                          const lt::settings_interface& settings,
                                                          lt::counters& counters) {
  return std::make_unique<PieceDisk>(core_, network, settings, counters);
}

std::shared_ptr<TorrentStore> PieceStore::torrent(const lt::info_hash_t& hashes) {
  return std::make_shared<Store>(core_, core_->claim(hashes));
}

}  // namespace freshet::streaming
