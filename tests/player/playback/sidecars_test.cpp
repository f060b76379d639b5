// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/sidecars.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace freshet::playback {
namespace {

// A folder of files that hold their own names.
class SubtitleFolder : public testing::Test {
 protected:
  SubtitleFolder() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "Subs");
  }
  ~SubtitleFolder() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name) {
    std::ofstream(folder_ / name) << name;
    return (folder_ / name).string();
  }
  static std::string content(ByteSource* source) {
    if (source == nullptr) return "none";
    std::string text(100, ' ');
    const auto got = source->read(ByteOffset{0}, std::as_writable_bytes(std::span(text)), Generation{1});
    return got ? text.substr(0, *got) : "error";
  }
  // "Film.idx with Film.sub"
  static std::string described(const std::string& path) {
    const auto opened = open_subtitle_file(path, "");
    if (!opened) return opened.error().code;
    return content(opened->bytes.get()) + " with " + content(opened->pictures.get());
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      (std::string("freshet-") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

// Found to be none once: their sizes were not looked at, and empty files are left out.
TEST_F(SubtitleFolder, HoldsWhatIsNamedAfterTheFilm) {
  const std::string film = file("Film.mkv");
  file("Film.en.srt");
  file("Subs/Film.idx");
  file("Subs/Film.sub");
  file("Other.srt");
  std::vector<std::string> found;
  for (const SidecarFile& sidecar : local_sidecars(film)) {
    found.push_back(content(sidecar.open()->get()) + " with " +
                    (sidecar.open_pictures ? content(sidecar.open_pictures()->get()) : "none"));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"Film.en.srt with none", "Subs/Film.idx with Subs/Film.sub"}));
}

TEST_F(SubtitleFolder, EitherHalfOfAVobSubPairOpensBoth) {
  const std::string index = file("Film.idx");
  EXPECT_EQ(described(index), "Film.idx with none");
  const std::string pictures = file("Film.SUB");
  EXPECT_EQ(described(index), "Film.idx with Film.SUB");
  EXPECT_EQ(described(pictures), "Film.idx with Film.SUB");
}

TEST_F(SubtitleFolder, SubWithoutAnIndexStandsAlone) {
  EXPECT_EQ(described(file("Film.sub")), "Film.sub with none");
  EXPECT_EQ(described((folder_ / "missing.idx").string()), "no-such-file");
}

TEST(SidecarLanguage, IsTheWordAfterTheFilmsName) {
  EXPECT_EQ(sidecar_language("Film.mkv", "Film.en.srt"), "en");
  EXPECT_EQ(sidecar_language("Film.mkv", "Film.GER.srt"), "ger");
  EXPECT_EQ(sidecar_language("Film.2020.mkv", "Film.2020.fr.ass"), "fr");
  EXPECT_EQ(sidecar_language("Film.mkv", "Film.forced.en.srt"), "en");
}

TEST(SidecarLanguage, IsEmptyWhenThereIsNone) {
  EXPECT_EQ(sidecar_language("Film.mkv", "Film.srt"), "");
  EXPECT_EQ(sidecar_language("Film.mkv", "Film.forced.srt"), "");
  EXPECT_EQ(sidecar_language("Film.mkv", "Film.2.srt"), "");
}

}  // namespace
}  // namespace freshet::playback
