// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/http_transfer.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <new>
#include <utility>

#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

// As browsers have it; more is a circle.
constexpr long max_redirects = 10;
// A server that sends nothing for so long has lost us.
constexpr std::chrono::seconds silence_limit{30};
// ETags of real servers stay below 100 bytes; what is longer is not kept, so it is not compared.
constexpr std::size_t max_header_value = 1024;
// A server may ask to be left alone for hours; a player that waits gives up before.
constexpr std::chrono::seconds max_retry_after{30};

void initialise_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::string host_of(CURL* handle) {
  const char* url = nullptr;
  curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &url);
  if (url == nullptr) return "the server";
  const auto parts = split_http_url(url);
  return parts ? std::string{parts->host} : "the server";
}

Error status_error(std::int64_t status, const std::string& host) {
  const auto answer = [&](const char* meaning, std::string hint) {
    return Error{ErrorCategory::Source, "http-status",
                 host + " answers " + std::to_string(status) + " (" + meaning + ")", std::move(hint)};
  };
  switch (status) {
    case 401: return answer("log in first", "put the login into the address: https://user:password@host/…");
    case 403: return answer("access refused", "the address may need a login or may have expired");
    case 404: return answer("not found", "check the address");
    case 407: return answer("the proxy wants a login", "put it into --proxy=http://user:password@host:port");
    case 410: return answer("gone", "look for a newer address");
    case 416: return answer("no such range", "the file may have become shorter; open it again");
    case 429: return answer("too many requests", "wait a while and try again");
    default: break;
  }
  if (status >= 500) return answer("a fault of the server", "try again later");
  return answer("refused", "check the address");
}

}  // namespace

void read_content_range(std::string_view value, HttpAnswer& answer) {
  answer.range_begin.reset();
  answer.range_total.reset();
  if (!starts_with_ignoring_case(value, "bytes")) return;
  value = trim(value.substr(5));
  const std::size_t slash = value.find('/');
  if (slash == std::string_view::npos) return;
  const std::string_view range = value.substr(0, slash);
  const std::string_view total = value.substr(slash + 1);
  answer.range_total = number(total);
  if (!answer.range_total && total != "*") return;
  if (const std::size_t dash = range.find('-'); dash != std::string_view::npos) {
    const auto begin = number(range.substr(0, dash));
    const auto last = number(range.substr(dash + 1));
    if (begin && last && *begin <= *last && (!answer.range_total || *last < *answer.range_total)) {
      answer.range_begin = begin;
    }
  }
}

void read_header_line(std::string_view line, HttpAnswer& answer) {
  if (starts_with_ignoring_case(line, "HTTP/")) {
    answer = HttpAnswer{};
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) answer.status = number(line.substr(space + 1, 3)).value_or(0);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (value.size() > max_header_value) return;
  if (equals_ignoring_case(name, "content-length")) {
    answer.content_length = number(value);
  } else if (equals_ignoring_case(name, "content-range")) {
    read_content_range(value, answer);
  } else if (equals_ignoring_case(name, "content-encoding")) {
    answer.encoded = !value.empty() && !equals_ignoring_case(value, "identity");
  } else if (equals_ignoring_case(name, "etag")) {
    answer.etag = value;
  } else if (equals_ignoring_case(name, "last-modified")) {
    answer.last_modified = value;
  } else if (equals_ignoring_case(name, "retry-after")) {
    if (const auto seconds = number(value)) {
      answer.retry_after =
          std::min(std::chrono::seconds{std::min<std::int64_t>(*seconds, 1000)}, max_retry_after);
    }
  }
}

Result<std::string> proxy_for_curl(const std::string& proxy) {
  const auto scheme = uri_scheme(proxy).value_or("");
  const std::string_view rest = std::string_view{proxy}.substr(std::min(scheme.size() + 1, proxy.size()));
  if (rest.size() > 2 && rest.starts_with("//")) {
    if (scheme == "socks5" || scheme == "socks5h") return "socks5h:" + std::string{rest};
    if (scheme == "http" || scheme == "https") return proxy;
  }
  return fail(ErrorCategory::Usage, "bad-proxy", "'" + proxy + "' is not a proxy",
              "write --proxy=socks5://host:port or --proxy=http://host:port");
}

