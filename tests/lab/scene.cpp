// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/scene.h"

#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <utility>

namespace freshet::lab {
namespace {

using std::chrono::milliseconds;

// Inside the parser only; parse_scene turns it into its result.
struct Mistake : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <std::size_t N>
using Units = std::array<std::pair<std::string_view, double>, N>;

constexpr Units<4> rate_units{{{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}}};
constexpr Units<4> size_units{{{"", 1}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}}};
constexpr Units<2> time_units{{{"ms", 1}, {"s", 1000}}};
constexpr Units<2> share_units{{{"", 1}, {"%", 0.01}}};

template <std::size_t N>
double quantity(std::string_view text, const Units<N>& units, double most) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, factor] : units) {
    if (failure != std::errc{} || unit != name) continue;
    const double value = number * factor;
    if (!(value >= 0 && value <= most)) throw Mistake("'" + std::string(text) + "' is out of bounds");
    return value;
  }
  throw Mistake("'" + std::string(text) + "' is no such quantity");
}

// Bounds that no scene needs to cross and no machine could keep: 100 Gbit/s, a tebibyte, a day, 500 peers.
BitRate rate_of(std::string_view text) {
  return {static_cast<std::int64_t>(quantity(text, rate_units, 1e11))};
}
Bytes size_of(std::string_view text) {
  return {static_cast<std::int64_t>(quantity(text, size_units, 1099511627776.0))};
}
milliseconds time_of(std::string_view text) {
  return milliseconds(std::llround(quantity(text, time_units, 86'400'000)));
}
double share_of(std::string_view text) {
  return quantity(text, share_units, 1);
}
int count_of(std::string_view text, int most) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || number < 0 || number > most)
    throw Mistake("'" + std::string(text) + "' is no number from 0 to " + std::to_string(most));
  return number;
}

