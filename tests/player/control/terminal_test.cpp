// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/terminal.h"

#include <condition_variable>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "player/control/status_line.h"
#include "player/control/terminal_keys.h"
#include "tests/player/control/simple_player.h"

namespace freshet::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

TEST(TerminalKeys, KnowsWhatTerminalsSend) {
  const std::pair<std::string_view, std::vector<std::string>> cases[] = {
      {"q Q#", {"q", "SPACE", "Q", "SHARP"}},
      {"\x1b[A\x1b[B\x1b[C\x1b[D", {"UP", "DOWN", "RIGHT", "LEFT"}},
      {"\x1bOA\x1bOP", {"UP", "F1"}},
      {"\x1b[1;2C\x1b[1;5D\x1b[1;3A\x1b[6;2~", {"Shift+RIGHT", "Ctrl+LEFT", "Alt+UP", "Shift+PGDWN"}},
      {"\x1b[5~\x1b[6~\x1b[3~\x1b[15~\x1b[24~", {"PGUP", "PGDWN", "DEL", "F5", "F12"}},
      {"\r\n\t\x7f\b", {"ENTER", "ENTER", "TAB", "BS", "BS"}},
      {"\x01\x1a", {"Ctrl+a", "Ctrl+z"}},
      {"\x1bx\x1b\x7f", {"Alt+x", "Alt+BS"}},
      {"é€", {"é", "€"}},
      {"\x1b[Z", {"Shift+TAB"}},
      {"\x1b[99~\x1b[?1;2ca", {"a"}},
      {"\xFF\xC3"
       "a",
       {"a"}},
      {"\x1b[1;\x1b[A", {"UP"}},
  };
  for (const auto& [bytes, keys] : cases) {
    TerminalKeys parser;
    EXPECT_EQ(parser.feed(bytes), keys) << bytes;
    TerminalKeys byte_by_byte;
    std::vector<std::string> all;
    for (const char c : bytes) {
      for (std::string& key : byte_by_byte.feed(std::string_view(&c, 1))) all.push_back(std::move(key));
    }
    EXPECT_EQ(all, keys) << bytes;
  }
}

TEST(TerminalKeys, TakesALoneEscapeForTheKey) {
  TerminalKeys parser;
  EXPECT_THAT(parser.feed("\x1b"), IsEmpty());
  EXPECT_TRUE(parser.pending());
  EXPECT_THAT(parser.flush(), ElementsAre("ESC"));
  EXPECT_FALSE(parser.pending());
  EXPECT_THAT(parser.feed("\x1b["), IsEmpty());
  EXPECT_THAT(parser.flush(), ElementsAre("Alt+["));
  EXPECT_THAT(parser.feed("\x1b[1;2"), IsEmpty());
  EXPECT_THAT(parser.flush(), IsEmpty());
  EXPECT_THAT(parser.feed(std::string("\x1b[") + std::string(1000, '1')),
              ::testing::SizeIs(::testing::Le(1000U)));
}

TEST(StatusLine, TellsWherePlaybackIs) {
  SimplePlayer player;
  EXPECT_EQ(status_text(player), "");
  player.wait_reason_ = "Finding peers";
  EXPECT_EQ(status_text(player), "Finding peers");
  player.load("a.mkv", playback::Player::LoadMode::Replace);
  player.position_ = 5s;
  EXPECT_EQ(status_text(player), "AV: 00:00:05 / 00:01:40 (5%) Dropped: 4 Cache: 12s/3 MiB");
  streaming::SwarmStats swarm;
  swarm.peers = 3;
  swarm.down_rate = Bytes{1258291};
  player.swarm_ = swarm;
  player.paused_ = true;
  player.speed_ = 1.5;
  EXPECT_EQ(status_text(player),
            "(Paused) AV: 00:00:05 / 00:01:40 (5%) x1.50 Dropped: 4 Cache: 12s/3 MiB  peers 3 ↓1.2 MiB/s");
}

TEST(StatusLine, FitsTheTerminal) {
  EXPECT_EQ(fit_columns("short", 10), "short");
  EXPECT_EQ(fit_columns("0123456789", 10), "0123456789");
  EXPECT_EQ(fit_columns("0123456789x", 10), "012345678…");
  EXPECT_EQ(fit_columns("ééééé", 3), "éé…");
  EXPECT_EQ(fit_columns("a\x1b[31m\nb", 80), "a [31m b");
  EXPECT_EQ(fit_columns("abc", 0), "");
  EXPECT_EQ(fit_columns("abc", 1), "…");
}

