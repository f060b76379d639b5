// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// open_http() against a server that behaves, and one that does not.
#include <atomic>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <thread>

#include "streaming/direct_sources.h"
#include "tests/streaming/source_reading.h"
#include "tests/support/http/http_server.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using freshet::test::HttpReply;
using freshet::test::HttpRequest;
using freshet::test::HttpServer;
using freshet::test::redirect;
using freshet::test::serve;
using freshet::test::serve_whole;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string file = numbered_bytes(3'000'001);

std::shared_ptr<ByteSource> open(const HttpServer& server, Bytes memory = mib(150)) {
  auto source = open_http(server.url("/film.mkv"), {.memory = memory, .retry_pause = 10ms}, {});
  if (!source) throw std::runtime_error(source.error().code + ": " + source.error().message);
  return *source;
}

Error refused(const HttpServer& server) {
  const auto source = open_http(server.url("/film.mkv"), {}, {});
  return source ? Error{.category = {}, .code = "opened", .message = {}, .hint = {}} : source.error();
}

TEST(HttpSource, ReadsAWholeFileWithOneRequest) {
  const HttpServer server{[](const HttpRequest& request) { return serve(request, file); }};
  const auto source = open(server);
  EXPECT_EQ(source->size(), Bytes{3'000'001});
  EXPECT_EQ(source->seekable(), Seekable::Yes);
  EXPECT_EQ(read_text(*source, 0, 4'000'000), file);
  EXPECT_EQ(read_text(*source, 3'000'001, 10), "");
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].header("range"), "bytes=0-");
  EXPECT_EQ(server.requests()[0].header("accept-encoding"), "identity");
  EXPECT_EQ(source->available(), std::vector{(ByteRange{ByteOffset{0}, ByteOffset{3'000'001}})});
}

TEST(HttpSource, ReadsAtRandomPlaces) {
  const HttpServer server{[](const HttpRequest& request) { return serve(request, file); }};
  const auto source = open(server);
  std::mt19937 random{1};
  for (int i = 0; i < 200; ++i) {
    const std::size_t offset = random() % file.size();
    EXPECT_EQ(read_text(*source, static_cast<std::int64_t>(offset), 1000), file.substr(offset, 1000))
        << offset;
  }
}

TEST(HttpSource, SeeksByANewRequestInsteadOfReadingOn) {
  const std::string large = numbered_bytes(40'000'000);
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, large);
    reply.bytes_per_second = 2'000'000;
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(read_text(*source, 0, 10), large.substr(0, 10));
  EXPECT_EQ(read_text(*source, 30'000'000, 10), large.substr(30'000'000, 10));
  EXPECT_EQ(read_text(*source, 39'999'990, 100), large.substr(39'999'990));
  EXPECT_LT(server.body_bytes_sent(), 4'000'000U);
  EXPECT_EQ(server.requests().back().header("if-range"), "\"v1\"");
}

TEST(HttpSource, StopsReadingAheadAtItsLimitAndGoesOnFromThere) {
  const std::string large = numbered_bytes(60'000'000);
  const HttpServer server{[&](const HttpRequest& request) { return serve(request, large); }};
  const auto source = open(server, mib(8));
  EXPECT_EQ(read_text(*source, 0, 1000), large.substr(0, 1000));
  // What is sent settles: three eighths of the memory, and what the two kernels hold.
  std::size_t sent = 0;
  for (std::size_t before = 1; before != sent; std::this_thread::sleep_for(300ms)) {
    before = sent;
    sent = server.body_bytes_sent();
  }
  EXPECT_LT(sent, 30'000'000U);
  std::int64_t held = 0;
  for (const ByteRange& range : source->available()) held += range.length().value;
  EXPECT_LE(held, mib(9).value);
  EXPECT_EQ(read_text(*source, 1000, large.size()), large.substr(1000));
  EXPECT_EQ(server.requests().size(), 1U) << "a pause does not break the connection";
}

TEST(HttpSource, ForgetsOldBytesAndFetchesThemAgain) {
  const std::string large = numbered_bytes(30'000'000);
  const HttpServer server{[&](const HttpRequest& request) { return serve(request, large); }};
  const auto source = open(server, mib(8));
  EXPECT_EQ(read_text(*source, 0, large.size()), large);
  std::int64_t held = 0;
  for (const ByteRange& range : source->available()) held += range.length().value;
  EXPECT_LE(held, mib(9).value);
  EXPECT_EQ(read_text(*source, 29'000'000, 1000), large.substr(29'000'000, 1000));
  EXPECT_EQ(server.requests().size(), 1U) << "a short step back is answered from memory";
  EXPECT_EQ(read_text(*source, 5, 1000), large.substr(5, 1000));
}

