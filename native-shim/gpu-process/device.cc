// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace scanout::gpu {
namespace {

constexpr size_t maxFormats = 8192;
constexpr uint64_t invalidModifier = 0x00ffffffffffffff;
constexpr uint32_t glVendorName = 0x1F00;
constexpr uint32_t glRenderer = 0x1F01;
constexpr uint32_t glVersion = 0x1F02;
constexpr uint32_t glExtensions = 0x1F03;
constexpr uint32_t glMaxTextureSize = 0x0D33;

std::string numbered(const char* call, const char* name, uint32_t code) {
  char number[16];
  std::snprintf(number, sizeof number, " (0x%x)", code);
  return std::string(call) + " failed with " + name + number;
}

const char* glText(uint32_t name) {
  const auto* text = reinterpret_cast<const char*>(gles().GetString(name));
  return text ? text : "";
}

void append(std::string& bytes, const void* data, size_t size) {
  bytes.append(static_cast<const char*>(data), size);
}

void appendNumber(std::string& bytes, uint32_t number) { append(bytes, &number, sizeof number); }

void appendText(std::string& bytes, const char* text) {
  const size_t length = std::min<size_t>(std::strlen(text), 255);
  appendNumber(bytes, static_cast<uint32_t>(length));
  append(bytes, text, length);
}

bool isSoftware(const std::string& renderer) {
  constexpr std::array names = {"llvmpipe", "softpipe", "swrast", "SwiftShader", "Software"};
  return std::any_of(names.begin(), names.end(),
                     [&](const char* name) { return renderer.find(name) != std::string::npos; });
}

}  // namespace

std::string eglTrouble(const char* call) {
  constexpr std::array names = {
      "EGL_SUCCESS",       "EGL_NOT_INITIALIZED",     "EGL_BAD_ACCESS",
      "EGL_BAD_ALLOC",     "EGL_BAD_ATTRIBUTE",       "EGL_BAD_CONFIG",
      "EGL_BAD_CONTEXT",   "EGL_BAD_CURRENT_SURFACE", "EGL_BAD_DISPLAY",
      "EGL_BAD_MATCH",     "EGL_BAD_NATIVE_PIXMAP",   "EGL_BAD_NATIVE_WINDOW",
      "EGL_BAD_PARAMETER", "EGL_BAD_SURFACE",         "EGL_CONTEXT_LOST"};
  const auto code = static_cast<uint32_t>(egl().GetError());
  const size_t at = code - 0x3000;
  return numbered(call, at < names.size() ? names[at] : "an error", code);
}

std::optional<std::string> glTrouble(const char* call) {
  const uint32_t code = gles().GetError();
  if (code == 0) return std::nullopt;
  // A lost context answers every question with an error.
  for (int more = 0; more < 16 && gles().GetError() != 0;) ++more;
  constexpr std::array names = {"GL_INVALID_ENUM",
                                "GL_INVALID_VALUE",
                                "GL_INVALID_OPERATION",
                                "GL_STACK_OVERFLOW",
                                "GL_STACK_UNDERFLOW",
                                "GL_OUT_OF_MEMORY",
                                "GL_INVALID_FRAMEBUFFER_OPERATION",
                                "GL_CONTEXT_LOST"};
  const size_t at = code - 0x500;
  return numbered(call, at < names.size() ? names[at] : "an error", code);
}

Device::Device(const std::string& node) {
  openDisplay(node);
  makeContext();
  listFormats();
}

void Device::openDisplay(const std::string& node) {
  if (node.empty()) {
    if (!hasExtension(egl().QueryString(nullptr, eglExtensions), "EGL_MESA_platform_surfaceless")) {
      throw Trouble{Status::noDevice, "its EGL does not work without a device"};
    }
    display_ = egl().GetPlatformDisplayEXT(eglPlatformSurfaceless, nullptr, nullptr);
  } else {
    node_ = UniqueFd(open(node.c_str(), O_RDWR | O_CLOEXEC));
    if (!node_) {
      throw Trouble{Status::noDevice,
                    std::string("it cannot be opened (") + strerrorname_np(errno) + ")"};
    }
    gbm_ = gbm().create_device(node_.get());
    if (!gbm_)
      throw Trouble{Status::noDevice, "gbm_create_device failed: no driver for it is installed"};
    display_ = egl().GetPlatformDisplayEXT(eglPlatformGbm, gbm_, nullptr);
  }
  if (!display_) throw Trouble{Status::noDevice, eglTrouble("eglGetPlatformDisplay")};
  if (!egl().Initialize(display_, nullptr, nullptr)) {
    throw Trouble{Status::noDevice, eglTrouble("eglInitialize")};
  }
}

