// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "player/app/option_rows.h"
#include "player/control/option_value.h"

namespace freshet::app {
namespace {

bool is_no(const OptionValue& value) {
  return as<std::string>(value) == "no";
}

constexpr OptionInfo playback_options[] = {
    // --- sources
    {.name = "file",
     .type = ValueType::Text,
     .value_name = "INDEX|GLOB",
     .group = Group::Sources,
     .commands = for_play | for_probe,
     .config = Config::CommandLineOnly,
     .help =
         "Plays this file of a torrent: its number as --list prints it, or a pattern over paths (* ? [set], "
         "without regard to case). Without it the largest video is played, or all episodes of a folder in "
         "natural order.",
     .example = "--file='*E05*'",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.file = as<std::string>(v);
       return {};
     }},
    {.name = "list",
     .group = Group::Sources,
     .config = Config::CommandLineOnly,
     .help = "Lists the files of a torrent with their numbers and ends.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.list = as<bool>(v);
       return {};
     }},
    {.name = "playlist",
     .type = ValueType::Path,
     .value_name = "FILE|-",
     .group = Group::Sources,
     .repeat = Repeat::Appends,
     .config = Config::CommandLineOnly,
     .help = "Plays what a list names, one source a line (plain text, M3U or PLS); - reads the list from "
             "standard input. Relative paths are looked for beside the list.",
     .example = "--playlist=season.m3u",
     // Read where it stands among the sources, by parse_command_line.
     .apply = [](CommandLine&, const OptionValue&) -> Result<void> { return {}; }},
    // --- playing
    {.name = "start",
     .aliases = "ss",
     .type = ValueType::TimePoint,
     .value_name = "TIME",
     .default_text = "none",
     .group = Group::Playback,
     .help = "Starts here: seconds, [hours:]minutes:seconds, a percentage, or -TIME from the end.",
     .example = "--start=1:02:03.5",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.start = as<std::optional<playback::TimePoint>>(v);
       return {};
     }},
    {.name = "end",
     .type = ValueType::TimePoint,
     .value_name = "TIME",
     .default_text = "none",
     .group = Group::Playback,
     .help = "Ends here; written as --start.",
     .example = "--end=90%",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.end = as<std::optional<playback::TimePoint>>(v);
       return {};
     }},
    {.name = "resume-playback",
     .default_text = "yes",
     .group = Group::Playback,
     .help = "Starts at the beginning even where quit-watch-later (the Q key) left a place to go on from.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.resume_playback = as<bool>(v);
       return {};
     }},
    {.name = "frames",
     .type = ValueType::Integer,
     .minimum = 0,
     .maximum = 2147483647,
     .choices = "all",
     .value_name = "NUMBER",
     .default_text = "all",
     .group = Group::Playback,
     .listed = Listed::All,
     .help = "Ends after this many shown frames.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const auto* number = std::get_if<std::int64_t>(&v);
       c.play.frames = number != nullptr ? std::optional(*number) : std::nullopt;
       return {};
     }},
    {.name = "speed",
     .type = ValueType::Number,
     .minimum = 0.01,
     .maximum = 100,
     .value_name = "FACTOR",
     .default_text = "1",
     .group = Group::Playback,
     .help = "Plays faster or slower; sound keeps its pitch.",
     .example = "--speed=1.5",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.speed = as<double>(v);
       return {};
     }},
    {.name = "pause",
     .group = Group::Playback,
     .help = "Starts paused, with the first frame shown.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.pause = as<bool>(v);
       return {};
     }},
    {.name = "loop-file",
     .aliases = "loop",
     .type = ValueType::Integer,
     .minimum = 0,
     .maximum = 1'000'000'000,
     .choices = "yes|no|inf",
     .value_name = "TIMES",
     .default_text = "no",
     .group = Group::Playback,
     .help = "Starts each file over when it ends: so many times, or for ever (inf, yes).",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const auto* times = std::get_if<std::int64_t>(&v);
       c.play.loop_file = times != nullptr ? static_cast<int>(*times) : is_no(v) ? 0 : playback::loop_forever;
       return {};
     }},
    {.name = "ab-loop-a",
     .type = ValueType::TimePoint,
     .value_name = "TIME",
     .default_text = "none",
     .group = Group::Playback,
     .listed = Listed::All,
     .help = "With --ab-loop-b: playback that reaches B goes back to here. Written as --start.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.ab_loop_a = as<std::optional<playback::TimePoint>>(v);
       return {};
     }},
    {.name = "ab-loop-b",
     .type = ValueType::TimePoint,
     .value_name = "TIME",
     .default_text = "none",
     .group = Group::Playback,
     .listed = Listed::All,
     .help = "The end of the stretch that is repeated; see --ab-loop-a.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.ab_loop_b = as<std::optional<playback::TimePoint>>(v);
       return {};
     }},
    {.name = "keep-open",
     .type = ValueType::Choice,
     .choices = "yes|no|always",
     .default_text = "no",
     .group = Group::Playback,
     .help = "Stays at the last frame when the last file ends.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.keep_open = !is_no(v);
       return {};
     }},
    {.name = "idle",
     .type = ValueType::Choice,
     .choices = "yes|no|once",
     .default_text = "no",
     .group = Group::Playback,
     .help =
         "Waits for something to play instead of ending: for dropped links, pasted text and control by IPC. "
         "With once it waits for the first source only.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.idle = is_no(v)                       ? playback::Idle::No
                     : as<std::string>(v) == "once" ? playback::Idle::Once
                                                    : playback::Idle::Yes;
       return {};
     }},
    {.name = "hr-seek",
     .type = ValueType::Choice,
     .choices = "no|absolute|yes|always|default",
     .default_text = "absolute",
     .group = Group::Playback,
     .listed = Listed::All,
     .help = "Which seeks are exact to the frame rather than to a keyframe: none, those to a named position, "
             "or all.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& word = as<std::string>(v);
       using playback::HrSeek;
       c.play.hr_seek = word == "no"                          ? HrSeek::No
                        : (word == "yes" || word == "always") ? HrSeek::Always
                                                              : HrSeek::Absolute;
       return {};
     }},
    {.name = "untimed",
     .group = Group::Playback,
     .listed = Listed::All,
     .help = "Plays as fast as it decodes.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.untimed = as<bool>(v);
       return {};
     }},
    // --- tracks
    {.name = "aid",
     .aliases = "audio",
     .type = ValueType::Track,
     .default_text = "auto",
     .group = Group::Tracks,
     .help = "Plays this audio track; --no-audio plays without sound.",
     .example = "--aid=2",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.audio = as<media::TrackChoice>(v);
       return {};
     }},
    {.name = "sid",
     .aliases = "sub",
     .type = ValueType::Track,
     .default_text = "auto",
     .group = Group::Tracks,
     .help = "Shows this subtitle track; --no-sub shows none.",
     .example = "--sid=no",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.subtitle = as<media::TrackChoice>(v);
       return {};
     }},
    {.name = "vid",
     .aliases = "video",
     .type = ValueType::Track,
     .default_text = "auto",
     .group = Group::Tracks,
     .help = "Shows this video track; --no-video plays the sound alone.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.video = as<media::TrackChoice>(v);
       return {};
     }},
    {.name = "alang",
     .type = ValueType::List,
     .value_name = "LANGUAGES",
     .group = Group::Tracks,
     .help = "Prefers audio in these languages, best first.",
     .example = "--alang=ja,en",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.audio_languages = as<std::vector<std::string>>(v);
       return {};
     }},
    {.name = "slang",
     .type = ValueType::List,
     .value_name = "LANGUAGES",
     .group = Group::Tracks,
     .help = "Shows subtitles in these languages, best first.",
     .example = "--slang=en,de",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.subtitle_languages = as<std::vector<std::string>>(v);
       return {};
     }},
    {.name = "sub-file",
     .aliases = "sub-files-append",
     .type = ValueType::Path,
     .value_name = "FILE|URL",
     .group = Group::Tracks,
     .repeat = Repeat::Appends,
     .help = "Adds a subtitle file; either half of a VobSub pair (NAME.idx, NAME.sub) opens both.",
     .example = "--sub-file=film.srt",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.subtitle_files.push_back(as<std::string>(v));
       return {};
     }},
    {.name = "audio-delay",
     .type = ValueType::Time,
     .value_name = "SECONDS",
     .default_text = "0",
     .group = Group::Tracks,
     .listed = Listed::All,
     .help = "Plays the sound this much later than the picture; negative values, earlier.",
     .example = "--audio-delay=-0.2",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.audio_delay = as<MediaTime>(v);
       return {};
     }},
    {.name = "sub-delay",
     .type = ValueType::Time,
     .value_name = "SECONDS",
     .default_text = "0",
     .group = Group::Tracks,
     .listed = Listed::All,
     .help = "Shows subtitles this much later; negative values, earlier.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.subtitle_delay = as<MediaTime>(v);
       return {};
     }},
    // --- outputs
    {.name = "volume",
     .type = ValueType::Number,
     .minimum = 0,
     .maximum = 1000,  // what mpv takes; above 130 it is 130, as there
     .value_name = "PERCENT",
     .default_text = "100",
     .group = Group::Output,
     .help = "Starts at this volume, 0 to 130; above 100 is amplified.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.volume = std::min(as<double>(v), 130.0);
       return {};
     }},
    {.name = "mute",
     .type = ValueType::Choice,
     .choices = "yes|no|auto",
     .default_text = "no",
     .group = Group::Output,
     .help = "Starts without sound, which m brings back.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.mute = as<std::string>(v) == "yes";
       return {};
     }},
    {.name = "fullscreen",
     .aliases = "fs",
     .group = Group::Output,
     .help = "Starts on the whole screen.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.fullscreen = as<bool>(v);
       return {};
     }},
    {.name = "geometry",
     .type = ValueType::Text,
     .value_name = "WxH+X+Y",
     .group = Group::Output,
     .listed = Listed::All,
     .help = "Opens the window with this size and place, in pixels.",
     .example = "--geometry=1280x720+100+50",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const auto rectangle = control::parse_geometry(as<std::string>(v));
       if (!rectangle) return std::unexpected(rectangle.error());
       c.play.geometry = *rectangle;
       return {};
     }},
    {.name = "vo",
     .type = ValueType::Choice,
     .choices = "gpu|sdl|null",
     .default_text = "gpu",
     .group = Group::Output,
     .help =
         "Shows pictures with OpenGL, with SDL's plain renderer, or not at all. Without it the player falls "
         "back from gpu to sdl.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& word = as<std::string>(v);
       c.play.video_output = word == "gpu"   ? video::OutputKind::Gpu
                             : word == "sdl" ? video::OutputKind::Sdl
                                             : video::OutputKind::Null;
       c.play.video_output_set = true;
       return {};
     }},
    {.name = "ao",
     .type = ValueType::Choice,
     .choices = "sdl|null",
     .default_text = "sdl",
     .group = Group::Output,
     .help = "Plays sound with SDL, or not at all.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.audio_output = as<std::string>(v) == "sdl" ? audio::OutputKind::Sdl : audio::OutputKind::Null;
       return {};
     }},
    {.name = "headless",
     .group = Group::Output,
     .config = Config::CommandLineOnly,
     .help = "Plays with neither window nor sound, in real time: --vo=null --ao=null.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       if (!as<bool>(v)) return {};
       c.play.video_output = video::OutputKind::Null;
       c.play.video_output_set = true;
       c.play.audio_output = audio::OutputKind::Null;
       return {};
     }},
};

}  // namespace

std::span<const OptionInfo> playback_rows() {
  return playback_options;
}

}  // namespace freshet::app
