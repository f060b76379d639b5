// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/player/media/test_player.h"

#include <utility>

namespace freshet::media::test {

TestPlayer::TestPlayer(std::shared_ptr<ByteSource> source, const PipelineOptions& options, std::string name) {
  set_library_messages(LibraryMessages::Silent);
  pipeline = Pipeline::open(std::move(source), std::move(name), options, *this, &audio, subtitles,
                            options.digests ? &digests : nullptr);
}

TestPlayer::TestPlayer(const std::filesystem::path& clip, const PipelineOptions& options)
    : TestPlayer(source_of(clip), options, clip.filename().string()) {}

TestPlayer::~TestPlayer() {
  pipeline.reset();
}

bool TestPlayer::wait_open() {
  wait_for([&] { return info().has_value() || error().has_value(); });
  return info().has_value() && !error().has_value();
}

FramePointer TestPlayer::next_frame() {
  FramePointer frame;
  wait_for([&] {
    frame = pipeline->peek_frame();
    return frame != nullptr || pipeline->video_finished() || error().has_value();
  });
  if (frame) pipeline->pop_frame();
  return frame;
}

std::vector<FramePointer> TestPlayer::all_frames() {
  std::vector<FramePointer> frames;
  while (FramePointer frame = next_frame()) frames.push_back(std::move(frame));
  return frames;
}

bool TestPlayer::wait_sound_finished() {
  return wait_for([&] { return pipeline->audio_finished() || error().has_value(); });
}

bool TestPlayer::wait_subtitle_events(std::size_t count) {
  return wait_for([&] { return subtitles.events().size() >= count; });
}

bool TestPlayer::wait_tracks(std::size_t count) {
  return wait_for([&] { return pipeline->tracks().size() >= count; });
}

std::optional<MediaInfo> TestPlayer::info() {
  const std::lock_guard lock(mutex_);
  return info_;
}
std::optional<MediaTime> TestPlayer::learnt_duration() {
  const std::lock_guard lock(mutex_);
  return learnt_duration_;
}
std::optional<Error> TestPlayer::error() {
  const std::lock_guard lock(mutex_);
  return error_;
}
std::vector<std::string> TestPlayer::warnings() {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

void TestPlayer::changed() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  changed_.notify_all();
}

void TestPlayer::on_opened(const MediaInfo& info) {
  {
    const std::lock_guard lock(mutex_);
    info_ = info;
  }
  changed();
}
void TestPlayer::on_failed(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    error_ = error;
  }
  changed();
}
void TestPlayer::on_warning(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    warnings_.push_back(message);
  }
  changed();
}
void TestPlayer::on_duration_learned(MediaTime duration) {
  {
    const std::lock_guard lock(mutex_);
    learnt_duration_ = duration;
  }
  changed();
}
void TestPlayer::on_tracks_changed(const std::vector<Track>& tracks) {
  static_cast<void>(tracks);
  changed();
}

std::string hex(const std::array<std::uint8_t, 16>& md5) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : md5) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::shared_ptr<ScriptedSource> source_of(const std::filesystem::path& clip) {
  return std::make_shared<ScriptedSource>(read_file(clip));
}

}  // namespace freshet::media::test