TEST(HttpSource, ServesTwoReadersWithTwoConnections) {
  const std::string large = numbered_bytes(40'000'000);
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, large);
    reply.bytes_per_second = 4'000'000;
    return reply;
  }};
  const auto source = open(server);
  for (std::int64_t i = 0; i < 20; ++i) {
    for (const std::int64_t place : {i * 50'000, 20'000'000 + i * 50'000}) {
      EXPECT_EQ(read_text(*source, place, 50'000), large.substr(static_cast<std::size_t>(place), 50'000));
    }
  }
  EXPECT_LE(server.requests().size(), 3U) << "reading in turn does not seek";
}

TEST(HttpSource, FetchesWhatTheWindowsName) {
  const std::string large = numbered_bytes(40'000'000);
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, large);
    reply.bytes_per_second = 2'000'000;
    return reply;
  }};
  const auto source = open(server);
  const Window index{.range = {ByteOffset{39'900'000}, ByteOffset{40'000'000}},
                     .deadline = {},
                     .urgency = Urgency::Background};
  source->set_windows(std::span{&index, 1});
  ASSERT_TRUE(server.wait_for_requests(2));
  EXPECT_GE(server.requests()[1].range_begin(), 39'800'000U);
}

TEST(HttpSource, GoesOnAfterBrokenConnections) {
  std::atomic<int> answers = 0;
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, file);
    if (answers++ < 8) reply.cut_after = 300'000;
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(read_text(*source, 0, file.size()), file);
  EXPECT_EQ(answers, 9);
}

