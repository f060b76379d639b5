// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/process_cost.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace freshet::lab {
namespace {

std::int64_t peak_of(const std::filesystem::path& folder) {
  std::ifstream file(folder / "status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  return 0;
}

}  // namespace

ProcessCost cost_of_group(int leader) {
  ProcessCost cost;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::string text;
    std::getline(file, text);
    // The name, in parentheses, may hold anything: proc(5).
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream fields(text.substr(name_end + 1));
    std::string state, skipped;
    long parent = 0, group = 0;
    fields >> state >> parent >> group;
    if (group != leader) continue;
    for (int field = 0; field < 8; ++field) fields >> skipped;  // session … cmajflt
    double user = 0, system = 0, children_user = 0, children_system = 0;
    fields >> user >> system >> children_user >> children_system;
    cost.cpu_seconds += (user + system + children_user + children_system) / ticks;
    cost.peak_memory += peak_of(entry.path());
  }
  return cost;
}

}  // namespace freshet::lab
