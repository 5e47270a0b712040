// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace scanout {

/**
 * One channel of a pixel and its value as 8 bits: fewer bits are widened by repeating them, more are
 * rounded, v * 255 / (2^n - 1). A missing alpha is 255, a missing colour 0.
 */
class Channel {
 public:
  Channel() = default;
  Channel(uint32_t shift, uint32_t bits, bool alpha);

  uint32_t eightBits(uint64_t word) const {
    const uint64_t value = word >> shift_ & mask_;
    return table_.empty() ? round(value) : table_[value];
  }
  bool isByte() const { return bits_ == 8; }
  bool isAbsent() const { return bits_ == 0; }
  uint32_t shift() const { return shift_; }

 private:
  uint32_t round(uint64_t value) const {
    return static_cast<uint32_t>((value * 510 + mask_) / (mask_ * 2));
  }

  uint32_t shift_ = 0;
  uint32_t bits_ = 0;
  uint64_t mask_ = 0;
  /** All values, for up to 16 bits. */
  std::vector<uint8_t> table_;
};

/** Turns tight rows of little-endian words into rows of RGBA bytes. */
class Unpacker {
 public:
  Unpacker(std::array<Channel, 4> channels, uint64_t bytes);
  void row(const uint8_t* pixels, uint64_t count, uint8_t* target) const;

 private:
  template <typename Word>
  void words(const uint8_t* pixels, uint64_t count, uint8_t* target) const;
  void bytesOfWord(const uint8_t* pixels, uint64_t count, uint8_t* target) const;

  std::array<Channel, 4> channels_;
  uint64_t bytes_;
  /** Four bytes a pixel and a byte a channel: no table needed. */
  bool plain_;
};

}  // namespace scanout
