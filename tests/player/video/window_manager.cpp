// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/player/video/window_manager.h"

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <array>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>

namespace freshet::test {
namespace {

struct CloseDisplay {
  void operator()(Display* display) const { XCloseDisplay(display); }
};

class Manager {
 public:
  explicit Manager(const std::string& name) : display_(XOpenDisplay(name.c_str())) {
    if (!display_) throw std::runtime_error("the window manager cannot reach " + name);
    // A window may be gone by the time its request is served.
    XSetErrorHandler([](Display*, XErrorEvent*) { return 0; });
    root_ = DefaultRootWindow(display());
    const ::Window self = XCreateSimpleWindow(display(), root_, -10, -10, 1, 1, 0, 0, 0);
    state_ = atom("_NET_WM_STATE");
    fullscreen_ = atom("_NET_WM_STATE_FULLSCREEN");
    const std::array supported{state_, fullscreen_, atom("_NET_SUPPORTING_WM_CHECK")};
    set(root_, "_NET_SUPPORTED", XA_ATOM, supported.data(), supported.size());
    set(root_, "_NET_SUPPORTING_WM_CHECK", XA_WINDOW, &self, 1);
    set(self, "_NET_SUPPORTING_WM_CHECK", XA_WINDOW, &self, 1);
    XSelectInput(display(), root_, SubstructureRedirectMask | SubstructureNotifyMask);
    XSync(display(), False);
  }

  void run(int stop) {
    for (;;) {
      while (XPending(display()) > 0) {
        XEvent event;
        XNextEvent(display(), &event);
        handle(event);
      }
      std::array<pollfd, 2> waits{{{ConnectionNumber(display()), POLLIN, 0}, {stop, POLLIN, 0}}};
      if (poll(waits.data(), waits.size(), -1) < 0 || waits[1].revents != 0) return;
    }
  }

 private:
  [[nodiscard]] Display* display() const { return display_.get(); }
  Atom atom(const char* name) { return XInternAtom(display(), name, False); }
  template <class Value>
  void set(::Window window, const char* name, Atom type, const Value* values, std::size_t count) {
    XChangeProperty(display(), window, atom(name), type, 32, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(values), static_cast<int>(count));
  }

  void handle(const XEvent& event) {
    switch (event.type) {
      case MapRequest:
        XMapWindow(display(), event.xmaprequest.window);
        XSetInputFocus(display(), event.xmaprequest.window, RevertToPointerRoot, CurrentTime);
        if (wants_fullscreen(event.xmaprequest.window)) fill(event.xmaprequest.window, true);
        break;
      case ConfigureRequest: {
        const XConfigureRequestEvent& wish = event.xconfigurerequest;
        if (before_.contains(wish.window)) break;
        XWindowChanges changes{wish.x, wish.y, wish.width, wish.height, 0, None, Above};
        XConfigureWindow(display(), wish.window,
                         static_cast<unsigned>(wish.value_mask) & (CWX | CWY | CWWidth | CWHeight), &changes);
        break;
      }
      case ClientMessage:
        if (event.xclient.message_type == state_ && static_cast<Atom>(event.xclient.data.l[1]) == fullscreen_)
          fill(event.xclient.window, event.xclient.data.l[0] == 1);
        break;
      default: break;
    }
  }

  bool wants_fullscreen(::Window window) {
    Atom type = None;
    int format = 0;
    unsigned long count = 0;
    unsigned long left = 0;
    unsigned char* data = nullptr;
    XGetWindowProperty(display(), window, state_, 0, 16, False, XA_ATOM, &type, &format, &count, &left,
                       &data);
    bool wants = false;
    for (unsigned long i = 0; i < count; ++i)
      wants = wants || reinterpret_cast<Atom*>(data)[i] == fullscreen_;
    if (data != nullptr) XFree(data);
    return wants;
  }

  void fill(::Window window, bool on) {
    if (on == before_.contains(window)) return;
    if (on) {
      XWindowAttributes now{};
      XGetWindowAttributes(display(), window, &now);
      before_[window] = {now.x, now.y, now.width, now.height};
      const int screen = DefaultScreen(display());
      XMoveResizeWindow(display(), window, 0, 0, static_cast<unsigned>(DisplayWidth(display(), screen)),
                        static_cast<unsigned>(DisplayHeight(display(), screen)));
    } else {
      const auto [x, y, width, height] = before_[window];
      before_.erase(window);
      XMoveResizeWindow(display(), window, x, y, static_cast<unsigned>(width), static_cast<unsigned>(height));
    }
    set(window, "_NET_WM_STATE", XA_ATOM, &fullscreen_, on ? 1 : 0);
  }

  std::unique_ptr<Display, CloseDisplay> display_;
  ::Window root_ = None;
  Atom state_ = None;
  Atom fullscreen_ = None;
  std::map<::Window, std::array<int, 4>> before_;  // places of those that fill the screen now
};

}  // namespace

WindowManager::WindowManager(const std::string& display) : stop_(eventfd(0, EFD_CLOEXEC)) {
  XInitThreads();
  std::promise<void> ready;
  auto started = ready.get_future();
  thread_ = std::jthread([this, display, &ready] {
    try {
      Manager manager(display);
      ready.set_value();
      manager.run(stop_);
    } catch (...) {
      ready.set_exception(std::current_exception());
    }
  });
  started.get();
}

WindowManager::~WindowManager() {
  const std::uint64_t one = 1;
  if (write(stop_, &one, sizeof one) != sizeof one) std::terminate();
  thread_.join();
  close(stop_);
}

}  // namespace freshet::test
