// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The thread of an HttpSource: its requests, what they bring, and how they are tried again.
#include <algorithm>
#include <limits>
#include <utility>

#include "streaming/http_source.h"

namespace freshet::streaming {
namespace {

using Clock = std::chrono::steady_clock;

// libcurl hands over some megabytes before the plan is looked at again; the memory is not exceeded by more
// than this.
constexpr Bytes memory_slack = kib(256);
// A stream gives up its place only if it would fetch at least this much that is there already.
constexpr std::int64_t worth_skipping = 256 << 10;
// A connection that brought this much was a good one: no pause before it is opened again.
constexpr std::int64_t good_run = 256 << 10;
constexpr int max_retries = 6;  // 0.25 + 0.5 + … + 8 s: a router restarts in that time

}  // namespace

void HttpSource::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    follow_plan();
    start_due_streams();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    if (finish_streams()) continue;
    curl_multi_poll(multi_.get(), nullptr, 0, poll_timeout(), nullptr);
  }
  for (auto& stream : streams_) disconnect(*stream);
}

int HttpSource::poll_timeout() const {
  auto timeout = std::chrono::milliseconds::max();
  for (const auto& stream : streams_) {
    if (stream->transfer) continue;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(stream->not_before - Clock::now());
    timeout = std::min(timeout, std::max(left, std::chrono::milliseconds{0}));
  }
  return static_cast<int>(std::min<std::int64_t>(timeout.count(), std::numeric_limits<int>::max()));
}

void HttpSource::follow_plan() {
  HttpPlan plan;
  {
    const std::scoped_lock lock{mutex_};
    plan = make_plan_locked();
    cache_.shrink(protected_ranges_locked());
  }
  // libcurl may hand over bytes while it is told to go on, so no lock is held here.
  for (std::size_t i = 0; i < plan.actions.size(); ++i) {
    Stream& stream = *streams_[i];
    const bool pause = plan.actions[i] == HttpAction::Pause;
    if (plan.actions[i] == HttpAction::Drop || (pause && !stream.transfer)) {
      disconnect(stream);
      stream.superfluous = true;
    } else if (stream.transfer && stream.paused != pause) {
      stream.paused = pause;
      const auto code = curl_easy_pause(stream.transfer->handle(), pause ? CURLPAUSE_RECV : CURLPAUSE_CONT);
      if (code != CURLE_OK && finish(stream, code)) stream.superfluous = true;
    }
  }
  std::erase_if(streams_, [](const auto& stream) { return stream->superfluous && !stream->transfer; });
  for (const std::int64_t offset : plan.starts) {
    auto stream = std::make_unique<Stream>();
    stream->source = this;
    stream->position = offset;
    streams_.push_back(std::move(stream));
  }
}

void HttpSource::start_due_streams() {
  for (auto& stream : streams_) {
    if (!stream->transfer && Clock::now() >= stream->not_before) connect(*stream);
  }
}

void HttpSource::connect(Stream& stream) {
  const auto on_bytes = [](char* data, std::size_t size, std::size_t count, void* context) -> std::size_t {
    auto& target = *static_cast<Stream*>(context);
    return target.source->receive(target, std::as_bytes(std::span{data, size * count})) ? size * count : 0;
  };
  {
    const std::scoped_lock lock{mutex_};
    if (!file_.has_ranges()) stream.position = 0;
    stream.begin = stream.position;
  }
  stream.answered = false;
  stream.paused = false;
  stream.transfer = std::make_unique<HttpTransfer>(url_, proxy_, options_, on_bytes, &stream);
  HttpTransfer& transfer = *stream.transfer;
  transfer.add_header("Accept-Encoding: identity");
  transfer.add_header("Range: bytes=" + std::to_string(stream.begin) + "-");
  if (file_.has_ranges() && !file_.validator().empty()) transfer.add_header("If-Range: " + file_.validator());
  curl_multi_add_handle(multi_.get(), transfer.handle());
}

void HttpSource::disconnect(Stream& stream) {
  if (!stream.transfer) return;
  curl_multi_remove_handle(multi_.get(), stream.transfer->handle());
  stream.transfer.reset();
}

