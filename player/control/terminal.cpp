// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/terminal.h"

#include <atomic>
#include <boost/asio.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "player/control/terminal_keys.h"

namespace freshet::control {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// A key's bytes come together; a lone ESC is the key when nothing follows within this.
constexpr std::chrono::milliseconds escape_delay{50};

// What a crash handler may touch, and the only way to reach it from one: written before `armed` is set.
struct CrashState {
  std::atomic<bool> armed{false};
  int descriptor = -1;
  termios saved{};
};
constinit CrashState crash_state;

constexpr int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

extern "C" void restore_and_crash(int signal) {
  if (crash_state.armed.exchange(false)) ::tcsetattr(crash_state.descriptor, TCSANOW, &crash_state.saved);
  // SA_RESETHAND took the handler away: this time it is the end.
  ::raise(signal);
}

}  // namespace

class Terminal::Implementation {
 public:
  // `input` is a file description of our own, so that O_NONBLOCK does not reach the shell's.
  Implementation(int input, std::function<void(std::string)> on_key)
      : on_key_(std::move(on_key)), input_(context_, input), signals_(context_, SIGTSTP, SIGCONT) {
    ::tcgetattr(input_.native_handle(), &saved_);
    crash_state.descriptor = input_.native_handle();
    crash_state.saved = saved_;
    catch_crashes();
    // Asked for by whoever changes a terminal that is not its own: without this, a race with the shell stops
    // us.
    previous_ttou_ = ::signal(SIGTTOU, SIG_IGN);
    enter();
    wait_for_signal();
    wait_for_input();
    thread_ = std::jthread([this] { context_.run(); });
  }

  ~Implementation() {
    context_.stop();
    thread_.join();
    leave();
    release_crashes();
    ::signal(SIGTTOU, previous_ttou_);
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

 private:
  [[nodiscard]] bool in_foreground() {
    const pid_t group = ::tcgetpgrp(input_.native_handle());
    return group < 0 || group == ::getpgrp();
  }

  void enter() {
    if (!in_foreground() || entered_) return;
    termios raw = saved_;
    // ISIG stays: Ctrl+C and Ctrl+Z are signals, which the program handles.
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (::tcsetattr(input_.native_handle(), TCSANOW, &raw) != 0) return;
    entered_ = true;
    crash_state.armed = true;
  }

  void leave() {
    if (!std::exchange(entered_, false)) return;
    crash_state.armed = false;
    ::tcsetattr(input_.native_handle(), TCSANOW, &saved_);
  }

  void wait_for_signal() {
    signals_.async_wait([this](ErrorCode error, int signal) {
      if (error) return;
      if (signal == SIGTSTP) {
        leave();
        ::kill(::getpid(), SIGSTOP);  // SIGCONT brings us back
      } else {
        // The shell may have changed the terminal meanwhile, and we may go on in the background.
        entered_ = false;
        enter();
        if (!reading_) wait_for_input();
      }
      wait_for_signal();
    });
  }

  void wait_for_input() {
    // A background process that reads is stopped; SIGCONT tells when the terminal is ours again.
    if (!in_foreground()) {
      reading_ = false;
      return;
    }
    reading_ = true;
    input_.async_wait(asio::posix::stream_descriptor::wait_read, [this](ErrorCode error) {
      if (error) return;
      if (!in_foreground()) {
        reading_ = false;
        return;
      }
      char buffer[256];
      const ssize_t count = ::read(input_.native_handle(), buffer, sizeof buffer);
      if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
        reading_ = false;  // the terminal is gone
        return;
      }
      if (count > 0) press(keys_.feed(std::string_view(buffer, static_cast<std::size_t>(count))));
      if (keys_.pending()) {
        timer_.expires_after(escape_delay);
        timer_.async_wait([this](ErrorCode stopped) {
          if (!stopped) press(keys_.flush());
        });
      } else {
        timer_.cancel();
      }
      wait_for_input();
    });
  }

  void press(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) on_key_(key);
  }

  // Only where nobody else cares (a sanitizer does).
  void catch_crashes() {
    for (const int signal : crash_signals) {
      struct sigaction current{};
      if (::sigaction(signal, nullptr, &current) != 0 || (current.sa_flags & SA_SIGINFO) != 0 ||
          current.sa_handler != SIG_DFL) {
        continue;
      }
      struct sigaction action{};
      action.sa_handler = restore_and_crash;
      action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
      ::sigaction(signal, &action, nullptr);
    }
  }
  static void release_crashes() {
    for (const int signal : crash_signals) {
      struct sigaction current{};
      if (::sigaction(signal, nullptr, &current) == 0 && (current.sa_flags & SA_SIGINFO) == 0 &&
          current.sa_handler == restore_and_crash) {
        ::signal(signal, SIG_DFL);
      }
    }
  }

  const std::function<void(std::string)> on_key_;
  asio::io_context context_{1};
  asio::posix::stream_descriptor input_;
  asio::signal_set signals_;
  asio::steady_timer timer_{context_};
  TerminalKeys keys_;
  termios saved_{};
  bool entered_ = false;
  bool reading_ = false;
  void (*previous_ttou_)(int) = SIG_DFL;
  std::jthread thread_;
};

Result<std::unique_ptr<Terminal>> Terminal::open(int descriptor, std::function<void(std::string)> on_key) {
  termios unused{};
  const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
  const int input = ::tcgetattr(descriptor, &unused) == 0
                        ? ::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
                        : -1;
  if (input < 0)
    return fail(ErrorCategory::Internal, "no-terminal", "keys cannot be read from this terminal");
  try {
    return std::unique_ptr<Terminal>(
        new Terminal(std::make_unique<Implementation>(input, std::move(on_key))));
  } catch (const std::exception& error) {
    return fail(ErrorCategory::Internal, "no-terminal", std::string("keys cannot be read: ") + error.what());
  }
}

Terminal::Terminal(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Terminal::~Terminal() = default;

}  // namespace freshet::control