TEST(HttpSource, GoesOnWithoutRangesByReadingFromTheBeginning) {
  std::atomic<int> answers = 0;
  const HttpServer server{[&](const HttpRequest&) {
    HttpReply reply = serve_whole(file);
    if (answers++ == 0) reply.cut_after = 1'000'000;
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(source->seekable(), Seekable::No);
  EXPECT_EQ(source->size(), Bytes{3'000'001});
  EXPECT_EQ(read_text(*source, 0, file.size()), file);
  EXPECT_EQ(answers, 2);
}

TEST(HttpSource, StartsAgainForAStepBackWithoutRanges) {
  const std::string large = numbered_bytes(30'000'000);
  const HttpServer server{[&](const HttpRequest&) { return serve_whole(large); }};
  const auto source = open(server, mib(8));
  EXPECT_EQ(read_text(*source, 0, large.size()), large);
  EXPECT_EQ(read_text(*source, 1000, 5000), large.substr(1000, 5000));
  EXPECT_EQ(read_text(*source, 29'000'000, 2'000'000), large.substr(29'000'000));
}

TEST(HttpSource, ReadsABodyOfUnknownLength) {
  const HttpServer server{[](const HttpRequest&) {
    HttpReply reply = serve_whole(file);
    reply.with_length = false;
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(read_text(*source, 0, 5'000'000), file);
  EXPECT_EQ(source->size(), Bytes{3'000'001});
}

TEST(HttpSource, WaitsOutAServerThatIsOverloaded) {
  std::atomic<int> answers = 0;
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, file);
    const int answer = answers++;
    if (answer == 0) reply.cut_after = 500'000;
    if (answer == 1 || answer == 2)
      reply = HttpReply{.status = 503, .headers = {{"Retry-After", "0"}}, .body = "busy"};
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(read_text(*source, 0, file.size()), file);
  EXPECT_EQ(answers, 4);
}

TEST(HttpSource, GivesUpInTheEndAndTriesAnewForTheNextRead) {
  std::atomic<bool> broken = true;  // but for the first 300,000 bytes
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, file);
    if (broken) reply.cut_after = 0;
    if (request.range_begin() == 0) reply.cut_after = 300'000;
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(read_text(*source, 0, 100'000).size(), 100'000U);
  EXPECT_EQ(read_text(*source, 2'000'000, 10), "(connection-lost)");
  EXPECT_EQ(read_text(*source, 100'000, 1000), file.substr(100'000, 1000)) << "what is there stays readable";
  broken = false;
  EXPECT_EQ(read_text(*source, 2'000'000, 10), file.substr(2'000'000, 10));
}

// Once a stream that read ahead in vain ended the read that another stream was about to answer.
TEST(HttpSource, FailsOnlyTheReadsThatTheBrokenPlaceConcerns) {
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, file);
    if (request.range_begin() < 1'000'000) reply.cut_after = request.range_begin() == 0 ? 300'000 : 0;
    if (request.range_begin() >= 1'000'000) reply.delay = 2s;
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(read_text(*source, 0, 10), file.substr(0, 10));
  EXPECT_EQ(read_text(*source, 2'000'000, 10), file.substr(2'000'000, 10));
}

TEST(HttpSource, RefusesToMixTwoVersionsOfAFile) {
  std::atomic<int> version = 1;
  const HttpServer server{[&](const HttpRequest& request) {
    const std::string etag = "\"v" + std::to_string(version) + "\"";
    HttpReply reply = serve(request, file, etag);
    if (version == 1) reply.cut_after = 500'000;
    version = 2;
    return reply;
  }};
  const auto source = open(server);
  EXPECT_EQ(read_text(*source, 2'000'000, 10), "(changed-on-server)");
  EXPECT_EQ(read_text(*source, 2'500'000, 10), "(changed-on-server)");
}

TEST(HttpSource, NoticesAChangeByTheDateOrTheSize) {
  for (const bool by_date : {true, false}) {
    std::atomic<int> answers = 0;
    const HttpServer server{[&](const HttpRequest& request) {
      const bool first = answers++ == 0;
      HttpReply reply =
          serve(request, std::string_view{file}.substr(0, first || by_date ? file.size() : 2'500'000), "");
      reply.headers.erase(reply.headers.begin());  // no ETag
      if (by_date) {
        reply.headers.emplace_back("Last-Modified",
                                   first ? "Mon, 06 Apr 2026 10:00:00 GMT" : "Mon, 06 Apr 2026 10:00:09 GMT");
      }
      if (first) reply.cut_after = 500'000;
      return reply;
    }};
    const auto source = open(server);
    EXPECT_EQ(read_text(*source, 2'000'000, 10), "(changed-on-server)") << by_date;
  }
}

TEST(HttpSource, RefusesWrongRanges) {
  const HttpServer server{[](const HttpRequest& request) {
    HttpReply reply = serve(request, file);
    reply.bytes_per_second = 100'000;
    if (request.range_begin() > 0) {
      reply.headers.back().second = "bytes 7-3000000/3000001";
      reply.body = file.substr(7);
    }
    return reply;
  }};
  EXPECT_EQ(read_text(*open(server), 2'000'000, 10), "(bad-server)");
  const HttpServer liar{[](const HttpRequest&) {
    return HttpReply{
        .status = 206, .headers = {{"Content-Range", "bytes 7-99/100"}}, .body = std::string(93, 'x')};
  }};
  EXPECT_EQ(refused(liar).code, "bad-server");
  const HttpServer silent{
      [](const HttpRequest&) { return HttpReply{.status = 206, .headers = {}, .body = "x"}; }};
  EXPECT_EQ(refused(silent).code, "bad-server");
}

TEST(HttpSource, RefusesCompressedBodies) {
  const HttpServer server{[](const HttpRequest&) {
    return HttpReply{.status = 200, .headers = {{"Content-Encoding", "gzip"}}, .body = "xxxx"};
  }};
  EXPECT_EQ(refused(server).code, "bad-server");
}

TEST(HttpSource, SaysWhatTheServerAnswers) {
  for (const int status : {401, 403, 404, 410, 429, 500, 503}) {
    const HttpServer server{
        [&](const HttpRequest&) { return HttpReply{.status = status, .headers = {}, .body = "no"}; }};
    const Error error = refused(server);
    EXPECT_EQ(error.code, "http-status") << status;
    EXPECT_EQ(error.category, ErrorCategory::Source);
    EXPECT_THAT(error.message, HasSubstr(std::to_string(status)));
    EXPECT_THAT(error.hint, Not(IsEmpty()));
  }
}

TEST(HttpSource, FollowsRedirectsToHttpOnly) {
  const HttpServer server{[](const HttpRequest& request) {
    if (request.target == "/film.mkv") return redirect("/there");
    return serve(request, file);
  }};
  EXPECT_EQ(read_text(*open(server), 0, file.size()), file);

  const HttpServer circle{[](const HttpRequest&) { return redirect("/film.mkv"); }};
  EXPECT_EQ(refused(circle).code, "http-status");
  for (const char* elsewhere : {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"}) {
    const HttpServer server_of_lures{[&](const HttpRequest&) { return redirect(elsewhere); }};
    EXPECT_EQ(refused(server_of_lures).code, "bad-url") << elsewhere;
  }
}

TEST(HttpSource, SaysWhenNobodyIsThere) {
  const auto code = [](const std::string& url) { return open_http(url, {}, {}).error().code; };
  std::uint16_t closed_port = 0;
  {
    const HttpServer server{[](const HttpRequest&) { return HttpReply{}; }};
    closed_port = server.port();
  }
  EXPECT_EQ(code("http://127.0.0.1:" + std::to_string(closed_port) + "/"), "connect-failed");
  EXPECT_EQ(code("http://no-such-host.invalid/"), "connect-failed");
  EXPECT_EQ(code("ftp://127.0.0.1/"), "bad-url");
  EXPECT_EQ(code("http://"), "bad-url");
}

TEST(HttpSource, ReadsAnEmptyFile) {
  const HttpServer server{[](const HttpRequest& request) { return serve(request, ""); }};
  const auto source = open(server);
  EXPECT_EQ(source->size(), Bytes{0});
  EXPECT_EQ(read_text(*source, 0, 10), "");
  const HttpServer plain{[](const HttpRequest&) { return serve_whole(""); }};
  EXPECT_EQ(read_text(*open(plain), 0, 10), "");
}

TEST(HttpSource, CancelsAReadThatWaits) {
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, file);
    if (request.range_begin() > 0)
      reply.delay = 60s;
    else
      reply.bytes_per_second = 1000;
    return reply;
  }};
  auto source = open(server);
  auto waiting =
      std::async(std::launch::async, [&] { return read_text(*source, 2'000'000, 10, Generation{3}); });
  ASSERT_TRUE(server.wait_for_requests(2));
  source->cancel_before(Generation{3});
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout) << "generation 3 is not before 3";
  source->cancel_before(Generation{4});
  ASSERT_EQ(waiting.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(waiting.get(), "(cancelled)");
  EXPECT_EQ(read_text(*source, 0, 10, Generation{3}), "(cancelled)");
  source.reset();  // does not wait for the server
}

