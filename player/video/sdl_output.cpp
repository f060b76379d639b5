// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/sdl_output.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "player/video/frame_check.h"
#include "player/video/software_colors.h"

namespace freshet::video {
namespace {

std::unexpected<Error> sdl_error(const char* what) {
  return output_error(std::string(what) + ": " + SDL_GetError());
}

const std::uint8_t* bytes(const std::byte* data) {
  return reinterpret_cast<const std::uint8_t*>(data);
}

bool is_single_byte_plane(const media::FramePlane& plane, int map) {
  return plane.component_count == 1 && plane.pixel_bytes == 1 && plane.components[0].map == map &&
         plane.components[0].depth == 8;
}

// The SDL texture format whose bytes are the frame's own; nullopt where there is none.
std::optional<std::uint32_t> matching_format(const media::VideoFrame& frame) {
  const auto& planes = frame.planes;
  const bool any_upwards = std::any_of(planes.begin(), planes.begin() + frame.plane_count,
                                       [](const media::FramePlane& plane) { return plane.stride < 0; });
  if (any_upwards) return std::nullopt;
  if (frame.color.model == media::ColorModel::Yuv && frame.chroma_shift_x == 1 && frame.chroma_shift_y == 1) {
    if (frame.plane_count == 3 && is_single_byte_plane(planes[0], 0) && is_single_byte_plane(planes[1], 1) &&
        is_single_byte_plane(planes[2], 2))
      return SDL_PIXELFORMAT_IYUV;
    if (frame.plane_count == 2 && is_single_byte_plane(planes[0], 0) && planes[1].component_count == 2 &&
        planes[1].pixel_bytes == 2 && planes[1].stride % 2 == 0) {
      const auto& chroma = planes[1].components;
      if (chroma[0].depth == 8 && chroma[1].depth == 8 && chroma[0].map == 1 && chroma[1].map == 2)
        return chroma[0].bit_offset == 0 ? SDL_PIXELFORMAT_NV12 : SDL_PIXELFORMAT_NV21;
    }
  }
  if (frame.color.model == media::ColorModel::Rgb && frame.plane_count == 1 && planes[0].pixel_bytes == 4 &&
      planes[0].stride % 4 == 0) {
    std::array<int, 3> offset{-1, -1, -1};  // of R, G, B
    for (int i = 0; i < planes[0].component_count; ++i) {
      const auto& component = planes[0].components[static_cast<std::size_t>(i)];
      if (component.depth == 8 && component.map >= 0 && component.map < 3)
        offset[static_cast<std::size_t>(component.map)] = component.bit_offset;
    }
    if (offset == std::array{16, 8, 0}) return SDL_PIXELFORMAT_BGRA32;
    if (offset == std::array{0, 8, 16}) return SDL_PIXELFORMAT_RGBA32;
    if (offset == std::array{8, 16, 24}) return SDL_PIXELFORMAT_ARGB32;
    if (offset == std::array{24, 16, 8}) return SDL_PIXELFORMAT_ABGR32;
  }
  return std::nullopt;
}

// SDL's conversion for the frame's matrix and range, where SDL has it.
std::optional<SDL_YUV_CONVERSION_MODE> conversion_mode(const media::VideoFrame& frame) {
  const double red = luma_weights(frame).red;
  const bool bt601 = std::abs(red - 0.299) < 0.002;
  const bool bt709 = std::abs(red - 0.2126) < 0.0001;
  if (frame.color.full_range) return bt601 ? std::optional(SDL_YUV_CONVERSION_JPEG) : std::nullopt;
  if (bt601) return SDL_YUV_CONVERSION_BT601;
  if (bt709) return SDL_YUV_CONVERSION_BT709;
  return std::nullopt;
}

SDL_BlendMode premultiplied_blend() {
  return SDL_ComposeCustomBlendMode(SDL_BLENDFACTOR_ONE, SDL_BLENDFACTOR_ONE_MINUS_SRC_ALPHA,
                                    SDL_BLENDOPERATION_ADD, SDL_BLENDFACTOR_ONE,
                                    SDL_BLENDFACTOR_ONE_MINUS_SRC_ALPHA, SDL_BLENDOPERATION_ADD);
}

std::vector<std::uint8_t> straight_alpha(const std::vector<std::uint8_t>& premultiplied) {
  std::vector<std::uint8_t> out = premultiplied;
  for (std::size_t i = 0; i + 3 < out.size(); i += 4) {
    const int alpha = out[i + 3];
    if (alpha == 0) continue;
    for (std::size_t c = 0; c < 3; ++c)
      out[i + c] = static_cast<std::uint8_t>(std::min((out[i + c] * 255 + alpha / 2) / alpha, 255));
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<VideoOutput>> SdlOutput::open(const WindowOptions& options) {
  auto video = SdlVideo::start();
  if (!video) return std::unexpected(std::move(video.error()));
  auto window = Window::open(std::move(*video), options, 0);
  if (!window) return std::unexpected(std::move(window.error()));
  Renderer renderer(
      SDL_CreateRenderer((*window)->handle(), -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC));
  if (!renderer) renderer.reset(SDL_CreateRenderer((*window)->handle(), -1, SDL_RENDERER_SOFTWARE));
  if (!renderer) return sdl_error("SDL cannot draw into the window");
  return std::unique_ptr<VideoOutput>(new SdlOutput(std::move(*window), std::move(renderer)));
}

SdlOutput::SdlOutput(std::unique_ptr<Window> window, Renderer renderer)
    : WindowOutput(std::move(window)), renderer_(std::move(renderer)) {}

Result<void> SdlOutput::show(const media::FramePointer& frame, std::span<const OverlayPointer> overlays) {
  if (frame && frame != shown_) {
    if (auto checked = check_frame(*frame); !checked) return checked;
    if (auto uploaded = upload(*frame); !uploaded) return uploaded;
  }
  shown_ = frame;
  if (auto prepared = prepare_overlays(overlays); !prepared) return prepared;
  if (auto drawn = draw(); !drawn) return drawn;
  SDL_RenderPresent(renderer_.get());
  return {};
}

Result<media::FramePointer> SdlOutput::capture() {
  if (auto drawn = draw(); !drawn) return std::unexpected(std::move(drawn.error()));
  const Surface size = surface();
  std::vector<std::byte> pixels(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) *
                                4);
  // What was drawn is read before it is presented: afterwards its memory is not defined.
  const int read =
      SDL_RenderReadPixels(renderer_.get(), nullptr, SDL_PIXELFORMAT_BGRA32, pixels.data(), size.width * 4);
  if (read != 0) return sdl_error("the window cannot be read");
  SDL_RenderPresent(renderer_.get());
  return make_bgra_frame(std::move(pixels), size.width, size.height);
}

Result<void> SdlOutput::draw() {
  SDL_SetRenderDrawColor(renderer_.get(), 0, 0, 0, SDL_ALPHA_OPAQUE);
  if (SDL_RenderClear(renderer_.get()) != 0) return sdl_error("the window cannot be drawn");
  if (shown_) {
    if (auto drawn = draw_picture(*shown_); !drawn) return drawn;
  }
  for (const auto& [overlay, texture] : overlays_) {
    const SDL_Rect place{overlay->x, overlay->y, overlay->width, overlay->height};
    if (SDL_RenderCopy(renderer_.get(), texture.get(), nullptr, &place) != 0)
      return sdl_error("an overlay cannot be drawn");
  }
  return {};
}

Result<void> SdlOutput::draw_picture(const media::VideoFrame& frame) {
  const Rectangle place = picture_rectangle(frame);
  // SDL turns the rectangle about its centre: for a quarter turn it is given lying down.
  const bool lying = frame.rotation == 90 || frame.rotation == 270;
  const float width = static_cast<float>(lying ? place.height : place.width);
  const float height = static_cast<float>(lying ? place.width : place.height);
  const SDL_FRect target{static_cast<float>(place.x) + (static_cast<float>(place.width) - width) / 2,
                         static_cast<float>(place.y) + (static_cast<float>(place.height) - height) / 2, width,
                         height};
  SDL_SetYUVConversionMode(picture_mode_);
  if (SDL_RenderCopyExF(renderer_.get(), picture_.get(), nullptr, &target, frame.rotation, nullptr,
                        SDL_FLIP_NONE) != 0)
    return sdl_error("the picture cannot be drawn");
  return {};
}

Result<void> SdlOutput::upload(const media::VideoFrame& frame) {
  std::optional<std::uint32_t> format = matching_format(frame);
  const bool yuv = frame.color.model != media::ColorModel::Rgb;
  const bool convert = !format || (yuv && !conversion_mode(frame));
  if (convert) {
    if (!is_convertible(frame))
      return output_error("--vo=sdl cannot show pictures of the format " + frame.format_name);
    convert_to_bgra(frame, converted_);
    format = SDL_PIXELFORMAT_BGRA32;
  }
  // Some renderers look at the mode when the texture is made, some at the upload, some while drawing.
  const SDL_YUV_CONVERSION_MODE mode = conversion_mode(frame).value_or(SDL_YUV_CONVERSION_AUTOMATIC);
  SDL_SetYUVConversionMode(mode);
  if (!picture_ || picture_format_ != *format || picture_mode_ != mode || picture_width_ != frame.width ||
      picture_height_ != frame.height) {
    picture_.reset(
        SDL_CreateTexture(renderer_.get(), *format, SDL_TEXTUREACCESS_STREAMING, frame.width, frame.height));
    if (!picture_) return sdl_error("no memory for the picture");
    SDL_SetTextureBlendMode(picture_.get(), SDL_BLENDMODE_NONE);
    SDL_SetTextureScaleMode(picture_.get(), SDL_ScaleModeLinear);
    picture_format_ = *format;
    picture_mode_ = mode;
    picture_width_ = frame.width;
    picture_height_ = frame.height;
  }
  const auto& planes = frame.planes;
  const auto pitch = [&planes](std::size_t plane) { return static_cast<int>(planes[plane].stride); };
  int updated = 0;
  if (convert) {
    updated = SDL_UpdateTexture(picture_.get(), nullptr, converted_.data(), frame.width * 4);
  } else if (*format == SDL_PIXELFORMAT_IYUV) {
    updated = SDL_UpdateYUVTexture(picture_.get(), nullptr, bytes(planes[0].data), pitch(0),
                                   bytes(planes[1].data), pitch(1), bytes(planes[2].data), pitch(2));
  } else if (*format == SDL_PIXELFORMAT_NV12 || *format == SDL_PIXELFORMAT_NV21) {
    updated = SDL_UpdateNVTexture(picture_.get(), nullptr, bytes(planes[0].data), pitch(0),
                                  bytes(planes[1].data), pitch(1));
  } else {
    updated = SDL_UpdateTexture(picture_.get(), nullptr, planes[0].data, pitch(0));
  }
  if (updated != 0) return sdl_error("the picture cannot be uploaded");
  return {};
}

Result<void> SdlOutput::prepare_overlays(std::span<const OverlayPointer> overlays) {
  std::vector<OverlayTexture> next;
  next.reserve(overlays.size());
  for (const OverlayPointer& overlay : overlays) {
    if (!is_drawable(overlay)) continue;
    const auto known = std::ranges::find(overlays_, overlay, &OverlayTexture::overlay);
    if (known != overlays_.end() && known->texture) {
      next.push_back({overlay, std::move(known->texture)});
      continue;
    }
    auto texture = make_overlay_texture(*overlay);
    if (!texture) return std::unexpected(std::move(texture.error()));
    next.push_back({overlay, std::move(*texture)});
  }
  overlays_ = std::move(next);
  return {};
}

Result<SdlOutput::Texture> SdlOutput::make_overlay_texture(const Overlay& overlay) {
  Texture texture(SDL_CreateTexture(renderer_.get(), SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC,
                                    overlay.bitmap_width, overlay.bitmap_height));
  if (!texture) return sdl_error("no memory for an overlay");
  SDL_SetTextureScaleMode(texture.get(), SDL_ScaleModeLinear);
  // SDL's software renderer blends only straight alpha.
  const bool premultiplied = SDL_SetTextureBlendMode(texture.get(), premultiplied_blend()) == 0;
  if (!premultiplied) SDL_SetTextureBlendMode(texture.get(), SDL_BLENDMODE_BLEND);
  const auto upload_pixels = [&](const std::vector<std::uint8_t>& pixels) {
    return SDL_UpdateTexture(texture.get(), nullptr, pixels.data(), overlay.bitmap_width * 4) == 0;
  };
  if (!(premultiplied ? upload_pixels(overlay.rgba) : upload_pixels(straight_alpha(overlay.rgba))))
    return sdl_error("an overlay cannot be uploaded");
  return texture;
}

}  // namespace freshet::video
