// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/man_page.h"

#include <fmt/format.h>
#include <utility>

#include "player/app/help.h"
#include "player/app/option_table.h"
#include "player/control/default_bindings.h"

namespace freshet::app {
namespace {

constexpr std::string_view sources_text = R"(.SH SOURCES
.TP
.I magnet link
BitTorrent version 1, 2 or hybrid (BEP 9); the files named by
.B so=
(BEP 53) are played.
.TP
.I .torrent file or its URL
Of many files the largest video is played;
.B \-\-file
chooses,
.B \-\-list
lists. A folder of episodes becomes a playlist in natural order.
.TP
.I infohash
40 or 64 hexadecimal digits, or 32 characters of base32.
.TP
.I local file, http(s) URL of media
Any container and codec that FFmpeg reads.
.TP
.B \-
Media from standard input.
.PP
A file that is named like a command is reached as
.BR ./seed .
)";

constexpr std::string_view end_text = R"(.SH CONTROL BY OTHER PROGRAMS
.B \-\-input\-ipc\-server
makes a socket that speaks mpv's JSON protocol; a script written for mpv runs unchanged with the commands,
properties and events that
.I command\-list
and
.I property\-list
name.
.PP
.B \-\-events=json
prints one JSON object a line on standard output, each with
.I event
and
.I t
(seconds since the program started):
.BR source ,
.BR metadata ,
.BR peers ,
.BR open ,
.BR first_frame ,
.BR stall_begin ,
.BR stall_end ,
.BR seek ,
.BR seek_done ,
.BR seek_cancelled ,
.B progress
once a second,
.BR eof ,
.B error
and
.BR exit .
.SH EXIT STATUS
.TP
.B 0
Played, or ended by the user (or the code given to
.BR quit ).
.TP
.B 1
The command line is wrong.
.TP
.B 2
The source is unusable.
.TP
.B 3
The network gave nothing in
.BR \-\-network\-timeout .
.TP
.B 4
The media is broken.
.TP
.B 5
It is protected and there is no licence.
.TP
.B 6
Storage failed.
.TP
.B 7
A fault of the program itself.
.TP
.BR 130 ", " 143
Interrupted or terminated by a signal, after cleaning up.
.PP
With several sources it is the code of the first failure.
.SH FILES
.TP
.I $XDG_CONFIG_HOME/freshet/freshet.conf
Options, one a line:
.BR name=value ,
or a name alone for yes;
.B #
starts a comment.
.TP
.I $XDG_CONFIG_HOME/freshet/input.conf
Keys, one a line: a key, then a command, as
.BR "Ctrl+RIGHT seek 30 exact" .
.TP
.I $XDG_CACHE_HOME/freshet
Torrent data and all other caches.
.SH SEE ALSO
.BR mpv (1),
.BR ffmpeg (1)
)";

std::string option_entry(const OptionInfo& option) {
  std::string text = fmt::format(".TP\n.B {}\n{}\n", troff_text(usage_of(option)), troff_text(option.help));
  const auto names = names_of(option);
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].size() > 1) text += fmt::format("Also \\-\\-{}.\n", troff_text(names[i]));
  }
  if (!option.default_text.empty() && option.default_text != "no" && option.default_text != "none") {
    text += fmt::format("Default: {}.\n", troff_text(option.default_text));
  }
  if (option.repeat == Repeat::Appends && option.name != "v") text += "May be repeated.\n";
  // On a line of its own and not adjusted: a key has no place to break at.
  if (!option.example.empty())
    text += fmt::format(".br\n.na\nExample:\n.BR {} .\n.br\n.ad\n", troff_text(option.example));
  return text;
}

std::string keys_section() {
  std::string text =
      ".SH KEYS\nThey work in the window and on the terminal, and are changed in\n.IR input.conf .\n";
  const auto rows = control::default_bindings();
  for (std::size_t i = 0; i < rows.size();) {
    std::string keys = troff_text(rows[i].key);
    const std::string_view help = rows[i].help;
    while (++i < rows.size() && rows[i].help.empty() && rows[i].command != "ignore") {
      keys += ", " + troff_text(rows[i].key);
    }
    if (!help.empty()) text += fmt::format(".TP\n.B \"{}\"\n{}\n", keys, troff_text(help));
  }
  return text +
         ".TP\n.B Ctrl+v\nPlay the link or path on the clipboard; dropping one on the window does the same\n";
}

}  // namespace

std::string troff_text(std::string_view text) {
  std::string result;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) result += "\\&";
    line_start = c == '\n';
    switch (c) {
      case '\\': result += "\\e"; break;
      case '-': result += "\\-"; break;
      case '"': result += "\\(dq"; break;
      case '\'': result += "\\(aq"; break;
      case '`': result += "\\(ga"; break;
      case '^': result += "\\(ha"; break;
      case '~': result += "\\(ti"; break;
      default: result += c;
    }
  }
  return result;
}

std::string man_page(std::string_view version) {
  std::string text =
      fmt::format(".TH FRESHET 1 \"\" \"freshet {}\" \"User Commands\"\n", troff_text(version));
  text +=
      ".SH NAME\nfreshet \\- watch torrent video while it downloads\n"
      ".SH SYNOPSIS\n.B freshet\n.RI [ options ]\n.IR SOURCE \\|...\n.br\n"
      ".B freshet seed\n.RI [ options ]\n.IR FILE | FOLDER | TORRENT \\|...\n.br\n"
      ".B freshet probe\n.RI [ options ]\n.I SOURCE\n.br\n"
      ".B freshet protect\n.RI [ options ]\n.I IN\n.B \\-o\n.I OUT\n"
      ".SH DESCRIPTION\nfreshet plays a video while a BitTorrent swarm delivers it, and seeks where nothing "
      "has been\n"
      "downloaded yet. No byte is played that the torrent's hashes do not vouch for.\n.PP\n"
      "Options are spelled as mpv spells them wherever mpv has the same thing. A flag takes\n.B "
      "=yes\nand\n.BR =no ,\n"
      "and\n.BI \\-\\-no\\- name\nis the same as\n.BI \\-\\- name =no\\fR.\n"
      ".B \\-\\-\nends the options.\n";
  text += sources_text;
  text += ".SH OPTIONS\n";
  for (const Group group : all_groups) {
    std::string rows;
    for (const OptionInfo& option : option_table()) {
      if (option.group == group && option.listed != Listed::Hidden) rows += option_entry(option);
    }
    if (rows.empty()) continue;
    text += fmt::format(".SS {}\n", troff_text(group_title(group)));
    if (group == Group::Publishing) {
      text += "Options of\n.BR \"freshet seed\" ,\nwhich takes their values also as the next argument.\n";
    }
    if (group == Group::Protecting) {
      text +=
          "Options of\n.BR \"freshet protect\" ,\nwhich makes an MP4 under Common Encryption of a film, and "
          "takes "
          "their values also as the next argument.\n";
    }
    text += rows;
  }
  text += keys_section();
  text += end_text;
  return text;
}

}  // namespace freshet::app
