// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/player/media/clip_catalogue.h"

#include <stdexcept>

#include "tests/player/media/clips.h"

namespace freshet::media::test {
namespace {

using Words = std::vector<std::string>;

Words operator+(Words first, const Words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Words picture(const std::string& size = "160x120", const std::string& rate = "25",
              const std::string& seconds = "5") {
  return {"-f", "lavfi", "-i", "testsrc2=s=" + size + ":r=" + rate + ":d=" + seconds};
}
Words sound(const std::string& seconds = "5") {
  return {"-f", "lavfi", "-i", "sine=f=440:b=4:r=48000:d=" + seconds};
}
const Words x264 = {"-c:v", "libx264", "-preset",  "veryfast", "-g",       "30",
                    "-bf",  "2",       "-pix_fmt", "yuv420p",  "-threads", "1"};
const Words aac = {"-c:a", "aac", "-b:a", "64k"};

}  // namespace

const std::vector<CatalogueClip>& catalogue() {
  static const std::vector<CatalogueClip> clips = {
      {"Mp4IndexLast", picture() + sound() + x264 + aac, "mp4"},
      {"Mp4IndexFirst", picture() + sound() + x264 + aac + Words{"-movflags", "+faststart"}, "mp4"},
      {"Mp4Fragmented",
       picture() + sound() + x264 + aac + Words{"-movflags", "+frag_keyframe+empty_moov+default_base_moof"},
       "mp4"},
      {"Matroska", picture() + sound() + x264 + aac, "mkv"},
      {"MatroskaOpenGop",
       picture() + sound() + x264 + Words{"-x264-params", "open-gop=1:keyint=30:scenecut=0:bframes=3"} + aac,
       "mkv"},
      {"WebM",
       picture("160x120", "25", "4") + sound("4") +
           Words{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25", "-b:v", "100k",
                 "-c:a", "libopus"},
       "webm"},
      {"Avi",
       picture() + sound() +
           Words{"-c:v", "mpeg4", "-g", "25", "-bf", "2", "-q:v", "6", "-c:a", "libmp3lame"},
       "avi"},
      {"TransportStream", picture() + sound() + x264 + aac, "ts"},
      {"TransportStreamMpeg2",
       picture() + sound() + Words{"-c:v", "mpeg2video", "-g", "15", "-bf", "2", "-c:a", "mp2"}, "ts"},
      {"StartsLate", picture() + sound() + x264 + aac + Words{"-output_ts_offset", "37.5"}, "mkv"},
      // The muxer takes a rotation only from a stream that it copies.
      {"Rotated",
       {"-i", make_clip(picture("176x144", "25", "3") + sound("3") + x264 + aac, "mp4").string(), "-c",
        "copy", "-metadata:s:v:0", "rotate=90"},
       "mp4"},
      {"Anamorphic", picture("176x144", "25", "3") + sound("3") + Words{"-vf", "setsar=16/11"} + x264 + aac,
       "mkv"},
      {"Hevc10Bit",
       picture("160x120", "25", "3") + sound("3") +
           Words{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25",
                 "-pix_fmt", "yuv420p10le"} +
           aac,
       "mkv"},
      {"Av1TenBit",
       picture("160x120", "25", "2") + sound("2") +
           Words{"-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "25", "-b:v", "100k",
                 "-pix_fmt", "yuv420p10le"} +
           aac,
       "mp4"},
      {"OddSize",
       picture("161x121", "25", "3") + sound("3") + Words{"-c:v", "ffv1", "-pix_fmt", "yuv420p", "-g", "1"} +
           aac,
       "mkv"},
      {"VariableRate",
       picture("160x120", "50", "5") + sound() +
           Words{"-vf", "select='not(mod(n\\,7))+not(mod(n\\,5))+lt(n\\,20)'", "-fps_mode", "vfr"} + x264 +
           aac,
       "mkv"},
      {"VariableRateMp4",
       picture("160x120", "50", "5") + sound() +
           Words{"-vf", "select='not(mod(n\\,7))+not(mod(n\\,5))+lt(n\\,20)'", "-fps_mode", "vfr"} + x264 +
           aac,
       "mp4"},
      {"Palette", picture("96x64", "10", "2") + Words{"-c:v", "gif"}, "gif", true, false},
      {"Rgb", picture("96x64", "25", "2") + Words{"-c:v", "png", "-pix_fmt", "rgb24"}, "mkv", true, false},
      {"PictureOnly", picture() + x264, "mp4", true, false},
      {"RawH264", picture("160x120", "25", "3") + x264, "h264", true, false},
      {"SoundOnlyMp3", sound() + Words{"-c:a", "libmp3lame"}, "mp3", false, true},
      {"SoundOnlyFlac", sound("3") + Words{"-c:a", "flac"}, "flac", false, true},
      {"SoundOnlyOpus", sound("3") + Words{"-c:a", "libopus"}, "ogg", false, true},
      {"SoundOnlyWav", sound("2") + Words{"-c:a", "pcm_s24le"}, "wav", false, true},
  };
  return clips;
}

std::filesystem::path clip_named(const std::string& name) {
  for (const CatalogueClip& clip : catalogue()) {
    if (clip.name == name) return make_clip(clip.arguments, clip.extension);
  }
  throw std::runtime_error("no clip " + name);
}

}  // namespace freshet::media::test