HttpTransfer::HttpTransfer(const std::string& url, const std::string& proxy, const HttpOptions& options,
                           curl_write_callback write, void* write_context) {
  initialise_curl();
  handle_.reset(curl_easy_init());
  if (!handle_) throw std::bad_alloc{};
  CURL* h = handle_.get();
  // Options that this libcurl knows cannot fail but for memory; a failure shows as a transfer that does not
  // work.
  curl_easy_setopt(h, CURLOPT_URL, url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(h, CURLOPT_MAXREDIRS, max_redirects);
  curl_easy_setopt(h, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);  // do not wait for a name server when the user has closed us
  curl_easy_setopt(h, CURLOPT_USERAGENT, "Freshet");
  curl_easy_setopt(h, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
                   long{std::chrono::milliseconds{options.connect_timeout}.count()});
  curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, long{silence_limit.count()});
  curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(h, CURLOPT_ERRORBUFFER, words_.data());
  if (!proxy.empty()) {
    curl_easy_setopt(h, CURLOPT_PROXY, proxy.c_str());
    curl_easy_setopt(h, CURLOPT_NOPROXY, "");  // nothing goes around it, whatever the environment says
  }
  if (options.certificates) curl_easy_setopt(h, CURLOPT_CAINFO, options.certificates->c_str());
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, write);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, write_context);
  const auto on_header = [](char* data, std::size_t size, std::size_t count, void* answer) -> std::size_t {
    read_header_line({data, size * count}, *static_cast<HttpAnswer*>(answer));
    return size * count;
  };
  curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, static_cast<curl_write_callback>(on_header));
  curl_easy_setopt(h, CURLOPT_HEADERDATA, &answer_);
}

void HttpTransfer::add_header(const std::string& line) {
  curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc{};
  static_cast<void>(headers_.release());  // it is the beginning of `longer` now
  headers_.reset(longer);
  curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, headers_.get());
}

Error HttpTransfer::error(CURLcode code) const {
  const std::string host = host_of(handle_.get());
  const std::string detail = words_[0] != '\0' ? std::string{words_.data()} : curl_easy_strerror(code);
  const auto network = [](std::string code_name, std::string message, std::string hint) {
    return Error{ErrorCategory::Network, std::move(code_name), std::move(message), std::move(hint)};
  };
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR: return status_error(answer_.status, host);
    case CURLE_URL_MALFORMAT:
      return {ErrorCategory::Source, "bad-url", "the address cannot be read: " + detail,
              "write https://host/path"};
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {ErrorCategory::Source, "bad-url", host + " points to an address that is not http or https", {}};
    case CURLE_TOO_MANY_REDIRECTS:
      return {ErrorCategory::Source, "http-status", host + " redirects without end", "check the address"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return network("connect-failed", "there is no server called '" + host + "'",
                     "check the address and the connection to the Internet");
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return network("connect-failed", "the proxy does not let us through: " + detail, "check --proxy");
    case CURLE_COULDNT_CONNECT:
      return network("connect-failed", host + " cannot be reached: " + detail,
                     "check the address and the port");
    case CURLE_OPERATION_TIMEDOUT:
      return network("timeout", host + " did not answer in time", "check the connection, or try again later");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return network("tls-failed", "no safe connection to " + host + ": " + detail,
                     "its certificate is not trusted here; check the address and this computer's clock");
    default:
      return network("connection-lost", "the connection to " + host + " broke: " + detail, "try again later");
  }
}

bool HttpTransfer::may_pass(CURLcode code) const {
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      return answer_.status >= 500 || answer_.status == 429 || answer_.status == 408;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR: return true;
    default: return false;
  }
}

}  // namespace freshet::streaming
