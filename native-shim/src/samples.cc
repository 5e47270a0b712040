// SPDX-License-Identifier: GPL-2.0-or-later
#include "samples.h"

#include <type_traits>

namespace scanout {
namespace {

/** Blocks of as many bytes as no word has. */
struct Odd {};

template <typename Word>
SCANOUT_PART void gather(const uint8_t* blocks, const BlockShape& shape, const Channel& channel, uint64_t count,
            uint16_t* samples) {
  const uint64_t mask = (uint64_t{1} << channel.bits) - 1;
  const uint64_t end = (count + shape.across - 1) / shape.across;
  const auto word = [&](uint64_t i) {
    if constexpr (std::is_same_v<Word, Odd>) {
      uint64_t sum = 0;
      for (uint64_t k = 0; k < shape.bytes; k++) sum |= uint64_t{blocks[i * shape.bytes + k]} << (8 * k);
      return sum;
    } else {
      return static_cast<Word>(load<Word>(blocks + i * sizeof(Word)));
    }
  };
  if (shape.across == 1) {
    for (uint64_t i = 0; i < end; i++) {
      samples[i] = static_cast<uint16_t>(word(i) >> channel.shift & mask);
    }
  } else if (shape.across == 2) {
    for (uint64_t i = 0; i < end; i++) {
      const uint64_t both = word(i);
      samples[2 * i] = static_cast<uint16_t>(both >> channel.shift & mask);
      samples[2 * i + 1] = static_cast<uint16_t>(both >> (channel.shift + channel.step) & mask);
    }
  } else {
    for (uint64_t i = 0; i < end * shape.across; i++) {
      const uint64_t shift = channel.shift + channel.step * (i % shape.across);
      samples[i] = static_cast<uint16_t>(word(i / shape.across) >> shift & mask);
    }
  }
}

template <typename Join>
SCANOUT_PART void joined(const Samples* samples, const Join& given, uint64_t count,
                         uint8_t* target) {
  const uint16_t *s0 = samples[0].data(), *s1 = samples[1].data();
  const uint16_t *s2 = samples[2].data(), *s3 = samples[3].data();
  const Join join = given;
  Word32* pixels = reinterpret_cast<Word32*>(target);
  for (uint64_t i = 0; i < count; i++) pixels[i] = join(s0[i], s1[i], s2[i], s3[i]);
}

}  // namespace

SCANOUT_WIDE void gatherSamples(const uint8_t* blocks, const BlockShape& shape,
                                const Channel& channel, uint64_t count, uint16_t* samples) {
  switch (shape.bytes) {
    case 1: return gather<uint8_t>(blocks, shape, channel, count, samples);
    case 2: return gather<uint16_t>(blocks, shape, channel, count, samples);
    case 4: return gather<uint32_t>(blocks, shape, channel, count, samples);
    case 8: return gather<uint64_t>(blocks, shape, channel, count, samples);
    default: return gather<Odd>(blocks, shape, channel, count, samples);
  }
}

SCANOUT_WIDE void joinRgb(const Samples* samples, const Rgb& join, uint64_t count,
                          uint8_t* target) {
  joined(samples, join, count, target);
}

SCANOUT_WIDE void joinYuv(const Samples* samples, const Yuv& join, uint64_t count,
                          uint8_t* target) {
  joined(samples, join, count, target);
}

}  // namespace scanout
