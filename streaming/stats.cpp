// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/stats.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace freshet::streaming {
namespace {

// At most this share of the usual rate is slow.
constexpr double slow_share = 0.25;

constexpr std::array members{&BlockCounts::requested, &BlockCounts::answered, &BlockCounts::outstanding,
                             &BlockCounts::cancelled, &BlockCounts::rejected, &BlockCounts::received,
                             &BlockCounts::unasked,   &BlockCounts::pending,  &BlockCounts::verified,
                             &BlockCounts::duplicate, &BlockCounts::failed,   &BlockCounts::stray,
                             &BlockCounts::late};

}  // namespace

void BlockCounts::was_requested(Bytes length) {
  requested.add(length);
  outstanding.add(length);
}

void BlockCounts::was_taken_back(Bytes length) {
  outstanding.take(length);
  cancelled.add(length);
}

void BlockCounts::was_rejected(Bytes length) {
  outstanding.take(length);
  rejected.add(length);
}

void BlockCounts::came(Bytes length, Answer answer, Use use, Punctual punctual) {
  received.add(length);
  switch (answer) {
    case Answer::Outstanding:
      outstanding.take(length);
      answered.add(length);
      break;
    case Answer::TakenBack:
      cancelled.take(length);
      answered.add(length);
      break;
    case Answer::Unasked: unasked.add(length); break;
  }
  switch (use) {
    case Use::New:
      pending.add(length);
      if (punctual == Punctual::Late) late.add(length);
      break;
    case Use::Duplicate: duplicate.add(length); break;
    case Use::Stray: stray.add(length); break;
  }
}

void BlockCounts::was_verified(Bytes length) {
  pending.take(length);
  verified.add(length);
}

void BlockCounts::was_thrown_away(Bytes length) {
  pending.take(length);
  failed.add(length);
}

bool BlockCounts::adds_up() const {
  const bool none_below_zero = std::ranges::all_of(
      members, [&](auto member) { return (this->*member).blocks >= 0 && (this->*member).bytes >= Bytes{}; });
  return none_below_zero && requested == answered + outstanding + cancelled + rejected &&
         received == answered + unasked && received == verified + pending + wasted();
}

BlockCounts& BlockCounts::operator+=(const BlockCounts& other) {
  for (const auto member : members) this->*member += other.*member;
  return *this;
}

std::string_view name_of(PeerState state) {
  switch (state) {
    case PeerState::Choked: return "choked";
    case PeerState::Silent: return "silent";
    case PeerState::Slow: return "slow";
    case PeerState::Sending: return "sending";
    case PeerState::Idle: return "idle";
  }
  std::unreachable();
}

std::string_view name_of(PeerOrigin origin) {
  switch (origin) {
    case PeerOrigin::Named: return "named";
    case PeerOrigin::Incoming: return "incoming";
    case PeerOrigin::Tracker: return "tracker";
    case PeerOrigin::Dht: return "dht";
    case PeerOrigin::Exchange: return "pex";
    case PeerOrigin::Local: return "lsd";
    case PeerOrigin::Resumed: return "resumed";
    case PeerOrigin::Web: return "web";
    case PeerOrigin::Unknown: return "unknown";
  }
  std::unreachable();
}

PeerState peer_state(const PeerFacts& facts) {
  if (facts.choked) return PeerState::Choked;
  if (facts.silent) return PeerState::Silent;
  if (facts.rate > Bytes{} &&
      static_cast<double>(facts.rate.value) < slow_share * static_cast<double>(facts.usual_rate.value))
    return PeerState::Slow;
  return facts.queue > 0 ? PeerState::Sending : PeerState::Idle;
}

void sort_best_first(std::vector<PeerStats>& peers) {
  std::ranges::sort(peers, [](const PeerStats& a, const PeerStats& b) {
    return std::tuple(b.down_rate, b.blocks.received.blocks, std::cref(a.address).get()) <
           std::tuple(a.down_rate, a.blocks.received.blocks, std::cref(b.address).get());
  });
}

}  // namespace freshet::streaming
