// SPDX-License-Identifier: GPL-2.0-or-later
#include "linearise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "guard.h"
#include "handle.h"
#include "unpack.h"

namespace scanout {
namespace {

constexpr uint64_t maxTileBytes = uint64_t{1} << 31;

/** api.ts TileMap. */
struct Tiling {
  uint64_t width = 0, height = 0;
  std::vector<uint32_t> xMasks, yMasks;
};

uint32_t scatter(const std::vector<uint32_t>& masks, uint64_t coordinate) {
  uint32_t offset = 0;
  for (size_t bit = 0; bit < masks.size(); bit++) {
    if (coordinate >> bit & 1) offset ^= masks[bit];
  }
  return offset;
}

/**
 * The longest run of bytes that stays together: 2^r when the low r masks of the byte column are the
 * identity and no other mask touches those bits.
 */
uint64_t runOf(const Tiling& tiling) {
  uint32_t others = 0;
  for (const uint32_t mask : tiling.yMasks) others |= mask;
  size_t bits = 0;
  while (bits < tiling.xMasks.size() && tiling.xMasks[bits] == uint32_t{1} << bits) bits++;
  for (size_t bit = bits; bit < tiling.xMasks.size(); bit++) others |= tiling.xMasks[bit];
  while (bits > 0 && (others & ((uint64_t{1} << bits) - 1))) {
    bits--;
    others |= tiling.xMasks[bits];
  }
  return std::min(uint64_t{1} << bits, tiling.width);
}

/** One memory plane and how to walk its rows. */
struct Rows {
  const uint8_t* memory = nullptr;
  uint64_t stride = 0, rowBytes = 0, height = 0;
  bool tiled = false;
  Tiling tiling;
  uint64_t run = 0;
  /** Per run of a row: where its tile begins in the row of tiles, and its place inside the tile. */
  std::vector<uint64_t> tileStart;
  std::vector<uint32_t> inTile;
  /** Per row of a tile map: what yMasks add. */
  std::vector<uint32_t> rowInTile;

  void prepare() {
    if (!tiled) return;
    run = runOf(tiling);
    for (uint64_t x = 0; x < rowBytes; x += run) {
      tileStart.push_back(x / tiling.width * tiling.width * tiling.height);
      inTile.push_back(scatter(tiling.xMasks, x));
    }
    for (uint64_t y = 0; y < height; y++) rowInTile.push_back(scatter(tiling.yMasks, y));
  }

  template <size_t fixedRun>
  void copyRuns(const uint8_t* tiles, uint32_t across, uint8_t* target) const {
    const uint64_t step = fixedRun ? fixedRun : run;
    const size_t whole = rowBytes / step;
    for (size_t i = 0; i < whole; i++) {
      memcpy(target + i * step, tiles + tileStart[i] + (inTile[i] ^ across), step);
    }
    const uint64_t rest = rowBytes - whole * step;
    if (rest > 0) {
      memcpy(target + whole * step, tiles + tileStart[whole] + (inTile[whole] ^ across), rest);
    }
  }

