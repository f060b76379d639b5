// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/keys/sample_unlocker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drm/keys/key_text.h"
#include "tests/drm/container/memory_source.h"
#include "tests/drm/vectors.h"

namespace freshet::drm {
namespace {

using container::MemorySource;

constexpr const char* video_key = "30313233343536373839303132333435:ebdd62f16814d27b68ef122afce4ae3c";
constexpr const char* audio_key = "31313233343536373839303132333435:abdd62f16814d27b68ef122afce4ae3c";

std::shared_ptr<KeyRing> ring(const std::vector<const char*>& keys) {
  auto all = std::make_shared<KeyRing>();
  for (const char* text : keys) {
    const auto key = parse_key(text);
    EXPECT_TRUE(key);
    all->add(key->id, key->key);
  }
  return all;
}

class Film {
 public:
  explicit Film(const std::string& name)
      : bytes(test::read_vector(name)),
        view(std::make_shared<ProtectedView>(std::make_shared<MemorySource>(bytes))) {
    std::vector<std::byte> buffer(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
      const auto got = view->read(ByteOffset{static_cast<std::int64_t>(at)}, buffer, Generation{1});
      if (!got || *got == 0) break;
      at += *got;
    }
  }
  // The sample that begins there, as long as the file says.
  std::vector<std::uint8_t> sample(std::int64_t offset) const {
    const auto at = bytes.begin() + offset;
    return {at, at + view->find(offset)->size};
  }
  std::int64_t first_sample() const {
    for (std::int64_t at = 0; at < std::ssize(bytes); ++at)
      if (view->find(at)) return at;
    return -1;
  }

  std::string bytes;
  std::shared_ptr<ProtectedView> view;
};

TEST(SampleUnlocker, DecryptsInPlace) {
  const Film film("cenc-lead0-v.mp4");
  SampleUnlocker unlocker(film.view, ring({video_key}));
  const auto at = film.first_sample();
  const auto before = film.sample(at);
  auto sample = before;
  ASSERT_TRUE(unlocker.unlock(at, sample));
  EXPECT_NE(sample, before);
  auto again = before;
  ASSERT_TRUE(unlocker.unlock(at, again));
  EXPECT_EQ(again, sample) << "a sample does not depend on those before";
}

TEST(SampleUnlocker, LeavesTheClearLeadAlone) {
  const Film film("cbcs-lead4-v.mp4");
  SampleUnlocker unlocker(film.view, ring({}));
  const auto at = film.first_sample();
  auto sample = film.sample(at);
  EXPECT_TRUE(unlocker.unlock(at, sample));
  EXPECT_EQ(sample, film.sample(at));
}

TEST(SampleUnlocker, NamesTheKeyThatIsMissing) {
  const Film film("av-cenc.mp4");
  SampleUnlocker unlocker(film.view, ring({audio_key}));
  const auto at = film.first_sample();
  auto sample = film.sample(at);
  const auto refused = unlocker.unlock(at, sample);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().category, ErrorCategory::Protection);
  EXPECT_EQ(refused.error().code, "key-missing");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("30313233343536373839303132333435"));
}

TEST(SampleUnlocker, RefusesWhatTheFileDoesNotKnow) {
  const Film film("cenc-lead0-v.mp4");
  SampleUnlocker unlocker(film.view, ring({video_key}));
  const auto at = film.first_sample();
  auto sample = film.sample(at);
  EXPECT_EQ(unlocker.unlock(at + 1, sample).error().code, "bad-protection") << "no sample begins there";
  sample.pop_back();
  EXPECT_EQ(unlocker.unlock(at, sample).error().code, "bad-protection") << "a byte is missing";
}

}  // namespace
}  // namespace freshet::drm
