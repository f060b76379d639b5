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

#include "player/media/subtitle_file.h"

namespace freshet::media {

class SubtitleFiles {
 public:
  // Called on the reading thread: the parsed file, or why there is none (a cancel is not reported).
  using Done = std::function<void(Result<SubtitleFile>)>;

  SubtitleFiles() = default;
  ~SubtitleFiles();  // cancels reads and joins
  SubtitleFiles(const SubtitleFiles&) = delete;
  SubtitleFiles& operator=(const SubtitleFiles&) = delete;

  void read(std::shared_ptr<ByteSource> source, std::string name, int track_id, Done done);

 private:
  struct Reading {
    std::shared_ptr<ByteSource> source;
    std::jthread thread;
  };
  std::mutex mutex_;
  std::vector<Reading> readings_;
};

}  // namespace freshet::media
