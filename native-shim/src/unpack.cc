// SPDX-License-Identifier: GPL-2.0-or-later
#include "unpack.h"

#include <algorithm>
#include <utility>

namespace scanout {

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
      gatherSamples(blocks, shape, channel, count, samples[c].data());
      if (!format_.half) continue;
      for (uint64_t i = 0; i < count; i++) {
        samples[c][i] = static_cast<uint16_t>(halfToByte(samples[c][i]));
      }
    }
    if (format_.yuv) {
      joinYuv(samples, {format_.rule, scales_[3]}, count, target + x * 4);
    } else {
      joinRgb(samples, {scales_}, count, target + x * 4);
    }
  }
}

}  // namespace scanout
