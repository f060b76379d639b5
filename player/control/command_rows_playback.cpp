// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Seeking, stepping, the playlist, files.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "player/control/command_rows.h"
#include "player/control/expand.h"
#include "player/control/option_value.h"
#include "player/control/osd_feedback.h"
#include "player/control/playlist_file.h"
#include "player/control/text.h"

namespace freshet::control {
namespace {

using playback::HrSeek;
using playback::Player;
using Type = ArgumentType;

constexpr std::size_t max_playlist_file = 8u << 20;  // a season is some kilobytes

bool has_flag(const Json& flags, std::string_view flag) {
  if (!flags.is_string()) return false;
  std::string_view rest = flags.get_ref<const std::string&>();
  while (!rest.empty()) {
    const auto end = rest.find('+');
    if (rest.substr(0, end) == flag) return true;
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + 1);
  }
  return false;
}

std::string text_or(const Json& value, std::string fallback) {
  return value.is_string() ? value.get<std::string>() : std::move(fallback);
}

Outcome seek(CommandContext& context, const Arguments& arguments) {
  Player& player = context.player();
  const double target = arguments[0].get<double>();
  const auto flag = [&](std::string_view name) {
    return has_flag(arguments[1], name) || has_flag(arguments[2], name);
  };
  const bool absolute = flag("absolute");
  bool exact = absolute;  // mpv's default: exact for absolute only
  if (player.options().hr_seek == HrSeek::No) exact = false;
  if (player.options().hr_seek == HrSeek::Always) exact = true;
  if (flag("exact")) exact = true;
  if (flag("keyframes")) exact = false;
  const auto mode = exact ? media::SeekMode::Exact : media::SeekMode::Keyframe;

  const auto duration = player.duration();
  Result<void> result;
  if (absolute) {
    // A negative time counts from the end.
    const MediaTime time = from_seconds(target);
    const bool from_end = time < MediaTime{0} && duration;
    result = player.seek_to(std::max(MediaTime{0}, from_end ? *duration + time : time), mode);
  } else if (flag("absolute-percent") || flag("relative-percent")) {
    if (!duration) return {Status::CommandFailed, {}};
    const MediaTime share = from_seconds(to_seconds(*duration) * std::clamp(target, -100.0, 100.0) / 100);
    result = flag("absolute-percent") ? player.seek_to(std::max(MediaTime{0}, share), mode)
                                      : player.seek_by(share, mode);
  } else {
    result = player.seek_by(from_seconds(target), mode);
  }
  if (result) show_seek(context.properties, context.osd);
  return outcome_of(result);
}

// "start=0.5,pause=yes" or {"start": "0.5"}; nullopt: malformed.
std::optional<Interpreter::FileOptions> parse_file_options(const std::string& text) {
  const auto items = parse_list(text);
  if (!items) return std::nullopt;
  Interpreter::FileOptions options;
  for (const std::string& item : *items) {
    const auto equals = item.find('=');
    if (equals == 0) return std::nullopt;
    options.emplace_back(item.substr(0, equals),
                         equals == std::string::npos ? "yes" : item.substr(equals + 1));
  }
  return options;
}

Player::LoadMode load_mode(const Json& flags) {
  const std::string word = text_or(flags, "replace");
  return word == "append"        ? Player::LoadMode::Append
         : word == "append-play" ? Player::LoadMode::AppendPlay
                                 : Player::LoadMode::Replace;
}

Outcome loadfile(CommandContext& context, const Arguments& arguments) {
  const auto options = parse_file_options(text_or(arguments[2], ""));
  if (!options) return {Status::InvalidParameter, {}};
  const int id = context.player().load(arguments[0].get<std::string>(), load_mode(arguments[1]));
  if (!options->empty()) context.interpreter.remember_file_options(id, *options);
  return {Status::Success, {{"playlist_entry_id", id}}};
}

Outcome loadlist(CommandContext& context, const Arguments& arguments) {
  const std::filesystem::path path(arguments[0].get<std::string>());
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) ||
      std::filesystem::file_size(path, error) > max_playlist_file) {
    return {Status::CommandFailed, {}};
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return {Status::CommandFailed, {}};
  const auto entries = parse_playlist(text, path.parent_path());
  if (!entries || entries->empty()) return {Status::CommandFailed, {}};
  const bool append = text_or(arguments[1], "replace") == "append";
  bool first = !append;
  for (const std::string& entry : *entries) {
    context.player().load(entry,
                          std::exchange(first, false) ? Player::LoadMode::Replace : Player::LoadMode::Append);
  }
  return {};
}

