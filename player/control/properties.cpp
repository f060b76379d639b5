// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/properties.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "player/control/option_value.h"
#include "player/control/property_rows.h"
#include "player/control/text.h"

namespace freshet::control {
namespace {

const std::vector<const Property*>& table() {
  static const std::vector<const Property*> rows = [] {
    std::vector<const Property*> all;
    for (const auto part :
         {playback_properties(), output_properties(), media_properties(), program_properties()}) {
      for (const Property& property : part) all.push_back(&property);
    }
    std::ranges::sort(all, {}, [](const Property* property) { return property->name; });
    return all;
  }();
  return rows;
}

std::vector<std::string_view> split(std::string_view words, char separator) {
  std::vector<std::string_view> result;
  while (!words.empty()) {
    const auto end = words.find(separator);
    result.push_back(words.substr(0, end));
    if (end == std::string_view::npos) break;
    words = words.substr(end + 1);
  }
  return result;
}

// Among a Choice's words: a whole number is good, too.
constexpr std::string_view any_number = "#";
constexpr std::int64_t max_choice_number = 1'000'000'000;
bool takes_numbers(const Property& property) {
  return std::ranges::count(split(property.choices, '|'), any_number) > 0;
}

bool has_range(const Property& property) {
  return property.maximum > property.minimum;
}

std::expected<Json, Status> coerce_text(const Property& property, const std::string& text) {
  const double limit = 1e15;  // exact in a double
  const double minimum = has_range(property) ? property.minimum : -limit;
  const double maximum = has_range(property) ? property.maximum : limit;
  // A word that stands for no number: "no" for a time.
  if (property.type == PropertyType::Time && std::ranges::count(split(property.choices, '|'), text) > 0)
    return Json(text);
  switch (property.type) {
    case PropertyType::Flag:
      if (const auto value = parse_flag(text)) return Json(*value);
      break;
    case PropertyType::Integer:
      if (const auto value =
              parse_integer(text, static_cast<std::int64_t>(minimum), static_cast<std::int64_t>(maximum))) {
        return Json(*value);
      }
      break;
    case PropertyType::Real:
      if (const auto value = parse_number(text, minimum, maximum)) return Json(*value);
      break;
    case PropertyType::Time:
      if (const auto value = parse_time(text)) return Json(to_seconds(*value));
      break;
    case PropertyType::Text: return Json(text);
    case PropertyType::Choice:
      if (text != any_number && std::ranges::count(split(property.choices, '|'), text) > 0) return Json(text);
      if (const auto value = parse_integer(text, 0, max_choice_number); value && takes_numbers(property)) {
        return Json(*value);
      }
      break;
    case PropertyType::Track:
      if (parse_track(text)) return Json(text);
      break;
    case PropertyType::Node: return std::unexpected(Status::PropertyFailed);
  }
  return std::unexpected(Status::PropertyFormat);
}

// `value` as the property's type; a client's JSON or a typed text.
std::expected<Json, Status> coerce(const Property& property, const Json& value) {
  if (value.is_string()) return coerce_text(property, value.get_ref<const std::string&>());
  switch (property.type) {
    case PropertyType::Flag:
      if (value.is_boolean()) return value;
      break;
    case PropertyType::Integer:
      if (!value.is_number()) break;
      if (value.is_number_float()) {
        const double number = value.get<double>();
        if (number != std::floor(number) || std::abs(number) > 1e15)
          return std::unexpected(Status::PropertyFormat);
        return coerce_text(property, fmt::format("{}", static_cast<std::int64_t>(number)));
      }
      return coerce_text(property, value.dump());
    case PropertyType::Real:
    case PropertyType::Time:
      if (value.is_boolean() && !value.get<bool>() && !property.choices.empty())
        return coerce_text(property, "no");
      if (!value.is_number()) break;
      if (!std::isfinite(value.get<double>()) ||
          (has_range(property) &&
           (value.get<double>() < property.minimum || value.get<double>() > property.maximum))) {
        return std::unexpected(Status::PropertyFormat);
      }
      return Json(value.get<double>());
    case PropertyType::Choice:
      if (value.is_boolean()) return coerce_text(property, value.get<bool>() ? "yes" : "no");
      if (value.is_number_integer() && takes_numbers(property)) return coerce_text(property, value.dump());
      break;
    case PropertyType::Track:
      if (value.is_boolean() && !value.get<bool>()) return Json("no");
      if (value.is_number_integer()) return coerce_text(property, value.dump());
      break;
    case PropertyType::Text:
    case PropertyType::Node: break;
  }
  return std::unexpected(Status::PropertyFailed);
}

// Into lists by number or "count", into objects by key.
std::expected<Json, Status> descend(Json value, std::string_view path) {
  while (!path.empty()) {
    const auto end = path.find('/');
    const std::string_view step = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 1);
    if (value.is_array()) {
      if (step == "count" && path.empty()) return Json(value.size());
      const auto index = parse_integer(step, 0, static_cast<std::int64_t>(value.size()) - 1);
      if (!index) return std::unexpected(Status::PropertyNotFound);
      Json item = value[static_cast<std::size_t>(*index)];
      value = std::move(item);
    } else if (value.is_object()) {
      const auto member = value.find(std::string(step));
      if (member == value.end()) return std::unexpected(Status::PropertyUnavailable);
      Json item = *member;
      value = std::move(item);
    } else {
      return std::unexpected(Status::PropertyNotFound);
    }
  }
  return value;
}

// yes and no of a Choice are true and false for clients, as in mpv.
Json for_client(const Property& property, Json value) {
  if (property.type == PropertyType::Choice || property.type == PropertyType::Track) {
    if (value == "yes") return true;
    if (value == "no") return false;
  }
  return value;
}

std::string text_of(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  return json_text(value);
}

std::string display_of(const PropertyContext& context, const Property& property, const Json& value) {
  if (property.display != nullptr) return property.display(context, value);
  if (property.type == PropertyType::Time && value.is_number())
    return time_text(from_seconds(value.get<double>()));
  if (value.is_number_float()) return fmt::format("{:.3f}", value.get<double>());
  return text_of(value);
}

}  // namespace

