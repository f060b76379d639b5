// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Whom to ask for which piece of a magnet link's metadata. Two peers are asked for each piece at once, a
// third when neither has answered soon: one that is silent costs a fraction of a second, and a few KiB come
// twice at most.
//
// Nothing of a piece can be verified before all are there. Peers are believed together at first; once the
// whole fails its hash, what each sends is kept apart, so that one who lies is found and the others are not
// blamed.
//
// Pure: time comes in by argument. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "streaming/metadata/metadata_messages.h"

namespace freshet::streaming {

class MetadataFetch {
 public:
  using Clock = std::chrono::steady_clock;
  enum class PeerId : std::uint32_t {};
  struct Question {
    PeerId peer;
    int piece;
    bool operator==(const Question&) const = default;
  };
  // All of it is there, and should be checked; was_wrong() is called when it fails.
  struct Whole {
    std::vector<char> bytes;
    std::optional<PeerId> from;  // all of it came from this peer
  };

  // It says how large the metadata is. `size` as is_metadata_size() allows.
  void peer_came(PeerId peer, int size);
  void peer_went(PeerId peer);
  // What was not asked for is not taken.
  [[nodiscard]] std::optional<Whole> arrived(PeerId peer, const HereIsMetadata& piece);
  void refused(PeerId peer, int piece);
  void was_wrong();

  // Questions to send now. Each piece is asked of a peer once; again only when everybody was asked and
  // seconds have gone.
  [[nodiscard]] std::vector<Question> decide(Clock::time_point now);
  // When decide() has more to say, if nothing happens before. nullopt: never.
  [[nodiscard]] std::optional<Clock::time_point> next() const { return next_; }
  // Of what is not whole yet.
  [[nodiscard]] std::size_t bytes_held() const { return bytes_; }

 private:
  struct Part {
    std::vector<char> bytes;  // empty: not here
    std::map<PeerId, Clock::time_point> asked;
  };
  using Draft = std::vector<Part>;
  struct Peer {
    int size = 0;
    int open = 0;  // questions
    std::set<int> refused;
  };
  using Key = std::pair<int, std::optional<PeerId>>;  // its size; whose it is alone

  void drop(std::map<Key, Draft>::iterator draft);
  [[nodiscard]] Key key_of(PeerId peer, int size) const;
  void decide_part(const Key& key, Part& part, int piece, Clock::time_point now,
                   std::vector<Question>& questions);

  std::map<PeerId, Peer> peers_;
  std::map<Key, Draft> drafts_;
  std::size_t bytes_ = 0;  // of all drafts
  bool apart_ = false;
  std::optional<Clock::time_point> next_;
};

}  // namespace freshet::streaming
