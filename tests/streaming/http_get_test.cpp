// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "streaming/direct_sources.h"
#include "streaming/http_transfer.h"
#include "tests/support/http/http_server.h"
#include "tests/support/http/socks_proxy.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using freshet::test::HttpReply;
using freshet::test::HttpRequest;
using freshet::test::HttpServer;
using freshet::test::serve_whole;

std::string get(const HttpServer& server, Bytes limit = kib(64), const HttpOptions& options = {}) {
  const auto body = http_get(server.url("/a.torrent"), limit, options, {});
  return body ? *body : "(" + body.error().code + ")";
}

TEST(HttpGet, GetsTheWholeBody) {
  const HttpServer server{[](const HttpRequest&) { return serve_whole("d8:announce3:abce"); }};
  EXPECT_EQ(get(server), "d8:announce3:abce");
}

TEST(HttpGet, StopsAtItsLimit) {
  const HttpServer server{[](const HttpRequest&) { return serve_whole(std::string(100'000, 'x')); }};
  EXPECT_EQ(get(server, Bytes{99'999}), "(too-large)");
  EXPECT_EQ(get(server, Bytes{100'000}).size(), 100'000U);
  EXPECT_LT(server.body_bytes_sent(), 400'000U);
}

TEST(HttpGet, UnpacksWhatAServerCompressed) {
  // printf abc | gzip -n | xxd -p
  const std::string packed{
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x4c\x4a\x06\x00\xc2\x41\x24\x35\x03\x00\x00\x00", 23};
  const HttpServer server{[&](const HttpRequest&) {
    return HttpReply{.status = 200, .headers = {{"Content-Encoding", "gzip"}}, .body = packed};
  }};
  EXPECT_EQ(get(server), "abc");
}

TEST(HttpGet, SaysWhatWentWrong) {
  const HttpServer missing{
      [](const HttpRequest&) { return HttpReply{.status = 404, .headers = {}, .body = "no"}; }};
  EXPECT_EQ(get(missing), "(http-status)");
  const HttpServer cutting{[](const HttpRequest&) {
    HttpReply reply = serve_whole("d8:announce");
    reply.cut_after = 4;
    return reply;
  }};
  EXPECT_EQ(get(cutting), "(connection-lost)");
  EXPECT_EQ(http_get("ftp://127.0.0.1/", kib(1), {}, {}).error().code, "bad-url");
}

TEST(HttpGet, StopsWhenAsked) {
  const HttpServer server{[](const HttpRequest&) {
    HttpReply reply = serve_whole("x");
    reply.delay = 60s;
    return reply;
  }};
  std::stop_source stop;
  auto getting =
      std::async(std::launch::async, [&] { return http_get(server.url("/"), kib(1), {}, stop.get_token()); });
  ASSERT_TRUE(server.wait_for_requests(1));
  stop.request_stop();
  ASSERT_EQ(getting.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(getting.get().error().code, "interrupted");
}

TEST(HttpGet, GoesThroughAnHttpProxy) {
  const HttpServer proxy{[](const HttpRequest& request) { return serve_whole(request.target); }};
  const HttpOptions options{.proxy = "http://127.0.0.1:" + std::to_string(proxy.port()), .certificates = {}};
  const auto body = http_get("http://tracker.invalid/a.torrent", kib(1), options, {});
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(*body, "http://tracker.invalid/a.torrent") << "the proxy is asked for the whole address, by name";
}

TEST(HttpGet, LetsASocksProxyResolveTheName) {
  const HttpServer server{[](const HttpRequest&) { return serve_whole("through the proxy"); }};
  const freshet::test::SocksProxy proxy{server.port()};
  const HttpOptions options{.proxy = "socks5://127.0.0.1:" + std::to_string(proxy.port())};
  const auto body = http_get("http://tracker.invalid/a.torrent", kib(1), options, {});
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(*body, "through the proxy");
  EXPECT_THAT(proxy.requests(), testing::ElementsAre("name:tracker.invalid:80"))
      << "no name server was asked here";

  const auto source = open_http("http://media.invalid/film.mkv", options, {});
  EXPECT_TRUE(source);
  EXPECT_EQ(proxy.requests().back(), "name:media.invalid:80");
}

TEST(HttpGet, SaysThatTheProxyIsNotThere) {
  std::uint16_t closed_port = 0;
  {
    const HttpServer gone{[](const HttpRequest&) { return HttpReply{}; }};
    closed_port = gone.port();
  }
  for (const char* scheme : {"socks5://127.0.0.1:", "http://127.0.0.1:"}) {
    const HttpServer server{[](const HttpRequest&) { return serve_whole("around the proxy"); }};
    const auto body = http_get(server.url("/"), kib(1), {.proxy = scheme + std::to_string(closed_port)}, {});
    ASSERT_FALSE(body) << "nothing goes around the proxy";
    EXPECT_EQ(body.error().code, "connect-failed");
  }
}

TEST(HttpGet, HeedsTheEnvironmentOnlyWithoutAProxyOfItsOwn) {
  const HttpServer proxy{[](const HttpRequest&) { return serve_whole("by the environment"); }};
  const HttpServer own{[](const HttpRequest&) { return serve_whole("by the option"); }};
  ::setenv("http_proxy", proxy.url("").c_str(), 1);
  ::setenv("no_proxy", "excepted.invalid", 1);
  const auto by_environment = http_get("http://name.invalid/", kib(1), {}, {});
  const HttpOptions options{.proxy = own.url(""), .certificates = {}};
  const auto by_option = http_get("http://name.invalid/", kib(1), options, {});
  const auto excepted = http_get("http://excepted.invalid/", kib(1), options, {});
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
  EXPECT_EQ(by_environment.value_or("(failed)"), "by the environment");
  EXPECT_EQ(by_option.value_or("(failed)"), "by the option");
  EXPECT_EQ(excepted.value_or("(failed)"), "by the option") << "no_proxy does not open a way around --proxy";
}

TEST(ProxyForCurl, LetsTheProxyResolveNames) {
  EXPECT_EQ(proxy_for_curl("socks5://u:p@host:1080").value(), "socks5h://u:p@host:1080");
  EXPECT_EQ(proxy_for_curl("SOCKS5://host").value(), "socks5h://host");
  EXPECT_EQ(proxy_for_curl("socks5h://host").value(), "socks5h://host");
  EXPECT_EQ(proxy_for_curl("http://host:3128").value(), "http://host:3128");
  for (const char* bad :
       {"", "host:1080", "ftp://host", "socks4://host", "http:", "http://", "socks5:host"}) {
    const auto proxy = proxy_for_curl(bad);
    ASSERT_FALSE(proxy) << bad;
    EXPECT_EQ(proxy.error().code, "bad-proxy");
    EXPECT_EQ(proxy.error().category, ErrorCategory::Usage);
  }
}

TEST(HttpAnswer, ReadsContentRanges) {
  const auto range = [](std::string_view value) {
    HttpAnswer answer;
    read_content_range(value, answer);
    return std::pair{answer.range_begin, answer.range_total};
  };
  using Maybe = std::optional<std::int64_t>;
  EXPECT_EQ(range("bytes 5-9/10"), (std::pair{Maybe{5}, Maybe{10}}));
  EXPECT_EQ(range("bytes 5-9/*"), (std::pair{Maybe{5}, Maybe{}}));
  EXPECT_EQ(range("bytes */10"), (std::pair{Maybe{}, Maybe{10}}));
  for (const char* bad : {"", "bytes", "bytes 5-9", "bytes 9-5/10", "bytes 5-10/10", "bytes -1-5/10",
                          "items 0-1/2", "bytes 0-1/x", "bytes 99999999999999999999-5/*"}) {
    EXPECT_EQ(range(bad).first, Maybe{}) << bad;
  }
}

TEST(HttpAnswer, BeginsAnewWithEachStatusLine) {
  HttpAnswer answer;
  for (const char* line : {"HTTP/1.1 302 Found\r\n", "ETag: \"old\"\r\n", "\r\n", "HTTP/2 206 \r\n",
                           "content-range: bytes 0-4/5\r\n", "Retry-After: 999999\r\n", "no colon\r\n"}) {
    read_header_line(line, answer);
  }
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.etag, "");
  EXPECT_EQ(answer.range_total, 5);
  EXPECT_EQ(answer.retry_after, 30s);
}

TEST(HttpGetRange, BringsThoseBytesAlone) {
  const std::string file = "0123456789";
  HttpServer server([&](const HttpRequest& request) { return serve(request, file); });
  const auto part = http_get_range(server.url("/f"), {ByteOffset{3}, ByteOffset{7}}, {}, {});
  ASSERT_TRUE(part);
  EXPECT_EQ(*part, "3456");
  EXPECT_EQ(http_get_range(server.url("/f"), {ByteOffset{8}, ByteOffset{12}}, {}, {}).error().code,
            "bad-server")
      << "it ends before";
}

TEST(HttpGetRange, AServerThatSendsOtherBytesIsNotBelieved) {
  const std::string file = "0123456789";
  HttpServer whole([&](const HttpRequest&) { return serve_whole(file); });
  EXPECT_EQ(http_get_range(whole.url("/f"), {ByteOffset{3}, ByteOffset{7}}, {}, {}).error().code,
            "bad-server");
  EXPECT_EQ(http_get_range(whole.url("/f"), {ByteOffset{3}, ByteOffset{13}}, {}, {}).error().code,
            "bad-server")
      << "as many bytes, but others";
  HttpServer more([&](const HttpRequest&) {
    return HttpReply{.status = 206, .headers = {{"Content-Range", "bytes 3-9/10"}}, .body = file.substr(3)};
  });
  EXPECT_EQ(http_get_range(more.url("/f"), {ByteOffset{3}, ByteOffset{7}}, {}, {}).error().code, "too-large");
}

}  // namespace
}  // namespace freshet::streaming
