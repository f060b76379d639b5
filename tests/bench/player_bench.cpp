// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// `./dev bench`: what a viewer feels, measured on the real program, as one table. Medians of several runs,
// with the smallest and the largest beside them. player_bench FOLDER [--quick]; FOLDER keeps the film between
// runs.

#include <algorithm>
#include <array>
#include <cstdio>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/ipc_client.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::bench {
namespace {

using namespace end_to_end;
using namespace std::chrono_literals;

constexpr int film_seconds = 60;
// Four seeds that together give a third more than the film's 6 Mbit/s.
constexpr int seed_count = 4;
constexpr const char* seed_rate = "--upload-limit=250KiB";

struct Row {
  std::string what;
  std::string unit;
  std::vector<double> freshet;
  std::vector<double> mpv;
};

std::string cell(std::vector<double> values) {
  if (values.empty()) return "-";
  std::ranges::sort(values);
  const double median = values[values.size() / 2];
  return fmt::format("{:.2f} ({:.2f} … {:.2f})", median, values.front(), values.back());
}

void print(const std::vector<Row>& rows) {
  fmt::print("\n{:<58} {:<6} {:<26} {}\n", "median (least … most)", "unit", "freshet", "mpv");
  for (const auto& row : rows) {
    // The ellipsis is one column and three bytes.
    fmt::print("{:<58} {:<6} {:<28} {}\n", row.what, row.unit, cell(row.freshet), cell(row.mpv));
  }
}

std::filesystem::path make_film(const std::filesystem::path& folder) {
  auto film = folder / "film-1080p.mkv";
  if (std::filesystem::exists(film)) return film;
  std::filesystem::create_directories(folder);
  fmt::print("Making the film: {} s of 1080p at 6 Mbit/s\n", film_seconds);
  const auto half = folder / "half-made.mkv";
  const auto result =
      test::run({.arguments = {"ffmpeg",
                               "-v",
                               "error",
                               "-nostdin",
                               "-y",
                               "-f",
                               "lavfi",
                               "-i",
                               fmt::format("testsrc2=size=1920x1080:rate=24:duration={}", film_seconds),
                               "-f",
                               "lavfi",
                               "-i",
                               fmt::format("sine=frequency=440:beep_factor=4:sample_rate=48000:duration={}",
                                           film_seconds),
                               "-vf",
                               "noise=alls=14:allf=t:all_seed=3",
                               "-c:v",
                               "libx264",
                               "-preset",
                               "veryfast",
                               "-b:v",
                               "6M",
                               "-maxrate",
                               "8M",
                               "-bufsize",
                               "12M",
                               "-g",
                               "48",
                               "-pix_fmt",
                               "yuv420p",
                               "-c:a",
                               "aac",
                               "-b:a",
                               "128k",
                               half}},
                600s);
  if (result.status.code != 0) throw std::runtime_error("ffmpeg: " + result.errors);
  std::filesystem::rename(half, film);
  return film;
}

double mebibytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

// A swarm of slow seeds, all of the same torrent.
class SlowSwarm {
 public:
  explicit SlowSwarm(const std::filesystem::path& film) {
    for (int index = 0; index < seed_count; ++index)
      seeders_.push_back(std::make_unique<Seeder>(film, Arguments{seed_rate, "--piece-size=256KiB"}));
  }
  [[nodiscard]] Arguments arguments() const {
    Arguments peers;
    for (const auto& seeder : seeders_) peers.push_back(seeder->address());
    return alone_with(peers) + Arguments{seeders_.front()->magnet()};
  }

