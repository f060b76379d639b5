// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/gpu_output.h"
#include "player/video/null_output.h"
#include "player/video/sdl_output.h"

namespace freshet::video {

Result<std::unique_ptr<VideoOutput>> open_video_output(OutputKind kind, const WindowOptions& options) {
  switch (kind) {
    case OutputKind::Gpu: return GpuOutput::open(options);
    case OutputKind::Sdl: return SdlOutput::open(options);
    case OutputKind::Null: break;
  }
  return std::make_unique<NullOutput>();
}

}  // namespace freshet::video