Outcome stop(CommandContext& context, const Arguments& arguments) {
  context.player().stop(has_flag(arguments[0], "keep-playlist"));
  return {};
}

Outcome quit(CommandContext& context, const Arguments& arguments) {
  context.player().quit(arguments[0].is_number() ? static_cast<int>(arguments[0].get<std::int64_t>() & 0xFF)
                                                 : 0);
  return {};
}

Outcome save_position(CommandContext& context, const Arguments&) {
  return outcome_of(context.player().save_position());
}

// A place that cannot be kept is no reason to stay.
Outcome quit_watch_later(CommandContext& context, const Arguments& arguments) {
  (void)context.player().save_position();
  return quit(context, arguments);
}

Outcome playlist_next(CommandContext& context, const Arguments& arguments) {
  return outcome_of(context.player().playlist_next(arguments[0] == "force"));
}

Outcome playlist_previous(CommandContext& context, const Arguments& arguments) {
  auto result = context.player().playlist_previous();
  if (!result && arguments[0] == "force") {
    context.player().stop(false);
    return {};
  }
  return outcome_of(result);
}

Outcome playlist_play_index(CommandContext& context, const Arguments& arguments) {
  Player& player = context.player();
  if (arguments[0] == "none") {
    player.stop(true);
    return {};
  }
  const std::int64_t index =
      arguments[0].is_number() ? arguments[0].get<std::int64_t>() : player.playlist_position();
  if (index < 0 || std::cmp_greater_equal(index, player.playlist().size()))
    return {Status::CommandFailed, {}};
  return outcome_of(player.playlist_play(static_cast<int>(index)));
}

Outcome playlist_remove(CommandContext& context, const Arguments& arguments) {
  Player& player = context.player();
  const std::int64_t index =
      arguments[0].is_number() ? arguments[0].get<std::int64_t>() : player.playlist_position();
  if (index < 0 || std::cmp_greater_equal(index, player.playlist().size()))
    return {Status::CommandFailed, {}};
  return outcome_of(player.playlist_remove(static_cast<int>(index)));
}

Outcome playlist_move(CommandContext& context, const Arguments& arguments) {
  const auto place = [&](std::size_t i) {
    return static_cast<int>(std::clamp<std::int64_t>(arguments[i].get<std::int64_t>(), -1, 1'000'000));
  };
  return outcome_of(context.player().playlist_move(place(0), place(1)));
}

// Sets A, then B, then neither.
Outcome ab_loop(CommandContext& context, const Arguments&) {
  Player& player = context.player();
  const auto at = player.position();
  std::string text;
  if (!player.ab_loop_a() || !player.ab_loop_b()) {
    if (!at) return {Status::CommandFailed, {}};
    const bool first = !player.ab_loop_a();
    player.set_ab_loop(first ? at : player.ab_loop_a(), first ? player.ab_loop_b() : at);
    text = first ? "A-B loop: from ${ab-loop-a}" : "A-B loop: ${ab-loop-a} - ${ab-loop-b}";
  } else {
    player.set_ab_loop(std::nullopt, std::nullopt);
    text = "A-B loop: off";
  }
  if (context.osd != OsdMode::No)
    player.show_text(expand_text(text, context.properties), std::chrono::seconds(1));
  return {};
}

Outcome sub_seek(CommandContext& context, const Arguments& arguments) {
  constexpr std::int64_t most = 100'000;
  const auto lines = std::clamp(arguments[0].get<std::int64_t>(), -most, most);
  const auto result = context.player().seek_subtitle(static_cast<int>(lines));
  if (result) show_seek(context.properties, context.osd);
  return outcome_of(result);
}

Outcome add_subtitles(CommandContext& context, const Arguments& arguments) {
  const bool select = text_or(arguments[1], "select") == "select";
  return outcome_of(context.player().add_subtitles(arguments[0].get<std::string>(), select,
                                                   text_or(arguments[2], ""), text_or(arguments[3], "")));
}

Player::Screenshot screenshot_of(const Json& flags) {
  if (has_flag(flags, "video")) return Player::Screenshot::Video;
  if (has_flag(flags, "window")) return Player::Screenshot::Window;
  return Player::Screenshot::Subtitles;
}

