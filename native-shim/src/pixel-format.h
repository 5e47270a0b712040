// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

#include <cstdint>

#include "unpack.h"

namespace scanout {

constexpr uint64_t maxPlanes = 4;

/** Reads api.ts PixelFormat and checks that every channel lies in its block and no sum leaves 32 bits. */
Format readFormat(const Napi::CallbackInfo& info, size_t index);

}  // namespace scanout
