// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "pixel.h"

namespace scanout {

/** Where a channel of a packed pixel lies: in which of its words, and how far up there. */
struct Field {
  uint32_t word = 0, shift = 0, mask = 0;
};

// Pixels of one block of `bytes` each, 1, 2, 4 or 8, into words of RGBA.
void packedRgb(const uint8_t* from, uint32_t bytes, uint64_t count,
               const std::array<Field, 4>& fields, const Rgb& join, uint8_t* target);
void packedHalves(const uint8_t* from, uint32_t bytes, uint64_t count,
                  const std::array<Field, 4>& fields, const Halves& join, uint8_t* target);
void packedYuv(const uint8_t* from, uint32_t bytes, uint64_t count,
               const std::array<Field, 4>& fields, const Yuv& join, uint8_t* target);

/** Each byte of a word to its place: `shifts` of red, green, blue and alpha; `opaque` is set in alpha. */
void moveBytes(const uint8_t* from, uint64_t count, const uint32_t* shifts, uint32_t opaque,
               uint8_t* target);

/** Pixels of three bytes in words of four. */
void widen(const uint8_t* from, uint64_t count, uint32_t* words);

}  // namespace scanout