// freshet-shot0001.jpg in the working directory, the first number that is free.
Outcome screenshot(CommandContext& context, const Arguments& arguments) {
  constexpr int max_number = 9999;
  const Json& flags = arguments[0].is_null() ? arguments[1] : arguments[0];
  for (int number = 1; number <= max_number; ++number) {
    std::string digits = std::to_string(number);
    digits.insert(0, 4 - digits.size(), '0');
    const std::string name = "freshet-shot" + digits + ".jpg";
    std::error_code error;
    if (std::filesystem::exists(name, error)) continue;
    const auto result = context.player().screenshot(name, screenshot_of(flags));
    if (context.osd != OsdMode::No) {
      context.player().show_text(
          result ? "Screenshot: '" + name + "'" : "No screenshot: " + result.error().message,
          std::chrono::seconds(2));
    }
    if (!result) return {Status::CommandFailed, {}};
    return {Status::Success, {{"filename", name}}};
  }
  return {Status::CommandFailed, {}};
}

Outcome screenshot_to_file(CommandContext& context, const Arguments& arguments) {
  return outcome_of(
      context.player().screenshot(arguments[0].get<std::string>(), screenshot_of(arguments[1])));
}

}  // namespace

std::vector<CommandRow> playback_commands() {
  constexpr std::string_view seek_flags =
      "relative|absolute|absolute-percent|relative-percent|exact|keyframes|default-precise|-";
  constexpr std::string_view screenshot_flags = "subtitles|video|window|each-frame|-";
  return {
      {"seek",
       {{"target", Type::Time},
        {"flags", Type::Flags, true, seek_flags},
        {"legacy", Type::Flags, true, seek_flags}},
       false,
       seek},
      {"loadfile",
       {{"url"}, {"flags", Type::Choice, true, "replace|append|append-play"}, {"options", Type::Text, true}},
       false,
       loadfile},
      {"loadlist", {{"url"}, {"flags", Type::Choice, true, "replace|append"}}, false, loadlist},
      {"stop", {{"flags", Type::Flags, true, "keep-playlist"}}, false, stop},
      {"quit", {{"code", Type::Integer, true}}, false, quit},
      {"quit-watch-later", {{"code", Type::Integer, true}}, false, quit_watch_later},
      {"write-watch-later-config", {}, false, save_position},
      {"playlist-next", {{"flags", Type::Choice, true, "weak|force"}}, false, playlist_next},
      {"playlist-prev", {{"flags", Type::Choice, true, "weak|force"}}, false, playlist_previous},
      {"playlist-play-index", {{"index", Type::Choice, false, "#|current|none"}}, false, playlist_play_index},
      {"playlist-remove", {{"index", Type::Choice, true, "#|current"}}, false, playlist_remove},
      {"playlist-move", {{"index1", Type::Integer}, {"index2", Type::Integer}}, false, playlist_move},
      {"playlist-shuffle",
       {},
       false,
       [](CommandContext& c, const Arguments&) -> Outcome {
         c.player().playlist_shuffle();
         return {};
       }},
      {"playlist-unshuffle",
       {},
       false,
       [](CommandContext& c, const Arguments&) -> Outcome {
         c.player().playlist_unshuffle();
         return {};
       }},
      {"ab-loop", {}, false, ab_loop},
      {"sub-seek", {{"skip", Type::Integer}, {"flags", Type::Choice, true, "primary"}}, false, sub_seek},
      {"playlist-clear",
       {},
       false,
       [](CommandContext& c, const Arguments&) -> Outcome {
         c.player().playlist_clear();
         return {};
       }},
      {"frame-step",
       {},
       false,
       [](CommandContext& c, const Arguments&) { return outcome_of(c.player().frame_step()); }},
      {"frame-back-step",
       {},
       false,
       [](CommandContext& c, const Arguments&) { return outcome_of(c.player().frame_back_step()); }},
      {"sub-add",
       {{"url"},
        {"flags", Type::Choice, true, "select|auto|cached"},
        {"title", Type::Text, true},
        {"lang", Type::Text, true}},
       false,
       add_subtitles},
      {"screenshot",
       {{"flags", Type::Flags, true, screenshot_flags}, {"legacy", Type::Flags, true, screenshot_flags}},
       false,
       screenshot},
      {"screenshot-to-file",
       {{"filename"}, {"flags", Type::Flags, true, screenshot_flags}},
       false,
       screenshot_to_file},
  };
}

}  // namespace freshet::control
