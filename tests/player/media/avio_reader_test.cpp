// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/avio_reader.h"

#include <gtest/gtest.h>
#include <thread>

#include "tests/player/media/scripted_source.h"

namespace freshet::media {
namespace {

std::string numbers(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
  return text;
}

std::string read(AvioReader& reader, std::int64_t place, int size) {
  if (avio_seek(reader.context(), place, SEEK_SET) != place) return "no seek";
  std::string text(static_cast<std::size_t>(size), '\0');
  const int got = avio_read(reader.context(), reinterpret_cast<unsigned char*>(text.data()), size);
  text.resize(static_cast<std::size_t>(std::max(got, 0)));
  return text;
}

// FFmpeg keeps what it read last and goes back inside it without a read; a source that fails may have written
// over it.
TEST(AvioReader, ReadsAgainWhatAFailedReadMayHaveOverwritten) {
  const auto text = numbers(200'000);
  const auto source = std::make_shared<test::ScriptedSource>(text);
  AvioReader reader(source, {});
  reader.begin(Generation{1});
  EXPECT_EQ(read(reader, 1000, 31'000), text.substr(1000, 31'000));
  source->fail_from(0);
  EXPECT_NE(read(reader, 32'000, 3000), text.substr(32'000, 3000)) << "it goes beyond what is kept";
  EXPECT_TRUE(reader.failure());
  source->fail_from(static_cast<std::int64_t>(text.size()));
  reader.begin(Generation{2});
  EXPECT_EQ(read(reader, 2000, 500), text.substr(2000, 500));
  EXPECT_EQ(read(reader, 90'000, 500), text.substr(90'000, 500));
}

TEST(AvioReader, GoesOnAfterACancel) {
  const auto text = numbers(200'000);
  const auto source = std::make_shared<test::ScriptedSource>(text);
  AvioReader reader(source, {});
  reader.begin(Generation{1});
  source->block_from(40'000);
  std::jthread canceller([&] {
    source->wait_until_blocked();
    source->cancel_before(Generation{2});
  });
  EXPECT_LT(read(reader, 10'000, 60'000).size(), 60'000U);
  source->unblock();
  reader.begin(Generation{2});
  EXPECT_EQ(read(reader, 20'000, 70'000), text.substr(20'000, 70'000));
}

}  // namespace
}  // namespace freshet::media
