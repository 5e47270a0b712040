// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>

#include "guard.h"
#include "handle.h"

namespace scanout {

/** Mappings that this addon holds, in all threads. */
inline std::atomic<int64_t> openMappings{0};

/** Pages of a file in this process, unmapped when it ends. */
struct MappingHandle {
  static constexpr napi_type_tag tag{0x5ca0077e5ca00002, 0x9a1f3c5e7b2d4802};

  MappingHandle(void* address, size_t length, bool mayWrite);
  MappingHandle(const MappingHandle&) = delete;
  MappingHandle& operator=(const MappingHandle&) = delete;
  ~MappingHandle();
  void unmap();

  uint8_t* data;
  size_t size;
  bool writable;
};

/** A mapping that is still mapped; throws otherwise. */
MappingHandle& openMapping(Napi::Env env, const Napi::Value& value);

inline MappingHandle& openMapping(const Napi::CallbackInfo& info, size_t index) {
  return openMapping(info.Env(), info[index]);
}

/** mmap MAP_SHARED; throws with syscall `mmap`. */
Napi::Value mapShared(Napi::Env env, int fd, uint64_t offset, uint64_t length, bool writable);

inline Range rangeOf(const MappingHandle& mapping) { return {mapping.data, mapping.size}; }
inline Range rangeOf(Bytes bytes) { return {bytes.data, bytes.size}; }

/** The memory of a mapping or of a Uint8Array; valid until JavaScript runs again. */
Bytes memoryOf(Napi::Env env, const Napi::Value& value, bool writes = false);

void defineMemory(Napi::Object exports);

}  // namespace scanout
