// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/session_core.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/extensions/smart_ban.hpp>
#include <libtorrent/extensions/ut_pex.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/magnet_uri.hpp>
#include <libtorrent/read_resume_data.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>
#include <unistd.h>
#include <utility>

#include "streaming/network_address.h"
#include "streaming/scheduler/picker_check.h"
#include "streaming/session_settings.h"
#include "streaming/torrent_files.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;

// Rates are measured by libtorrent once a second; twice that shows them without lag.
constexpr auto tick_length = 500ms;
// A peer that speaks TCP alone, as many do, is dialled by it only when uTP has failed, which takes libtorrent
// three seconds. So TCP comes first, and uTP, which reaches some that TCP does not, after this.
constexpr auto utp_delay = 5s;
// The picker is checked when the film has long begun.
constexpr auto picker_check_delay = 20s;
// The DHT's nodes: a few KiB.
constexpr Bytes max_session_state = mib(1);

Result<std::vector<lt::tcp::endpoint>> parse_peers(const std::vector<std::string>& texts) {
  std::vector<lt::tcp::endpoint> peers;
  for (const auto& text : texts) {
    const auto peer = parse_peer(text);
    if (!peer) return std::unexpected(peer.error());
    peers.emplace_back(lt::make_address(peer->address), peer->port);
  }
  return peers;
}

// Limits that the user sets hold for all peers. libtorrent would leave the local network and the loopback
// out.
lt::ip_filter everybody_is_limited() {
  constexpr std::uint32_t limited = 1u << static_cast<std::uint32_t>(lt::session::global_peer_class_id);
  lt::ip_filter filter;
  filter.add_rule(lt::make_address("0.0.0.0"), lt::make_address("255.255.255.255"), limited);
  filter.add_rule(lt::make_address("::"), lt::make_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
                  limited);
  return filter;
}

}  // namespace

Result<lt::add_torrent_params> parameters_of(const TorrentSpec& spec) {
  if (const auto* magnet = std::get_if<MagnetSource>(&spec)) {
    lt::error_code error;
    auto parameters = lt::parse_magnet_uri(magnet->uri, error);
    if (error) {
      return fail(ErrorCategory::Source, "bad-magnet", "This magnet link cannot be read: " + error.message());
    }
    parameters.file_priorities.clear();  // so= is obeyed by who opens files
    return parameters;
  }
  auto info = parse_torrent(std::get<TorrentBytes>(spec).bytes);
  if (!info) return std::unexpected(info.error());
  lt::add_torrent_params parameters;
  parameters.info_hashes = (*info)->info_hashes();
  parameters.ti = std::move(*info);
  return parameters;
}

Result<std::shared_ptr<SessionCore>> SessionCore::start(const SessionOptions& options) {
  auto settings = make_settings(options);
  if (!settings) return std::unexpected(settings.error());
  auto peers = parse_peers(options.peers);
  if (!peers) return std::unexpected(peers.error());
  auto cache = CacheDirectory::open(options.cache_dir, options.cache_size);
  if (!cache) return std::unexpected(cache.error());
  std::shared_ptr<SessionCore> core(new SessionCore(options, std::move(*cache), std::move(*peers)));
  if (auto launched = core->launch(std::move(*settings)); !launched) return std::unexpected(launched.error());
  return core;
}

SessionCore::SessionCore(const SessionOptions& options, CacheDirectory cache,
                         std::vector<lt::tcp::endpoint> peers)
    : options_(options),
      picker_(options.picker.value_or(remembered_picker(options.cache_dir).value_or(expected_picker()))),
      peers_(std::move(peers)),
      pieces_(std::make_shared<PieceCache>(options.memory_cache)),
      cache_(std::move(cache)),
      store_(pieces_) {}

SessionCore::~SessionCore() {
  shut_down();
}

