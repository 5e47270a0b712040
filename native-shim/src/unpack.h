// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace scanout {

/** core/fourcc.ts BlockShape. */
struct BlockShape {
  uint32_t bytes = 0, across = 1, down = 1;
};

/** core/fourcc.ts Channel; no bits: the format has none. */
struct Channel {
  uint32_t plane = 0, shift = 0, bits = 0, step = 0;
};

/** core/yuv.ts YuvRule. */
struct YuvRule {
  int32_t black = 0, middle = 0, luma = 0, redV = 0, greenU = 0, greenV = 0, blueU = 0;
};

struct Format {
  std::vector<BlockShape> planes;
  /** Red, green, blue, alpha, or Y, Cb, Cr, alpha. */
  std::array<Channel, 4> channels;
  bool half = false;
  bool yuv = false;
  YuvRule rule;
};

/** How a number of few or many bits becomes 8: (v · factor + add) >> shift. */
struct Scale {
  uint32_t factor = 0, add = 0, shift = 0;
};

/** Where a channel of a packed pixel lies: in which of its words, and how far up there. */
struct Field {
  uint32_t word = 0, shift = 0, mask = 0;
};

/** Turns tight rows of blocks into rows of RGBA bytes, by the rules of core/decode.ts. */
class Unpacker {
 public:
  explicit Unpacker(Format format);

  const Format& format() const { return format_; }
  /**
   * One row of pixels. Allocates nothing.
   *
   * @param rows the row of blocks of each memory plane that the pixels are in
   */
  void row(const uint8_t* const* rows, uint64_t width, uint8_t* target) const;

 private:
  /** Of blocks of three bytes: widened to four. */
  void packedRow(const uint8_t* from, uint64_t width, uint8_t* target) const;

  Format format_;
  std::array<Scale, 4> scales_;
  std::array<Field, 4> fields_;
  /** A block a pixel, in one memory plane, and every channel in 32 bits of it. */
  bool packed_;
  /** Packed, up to four bytes a pixel and a byte a channel. */
  bool plain_;
};

}  // namespace scanout
