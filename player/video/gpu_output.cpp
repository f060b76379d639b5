// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/gpu_output.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "player/video/frame_check.h"

namespace freshet::video {
namespace {

// The few calls that libplacebo has no function for, with their numbers from the OpenGL registry.
using GetString = const unsigned char* (*)(unsigned name);
using ReadPixels = void (*)(int x, int y, int width, int height, unsigned format, unsigned type, void* data);
using PixelStore = void (*)(unsigned name, int value);
using BindFramebuffer = void (*)(unsigned target, unsigned framebuffer);
constexpr unsigned gl_renderer = 0x1F01;
constexpr unsigned gl_rgba = 0x1908;
constexpr unsigned gl_unsigned_byte = 0x1401;
constexpr unsigned gl_pack_alignment = 0x0D05;
constexpr unsigned gl_framebuffer = 0x8D40;

template <class Function>
Function gl_function(const char* name) {
  return reinterpret_cast<Function>(SDL_GL_GetProcAddress(name));
}

struct ContextKind {
  int profile;
  int major;
  int minor;
};
// A core context of 3.3 is answered with the newest the driver has. Embedded boards have only ES; very old
// cards only the first kind of OpenGL, with which libplacebo does what it can.
constexpr std::array context_kinds = std::to_array<ContextKind>({
    {SDL_GL_CONTEXT_PROFILE_CORE, 3, 3},
    {SDL_GL_CONTEXT_PROFILE_ES, 3, 0},
    {0, 2, 1},
});

bool is_software(std::string_view renderer) {
  constexpr std::array names = {"llvmpipe", "softpipe", "swrast", "SWR", "Software Rasterizer"};
  return std::ranges::any_of(names, [&](std::string_view name) { return renderer.contains(name); });
}

pl_render_params render_params(Quality quality) {
  if (quality == Quality::Fast) return pl_render_fast_params;
  pl_render_params params = pl_render_default_params;
  // Looks at HDR pictures only. A frame late is not seen and saves a pass.
  params.peak_detect_params = &pl_peak_detect_default_params;
  params.allow_delayed_peak_detect = true;
  return params;
}

void swap_buffers(void* window) {
  SDL_GL_SwapWindow(static_cast<SDL_Window*>(window));
}

}  // namespace

Result<std::unique_ptr<VideoOutput>> GpuOutput::open(const WindowOptions& options) {
  auto video = SdlVideo::start();
  if (!video) return std::unexpected(std::move(video.error()));
  SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
  SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
  auto window = Window::open(std::move(*video), options, SDL_WINDOW_OPENGL);
  if (!window) return std::unexpected(std::move(window.error()));
  SDL_Window* handle = (*window)->handle();

  GlContext context;
  for (const ContextKind& kind : context_kinds) {
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, kind.profile);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, kind.major);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, kind.minor);
    context = GlContext(SDL_GL_CreateContext(handle));
    if (context) break;
  }
  if (!context) return output_error(std::string("no OpenGL: ") + SDL_GetError());
  SDL_GL_SetSwapInterval(1);

  auto complaint = std::make_unique<Complaint>();
  pl_log_params log_params{};
  log_params.log_level = PL_LOG_ERR;
  log_params.log_priv = complaint.get();
  log_params.log_cb = [](void* to, pl_log_level, const char* message) {
    static_cast<Complaint*>(to)->text = message;
  };
  Log log(pl_log_create(PL_API_VER, &log_params));

  pl_opengl_params gl_params{};
  gl_params.allow_software = true;
  OpenGl opengl(pl_opengl_create(log.get(), &gl_params));
  if (!opengl) return output_error("OpenGL is too old: " + complaint->text);
  pl_opengl_swapchain_params swapchain_params{};
  swapchain_params.swap_buffers = swap_buffers;
  swapchain_params.priv = handle;
  Swapchain swapchain(pl_opengl_create_swapchain(opengl.get(), &swapchain_params));
  if (!swapchain) return output_error("the window cannot be drawn: " + complaint->text);
  const pl_gpu gpu = opengl.get()->gpu;
  RendererHandle renderer(pl_renderer_create(log.get(), gpu));
  if (!renderer) return output_error("nothing can be drawn: " + complaint->text);
  auto overlays = OverlayTextures::make(gpu);
  if (!overlays) return std::unexpected(std::move(overlays.error()));

  std::string_view name;
  if (const auto get_string = gl_function<GetString>("glGetString"))
    if (const unsigned char* text = get_string(gl_renderer)) name = reinterpret_cast<const char*>(text);
  Quality quality = options.quality;
  if (quality == Quality::Auto) quality = is_software(name) ? Quality::Fast : Quality::Good;
  return std::unique_ptr<VideoOutput>(new GpuOutput(
      {std::move(*window), std::move(context), std::move(complaint), std::move(log), std::move(opengl),
       std::move(swapchain), std::move(renderer), std::move(*overlays), quality}));
}

GpuOutput::GpuOutput(Parts parts)
    : WindowOutput(std::move(parts.window)),
      context_(std::move(parts.context)),
      complaint_(std::move(parts.complaint)),
      log_(std::move(parts.log)),
      opengl_(std::move(parts.opengl)),
      swapchain_(std::move(parts.swapchain)),
      renderer_(std::move(parts.renderer)),
      overlays_(std::move(parts.overlays)),
      uploader_(opengl_.get()->gpu),
      params_(render_params(parts.quality)),
      quality_(parts.quality) {}