Result<void> SessionCore::launch(lt::settings_pack settings) {
  lt::session_params params;
  if (const auto saved = read_small_file(cache_.session_state_file(), max_session_state)) {
    try {
      params = lt::read_session_params({saved->data(), static_cast<std::ptrdiff_t>(saved->size())},
                                       lt::session_handle::save_dht_state);
    } catch (const lt::system_error&) {
      params = {};  // it only saves time
    }
  }
  params.settings = std::move(settings);
  params.extensions.clear();  // each torrent brings its own
  params.disk_io_constructor = [this](lt::io_context& network, const lt::settings_interface& defaults,
                                      lt::counters& counters) {
    return store_.make_disk(network, defaults, counters);
  };

  busy_.emplace(network_.get_executor());
  try {
    session_ = std::make_unique<lt::session>(std::move(params), network_, lt::session_flags_t{});
  } catch (const lt::system_error& error) {
    return fail(ErrorCategory::Internal, "session-failed",
                "The network session cannot start: " + error.code().message());
  }
  session_->set_alert_notify([this] { boost::asio::post(network_, [this] { pump_alerts(); }); });
  session_->set_peer_class_filter(everybody_is_limited());
  thread_ = std::jthread([this] { network_.run(); });

  // Runs after libtorrent has opened its sockets, which it does in what it posted first.
  std::uint16_t port = 0;
  run([&] {
    pump_alerts();
    port = session_->listen_port();
  });
  if (port == 0 && options_.listen && !options_.proxy) {
    auto why = listen_failures_.empty() ? std::string("no such address") : listen_failures_.front();
    shut_down();
    return fail(ErrorCategory::Network, "port-in-use", "Cannot listen on " + *options_.listen + ": " + why,
                "choose another port with --listen, or leave it out");
  }
  make_room();
  run([this] { schedule_picker_check(); });
  return {};
}

void SessionCore::post(std::function<void()> task) {
  boost::asio::dispatch(network_, std::move(task));
}

void SessionCore::run(const std::function<void()>& task) {
  if (std::this_thread::get_id() == thread_.get_id()) return task();
  std::promise<void> done;
  {
    const std::lock_guard lock(life_);
    if (stopped_) return;
    boost::asio::post(network_, [&] {
      task();
      done.set_value();
    });
  }
  done.get_future().wait();
}

void SessionCore::after(std::chrono::milliseconds delay, std::function<void()> task) {
  const auto timer = timers_.emplace(timers_.end(), network_, delay);
  timer->async_wait([this, timer, task = std::move(task)](const boost::system::error_code& error) {
    timers_.erase(timer);
    if (!error && session_) task();
  });
}

std::shared_ptr<TorrentCore> SessionCore::find(const lt::info_hash_t& hashes) const {
  for (const auto& [handle, torrent] : torrents_) {
    const auto& known = torrent->hashes();
    if (hashes.has_v1() && known.has_v1() && hashes.v1 == known.v1) return torrent;
    if (hashes.has_v2() && known.has_v2() && hashes.v2 == known.v2) return torrent;
  }
  return nullptr;
}

// With an HTTP proxy libtorrent itself looks up the names of UDP and https trackers and of web seeds, and the
// first cannot be reached through it at all. With SOCKS5 the proxy looks names up.
void SessionCore::drop_what_goes_around_proxy(lt::add_torrent_params& parameters) const {
  if (!options_.proxy || options_.proxy->starts_with("socks")) return;
  if (parameters.ti) {
    for (const auto& tracker : parameters.ti->trackers()) parameters.trackers.push_back(tracker.url);
    parameters.flags |= lt::torrent_flags::override_trackers | lt::torrent_flags::override_web_seeds;
  }
  std::erase_if(parameters.trackers, [](const std::string& url) { return !url.starts_with("http://"); });
  parameters.tracker_tiers.clear();  // all are asked at once
  parameters.url_seeds.clear();
}

void SessionCore::add_plugins(lt::add_torrent_params& parameters) const {
  parameters.extensions.emplace_back(&lt::create_smart_ban_plugin);
  if (options_.pex) parameters.extensions.emplace_back(&lt::create_ut_pex_plugin);
}

