// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Owners for libplacebo's C handles and SDL's GL context. Main thread, with the GL context current.
#pragma once

#include <SDL.h>
#include <libplacebo/gpu.h>
#include <libplacebo/log.h>
#include <libplacebo/opengl.h>
#include <libplacebo/renderer.h>
#include <utility>

namespace freshet::video {

// A handle that its library destroys through a pointer to it (and sets to null).
template <class Handle, void (*destroy)(Handle*)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) destroy(&handle_);
  }
  [[nodiscard]] Handle get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  Handle handle_ = nullptr;
};

inline void destroy_gl_context(SDL_GLContext* context) {
  SDL_GL_DeleteContext(*context);
}

using GlContext = Owned<SDL_GLContext, destroy_gl_context>;
using Log = Owned<pl_log, pl_log_destroy>;
using OpenGl = Owned<pl_opengl, pl_opengl_destroy>;
using Swapchain = Owned<pl_swapchain, pl_swapchain_destroy>;
using RendererHandle = Owned<pl_renderer, pl_renderer_destroy>;

// A texture; the gpu outlives it.
class Texture {
 public:
  explicit Texture(pl_gpu gpu) : gpu_(gpu) {}
  Texture(Texture&& other) noexcept : gpu_(other.gpu_), texture_(std::exchange(other.texture_, nullptr)) {}
  Texture& operator=(Texture&& other) noexcept {
    std::swap(gpu_, other.gpu_);
    std::swap(texture_, other.texture_);
    return *this;
  }
  ~Texture() { pl_tex_destroy(gpu_, &texture_); }
  [[nodiscard]] pl_tex get() const { return texture_; }
  // For functions that make or replace it.
  [[nodiscard]] pl_tex* slot() { return &texture_; }

 private:
  pl_gpu gpu_ = nullptr;
  pl_tex texture_ = nullptr;
};

}  // namespace freshet::video
