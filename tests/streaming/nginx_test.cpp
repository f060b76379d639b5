// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// open_http() and http_get() against nginx, over plain TCP and TLS. Needs nginx (Debian: nginx-light) and
// openssl.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "streaming/direct_sources.h"
#include "tests/streaming/source_reading.h"
#include "tests/streaming/temporary_folder.h"
#include "tests/support/process/process.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;
using freshet::test::Command;
using freshet::test::Process;

class NginxTest : public testing::Test {
 protected:
  void SetUp() override {
    file_ = numbered_bytes(20'000'003);
    std::ofstream{folder_ / "film name.mkv", std::ios::binary} << file_;
    std::ofstream{folder_ / "small.torrent", std::ios::binary} << "d8:announce3:abce";
    const auto made = freshet::test::run(
        Command{.arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                              "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                              "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                              (folder_ / "key.pem").string(), "-out",
                              (folder_ / "certificate.pem").string()}},
        20s);
    ASSERT_EQ(made.status.code, 0) << made.errors;
    start();
  }

  // The system gives no port away for good: another program may take it between our asking and nginx's start.
  void start() {
    std::random_device random;
    for (int attempt = 0; attempt < 20 && !nginx_; ++attempt) {
      port_ = 20'000 + random() % 10'000 * 2;
      write_configuration();
      launch();
      for (int i = 0; i < 250; ++i) {
        if (std::filesystem::exists(folder_ / "nginx.pid")) return;
        if (nginx_->wait(20ms)) break;
      }
      last_errors_ = nginx_->text(freshet::test::Stream::Errors);
      nginx_.reset();
    }
    FAIL() << "nginx does not start: " << last_errors_;
  }

  void launch() {
    nginx_.emplace(
        Command{.arguments = {"nginx", "-p", folder_.path().string(), "-c", (folder_ / "nginx.conf").string(),
                              "-e", (folder_ / "error.log").string()}});
  }

  void TearDown() override {
    if (nginx_) {
      nginx_->signal(SIGTERM);
      EXPECT_TRUE(nginx_->wait(10s));
    }
  }

  void write_configuration() {
    const std::string here = folder_.path().string();
    std::ofstream{folder_ / "nginx.conf"}
        << "daemon off; worker_processes 1; pid " << here << "/nginx.pid;\n"
        << (::geteuid() == 0 ? "user root;\n" : "") << "events {}\n"
        << "http {\n  access_log " << here << "/access.log;\n  root " << here
        << ";\n  gzip on; gzip_types *; gzip_min_length 1;\n"
        << "  client_body_temp_path " << here << "/t1; proxy_temp_path " << here << "/t2; fastcgi_temp_path "
        << here << "/t3;\n  uwsgi_temp_path " << here << "/t4; scgi_temp_path " << here << "/t5;\n"
        << "  keepalive_timeout 1s;\n"
        << "  server {\n    listen 127.0.0.1:" << port_ << ";\n    listen 127.0.0.1:" << port_ + 1
        << " ssl http2;\n    ssl_certificate certificate.pem; ssl_certificate_key key.pem;\n"
        << "    location /moved/ { rewrite ^/moved/(.*)$ /$1 redirect; }\n"
        << "    location /slow/ { alias " << here << "/; limit_rate 2m; }\n"
        << "    location /no-ranges/ { alias " << here << "/; max_ranges 0; }\n"
        << "    location /closed/ { return 403; }\n  }\n}\n";
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::string safe_url(const std::string& path) const {
    return "https://localhost:" + std::to_string(port_ + 1) + path;
  }

  TemporaryFolder folder_;
  std::string file_;
  unsigned port_ = 0;
  std::optional<Process> nginx_;
  std::string last_errors_;
};

TEST_F(NginxTest, ReadsAFileWholeAndInPieces) {
  const auto source = open_http(url("/film%20name.mkv"), {.memory = mib(8)}, {});
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ((*source)->size(), Bytes{20'000'003});
  EXPECT_EQ((*source)->seekable(), Seekable::Yes);
  EXPECT_TRUE(read_text(**source, 0, file_.size()) == file_);
  std::mt19937 random{1};
  for (int i = 0; i < 50; ++i) {
    const std::size_t offset = random() % file_.size();
    ASSERT_TRUE(read_text(**source, static_cast<std::int64_t>(offset), 3000) == file_.substr(offset, 3000))
        << offset;
  }
}

TEST_F(NginxTest, SeeksInASlowFile) {
  const auto source = open_http(url("/slow/film%20name.mkv"), {}, {});
  ASSERT_TRUE(source) << source.error().message;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(read_text(**source, 18'000'000, 1000) == file_.substr(18'000'000, 1000));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s) << "reading on would take nine seconds";
}

TEST_F(NginxTest, FollowsRedirectsAndReadsWithoutRanges) {
  const auto moved = open_http(url("/moved/film%20name.mkv"), {}, {});
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_TRUE(read_text(**moved, 19'000'000, 100) == file_.substr(19'000'000, 100));
  const auto whole = open_http(url("/no-ranges/film%20name.mkv"), {}, {});
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ((*whole)->seekable(), Seekable::No);
  EXPECT_TRUE(read_text(**whole, 0, file_.size()) == file_);
}

TEST_F(NginxTest, SaysWhatIsRefused) {
  EXPECT_THAT(open_http(url("/none.mkv"), {}, {}).error().message, testing::HasSubstr("404"));
  EXPECT_THAT(open_http(url("/closed/x"), {}, {}).error().message, testing::HasSubstr("403"));
}

TEST_F(NginxTest, TrustsNoUnknownCertificate) {
  const auto untrusted = open_http(safe_url("/film%20name.mkv"), {}, {});
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().code, "tls-failed");
  EXPECT_EQ(http_get(safe_url("/small.torrent"), kib(1), {}, {}).error().code, "tls-failed");
  const HttpOptions options{.certificates = folder_ / "certificate.pem"};
  EXPECT_EQ(open_http("https://127.0.0.1:" + std::to_string(port_ + 1) + "/", options, {}).error().code,
            "tls-failed")
      << "the certificate is another host's";
}

TEST_F(NginxTest, ReadsOverTlsAndHttp2) {
  const HttpOptions options{.memory = mib(8), .certificates = folder_ / "certificate.pem"};
  const auto source = open_http(safe_url("/film%20name.mkv"), options, {});
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_TRUE(read_text(**source, 15'000'000, 100'000) == file_.substr(15'000'000, 100'000));
  EXPECT_TRUE(read_text(**source, 0, file_.size()) == file_);
  EXPECT_EQ(http_get(safe_url("/small.torrent"), kib(1), options, {}).value(), "d8:announce3:abce");
}

TEST_F(NginxTest, ComesBackWhenTheServerRestarts) {
  const auto source = open_http(url("/slow/film%20name.mkv"), {.retry_pause = 100ms}, {});
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(read_text(**source, 0, 1000), file_.substr(0, 1000));
  nginx_->kill();
  auto reading = std::async(std::launch::async, [&] { return read_text(**source, 5'000'000, 1000); });
  EXPECT_EQ(reading.wait_for(300ms), std::future_status::timeout) << "there is no server now";
  std::filesystem::remove(folder_ / "nginx.pid");
  launch();
  EXPECT_TRUE(reading.get() == file_.substr(5'000'000, 1000));
}

}  // namespace
}  // namespace freshet::streaming
