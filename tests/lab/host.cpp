// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/host.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace freshet::lab {
namespace {

[[noreturn]] void give_up(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int must(int result, const char* what) {
  if (result < 0) give_up(what);
  return result;
}

FileDescriptor this_network() {
  return FileDescriptor(
      must(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "the network namespace"));
}

void write_setting(const char* path, const char* value) {
  const FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  // A kernel without IPv6 has no such setting, which is as good.
  if (file.get() >= 0) [[maybe_unused]]
    const auto written = ::write(file.get(), value, std::strlen(value));
}

void set_address(int socket, ifreq& device, unsigned long request, const char* address) {
  sockaddr_in wanted{};
  wanted.sin_family = AF_INET;
  if (::inet_pton(AF_INET, address, &wanted.sin_addr) != 1) throw std::runtime_error("not an address");
  std::memcpy(&device.ifr_addr, &wanted, sizeof wanted);
  must(::ioctl(socket, request, &device), "the address of the TUN device");
}

void bring_up(int socket, ifreq& device) {
  must(::ioctl(socket, SIOCGIFFLAGS, &device), "SIOCGIFFLAGS");
  device.ifr_flags = static_cast<short>(device.ifr_flags | IFF_UP | IFF_RUNNING);
  must(::ioctl(socket, SIOCSIFFLAGS, &device), "SIOCSIFFLAGS");
}

// In the namespace of the calling thread.
FileDescriptor make_tun(const std::string& address) {
  FileDescriptor tun(must(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "/dev/net/tun"));
  ifreq device{};
  std::strcpy(device.ifr_name, "lab");
  device.ifr_flags = IFF_TUN | IFF_NO_PI;
  must(::ioctl(tun.get(), TUNSETIFF, &device), "TUNSETIFF");
  const FileDescriptor socket(must(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  // The kernel would hand the whole burst of a window to us at once, past the uplink's own queue; that is
  // what a modem behind a fast cable sees too.
  set_address(socket.get(), device, SIOCSIFADDR, address.c_str());
  set_address(socket.get(), device, SIOCSIFNETMASK, "255.254.0.0");  // 198.18.0.0/15: every other host
  bring_up(socket.get(), device);
  std::strcpy(device.ifr_name, "lo");
  bring_up(socket.get(), device);
  return tun;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}
FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) ::close(number_);
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

bool Host::is_possible(std::string& why) {
  try {
    const Host host("198.18.0.1");
    return true;
  } catch (const std::system_error& error) {
    why = error.what();
    return false;
  }
}

Host::Host(const std::string& address) : address_(address) {
  // A thread of its own, because a thread that has left its namespace may be unable to go back.
  std::exception_ptr failure;
  std::jthread([&] {
    try {
      must(::unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)");
      network_ = this_network();
      write_setting("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
      write_setting("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
      tun_ = make_tun(address);
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

Host::Inside::Inside(const Host& host) : before_(this_network()) {
  must(::setns(host.network_.get(), CLONE_NEWNET), "setns");
}

Host::Inside::~Inside() {
  // Who cannot go home would start everything else in the wrong place.
  if (::setns(before_.get(), CLONE_NEWNET) != 0) std::terminate();
}

}  // namespace freshet::lab
