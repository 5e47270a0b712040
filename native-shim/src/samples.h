// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "pixel.h"

namespace scanout {

/** core/fourcc.ts BlockShape. */
struct BlockShape {
  uint32_t bytes = 0, across = 1, down = 1;
};

/** core/fourcc.ts Channel; no bits: the format has none. */
struct Channel {
  uint32_t plane = 0, shift = 0, bits = 0, step = 0;
};

/** Pixels that are taken apart at once; a multiple of every block's width. */
constexpr size_t chunk = 1024;

/** Numbers of one channel of a chunk; a block may reach beyond it. */
using Samples = std::array<uint16_t, chunk + 4>;

/** A channel of so many pixels, out of the row of blocks that they begin. */
void gatherSamples(const uint8_t* blocks, const BlockShape& shape, const Channel& channel,
                   uint64_t count, uint16_t* samples);

// Four channels become words of RGBA.
void joinRgb(const Samples* samples, const Rgb& join, uint64_t count, uint8_t* target);
void joinYuv(const Samples* samples, const Yuv& join, uint64_t count, uint8_t* target);

}  // namespace scanout
