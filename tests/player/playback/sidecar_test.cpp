// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "player/playback/source_opener.h"

namespace freshet::playback {
namespace {

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
