// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace scanout {

/** How a number of few or many bits becomes 8: (v · factor + add) >> shift. */
struct Scale {
  uint32_t factor = 0, add = 0, shift = 0;
};

/** Of 1 to 16 bits, as core/sample.ts toByte rounds. */
Scale scaleOf(uint32_t bits);

}  // namespace scanout
