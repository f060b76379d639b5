// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/osd_feedback.h"

#include <chrono>
#include <fmt/format.h>
#include <string>

#include "player/control/expand.h"

namespace freshet::control {
namespace {

constexpr std::chrono::milliseconds message_duration{1000};  // mpv's osd-duration

// mpv's words, with ${…}.
struct Message {
  std::string_view property;
  std::string_view text;
};
constexpr Message messages[] = {
    {"mute", "Mute: ${mute}"},
    {"speed", "Speed: ${speed}"},
    {"aid", "Audio: ${aid}"},
    {"audio", "Audio: ${aid}"},
    {"vid", "Video: ${vid}"},
    {"video", "Video: ${vid}"},
    {"sid", "Subtitles: ${sid}"},
    {"sub", "Subtitles: ${sid}"},
    {"audio-delay", "A-V delay: ${audio-delay}"},
    {"sub-delay", "Sub delay: ${sub-delay}"},
    {"sub-visibility",
     "Subtitles ${!sub-visibility==yes:hidden}${?sub-visibility==yes:visible${?sid==no: (but no subtitles "
     "selected)}}"},
    {"chapter", "Chapter: ${chapter}"},
    {"loop-file", "Loop: ${loop-file}"},
    {"osd-level", "OSD level: ${osd-level}"},
};

}  // namespace

void show_property(Properties& properties, std::string_view name, OsdMode osd) {
  if (osd == OsdMode::No) return;
  playback::Player& player = properties.player();
  if (name == "volume" && osd != OsdMode::Message) {
    player.show_gauge("Volume", player.volume(), 130);
    return;
  }
  if (name == "time-pos" || name == "percent-pos" || name == "playback-time") {
    show_seek(properties, osd);
    return;
  }
  for (const Message& message : messages) {
    if (message.property == name) {
      player.show_text(expand_text(message.text, properties), message_duration);
      return;
    }
  }
  if (osd == OsdMode::Message || osd == OsdMode::MessageBar) {
    const auto value = properties.get_display(name);
    player.show_text(fmt::format("{}: {}", name, value ? *value : "(unavailable)"), message_duration);
  }
}

void show_seek(Properties& properties, OsdMode osd) {
  if (osd == OsdMode::Message) {
    properties.player().show_text(expand_text("${time-pos} / ${duration}", properties), message_duration);
  } else if (osd != OsdMode::No) {
    properties.player().show_progress();
  }
}

}  // namespace freshet::control