// A terminal of our own: what a program writes to `slave` is read from `master`.
class PtyTest : public ::testing::Test {
 protected:
  PtyTest() {
    winsize size{.ws_row = 24, .ws_col = 40, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(::openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
  }
  ~PtyTest() override {
    ::close(master_);
    ::close(slave_);
  }
  [[nodiscard]] bool echoes() const {
    termios state{};
    ::tcgetattr(slave_, &state);
    return (state.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
  }
  [[nodiscard]] std::string written() const {
    std::string text;
    pollfd waiting{.fd = master_, .events = POLLIN, .revents = 0};
    char buffer[4096];
    while (::poll(&waiting, 1, 200) > 0) {
      const ssize_t count = ::read(master_, buffer, sizeof buffer);
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
      waiting.revents = 0;
      if (::poll(&waiting, 1, 0) == 0) break;
    }
    return text;
  }
  int master_ = -1;
  int slave_ = -1;
};

TEST_F(PtyTest, GivesKeysAndPutsTheTerminalBack) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<std::string> keys;
  ASSERT_TRUE(echoes());
  {
    auto terminal = Terminal::open(slave_, [&](std::string key) {
      const std::scoped_lock lock(mutex);
      keys.push_back(std::move(key));
      arrived.notify_one();
    });
    ASSERT_TRUE(terminal);
    EXPECT_FALSE(echoes());
    ASSERT_EQ(::write(master_, "q\x1b[C\x1b", 5), 5);
    std::unique_lock lock(mutex);
    EXPECT_TRUE(arrived.wait_for(lock, 20s, [&] { return keys.size() == 3; }));
    EXPECT_THAT(keys, ElementsAre("q", "RIGHT", "ESC"));
  }
  EXPECT_TRUE(echoes());
  EXPECT_FALSE(Terminal::open(::fileno(stdout) + 1000, [](const std::string&) {}));
}

TEST_F(PtyTest, PutsTheTerminalBackWhenTheProgramCrashes) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto terminal = Terminal::open(slave_, [](const std::string&) {});
    if (!terminal || echoes()) ::_exit(9);
    std::abort();
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
  EXPECT_TRUE(echoes());
}

TEST_F(PtyTest, PutsTheTerminalBackWhileTheProgramIsStopped) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto terminal = Terminal::open(slave_, [](const std::string& key) { ::_exit(key == "q" ? 0 : 9); });
    if (!terminal) ::_exit(9);
    ::kill(::getpid(), SIGTSTP);
    while (true) ::pause();
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status)) << status;
  EXPECT_TRUE(echoes());
  ::kill(child, SIGCONT);
  ASSERT_EQ(::write(master_, "q\n", 2),
            2);  // the newline lets a terminal that was not taken again deliver as well
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(PtyTest, TheStatusLineIsRewrittenInPlace) {
  const MonotonicTime now{};
  {
    StatusLine line(slave_, StatusLine::Kind::Rewritten);
    line.update("one", now);
    line.update("one", now);
    EXPECT_EQ(written(), "\rone\x1b[K") << "the same text is not written twice";
    line.update(std::string(100, 'x'), now);
    EXPECT_EQ(written(), "\r" + std::string(38, 'x') + "…\x1b[K");
    line.clear();
    line.clear();
    EXPECT_EQ(written(), "\r\x1b[K");
    line.show_message("hello\nyou", 2s, now);
    EXPECT_EQ(written(), "\rhello you\x1b[K");
    line.update("two", now + 1s);
    EXPECT_EQ(written(), "");
    line.update("two", now + 3s);
    EXPECT_EQ(written(), "\rtwo\x1b[K");
  }
  EXPECT_EQ(written(), "\r\n");
}

TEST(StatusLine, WritesALineNowAndThenWhereThereIsNoTerminal) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  {
    StatusLine line(pipe[1], StatusLine::Kind::Lines);
    const MonotonicTime now{};
    line.update("", now);
    line.update("one", now);
    line.update("two", now + 1s);
    line.update("three", now + 6s);
    line.clear();
  }
  ::close(pipe[1]);
  char buffer[256];
  const ssize_t count = ::read(pipe[0], buffer, sizeof buffer);
  ::close(pipe[0]);
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0))), "one\nthree\n");
}

}  // namespace
}  // namespace freshet::control
