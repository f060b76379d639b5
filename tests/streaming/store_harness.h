// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A piece store with the test in libtorrent's place: it hands in blocks, asks for hashes and reads, and its
// thread is the network thread. Handlers run in pump().
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/disk_observer.hpp>
#include <libtorrent/io_context.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/performance_counters.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/storage_defs.hpp>
#include <libtorrent/torrent_info.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "streaming/leaves/verified_blocks.h"
#include "streaming/piece_store.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {

class StoreHarness : public streaming::PieceRepairer {
 public:
  struct Hash {
    lt::sha1_hash v1;
    std::vector<lt::sha256_hash> leaves;
    lt::storage_error error;
  };
  struct Options {
    streaming::TorrentFormat format = streaming::TorrentFormat::Hybrid;
    Bytes piece_length = kib(64);
    Bytes memory = mib(64);
    bool expected = true;  // the store knows the hashes
  };

  // `content` is one file; with several parts it is a folder of files, which a hybrid torrent pads.
  StoreHarness(const std::vector<std::string>& contents, const Options& options)
      : cache(std::make_shared<streaming::PieceCache>(options.memory)), store_(cache) {
    namespace fs = std::filesystem;
    for (std::size_t i = 0; i < contents.size(); ++i) {
      const auto name = std::to_string(i) + ".mkv";
      write_file(source / ("film/" + name), contents[i]);
      contents_[name] = contents[i];
    }
    const auto published = publish(contents.size() == 1 ? source / "film/0.mkv" : source / "film",
                                   {.format = options.format, .piece_length = options.piece_length});
    info = std::make_shared<lt::torrent_info>(
        lt::span<const char>(published.bytes.data(), static_cast<std::ptrdiff_t>(published.bytes.size())),
        lt::from_span);
    disk_ = store_.make_disk(network_, settings_, counters_);
    const lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities;
    const auto folder = data.path().string();
    const lt::storage_params params(info->files(), nullptr, folder, lt::storage_mode_sparse, priorities,
                                    info->info_hashes().get_best());
    storage_.emplace(disk_->new_torrent(params, info));
    torrent = store_.torrent(info->info_hashes());
    torrent->connect(
        1, {
               .verified =
                   [this](int piece, const streaming::PieceBytes& bytes) {
                     const std::lock_guard lock(mutex_);
                     verified_[piece] = {std::chrono::steady_clock::now(), bytes};
                   },
               .blocks_verified =
                   [this](int piece, const std::shared_ptr<streaming::VerifiedBlocks>& blocks) {
                     const std::lock_guard lock(mutex_);
                     early_[piece] = blocks;
                   },
               .loaded =
                   [this](int piece, const streaming::PieceBytes& bytes) {
                     const std::lock_guard lock(mutex_);
                     loaded_[piece] = bytes;
                   },
               .load_failed = [this](int piece, const lt::storage_error&) { load_failed.push_back(piece); },
               .trouble = [this](const lt::storage_error& error) { troubles.push_back(error); },
               .recovered = [this] { ++recovered; },
               .restored = [this](int piece) { restored.push_back(piece); },
               .cannot_shrink = [](const lt::storage_error& error) { ADD_FAILURE() << error.ec.message(); },
               .lost = [this] { ++lost; },
           });
    if (options.expected) torrent->set_expected(*info, {});
  }
  ~StoreHarness() override {
    if (torrent) torrent->set_repairer(nullptr);
    torrent.reset();
    remove();
    busy_.reset();
    network_.restart();
    network_.run();
    disk_.reset();
  }
  StoreHarness(const StoreHarness&) = delete;
  StoreHarness& operator=(const StoreHarness&) = delete;

  // libtorrent stops and removes the torrent.
  void remove() {
    if (!storage_) return;
    disk_->async_stop_torrent(*storage_, [] {});
    storage_.reset();
  }

  // Runs handlers until `condition`; false when it did not come true.
  bool pump(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      network_.restart();
      network_.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }

  // What the store has been told has been worked on: a block of another piece has passed through all of it.
  void settle() {
    const int last = info->num_pieces() - 1;
    std::optional<lt::sha256_hash> done;
    torrent->leaves_of(last, false, [&](const streaming::KnownLeaves&) { done.emplace(); });
    EXPECT_TRUE(pump([&] { return done.has_value(); }));
    static_cast<void>(read(last, 0, 1));
  }

