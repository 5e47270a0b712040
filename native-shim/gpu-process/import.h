// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>

#include "device.h"
#include "wire.h"

namespace scanout::gpu {

/** DRM_FORMAT_ARGB8888 of drm_fourcc.h. */
constexpr uint32_t ar24 = 0x34325241;

/** A dma-buf as a texture, for as long as it lives. */
class ImportedImage {
 public:
  /**
   * Checks that every buffer is as long as its memory plane says, imports and binds.
   *
   * @param fds one of each memory plane, which stay the caller's
   * @param as2d refuse what can be sampled as an external texture only
   * @throws Trouble
   */
  ImportedImage(const Device& device, const Request& request, std::span<const UniqueFd> fds,
                bool as2d);
  ~ImportedImage();
  ImportedImage(const ImportedImage&) = delete;
  ImportedImage& operator=(const ImportedImage&) = delete;

  uint32_t texture() const { return texture_; }
  /** GL_TEXTURE_2D or GL_TEXTURE_EXTERNAL_OES. */
  uint32_t target() const { return target_; }

 private:
  void create(const Request& request, std::span<const UniqueFd> fds);
  std::optional<std::string> bind(uint32_t target);

  const Device& device_;
  EglImage image_ = nullptr;
  uint32_t texture_ = 0;
  uint32_t target_ = glTexture2D;
};

}  // namespace scanout::gpu
