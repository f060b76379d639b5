// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/disk_thread.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/disk_observer.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/posix_disk_io.hpp>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "streaming/hole_hashes.h"

namespace freshet::streaming {
namespace {

// Received and not yet written. Beyond it peers are not read from until half of it is on disk; a second of a
// fast line, so that a short hiccup of the disk costs no speed.
constexpr std::int64_t most_unwritten = 32 << 20;

class DiskThread final : public lt::disk_interface {
 public:
  DiskThread(lt::io_context& network, const lt::settings_interface& settings, lt::counters& counters)
      : network_(network),
        storage_(lt::posix_disk_io_constructor(disk_, settings, counters)),
        busy_(disk_.get_executor()),
        thread_([this] { disk_.run(); }) {}

  ~DiskThread() override {
    busy_.reset();  // the thread ends when all jobs are done
    thread_.join();
  }
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;

  lt::storage_holder new_torrent(const lt::storage_params& params,
                                 const std::shared_ptr<void>& owner) override {
    const std::lock_guard lock(mutex_);
    auto holder = storage_->new_torrent(params, owner);
    const auto index = static_cast<lt::storage_index_t>(holder);
    // The storage refers to the torrent's file list: the torrent lives until the last job is done.
    torrents_.emplace(
        index, Entry{std::move(holder), owner,
                     params.mapped_files != nullptr ? params.mapped_files : &params.files, params.path});
    return {index, *this};
  }

  void remove_torrent(lt::storage_index_t index) override {
    job([this, index, busy = boost::asio::make_work_guard(network_)] {
      const auto entry = torrents_.find(index);
      if (entry == torrents_.end()) return;
      // It may be the last reference, and torrents die on the network thread.
      boost::asio::post(network_, [owner = std::move(entry->second.owner)] {});
      torrents_.erase(entry);
    });
  }

  void async_read(lt::storage_index_t torrent, const lt::peer_request& request,
                  std::function<void(lt::disk_buffer_holder, const lt::storage_error&)> handler,
                  lt::disk_job_flags_t flags) override {
    job([this, torrent, request, flags, handler = back(std::move(handler))]() mutable {
      storage_->async_read(torrent, request, std::move(handler), flags);
    });
  }

  bool async_write(lt::storage_index_t torrent, const lt::peer_request& request, const char* data,
                   std::shared_ptr<lt::disk_observer> observer,
                   std::function<void(const lt::storage_error&)> handler,
                   lt::disk_job_flags_t flags) override {
    const auto size = request.length;
    unwritten_ += size;
    const bool too_much = unwritten_ > most_unwritten;
    if (too_much && observer) waiting_.push_back(observer);
    std::function<void(const lt::storage_error&)> written =
        [this, size, handler = std::move(handler)](const lt::storage_error& error) {
          unwritten_ -= size;
          if (unwritten_ <= most_unwritten / 2) {
            for (const auto& each : std::exchange(waiting_, {})) {
              if (const auto alive = each.lock()) alive->on_disk();
            }
          }
          handler(error);
        };
    job([this, torrent, request, flags, block = std::vector<char>(data, data + size),
         handler = back(std::move(written))]() mutable {
      storage_->async_write(torrent, request, block.data(), nullptr, std::move(handler), flags);
    });
    return too_much;
  }

  void async_hash(lt::storage_index_t torrent, lt::piece_index_t piece, lt::span<lt::sha256_hash> blocks,
                  lt::disk_job_flags_t flags,
                  std::function<void(lt::piece_index_t, const lt::sha1_hash&, const lt::storage_error&)>
                      handler) override {
    job([this, torrent, piece, blocks, flags, handler = back(std::move(handler))]() mutable {
      const auto entry = torrents_.find(torrent);
      if (entry != torrents_.end() &&
          HoleHashes::is_hole(*entry->second.files, entry->second.folder, piece)) {
        const auto& files = *entry->second.files;
        if (!blocks.empty()) holes_.v2(files.piece_size2(piece), blocks);
        const bool v1 = bool(flags & lt::disk_interface::v1_hash);
        return handler(piece, v1 ? holes_.v1(files.piece_size(piece)) : lt::sha1_hash{}, {});
      }
      storage_->async_hash(torrent, piece, blocks, flags, std::move(handler));
    });
  }

  void async_hash2(lt::storage_index_t torrent, lt::piece_index_t piece, int offset,
                   lt::disk_job_flags_t flags,
                   std::function<void(lt::piece_index_t, const lt::sha256_hash&, const lt::storage_error&)>
                       handler) override {
    job([this, torrent, piece, offset, flags, handler = back(std::move(handler))]() mutable {
      storage_->async_hash2(torrent, piece, offset, flags, std::move(handler));
    });
  }

  void async_move_storage(
      lt::storage_index_t torrent, std::string path, lt::move_flags_t flags,
      std::function<void(lt::status_t, const std::string&, const lt::storage_error&)> handler) override {
    job([this, torrent, path = std::move(path), flags, handler = back(std::move(handler))]() mutable {
      storage_->async_move_storage(torrent, std::move(path), flags, std::move(handler));
    });
  }

