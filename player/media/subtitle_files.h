// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The side-car files of one pipeline: each is read and parsed on a thread of its own and then handed to the
// SubtitleSink as a track. Events are kept and delivered again after each flush, as an embedded track's are.
// Functions: any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "player/media/pipeline.h"
#include "player/media/subtitle_file.h"

namespace freshet::media {

class SubtitleFiles {
 public:
  // Called on the reading thread: the parsed file's tracks (more than one of a VobSub pair), or why there are
  // none (a cancel is not reported).
  using Done = std::function<void(Result<std::vector<SubtitleFile>>)>;

  SubtitleFiles() = default;
  ~SubtitleFiles();  // cancels reads and joins
  SubtitleFiles(const SubtitleFiles&) = delete;
  SubtitleFiles& operator=(const SubtitleFiles&) = delete;

  // `track_id` is for the first track; further ones are the caller's to number.
  void read(SidecarSubtitle sidecar, int track_id, Done done);

 private:
  struct Reading {
    std::shared_ptr<ByteSource> source;
    std::jthread thread;
  };
  std::mutex mutex_;
  std::vector<Reading> readings_;
};

}  // namespace freshet::media
