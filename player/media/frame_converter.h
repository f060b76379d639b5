// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Turns pictures that the output cannot show into ones it can, by libswscale; all others pass as they are.
// One thread, the video decoder's.
#pragma once

#include <memory>

#include "player/media/ffmpeg_handles.h"
#include "player/media/pipeline.h"

struct SwsContext;

namespace freshet::media {

// What `format` must become for an output that shows `wanted`; `format` itself when nothing is to be done.
[[nodiscard]] AVPixelFormat shown_format(AVPixelFormat format, FrameFormats wanted);

class FrameConverter {
 public:
  explicit FrameConverter(FrameFormats wanted) : wanted_(wanted) {}
  // null: cannot be converted. Time stamps, colour and side data are kept.
  [[nodiscard]] AvFramePointer convert(AvFramePointer frame);

 private:
  struct ScalerCloser {
    void operator()(SwsContext* context) const noexcept;
  };
  FrameFormats wanted_;
  std::unique_ptr<SwsContext, ScalerCloser> scaler_;  // made for the last format and size, reused
};

}  // namespace freshet::media