Result<std::shared_ptr<TorrentCore>> SessionCore::open(const TorrentSpec& spec, TorrentObserver& observer) {
  auto parameters = parameters_of(spec);
  if (!parameters) return std::unexpected(parameters.error());

  const std::lock_guard opening(opening_);
  std::shared_ptr<TorrentCore> known;
  std::uint64_t id = 0;
  run([&] {
    id = next_id_++;
    known = find(parameters->info_hashes);
    if (known) known->add_observer(observer);
  });
  if (known) return known;

  auto slot = [&] {
    const std::lock_guard lock(cache_mutex_);
    return cache_.acquire(cache_name(parameters->info_hashes));
  }();
  if (!slot) return std::unexpected(slot.error());
  // Those that the user named come before those of the magnet link (x.pe=), and both before those of last
  // time.
  auto named = peers_;
  named.insert(named.end(), parameters->peers.begin(), parameters->peers.end());
  parameters->peers = named;
  read_resume(*slot, *parameters);
  parameters->save_path = slot->data_dir().string();
  auto torrent =
      std::make_shared<TorrentCore>(*this, id, TorrentRole::Play, std::move(named), std::move(*slot));
  if (const auto* given = std::get_if<TorrentBytes>(&spec)) torrent->set_origin(given->origin);
  return add(torrent, std::move(*parameters), observer);
}

Result<std::shared_ptr<TorrentCore>> SessionCore::seed(const TorrentBytes& bytes, const SeedOptions& options,
                                                       TorrentObserver& observer) {
  auto parameters = parameters_of(bytes);
  if (!parameters) return std::unexpected(parameters.error());
  if (auto found = point_at_data(*parameters, options.data); !found) return std::unexpected(found.error());
  parameters->peers = peers_;
  if (options.verification == Verification::Trusted) parameters->flags |= lt::torrent_flags::seed_mode;

  const std::lock_guard opening(opening_);
  std::uint64_t id = 0;
  bool known = false;
  run([&] {
    id = next_id_++;
    known = find(parameters->info_hashes) != nullptr;
  });
  if (known) return fail(ErrorCategory::Usage, "already-open", "This torrent is open already");
  auto torrent = std::make_shared<TorrentCore>(*this, id, TorrentRole::Seed, peers_, std::nullopt);
  torrent->set_origin(bytes.origin);
  return add(torrent, std::move(*parameters), observer);
}

Result<std::shared_ptr<TorrentCore>> SessionCore::add(const std::shared_ptr<TorrentCore>& torrent,
                                                      lt::add_torrent_params parameters,
                                                      TorrentObserver& observer) {
  add_plugins(parameters);
  drop_what_goes_around_proxy(parameters);
  // We decide what runs; nothing waits in libtorrent's queues. Paused: TorrentCore resumes it when it can
  // connect.
  parameters.flags &= ~lt::torrent_flags::auto_managed;
  parameters.flags |= lt::torrent_flags::duplicate_is_error | lt::torrent_flags::paused;
  if (!uses_dht()) parameters.flags |= lt::torrent_flags::disable_dht;
  if (!options_.lsd || options_.proxy) parameters.flags |= lt::torrent_flags::disable_lsd;
  if (!options_.pex) parameters.flags |= lt::torrent_flags::disable_pex;

  Result<std::shared_ptr<TorrentCore>> result =
      fail(ErrorCategory::Internal, "session-ended", "The session has ended");
  run([&] {
    try {
      torrent->add_observer(observer);
      dial_by_tcp_first();
      torrent->start(*session_, std::move(parameters));
      torrents_.emplace(torrent->handle(), torrent);
      schedule_tick();
      result = torrent;
    } catch (const lt::system_error& error) {
      result = fail(ErrorCategory::Source, "bad-torrent",
                    "The torrent cannot be opened: " + error.code().message());
    }
  });
  return result;
}

void SessionCore::detach(TorrentCore& torrent, TorrentObserver& observer) {
  run([&] {
    if (!torrent.remove_observer(observer)) return;
    leaving_.push_back(torrent.shared_from_this());
    leave_pending();
  });
}

// An observer may drop its torrent while it is being called with an alert; leaving asks libtorrent for more
// alerts, which ends the life of those at hand. So leaving waits until they are all handed out.
void SessionCore::leave_pending() {
  while (!pumping_ && session_ && !leaving_.empty()) {
    const auto torrent = std::move(leaving_.back());
    leaving_.pop_back();
    if (torrent->is_observed()) continue;  // opened again meanwhile
    const auto handle = torrent->handle();
    torrent->leave(*session_);
    torrents_.erase(handle);
  }
}

