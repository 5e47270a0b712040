// SPDX-License-Identifier: GPL-2.0-or-later
#include "tiles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <tuple>

#include "wide.h"

namespace scanout {
namespace {

constexpr uint64_t maxTileBytes = uint64_t{1} << 31;
constexpr uint64_t maxSide = uint64_t{1} << 20;
constexpr uint64_t maxMasks = 24;
/** Tiles of fewer bytes cost more to find than to copy. */
constexpr uint64_t smallTile = 4096;
/** Narrower ones write to more rows, in pages of their own, than the processor keeps at hand. */
constexpr uint64_t narrowTile = 256;
constexpr uint64_t cacheLine = 64;
/** Rows of blocks in V3D's page cache. */
constexpr uint64_t uifCache = 32;

uint64_t divideUp(uint64_t value, uint64_t by) { return (value + by - 1) / by; }

uint32_t scatter(const std::vector<uint32_t>& masks, uint64_t coordinate) {
  uint32_t offset = 0;
  for (size_t bit = 0; bit < masks.size(); bit++) {
    if (coordinate >> bit & 1) offset ^= masks[bit];
  }
  return offset;
}

/**
 * What {@link scatter} gives for every multiple of `step`, a power of two, below `end`: each is that of the
 * coordinate without its lowest bit, and what this bit adds.
 */
std::vector<uint32_t> scatterAll(const std::vector<uint32_t>& masks, uint64_t step, uint64_t end) {
  std::vector<uint32_t> offsets(divideUp(end, step));
  const auto skipped = static_cast<size_t>(std::countr_zero(step));
  for (size_t i = 1; i < offsets.size(); i++) {
    const size_t bit = skipped + static_cast<size_t>(std::countr_zero(i));
    offsets[i] = offsets[i & (i - 1)] ^ (bit < masks.size() ? masks[bit] : 0);
  }
  return offsets;
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

/** Whether four rows of four bytes fill sixteen bytes in a row, and nothing else gets among them. */
bool hasSquares(const Tiling& tiling) {
  constexpr uint32_t inside = 15;
  const auto& [x, y] = std::tie(tiling.xMasks, tiling.yMasks);
  if (x.size() < 2 || y.size() < 2 || tiling.width < 4 || tiling.height < 4) return false;
  uint32_t reached = 0;
  for (uint32_t i = 0; i < 16; i++) {
    const uint32_t offset = scatter(x, i % 4) ^ scatter(y, i / 4);
    if (offset > inside) return false;
    reached |= 1u << offset;
  }
  const auto isApart = [](uint32_t mask) { return (mask & inside) == 0; };
  return reached == 0xffff && std::all_of(x.begin() + 2, x.end(), isApart) &&
         std::all_of(y.begin() + 2, y.end(), isApart);
}

std::vector<uint32_t> readMasks(Napi::Env env, Napi::Value value, uint64_t tileBytes) {
  if (!value.IsArray()) throwMisuse(env, "masks are not an array");
  const auto array = value.As<Napi::Array>();
  if (array.Length() > maxMasks) throwMisuse(env, "too many masks");
  std::vector<uint32_t> masks;
  for (uint32_t i = 0; i < array.Length(); i++) {
    const uint64_t mask = wholeNumber(env, array.Get(i));
    if (mask >= tileBytes) throwMisuse(env, "mask beyond its tile");
    masks.push_back(static_cast<uint32_t>(mask));
  }
  return masks;
}

TileOrder readOrder(Napi::Env env, Napi::Value value) {
  constexpr const char* names[] = {"rows", "serpentine", "zigzag", "columns", "uif"};
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  for (size_t i = 0; i < std::size(names); i++) {
    if (name == names[i]) return static_cast<TileOrder>(i);
  }
  throwMisuse(env, "unknown order of tiles");
}

Tiling readTiling(Napi::Env env, Napi::Value tiles, Napi::Value size) {
  if (!tiles.IsObject() || !size.IsObject()) throwMisuse(env, "not a tiling");
  const auto object = tiles.As<Napi::Object>();
  const auto grid = size.As<Napi::Object>();
  Tiling tiling;
  tiling.order = readOrder(env, object.Get("order"));
  tiling.width = wholeNumber(env, object.Get("tileWidth"));
  tiling.height = wholeNumber(env, object.Get("tileHeight"));
  tiling.across = wholeNumber(env, grid.Get("across"));
  tiling.down = wholeNumber(env, grid.Get("down"));
  if (!std::has_single_bit(tiling.width) || !std::has_single_bit(tiling.height) ||
      tiling.width > maxTileBytes || tiling.height > maxTileBytes / tiling.width) {
    throwMisuse(env, "tile sides are not powers of two");
  }
  if (tiling.across > INT32_MAX || tiling.down > maxSide) throwMisuse(env, "grid out of range");
  tiling.xMasks = readMasks(env, object.Get("xMasks"), tiling.bytes());
  tiling.yMasks = readMasks(env, object.Get("yMasks"), tiling.bytes());
  return tiling;
}

}  // namespace

/** core/tiling.ts tileIndex. */
uint64_t Tiling::index(uint64_t column, uint64_t row) const {
  switch (order) {
    case TileOrder::serpentine:
      return row * across + (row % 2 ? across - 1 - column : column);
    case TileOrder::zigzag:
      if (row + 1 == down && row % 2 == 0) return row * across + column;
      return row % 2 ? (row - 1) * across + column + column / 4 * 4 + 2
                     : row * across + column + (column + 2) / 4 * 4;
    case TileOrder::columns:
      return column * down + row;
    case TileOrder::uif: {
      const uint64_t group = column / 4;
      const uint64_t turned = down % uifCache == 0 && group % 2 ? row ^ 16 : row;
      return group * 4 * down + turned * 4 + column % 4;
    }
    case TileOrder::rows:
      break;
  }
  return row * across + column;
}

BlockRows::BlockRows(Napi::Env env, Bytes memory, Napi::Value value) : memory_(memory) {
  if (!value.IsObject()) throwMisuse(env, "not a layout");
  const auto layout = value.As<Napi::Object>();
  const auto field = [&](const char* name) { return wholeNumber(env, layout.Get(name)); };
  width_ = field("width");
  height_ = field("height");
  blockBytes_ = field("bytes");
  stride_ = field("stride");
  const uint64_t offset = field("offset");
  if (width_ < 1 || width_ > maxSide || height_ < 1 || height_ > maxSide || blockBytes_ < 1 ||
      blockBytes_ > 8 || stride_ > INT32_MAX || offset > memory.size) {
    throwMisuse(env, "layout out of range");
  }
  rowBytes_ = width_ * blockBytes_;
  start_ = memory.data + offset;
  const uint64_t room = memory.size - offset;
  const Napi::Value tiles = layout.Get("tiling");
  tiled_ = !tiles.IsUndefined();
  if (stride_ < rowBytes_) throwMisuse(env, "stride shorter than its rows");
  if (!tiled_) {
    if ((height_ - 1) * stride_ + rowBytes_ > room) throwMisuse(env, "layout beyond its memory");
    return;
  }
  tiling_ = readTiling(env, tiles, layout.Get("grid"));
  checkTiles(env, room);
  prepare();
}

/** Every tile that the plane has lies in its grid, and the grid in memory. */
void BlockRows::checkTiles(Napi::Env env, uint64_t room) const {
  const uint64_t columns = divideUp(rowBytes_, tiling_.width);
  const uint64_t rows = divideUp(height_, tiling_.height);
  if (columns > tiling_.across || rows > tiling_.down) throwMisuse(env, "grid too small");
  uint64_t tiles = tiling_.across * tiling_.down;
  if (tiling_.order == TileOrder::columns) {
    tiles = (columns - 1) * tiling_.down + rows;
  } else if (tiling_.order == TileOrder::zigzag && tiling_.across % 2 != 0) {
    throwMisuse(env, "zigzag of an odd number of tiles");
  } else if (tiling_.order == TileOrder::uif && tiling_.across % 4 != 0) {
    throwMisuse(env, "columns of blocks that are not whole");
  }
  if (tiles > room / tiling_.bytes()) throwMisuse(env, "layout beyond its memory");
}

void BlockRows::prepare() {
  run_ = runOf(tiling_);
  const bool isPlain = uint64_t{1} << tiling_.xMasks.size() <= tiling_.width;
  if (tiling_.order == TileOrder::rows && isPlain) {
    joined_ = std::max<uint64_t>({1, smallTile / tiling_.bytes(), narrowTile / tiling_.width});
  } else if (tiling_.order == TileOrder::uif) {
    joined_ = 4;
  }
  columnOffsets_ = scatterAll(tiling_.xMasks, run_, rowBytes_);
  for (uint64_t i = 0; joined_ > 1 && i < columnOffsets_.size(); i++) {
    const uint64_t tile = i * run_ / tiling_.width % joined_;
    columnOffsets_[i] |= static_cast<uint32_t>(tile * tiling_.bytes());
  }
  rowOffsets_ = scatterAll(tiling_.yMasks, 1, height_);
  squares_ = run_ == 1 && hasSquares(tiling_);
  for (uint32_t i = 0; squares_ && i < 16; i++) {
    square_[i] = static_cast<uint8_t>(scatter(tiling_.xMasks, i % 4) ^ scatter(tiling_.yMasks, i / 4));
  }
}

template <size_t fixedRun>
void BlockRows::copyTiles(const BytePart& part, uint8_t* target, uint64_t pitch) const {
  const uint64_t run = fixedRun ? fixedRun : run_;
  const uint64_t width = tiling_.width * joined_;
  const uint64_t endColumn = divideUp(part.right, width);
  const auto tilesAt = [&](uint64_t column, uint64_t row) {
    return start_ + tiling_.index(column * joined_, row) * tiling_.bytes();
  };
  for (uint64_t top = part.top; top < part.bottom;) {
    const uint64_t tileRow = top / tiling_.height;
    const uint64_t bottom = std::min(part.bottom, (tileRow + 1) * tiling_.height);
    for (uint64_t column = part.left / width; column < endColumn; column++) {
      const uint8_t* tile = tilesAt(column, tileRow);
      const uint8_t* next = column + 1 < endColumn ? tilesAt(column + 1, tileRow) : tile;
      const uint64_t left = std::max(part.left, column * width);
      const uint64_t right = std::min(part.right, (column + 1) * width);
      // Runs that the part's sides cut: some bytes before the whole ones, some after.
      const uint64_t before = std::min(divideUp(left, run) * run, right) - left;
      const uint64_t runs = (right - left - before) / run;
      const uint64_t after = right - left - before - runs * run;
      const uint32_t* offsets = columnOffsets_.data() + divideUp(left, run);
      uint8_t* to = target + (top - part.top) * pitch + (left - part.left) + before;
      for (uint64_t y = top; y < bottom; y++, to += pitch) {
        const uint32_t across = rowOffsets_[y];
        // The order in which tiles are read is none that a processor foresees.
        for (uint64_t at = 0; at < width; at += cacheLine) {
          __builtin_prefetch(next + (y - top) * width + at);
        }
        if (before) memcpy(to - before, tile + (offsets[-1] ^ across) + left % run, before);
        for (uint64_t i = 0; i < runs; i++) memcpy(to + i * run, tile + (offsets[i] ^ across), run);
        if (after) memcpy(to + runs * run, tile + (offsets[runs] ^ across), after);
      }
    }
    top = bottom;
  }
}

/** Four rows of four bytes, each row in a place of its own. */
SCANOUT_WIDE void copySquares(const uint8_t* tile, const uint32_t* offsets, uint64_t count,
                              uint32_t across, const Square& order, uint8_t* target,
                              uint64_t pitch) {
  for (uint64_t i = 0; i < count; i++) {
    Square square;
    memcpy(&square, tile + (offsets[i * 4] ^ across), sizeof(square));
    square = __builtin_shuffle(square, order);
    for (size_t row = 0; row < 4; row++) {
      const auto words = std::bit_cast<std::array<uint32_t, 4>>(square);
      memcpy(target + row * pitch + i * 4, &words[row], 4);
    }
  }
}

/** Tiles of single bytes in squares of four by four; what a part's sides cut goes byte by byte. */
void BlockRows::copyBytes(const BytePart& part, uint8_t* target, uint64_t pitch) const {
  const uint64_t top = std::min(divideUp(part.top, 4) * 4, part.bottom);
  const uint64_t bottom = std::max(top, part.bottom / 4 * 4);
  const uint64_t left = std::min(divideUp(part.left, 4) * 4, part.right);
  const uint64_t right = std::max(left, part.right / 4 * 4);
  const auto at = [&](uint64_t x, uint64_t y) {
    return target + (y - part.top) * pitch + (x - part.left);
  };
  const auto cut = [&](const BytePart& rest) {
    if (rest.left < rest.right && rest.top < rest.bottom) {
      copyTiles<1>(rest, at(rest.left, rest.top), pitch);
    }
  };
  cut({part.left, part.right, part.top, top});
  cut({part.left, part.right, bottom, part.bottom});
  cut({part.left, left, top, bottom});
  cut({right, part.right, top, bottom});
  const uint64_t width = tiling_.width * joined_;
  for (uint64_t y = top; y < bottom; y += 4) {
    for (uint64_t x = left; x < right;) {
      const uint64_t end = std::min(right, (x / width + 1) * width);
      const uint64_t tile = tiling_.index(x / width * joined_, y / tiling_.height);
      copySquares(start_ + tile * tiling_.bytes(), columnOffsets_.data() + x, (end - x) / 4,
                  rowOffsets_[y], square_, at(x, y), pitch);
      x = end;
    }
  }
}

void BlockRows::copy(const BytePart& part, uint8_t* target, uint64_t pitch) const {
  if (squares_) return copyBytes(part, target, pitch);
  if (!tiled_) {
    const uint64_t bytes = part.right - part.left;
    const uint64_t rows = part.bottom - part.top;
    if (bytes == stride_ && bytes == pitch) {
      memcpy(target, row(part.top), rows * bytes);
      return;
    }
    for (uint64_t y = 0; y < rows; y++) {
      memcpy(target + y * pitch, row(part.top + y) + part.left, bytes);
    }
    return;
  }
  switch (run_) {
    case 1: return copyTiles<1>(part, target, pitch);
    case 2: return copyTiles<2>(part, target, pitch);
    case 4: return copyTiles<4>(part, target, pitch);
    case 8: return copyTiles<8>(part, target, pitch);
    case 16: return copyTiles<16>(part, target, pitch);
    case 32: return copyTiles<32>(part, target, pitch);
    case 64: return copyTiles<64>(part, target, pitch);
    default: return copyTiles<0>(part, target, pitch);
  }
}

}  // namespace scanout
