// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "tests/end_to_end/support/seeders.h"

#include <stdexcept>

namespace freshet::end_to_end {
namespace {

using namespace std::chrono_literals;

std::string run_or_throw(const Arguments& arguments) {
  const auto result = test::run({.arguments = arguments}, patience);
  if (result.status.code != 0) throw std::runtime_error(arguments[0] + ": " + result.output + result.errors);
  return result.output;
}

}  // namespace

Seeder::Seeder(const std::filesystem::path& source, const Arguments& options, std::uint16_t port) {
  for (int attempt = 0; attempt < 5 && magnet_.empty(); ++attempt) {
    port_ = port != 0 ? port : test::free_port();
    process_ = std::make_unique<test::Process>(home_.command(
        Arguments{"seed", source, "--listen=" + address(), "--torrent-out=" + torrent().string()} +
        alone_with({}) + options));
    magnet_ = process_
                  ->wait_for_line(
                      test::Stream::Output, [](auto line) { return line.starts_with("magnet:"); }, patience)
                  .value_or("");
  }
  if (magnet_.empty()) throw std::runtime_error("freshet seed: " + process_->text(test::Stream::Errors));
}

std::string magnet_of(const std::filesystem::path& torrent) {
  auto text = run_or_throw({"transmission-show", "-m", torrent});
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void create_torrent(const std::filesystem::path& source, const std::filesystem::path& torrent) {
  run_or_throw({"transmission-create", "-s", "32", "-o", torrent, source});
}

Transmission::Transmission(const std::filesystem::path& torrent, const std::filesystem::path& folder) {
  port_ = test::free_port();
  const auto control = std::to_string(test::free_port());
  test::Command command{.arguments = {"transmission-daemon",
                                      "--foreground",
                                      "--config-dir",
                                      settings_.path(),
                                      "--port",
                                      control,
                                      "--no-auth",
                                      "--rpc-bind-address",
                                      "127.0.0.1",
                                      "--bind-address-ipv4",
                                      "127.0.0.1",
                                      "--peerport",
                                      std::to_string(port_),
                                      "--no-portmap",
                                      "--no-dht",
                                      "--no-lpd",
                                      "--no-utp",
                                      "--download-dir",
                                      folder,
                                      "--log-info"}};
  command.environment = {{"HOME", settings_.path().string()}};
  process_ = std::make_unique<test::Process>(command);
  const auto listens = [](std::string_view line) {
    return line.find("Serving RPC") != std::string_view::npos;
  };
  if (!process_->wait_for_line(test::Stream::Errors, listens, patience))
    throw std::runtime_error("transmission-daemon: " + process_->text(test::Stream::Errors));
  run_or_throw({"transmission-remote", "127.0.0.1:" + control, "--add", torrent});
  // It checks the data before it offers it, and says nothing when it has: the only way is to ask.
  for (const auto end = std::chrono::steady_clock::now() + patience;
       std::chrono::steady_clock::now() < end;) {
    const auto state =
        run_or_throw({"transmission-remote", "127.0.0.1:" + control, "--torrent", "1", "--info"});
    if (state.find("Percent Done: 100%") != std::string::npos && state.find("Verifying") == std::string::npos)
      return;
    process_->wait(100ms);  // a pause that ends early when the daemon does
  }
  throw std::runtime_error("transmission-daemon does not seed");
}

Aria2::Aria2(const std::filesystem::path& torrent, const std::filesystem::path& folder) {
  port_ = test::free_port();
  test::Command command{
      .arguments = {"aria2c", "--no-conf", "--enable-dht=false", "--enable-dht6=false",
                    "--bt-enable-lpd=false", "--enable-peer-exchange=false", "--seed-ratio=0.0",
                    "--check-integrity=true", "--bt-seed-unverified=false", "--console-log-level=notice",
                    "--listen-port=" + std::to_string(port_), "--dir=" + folder.string(), torrent}};
  command.environment = {{"HOME", settings_.path().string()}};
  process_ = std::make_unique<test::Process>(command);
  // It checks the data first and listens then.
  const auto seeds = [](std::string_view line) {
    return line.find("listening on TCP") != std::string_view::npos;
  };
  if (!process_->wait_for_line(test::Stream::Output, seeds, patience))
    throw std::runtime_error("aria2c: " + process_->text(test::Stream::Output));
}

}  // namespace freshet::end_to_end
