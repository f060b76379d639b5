// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/swarm/network_namespace.h"

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <filesystem>
#include <linux/if_packet.h>
#include <mutex>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <variant>

#include "tests/support/process/process.h"
#include "tests/support/swarm/test_files.h"

namespace freshet::test {
namespace {

bool succeeds(const std::vector<std::string>& arguments) {
  const auto finished = run({.arguments = arguments}, std::chrono::seconds(20));
  return finished.status.code == 0;
}

void must(const std::vector<std::string>& arguments) {
  if (!succeeds(arguments)) throw std::runtime_error("failed: " + arguments[0] + " " + arguments[1]);
}

std::uint16_t port_at(const std::uint8_t* bytes) {
  return static_cast<std::uint16_t>(bytes[0] * 256 + bytes[1]);
}

std::string describe(std::uint8_t protocol, const std::string& address, const std::uint8_t* payload,
                     std::size_t length) {
  if ((protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) || length < 4) {
    return "protocol " + std::to_string(protocol) + " " + address;
  }
  return (protocol == IPPROTO_TCP ? "tcp " : "udp ") + address + ":" + std::to_string(port_at(payload + 2));
}

// Empty for what the kernel sends by itself.
std::string destination(const std::uint8_t* packet, std::size_t length) {
  if (length < 14) return {};
  const auto type = port_at(packet + 12);
  const auto* ip = packet + 14;
  length -= 14;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (type == ETHERTYPE_IP && length >= 20) {
    const std::size_t header = (ip[0] & 15u) * 4u;
    if (length < header) return {};
    ::inet_ntop(AF_INET, ip + 16, text.data(), text.size());
    if (ip[9] == IPPROTO_IGMP) return {};  // the kernel's answer to a multicast group that somebody joined
    return describe(ip[9], text.data(), ip + header, length - header);
  }
  if (type == ETHERTYPE_IPV6 && length >= 40) {
    if (ip[6] == IPPROTO_ICMPV6 || ip[6] == 0) return {};  // neighbour discovery, multicast listener reports
    ::inet_ntop(AF_INET6, ip + 24, text.data(), text.size());
    return describe(ip[6], text.data(), ip + 40, length - 40);
  }
  return {};
}

}  // namespace

class NetworkNamespace::State {
 public:
  // Whole before anything can fail, so that the destructor takes back what was done until then.
  State() : State(std::monostate{}) {
    must({"ip", "netns", "add", name_});
    // The name server of `ip netns exec` is what lies here.
    write_file("/etc/netns/" + name_ + "/resolv.conf", "nameserver " + host + "\n");
    must({"ip", "link", "add", cable_, "type", "veth", "peer", "name", "eth0", "netns", name_});
    must({"ip", "addr", "add", host + "/24", "dev", cable_});
    listen();
    must({"ip", "link", "set", cable_, "up"});
    const auto inside = [this](std::vector<std::string> arguments) {
      std::vector<std::string> all{"ip", "-n", name_};
      all.insert(all.end(), arguments.begin(), arguments.end());
      must(all);
    };
    inside({"link", "set", "lo", "up"});
    inside({"addr", "add", network_ + "2/24", "dev", "eth0"});
    inside({"link", "set", "eth0", "up"});
    inside({"route", "add", "default", "via", host});
  }

  ~State() {
    if (stop_[1] >= 0) ::close(stop_[1]);
    if (thread_.joinable()) thread_.join();
    if (stop_[0] >= 0) ::close(stop_[0]);
    if (sniffer_ >= 0) ::close(sniffer_);
    static_cast<void>(succeeds({"ip", "link", "del", cable_}));
    static_cast<void>(succeeds({"ip", "netns", "del", name_}));
    std::error_code ignored;
    std::filesystem::remove_all("/etc/netns/" + name_, ignored);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::vector<std::string> destinations() const {
    const std::lock_guard lock(mutex_);
    return {seen_.begin(), seen_.end()};
  }
  const std::string& name() const { return name_; }

 private:
  const std::string number_ = std::to_string(::getpid() % 60'000);
  const std::string name_ = "freshet" + number_;
  const std::string cable_ = "fr" + number_;
  // 198.18.0.0/15 is for benchmarks; no real network has it.
  const std::string network_ = "198.18." + std::to_string(::getpid() % 250) + ".";

 public:
  const std::string host = network_ + "1";

 private:
  explicit State(std::monostate) {}

  void listen() {
    sniffer_ = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
    sockaddr_ll here{};
    here.sll_family = AF_PACKET;
    here.sll_protocol = htons(ETH_P_ALL);
    here.sll_ifindex = static_cast<int>(::if_nametoindex(cable_.c_str()));
    if (sniffer_ < 0 || ::bind(sniffer_, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0 ||
        ::pipe(stop_) != 0) {
      throw std::runtime_error("cannot listen to packets");
    }
    thread_ = std::jthread([this] { watch(); });
  }

  void watch() {
    std::array<std::uint8_t, 2048> packet;
    for (;;) {
      std::array<pollfd, 2> wait{{{stop_[0], POLLIN, 0}, {sniffer_, POLLIN, 0}}};
      ::poll(wait.data(), wait.size(), -1);
      if (wait[0].revents != 0) return;
      sockaddr_ll from{};
      socklen_t size = sizeof from;
      const auto length =
          ::recvfrom(sniffer_, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (length <= 0 || from.sll_pkttype == PACKET_OUTGOING) continue;  // ours, going in
      auto to = destination(packet.data(), static_cast<std::size_t>(length));
      if (to.empty()) continue;
      const std::lock_guard lock(mutex_);
      seen_.insert(std::move(to));
    }
  }

  int sniffer_ = -1;
  int stop_[2] = {-1, -1};
  mutable std::mutex mutex_;
  std::set<std::string> seen_;
  std::jthread thread_;
};

bool NetworkNamespace::is_possible() {
  if (::geteuid() != 0) return false;
  const auto name = "freshet-probe" + std::to_string(::getpid());
  if (!succeeds({"ip", "netns", "add", name})) return false;
  const bool enters = succeeds({"ip", "netns", "exec", name, "true"});  // where / is no mount it does not
  static_cast<void>(succeeds({"ip", "netns", "del", name}));
  return enters;
}

NetworkNamespace::NetworkNamespace() : state_(std::make_unique<State>()) {}
NetworkNamespace::~NetworkNamespace() = default;

std::vector<std::string> NetworkNamespace::prefix() const {
  return {"ip", "netns", "exec", state_->name()};
}
const std::string& NetworkNamespace::host_address() const {
  return state_->host;
}
std::vector<std::string> NetworkNamespace::destinations() const {
  return state_->destinations();
}

}  // namespace freshet::test
