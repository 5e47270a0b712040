// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

#include <cstdint>
#include <vector>

#include "handle.h"

namespace scanout {

/** core/tiling.ts TileOrder, in its order. */
enum class TileOrder { rows, serpentine, zigzag, columns, uif };

/** core/tiling.ts Tiling, with the grid of one plane. */
struct Tiling {
  TileOrder order = TileOrder::rows;
  /** Of a tile: bytes and rows. */
  uint64_t width = 0, height = 0;
  /** Tiles. */
  uint64_t across = 0, down = 0;
  std::vector<uint32_t> xMasks, yMasks;

  uint64_t bytes() const { return width * height; }
  uint64_t index(uint64_t column, uint64_t row) const;
};

/** Byte columns from `left` to before `right` of the rows from `top` to before `bottom`. */
struct BytePart {
  uint64_t left = 0, right = 0, top = 0, bottom = 0;
};

/** Sixteen bytes that the processor puts in any order at once. */
typedef uint8_t Square __attribute__((vector_size(16)));

/** The blocks of one memory plane, and how to read their rows. */
class BlockRows {
 public:
  /** Reads api.ts Layout and checks that every byte which it addresses lies in `memory`. */
  BlockRows(Napi::Env env, Bytes memory, Napi::Value layout);

  uint64_t rowBytes() const { return rowBytes_; }
  uint64_t width() const { return width_; }
  uint64_t height() const { return height_; }
  uint64_t blockBytes() const { return blockBytes_; }
  bool tiled() const { return tiled_; }
  /** Rows that are best read together. */
  uint64_t bandRows() const { return tiled_ ? tiling_.height : 1; }
  Bytes memory() const { return memory_; }
  /** A row of a plane without tiling, where it lies. */
  const uint8_t* row(uint64_t y) const { return start_ + y * stride_; }
  /** Copies a part, its rows `pitch` bytes apart. Allocates nothing. */
  void copy(const BytePart& part, uint8_t* target, uint64_t pitch) const;

 private:
  template <size_t fixedRun>
  void copyTiles(const BytePart& part, uint8_t* target, uint64_t pitch) const;
  void copyBytes(const BytePart& part, uint8_t* target, uint64_t pitch) const;
  void checkTiles(Napi::Env env, uint64_t room) const;
  void prepare();

  Bytes memory_{};
  const uint8_t* start_ = nullptr;
  uint64_t width_ = 0, height_ = 0, blockBytes_ = 0, stride_ = 0, rowBytes_ = 0;
  bool tiled_ = false;
  Tiling tiling_;
  /** Bytes that stay together wherever a tile puts them. */
  uint64_t run_ = 0;
  /** Small tiles that follow each other in a row and in memory: read as one, because each costs as much to find. */
  uint64_t joined_ = 1;
  /** Where the runs of a row lie in their joined tiles, and what the masks add for each row. */
  std::vector<uint32_t> columnOffsets_, rowOffsets_;
  /** Single bytes lie in squares, in this order. */
  bool squares_ = false;
  Square square_{};
};

}  // namespace scanout