void SessionCore::dial_by_tcp_first() {
  if (!options_.utp || options_.proxy) return;
  const auto dial_by_utp = [this](bool on) {
    lt::settings_pack change;
    change.set_bool(lt::settings_pack::enable_outgoing_utp, on);
    session_->apply_settings(std::move(change));
  };
  dial_by_utp(false);
  after(utp_delay, [this, dial_by_utp, turn = ++tcp_first_] {
    if (turn == tcp_first_) dial_by_utp(true);
  });
}

void SessionCore::schedule_picker_check() {
  // Behind a proxy nothing listens, not even on the loopback.
  if (options_.picker || options_.proxy || remembered_picker(options_.cache_dir)) return;
  after(picker_check_delay, [this] {
    worker_.post([folder = options_.cache_dir / ("picker-check-" + std::to_string(::getpid())),
                  cache = options_.cache_dir](const std::stop_token& stop) {
      if (const auto picker = check_picker(folder, stop)) remember_picker(cache, *picker);
    });
  });
}

void SessionCore::schedule_tick() {
  if (ticking_) return;
  ticking_ = true;
  tick_.expires_after(tick_length);
  tick_.async_wait([this](const boost::system::error_code& error) {
    ticking_ = false;
    if (error || !session_ || torrents_.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    for (auto torrents = torrents_; const auto& [handle, torrent] : torrents) torrent->on_tick(now);
    schedule_tick();
  });
}

void SessionCore::pump_alerts() {
  if (!session_ || pumping_) return;
  pumping_ = true;
  std::vector<lt::alert*> alerts;
  session_->pop_alerts(&alerts);
  for (const auto* alert : alerts) {
    if (const auto* failed = lt::alert_cast<lt::listen_failed_alert>(alert)) {
      if (failed->socket_type == lt::socket_type_t::tcp) listen_failures_.push_back(failed->error.message());
      continue;
    }
    const auto* of_torrent = dynamic_cast<const lt::torrent_alert*>(alert);
    if (of_torrent == nullptr) continue;
    const auto found = torrents_.find(of_torrent->handle);
    if (found == torrents_.end()) continue;
    const auto torrent = found->second;  // an observer may leave it
    torrent->on_alert(*alert);
  }
  pumping_ = false;
  leave_pending();
}

void SessionCore::make_room() {
  worker_.post([this](std::stop_token stop) {
    if (stop.stop_requested()) return;
    const std::lock_guard lock(cache_mutex_);
    cache_.evict();
  });
}

std::uint16_t SessionCore::listen_port() {
  std::uint16_t port = 0;
  run([&] { port = session_->listen_port(); });
  return port;
}

void SessionCore::shut_down() {
  std::string state;
  std::optional<lt::session_proxy> farewell;
  {
    const std::lock_guard lock(life_);
    if (std::exchange(stopped_, true)) return;
    if (session_) boost::asio::post(network_, [&] { say_goodbye(state, farewell); });
  }
  // The thread ends when libtorrent has nothing left to do. It cannot be cut short: operations that are still
  // queued lie in memory of libtorrent's session, which must be gone before the io_context is.
  if (thread_.joinable()) thread_.join();
  farewell.reset();
  // It only saves time at the next start: a failure is nobody's concern.
  if (!state.empty()) static_cast<void>(write_file_atomically(cache_.session_state_file(), state));
}

void SessionCore::say_goodbye(std::string& state, std::optional<lt::session_proxy>& farewell) {
  while (!torrents_.empty()) {
    const auto [handle, torrent] = *torrents_.begin();
    torrent->leave(*session_);
    torrents_.erase(handle);
  }
  if (uses_dht()) {
    const auto saved = lt::write_session_params_buf(
        session_->session_state(lt::session_handle::save_dht_state), lt::session_handle::save_dht_state);
    state.assign(saved.begin(), saved.end());
  }
  tick_.cancel();
  for (auto& timer : timers_) timer.cancel();  // else the thread would wait for them
  farewell.emplace(session_->abort());
  session_.reset();
  busy_.reset();
}

}  // namespace freshet::streaming