media::FrameFormats GpuOutput::formats() const {
  // OpenGL ES has no 16-bit textures: the decoder's thread converts.
  const bool deep =
      pl_find_fmt(opengl_.get()->gpu, PL_FMT_UNORM, 1, 16, 16, PL_FMT_CAP_SAMPLEABLE) != nullptr;
  return deep ? media::FrameFormats::Planar : media::FrameFormats::Basic;
}

Result<void> GpuOutput::show(const media::FramePointer& frame, std::span<const OverlayPointer> overlays) {
  if (frame && frame != shown_) {
    if (auto checked = check_frame(*frame); !checked) return checked;
    shown_.reset();
    if (auto uploaded = uploader_.upload(*frame, picture_); !uploaded) return uploaded;
  }
  shown_ = frame;
  if (auto set = overlays_.set(overlays); !set) return set;
  auto drawn = draw();
  if (!drawn) return std::unexpected(std::move(drawn.error()));
  if (*drawn == Drawn::WindowHidden) return {};
  if (!pl_swapchain_submit_frame(swapchain_.get())) return complain("the picture cannot be presented");
  pl_swapchain_swap_buffers(swapchain_.get());
  return {};
}

Result<media::FramePointer> GpuOutput::capture() {
  auto drawn = draw();
  if (!drawn) return std::unexpected(std::move(drawn.error()));
  if (*drawn == Drawn::WindowHidden) return output_error("the window is hidden");
  const Surface size = surface();
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  std::vector<std::byte> rows(width * height * 4);
  // The window's buffer itself is read, before it is presented again: afterwards its contents are not
  // defined.
  const auto bind = gl_function<BindFramebuffer>("glBindFramebuffer");
  const auto store = gl_function<PixelStore>("glPixelStorei");
  const auto read = gl_function<ReadPixels>("glReadPixels");
  if (bind == nullptr || store == nullptr || read == nullptr)
    return output_error("the window cannot be read");
  bind(gl_framebuffer, 0);
  store(gl_pack_alignment, 4);
  read(0, 0, size.width, size.height, gl_rgba, gl_unsigned_byte, rows.data());
  pl_swapchain_submit_frame(swapchain_.get());
  pl_swapchain_swap_buffers(swapchain_.get());

  std::vector<std::byte> pixels(rows.size());
  for (std::size_t y = 0; y < height; ++y) {
    const std::byte* from = rows.data() + (height - 1 - y) * width * 4;  // OpenGL's first row is the lowest
    std::byte* to = pixels.data() + y * width * 4;
    for (std::size_t x = 0; x < width; ++x, from += 4, to += 4) {
      to[0] = from[2];
      to[1] = from[1];
      to[2] = from[0];
      to[3] = std::byte{255};
    }
  }
  return make_bgra_frame(std::move(pixels), size.width, size.height);
}

Result<GpuOutput::Drawn> GpuOutput::draw() {
  const Surface size = surface();
  if (size.width != width_ || size.height != height_) {
    width_ = size.width;
    height_ = size.height;
    if (!pl_swapchain_resize(swapchain_.get(), &width_, &height_)) return complain("the window has no size");
  }
  pl_swapchain_frame surface_frame{};
  if (!pl_swapchain_start_frame(swapchain_.get(), &surface_frame)) return Drawn::WindowHidden;
  pl_frame target{};
  pl_frame_from_swapchain(&target, &surface_frame);
  target.color = target_color();
  const auto overlays = overlays_.describe(target.color);
  target.overlays = overlays.data();
  target.num_overlays = static_cast<int>(overlays.size());

  pl_frame image = picture_;
  if (shown_) {
    const Rectangle place = fit_picture(*shown_, size.width, size.height);
    target.crop = {static_cast<float>(place.x), static_cast<float>(place.y),
                   static_cast<float>(place.x + place.width), static_cast<float>(place.y + place.height)};
    if (quality_ == Quality::Fast && !pl_color_transfer_is_hdr(image.color.transfer))
      image.color = target.color;  // turning SD primaries into HD's costs more than the eye sees
  } else {
    constexpr std::array black{0.0F, 0.0F, 0.0F};
    pl_frame_clear(opengl_.get()->gpu, &target, black.data());
  }
  if (!pl_render_image(renderer_.get(), shown_ ? &image : nullptr, &target, &params_)) {
    pl_swapchain_submit_frame(swapchain_.get());  // a started frame must be ended
    return complain("the picture cannot be drawn");
  }
  return Drawn::Yes;
}

// The screen is taken to be like the picture where that is an ordinary one, so that nothing is converted
// twice (once here, once by the habit of the eye); HDR is mapped to an ordinary screen.
pl_color_space GpuOutput::target_color() const {
  pl_color_space color{};
  color.primaries = PL_COLOR_PRIM_BT_709;
  color.transfer = PL_COLOR_TRC_BT_1886;
  if (shown_ && picture_.color.transfer != PL_COLOR_TRC_UNKNOWN &&
      !pl_color_transfer_is_hdr(picture_.color.transfer) && picture_.color.transfer != PL_COLOR_TRC_LINEAR)
    color.transfer = picture_.color.transfer;
  return color;
}

std::unexpected<Error> GpuOutput::complain(const char* what) const {
  std::string message = what;
  if (!complaint_->text.empty()) message += ": " + complaint_->text;
  return output_error(std::move(message));
}

}  // namespace freshet::video
