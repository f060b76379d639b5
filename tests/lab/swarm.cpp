// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/swarm.h"

#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;

constexpr int peer_port = 7000;
constexpr int viewer_port = 6881;
constexpr auto start_limit = 30s;  // a peer only opens a socket and a file; the machine may be busy

HostLinks links_of(const PeerGroup& group, std::uint64_t seed) {
  HostLinks links;
  links.up = {.rate = group.up,
              .delay = group.round_trip / 2,
              .queue = group.queue,
              .loss = group.loss,
              .seed = seed};
  links.down = {.rate = group.down,
                .delay = group.round_trip - group.round_trip / 2,
                .queue = group.queue,
                .loss = group.loss,
                .seed = seed + 1};
  return links;
}

bool is_by_hand(const PeerGroup& group) {
  return group.by_hand || (group.behaviour != Behaviour::Seed && group.behaviour != Behaviour::Leech);
}

}  // namespace

Swarm::Swarm(const Scene& scene, const LabTorrent& torrent, const Programs& programs, Ground ground)
    : torrent_(torrent), programs_(programs) {
  if (ground == Ground::Namespaces) {
    router_ = std::make_unique<Router>();
    HostLinks links;
    links.up = {.rate = scene.viewer.up, .queue = scene.viewer.queue};
    links.down = {.rate = scene.viewer.down, .queue = scene.viewer.queue};
    viewer_ = &router_->add_host(links, viewer_index_);
    viewer_address_ = viewer_->address();
    const LinkOptions fast{.delay = Tracker::round_trip / 2};
    HostIndex index{};
    tracker_ =
        std::make_unique<Tracker>(router_->add_host({.up = fast, .down = fast}, index), torrent.second_hash);
  } else {
    viewer_address_ = "127.0.0.1";
  }
  for (const auto& group : scene.peers) {
    for (int number = 0; number < group.count; ++number) {
      Member member;
      member.group = group;
      member.later = group.each_later * number;
      members_.push_back(std::move(member));
    }
  }
  for (auto& member : members_) place(member);
  for (auto& member : members_) {
    if (member.group.join + member.later > 0ms) continue;
    start(member, "");
    addresses_.push_back(member.address);
    if (tracker_) tracker_->add(member.address, is_by_hand(member.group) ? Protocol::V1 : Protocol::Both);
  }
  for (auto& member : members_) {
    if (!member.process) continue;
    if (!member.process->wait_for_line(
            test::Stream::Output, [](auto line) { return line == "ready"; }, start_limit))
      throw std::runtime_error("a peer did not start: " + member.process->text(test::Stream::Errors));
  }
}

Swarm::~Swarm() {
  timetable_.reset();
}

void Swarm::place(Member& member) {
  const auto number = static_cast<unsigned>(&member - members_.data());
  if (router_) {
    member.host = &router_->add_host(links_of(member.group, 1000 + 2 * number), member.index);
    member.address = fmt::format("{}:{}", member.host->address(), peer_port);
  } else {
    // Linux listens on all of 127.0.0.0/8: each peer has an address, as clients ban by address.
    member.address = fmt::format("127.18.{}.{}:{}", number / 250, number % 250 + 1, test::free_port());
  }
}

test::Command Swarm::command_for(const Member& member, std::string_view connect) const {
  const auto& group = member.group;
  const bool by_hand = is_by_hand(group);
  const auto data = member.folder ? member.folder->path() : torrent_.film.parent_path();
  std::vector<std::string> arguments{(by_hand ? programs_.rogue : programs_.peer).string(),
                                     "--torrent=" + torrent_.file.string(), "--data=" + data.string(),
                                     "--listen=" + member.address};
  const auto add = [&]<class... T>(fmt::format_string<T...> text, T&&... values) {
    arguments.push_back(fmt::format(text, std::forward<T>(values)...));
  };
  if (!connect.empty()) add("--connect={}", connect);
  if (!router_) add("--upload={}", group.up.bits_per_second / 8);
  if (group.request_queue > 0) add("--reqq={}", group.request_queue);
  if (by_hand) {
    switch (group.behaviour) {
      case Behaviour::BlackHole: add("--answer=never"); break;
      case Behaviour::Liar: add("--answer=garbage"); break;
      case Behaviour::Choker:
        add("--choke-on={}", group.choke_on.count());
        add("--choke-off={}", group.choke_off.count());
        break;
      default: break;
    }
    add("--number={}", &member - members_.data());
    if (group.have < 1) add("--have={}", group.have);
    if (group.rate.bits_per_second > 0) add("--upload={}", group.rate.bits_per_second / 8);
    if (!group.fast_extension) add("--no-fast");
  } else {
    if (group.behaviour == Behaviour::Leech) add("--leech");
    if (group.upload_slots > 0) add("--slots={}", group.upload_slots);
    if (!group.utp) add("--no-utp");
  }
  return {.arguments = std::move(arguments)};
}

void Swarm::start(Member& member, std::string_view connect) {
  if (member.group.behaviour == Behaviour::Leech) member.folder = std::make_unique<test::TemporaryFolder>();
  const auto command = command_for(member, connect);
  std::optional<Host::Inside> inside;
  if (member.host != nullptr) inside.emplace(*member.host);
  member.process.emplace(command);
}

void Swarm::begin() {
  std::vector<Timetable::Entry> entries;
  for (auto& member : members_) {
    const auto& group = member.group;
    if (!member.process) {
      // Who comes late heard of the viewer from a tracker, and dials.
      entries.push_back({group.join + member.later, [this, &member] {
                           start(member, viewer_listen());
                           if (tracker_)
                             tracker_->add(member.address,
                                           is_by_hand(member.group) ? Protocol::V1 : Protocol::Both);
                         }});
    }
    if (group.leave) entries.push_back({*group.leave + member.later, [&member] { member.process.reset(); }});
    if (group.cut && router_)
      entries.push_back({*group.cut + member.later, [this, &member] { router_->cut(member.index); }});
  }
  timetable_ = std::make_unique<Timetable>(std::move(entries));
}

test::Process Swarm::start_viewer(const test::Command& command) {
  std::optional<Host::Inside> inside;
  if (viewer_ != nullptr) inside.emplace(*viewer_);
  return test::Process(command);
}

std::string Swarm::viewer_listen() const {
  return fmt::format("{}:{}", viewer_address_, viewer_port);
}

Swarm::Traffic Swarm::viewer_traffic() const {
  if (!router_) return {};
  const auto traffic = router_->traffic(viewer_index_);
  return {traffic.down.bytes, traffic.up.bytes};
}

std::optional<RouterReport> Swarm::router() const {
  if (!router_) return std::nullopt;
  return router_->report();
}

}  // namespace freshet::lab
