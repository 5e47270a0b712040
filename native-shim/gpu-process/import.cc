// SPDX-License-Identifier: GPL-2.0-or-later
#include "import.h"

#include <unistd.h>

#include <climits>

namespace scanout::gpu {
namespace {

constexpr uint64_t linear = 0;
constexpr EglInt fourccAttribute = 0x3271;
constexpr EglInt yuvMatrixHint = 0x327B;
constexpr EglInt yuvRangeHint = 0x327C;
constexpr uint32_t glMinFilter = 0x2801;
constexpr uint32_t glMagFilter = 0x2800;
constexpr uint32_t glWrapS = 0x2802;
constexpr uint32_t glWrapT = 0x2803;
constexpr int32_t glNearest = 0x2600;
constexpr int32_t glClampToEdge = 0x812F;

/** EGL_DMA_BUF_PLANEn_*_EXT; plane 3 came with a later extension. */
struct PlaneAttributes {
  EglInt fd, offset, pitch, modifierLow, modifierHigh;
};
constexpr PlaneAttributes planeAttributes[maxPlanes] = {
    {0x3272, 0x3273, 0x3274, 0x3443, 0x3444},
    {0x3275, 0x3276, 0x3277, 0x3445, 0x3446},
    {0x3278, 0x3279, 0x327A, 0x3447, 0x3448},
    {0x3440, 0x3441, 0x3442, 0x3449, 0x344A},
};
/** EGL_ITU_REC601_EXT, 709, 2020 */
constexpr EglInt matrices[] = {0, 0x327F, 0x3280, 0x3281};
/** EGL_YUV_NARROW_RANGE_EXT, EGL_YUV_FULL_RANGE_EXT */
constexpr EglInt ranges[] = {0, 0x3283, 0x3282};

void checkMemory(const Request& request, std::span<const UniqueFd> fds, size_t at) {
  const auto& [offset, stride, size] = request.memory[at];
  const off_t end = lseek(fds[at].get(), 0, SEEK_END);
  if (end < 0) throw Trouble{Status::failed, "the length of a buffer is unknown"};
  const auto length = static_cast<uint64_t>(end);
  if (offset > length || size > length - offset) {
    throw Trouble{Status::failed, "a buffer has " + std::to_string(length) + " bytes, and " +
                                      std::to_string(size) + " from byte " +
                                      std::to_string(offset) + " on are needed"};
  }
  // What a plane needs exactly is the other side's table; this much holds for every linear one.
  const bool isWhole = request.modifier == linear && at == 0;
  const uint64_t before = isWhole ? (request.height - 1) * stride : 0;
  if (stride == 0 || stride > INT_MAX || offset > INT_MAX || size <= before) {
    throw Trouble{Status::failed, "the layout does not fit into its buffer"};
  }
}

}  // namespace

ImportedImage::ImportedImage(const Device& device, const Request& request,
                             std::span<const UniqueFd> fds, bool as2d)
    : device_(device) {
  if (!device.importsDmaBufs())
    throw Trouble{Status::unsupported, "it imports no dma-bufs (EGL_EXT_image_dma_buf_import)"};
  const auto most = static_cast<uint32_t>(device.maxSide());
  if (request.width == 0 || request.height == 0 || request.width > most || request.height > most) {
    throw Trouble{Status::unsupported,
                  "its textures are at most " + std::to_string(most) + " pixels wide and high"};
  }
  if (request.planes == 0 || request.planes > fds.size())
    throw Trouble{Status::failed, "a descriptor is missing"};
  for (size_t at = 0; at < request.planes; ++at) checkMemory(request, fds, at);
  const auto external = device.externalOnly(request.fourcc, request.modifier);
  if (external == true && (as2d || !device.takesExternal())) {
    throw Trouble{Status::unsupported, "it takes this layout as an external texture only"};
  }
  create(request, fds);
  auto trouble = bind(external == true ? glTextureExternal : glTexture2D);
  // A driver that lists nothing may still want YUV to be external.
  if (trouble && !external && !as2d && device.takesExternal()) trouble = bind(glTextureExternal);
  if (trouble) {
    gles().DeleteTextures(1, &texture_);
    egl().DestroyImageKHR(device.display(), image_);
    throw Trouble{Status::unsupported, *trouble};
  }
}

ImportedImage::~ImportedImage() {
  gles().DeleteTextures(1, &texture_);
  egl().DestroyImageKHR(device_.display(), image_);
}

void ImportedImage::create(const Request& request, std::span<const UniqueFd> fds) {
  const auto attempt = [&](bool withModifier) {
    std::vector<EglInt> attributes = {eglWidth,        static_cast<EglInt>(request.width),
                                      eglHeight,       static_cast<EglInt>(request.height),
                                      fourccAttribute, static_cast<EglInt>(request.fourcc)};
    for (size_t at = 0; at < request.planes; ++at) {
      const auto& names = planeAttributes[at];
      const auto& memory = request.memory[at];
      attributes.insert(attributes.end(),
                        {names.fd, fds[at].get(), names.offset, static_cast<EglInt>(memory.offset),
                         names.pitch, static_cast<EglInt>(memory.stride)});
      if (!withModifier) continue;
      attributes.insert(attributes.end(),
                        {names.modifierLow, static_cast<EglInt>(request.modifier & 0xffffffff),
                         names.modifierHigh, static_cast<EglInt>(request.modifier >> 32)});
    }
    if (request.matrix > 0 && request.matrix < std::size(matrices)) {
      attributes.insert(attributes.end(), {yuvMatrixHint, matrices[request.matrix]});
    }
    if (request.range > 0 && request.range < std::size(ranges)) {
      attributes.insert(attributes.end(), {yuvRangeHint, ranges[request.range]});
    }
    attributes.push_back(eglNone);
    image_ = egl().CreateImageKHR(device_.display(), nullptr, eglLinuxDmaBuf, nullptr,
                                  attributes.data());
    return image_ != nullptr;
  };
  if (!device_.importsModifiers() && request.modifier != linear) {
    throw Trouble{Status::unsupported,
                  "its driver knows no modifiers (EGL_EXT_image_dma_buf_import_modifiers)"};
  }
  if (device_.importsModifiers() && attempt(true)) return;
  // Drivers that list no modifiers for a format take buffers without one for linear.
  if (request.modifier == linear && attempt(false)) return;
  throw Trouble{Status::unsupported, eglTrouble("eglCreateImage")};
}

std::optional<std::string> ImportedImage::bind(uint32_t target) {
  const auto& gl = gles();
  if (texture_ != 0) gl.DeleteTextures(1, &texture_);
  target_ = target;
  gl.GenTextures(1, &texture_);
  gl.BindTexture(target, texture_);
  gl.TexParameteri(target, glMinFilter, glNearest);
  gl.TexParameteri(target, glMagFilter, glNearest);
  gl.TexParameteri(target, glWrapS, glClampToEdge);
  gl.TexParameteri(target, glWrapT, glClampToEdge);
  gl.EGLImageTargetTexture2DOES(target, image_);
  return glTrouble("glEGLImageTargetTexture2D");
}

}  // namespace scanout::gpu
