// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "scale.h"
#include "wide.h"

namespace scanout {

/** core/yuv.ts YUV_FRACTION. */
constexpr int yuvFraction = 21;

/** core/yuv.ts YuvRule. */
struct YuvRule {
  int32_t black = 0, middle = 0, luma = 0, redV = 0, greenU = 0, greenV = 0, blueU = 0;
};

/** A word wherever it lies. */
typedef uint32_t Word32 __attribute__((may_alias, aligned(1)));

/** The same of any width, as a number. */
template <typename Word>
SCANOUT_PART uint64_t load(const uint8_t* at) {
  Word word;
  memcpy(&word, at, sizeof(Word));
  return word;
}

/**
 * core/sample.ts halfToByte. Its float differs from the half by 2^112 in the exponent; all products and
 * sums are exact, so that this rounds as integers do.
 */
SCANOUT_PART uint32_t halfToByte(uint32_t half) {
  constexpr uint32_t leastNormal = 0x400, one = 0x3c00, negative = 0x8000;
  // All ones or none: a choice would keep the compiler from doing several at once.
  const uint32_t isShown = 0 - uint32_t{half - leastNormal < negative - leastNormal};
  const float value = std::bit_cast<float>((std::min(half, one) & isShown) << 13) * 0x1p112f;
  return static_cast<uint32_t>(static_cast<int32_t>(value * 255.0f + 0.5f));
}

/** What turns the numbers of a pixel into RGBA bytes, red in the lowest. */
struct Rgb {
  std::array<Scale, 4> scales;
  SCANOUT_PART uint32_t operator()(uint32_t r, uint32_t g, uint32_t b, uint32_t a) const {
    const auto scaled = [](uint32_t value, const Scale& scale) {
      return (value * scale.factor + scale.add) >> scale.shift;
    };
    return scaled(r, scales[0]) | scaled(g, scales[1]) << 8 | scaled(b, scales[2]) << 16 |
           scaled(a, scales[3]) << 24;
  }
};

/** The same of half floats. */
struct Halves {
  uint32_t opaque = 0;
  SCANOUT_PART uint32_t operator()(uint32_t r, uint32_t g, uint32_t b, uint32_t a) const {
    return halfToByte(r) | halfToByte(g) << 8 | halfToByte(b) << 16 |
           (halfToByte(a) | opaque) << 24;
  }
};

/** The same of Y, Cb and Cr. */
struct Yuv {
  YuvRule rule;
  Scale alpha;
  SCANOUT_PART uint32_t operator()(uint32_t y, uint32_t cb, uint32_t cr, uint32_t a) const {
    const auto clamp = [](int32_t sum) {
      return static_cast<uint32_t>(std::min(std::max(sum >> yuvFraction, 0), 255));
    };
    const int32_t luma = rule.luma * (static_cast<int32_t>(y) - rule.black) + (1 << (yuvFraction - 1));
    const int32_t u = static_cast<int32_t>(cb) - rule.middle;
    const int32_t v = static_cast<int32_t>(cr) - rule.middle;
    return clamp(luma + rule.redV * v) | clamp(luma - rule.greenU * u - rule.greenV * v) << 8 |
           clamp(luma + rule.blueU * u) << 16 | ((a * alpha.factor + alpha.add) >> alpha.shift) << 24;
  }
};

}  // namespace scanout
