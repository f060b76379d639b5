// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which requests an HTTP source should have open, from what is wanted and what is under way. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <vector>

namespace freshet::streaming {

// A place from which bytes are wanted. A waiting read is more urgent than reading ahead.
struct HttpWant {
  std::int64_t offset = 0;
  bool waiting = false;
};

// A request under way, seen by the plan.
struct HttpStream {
  std::int64_t position = 0;  // of the next byte that comes
  bool useful = false;        // a reader follows it closely: if nothing is wanted of it now, it pauses
};

struct HttpPlanLimits {
  std::size_t streams = 2;  // at once
  std::int64_t near = 0;    // a want so far ahead of a stream is left to it: cheaper than a new request
};

enum class HttpAction : std::uint8_t { Run, Pause, Drop };

struct HttpPlan {
  std::vector<HttpAction> actions;   // one for each stream, in their order
  std::vector<std::int64_t> starts;  // new streams
};

// Promises: at most limits.streams run or pause afterwards; a waiting want is served or started unless as
// many other waiting wants hold all streams; a stream nobody follows or wants is dropped.
[[nodiscard]] HttpPlan plan_http_streams(const std::vector<HttpStream>& streams,
                                         const std::vector<HttpWant>& wants, const HttpPlanLimits& limits);

}  // namespace freshet::streaming
