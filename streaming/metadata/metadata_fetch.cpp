// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/metadata/metadata_fetch.h"

#include <algorithm>

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;

// At the same time.
constexpr int asked_at_once = 2;
// Then one who was asked does not count any more: the round trip of a far peer.
constexpr auto patience = 400ms;
// And may be asked again.
constexpr auto long_patience = 3s;
// Of one peer.
constexpr int most_open = 16;
// Sizes that peers claim, or peers that are kept apart; and what they all may fill.
constexpr std::size_t most_drafts = 64;
constexpr std::size_t most_bytes = 3 * static_cast<std::size_t>(max_torrent_file.value);

}  // namespace

MetadataFetch::Key MetadataFetch::key_of(PeerId peer, int size) const {
  return {size, apart_ ? std::optional(peer) : std::nullopt};
}

void MetadataFetch::peer_came(PeerId peer, int size) {
  peers_.try_emplace(peer, Peer{.size = size, .open = 0, .refused = {}});
}

void MetadataFetch::peer_went(PeerId peer) {
  peers_.erase(peer);
  for (auto& [key, draft] : drafts_)
    for (auto& part : draft) part.asked.erase(peer);
  for (auto it = drafts_.begin(); it != drafts_.end();) {
    const auto draft = it++;
    if (draft->first.second == peer) drop(draft);
  }
}

void MetadataFetch::drop(std::map<Key, Draft>::iterator draft) {
  for (const auto& part : draft->second) {
    bytes_ -= part.bytes.size();
    for (const auto& [asked, since] : part.asked) --peers_.at(asked).open;
  }
  drafts_.erase(draft);
}

std::optional<MetadataFetch::Whole> MetadataFetch::arrived(PeerId peer, const HereIsMetadata& piece) {
  const auto sender = peers_.find(peer);
  if (sender == peers_.end() || piece.size != sender->second.size) return std::nullopt;
  const auto found = drafts_.find(key_of(peer, piece.size));
  if (found == drafts_.end()) return std::nullopt;
  auto& draft = found->second;
  auto& part = draft[static_cast<std::size_t>(piece.piece)];
  if (part.asked.erase(peer) == 0) return std::nullopt;
  --sender->second.open;
  if (!part.bytes.empty() || bytes_ + piece.bytes.size() > most_bytes) return std::nullopt;
  part.bytes.assign(piece.bytes.begin(), piece.bytes.end());
  bytes_ += part.bytes.size();
  if (std::ranges::any_of(draft, [](const Part& one) { return one.bytes.empty(); })) return std::nullopt;
  Whole whole{.bytes = {}, .from = draft.size() == 1 ? std::optional(peer) : found->first.second};
  for (const auto& one : draft) whole.bytes.insert(whole.bytes.end(), one.bytes.begin(), one.bytes.end());
  drop(found);
  return whole;
}

void MetadataFetch::refused(PeerId peer, int piece) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  found->second.refused.insert(piece);
  const auto draft = drafts_.find(key_of(peer, found->second.size));
  if (draft == drafts_.end() || piece >= static_cast<int>(draft->second.size())) return;
  if (draft->second[static_cast<std::size_t>(piece)].asked.erase(peer) > 0) --found->second.open;
}

void MetadataFetch::was_wrong() {
  if (apart_) return;
  apart_ = true;
  while (!drafts_.empty()) drop(drafts_.begin());
}

void MetadataFetch::decide_part(const Key& key, Part& part, int piece, Clock::time_point now,
                                std::vector<Question>& questions) {
  const auto soon = [this](Clock::time_point when) { next_ = std::min(next_.value_or(when), when); };
  int waiting = 0;
  for (const auto& [peer, since] : part.asked) {
    if (now - since >= patience) continue;
    ++waiting;
    soon(since + patience);
  }
  while (waiting < asked_at_once) {
    auto best = peers_.end();
    for (auto it = peers_.begin(); it != peers_.end(); ++it) {
      const auto& [id, peer] = *it;
      if (peer.size != key.first || (key.second && key.second != id) || peer.refused.contains(piece))
        continue;
      if (const auto asked = part.asked.find(id); asked != part.asked.end()) {
        if (now - asked->second < long_patience) {
          soon(asked->second + long_patience);
          continue;
        }
      } else if (peer.open >= most_open) {
        continue;
      }
      if (best == peers_.end() || peer.open < best->second.open) best = it;
    }
    if (best == peers_.end()) return;
    if (part.asked.insert_or_assign(best->first, now).second) ++best->second.open;
    questions.push_back({best->first, piece});
    soon(now + patience);
    ++waiting;
  }
}

std::vector<MetadataFetch::Question> MetadataFetch::decide(Clock::time_point now) {
  next_.reset();
  for (const auto& [id, peer] : peers_) {
    if (drafts_.size() >= most_drafts) break;
    drafts_.try_emplace(key_of(id, peer.size), static_cast<std::size_t>(metadata_pieces(peer.size)));
  }
  std::vector<Question> questions;
  for (auto& [key, draft] : drafts_) {
    for (std::size_t piece = 0; piece < draft.size(); ++piece) {
      if (draft[piece].bytes.empty()) decide_part(key, draft[piece], static_cast<int>(piece), now, questions);
    }
  }
  return questions;
}

}  // namespace freshet::streaming
