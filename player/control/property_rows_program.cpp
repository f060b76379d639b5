// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <unistd.h>
#include <utility>

#include "player/control/option_value.h"
#include "player/control/property_rows.h"
#include "player/control/property_values.h"
#include "player/control/swarm_json.h"

namespace freshet::control {
namespace {

using playback::Phase;

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::Idle: return "idle";
    case Phase::FindingPeers: return "finding-peers";
    case Phase::FetchingMetadata: return "fetching-metadata";
    case Phase::CheckingData: return "checking-data";
    case Phase::OpeningMedia: return "opening-media";
    case Phase::Starting: return "starting";
    case Phase::Playing: return "playing";
    case Phase::Paused: return "paused";
    case Phase::Seeking: return "seeking";
    case Phase::Buffering: return "buffering";
    case Phase::Ended: return "ended";
  }
  std::unreachable();
}

Value swarm(const PropertyContext& c) {
  const auto stats = c.player.swarm();
  if (!stats) return std::nullopt;
  Json object = Json::object();
  object["state"] = swarm_state_name(stats->state);
  object["peers"] = stats->peers;
  object["seeds"] = stats->seeds;
  object["down-rate"] = stats->down_rate.value;
  object["up-rate"] = stats->up_rate.value;
  object["bytes-down"] = stats->bytes_down.value;
  object["bytes-up"] = stats->bytes_up.value;
  object["bytes-wasted"] = stats->bytes_wasted.value;
  object["bytes-verified"] = stats->bytes_verified.value;
  object["checking-progress"] = stats->checking_progress;
  return object;
}

Value swarm_stats(const PropertyContext& c) {
  const auto stats = c.player.swarm();
  return stats ? Value(stats_json(*stats, Words::Kebab)) : std::nullopt;
}

Value swarm_peers(const PropertyContext& c) {
  return c.player.swarm() ? Value(peers_json(c.player.peers(), Words::Kebab)) : std::nullopt;
}

constexpr Property program_table[] = {
    {.name = "mpv-version",
     .type = PropertyType::Text,
     // Scripts compare it: the version of mpv whose protocol this is, then who speaks it.
     .get = [](const PropertyContext& c) -> Value {
       return "mpv 0.35.0 (freshet " + c.program.version + ")";
     }},
    {.name = "freshet-version",
     .type = PropertyType::Text,
     .get = [](const PropertyContext& c) -> Value { return c.program.version; }},
    {.name = "freshet-phase",
     .type = PropertyType::Text,
     .changes = bits(Change::Phase, Change::Pause),
     .get = [](const PropertyContext& c) -> Value { return phase_name(c.player.phase()); }},
    {.name = "freshet-wait",
     .type = PropertyType::Text,
     .changes = bits(Change::Phase, Change::Cache),
     .get = [](const PropertyContext& c) -> Value {
       std::string reason = c.player.wait_reason();
       return reason.empty() ? std::nullopt : Value(std::move(reason));
     }},
    {.name = "freshet-swarm", .changes = bits(Change::Cache, Change::Phase), .get = swarm},
    {.name = "swarm-stats", .changes = bits(Change::Cache, Change::Phase), .get = swarm_stats},
    {.name = "swarm-peers", .changes = bits(Change::Cache, Change::Phase), .get = swarm_peers},
    {.name = "pid",
     .type = PropertyType::Integer,
     .get = [](const PropertyContext&) -> Value { return ::getpid(); }},
    {.name = "working-directory",
     .type = PropertyType::Text,
     .get = [](const PropertyContext&) -> Value {
       std::error_code error;
       const auto path = std::filesystem::current_path(error);
       return error ? std::nullopt : Value(path.string());
     }},
    {.name = "input-ipc-server",
     .type = PropertyType::Text,
     .get = [](const PropertyContext& c) -> Value { return c.program.ipc_server.string(); }},
    {.name = "terminal",
     .type = PropertyType::Flag,
     .get = [](const PropertyContext& c) -> Value { return c.player.options().terminal; }},
    {.name = "network-timeout",
     .type = PropertyType::Real,
     .get = [](const PropertyContext& c) -> Value {
       const auto timeout = c.player.options().network_timeout;
       return timeout ? Value(static_cast<double>(timeout->count())) : std::nullopt;
     }},
    {.name = "input-bindings",
     .get = [](const PropertyContext& c) -> Value {
       return c.program.bindings ? Value(c.program.bindings()) : std::nullopt;
     }},
    {.name = "command-list",
     .get = [](const PropertyContext& c) -> Value {
       return c.program.commands ? Value(c.program.commands()) : std::nullopt;
     }},
    {.name = "property-list",
     .get = [](const PropertyContext&) -> Value {
       Json list = Json::array();
       for (const auto part :
            {playback_properties(), output_properties(), media_properties(), program_properties()}) {
         for (const Property& property : part) {
           if (property.name.find('/') == std::string_view::npos) list.push_back(property.name);
         }
       }
       return list;
     }},
};

}  // namespace

std::span<const Property> program_properties() {
  return program_table;
}

}  // namespace freshet::control
