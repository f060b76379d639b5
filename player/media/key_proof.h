// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Whether what a key has unlocked can be decoded. Common Encryption does not say whether a key is the right
// one: with a wrong one the decoder gets noise, and a decoder that forgives would show some of it. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace freshet::media {

class KeyProof {
 public:
  // A packet goes to the decoder. `key_frame`: its pts, if it is one and has one.
  void sent(std::optional<std::int64_t> key_frame) {
    ++packets_;
    if (!key_frame) return;
    ++key_frames_;
    groups_.push_back({*key_frame});
    if (groups_.size() > most_groups) groups_.pop_front();
  }

  // A picture comes out, in the order of presentation. Whether it may be shown: it is whole, and so is the
  // key frame that it builds on. Noise may happen to make sense as a picture that changes little; as a key
  // frame it never does.
  [[nodiscard]] bool came_out(std::int64_t pts, bool is_damaged) {
    Group* group = nullptr;
    for (Group& one : groups_)
      if (one.key_frame <= pts && (group == nullptr || one.key_frame >= group->key_frame)) group = &one;
    if (group != nullptr && group->key_frame == pts) group->is_whole = !is_damaged;
    const bool is_shown = !is_damaged && (group == nullptr || group->is_whole);
    if (is_shown) whole();
    return is_shown;
  }
  // Something came out that the decoder has nothing to say against.
  void whole() { packets_ = key_frames_ = 0; }

  // Nothing whole came out for so long that it is not damage: decoders hold back at most some dozen packets,
  // and damage ends with the next key frame.
  [[nodiscard]] bool is_refuted() const { return packets_ >= most_packets && key_frames_ >= 2; }

 private:
  struct Group {
    std::int64_t key_frame = 0;
    bool is_whole = false;  // its key frame came out, and whole
  };
  static constexpr int most_packets = 64;
  // In films of key frames alone a decoder holds back some dozen.
  static constexpr std::size_t most_groups = 128;

  int packets_ = 0;
  int key_frames_ = 0;
  std::deque<Group> groups_;
};

}  // namespace freshet::media
