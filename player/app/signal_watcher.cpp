// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/signal_watcher.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

namespace freshet::app {

struct SignalWatcher::State {
  explicit State(std::function<void(int)> handler_in)
      : handler(std::move(handler_in)), signals(context, SIGINT, SIGTERM, SIGHUP) {
    wait(false);
    thread = std::jthread([this] { context.run(); });
  }

  void wait(bool again) {
    signals.async_wait([this, again](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (again) std::_Exit(128 + signal);
      wait(true);
      handler(signal);
    });
  }

  std::function<void(int)> handler;
  boost::asio::io_context context{1};
  boost::asio::signal_set signals;
  std::jthread thread;
};

SignalWatcher::SignalWatcher(std::function<void(int)> handler)
    : state_(std::make_unique<State>(std::move(handler))) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that outgrows `ulimit -f` is a full disk, not the end
}

SignalWatcher::~SignalWatcher() {
  state_->context.stop();
}

}  // namespace freshet::app
