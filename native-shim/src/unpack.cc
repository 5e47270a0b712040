// SPDX-License-Identifier: GPL-2.0-or-later
#include "unpack.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "wide.h"

/** What a {@link SCANOUT_WIDE} function calls must become part of each of its clones. */
#define SCANOUT_PART inline __attribute__((always_inline))

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
SCANOUT_PART uint64_t load(const uint8_t* at) {
  Word word;
  memcpy(&word, at, sizeof(Word));
  return word;
}

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
  Word32* pixels = reinterpret_cast<Word32*>(target);
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
  Word32* pixels = reinterpret_cast<Word32*>(target);
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

/** What turns the numbers of packed pixels into bytes. */
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

struct Halves {
  uint32_t opaque = 0;
  SCANOUT_PART uint32_t operator()(uint32_t r, uint32_t g, uint32_t b, uint32_t a) const {
    return halfToByte(r) | halfToByte(g) << 8 | halfToByte(b) << 16 |
           (halfToByte(a) | opaque) << 24;
  }
};

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

/** Pixels of three bytes in words of four; at most {@link chunk} of them. */
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

/** Each byte of a word to its place. */
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

}  // namespace

Unpacker::Unpacker(Format format) : format_(std::move(format)) {
  const auto& channels = format_.channels;
  for (size_t c = 0; c < 4; c++) {
    // What a format has not is 0, and opaque.
    const Scale absent{0, c == 3 ? 255u : 0u, 0};
    const Scale whole{1, 0, 0};
    scales_[c] = channels[c].bits == 0 ? absent : format_.half ? whole : scaleOf(channels[c].bits);
  }
  const BlockShape& shape = format_.planes[0];
  const bool isSingle = format_.planes.size() == 1 && shape.across == 1;
  const auto isByte = [](const Channel& channel) { return channel.bits == 8; };
  plain_ = isSingle && !format_.yuv && !format_.half && (shape.bytes == 3 || shape.bytes == 4) &&
           std::all_of(channels.begin(), channels.begin() + 3, isByte) &&
           (isByte(channels[3]) || channels[3].bits == 0);
  const bool isSized = shape.bytes <= 4 || shape.bytes == 8;
  packed_ = isSingle && isSized;
  for (size_t c = 0; c < 4; c++) {
    const Channel& channel = channels[c];
    fields_[c] = {channel.shift / 32 * 4, channel.shift % 32, (1u << channel.bits) - 1};
    packed_ = packed_ && channel.shift % 32 + channel.bits <= 32;
  }
}

void Unpacker::packedRow(const uint8_t* from, uint64_t width, uint8_t* target) const {
  const auto& channels = format_.channels;
  if (plain_) {
    const uint32_t shifts[] = {channels[0].shift, channels[1].shift, channels[2].shift,
                               channels[3].shift};
    moveBytes(from, width, shifts, channels[3].bits ? 0 : 0xff, target);
    return;
  }
  const uint32_t bytes = format_.planes[0].bytes == 3 ? 4 : format_.planes[0].bytes;
  if (format_.yuv) {
    packedYuv(from, bytes, width, fields_, {format_.rule, scales_[3]}, target);
  } else if (format_.half) {
    packedHalves(from, bytes, width, fields_, {channels[3].bits ? 0u : 255u}, target);
  } else {
    packedRgb(from, bytes, width, fields_, {scales_}, target);
  }
}

void Unpacker::row(const uint8_t* const* rows, uint64_t width, uint8_t* target) const {
  const auto& channels = format_.channels;
  if (packed_ && format_.planes[0].bytes == 3) {
    uint32_t words[chunk];
    for (uint64_t x = 0; x < width; x += chunk) {
      const uint64_t count = std::min<uint64_t>(chunk, width - x);
      widen(rows[0] + x * 3, count, words);
      packedRow(reinterpret_cast<const uint8_t*>(words), count, target + x * 4);
    }
    return;
  }
  if (packed_) {
    packedRow(rows[0], width, target);
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
      for (uint64_t i = 0; i < count; i++) {
        samples[c][i] = static_cast<uint16_t>(halfToByte(samples[c][i]));
      }
    }
    if (format_.yuv) {
      joinYuv(samples, format_.rule, scales_[3], count, target + x * 4);
    } else {
      joinRgb(samples, scales_.data(), count, target + x * 4);
    }
  }
}

}  // namespace scanout
