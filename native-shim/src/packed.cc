// SPDX-License-Identifier: GPL-2.0-or-later
#include "packed.h"

namespace scanout {
namespace {

/** Pixels of one block each, `bytes` apart: words of that type or, of longer blocks, 32 bits. */
template <typename Word, size_t bytes, typename Join>
SCANOUT_PART void packed(const uint8_t* from, uint64_t count, const std::array<Field, 4>& fields,
                   const Join& given, uint8_t* target) {
  const Field f0 = fields[0], f1 = fields[1], f2 = fields[2], f3 = fields[3];
  const Join join = given;
  Word32* pixels = reinterpret_cast<Word32*>(target);
  const auto field = [&](uint64_t i, const Field& each) {
    return static_cast<uint32_t>(load<Word>(from + i * bytes + each.word) >> each.shift) & each.mask;
  };
  for (uint64_t i = 0; i < count; i++) {
    pixels[i] = join(field(i, f0), field(i, f1), field(i, f2), field(i, f3));
  }
}

template <typename Join>
SCANOUT_PART void packedBytes(const uint8_t* from, uint32_t bytes, uint64_t count,
                        const std::array<Field, 4>& fields, const Join& join, uint8_t* target) {
  switch (bytes) {
    case 1: return packed<uint8_t, 1>(from, count, fields, join, target);
    case 2: return packed<uint16_t, 2>(from, count, fields, join, target);
    case 4: return packed<uint32_t, 4>(from, count, fields, join, target);
    case 8: return packed<uint32_t, 8>(from, count, fields, join, target);
    default: break;
  }
}

}  // namespace

SCANOUT_WIDE void packedRgb(const uint8_t* from, uint32_t bytes, uint64_t count,
                            const std::array<Field, 4>& fields, const Rgb& join, uint8_t* target) {
  packedBytes(from, bytes, count, fields, join, target);
}

SCANOUT_WIDE void packedHalves(const uint8_t* from, uint32_t bytes, uint64_t count,
                               const std::array<Field, 4>& fields, const Halves& join,
                               uint8_t* target) {
  packedBytes(from, bytes, count, fields, join, target);
}

SCANOUT_WIDE void packedYuv(const uint8_t* from, uint32_t bytes, uint64_t count,
                            const std::array<Field, 4>& fields, const Yuv& join, uint8_t* target) {
  packedBytes(from, bytes, count, fields, join, target);
}

SCANOUT_WIDE void moveBytes(const uint8_t* from, uint64_t count, const uint32_t* shifts,
                            uint32_t opaque, uint8_t* target) {
  // Deduced types lose the attributes of a word.
  const Word32* words = reinterpret_cast<const Word32*>(from);
  Word32* pixels = reinterpret_cast<Word32*>(target);
  const uint32_t red = shifts[0], green = shifts[1], blue = shifts[2], alpha = shifts[3];
  for (uint64_t i = 0; i < count; i++) {
    const uint32_t word = words[i];
    pixels[i] = (word >> red & 0xff) | (word >> green & 0xff) << 8 | (word >> blue & 0xff) << 16 |
                ((word >> alpha & 0xff) | opaque) << 24;
  }
}

void widen(const uint8_t* from, uint64_t count, uint32_t* words) {
  uint64_t i = 0;
  for (; i + 4 <= count; i += 4, from += 12) {
    const auto first = static_cast<uint32_t>(load<uint32_t>(from));
    const auto second = static_cast<uint32_t>(load<uint32_t>(from + 4));
    const auto third = static_cast<uint32_t>(load<uint32_t>(from + 8));
    words[i] = first;
    words[i + 1] = first >> 24 | second << 8;
    words[i + 2] = second >> 16 | third << 16;
    words[i + 3] = third >> 8;
  }
  for (; i < count; i++, from += 3) words[i] = from[0] | from[1] << 8 | from[2] << 16;
}

}  // namespace scanout
