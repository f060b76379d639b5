// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "player/app/command_line.h"
#include "player/app/help.h"
#include "player/app/human_text.h"
#include "player/app/play_command.h"
#include "player/app/probe_command.h"
#include "player/app/protect_command.h"
#include "player/app/seed_command.h"
#include "player/app/version.h"
#include "player/media/pipeline.h"

namespace {

using namespace freshet;

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

int run(int argc, char** argv, MonotonicTime start) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto command_line = app::parse_command_line(arguments, app::process_environment());
  if (!command_line) {
    std::fputs(app::error_text(command_line.error(), isatty(STDERR_FILENO) != 0).c_str(), stderr);
    return exit_code(command_line.error().category);
  }
  const app::Command command = command_line->command;
  const app::Style style = isatty(STDOUT_FILENO) != 0 ? app::Style::Colour : app::Style::Plain;
  switch (command_line->action) {
    case app::Action::Version: return print(app::version_text());
    case app::Action::Help: return print(app::help_text(command, app::Listed::Common, style));
    case app::Action::HelpAll: return print(app::help_text(command, app::Listed::All, style));
    case app::Action::ListOptions: return print(app::list_options_text());
    case app::Action::Generate: return print(app::generated_text(command_line->generate, FRESHET_VERSION));
    case app::Action::Run: break;
  }
  const int verbosity = command_line->log.verbosity;
  media::set_library_messages(verbosity >= 2   ? media::LibraryMessages::Everything
                              : verbosity == 1 ? media::LibraryMessages::Errors
                                               : media::LibraryMessages::Silent);
  switch (command) {
    case app::Command::Seed: return app::run_seed(command_line->seed, start);
    case app::Command::Probe: return app::run_probe(command_line->probe);
    case app::Command::Protect:
      return app::run_protect(command_line->protect,
                              command_line->log.quiet || command_line->log.really_quiet);
    case app::Command::Play: break;
  }
  if (command_line->play.list) return app::run_list(command_line->play);
  return app::run_play(*command_line, start);
}

}  // namespace

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  try {
    return run(argc, argv, start);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "freshet: internal error: %s\n", error.what());
    return exit_code(ErrorCategory::Internal);
  }
}