  [[nodiscard]] std::string truth(int piece) const {
    std::string bytes(static_cast<std::size_t>(info->piece_size(lt::piece_index_t{piece})), '\0');
    std::size_t at = 0;
    for (const auto& slice : info->files().map_block(lt::piece_index_t{piece}, 0, std::ssize(bytes))) {
      if (!info->files().pad_file_at(slice.file_index)) {
        const auto& content = contents_.at(std::string(info->files().file_name(slice.file_index)));
        content.copy(bytes.data() + at, static_cast<std::size_t>(slice.size),
                     static_cast<std::size_t>(slice.offset));
      }
      at += static_cast<std::size_t>(slice.size);
    }
    return bytes;
  }
  [[nodiscard]] std::string on_disk(int piece) const {
    std::string bytes(static_cast<std::size_t>(info->piece_size(lt::piece_index_t{piece})), '\0');
    std::size_t at = 0;
    for (const auto& slice : info->files().map_block(lt::piece_index_t{piece}, 0, std::ssize(bytes))) {
      const auto path = info->files().file_path(slice.file_index, data.path().string());
      if (!info->files().pad_file_at(slice.file_index) && std::filesystem::exists(path)) {
        const auto content = read_file(path);
        if (static_cast<std::size_t>(slice.offset) < content.size()) {
          content.copy(bytes.data() + at, static_cast<std::size_t>(slice.size),
                       static_cast<std::size_t>(slice.offset));
        }
      }
      at += static_cast<std::size_t>(slice.size);
    }
    return bytes;
  }

  // As from a peer. True when peers should pause.
  bool write(int piece, int block, const std::string& bytes,
             std::shared_ptr<lt::disk_observer> observer = nullptr) {
    ++writes_begun;
    return disk_->async_write(
        *storage_, request(piece, block, bytes), bytes.data(), std::move(observer),
        [this, piece, block](const lt::storage_error& error) { written[{piece, block}] = error; });
  }
  // All blocks but those of padding; those in `bad` are garbage. Returns whether peers should pause.
  bool write_piece(int piece, const std::set<int>& bad = {}) {
    bool pause = false;
    const auto bytes = truth(piece);
    for (int block = 0; block < blocks(piece); ++block) {
      if (!is_padding(piece, block)) pause = write(piece, block, copy_of(bytes, block, bad.contains(block)));
    }
    return pause;
  }
  [[nodiscard]] static std::string copy_of(const std::string& piece, int block, bool bad) {
    auto bytes = piece.substr(static_cast<std::size_t>(block) * streaming::store_block_size,
                              streaming::store_block_size);
    if (bad) bytes.assign(bytes.size(), 'L');
    return bytes;
  }
  [[nodiscard]] int blocks(int piece) const {
    const auto size = info->piece_size(lt::piece_index_t{piece});
    return (size + streaming::store_block_size - 1) / streaming::store_block_size;
  }
  [[nodiscard]] bool is_padding(int piece, int block) const {
    const auto size = std::min(streaming::store_block_size, info->piece_size(lt::piece_index_t{piece}) -
                                                                block * streaming::store_block_size);
    for (const auto& slice :
         info->files().map_block(lt::piece_index_t{piece}, block * streaming::store_block_size, size)) {
      if (!info->files().pad_file_at(slice.file_index)) return false;
    }
    return true;
  }

  void ask_hash(int piece) {
    lt::disk_job_flags_t flags{};
    if (info->info_hashes().has_v1()) flags |= lt::disk_interface::v1_hash;
    std::vector<lt::sha256_hash> leaves;
    if (info->info_hashes().has_v2()) {
      leaves.resize(static_cast<std::size_t>(info->orig_files().blocks_in_piece2(lt::piece_index_t{piece})));
    }
    const lt::span<lt::sha256_hash> span(leaves);
    disk_->async_hash(*storage_, lt::piece_index_t{piece}, span, flags,
                      [this, piece, leaves = std::move(leaves)](lt::piece_index_t, const lt::sha1_hash& v1,
                                                                const lt::storage_error& error) {
                        hashes[piece] = {v1, leaves, error};
                      });
  }
  [[nodiscard]] bool matches(int piece) const {
    const auto found = hashes.find(piece);
    if (found == hashes.end() || found->second.error) return false;
    return !info->info_hashes().has_v1() ||
           found->second.v1 == info->hash_for_piece(lt::piece_index_t{piece});
  }
  // Blocks, hash, written.
  [[nodiscard]] bool fetch(int piece) {
    write_piece(piece);
    ask_hash(piece);
    return pump([&] { return matches(piece) && is_written(piece); });
  }
  [[nodiscard]] bool is_written(int piece) const {
    for (int block = 0; block < blocks(piece); ++block) {
      const auto found = written.find({piece, block});
      if (!is_padding(piece, block) && (found == written.end() || found->second)) return false;
    }
    return true;
  }
  void clear(int piece, const std::function<void()>& done) {
    disk_->async_clear_piece(*storage_, lt::piece_index_t{piece}, [done](lt::piece_index_t) { done(); });
  }
  // What a peer would get; nullopt on an error.
  std::optional<std::string> read(int piece, int begin, int size) {
    std::optional<std::optional<std::string>> result;
    lt::peer_request wanted;
    wanted.piece = lt::piece_index_t{piece};
    wanted.start = begin;
    wanted.length = size;
    disk_->async_read(*storage_, wanted,
                      [&](const lt::disk_buffer_holder& buffer, const lt::storage_error& error) {
                        result.emplace();
                        if (!error) *result = std::string(buffer.data(), static_cast<std::size_t>(size));
                      });
    EXPECT_TRUE(pump([&] { return result.has_value(); }));
    return *result;
  }
  // What a player gets; nullopt when it was refused.
  std::optional<std::string> load(int piece) {
    {
      const std::lock_guard lock(mutex_);
      loaded_.erase(piece);
    }
    const auto failures = load_failed.size();
    torrent->load(piece);
    std::optional<std::string> result;
    EXPECT_TRUE(pump([&] {
      const std::lock_guard lock(mutex_);
      if (const auto found = loaded_.find(piece); found != loaded_.end()) result = text(found->second);
      return result.has_value() || load_failed.size() > failures;
    }));
    return result;
  }
  std::optional<lt::status_t> check_files() {
    std::optional<lt::status_t> result;
    disk_->async_check_files(*storage_, nullptr, {},
                             [&](lt::status_t status, const lt::storage_error&) { result = status; });
    EXPECT_TRUE(pump([&] { return result.has_value(); }));
    return result;
  }

