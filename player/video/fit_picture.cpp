// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "player/video/picture_shape.h"
#include "player/video/video_output.h"

namespace freshet::video {

PictureShape upright_shape(const media::VideoFrame& frame) {
  double width = std::max(frame.width, 1);
  const double height = std::max(frame.height, 1);
  const auto& aspect = frame.sample_aspect;
  // Containers carry 0/1 and nonsense for "unknown"; beyond 1:16 a pixel shape is damage, not intent.
  constexpr double most_extreme = 16;
  if (aspect.numerator > 0 && aspect.denominator > 0) {
    const double ratio = static_cast<double>(aspect.numerator) / aspect.denominator;
    if (ratio <= most_extreme && ratio >= 1 / most_extreme) width *= ratio;
  }
  const bool lying = frame.rotation == 90 || frame.rotation == 270;
  return lying ? PictureShape{height, width} : PictureShape{width, height};
}

Rectangle fit_picture(const media::VideoFrame& frame, int width, int height) {
  if (width <= 0 || height <= 0) return {};
  const PictureShape shape = upright_shape(frame);
  const double scale = std::min(width / shape.width, height / shape.height);
  const int fitted_width = std::clamp(static_cast<int>(std::lround(shape.width * scale)), 1, width);
  const int fitted_height = std::clamp(static_cast<int>(std::lround(shape.height * scale)), 1, height);
  return {(width - fitted_width) / 2, (height - fitted_height) / 2, fitted_width, fitted_height};
}

}  // namespace freshet::video
