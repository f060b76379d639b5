// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/process/process.h"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace freshet::test {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  void reset() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) all[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : changes) {
    if (value.empty()) {
      all.erase(name);
    } else {
      all[name] = value;
    }
  }
  std::vector<std::string> result;
  for (const auto& [name, value] : all) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string_view::npos; begin = end + 1)
    lines.emplace_back(text.substr(begin, end - begin));
  return lines;
}

}  // namespace

class Process::State {
 public:
  explicit State(const Command& command) {
    Pipe input = make_pipe(), output = make_pipe(), errors = make_pipe();
    // setpriv makes the kernel kill the child when the test dies, however it dies.
    std::vector<std::string> arguments{"setpriv", "--pdeathsig", "KILL", "--"};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = merged_environment(command.environment);

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input.read.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors.write.get(), STDERR_FILENO);
    if (!command.working_folder.empty())
      posix_spawn_file_actions_addchdir_np(&actions, command.working_folder.c_str());
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGHUP}) sigaddset(&defaults, number);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    const int failure = ::posix_spawnp(&pid_, "setpriv", &actions, &attributes, pointers(arguments).data(),
                                       pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::system_error(failure, std::generic_category(), "cannot run setpriv");

    exit_event_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (exit_event_.get() < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
    stop_event_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
    input_ = std::move(input.write);
    if (command.input) {
      // What fits into a pipe is written at once; a longer input needs a writer beside the reader.
      writer_ = std::jthread([this, text = *command.input] {
        write(text);
        input_.reset();
      });
    } else if (!command.keep_input_open) {
      input_.reset();
    }
    reader_ = std::jthread([this, out = std::move(output.read), err = std::move(errors.read)] {
      read_all(out.get(), err.get());
    });
  }

  ~State() {
    kill();
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_event_.get(), &one, sizeof one);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] int pid() const { return pid_; }

  void signal(int number) {
    if (!status_) ::kill(pid_, number);
  }

  void write(std::string_view text) {
    // SIGPIPE is ignored for this thread's write only by way of a blocked signal that is then thrown away.
    sigset_t pipe_signal, before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    while (!text.empty()) {
      const auto written = ::write(input_.get(), text.data(), text.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        break;  // the child closed its end: its right
      }
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    const timespec now{};
    while (sigtimedwait(&pipe_signal, nullptr, &now) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void close_input() { input_.reset(); }

  std::optional<ExitStatus> wait(std::chrono::milliseconds limit) {
    if (status_) return status_;
    pollfd wanted{exit_event_.get(), POLLIN, 0};
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      const int ready = ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
      if (ready > 0) break;
      if (ready == 0) return std::nullopt;
    }
    int raw = 0;
    rusage usage{};
    ::wait4(pid_, &raw, 0, &usage);
    ExitStatus status;
    status.by_signal = WIFSIGNALED(raw);
    status.code = status.by_signal ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    status.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    status.peak_memory = std::int64_t{usage.ru_maxrss} * 1024;
    status_ = status;
    // What it wrote last is still in the pipes. A grandchild may hold them open: it is not waited for.
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(2), [this] { return ended_; });
    return status_;
  }

  void kill() {
    if (!status_) {
      ::kill(-pid_, SIGKILL);
      ::kill(pid_, SIGKILL);  // before its group exists
      wait(std::chrono::minutes(1));
    } else {
      ::kill(-pid_, SIGKILL);  // what it left behind
    }
  }

  [[nodiscard]] std::string text(Stream stream) const {
    const std::lock_guard lock(mutex_);
    return texts_[static_cast<std::size_t>(stream)];
  }

  std::optional<std::string> wait_for_line(Stream stream, const std::function<bool(std::string_view)>& wanted,
                                           std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    const std::string& text = texts_[static_cast<std::size_t>(stream)];
    std::size_t seen = 0;
    std::optional<std::string> found;
    const auto look = [&] {
      for (std::size_t end = 0; (end = text.find('\n', seen)) != std::string::npos; seen = end + 1) {
        const std::string_view line = std::string_view(text).substr(seen, end - seen);
        if (wanted(line)) {
          found = line;
          return true;
        }
      }
      return ended_;
    };
    changed_.wait_for(lock, limit, look);
    return found;
  }

 private:
  void read_all(int output, int errors) {
    std::array<pollfd, 3> wanted{{{output, POLLIN, 0}, {errors, POLLIN, 0}, {stop_event_.get(), POLLIN, 0}}};
    std::vector<char> buffer(std::size_t{64} * 1024);
    int open = 2;
    while (open > 0) {
      if (::poll(wanted.data(), wanted.size(), -1) < 0) {
        if (errno == EINTR) continue;
        break;
      }
      if (wanted[2].revents != 0) break;
      for (std::size_t index = 0; index < 2; ++index) {
        if (wanted[index].revents == 0) continue;
        const auto count = ::read(wanted[index].fd, buffer.data(), buffer.size());
        if (count > 0) {
          const std::lock_guard lock(mutex_);
          texts_[index].append(buffer.data(), static_cast<std::size_t>(count));
          changed_.notify_all();
        } else if (count == 0 || errno != EINTR) {
          wanted[index].fd = -1;
          --open;
        }
      }
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  pid_t pid_ = -1;
  Descriptor exit_event_, stop_event_, input_;
  std::optional<ExitStatus> status_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::string, 2> texts_;
  bool ended_ = false;
  std::jthread writer_, reader_;  // last: they use all of the above
};

Process::Process(const Command& command) : state_(std::make_unique<State>(command)) {}
Process::~Process() = default;
Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;

int Process::pid() const {
  return state_->pid();
}
void Process::signal(int number) {
  state_->signal(number);
}
void Process::write_input(std::string_view text) {
  state_->write(text);
}
void Process::close_input() {
  state_->close_input();
}
std::optional<ExitStatus> Process::wait(std::chrono::milliseconds limit) {
  return state_->wait(limit);
}
void Process::kill() {
  state_->kill();
}
std::string Process::text(Stream stream) const {
  return state_->text(stream);
}
std::vector<std::string> Process::lines(Stream stream) const {
  return split_lines(state_->text(stream));
}
std::optional<std::string> Process::wait_for_line(Stream stream,
                                                  const std::function<bool(std::string_view)>& wanted,
                                                  std::chrono::milliseconds limit) {
  return state_->wait_for_line(stream, wanted, limit);
}

Finished run(const Command& command, std::chrono::milliseconds limit) {
  Process process(command);
  Finished result;
  if (const auto status = process.wait(limit)) {
    result.status = *status;
  } else {
    process.kill();
    result.timed_out = true;
  }
  result.output = process.text(Stream::Output);
  result.errors = process.text(Stream::Errors);
  return result;
}

}  // namespace freshet::test
