// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "packed.h"
#include "samples.h"

namespace scanout {

struct Format {
  std::vector<BlockShape> planes;
  /** Red, green, blue, alpha, or Y, Cb, Cr, alpha. */
  std::array<Channel, 4> channels;
  bool half = false;
  bool yuv = false;
  YuvRule rule;
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