  /** Copies row y, tight. */
  void copyRow(uint64_t y, uint8_t* target) const {
    if (!tiled) {
      memcpy(target, memory + y * stride, rowBytes);
      return;
    }
    const uint8_t* tiles = memory + y / tiling.height * tiling.height * stride;
    const uint32_t across = rowInTile[y];
    if (run == 16) {
      copyRuns<16>(tiles, across, target);
    } else if (run == 1) {
      copyRuns<1>(tiles, across, target);
    } else {
      copyRuns<0>(tiles, across, target);
    }
  }
};

/** At most one mask for each bit of a coordinate inside the tile: bits beyond it choose the tile. */
std::vector<uint32_t> readMasks(Napi::Env env, Napi::Value value, uint64_t side,
                                uint64_t tileBytes) {
  if (!value.IsArray()) throwMisuse(env, "masks are not an array");
  const auto array = value.As<Napi::Array>();
  if (array.Length() > std::bit_width(side) - 1) throwMisuse(env, "too many masks");
  std::vector<uint32_t> masks;
  for (uint32_t i = 0; i < array.Length(); i++) {
    const uint64_t mask = wholeNumber(env, array.Get(i));
    if (mask >= tileBytes) throwMisuse(env, "mask beyond its tile");
    masks.push_back(static_cast<uint32_t>(mask));
  }
  return masks;
}

Tiling readTiling(Napi::Env env, Napi::Object object) {
  Tiling tiling;
  tiling.width = wholeNumber(env, object.Get("tileWidth"));
  tiling.height = wholeNumber(env, object.Get("tileHeight"));
  if (!std::has_single_bit(tiling.width) || !std::has_single_bit(tiling.height) ||
      tiling.width > maxTileBytes || tiling.height > maxTileBytes / tiling.width) {
    throwMisuse(env, "tile sides are not powers of two");
  }
  const uint64_t bytes = tiling.width * tiling.height;
  tiling.xMasks = readMasks(env, object.Get("xMasks"), tiling.width, bytes);
  tiling.yMasks = readMasks(env, object.Get("yMasks"), tiling.height, bytes);
  return tiling;
}

uint64_t alignUp(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

constexpr uint64_t maxSide = uint64_t{1} << 20;

/** Reads api.ts Layout and checks that every byte which it addresses lies in `memory`. */
Rows readRows(const Napi::CallbackInfo& info, Bytes memory, uint64_t* width, uint64_t* bytes) {
  const Napi::Env env = info.Env();
  if (!info[1].IsObject()) throwMisuse(env, "not a layout");
  const auto layout = info[1].As<Napi::Object>();
  const auto field = [&](const char* name) { return wholeNumber(env, layout.Get(name)); };
  Rows rows;
  *width = field("width");
  *bytes = field("bytes");
  rows.height = field("height");
  rows.stride = field("stride");
  const uint64_t offset = field("offset");
  if (*width < 1 || *width > maxSide || rows.height < 1 || rows.height > maxSide || *bytes < 1 ||
      *bytes > 8 || rows.stride > INT32_MAX || offset > memory.size) {
    throwMisuse(env, "layout out of range");
  }
  rows.rowBytes = *width * *bytes;
  rows.memory = memory.data + offset;
  const uint64_t room = memory.size - offset;
  const Napi::Value tiling = layout.Get("tiling");
  rows.tiled = !tiling.IsUndefined();
  if (!rows.tiled) {
    if (rows.stride < rows.rowBytes || (rows.height - 1) * rows.stride + rows.rowBytes > room) {
      throwMisuse(env, "layout beyond its memory");
    }
    return rows;
  }
  if (!tiling.IsObject()) throwMisuse(env, "not a tiling");
  rows.tiling = readTiling(env, tiling.As<Napi::Object>());
  if (rows.stride % rows.tiling.width != 0 || rows.stride < rows.rowBytes ||
      alignUp(rows.height, rows.tiling.height) * rows.stride > room) {
    throwMisuse(env, "layout beyond its memory");
  }
  rows.prepare();
  return rows;
}

/** Where the result goes: memory that JavaScript made, because a failed allocation here ends the process. */
uint8_t* targetOf(const Napi::CallbackInfo& info, size_t index, uint64_t size) {
  const Bytes target = bytesOf(info, index);
  if (target.size != size) throwMisuse(info.Env(), "target of another size");
  return target.data;
}

Napi::Value linearise(const Napi::CallbackInfo& info) {
  const Bytes memory = bytesOf(info, 0);
  uint64_t width = 0;
  uint64_t bytes = 0;
  const Rows rows = readRows(info, memory, &width, &bytes);
  uint8_t* target = targetOf(info, 2, rows.rowBytes * rows.height);
  const bool whole = guarded({memory.data, memory.size}, {}, [&rows, target] {
    for (uint64_t y = 0; y < rows.height; y++) rows.copyRow(y, target + y * rows.rowBytes);
  });
  if (!whole) throwErrno(info.Env(), "linearise", EFAULT);
  return info.Env().Undefined();
}

std::array<Channel, 4> readChannels(const Napi::CallbackInfo& info, uint64_t bytes) {
  const Napi::Env env = info.Env();
  if (!info[2].IsObject()) throwMisuse(env, "not a format");
  const auto format = info[2].As<Napi::Object>();
  const Napi::Value list = format.Get("channels");
  if (wholeNumber(env, format.Get("bytes")) != bytes || !list.IsArray() ||
      list.As<Napi::Array>().Length() != 4) {
    throwMisuse(env, "format does not fit its layout");
  }
  std::array<Channel, 4> channels;
  for (uint32_t i = 0; i < 4; i++) {
    const Napi::Value item = list.As<Napi::Array>().Get(i);
    if (!item.IsObject()) throwMisuse(env, "not a channel");
    const uint64_t shift = wholeNumber(env, item.As<Napi::Object>().Get("shift"));
    const uint64_t bits = wholeNumber(env, item.As<Napi::Object>().Get("bits"));
    if (bits > 32 || shift > 64 || shift + bits > bytes * 8) throwMisuse(env, "channel out of range");
    channels[i] = Channel(static_cast<uint32_t>(shift), static_cast<uint32_t>(bits), i == 3);
  }
  return channels;
}

Napi::Value decodeRgba8(const Napi::CallbackInfo& info) {
  const Bytes memory = bytesOf(info, 0);
  uint64_t width = 0;
  uint64_t bytes = 0;
  const Rows rows = readRows(info, memory, &width, &bytes);
  const Unpacker unpacker(readChannels(info, bytes), bytes);
  uint8_t* target = targetOf(info, 3, width * 4 * rows.height);
  std::vector<uint8_t> line(rows.rowBytes);
  uint8_t* tight = line.data();
  const bool whole = guarded({memory.data, memory.size}, {}, [&rows, &unpacker, target, tight, width] {
    for (uint64_t y = 0; y < rows.height; y++) {
      rows.copyRow(y, tight);
      unpacker.row(tight, width, target + y * width * 4);
    }
  });
  if (!whole) throwErrno(info.Env(), "decodeRgba8", EFAULT);
  return info.Env().Undefined();
}

}  // namespace

void defineLinearise(Napi::Object exports) {
  define(exports, {{"linearise", linearise}, {"decodeRgba8", decodeRgba8}});
}

}  // namespace scanout
