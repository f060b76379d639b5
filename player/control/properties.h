// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// mpv's properties over a Player: read and written by IPC clients, by `set`, `add`, `cycle` and by ${…} in
// texts. Which there are stands in property_rows_*.cpp. A name may go into a value: track-list/0/id,
// playlist/count, metadata/title; options/NAME is NAME. Main thread only.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "player/control/json.h"
#include "player/playback/player.h"

namespace freshet::control {

// mpv's failures, each with its own words on the wire.
enum class Status : std::uint8_t {
  Success,
  InvalidParameter,  // not a command, or arguments it does not take
  CommandFailed,
  PropertyNotFound,
  PropertyUnavailable,  // not now
  PropertyFormat,       // a value of the wrong form
  PropertyFailed,       // read-only, or a value of the wrong type
};
[[nodiscard]] std::string_view status_text(Status status);

// What properties say of the program around the player.
struct ProgramFacts {
  std::string version;  // freshet's own
  std::filesystem::path ipc_server;
  std::function<Json()> bindings;  // for input-bindings
  std::function<Json()> commands;  // for command-list
};

struct PropertyContext {
  playback::Player& player;
  ProgramFacts program;
  int osd_level = 1;
};

enum class PropertyType : std::uint8_t { Flag, Integer, Real, Time, Text, Choice, Track, Node };

struct Property {
  std::string_view name;
  PropertyType type = PropertyType::Node;
  std::uint32_t changes = 0;  // set of playback::Change after which it may differ
  // nullopt: unavailable. A Choice gives a text, of which "yes" and "no" reach clients as true and false.
  std::optional<Json> (*get)(const PropertyContext&) = nullptr;
  // nullptr: read-only. The value has the property's type and range: bool, integer, double (a Time in
  // seconds), text; a Track as text.
  Status (*set)(PropertyContext&, const Json&) = nullptr;
  double minimum = 0, maximum = 0;  // Integer, Real and Time, when maximum > minimum
  // Separated by '|': of a Choice ("#": or a whole number); of a Time the words that it also takes.
  std::string_view choices = {};
  // For people; nullptr: by the type.
  std::string (*display)(const PropertyContext&, const Json&) = nullptr;
};

enum class Direction : std::int8_t { Down = -1, Up = 1 };

class Properties {
 public:
  explicit Properties(PropertyContext context);

  [[nodiscard]] std::expected<Json, Status> get(std::string_view name) const;
  // As get_property_string and ${=name}: "yes", "1.000000", JSON for lists.
  [[nodiscard]] std::expected<std::string, Status> get_text(std::string_view name) const;
  // As ${name}: "00:01:02", "52", "(1) eng".
  [[nodiscard]] std::expected<std::string, Status> get_display(std::string_view name) const;

  // A text is read as the property's type would be typed.
  Status set(std::string_view name, const Json& value);
  Status add(std::string_view name, double amount);
  Status multiply(std::string_view name, double factor);
  Status cycle(std::string_view name, Direction direction);

  // After which changes of the player `name` may differ; every one for a name not known.
  [[nodiscard]] std::uint32_t changes_of(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> names() const;
  // nullptr: no such property.
  [[nodiscard]] const Property* find(std::string_view name) const;

  [[nodiscard]] playback::Player& player() { return context_.player; }
  [[nodiscard]] PropertyContext& context() { return context_; }

 private:
  struct Resolved {
    const Property* property;
    std::string_view rest;  // the path inside its value
  };
  [[nodiscard]] std::optional<Resolved> resolve(std::string_view name) const;
  Status cycle_track(const Property& property, Direction direction);

  PropertyContext context_;
};

}  // namespace freshet::control
