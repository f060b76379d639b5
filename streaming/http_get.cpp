// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <new>

#include "streaming/http_transfer.h"

namespace freshet::streaming {
namespace {

struct Body {
  std::string bytes;
  std::size_t limit = 0;
  bool too_large = false;
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* context) {
  auto& body = *static_cast<Body*>(context);
  if (size * count > body.limit - body.bytes.size()) {
    body.too_large = true;
    return 0;
  }
  body.bytes.append(data, size * count);
  return size * count;
}

// nullopt: stopped.
std::optional<CURLcode> perform(CURL* handle, const std::stop_token& stop) {
  const CurlMulti multi{curl_multi_init()};
  if (!multi || curl_multi_add_handle(multi.get(), handle) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  const std::stop_callback wake{stop, [&] { curl_multi_wakeup(multi.get()); }};
  std::optional<CURLcode> result;
  int running = 1;
  while (!stop.stop_requested()) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) result = CURLE_OUT_OF_MEMORY;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg == CURLMSG_DONE) result = message->data.result;
    }
    if (result) break;
    curl_multi_poll(multi.get(), nullptr, 0, std::numeric_limits<int>::max(), nullptr);
  }
  curl_multi_remove_handle(multi.get(), handle);
  return result;
}

Result<std::string> get(const std::string& url, Bytes limit, std::optional<ByteRange> range,
                        const HttpOptions& options, const std::stop_token& stop) try {
  std::string proxy;
  if (options.proxy) {
    auto usable = proxy_for_curl(*options.proxy);
    if (!usable) return std::unexpected(std::move(usable.error()));
    proxy = std::move(*usable);
  }
  Body body{.bytes = {}, .limit = static_cast<std::size_t>(std::max<std::int64_t>(limit.value, 0))};
  const HttpTransfer transfer{url, proxy, options, append, &body};
  if (range) {
    const auto wanted = std::to_string(range->begin.value) + "-" + std::to_string(range->end.value - 1);
    curl_easy_setopt(transfer.handle(), CURLOPT_RANGE, wanted.c_str());
  } else {
    // Some servers compress .torrent files whether asked or not. What comes out is what counts against the
    // limit.
    curl_easy_setopt(transfer.handle(), CURLOPT_ACCEPT_ENCODING, "");
  }

  const auto result = perform(transfer.handle(), stop);
  if (!result) return fail(ErrorCategory::Usage, "interrupted", "the download was interrupted");
  if (range) {
    const bool whole = *result == CURLE_OK && std::ssize(body.bytes) == limit.value;
    if ((whole || body.too_large) && transfer.answer().range_begin != range->begin.value) {
      return fail(ErrorCategory::Source, "bad-server", "the server sends other bytes than it was asked for");
    }
    if (*result == CURLE_OK && !whole)
      return fail(ErrorCategory::Source, "bad-server", "the file is too short");
  }
  if (body.too_large) {
    return fail(ErrorCategory::Source, "too-large",
                "the file at this address is larger than " + std::to_string(limit.value >> 10) + " KiB");
  }
  if (*result != CURLE_OK) return std::unexpected(transfer.error(*result));
  return std::move(body.bytes);
} catch (const std::bad_alloc&) {
  return fail(ErrorCategory::Internal, "out-of-memory", "there is not enough memory");
}

}  // namespace

Result<std::string> http_get(const std::string& url, Bytes limit, const HttpOptions& options,
                             std::stop_token stop) {
  return get(url, limit, std::nullopt, options, stop);
}

Result<std::string> http_get_range(const std::string& url, ByteRange range, const HttpOptions& options,
                                   std::stop_token stop) {
  return get(url, Bytes{range.end.value - range.begin.value}, range, options, stop);
}

}  // namespace freshet::streaming
