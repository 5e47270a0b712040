// SPDX-License-Identifier: GPL-2.0-or-later
#include "scale.h"

#include <array>

namespace scanout {
namespace {

/** core/sample.ts toByte. */
uint32_t toByte(uint32_t value, uint32_t bits) {
  const uint32_t most = (1u << bits) - 1;
  if (bits > 8) return (value * 255 + most / 2) / most;
  uint32_t wide = 0;
  const int step = static_cast<int>(bits);
  for (int shift = 8 - step; shift > -step; shift -= step) {
    wide |= shift >= 0 ? value << shift : value >> -shift;
  }
  return wide & 0xff;
}

/** A scale that equals {@link toByte} for every value: found by trying. */
Scale findScale(uint32_t bits) {
  if (bits == 8) return {1, 0, 0};
  const uint32_t most = (1u << bits) - 1;
  for (uint32_t shift = 0; shift <= 24; shift++) {
    const uint64_t exact = (uint64_t{255} << shift) / most;
    for (uint64_t factor = exact; factor <= exact + 1; factor++) {
      for (const uint32_t add : {0u, shift ? 1u << (shift - 1) : 0u}) {
        if (factor * most + add > UINT32_MAX) continue;
        const Scale scale{static_cast<uint32_t>(factor), add, shift};
        uint32_t value = 0;
        while (value <= most && (value * scale.factor + add) >> shift == toByte(value, bits)) value++;
        if (value > most) return scale;
      }
    }
  }
  return {};
}

}  // namespace

Scale scaleOf(uint32_t bits) {
  static const auto scales = [] {
    std::array<Scale, 17> made{};
    for (uint32_t each = 1; each < made.size(); each++) made[each] = findScale(each);
    return made;
  }();
  return scales[bits];
}

}  // namespace scanout
