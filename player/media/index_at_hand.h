// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A container's own index (Matroska's cues, MP4's segment index), read as soon as its bytes have come and
// without ever waiting for them: FFmpeg reads the cues at the first seek only, and keeps the segment index to
// itself. Demux thread.
#pragma once

#include <vector>

#include "player/media/layout/index_points.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

class IndexAtHand {
 public:
  explicit IndexAtHand(FileLayout layout) : layout_(std::move(layout)) {}

  // Looks whether it can be read now. True: points() are new. Costs nothing where there is nothing to come.
  bool look(ByteSource& source, Generation generation);
  [[nodiscard]] const std::vector<IndexPoint>& points() const { return points_; }
  [[nodiscard]] const FileLayout& layout() const { return layout_; }

 private:
  [[nodiscard]] bool look_for_cues(ByteSource& source, Generation generation);
  [[nodiscard]] bool look_for_segments(ByteSource& source, Generation generation);

  FileLayout layout_;
  std::vector<IndexPoint> points_;
  bool over_ = false;  // read, or there is none
};

}  // namespace freshet::media
