// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A program run by a test as a user would run it: arguments, environment, input; what it writes and how it
// ends. The child leads a process group of its own and is killed, group and all, when the Process is
// destroyed or the test itself dies. Thread rule: one thread uses a Process; a thread of its own reads what
// the child writes.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::test {

struct Command {
  std::vector<std::string> arguments = {};              // [0] is looked up in PATH
  std::map<std::string, std::string> environment = {};  // beside the test's own; an empty value unsets
  std::optional<std::string> input = {};                // written to stdin, which is then closed
  bool keep_input_open = false;                         // stdin is a pipe that stays open until close_input()
  std::filesystem::path working_folder = {};            // empty: the test's
};

struct ExitStatus {
  int code = -1;                 // as a shell tells it: 128 + signal when a signal ended it
  bool by_signal = false;        // ended by a signal rather than by itself
  double cpu_seconds = 0;        // user and system
  std::int64_t peak_memory = 0;  // bytes resident
};

enum class Stream : std::uint8_t { Output, Errors };

class Process {
 public:
  // Throws std::runtime_error when the program cannot be started.
  explicit Process(const Command& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;

  [[nodiscard]] int pid() const;
  void signal(int number);  // to the program alone, not to its group
  void write_input(std::string_view text);
  void close_input();

  // Waits for the end. nullopt: still running after `limit`.
  std::optional<ExitStatus> wait(std::chrono::milliseconds limit);
  // SIGKILL, if it still runs, and wait.
  void kill();

  // All that was written so far.
  [[nodiscard]] std::string text(Stream stream) const;
  [[nodiscard]] std::vector<std::string> lines(Stream stream) const;
  // The first whole line, of those written and to come, that `wanted` accepts; nullopt when the stream ended
  // or `limit` passed without one.
  std::optional<std::string> wait_for_line(Stream stream, const std::function<bool(std::string_view)>& wanted,
                                           std::chrono::milliseconds limit);

 private:
  class State;
  std::unique_ptr<State> state_;
};

struct Finished {
  ExitStatus status;
  std::string output;
  std::string errors;
  bool timed_out = false;  // it was killed
};
// Runs to the end, at most `limit`.
[[nodiscard]] Finished run(const Command& command, std::chrono::milliseconds limit);

// A folder that goes away, with all in it, at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// A TCP and UDP port of 127.0.0.1 that nobody listens on now; for programs that cannot tell which one they
// chose.
[[nodiscard]] std::uint16_t free_port();

}  // namespace freshet::test