template <class T>
T choice(std::string_view text, std::initializer_list<std::pair<std::string_view, T>> choices) {
  for (const auto& [name, value] : choices)
    if (name == text) return value;
  std::string known;
  for (const auto& [name, value] : choices) known += (known.empty() ? "" : ", ") + std::string(name);
  throw Mistake("'" + std::string(text) + "' is none of " + known);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos || line[begin] == '#') return words;
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(" \t\r"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

using Setter = std::function<void(std::string_view)>;

// Each of `words` is key=value with a key of `known`.
void read_pairs(std::span<const std::string_view> words, const std::map<std::string_view, Setter>& known) {
  for (const auto word : words) {
    const auto equals = word.find('=');
    const auto found = known.find(word.substr(0, equals));
    if (equals == std::string_view::npos || found == known.end())
      throw Mistake("'" + std::string(word) + "' is not understood");
    found->second(word.substr(equals + 1));
  }
}

bool yes_or_no(std::string_view text) {
  return choice<bool>(text, {{"yes", true}, {"no", false}});
}

PeerGroup read_peers(std::span<const std::string_view> words) {
  if (words.size() < 2) throw Mistake("peers wants a number and what they do");
  PeerGroup group;
  group.count = count_of(words[0], 500);
  group.behaviour = choice<Behaviour>(words[1], {{"seed", Behaviour::Seed},
                                                 {"leech", Behaviour::Leech},
                                                 {"part", Behaviour::Part},
                                                 {"black-hole", Behaviour::BlackHole},
                                                 {"crawler", Behaviour::Crawler},
                                                 {"choker", Behaviour::Choker},
                                                 {"liar", Behaviour::Liar}});
  if (group.behaviour == Behaviour::Crawler) group.rate = {160'000};
  if (group.behaviour == Behaviour::Part) group.have = 0.5;
  read_pairs(words.subspan(2), {{"up", [&](auto text) { group.up = rate_of(text); }},
                                {"down", [&](auto text) { group.down = rate_of(text); }},
                                {"rtt", [&](auto text) { group.round_trip = time_of(text); }},
                                {"queue", [&](auto text) { group.queue = time_of(text); }},
                                {"loss", [&](auto text) { group.loss = share_of(text); }},
                                {"join", [&](auto text) { group.join = time_of(text); }},
                                {"leave", [&](auto text) { group.leave = time_of(text); }},
                                {"cut", [&](auto text) { group.cut = time_of(text); }},
                                {"each-later", [&](auto text) { group.each_later = time_of(text); }},
                                {"have", [&](auto text) { group.have = share_of(text); }},
                                {"rate", [&](auto text) { group.rate = rate_of(text); }},
                                {"on", [&](auto text) { group.choke_on = time_of(text); }},
                                {"off", [&](auto text) { group.choke_off = time_of(text); }},
                                {"reqq", [&](auto text) { group.request_queue = count_of(text, 100'000); }},
                                {"fast", [&](auto text) { group.fast_extension = yes_or_no(text); }},
                                {"utp", [&](auto text) { group.utp = yes_or_no(text); }},
                                {"slots", [&](auto text) { group.upload_slots = count_of(text, 1000); }},
                                {"by-hand", [&](auto text) { group.by_hand = yes_or_no(text); }}});
  return group;
}

milliseconds only_time(std::span<const std::string_view> words) {
  if (words.size() != 1) throw Mistake("one time is wanted");
  return time_of(words[0]);
}

void read_line(Scene& scene, std::string_view line) {
  const auto words = words_of(line);
  if (words.empty()) return;
  const auto topic = words.front();
  const auto rest = std::span(words).subspan(1);
  if (topic == "title") {
    if (rest.empty()) throw Mistake("a title wants words");
    const auto begin = static_cast<std::size_t>(rest.front().data() - line.data());
    const auto end = static_cast<std::size_t>(rest.back().data() + rest.back().size() - line.data());
    scene.title = line.substr(begin, end - begin);
  } else if (topic == "slow") {
    if (!rest.empty()) throw Mistake("slow stands alone");
    scene.slow = true;
  } else if (topic == "film") {
    read_pairs(
        rest,
        {{"seconds", [&](auto text) { scene.film.length = std::chrono::seconds(count_of(text, 100'000)); }},
         {"rate", [&](auto text) { scene.film.rate = rate_of(text); }},
         {"layout", [&](auto text) {
            scene.film.layout = choice<FilmLayout>(
                text, {{"moov-first", FilmLayout::MoovFirst}, {"moov-last", FilmLayout::MoovLast}});
          }}});
  } else if (topic == "torrent") {
    read_pairs(rest, {{"piece", [&](auto text) { scene.torrent.piece = size_of(text); }},
                      {"format",
                       [&](auto text) {
                         scene.torrent.format = choice<TorrentKind>(text, {{"v1", TorrentKind::V1},
                                                                           {"v2", TorrentKind::V2},
                                                                           {"hybrid", TorrentKind::Hybrid}});
                       }},
                      {"open", [&](auto text) {
                         scene.torrent.open =
                             choice<OpenBy>(text, {{"torrent", OpenBy::Torrent}, {"magnet", OpenBy::Magnet}});
                       }}});
  } else if (topic == "viewer") {
    read_pairs(rest, {{"down", [&](auto text) { scene.viewer.down = rate_of(text); }},
                      {"up", [&](auto text) { scene.viewer.up = rate_of(text); }},
                      {"queue", [&](auto text) { scene.viewer.queue = time_of(text); }}});
  } else if (topic == "peers") {
    scene.peers.push_back(read_peers(rest));
  } else if (topic == "play") {
    scene.steps.emplace_back(Play{only_time(rest)});
  } else if (topic == "seek") {
    scene.steps.emplace_back(Seek{only_time(rest)});
  } else if (topic == "pause") {
    scene.steps.emplace_back(Pause{only_time(rest)});
  } else if (topic == "storm") {
    Storm storm;
    read_pairs(rest, {{"count", [&](auto text) { storm.count = count_of(text, 1000); }},
                      {"every", [&](auto text) { storm.every = time_of(text); }},
                      {"from", [&](auto text) { storm.from = time_of(text); }},
                      {"to", [&](auto text) { storm.to = time_of(text); }}});
    scene.steps.emplace_back(storm);
  } else {
    throw Mistake("'" + std::string(topic) + "' starts no line of a scene");
  }
}

void check(const Scene& scene) {
  if (scene.title.empty()) throw Mistake("the scene has no title");
  if (scene.peers.empty()) throw Mistake("the scene has no peers");
  if (scene.steps.empty()) throw Mistake("nothing is done in the scene");
  int peers = 0;
  for (const auto& group : scene.peers) peers += group.count;
  if (peers > 500) throw Mistake("more than 500 peers");
  for (const auto& step : scene.steps) {
    const auto* seek = std::get_if<Seek>(&step);
    const auto* storm = std::get_if<Storm>(&step);
    if ((seek != nullptr && seek->target >= scene.film.length) ||
        (storm != nullptr && (storm->from >= storm->to || storm->to > scene.film.length)))
      throw Mistake("a seek leads out of the film");
  }
}

}  // namespace

std::expected<Scene, std::string> parse_scene(std::string_view name, std::string_view text) {
  Scene scene;
  scene.name = name;
  int number = 0;
  try {
    while (!text.empty()) {
      ++number;
      const auto end = std::min(text.find('\n'), text.size());
      read_line(scene, text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    check(scene);
  } catch (const Mistake& mistake) {
    return std::unexpected("line " + std::to_string(number) + ": " + mistake.what());
  }
  return scene;
}

}  // namespace freshet::lab
