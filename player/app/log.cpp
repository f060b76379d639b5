// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/log.h"

#include <cstdio>
#include <fmt/format.h>
#include <mutex>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <utility>

#include "player/app/human_text.h"

namespace freshet::app {

namespace {

spdlog::level::level_enum to_spdlog(playback::LogLevel level) {
  switch (level) {
    case playback::LogLevel::Error: return spdlog::level::err;
    case playback::LogLevel::Warning: return spdlog::level::warn;
    case playback::LogLevel::Info: return spdlog::level::info;
    case playback::LogLevel::Verbose: return spdlog::level::debug;
    case playback::LogLevel::Debug: return spdlog::level::trace;
  }
  return spdlog::level::info;
}

// mpv's names.
spdlog::level::level_enum named_level(std::string_view name) {
  if (name == "no") return spdlog::level::off;
  if (name == "fatal") return spdlog::level::critical;
  if (name == "error") return spdlog::level::err;
  if (name == "warn") return spdlog::level::warn;
  if (name == "info" || name == "status") return spdlog::level::info;
  if (name == "v") return spdlog::level::debug;
  return spdlog::level::trace;
}

}  // namespace

struct Log::State {
  std::vector<std::pair<std::string, spdlog::level::level_enum>> levels;
  spdlog::level::level_enum everything = spdlog::level::info;
  std::shared_ptr<spdlog::logger> terminal;
  std::shared_ptr<spdlog::logger> file;
  std::mutex mutex;
  std::function<void()> before_line;  // guarded by mutex
  bool colours = false;

  [[nodiscard]] spdlog::level::level_enum limit(std::string_view room) const {
    spdlog::level::level_enum limit = everything;
    for (const auto& [name, level] : levels) {
      if (name == "all" || name == room) limit = level;
    }
    return limit;
  }
};

Log::Log() : state_(std::make_unique<State>()) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const LogOptions& options) {
  std::unique_ptr<Log> log(new Log());
  State& state = *log->state_;
  state.colours = options.color && isatty(STDERR_FILENO) != 0;
  state.everything = options.really_quiet     ? spdlog::level::critical
                     : options.verbosity >= 2 ? spdlog::level::trace
                     : options.verbosity == 1 ? spdlog::level::debug
                                              : spdlog::level::info;
  for (const auto& [name, level] : options.levels) state.levels.emplace_back(name, named_level(level));
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(
      state.colours ? spdlog::color_mode::always : spdlog::color_mode::never);
  state.terminal = std::make_shared<spdlog::logger>("terminal", std::move(sink));
  state.terminal->set_level(spdlog::level::trace);
  state.terminal->set_pattern("%^%v%$");
  if (options.file) {
    try {
      auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file->string(), true);
      state.file = std::make_shared<spdlog::logger>("file", std::move(file));
      state.file->set_level(spdlog::level::trace);
      state.file->flush_on(spdlog::level::info);
      state.file->set_pattern("[%H:%M:%S.%e][%l]%v");
    } catch (const spdlog::spdlog_ex&) {
      return fail(ErrorCategory::Storage, "log-not-writable",
                  fmt::format("Cannot write the log file {}", options.file->string()),
                  "Check that its folder exists and is writable");
    }
  }
  return log;
}

void Log::set_before_line(std::function<void()> before_line) {
  const std::scoped_lock lock(state_->mutex);
  state_->before_line = std::move(before_line);
}

void Log::write(playback::LogLevel level, std::string_view room, const std::string& text) {
  const spdlog::level::level_enum severity = to_spdlog(level);
  const std::string line = fmt::format("[{}] {}", room, printable(text));
  if (severity >= state_->limit(room)) {
    const std::scoped_lock lock(state_->mutex);
    if (state_->before_line) state_->before_line();
    state_->terminal->log(severity, line);
  }
  if (state_->file) state_->file->log(severity, line);
}

void Log::error(const Error& error) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->limit("player") <= spdlog::level::err) {
      if (state_->before_line) state_->before_line();
      std::fputs(error_text(error, state_->colours).c_str(), stderr);
    }
  }
  if (state_->file)
    state_->file->error("[{}] {} {}", error.code, printable(error.message), printable(error.hint));
}

}  // namespace freshet::app