void Device::makeContext() {
  if (!egl().BindAPI(eglOpenGlEsApi)) throw Trouble{Status::noDevice, eglTrouble("eglBindAPI")};
  const char* extensions = egl().QueryString(display_, eglExtensions);
  EglConfig config = nullptr;
  if (!hasExtension(extensions, "EGL_KHR_no_config_context")) {
    const EglInt wanted[] = {eglRenderableType, eglOpenGlEs2Bit, eglSurfaceType, 0, eglNone};
    EglInt found = 0;
    if (!egl().ChooseConfig(display_, wanted, &config, 1, &found) || found == 0) {
      throw Trouble{Status::noDevice, eglTrouble("eglChooseConfig")};
    }
  }
  const EglInt version[] = {eglContextClientVersion, 2, eglNone};
  EglContext context = egl().CreateContext(display_, config, nullptr, version);
  if (!context) throw Trouble{Status::noDevice, eglTrouble("eglCreateContext")};
  if (!egl().MakeCurrent(display_, nullptr, nullptr, context)) {
    throw Trouble{Status::noDevice, eglTrouble("eglMakeCurrent")};
  }
  importsDmaBufs_ = hasExtension(extensions, "EGL_EXT_image_dma_buf_import") &&
                    hasExtension(extensions, "EGL_KHR_image_base") && egl().CreateImageKHR &&
                    egl().DestroyImageKHR && gles().EGLImageTargetTexture2DOES &&
                    hasExtension(glText(glExtensions), "GL_OES_EGL_image");
  importsModifiers_ = importsDmaBufs_ &&
                      hasExtension(extensions, "EGL_EXT_image_dma_buf_import_modifiers") &&
                      egl().QueryDmaBufFormatsEXT && egl().QueryDmaBufModifiersEXT;
  takesExternal_ = hasExtension(glText(glExtensions), "GL_OES_EGL_image_external");
  gles().GetIntegerv(glMaxTextureSize, &maxSide_);
}

void Device::listFormats() {
  if (!importsModifiers_) return;
  EglInt count = 0;
  if (!egl().QueryDmaBufFormatsEXT(display_, 0, nullptr, &count) || count <= 0) return;
  std::vector<EglInt> fourccs(std::min<size_t>(static_cast<size_t>(count), maxFormats));
  if (!egl().QueryDmaBufFormatsEXT(display_, static_cast<EglInt>(fourccs.size()), fourccs.data(),
                                   &count))
    return;
  fourccs.resize(std::min(fourccs.size(), static_cast<size_t>(std::max(count, 0))));
  for (const EglInt fourcc : fourccs) {
    EglInt known = 0;
    if (!egl().QueryDmaBufModifiersEXT(display_, fourcc, 0, nullptr, nullptr, &known)) known = 0;
    std::vector<uint64_t> modifiers(
        std::min<size_t>(static_cast<size_t>(std::max(known, 0)), maxFormats));
    std::vector<EglBool> external(modifiers.size());
    if (!modifiers.empty() &&
        !egl().QueryDmaBufModifiersEXT(display_, fourcc, static_cast<EglInt>(modifiers.size()),
                                       modifiers.data(), external.data(), &known)) {
      modifiers.clear();
    }
    if (modifiers.empty())
      formats_.push_back({static_cast<uint32_t>(fourcc), false, invalidModifier});
    for (size_t at = 0; at < modifiers.size() && formats_.size() < maxFormats; ++at) {
      formats_.push_back({static_cast<uint32_t>(fourcc), external[at] != 0, modifiers[at]});
    }
  }
}

std::optional<bool> Device::externalOnly(uint32_t fourcc, uint64_t modifier) const {
  const auto listed = std::find_if(formats_.begin(), formats_.end(), [=](const Format& format) {
    return format.fourcc == fourcc && format.modifier == modifier;
  });
  if (listed == formats_.end()) return std::nullopt;
  return listed->externalOnly;
}

std::string Device::description() const {
  const std::string renderer = glText(glRenderer);
  const char* vendor = egl().QueryString(display_, eglVendor);
  const uint32_t flags =
      (isSoftware(renderer) ? 1 : 0) | (importsDmaBufs_ ? 2 : 0) | (importsModifiers_ ? 4 : 0);
  std::string bytes;
  appendNumber(bytes, flags);
  appendNumber(bytes, static_cast<uint32_t>(formats_.size()));
  appendText(bytes, vendor ? vendor : glText(glVendorName));
  appendText(bytes, renderer.c_str());
  appendText(bytes, glText(glVersion));
  for (const auto& [fourcc, external, modifier] : formats_) {
    appendNumber(bytes, fourcc);
    appendNumber(bytes, external ? 1 : 0);
    append(bytes, &modifier, sizeof modifier);
  }
  return bytes;
}

}  // namespace scanout::gpu
