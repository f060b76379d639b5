// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/sealed.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace freshet::lab {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view run_prefix = "run-";

[[noreturn]] void work_inside(const fs::path& folder, bool has_namespaces, const sigset_t& signals,
                              const std::function<int()>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  if (has_namespaces) {
    // Mounts made here stay here, and /proc tells of our processes by the numbers that we know them by.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
      ::_exit(1);
    }
  }
  ::setenv("TMPDIR", folder.c_str(), 1);
  ::exit(work());
}

}  // namespace

int run_sealed(const fs::path& folder, const std::function<int()>& work) {
  const auto here = fs::absolute(folder) / (std::string(run_prefix) + std::to_string(::getpid()));
  fs::remove_all(here);
  fs::create_directories(here);

  sigset_t watched, before;
  sigemptyset(&watched);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&watched, number);
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  const bool has_namespaces = ::unshare(CLONE_NEWPID | CLONE_NEWNS) == 0;
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) work_inside(here, has_namespaces, before, work);

  int status = 0;
  for (int number = 0; ::waitpid(child, &status, WNOHANG) != child;) {
    ::sigwait(&watched, &number);
    if (number != SIGCHLD) ::kill(child, SIGKILL);
  }
  std::error_code ignored;
  fs::remove_all(here, ignored);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int remove_leftovers(const fs::path& parent) {
  int removed = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(run_prefix)) continue;
    int watcher = 0;
    const auto* const end = name.data() + name.size();
    if (std::from_chars(name.data() + run_prefix.size(), end, watcher).ptr != end) continue;
    if (::kill(watcher, 0) == 0) continue;  // it is still at work
    fs::remove_all(entry.path(), error);
    ++removed;
  }
  return removed;
}

}  // namespace freshet::lab
