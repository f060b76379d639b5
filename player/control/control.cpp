// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/control.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <utility>

#include "player/control/bindings.h"
#include "player/control/client_hub.h"
#include "player/control/interpreter.h"
#include "player/control/ipc_service.h"
#include "player/control/properties.h"
#include "player/control/status_line.h"
#include "player/control/terminal.h"

namespace freshet::control {
namespace {

constexpr std::size_t max_input_conf = 1u << 20;
// Faster than the eye reads, slow enough to cost nothing.
constexpr std::chrono::milliseconds status_interval{100};

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) ||
      std::filesystem::file_size(path, error) > max_input_conf) {
    return std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return file ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace

class Control::Implementation {
 public:
  Implementation(playback::Player& player, const ControlOptions& options)
      : player_(player),
        print_(options.print),
        properties_({.player = player,
                     .program = {.version = options.version,
                                 .ipc_server = player.options().ipc_server.value_or(std::filesystem::path{}),
                                 .bindings = [this] { return bindings_.list(); },
                                 .commands = [] { return Interpreter::command_list(); }}}),
        hub_(properties_, {.run = [this](const Command& command) { return interpreter_.run(command); },
                           .run_text = [this](std::string_view text) { interpreter_.run_text(text); }}),
        interpreter_(properties_, bindings_,
                     {.broadcast = [this](const auto& arguments) { hub_.broadcast(arguments); },
                      .send_to = [this](const auto& name,
                                        const auto& arguments) { return hub_.send_to(name, arguments); },
                      .print = [this](const std::string& text) { print(text); }}) {
    listener_ = player_.add_listener([this](const playback::PlayerEvent& event) { on_player(event); });
  }

  ~Implementation() {
    player_.remove_listener(listener_);
    terminal_.reset();
    // A key that the terminal posted may still wait for the main loop.
    *alive_ = false;
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  Result<void> start(const ControlOptions& options) {
    if (auto keys = read_keys(options); !keys) return keys;
    if (const auto& path = player_.options().ipc_server) {
      auto service = IpcService::start(*path, player_, hub_);
      if (!service) return std::unexpected(std::move(service.error()));
      service_ = std::move(*service);
    }
    if (player_.options().terminal) open_terminal(options);
    return {};
  }

  void press(std::string_view key) { interpreter_.press_key(key); }
  void clear_status_line() {
    if (status_) status_->clear();
  }
  void show_message(std::string text, std::chrono::milliseconds duration) {
    if (status_) status_->show_message(std::move(text), duration, std::chrono::steady_clock::now());
  }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  Result<void> read_keys(const ControlOptions& options) {
    if (player_.options().input_default_bindings) bindings_.add_defaults();
    std::filesystem::path path;
    if (player_.options().input_conf) {
      path = *player_.options().input_conf;
    } else if (!options.config_dir.empty()) {
      path = options.config_dir / "input.conf";
    }
    if (path.empty()) return {};
    const auto text = read_file(path);
    if (!text) {
      if (!player_.options().input_conf) return {};
      return fail(ErrorCategory::Usage, "no-such-file", fmt::format("cannot read {}", path.string()),
                  "check the path given to --input-conf");
    }
    InputConf conf = parse_input_conf(*text, path.string());
    problems_ = std::move(conf.problems);
    for (const KeyBinding& binding : conf.bindings) (void)bindings_.bind(binding.key, binding.command);
    return {};
  }

  void open_terminal(const ControlOptions& options) {
    const bool rewritten = ::isatty(STDERR_FILENO) != 0;
    // Into a log only when there is no window to look at.
    if (options.status_line && (rewritten || player_.options().video_output == video::OutputKind::Null)) {
      status_.emplace(STDERR_FILENO, rewritten ? StatusLine::Kind::Rewritten : StatusLine::Kind::Lines);
    }
    const auto& sources = player_.options().sources;
    const bool stdin_is_media = std::ranges::find(sources, "-") != sources.end();
    if (!player_.options().input_terminal || stdin_is_media || ::isatty(STDIN_FILENO) == 0) return;
    auto terminal = Terminal::open(STDIN_FILENO, [this, alive = alive_](std::string key) {
      player_.post([this, alive, key = std::move(key)] {
        if (*alive) press(key);
      });
    });
    // Without keys from the terminal everything else still works.
    if (terminal) terminal_ = std::move(*terminal);
  }

  void print(const std::string& text) {
    if (print_) return print_(text);
    clear_status_line();
    // Standard output is for events.
    std::fprintf(stderr, "%s\n", text.c_str());
  }

  void on_player(const playback::PlayerEvent& event) {
    if (!status_) return;
    const auto now = std::chrono::steady_clock::now();
    if (event.kind == playback::PlayerEvent::Kind::Changed) {
      using playback::Change;
      constexpr std::uint32_t at_once = static_cast<std::uint32_t>(Change::Phase) |
                                        static_cast<std::uint32_t>(Change::Pause) |
                                        static_cast<std::uint32_t>(Change::Speed);
      if (now - last_status_ < status_interval && (event.changes & at_once) == 0) return;
    } else if (event.kind != playback::PlayerEvent::Kind::EndFile) {
      return;
    }
    last_status_ = now;
    status_->update(status_text(player_), now);
  }

  playback::Player& player_;
  const std::function<void(const std::string&)> print_;
  Bindings bindings_;
  Properties properties_;
  ClientHub hub_;
  Interpreter interpreter_;
  std::unique_ptr<IpcService> service_;
  std::optional<StatusLine> status_;
  std::unique_ptr<Terminal> terminal_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // main thread only
  std::vector<std::string> problems_;
  MonotonicTime last_status_{};
  int listener_ = 0;
};

Result<std::unique_ptr<Control>> Control::start(playback::Player& player, const ControlOptions& options) {
  std::unique_ptr<Control> control(new Control(std::make_unique<Implementation>(player, options)));
  if (auto started = control->implementation_->start(options); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return control;
}

Control::Control(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Control::~Control() = default;

void Control::handle_input(const video::InputEvent& event) {
  if (const auto* key = std::get_if<video::KeyPress>(&event)) implementation_->press(key->name);
  if (std::holds_alternative<video::WindowClosed>(event)) implementation_->press("CLOSE_WIN");
}

const std::vector<std::string>& Control::problems() const {
  return implementation_->problems();
}
void Control::clear_status_line() {
  implementation_->clear_status_line();
}
void Control::show_message(std::string text, std::chrono::milliseconds duration) {
  implementation_->show_message(std::move(text), duration);
}

}  // namespace freshet::control