bool HttpSource::receive(Stream& stream, std::span<const std::byte> bytes) {
  const std::scoped_lock lock{mutex_};
  if (!stream.answered && !accept_answer_locked(stream)) return false;
  if (size_ && stream.position + static_cast<std::int64_t>(bytes.size()) > *size_) {
    stream.failure = Error{ErrorCategory::Source, "bad-server", "the server sends more than it said", {}};
    return false;
  }
  cache_.append(stream.position, bytes);
  stream.position += static_cast<std::int64_t>(bytes.size());
  if (cache_.used() > memory_ + memory_slack) cache_.shrink(protected_ranges_locked());
  resting_ = false;
  if (stream.position - stream.begin >= good_run) stream.retries = 0;
  changed_.notify_all();
  if (file_.has_ranges() && stream.position % HttpCache::block_size == 0) {
    const std::int64_t end = stream.position + worth_skipping;
    stream.superfluous = cache_.missing_from(stream.position, end) >= end;
  }
  return !stream.superfluous;
}

bool HttpSource::accept_answer_locked(Stream& stream) {
  const bool first = !file_.known();
  stream.answered = true;
  stream.failure = file_.check(stream.transfer->answer(), stream.begin);
  if (stream.failure) return false;
  if (first) {
    size_ = file_.size();
  } else if (!file_.has_ranges()) {
    // Perhaps since this answer: the file comes from the beginning.
    stream.begin = 0;
    stream.position = 0;
  }
  return true;
}

bool HttpSource::finish_streams() {
  bool any = false;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    const auto found = std::ranges::find_if(streams_, [&](const auto& stream) {
      return stream->transfer && stream->transfer->handle() == message->easy_handle;
    });
    if (found == streams_.end()) continue;
    any = true;
    if (finish(**found, code)) streams_.erase(found);
  }
  if (any) changed_.notify_all();
  return any;
}

bool HttpSource::finish(Stream& stream, CURLcode code) {
  const std::scoped_lock lock{mutex_};
  const HttpAnswer answer = stream.transfer->answer();
  if (code == CURLE_OK && !stream.answered) {  // an empty body
    accept_answer_locked(stream);
  }
  const bool may_pass = stream.transfer->may_pass(code);
  Error error = stream.failure ? *stream.failure : stream.transfer->error(code);
  disconnect(stream);
  if (stream.superfluous) return true;
  if (stream.failure) return fail_locked(std::move(error));
  if (code == CURLE_OK) {
    if (!size_) size_ = stream.position;
    if (stream.position >= *size_) return true;
    error =
        Error{ErrorCategory::Network, "connection-lost", "the server ends the file early", "try again later"};
    return try_again_locked(stream, answer, std::move(error));
  }
  if (answer.status == 416 && !file_.known() &&
      stream.begin == 0) {  // of an empty file no byte can be asked for
    size_ = 0;
    file_.take_for_empty();
    return true;
  }
  if (answer.status == 416 && !file_.size()) {  // the end of a file whose size nobody told
    size_ = stream.begin;
    return true;
  }
  if (!file_.known() || !may_pass) return fail_locked(std::move(error));
  return try_again_locked(stream, answer, std::move(error));
}

bool HttpSource::fail_locked(Error error) {
  failure_ = std::move(error);
  return true;
}

bool HttpSource::try_again_locked(Stream& stream, const HttpAnswer& answer, Error error) {
  if (stream.retries == max_retries) {
    // Whoever waits for this stream learns it; only a new read makes us try again.
    for (Waiter* waiter : waiters_) {
      const std::int64_t distance = waiter->offset - stream.position;
      const bool served = distance >= -HttpCache::block_size && distance <= near_distance;
      if (served || !file_.has_ranges()) waiter->error = error;
    }
    resting_ = true;
    return true;
  }
  const bool was_good = stream.position - stream.begin >= good_run;
  auto pause = options_.retry_pause * (1 << stream.retries);
  if (was_good) pause = std::chrono::milliseconds{0};
  if (answer.retry_after) pause = std::max<std::chrono::milliseconds>(pause, *answer.retry_after);
  ++stream.retries;
  stream.not_before = Clock::now() + pause;
  return false;
}

}  // namespace freshet::streaming
