// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/protect_command.h"

#include <atomic>
#include <cstdio>
#include <fmt/format.h>
#include <stop_token>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "drm/container/protection.h"
#include "player/app/human_text.h"
#include "player/app/signal_watcher.h"
#include "player/media/remux.h"
#include "streaming/direct_sources.h"

namespace freshet::app {

namespace {

// "Reading film.mkv: 42 %", on a terminal alone, when the number changes.
class ProgressLine {
 public:
  explicit ProgressLine(bool is_shown) : is_shown_(is_shown) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::string_view what, double part) {
    const int percent = static_cast<int>(part * 100);
    if (!is_shown_ || (percent == percent_ && what == what_)) return;
    percent_ = percent;
    what_ = what;
    std::fputs(fmt::format("\r\x1b[K{}: {} %", printable(what), percent).c_str(), stderr);
  }
  void clear() {
    if (is_shown_ && percent_ >= 0) std::fputs("\r\x1b[K", stderr);
    percent_ = -1;
  }

 private:
  bool is_shown_;
  int percent_ = -1;
  std::string what_;
};

Result<void> refuse_protected(ByteSource& source, const std::string& path) {
  const auto protection = container::find_protection(source, Generation{});
  if (!protection) {
    if (const auto* const error = std::get_if<Error>(&protection.error())) return std::unexpected(*error);
    return std::unexpected(drm::interrupted());
  }
  if (protection->is_protected)
    return fail(ErrorCategory::Protection, "already-protected", path + " is protected already",
                "Protect the clear film that it was made of");
  return {};
}

struct Packaged {
  std::vector<std::string> left_out;
  std::vector<drm::ProtectedTrack> tracks;
  std::int64_t size = 0;
};

Result<Packaged> package(const ProtectCommand& command, ProgressLine& line, const std::stop_token& stop) {
  std::error_code ignored;
  // Told before the work; a file that appears during it is found at the end.
  if (command.replace == drm::Replace::No && std::filesystem::exists(command.output, ignored))
    return std::unexpected(drm::file_exists(command.output));
  if (std::filesystem::equivalent(command.source, command.output, ignored))
    return fail(ErrorCategory::Usage, "same-file", "The film and the protected film are the same file",
                "Name another file with -o");
  const auto source = streaming::open_local_file(command.source);
  if (!source) return std::unexpected(source.error());
  // A pipe may keep a read waiting for ever.
  const std::stop_callback cancel(stop, [&] { (*source)->cancel_before(Generation{1}); });
  if (auto clear = refuse_protected(**source, command.source); !clear) return std::unexpected(clear.error());

  // In fragments and clear, beside the output: where there is room for the one there is for the other.
  auto clear = drm::OutputFile::create(command.output.string() + ".clear");
  if (!clear) return std::unexpected(clear.error());
  const auto remuxed = media::remux(
      *source, command.source, [&](std::span<const std::byte> bytes) { return clear->write(bytes); },
      [&](double part) { line.show("Reading " + command.source, part); }, stop);
  if (!remuxed) return std::unexpected(remuxed.error());
  const auto film = streaming::open_local_file(clear->temporary());
  if (!film) return std::unexpected(film.error());

  auto output = drm::OutputFile::create(command.output);
  if (!output) return std::unexpected(output.error());
  auto tracks = drm::protect_film(
      **film, *output, command.layout, command.options,
      [&](double part) { line.show("Writing " + command.output.string(), part); }, stop);
  if (!tracks) return std::unexpected(tracks.error());
  Packaged packaged{remuxed->left_out, std::move(*tracks), output->size()};
  if (auto kept = output->keep(command.replace); !kept) return std::unexpected(kept.error());
  return packaged;
}

std::string summary(const ProtectCommand& command, const Packaged& packaged) {
  std::string text =
      fmt::format("{} ({}):", printable(command.output.string()), size_text(Bytes{packaged.size}));
  const char* separator = " ";
  for (const auto& track : packaged.tracks) {
    text += fmt::format("{}{} {}", separator, drm::name_of(track.kind),
                        track.is_protected ? "protected" : "clear");
    separator = ", ";
  }
  text += '\n';
  for (const auto& what : packaged.left_out)
    text += fmt::format("Left out, as MP4 does not carry it here: {}\n", printable(what));
  return text;
}

}  // namespace

int run_protect(const ProtectCommand& command, bool quiet) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  std::stop_source stop;
  std::atomic<int> signal_number{0};
  const SignalWatcher signals([&](int signal) {
    signal_number = signal;
    stop.request_stop();
  });
  ProgressLine line(terminal && !quiet);
  const auto packaged = package(command, line, stop.get_token());
  line.clear();
  if (!packaged) {
    if (signal_number != 0) return 128 + signal_number;
    std::fputs(error_text(packaged.error(), terminal).c_str(), stderr);
    return exit_code(packaged.error().category);
  }
  if (!quiet) std::fputs(summary(command, *packaged).c_str(), stderr);
  return 0;
}

}  // namespace freshet::app
