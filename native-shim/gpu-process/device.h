// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libraries.h"
#include "wire.h"

namespace scanout::gpu {

struct Format {
  uint32_t fourcc;
  bool externalOnly;
  uint64_t modifier;
};

/** One EGL display with a context that is current. Never closed: the process ends with it. */
class Device {
 public:
  /** @param node a DRM device file; empty: Mesa without a device. Throws Trouble. */
  explicit Device(const std::string& node);

  EglDisplay display() const { return display_; }
  GbmDevice* gbmDevice() const { return gbm_; }
  bool importsDmaBufs() const { return importsDmaBufs_; }
  bool importsModifiers() const { return importsModifiers_; }
  bool takesExternal() const { return takesExternal_; }
  int32_t maxSide() const { return maxSide_; }
  /** Whether the listed format can be sampled as an external texture only; nothing when it is not
   * listed. */
  std::optional<bool> externalOnly(uint32_t fourcc, uint64_t modifier) const;
  /** The payload of describe. */
  std::string description() const;

 private:
  void openDisplay(const std::string& node);
  void makeContext();
  void listFormats();

  UniqueFd node_;
  GbmDevice* gbm_ = nullptr;
  EglDisplay display_ = nullptr;
  bool importsDmaBufs_ = false;
  bool importsModifiers_ = false;
  bool takesExternal_ = false;
  int32_t maxSide_ = 0;
  std::vector<Format> formats_;
};

/** "eglInitialize failed with EGL_NOT_INITIALIZED (0x3001)" */
std::string eglTrouble(const char* call);
/** The same of glGetError; nothing when there was no error. */
std::optional<std::string> glTrouble(const char* call);

}  // namespace scanout::gpu