std::string_view status_text(Status status) {
  switch (status) {
    case Status::Success: return "success";
    case Status::InvalidParameter: return "invalid parameter";
    case Status::CommandFailed: return "error running command";
    case Status::PropertyNotFound: return "property not found";
    case Status::PropertyUnavailable: return "property unavailable";
    case Status::PropertyFormat: return "unsupported format for accessing property";
    case Status::PropertyFailed: return "error accessing property";
  }
  std::unreachable();
}

Properties::Properties(PropertyContext context) : context_(std::move(context)) {}

const Property* Properties::find(std::string_view name) const {
  const auto& rows = table();
  const auto found = std::ranges::lower_bound(rows, name, {}, [](const Property* row) { return row->name; });
  return found != rows.end() && (*found)->name == name ? *found : nullptr;
}

std::optional<Properties::Resolved> Properties::resolve(std::string_view name) const {
  if (name.starts_with("options/")) name.remove_prefix(8);
  // The longest name first: filename/no-ext is a property of its own.
  std::string_view head = name;
  while (!head.empty()) {
    if (const Property* property = find(head)) {
      const std::string_view rest =
          head.size() < name.size() ? name.substr(head.size() + 1) : std::string_view{};
      return Resolved{property, rest};
    }
    const auto slash = head.rfind('/');
    if (slash == std::string_view::npos) break;
    head = head.substr(0, slash);
  }
  return std::nullopt;
}

std::expected<Json, Status> Properties::get(std::string_view name) const {
  const auto resolved = resolve(name);
  if (!resolved) return std::unexpected(Status::PropertyNotFound);
  auto value = resolved->property->get(context_);
  if (!value) return std::unexpected(Status::PropertyUnavailable);
  if (resolved->rest.empty()) return for_client(*resolved->property, std::move(*value));
  if (resolved->rest == "full" && value->is_number()) return std::move(*value);  // time-pos/full
  return descend(std::move(*value), resolved->rest);
}

std::expected<std::string, Status> Properties::get_text(std::string_view name) const {
  const auto value = get(name);
  if (!value) return std::unexpected(value.error());
  return text_of(*value);
}

std::expected<std::string, Status> Properties::get_display(std::string_view name) const {
  const auto resolved = resolve(name);
  if (!resolved) return std::unexpected(Status::PropertyNotFound);
  if (resolved->rest == "full" && resolved->property->type == PropertyType::Time) {
    const auto seconds = get(name);
    if (!seconds) return std::unexpected(seconds.error());
    return time_text_milliseconds(from_seconds(seconds->get<double>()));
  }
  if (!resolved->rest.empty()) return get_text(name);
  const auto value = resolved->property->get(context_);
  if (!value) return std::unexpected(Status::PropertyUnavailable);
  return display_of(context_, *resolved->property, *value);
}

Status Properties::set(std::string_view name, const Json& value) {
  const auto resolved = resolve(name);
  if (!resolved) return Status::PropertyNotFound;
  if (!resolved->rest.empty() || resolved->property->set == nullptr) return Status::PropertyFailed;
  const auto coerced = coerce(*resolved->property, value);
  if (!coerced) return coerced.error();
  return resolved->property->set(context_, *coerced);
}

