// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// An HTTP server as a ByteSource. One thread owns libcurl's handles: it asks http_plan what should run, lets
// libcurl work until something happens, and puts what comes into the cache (http_streams.cpp). Reads wait on
// a condition variable and wake the thread when they want something else (http_source.cpp). Everything that
// both sides touch is under mutex_. Inside streaming/ only; others call open_http().
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "streaming/direct_sources.h"
#include "streaming/http_cache.h"
#include "streaming/http_identity.h"
#include "streaming/http_plan.h"
#include "streaming/http_readers.h"
#include "streaming/http_transfer.h"

namespace freshet::streaming {

// What arrives in the time a new request takes to begin: a fifth of a second at 20 Mbit/s.
inline constexpr std::int64_t near_distance = 512 << 10;

class HttpSource final : public ByteSource {
 public:
  HttpSource(std::string url, std::string proxy, HttpOptions options);

  ~HttpSource() override;

  // Until the first answer is there. nullopt: it is good.
  std::optional<Error> wait_for_answer(const std::stop_token& stop);
  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override;
  void cancel_before(Generation generation) noexcept override;
  [[nodiscard]] std::optional<Bytes> size() const override;
  [[nodiscard]] Seekable seekable() const override;
  [[nodiscard]] std::vector<ByteRange> available() const override;
  void set_windows(std::span<const Window> windows) override;

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
    std::chrono::steady_clock::time_point not_before;
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] int poll_timeout() const;
  void follow_plan();
  HttpPlan make_plan_locked();
  [[nodiscard]] std::vector<ByteRange> protected_ranges_locked() const;
  void start_due_streams();
  void connect(Stream& stream);
  void disconnect(Stream& stream);
  // False ends the transfer.
  bool receive(Stream& stream, std::span<const std::byte> bytes);
  // Looks at the headers once they are complete. False: the stream has a failure.
  bool accept_answer_locked(Stream& stream);
  // True if any stream ended, so that the plan is another now.
  bool finish_streams();
  // True: the stream is over. False: it will be opened again.
  bool finish(Stream& stream, CURLcode code);
  bool fail_locked(Error error);
  bool try_again_locked(Stream& stream, const HttpAnswer& answer, Error error);

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

}  // namespace freshet::streaming