  void async_release_files(lt::storage_index_t torrent, std::function<void()> handler) override {
    job([this, torrent, handler = back_if(std::move(handler))]() mutable {
      storage_->async_release_files(torrent, std::move(handler));
    });
  }

  void async_check_files(lt::storage_index_t torrent, const lt::add_torrent_params* resume,
                         lt::aux::vector<std::string, lt::file_index_t> links,
                         std::function<void(lt::status_t, const lt::storage_error&)> handler) override {
    job([this, torrent, resume, links = std::move(links), handler = back(std::move(handler))]() mutable {
      storage_->async_check_files(torrent, resume, std::move(links), std::move(handler));
    });
  }

  void async_stop_torrent(lt::storage_index_t torrent, std::function<void()> handler) override {
    job([this, torrent, handler = back_if(std::move(handler))]() mutable {
      storage_->async_release_files(torrent, {});
      storage_->async_stop_torrent(torrent, std::move(handler));
    });
  }

  void async_rename_file(
      lt::storage_index_t torrent, lt::file_index_t file, std::string name,
      std::function<void(const std::string&, lt::file_index_t, const lt::storage_error&)> handler) override {
    job([this, torrent, file, name = std::move(name), handler = back(std::move(handler))]() mutable {
      storage_->async_rename_file(torrent, file, std::move(name), std::move(handler));
    });
  }

  void async_delete_files(lt::storage_index_t torrent, lt::remove_flags_t flags,
                          std::function<void(const lt::storage_error&)> handler) override {
    job([this, torrent, flags, handler = back(std::move(handler))]() mutable {
      storage_->async_delete_files(torrent, flags, std::move(handler));
    });
  }

  void async_set_file_priority(lt::storage_index_t torrent,
                               lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities,
                               std::function<void(const lt::storage_error&,
                                                  lt::aux::vector<lt::download_priority_t, lt::file_index_t>)>
                                   handler) override {
    job([this, torrent, priorities = std::move(priorities), handler = back(std::move(handler))]() mutable {
      storage_->async_set_file_priority(torrent, std::move(priorities), std::move(handler));
    });
  }

  void async_clear_piece(lt::storage_index_t torrent, lt::piece_index_t piece,
                         std::function<void(lt::piece_index_t)> handler) override {
    job([this, torrent, piece, handler = back(std::move(handler))]() mutable {
      storage_->async_clear_piece(torrent, piece, std::move(handler));
    });
  }

  void update_stats_counters(lt::counters& counters) const override {
    storage_->update_stats_counters(counters);
  }
  std::vector<lt::open_file_state> get_status(lt::storage_index_t) const override { return {}; }
  void abort(bool) override {}
  void submit_jobs() override {}
  void settings_updated() override {
    const std::lock_guard lock(mutex_);
    storage_->settings_updated();
  }

 private:
  struct Entry {
    lt::storage_holder holder;
    std::shared_ptr<void> owner;
    const lt::file_storage* files;  // the owner's
    std::string folder;
  };

  template <class Job>
  void job(Job work) {
    boost::asio::post(disk_, [this, work = std::move(work)]() mutable {
      const std::lock_guard lock(mutex_);
      work();
    });
  }

  // The storage calls its handlers on the disk thread; this one goes on to the network thread. Until it has
  // run the network thread has work.
  template <class... Arguments>
  std::function<void(Arguments...)> back(std::function<void(Arguments...)> handler) {
    return [&network = network_, busy = boost::asio::make_work_guard(network_),
            handler = std::move(handler)](Arguments... arguments) mutable {
      boost::asio::post(network,
                        [handler = std::move(handler), values = std::tuple<std::decay_t<Arguments>...>(
                                                           std::forward<Arguments>(arguments)...)]() mutable {
                          std::apply([&](auto&... each) { handler(std::move(each)...); }, values);
                        });
    };
  }
  std::function<void()> back_if(std::function<void()> handler) {
    if (!handler) return {};
    return back(std::move(handler));
  }

  lt::io_context& network_;
  lt::io_context disk_{1};
  std::mutex mutex_;  // the storage: jobs on the disk thread, torrents that are added on the network thread
  std::unique_ptr<lt::disk_interface> storage_;
  std::map<lt::storage_index_t, Entry> torrents_;
  HoleHashes holes_;

  // The network thread's.
  std::int64_t unwritten_ = 0;
  std::vector<std::weak_ptr<lt::disk_observer>> waiting_;

  boost::asio::executor_work_guard<lt::io_context::executor_type> busy_;
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<lt::disk_interface> make_disk_thread(lt::io_context& network,
                                                     const lt::settings_interface& settings,
                                                     lt::counters& counters) {
  return std::make_unique<DiskThread>(network, settings, counters);
}

}  // namespace freshet::streaming