  [[nodiscard]] static std::string text(const streaming::PieceBytes& piece) {
    return {reinterpret_cast<const char*>(piece.bytes.data()), piece.bytes.size()};
  }
  // Bytes that may be read now, without libtorrent or disk.
  [[nodiscard]] std::string in_ram(int piece) { return text(cache->find({1, piece})); }
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> verified_at(int piece) const {
    const std::lock_guard lock(mutex_);
    const auto found = verified_.find(piece);
    if (found == verified_.end()) return std::nullopt;
    return found->second.first;
  }

  // Bytes of a piece that is not whole; shorter where some are not readable.
  [[nodiscard]] std::string early(int piece, int begin, int size) const {
    const std::lock_guard lock(mutex_);
    const auto found = early_.find(piece);
    if (found == early_.end()) return {};
    std::string bytes(static_cast<std::size_t>(size), '\0');
    bytes.resize(
        found->second->copy(static_cast<std::size_t>(begin), std::as_writable_bytes(std::span(bytes))));
    return bytes;
  }

  // What the store asks of a repairer.
  void on_bad_piece(int piece, const std::vector<int>& asked_blocks) override {
    asked.emplace_back(piece, asked_blocks);
  }
  void on_block_verdicts(int piece, const std::vector<streaming::BlockVerdict>& given) override {
    EXPECT_FALSE(hashes.contains(piece)) << "libtorrent learns it last";
    verdicts[piece] = given;
  }

  TemporaryFolder source;
  TemporaryFolder data;
  std::shared_ptr<lt::torrent_info> info;
  std::shared_ptr<streaming::PieceCache> cache;
  std::shared_ptr<streaming::TorrentStore> torrent;
  std::map<std::pair<int, int>, lt::storage_error> written;
  std::map<int, Hash> hashes;
  std::vector<std::pair<int, std::vector<int>>> asked;
  std::map<int, std::vector<streaming::BlockVerdict>> verdicts;
  std::vector<lt::storage_error> troubles;
  std::vector<int> load_failed;
  std::vector<int> restored;
  int recovered = 0;
  int lost = 0;
  int writes_begun = 0;

 private:
  [[nodiscard]] static lt::peer_request request(int piece, int block, const std::string& bytes) {
    lt::peer_request result;
    result.piece = lt::piece_index_t{piece};
    result.start = block * streaming::store_block_size;
    result.length = static_cast<int>(bytes.size());
    return result;
  }
  lt::io_context network_;
  boost::asio::executor_work_guard<lt::io_context::executor_type> busy_ =
      boost::asio::make_work_guard(network_);
  lt::settings_pack settings_ = lt::default_settings();
  lt::counters counters_;
  std::map<std::string, std::string> contents_;  // by file name
  streaming::PieceStore store_;
  std::unique_ptr<lt::disk_interface> disk_;
  std::optional<lt::storage_holder> storage_;
  mutable std::mutex mutex_;  // the store's threads write these
  std::map<int, std::pair<std::chrono::steady_clock::time_point, streaming::PieceBytes>> verified_;
  std::map<int, streaming::PieceBytes> loaded_;
  std::map<int, std::shared_ptr<streaming::VerifiedBlocks>> early_;
};

}  // namespace freshet::test
