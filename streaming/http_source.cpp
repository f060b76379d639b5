// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// An HTTP server as a ByteSource. One thread owns libcurl's handles: it asks http_plan what should run, lets
// libcurl work until something happens, and puts what comes into the cache. Reads wait on a condition
// variable and wake the thread when they want something else. Everything that both sides touch is under
// mutex_.
#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <new>
#include <thread>

#include "streaming/http_cache.h"
#include "streaming/http_identity.h"
#include "streaming/http_plan.h"
#include "streaming/http_readers.h"
#include "streaming/http_transfer.h"

namespace freshet::streaming {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Bytes smallest_memory = mib(8);  // below, reading ahead and stepping back get into each other's way
constexpr std::size_t max_streams = HttpReaders::most;
// What arrives in the time a new request takes to begin: a fifth of a second at 20 Mbit/s.
constexpr std::int64_t near_distance = 512 << 10;
// libcurl hands over some megabytes before the plan is looked at again; the memory is not exceeded by more
// than this.
constexpr Bytes memory_slack = kib(256);
// A stream gives up its place only if it would fetch at least this much that is there already.
constexpr std::int64_t worth_skipping = 256 << 10;
// A connection that brought this much was a good one: no pause before it is opened again.
constexpr std::int64_t good_run = 256 << 10;
constexpr int max_retries = 6;  // 0.25 + 0.5 + … + 8 s: a router restarts in that time

class HttpSource final : public ByteSource {
 public:
  HttpSource(std::string url, std::string proxy, HttpOptions options)
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

  ~HttpSource() override {
    thread_.request_stop();
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  // Until the first answer is there. nullopt: it is good.
  std::optional<Error> wait_for_answer(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait(lock, stop, [this] { return file_.known() || failure_; })) {
      return Error{ErrorCategory::Usage, "interrupted", "opening the address was interrupted", {}};
    }
    return file_.known() ? std::nullopt : failure_;
  }

  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override {
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
        if (generation < oldest_ || waiter.error || failure_ || (size_ && offset.value >= *size_))
          return true;
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

  void cancel_before(Generation generation) noexcept override {
    {
      const std::scoped_lock lock{mutex_};
      if (generation <= oldest_) return;
      oldest_ = generation;
    }
    changed_.notify_all();
    curl_multi_wakeup(multi_.get());
  }

  [[nodiscard]] std::optional<Bytes> size() const override {
    const std::scoped_lock lock{mutex_};
    if (!size_) return std::nullopt;
    return Bytes{*size_};
  }

  [[nodiscard]] Seekable seekable() const override {
    const std::scoped_lock lock{mutex_};
    return file_.has_ranges() ? Seekable::Yes : Seekable::No;
  }

  [[nodiscard]] std::vector<ByteRange> available() const override {
    const std::scoped_lock lock{mutex_};
    return cache_.ranges();
  }

  void set_windows(std::span<const Window> windows) override {
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

 private:
  // A read that waits; on its caller's stack.
  struct Waiter {
    std::int64_t offset;
    std::optional<Error> error;
  };

  // One place that is read on from, and the request that does so; between two tries there is none.
  struct Stream {
    HttpSource* source = nullptr;
    std::unique_ptr<HttpTransfer> transfer;
    std::int64_t begin = 0;     // where the request began
    std::int64_t position = 0;  // under mutex_; the thread reads it without
    bool answered = false;
    bool paused = false;
    bool superfluous = false;  // it reached what is in memory already
    std::optional<Error> failure;
    int retries = 0;
    Clock::time_point not_before;
  };

  void run(const std::stop_token& stop) {
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

  [[nodiscard]] int poll_timeout() const {
    auto timeout = std::chrono::milliseconds::max();
    for (const auto& stream : streams_) {
      if (stream->transfer) continue;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(stream->not_before - Clock::now());
      timeout = std::min(timeout, std::max(left, std::chrono::milliseconds{0}));
    }
    return static_cast<int>(std::min<std::int64_t>(timeout.count(), std::numeric_limits<int>::max()));
  }

  void follow_plan() {
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

  HttpPlan make_plan_locked() {
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

  [[nodiscard]] std::vector<ByteRange> protected_ranges_locked() const {
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

  void start_due_streams() {
    for (auto& stream : streams_) {
      if (!stream->transfer && Clock::now() >= stream->not_before) connect(*stream);
    }
  }

  void connect(Stream& stream) {
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
    if (file_.has_ranges() && !file_.validator().empty())
      transfer.add_header("If-Range: " + file_.validator());
    curl_multi_add_handle(multi_.get(), transfer.handle());
  }

  void disconnect(Stream& stream) {
    if (!stream.transfer) return;
    curl_multi_remove_handle(multi_.get(), stream.transfer->handle());
    stream.transfer.reset();
  }

  // False ends the transfer.
  bool receive(Stream& stream, std::span<const std::byte> bytes) {
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

  // Looks at the headers once they are complete. False: the stream has a failure.
  bool accept_answer_locked(Stream& stream) {
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

  // True if any stream ended, so that the plan is another now.
  bool finish_streams() {
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

  // True: the stream is over. False: it will be opened again.
  bool finish(Stream& stream, CURLcode code) {
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
      error = Error{ErrorCategory::Network, "connection-lost", "the server ends the file early",
                    "try again later"};
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

  bool fail_locked(Error error) {
    failure_ = std::move(error);
    return true;
  }

  bool try_again_locked(Stream& stream, const HttpAnswer& answer, Error error) {
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

  const std::string url_;
  const std::string proxy_;
  const HttpOptions options_;
  const Bytes memory_;
  const std::int64_t ahead_;  // how far a stream reads ahead of its reader before it pauses

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;  // bytes, an answer, a failure, a cancellation
  HttpCache cache_;
  HttpIdentity file_;
  std::vector<Waiter*> waiters_;
  HttpReaders readers_;
  std::vector<ByteRange> windows_;
  bool resting_ = false;  // gave up for now: reading ahead waits for the next read
  std::optional<std::int64_t> size_;
  std::optional<Error> failure_;  // for good
  Generation oldest_{};

  CurlMulti multi_;
  std::vector<std::unique_ptr<Stream>> streams_;  // the thread's, after construction
  std::jthread thread_;
};

}  // namespace

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