TEST(HttpSource, KeepsItsConnectionWhenANewGenerationReadsOn) {
  const std::string large = numbered_bytes(20'000'000);
  const HttpServer server{[&](const HttpRequest& request) {
    HttpReply reply = serve(request, large);
    reply.bytes_per_second = 10'000'000;
    return reply;
  }};
  const auto source = open(server);
  for (std::uint32_t generation = 0; generation < 20; ++generation) {
    source->cancel_before(Generation{generation});
    const auto offset = static_cast<std::int64_t>(generation) * 200'000;
    EXPECT_EQ(read_text(*source, offset, 1000, Generation{generation}),
              large.substr(static_cast<std::size_t>(offset), 1000));
  }
  EXPECT_LE(server.requests().size(), 2U);
}

TEST(HttpSource, OpeningStopsWhenAsked) {
  const HttpServer server{[](const HttpRequest& request) {
    HttpReply reply = serve(request, file);
    reply.delay = 60s;
    return reply;
  }};
  std::stop_source stop;
  auto opening =
      std::async(std::launch::async, [&] { return open_http(server.url("/x"), {}, stop.get_token()); });
  ASSERT_TRUE(server.wait_for_requests(1));
  stop.request_stop();
  ASSERT_EQ(opening.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(opening.get().error().code, "interrupted");
}

TEST(HttpSource, IsReadByManyThreadsAtOnce) {
  const HttpServer server{[](const HttpRequest& request) { return serve(request, file); }};
  const auto source = open(server, mib(8));
  std::vector<std::future<bool>> readers;
  for (unsigned seed = 0; seed < 6; ++seed) {
    readers.push_back(std::async(std::launch::async, [&, seed] {
      std::mt19937 random{seed};
      for (int i = 0; i < 40; ++i) {
        const std::size_t offset = random() % file.size();
        if (read_text(*source, static_cast<std::int64_t>(offset), 5000) != file.substr(offset, 5000))
          return false;
      }
      return true;
    }));
  }
  for (auto& reader : readers) EXPECT_TRUE(reader.get());
}

}  // namespace
}  // namespace freshet::streaming
