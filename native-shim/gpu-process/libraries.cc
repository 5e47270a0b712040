// SPDX-License-Identifier: GPL-2.0-or-later
#include "libraries.h"

#include <dlfcn.h>

#include <cstring>
#include <string>

#include "wire.h"

namespace scanout::gpu {
namespace {

void* open(const char* name) {
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) throw Trouble{Status::noDevice, std::string(name) + " cannot be loaded"};
  return library;
}

/** Looks a function up under the prefix of its library. */
template <typename Function>
void find(void* library, const char* prefix, const char* name, Function*& function) {
  const std::string symbol = std::string(prefix) + name;
  void* found = dlsym(library, symbol.c_str());
  if (!found) throw Trouble{Status::noDevice, "there is no function " + symbol};
  function = reinterpret_cast<Function*>(found);
}

template <typename Function>
void findExtension(const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(egl().GetProcAddress(name));
}

Egl loadEgl() {
  void* library = open("libEGL.so.1");
  Egl table = {};
  const auto core = [&](const char* name, auto*& function) {
    find(library, "egl", name, function);
  };
  core("GetProcAddress", table.GetProcAddress);
  core("GetError", table.GetError);
  core("QueryString", table.QueryString);
  core("Initialize", table.Initialize);
  core("BindAPI", table.BindAPI);
  core("ChooseConfig", table.ChooseConfig);
  core("CreateContext", table.CreateContext);
  core("MakeCurrent", table.MakeCurrent);
  const auto extension = [&](const char* name, auto*& function) {
    using Type = std::remove_reference_t<decltype(function)>;
    function = reinterpret_cast<Type>(table.GetProcAddress(name));
  };
  extension("eglGetPlatformDisplayEXT", table.GetPlatformDisplayEXT);
  extension("eglCreateImageKHR", table.CreateImageKHR);
  extension("eglDestroyImageKHR", table.DestroyImageKHR);
  extension("eglQueryDmaBufFormatsEXT", table.QueryDmaBufFormatsEXT);
  extension("eglQueryDmaBufModifiersEXT", table.QueryDmaBufModifiersEXT);
  if (!table.GetPlatformDisplayEXT) {
    throw Trouble{Status::noDevice, "libEGL.so.1 has no platforms (EGL_EXT_platform_base)"};
  }
  return table;
}

/** Every libEGL of today gives out the functions of OpenGL ES itself: its own library need not be
 * there. */
Gles loadGles() {
  void* library = dlopen("libGLESv2.so.2", RTLD_NOW | RTLD_LOCAL);
  Gles table = {};
  const auto core = [&](const char* name, auto*& function) {
    if (library)
      find(library, "gl", name, function);
    else
      findExtension(("gl" + std::string(name)).c_str(), function);
    if (!function) throw Trouble{Status::noDevice, "libGLESv2.so.2 cannot be loaded"};
  };
  core("GetString", table.GetString);
  core("GetError", table.GetError);
  core("GetIntegerv", table.GetIntegerv);
  core("CreateShader", table.CreateShader);
  core("ShaderSource", table.ShaderSource);
  core("CompileShader", table.CompileShader);
  core("GetShaderiv", table.GetShaderiv);
  core("GetShaderInfoLog", table.GetShaderInfoLog);
  core("DeleteShader", table.DeleteShader);
  core("CreateProgram", table.CreateProgram);
  core("AttachShader", table.AttachShader);
  core("BindAttribLocation", table.BindAttribLocation);
  core("LinkProgram", table.LinkProgram);
  core("GetProgramiv", table.GetProgramiv);
  core("GetProgramInfoLog", table.GetProgramInfoLog);
  core("UseProgram", table.UseProgram);
  core("GetUniformLocation", table.GetUniformLocation);
  core("Uniform1i", table.Uniform1i);
  core("Uniform2f", table.Uniform2f);
  core("VertexAttribPointer", table.VertexAttribPointer);
  core("EnableVertexAttribArray", table.EnableVertexAttribArray);
  core("GenTextures", table.GenTextures);
  core("DeleteTextures", table.DeleteTextures);
  core("BindTexture", table.BindTexture);
  core("TexParameteri", table.TexParameteri);
  core("TexImage2D", table.TexImage2D);
  core("GenFramebuffers", table.GenFramebuffers);
  core("DeleteFramebuffers", table.DeleteFramebuffers);
  core("BindFramebuffer", table.BindFramebuffer);
  core("FramebufferTexture2D", table.FramebufferTexture2D);
  core("CheckFramebufferStatus", table.CheckFramebufferStatus);
  core("Viewport", table.Viewport);
  core("Disable", table.Disable);
  core("PixelStorei", table.PixelStorei);
  core("DrawArrays", table.DrawArrays);
  core("ReadPixels", table.ReadPixels);
  core("Finish", table.Finish);
  findExtension("glEGLImageTargetTexture2DOES", table.EGLImageTargetTexture2DOES);
  return table;
}

Gbm loadGbm() {
  void* library = open("libgbm.so.1");
  Gbm table = {};
  const auto core = [&](const char* name, auto*& function) {
    find(library, "gbm_", name, function);
  };
  core("create_device", table.create_device);
  core("bo_create", table.bo_create);
  core("bo_destroy", table.bo_destroy);
  core("bo_get_fd", table.bo_get_fd);
  core("bo_get_stride", table.bo_get_stride);
  core("bo_map", table.bo_map);
  core("bo_unmap", table.bo_unmap);
  return table;
}

}  // namespace

const Egl& egl() {
  static const Egl table = loadEgl();
  return table;
}

const Gles& gles() {
  static const Gles table = loadGles();
  return table;
}

const Gbm& gbm() {
  static const Gbm table = loadGbm();
  return table;
}

bool hasExtension(const char* list, const char* word) {
  const size_t length = std::strlen(word);
  for (const char* at = list ? std::strstr(list, word) : nullptr; at;
       at = std::strstr(at + 1, word)) {
    const bool begins = at == list || at[-1] == ' ';
    if (begins && (at[length] == ' ' || at[length] == '\0')) return true;
  }
  return false;
}

}  // namespace scanout::gpu
