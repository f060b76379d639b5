// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/http_plan.h"

#include <algorithm>
#include <cstddef>

namespace freshet::streaming {
namespace {

// A stream that exists or is about to.
struct Slot {
  std::int64_t position = 0;
  bool wanted = false;
  bool waited_for = false;
  bool useful = false;
  bool dropped = false;
  bool exists = false;
};

Slot* serving(std::vector<Slot>& slots, std::int64_t offset, std::int64_t near) {
  Slot* best = nullptr;
  for (Slot& slot : slots) {
    if (slot.dropped || slot.position > offset || offset - slot.position > near) continue;
    if (best == nullptr || slot.position > best->position) best = &slot;
  }
  return best;
}

// The slot whose loss hurts least, or nullptr: a waiting want takes any that no other read waits for, reading
// ahead only takes what nobody wants or follows.
Slot* expendable(std::vector<Slot>& slots, bool waiting) {
  Slot* best = nullptr;
  const auto worth = [](const Slot& slot) { return (slot.wanted ? 2 : 0) + (slot.useful ? 1 : 0); };
  for (Slot& slot : slots) {
    if (slot.dropped || slot.waited_for || (!waiting && worth(slot) > 0)) continue;
    if (best == nullptr || worth(slot) < worth(*best)) best = &slot;
  }
  return best;
}

}  // namespace

HttpPlan plan_http_streams(const std::vector<HttpStream>& streams, const std::vector<HttpWant>& wants,
                           const HttpPlanLimits& limits) {
  std::vector<Slot> slots;
  for (const HttpStream& stream : streams) {
    slots.push_back({.position = stream.position, .useful = stream.useful, .exists = true});
  }
  // Who waits comes first; what streams already serve comes before anything is started or dropped.
  std::vector<HttpWant> unserved;
  for (const bool waiting : {true, false}) {
    for (const HttpWant& want : wants) {
      if (want.waiting != waiting) continue;
      if (Slot* slot = serving(slots, want.offset, limits.near)) {
        slot->wanted = true;
        slot->waited_for |= want.waiting;
      } else {
        unserved.push_back(want);
      }
    }
  }
  for (const HttpWant& want : unserved) {
    if (Slot* slot = serving(slots, want.offset, limits.near)) {  // started for an earlier want
      slot->wanted = true;
      slot->waited_for |= want.waiting;
      continue;
    }
    const auto open = static_cast<std::size_t>(std::ranges::count(slots, false, &Slot::dropped));
    if (open >= limits.streams) {
      Slot* slot = expendable(slots, want.waiting);
      if (slot == nullptr) continue;
      slot->dropped = true;
    }
    slots.push_back({.position = want.offset, .wanted = true, .waited_for = want.waiting});
  }

  HttpPlan plan;
  for (const Slot& slot : slots) {
    if (!slot.exists) {
      if (!slot.dropped) plan.starts.push_back(slot.position);
    } else if (slot.dropped) {
      plan.actions.push_back(HttpAction::Drop);
    } else if (slot.wanted) {
      plan.actions.push_back(HttpAction::Run);
    } else {
      plan.actions.push_back(slot.useful ? HttpAction::Pause : HttpAction::Drop);
    }
  }
  return plan;
}

}  // namespace freshet::streaming
