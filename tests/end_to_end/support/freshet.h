// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The real program in a home of its own: no configuration, no cache and no display of the machine reaches it,
// and it speaks to the loopback only.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process/process.h"

namespace freshet::end_to_end {

// Long enough for a sanitizer build on a busy machine; what passes takes a fraction of it.
inline constexpr std::chrono::seconds patience{60};

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

// The program under test (FRESHET_PROGRAM), and the films (made by the CTest fixture end_to_end_media).
[[nodiscard]] std::string program();
[[nodiscard]] std::filesystem::path media(std::string_view name);

class Home {
 public:
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }
  // `freshet ARGUMENTS…`.
  [[nodiscard]] test::Command command(const Arguments& arguments) const;
  // `freshet --headless --untimed --events=json ARGUMENTS…`, with the loopback as its whole network.
  [[nodiscard]] test::Command headless(const Arguments& arguments) const;
  // The same in real time.
  [[nodiscard]] test::Command real_time(const Arguments& arguments) const;

 private:
  test::TemporaryFolder folder_;
};

// Appended to whatever plays from a swarm: only the peers that are named.
[[nodiscard]] Arguments alone_with(const Arguments& peers);
[[nodiscard]] Arguments operator+(Arguments left, const Arguments& right);

// "moov-last.mp4" as a test's name may be: "moovlastmp4".
[[nodiscard]] std::string letters(std::string_view text);

// --events=json: one object a line. A line that is not JSON fails the test.
[[nodiscard]] std::vector<Json> events(const std::string& output);
[[nodiscard]] std::vector<Json> events_named(const std::vector<Json>& all, std::string_view name);
[[nodiscard]] std::optional<Json> wait_for_event(
    test::Process& process, std::string_view name,
    const std::function<bool(const Json&)>& wanted = [](const Json&) { return true; },
    std::chrono::milliseconds limit = patience);

}  // namespace freshet::end_to_end
