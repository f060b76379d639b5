// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What readers of an HttpSource want, and what of it should be fetched.
#include "streaming/http_source.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace freshet::streaming {
namespace {

constexpr Bytes smallest_memory = mib(8);  // below, reading ahead and stepping back get into each other's way
constexpr std::size_t max_streams = HttpReaders::most;

}  // namespace

HttpSource::HttpSource(std::string url, std::string proxy, HttpOptions options)
    : url_(std::move(url)),
      proxy_(std::move(proxy)),
      options_(std::move(options)),
      memory_(std::max(options_.memory, smallest_memory)),
      ahead_(memory_.value * 3 / 8),
      cache_(memory_),
      multi_(curl_multi_init()) {
  if (!multi_) throw std::bad_alloc{};
  // Somebody will read the beginning; the first request finds out what the server can.
  readers_.note(0, Generation{});
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

HttpSource::~HttpSource() {
  thread_.request_stop();
  curl_multi_wakeup(multi_.get());
  thread_.join();
}

std::optional<Error> HttpSource::wait_for_answer(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  if (!changed_.wait(lock, stop, [this] { return file_.known() || failure_; })) {
    return Error{ErrorCategory::Usage, "interrupted", "opening the address was interrupted", {}};
  }
  return file_.known() ? std::nullopt : failure_;
}

std::expected<std::size_t, ReadError> HttpSource::read(ByteOffset offset, std::span<std::byte> buffer,
                                                       Generation generation) {
  if (buffer.empty() || offset.value < 0) return std::size_t{0};
  std::unique_lock lock{mutex_};
  if (generation < oldest_) return std::unexpected(ReadCancelled{});
  std::size_t count = cache_.copy(offset.value, buffer);
  if (count == 0) {
    Waiter waiter{.offset = offset.value, .error = std::nullopt};
    waiters_.push_back(&waiter);
    readers_.note(offset.value, generation);
    resting_ = false;
    curl_multi_wakeup(multi_.get());
    changed_.wait(lock, [&] {
      if (generation < oldest_ || waiter.error || failure_ || (size_ && offset.value >= *size_)) return true;
      count = cache_.copy(offset.value, buffer);
      return count > 0;
    });
    std::erase(waiters_, &waiter);
    if (count == 0) {
      if (generation < oldest_) return std::unexpected(ReadCancelled{});
      if (size_ && offset.value >= *size_) return std::size_t{0};
      return std::unexpected(waiter.error ? *waiter.error : *failure_);
    }
  }
  if (readers_.note(offset.value + static_cast<std::int64_t>(count), generation)) {
    curl_multi_wakeup(multi_.get());
  }
  return count;
}

void HttpSource::cancel_before(Generation generation) noexcept {
  {
    const std::scoped_lock lock{mutex_};
    if (generation <= oldest_) return;
    oldest_ = generation;
  }
  changed_.notify_all();
  curl_multi_wakeup(multi_.get());
}

std::optional<Bytes> HttpSource::size() const {
  const std::scoped_lock lock{mutex_};
  if (!size_) return std::nullopt;
  return Bytes{*size_};
}

Seekable HttpSource::seekable() const {
  const std::scoped_lock lock{mutex_};
  return file_.has_ranges() ? Seekable::Yes : Seekable::No;
}

std::vector<ByteRange> HttpSource::available() const {
  const std::scoped_lock lock{mutex_};
  return cache_.ranges();
}

void HttpSource::set_windows(std::span<const Window> windows) {
  {
    const std::scoped_lock lock{mutex_};
    windows_.clear();
    // A quarter of the memory is theirs: the rest belongs to the readers.
    std::int64_t left = memory_.value / 4;
    for (const Window& window : windows) {
      const std::int64_t begin = std::max<std::int64_t>(window.range.begin.value, 0);
      const std::int64_t end = std::min(window.range.end.value, begin + left);
      if (begin >= end) continue;
      windows_.push_back({ByteOffset{begin}, ByteOffset{end}});
      left -= end - begin;
    }
  }
  curl_multi_wakeup(multi_.get());
}

HttpPlan HttpSource::make_plan_locked() {
  std::vector<HttpWant> wants;
  const auto want = [&](std::int64_t from, std::int64_t limit, bool waiting) {
    const std::int64_t missing = cache_.missing_from(from, limit);
    const bool wanted = missing < limit && (!size_ || missing < *size_);
    if (wanted) wants.push_back({.offset = missing, .waiting = waiting});
    return missing;
  };
  if (!failure_) {
    for (const Waiter* waiter : waiters_) want(waiter->offset, waiter->offset + 1, true);
    if (!resting_) {
      for (HttpReader& reader : readers_) {
        // Where an abandoned generation stood its streams pause: they must not slow the new one, and may be
        // just what it wants.
        if (reader.generation < oldest_) continue;
        // A stream that pauses goes on when half of what it is ahead is used up.
        const bool paused = std::ranges::any_of(streams_, [&](const auto& stream) {
          return stream->paused && stream->position >= reader.position &&
                 stream->position - reader.position <= 2 * ahead_;
        });
        const std::int64_t ahead = paused ? ahead_ / 2 : ahead_;
        const std::int64_t missing = want(reader.position, reader.position + ahead, false);
        const bool at_end = size_ && missing >= *size_;
        reader.wake_at = at_end ? std::numeric_limits<std::int64_t>::max() : missing - ahead_ / 2;
      }
      if (file_.has_ranges()) {
        for (const ByteRange& window : windows_) want(window.begin.value, window.end.value, false);
      }
    }
  }
  if (!file_.has_ranges()) {
    // Everything comes from one stream, in order. It starts again for what it has passed.
    const bool passed = streams_.empty() || std::ranges::any_of(wants, [&](const HttpWant& w) {
                          return w.waiting && w.offset < streams_.front()->position;
                        });
    if (passed && !wants.empty()) {
      HttpPlan plan{.actions = std::vector(streams_.size(), HttpAction::Drop), .starts = {0}};
      return plan;
    }
  }
  std::vector<HttpStream> views;
  for (const auto& stream : streams_) {
    const bool useful = readers_.any_follows(stream->position, 2 * ahead_, near_distance);
    views.push_back({.position = stream->position, .useful = useful || !file_.has_ranges()});
  }
  const HttpPlanLimits limits{
      .streams = file_.has_ranges() ? max_streams : 1,
      .near = file_.has_ranges() ? near_distance : std::numeric_limits<std::int64_t>::max() / 2};
  return plan_http_streams(views, wants, limits);
}

std::vector<ByteRange> HttpSource::protected_ranges_locked() const {
  std::vector<ByteRange> keep = windows_;
  for (const HttpReader& reader : readers_) {
    keep.push_back({ByteOffset{reader.position}, ByteOffset{reader.position + ahead_}});
  }
  // A block that a stream is filling: without its beginning the rest would be lost.
  for (const auto& stream : streams_) {
    keep.push_back({ByteOffset{stream->position - 1}, ByteOffset{stream->position + 1}});
  }
  return keep;
}

Result<std::shared_ptr<ByteSource>> open_http(const std::string& url, const HttpOptions& options,
                                              std::stop_token stop) try {
  std::string proxy;
  if (options.proxy) {
    auto usable = proxy_for_curl(*options.proxy);
    if (!usable) return std::unexpected(std::move(usable.error()));
    proxy = std::move(*usable);
  }
  auto source = std::make_shared<HttpSource>(url, std::move(proxy), options);
  if (auto error = source->wait_for_answer(stop)) return std::unexpected(std::move(*error));
  return source;
} catch (const std::bad_alloc&) {
  return fail(ErrorCategory::Internal, "out-of-memory", "there is not enough memory");
}

}  // namespace freshet::streaming
