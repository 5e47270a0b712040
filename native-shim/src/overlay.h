// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

#include <cstdint>

#include "handle.h"

namespace scanout {

/**
 * Maps a file over pages of a shared WebAssembly.Memory and keeps that memory alive.
 *
 * Only such memory is page aligned and never reallocated; over any other ArrayBuffer this breaks the
 * garbage collector. `memory` is all of its bytes.
 *
 * @returns a handle; ending it makes the pages anonymous and zero again
 * @throws EINVAL (alignment), EEXIST (some of the pages are mapped over already), and mmap's own
 */
Napi::Value mapOverPages(Napi::Env env, Napi::Object keptAlive, Bytes memory, uint64_t memoryOffset,
                         int fd, uint64_t offset, uint64_t length, bool writable);

Napi::Value unmapOver(const Napi::CallbackInfo& info);

}  // namespace scanout
