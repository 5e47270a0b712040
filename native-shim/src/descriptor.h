// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

#include <cstdint>

namespace scanout {

/** Bytes of an open file: st_size of a regular one, else lseek(SEEK_END), as dma-bufs tell it. */
uint64_t fileSize(Napi::Env env, int fd);

void defineDescriptor(Napi::Object exports);

}  // namespace scanout