Status Properties::add(std::string_view name, double amount) {
  const auto resolved = resolve(name);
  if (!resolved) return Status::PropertyNotFound;
  const Property& property = *resolved->property;
  if (property.set == nullptr || !resolved->rest.empty()) return Status::PropertyFailed;
  const Direction direction = amount < 0 ? Direction::Down : Direction::Up;
  if (property.type == PropertyType::Track) return cycle_track(property, direction);
  const auto value = property.get(context_);
  if (!value) return Status::PropertyUnavailable;
  if (property.type == PropertyType::Flag) return property.set(context_, Json(amount > 0));
  if (property.type == PropertyType::Choice) return cycle(name, direction);
  if (!value->is_number() || !std::isfinite(amount)) return Status::PropertyFailed;
  double sum = value->get<double>() + amount;
  if (has_range(property)) sum = std::clamp(sum, property.minimum, property.maximum);
  if (property.type != PropertyType::Integer) return property.set(context_, Json(sum));
  // Whole steps: `add chapter 0.5` moves by none.
  return property.set(context_, Json(static_cast<std::int64_t>(std::clamp(sum, -1e15, 1e15))));
}

Status Properties::multiply(std::string_view name, double factor) {
  const auto resolved = resolve(name);
  if (!resolved) return Status::PropertyNotFound;
  const Property& property = *resolved->property;
  if (property.set == nullptr || !resolved->rest.empty()) return Status::PropertyFailed;
  const auto value = property.get(context_);
  if (!value) return Status::PropertyUnavailable;
  if (!value->is_number() || property.type == PropertyType::Integer || !std::isfinite(factor)) {
    return Status::PropertyFailed;
  }
  double product = value->get<double>() * factor;
  if (has_range(property)) product = std::clamp(product, property.minimum, property.maximum);
  return property.set(context_, Json(product));
}

Status Properties::cycle(std::string_view name, Direction direction) {
  const auto resolved = resolve(name);
  if (!resolved) return Status::PropertyNotFound;
  const Property& property = *resolved->property;
  if (property.set == nullptr || !resolved->rest.empty()) return Status::PropertyFailed;
  if (property.type == PropertyType::Track) return cycle_track(property, direction);
  const auto value = property.get(context_);
  if (!value) return Status::PropertyUnavailable;
  if (property.type == PropertyType::Flag) return property.set(context_, Json(!value->get<bool>()));
  if (property.type == PropertyType::Choice) {
    auto choices = split(property.choices, '|');
    std::erase(choices, any_number);
    // From a number, or a word that has gone: on to the first one.
    const auto found = value->is_string() ? std::ranges::find(choices, value->get_ref<const std::string&>())
                                          : std::prev(choices.end());
    const std::size_t at = static_cast<std::size_t>(found - choices.begin());
    const std::size_t step = direction == Direction::Up ? 1 : choices.size() - 1;
    return property.set(context_, Json(std::string(choices[(at + step) % choices.size()])));
  }
  if (!value->is_number()) return Status::PropertyFailed;
  double next = value->get<double>() + static_cast<double>(direction);
  if (has_range(property) && next > property.maximum) next = property.minimum;
  if (has_range(property) && next < property.minimum) next = property.maximum;
  if (property.type == PropertyType::Integer)
    return property.set(context_, Json(static_cast<std::int64_t>(next)));
  return property.set(context_, Json(next));
}

// Through all tracks of its kind and "no".
Status Properties::cycle_track(const Property& property, Direction direction) {
  const auto kind = property.name.starts_with('v')   ? media::TrackKind::Video
                    : property.name.starts_with('a') ? media::TrackKind::Audio
                                                     : media::TrackKind::Subtitle;
  std::vector<int> ids{0};  // "no"
  for (const media::Track& track : context_.player.tracks()) {
    if (track.kind == kind && track.decodable) ids.push_back(track.id);
  }
  const auto found = std::ranges::find(ids, context_.player.selected(kind));
  const std::size_t at = found == ids.end() ? 0 : static_cast<std::size_t>(found - ids.begin());
  const std::size_t step = direction == Direction::Up ? 1 : ids.size() - 1;
  const int id = ids[(at + step) % ids.size()];
  return property.set(context_, Json(id == 0 ? std::string("no") : std::to_string(id)));
}

std::uint32_t Properties::changes_of(std::string_view name) const {
  const auto resolved = resolve(name);
  return resolved ? resolved->property->changes : ~std::uint32_t{0};
}

std::vector<std::string_view> Properties::names() const {
  std::vector<std::string_view> names;
  for (const Property* property : table()) {
    if (property->name.find('/') == std::string_view::npos) names.push_back(property->name);
  }
  return names;
}

}  // namespace freshet::control
