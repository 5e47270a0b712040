// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// The few functions of EGL, OpenGL ES 2 and GBM that are used, found when the program runs: whoever
// builds or installs this needs none of them. Names and numbers are those of the Khronos registry
// and gbm.h.

namespace scanout::gpu {

using EglDisplay = void*;
using EglConfig = void*;
using EglContext = void*;
using EglSurface = void*;
using EglImage = void*;
using EglInt = int32_t;
using EglEnum = uint32_t;
using EglBool = uint32_t;
struct GbmDevice;
struct GbmBuffer;

struct Egl {
  void* (*GetProcAddress)(const char*);
  EglInt (*GetError)();
  const char* (*QueryString)(EglDisplay, EglInt);
  EglBool (*Initialize)(EglDisplay, EglInt*, EglInt*);
  EglBool (*BindAPI)(EglEnum);
  EglBool (*ChooseConfig)(EglDisplay, const EglInt*, EglConfig*, EglInt, EglInt*);
  EglContext (*CreateContext)(EglDisplay, EglConfig, EglContext, const EglInt*);
  EglBool (*MakeCurrent)(EglDisplay, EglSurface, EglSurface, EglContext);
  // Extensions; null where they are missing.
  EglDisplay (*GetPlatformDisplayEXT)(EglEnum, void*, const EglInt*);
  EglImage (*CreateImageKHR)(EglDisplay, EglContext, EglEnum, void*, const EglInt*);
  EglBool (*DestroyImageKHR)(EglDisplay, EglImage);
  EglBool (*QueryDmaBufFormatsEXT)(EglDisplay, EglInt, EglInt*, EglInt*);
  EglBool (*QueryDmaBufModifiersEXT)(EglDisplay, EglInt, EglInt, uint64_t*, EglBool*, EglInt*);
};

struct Gles {
  const uint8_t* (*GetString)(uint32_t);
  uint32_t (*GetError)();
  void (*GetIntegerv)(uint32_t, int32_t*);
  uint32_t (*CreateShader)(uint32_t);
  void (*ShaderSource)(uint32_t, int32_t, const char* const*, const int32_t*);
  void (*CompileShader)(uint32_t);
  void (*GetShaderiv)(uint32_t, uint32_t, int32_t*);
  void (*GetShaderInfoLog)(uint32_t, int32_t, int32_t*, char*);
  void (*DeleteShader)(uint32_t);
  uint32_t (*CreateProgram)();
  void (*AttachShader)(uint32_t, uint32_t);
  void (*BindAttribLocation)(uint32_t, uint32_t, const char*);
  void (*LinkProgram)(uint32_t);
  void (*GetProgramiv)(uint32_t, uint32_t, int32_t*);
  void (*GetProgramInfoLog)(uint32_t, int32_t, int32_t*, char*);
  void (*UseProgram)(uint32_t);
  int32_t (*GetUniformLocation)(uint32_t, const char*);
  void (*Uniform1i)(int32_t, int32_t);
  void (*Uniform2f)(int32_t, float, float);
  void (*VertexAttribPointer)(uint32_t, int32_t, uint32_t, uint8_t, int32_t, const void*);
  void (*EnableVertexAttribArray)(uint32_t);
  void (*GenTextures)(int32_t, uint32_t*);
  void (*DeleteTextures)(int32_t, const uint32_t*);
  void (*BindTexture)(uint32_t, uint32_t);
  void (*TexParameteri)(uint32_t, uint32_t, int32_t);
  void (*TexImage2D)(uint32_t, int32_t, int32_t, int32_t, int32_t, int32_t, uint32_t, uint32_t,
                     const void*);
  void (*GenFramebuffers)(int32_t, uint32_t*);
  void (*DeleteFramebuffers)(int32_t, const uint32_t*);
  void (*BindFramebuffer)(uint32_t, uint32_t);
  void (*FramebufferTexture2D)(uint32_t, uint32_t, uint32_t, uint32_t, int32_t);
  uint32_t (*CheckFramebufferStatus)(uint32_t);
  void (*Viewport)(int32_t, int32_t, int32_t, int32_t);
  void (*Disable)(uint32_t);
  void (*PixelStorei)(uint32_t, int32_t);
  void (*DrawArrays)(uint32_t, int32_t, int32_t);
  void (*ReadPixels)(int32_t, int32_t, int32_t, int32_t, uint32_t, uint32_t, void*);
  void (*Finish)();
  // GL_OES_EGL_image; null where it is missing.
  void (*EGLImageTargetTexture2DOES)(uint32_t, EglImage);
};

struct Gbm {
  GbmDevice* (*create_device)(int);
  GbmBuffer* (*bo_create)(GbmDevice*, uint32_t, uint32_t, uint32_t, uint32_t);
  void (*bo_destroy)(GbmBuffer*);
  int (*bo_get_fd)(GbmBuffer*);
  uint32_t (*bo_get_stride)(GbmBuffer*);
  void* (*bo_map)(GbmBuffer*, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t*, void**);
  void (*bo_unmap)(GbmBuffer*, void*);
};

/** Load once and stay. Throw Trouble that names the library or function that is missing. */
const Egl& egl();
const Gles& gles();
const Gbm& gbm();

/** Whether a word is one of a list parted by spaces. */
bool hasExtension(const char* list, const char* word);

// Numbers of egl.h, eglext.h, gl2.h and gl2ext.h.
constexpr EglInt eglNone = 0x3038;
constexpr EglInt eglVendor = 0x3053;
constexpr EglInt eglExtensions = 0x3055;
constexpr EglInt eglHeight = 0x3056;
constexpr EglInt eglWidth = 0x3057;
constexpr EglEnum eglOpenGlEsApi = 0x30A0;
constexpr EglInt eglSurfaceType = 0x3033;
constexpr EglInt eglRenderableType = 0x3040;
constexpr EglInt eglOpenGlEs2Bit = 4;
constexpr EglInt eglContextClientVersion = 0x3098;
constexpr EglEnum eglPlatformGbm = 0x31D7;
constexpr EglEnum eglPlatformSurfaceless = 0x31DD;
constexpr EglEnum eglLinuxDmaBuf = 0x3270;

constexpr uint32_t glTexture2D = 0x0DE1;
constexpr uint32_t glTextureExternal = 0x8D65;
constexpr uint32_t glFramebuffer = 0x8D40;
constexpr uint32_t glRgba = 0x1908;
constexpr uint32_t glUnsignedByte = 0x1401;

}  // namespace scanout::gpu
