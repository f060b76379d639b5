// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "tests/end_to_end/support/freshet.h"

#include <cctype>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sstream>

namespace freshet::end_to_end {
namespace {

std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: run the tests through ctest");
  return value;
}

}  // namespace

std::string program() {
  return from_environment("FRESHET_PROGRAM");
}

std::filesystem::path media(std::string_view name) {
  auto path = std::filesystem::path(from_environment("FRESHET_MEDIA")) / name;
  if (!std::filesystem::exists(path)) throw std::runtime_error("no such film: " + path.string());
  return path;
}

test::Command Home::command(const Arguments& arguments) const {
  test::Command command{.arguments = Arguments{program()} + arguments};
  command.environment = {{"HOME", folder_.path().string()},
                         {"XDG_CACHE_HOME", (folder_ / "cache").string()},
                         {"XDG_CONFIG_HOME", (folder_ / "config").string()},
                         {"XDG_DATA_HOME", (folder_ / "data").string()},
                         {"XDG_RUNTIME_DIR", folder_.path().string()},
                         {"http_proxy", ""},
                         {"https_proxy", ""},
                         {"all_proxy", ""},
                         {"no_proxy", ""},
                         {"DISPLAY", ""},
                         {"WAYLAND_DISPLAY", ""}};
  return command;
}

test::Command Home::headless(const Arguments& arguments) const {
  return command(Arguments{"--headless", "--untimed", "--events=json"} + arguments);
}

test::Command Home::real_time(const Arguments& arguments) const {
  return command(Arguments{"--headless", "--events=json"} + arguments);
}

Arguments alone_with(const Arguments& peers) {
  Arguments result{"--no-dht", "--no-lsd", "--no-upnp"};
  for (const auto& peer : peers) result.push_back("--peer=" + peer);
  return result;
}

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::string letters(std::string_view text) {
  std::string result(text);
  std::erase_if(result, [](unsigned char letter) { return std::isalnum(letter) == 0; });
  return result;
}

std::vector<Json> events(const std::string& output) {
  std::vector<Json> result;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    auto event = Json::parse(line, nullptr, false);
    if (event.is_object() && event.contains("event")) {
      result.push_back(std::move(event));
    } else {
      ADD_FAILURE() << "not an event: " << line;
    }
  }
  return result;
}

std::vector<Json> events_named(const std::vector<Json>& all, std::string_view name) {
  std::vector<Json> result;
  for (const auto& event : all)
    if (event["event"] == name) result.push_back(event);
  return result;
}

std::optional<Json> wait_for_event(test::Process& process, std::string_view name,
                                   const std::function<bool(const Json&)>& wanted,
                                   std::chrono::milliseconds limit) {
  const auto line = process.wait_for_line(
      test::Stream::Output,
      [&](std::string_view text) {
        const auto event = Json::parse(text, nullptr, false);
        return event.is_object() && event.value("event", "") == name && wanted(event);
      },
      limit);
  if (!line) return std::nullopt;
  return Json::parse(*line);
}

}  // namespace freshet::end_to_end
