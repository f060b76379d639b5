// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of TorrentCore that finds leaf hashes: in a file beside the .torrent, with peers, on web servers.
#include <algorithm>
#include <libtorrent/torrent_info.hpp>
#include <utility>

#include "streaming/direct_sources.h"
#include "streaming/leaves/leaf_file.h"
#include "streaming/session_core.h"
#include "streaming/torrent_core.h"
#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

bool is_url(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// Where the leaves of what a web seed serves lie (BEP 19: a URL that ends in '/' is a folder).
std::string beside_web_seed(const std::string& url, const std::string& name) {
  return leaf_name(url.ends_with('/') ? url + percent_encode(name) : url);
}

}  // namespace

void TorrentCore::start_leaves(const lt::torrent_info& info) {
  if (!info.info_hashes().has_v2()) return;
  leaf_exchange_->start(
      *store_,
      [this](int piece) { return have_[static_cast<std::size_t>(piece)] || store_->was_verified(piece); },
      // Single blocks may be wanted now where whole pieces were.
      [this] { plan_soon(); });
  std::vector<std::string> urls;
  if (is_url(origin_)) {
    urls.push_back(leaf_name(origin_));
  } else if (!origin_.empty()) {
    const auto used = store_->use_leaf_file(leaf_name(origin_));
    if (!used && used.error().code != "read-failed") warn(used.error());
    if (used) return;
  }
  // One who seeds has the data.
  if (role_ == TorrentRole::Seed) return;
  for (const auto& seed : handle_.url_seeds()) {
    if (is_url(seed)) urls.push_back(beside_web_seed(seed, info.name()));
  }
  if (urls.empty()) return;
  leaf_origin_ = std::make_unique<LeafOrigin>(
      std::move(urls), HttpOptions{.proxy = session_.options().proxy}, info.info_hashes().v2,
      LeafLayout(info.orig_files()),
      [weak = weak_from_this(), session = session_.weak_from_this()](int piece, Leaves leaves) {
        const auto core = session.lock();
        if (!core) return;
        core->post([weak, piece, leaves = std::move(leaves)] {
          const auto self = weak.lock();
          if (!self || self->left_) return;
          if (self->store_->add_leaves(piece, leaves) == HashVerdict::Match) self->plan_soon();
        });
      });
}

void TorrentCore::wish_for_leaves(std::vector<BlockWant> wants) {
  if (!hashes_.has_v2()) return;
  std::ranges::sort(wants, {}, &BlockWant::deadline);
  std::vector<PieceSpan> spans;
  for (const auto& want : wants) spans.push_back({want.first.piece, want.last.piece});
  leaf_exchange_->set_needs(spans);
  if (leaf_origin_) leaf_origin_->want(leaf_exchange_->missing());
}

}  // namespace freshet::streaming
