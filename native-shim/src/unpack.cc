// SPDX-License-Identifier: GPL-2.0-or-later
#include "unpack.h"

#include <algorithm>
#include <cstring>
#include <utility>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SCANOUT_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define SCANOUT_WIDE
#endif

namespace scanout {
namespace {

/** Pixels that are taken apart at once; a multiple of every block's width. */
constexpr size_t chunk = 1024;
/** core/yuv.ts YUV_FRACTION. */
constexpr int yuvFraction = 21;

using Samples = std::array<uint16_t, chunk + 4>;
/** A word wherever it lies. */
typedef uint32_t Word32 __attribute__((may_alias, aligned(1)));

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

/** core/sample.ts halfToByte. */
uint8_t halfToByte(uint32_t half) {
  if (half >= 0x8000) return 0;
  if (half >= 0x3c00) return 255;
  const uint32_t exponent = half >> 10;
  if (exponent == 0) return 0;
  const uint32_t shift = 25 - exponent;
  return static_cast<uint8_t>((((half & 0x3ff) | 0x400) * 255 + (1u << (shift - 1))) >> shift);
}

const std::array<uint8_t, 65536>& halves() {
  static const auto table = [] {
    std::array<uint8_t, 65536> made{};
    for (uint32_t half = 0; half < made.size(); half++) made[half] = halfToByte(half);
    return made;
  }();
  return table;
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

/** Scales of 1 to 16 bits. */
Scale scaleOf(uint32_t bits) {
  static const auto scales = [] {
    std::array<Scale, 17> made{};
    for (uint32_t each = 1; each < made.size(); each++) made[each] = findScale(each);
    return made;
  }();
  return scales[bits];
}

template <typename Word>
uint64_t load(const uint8_t* at) {
  Word word;
  memcpy(&word, at, sizeof(Word));
  return word;
}

struct Odd {};

template <typename Word>
void gather(const uint8_t* blocks, const BlockShape& shape, const Channel& channel, uint64_t count,
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

SCANOUT_WIDE void gatherBytes(const uint8_t* blocks, const BlockShape& shape, const Channel& channel,
                              uint64_t count, uint16_t* samples) {
  switch (shape.bytes) {
    case 1: return gather<uint8_t>(blocks, shape, channel, count, samples);
    case 2: return gather<uint16_t>(blocks, shape, channel, count, samples);
    case 4: return gather<uint32_t>(blocks, shape, channel, count, samples);
    case 8: return gather<uint64_t>(blocks, shape, channel, count, samples);
    default: return gather<Odd>(blocks, shape, channel, count, samples);
  }
}

SCANOUT_WIDE void joinRgb(const Samples* samples, const Scale* scales, uint64_t count,
                          uint8_t* target) {
  const uint16_t* red = samples[0].data();
  const uint16_t* green = samples[1].data();
  const uint16_t* blue = samples[2].data();
  const uint16_t* alpha = samples[3].data();
  const Scale r = scales[0], g = scales[1], b = scales[2], a = scales[3];
  auto* pixels = reinterpret_cast<Word32*>(target);
  for (uint64_t i = 0; i < count; i++) {
    pixels[i] = (red[i] * r.factor + r.add) >> r.shift |
                (green[i] * g.factor + g.add) >> g.shift << 8 |
                (blue[i] * b.factor + b.add) >> b.shift << 16 |
                (alpha[i] * a.factor + a.add) >> a.shift << 24;
  }
}

SCANOUT_WIDE void joinYuv(const Samples* samples, const YuvRule& rule, const Scale& scale,
                          uint64_t count, uint8_t* target) {
  const uint16_t* luma = samples[0].data();
  const uint16_t* cb = samples[1].data();
  const uint16_t* cr = samples[2].data();
  const uint16_t* alpha = samples[3].data();
  const YuvRule k = rule;
  const Scale a = scale;
  auto* pixels = reinterpret_cast<Word32*>(target);
  const auto clamp = [](int32_t sum) {
    return static_cast<uint32_t>(std::min(std::max(sum >> yuvFraction, 0), 255));
  };
  for (uint64_t i = 0; i < count; i++) {
    const int32_t y = k.luma * (luma[i] - k.black) + (1 << (yuvFraction - 1));
    const int32_t u = cb[i] - k.middle;
    const int32_t v = cr[i] - k.middle;
    pixels[i] = clamp(y + k.redV * v) | clamp(y - k.greenU * u - k.greenV * v) << 8 |
                clamp(y + k.blueU * u) << 16 | (alpha[i] * a.factor + a.add) >> a.shift << 24;
  }
}

/** Each byte of a word to its place. */
SCANOUT_WIDE void moveBytes(const uint8_t* from, uint64_t count, const uint32_t* shifts,
                            uint32_t opaque, uint8_t* target) {
  const auto* words = reinterpret_cast<const Word32*>(from);
  auto* pixels = reinterpret_cast<Word32*>(target);
  const uint32_t red = shifts[0], green = shifts[1], blue = shifts[2], alpha = shifts[3];
  for (uint64_t i = 0; i < count; i++) {
    const uint32_t word = words[i];
    pixels[i] = (word >> red & 0xff) | (word >> green & 0xff) << 8 | (word >> blue & 0xff) << 16 |
                ((word >> alpha & 0xff) | opaque) << 24;
  }
}

}  // namespace

Unpacker::Unpacker(Format format) : format_(std::move(format)) {
  const auto& channels = format_.channels;
  for (size_t c = 0; c < 4; c++) {
    // What a format has not is 0, and opaque.
    const Scale absent{0, c == 3 ? 255u : 0u, 0};
    const Scale whole{1, 0, 0};
    scales_[c] = channels[c].bits == 0 ? absent : format_.half ? whole : scaleOf(channels[c].bits);
  }
  const auto isByte = [](const Channel& channel) { return channel.bits == 8; };
  plain_ = !format_.yuv && !format_.half && format_.planes.size() == 1 &&
           format_.planes[0].bytes == 4 && format_.planes[0].across == 1 &&
           std::all_of(channels.begin(), channels.begin() + 3, isByte) &&
           (isByte(channels[3]) || channels[3].bits == 0);
  if (format_.half) halves();
}

void Unpacker::row(const uint8_t* const* rows, uint64_t width, uint8_t* target) const {
  const auto& channels = format_.channels;
  if (plain_) {
    const uint32_t shifts[] = {channels[0].shift, channels[1].shift, channels[2].shift,
                               channels[3].shift};
    moveBytes(rows[0], width, shifts, channels[3].bits ? 0 : 0xff, target);
    return;
  }
  Samples samples[4];
  for (uint64_t x = 0; x < width; x += chunk) {
    const uint64_t count = std::min<uint64_t>(chunk, width - x);
    for (size_t c = 0; c < 4; c++) {
      const Channel& channel = channels[c];
      if (channel.bits == 0) {
        if (x == 0) samples[c].fill(0);
        continue;
      }
      const BlockShape& shape = format_.planes[channel.plane];
      const uint8_t* blocks = rows[channel.plane] + x / shape.across * shape.bytes;
      gatherBytes(blocks, shape, channel, count, samples[c].data());
      if (!format_.half) continue;
      const auto& table = halves();
      for (uint64_t i = 0; i < count; i++) samples[c][i] = table[samples[c][i]];
    }
    if (format_.yuv) {
      joinYuv(samples, format_.rule, scales_[3], count, target + x * 4);
    } else {
      joinRgb(samples, scales_.data(), count, target + x * 4);
    }
  }
}

}  // namespace scanout
