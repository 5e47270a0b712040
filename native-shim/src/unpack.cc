// SPDX-License-Identifier: GPL-2.0-or-later
#include "unpack.h"

#include <cstring>

namespace scanout {
namespace {

constexpr uint32_t maxTableBits = 16;

uint8_t widen(uint32_t value, uint32_t bits) {
  uint32_t result = 0;
  for (int shift = 8 - static_cast<int>(bits); shift > -static_cast<int>(bits);
       shift -= static_cast<int>(bits)) {
    result |= shift >= 0 ? value << shift : value >> -shift;
  }
  return static_cast<uint8_t>(result);
}

uint64_t littleEndian(const uint8_t* pixel, uint64_t bytes) {
  uint64_t word = 0;
  for (uint64_t i = 0; i < bytes; i++) word |= uint64_t{pixel[i]} << (8 * i);
  return word;
}

}  // namespace

Channel::Channel(uint32_t shift, uint32_t bits, bool alpha)
    : shift_(bits ? shift : 0), bits_(bits), mask_((uint64_t{1} << bits) - 1) {
  if (bits == 0) {
    table_.push_back(alpha ? 255 : 0);
  } else if (bits <= maxTableBits) {
    table_.resize(mask_ + 1);
    for (uint64_t value = 0; value <= mask_; value++) {
      table_[value] = bits < 8 ? widen(static_cast<uint32_t>(value), bits)
                               : static_cast<uint8_t>(round(value));
    }
  }
}

Unpacker::Unpacker(std::array<Channel, 4> channels, uint64_t bytes)
    : channels_(std::move(channels)), bytes_(bytes) {
  plain_ = bytes == 4 && channels_[0].isByte() && channels_[1].isByte() && channels_[2].isByte() &&
           (channels_[3].isByte() || channels_[3].isAbsent());
}

template <typename Word>
void Unpacker::words(const uint8_t* pixels, uint64_t count, uint8_t* target) const {
  for (uint64_t i = 0; i < count; i++) {
    Word word;
    memcpy(&word, pixels + i * sizeof(Word), sizeof(Word));
    for (size_t c = 0; c < 4; c++) {
      target[i * 4 + c] = static_cast<uint8_t>(channels_[c].eightBits(word));
    }
  }
}

void Unpacker::bytesOfWord(const uint8_t* pixels, uint64_t count, uint8_t* target) const {
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t word = littleEndian(pixels + i * bytes_, bytes_);
    for (size_t c = 0; c < 4; c++) {
      target[i * 4 + c] = static_cast<uint8_t>(channels_[c].eightBits(word));
    }
  }
}

void Unpacker::row(const uint8_t* pixels, uint64_t count, uint8_t* target) const {
  if (plain_) {
    const uint32_t red = channels_[0].shift();
    const uint32_t green = channels_[1].shift();
    const uint32_t blue = channels_[2].shift();
    const uint32_t alpha = channels_[3].shift();
    const uint32_t opaque = channels_[3].isAbsent() ? 0xff : 0;
    for (uint64_t i = 0; i < count; i++) {
      uint32_t word;
      memcpy(&word, pixels + i * 4, 4);
      const uint32_t rgba = (word >> red & 0xff) | (word >> green & 0xff) << 8 |
                            (word >> blue & 0xff) << 16 | ((word >> alpha & 0xff) | opaque) << 24;
      memcpy(target + i * 4, &rgba, 4);
    }
  } else if (bytes_ == 2) {
    words<uint16_t>(pixels, count, target);
  } else if (bytes_ == 4) {
    words<uint32_t>(pixels, count, target);
  } else if (bytes_ == 8) {
    words<uint64_t>(pixels, count, target);
  } else {
    bytesOfWord(pixels, count, target);
  }
}

}  // namespace scanout
