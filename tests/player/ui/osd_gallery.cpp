// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Writes every state of the on-screen display, over a bright and a dark picture, at three sizes, as PPM files
// for people to look at: osd_gallery FOLDER
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "player/ui/osd.h"

namespace {

using namespace std::chrono_literals;
using freshet::MonotonicTime;
using freshet::ui::Osd;

struct Picture {
  int width, height;
  std::vector<std::uint8_t> rgb;
};

Picture background(int width, int height, bool bright) {
  Picture picture{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = static_cast<double>(x) / width;
      const double v = static_cast<double>(y) / height;
      const double ripple = 0.5 + 0.5 * std::sin(40 * u + 9 * std::sin(14 * v)) * std::cos(33 * v - 8 * u);
      const double value = bright ? 215 + 40 * ripple : 8 + 40 * ripple;
      picture.rgb.push_back(static_cast<std::uint8_t>(value));
      picture.rgb.push_back(static_cast<std::uint8_t>(value * (bright ? 0.98 : 1.1)));
      picture.rgb.push_back(static_cast<std::uint8_t>(value * (bright ? 0.94 : 1.3)));
    }
  }
  return picture;
}

void lay_over(Picture& picture, const freshet::video::Overlay& overlay) {
  for (int y = 0; y < overlay.height; ++y) {
    for (int x = 0; x < overlay.width; ++x) {
      const int px = overlay.x + x;
      const int py = overlay.y + y;
      if (px < 0 || py < 0 || px >= picture.width || py >= picture.height) continue;
      const int sx = x * overlay.bitmap_width / overlay.width;
      const int sy = y * overlay.bitmap_height / overlay.height;
      const std::uint8_t* from =
          overlay.rgba.data() + (std::size_t(sy) * std::size_t(overlay.bitmap_width) + std::size_t(sx)) * 4;
      std::uint8_t* to =
          picture.rgb.data() + (std::size_t(py) * std::size_t(picture.width) + std::size_t(px)) * 3;
      for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(from[c] + to[c] * (255 - from[3]) / 255);
    }
  }
}

struct State {
  const char* name;
  std::function<void(Osd&, MonotonicTime)> set;
};

const std::vector<State>& states() {
  static const std::vector<State> all = {
      {"message", [](Osd& osd, MonotonicTime now) { osd.show_message("Subtitles: English (SDH)", 1s, now); }},
      {"message_long",
       [](Osd& osd, MonotonicTime now) {
         osd.show_message(
             "Playing: {\\b1}Big.Buck.Bunny.2008.REMASTERED.2160p.WEB-DL.DDP5.1.Atmos.HDR10.H.265-"
             "SOMEGROUP/Big.Buck.Bunny.2008.REMASTERED.2160p.mkv\nAudio: 日本語 5.1, العربية stereo\n"
             "Speed: 1.10",
             1s, now);
       }},
      {"seek",
       [](Osd& osd, MonotonicTime now) {
         osd.show_bar(
             {.position = 754s, .duration = 5640s, .buffered = {{0.0, 0.21}, {0.35, 0.38}, {0.97, 1.0}}}, 1s,
             now);
       }},
      {"seek_short",
       [](Osd& osd, MonotonicTime now) {
         osd.show_message("Chapter 3: The river", 1s, now);
         osd.show_bar({.position = 123s, .duration = 596s, .buffered = {{0.0, 0.6}}}, 1s, now);
       }},
      {"volume", [](Osd& osd, MonotonicTime now) { osd.show_gauge("Volume", 80, 130, 1s, now); }},
      {"wait_peers",
       [](Osd& osd, MonotonicTime) {
         osd.set_wait(freshet::ui::OsdWait{"Finding peers", "2 trackers asked · 14 DHT nodes", std::nullopt});
       }},
      {"wait_buffering",
       [](Osd& osd, MonotonicTime now) {
         osd.set_wait(freshet::ui::OsdWait{"Buffering", "3 peers · 1.2 MiB/s · about 4 s", 0.42});
         osd.show_bar({.position = 754s, .duration = 5640s, .buffered = {{0.0, 0.134}}}, 1s, now);
       }},
      {"stats",
       [](Osd& osd, MonotonicTime) {
         osd.set_stats(freshet::ui::OsdStats{
             {{"File", "Big.Buck.Bunny.2008.REMASTERED.2160p.mkv"},
              {"", "matroska · 1.42 GiB · 0:12:34 of 1:34:00"},
              {"Video", "hevc 3840×2160 · 23.976 fps · 3 dropped"},
              {"Audio", "eac3 · 5.1(side) · 48 kHz"},
              {"Buffer", "18.2 s ahead · 5.2 MiB"},
              {"Swarm", "12 peers · 9 seeds · 2.1 MiB/s of 2.5 MiB/s · up 120 KiB/s"},
              {"Data", "310.2 MiB useful · 1.2 MiB redundant · 0 KiB failed"},
              {"Pieces", "312 of 1454 verified · 4 in flight · 0 repaired"},
              {"Blocks", "19968 received · 61 under way · 3 late · 14 cancelled"}},
             {{"Peer", "Client", "State", "Rate", "Round trip", "Queue", "Blocks"},
              {"192.0.2.14:6881", "qBittorrent/4.5.2", "sending", "812 KiB/s", "31 ms", "12/14", "8012"},
              {"[2001:db8:85a3::8a2e:370:7334]:51413", "Transmission 3.00", "sending", "640 KiB/s", "54 ms",
               "9/11", "6110"},
              {"198.51.100.7:6889", "µTorrent 3.5.5 (build 46148) of a person who writes a lot", "slow",
               "20 KiB/s", "210 ms", "3/3", "120"},
              {"203.0.113.99:6881", "libtorrent 2.0.8", "choked", "0 KiB/s", "–", "0/3", "0"}}});
       }},
      {"error",
       [](Osd& osd, MonotonicTime) {
         osd.set_card("This torrent has no video",
                      {"ubuntu-22.04.4-desktop-amd64.iso is the only file inside.",
                       "Use --list to see what a torrent holds, and --file=INDEX to choose."});
       }},
      {"idle",
       [](Osd& osd, MonotonicTime) {
         osd.set_card("Freshet",
                      {"Drop a magnet link, a .torrent or a video here, or paste one with Ctrl+V."});
       }},
  };
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: osd_gallery FOLDER\n");
    return 1;
  }
  constexpr std::array<std::pair<int, int>, 3> sizes{{{640, 360}, {1280, 720}, {3840, 2160}}};
  for (const auto& [width, height] : sizes) {
    for (const bool bright : {true, false}) {
      const Picture plain = background(width, height, bright);
      for (const State& state : states()) {
        const auto osd = freshet::ui::make_osd();
        const MonotonicTime now{};
        state.set(*osd, now);
        Picture picture = plain;
        for (const auto& overlay : osd->render(width, height, width > 2000 ? 2 : 1, now))
          lay_over(picture, *overlay);
        const std::string path = std::string(argv[1]) + "/" + state.name + "_" + std::to_string(height) +
                                 (bright ? "_bright" : "_dark") + ".ppm";
        std::FILE* file = std::fopen(path.c_str(), "wb");
        if (file == nullptr) return 1;
        std::fprintf(file, "P6 %d %d 255\n", width, height);
        std::fwrite(picture.rgb.data(), 1, picture.rgb.size(), file);
        if (std::fclose(file) != 0) return 1;
      }
    }
  }
  return 0;
}