 private:
  std::vector<std::unique_ptr<Seeder>> seeders_;
};

// The rows of a start's parts, in their order.
constexpr std::array<std::pair<const char*, const char*>, 5> phases{
    {{"peers", "  until the first peer is connected"},
     {"metadata", "  until the file list is known"},
     {"header", "  until the container's header is read"},
     {"first_gop", "  until the first picture's data is there"},
     {"decode", "  until it is decoded and shown"}}};

void measure_swarm(const std::filesystem::path& film, int runs, Row& first_frame, std::span<Row> parts,
                   Row& seek, Row& memory) {
  for (int count = 0; count < runs; ++count) {
    const SlowSwarm swarm(film);
    const Home home;
    test::Process player(
        home.real_time(Arguments{"--input-ipc-server=" + (home / "ipc").string()} + swarm.arguments()));
    const auto started = wait_for_event(player, "first_frame");
    if (!started) throw std::runtime_error("no first frame: " + player.text(test::Stream::Errors));
    first_frame.freshet.push_back((*started)["t"].get<double>());
    const auto told = wait_for_event(player, "phases");
    if (!told) throw std::runtime_error("no phases: " + player.text(test::Stream::Output));
    for (std::size_t i = 0; i < phases.size(); ++i)
      parts[i].freshet.push_back(told->value(phases[i].first, 0.0));
    IpcClient ipc(home / "ipc", player);
    // Far ahead of anything that is there.
    ipc.command({"seek", 45 + count % 3, "absolute", "exact"});
    const auto asked = wait_for_event(player, "seek");
    const auto done = wait_for_event(player, "seek_done");
    if (!asked || !done) throw std::runtime_error("no seek_done: " + player.text(test::Stream::Output));
    seek.freshet.push_back((*done)["t"].get<double>() - (*asked)["t"].get<double>());
    ipc.command({"quit"});
    const auto status = player.wait(patience);
    if (status) memory.freshet.push_back(mebibytes(status->peak_memory));
  }
}

void measure_minute(const std::filesystem::path& film, int runs, bool with_mpv, Row& cpu, Row& memory) {
  const auto measure = [](const test::Command& command, std::vector<double>& seconds,
                          std::vector<double>& peak) {
    const auto result = test::run(command, std::chrono::seconds(3 * film_seconds));
    if (result.status.code != 0) throw std::runtime_error(command.arguments[0] + ": " + result.errors);
    seconds.push_back(result.status.cpu_seconds);
    peak.push_back(mebibytes(result.status.peak_memory));
  };
  for (int count = 0; count < runs; ++count) {
    const Home home;
    measure(home.command({"--headless", "--no-terminal", film}), cpu.freshet, memory.freshet);
    if (!with_mpv) continue;
    auto mpv = home.command({});
    mpv.arguments = {"mpv", "--no-config", "--no-terminal", "--vo=null", "--ao=null", film};
    measure(mpv, cpu.mpv, memory.mpv);
  }
}

int run(const std::filesystem::path& folder, bool quick) {
  const bool with_mpv = test::run({.arguments = {"sh", "-c", "command -v mpv"}}, 10s).status.code == 0;
  const auto film = make_film(folder);
  std::vector<Row> rows{{"first frame from a magnet link, 4 seeds of 250 KiB/s", "s", {}, {}}};
  for (const auto& phase : phases) rows.push_back({phase.second, "s", {}, {}});
  const std::size_t next = rows.size();
  const std::vector<Row> others{{"exact seek to a place not yet here, the same swarm", "s", {}, {}},
                                {"peak memory while streaming that", "MiB", {}, {}},
                                {"CPU to play a minute of 1080p H.264 headless", "s", {}, {}},
                                {"peak memory for that", "MiB", {}, {}}};
  rows.insert(rows.end(), others.begin(), others.end());
  const int swarm_runs = quick ? 1 : 5, minute_runs = quick ? 1 : 3;
  fmt::print("Streaming: {} runs\n", swarm_runs);
  std::fflush(stdout);
  measure_swarm(film, swarm_runs, rows[0], std::span(rows).subspan(1, phases.size()), rows[next],
                rows[next + 1]);
  fmt::print("Playing a minute: {} runs{}\n", minute_runs,
             with_mpv ? ", each beside one of mpv" : " (mpv is not installed)");
  std::fflush(stdout);
  measure_minute(film, minute_runs, with_mpv, rows[next + 2], rows[next + 3]);
  print(rows);
  return 0;
}

}  // namespace
}  // namespace freshet::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("player_bench FOLDER [--quick]\n", stderr);
    return 1;
  }
  try {
    return freshet::bench::run(argv[1], argc > 2 && std::string_view(argv[2]) == "--quick");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "player_bench: %s\n", error.what());
    return 1;
  }
}
