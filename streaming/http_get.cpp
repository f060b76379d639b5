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

}  // namespace

Result<std::string> http_get(const std::string& url, Bytes limit, const HttpOptions& options,
                             std::stop_token stop) try {
  std::string proxy;
  if (options.proxy) {
    auto usable = proxy_for_curl(*options.proxy);
    if (!usable) return std::unexpected(std::move(usable.error()));
    proxy = std::move(*usable);
  }
  Body body{.bytes = {}, .limit = static_cast<std::size_t>(std::max<std::int64_t>(limit.value, 0))};
  const HttpTransfer transfer{url, proxy, options, append, &body};
  // Some servers compress .torrent files whether asked or not. What comes out is what counts against the
  // limit.
  curl_easy_setopt(transfer.handle(), CURLOPT_ACCEPT_ENCODING, "");

  const auto result = perform(transfer.handle(), stop);
  if (!result) return fail(ErrorCategory::Usage, "interrupted", "the download was interrupted");
  if (body.too_large) {
    return fail(ErrorCategory::Source, "too-large",
                "the file at this address is larger than " + std::to_string(limit.value >> 10) + " KiB");
  }
  if (*result != CURLE_OK) return std::unexpected(transfer.error(*result));
  return std::move(body.bytes);
} catch (const std::bad_alloc&) {
  return fail(ErrorCategory::Internal, "out-of-memory", "there is not enough memory");
}

}  // namespace freshet::streaming
