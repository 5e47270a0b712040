// SPDX-License-Identifier: GPL-2.0-or-later
#include "damage.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "memory.h"

namespace scanout {
namespace {

/** Numbers of api.ts ScanShape. */
struct Shape {
  uint64_t sourceOffset, sourcePitch, shadowPitch, rows, rowBytes, lastRowBytes, cellWidth, cellRows;
};

constexpr uint64_t maxSide = INT32_MAX;

Shape readShape(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsObject()) throwMisuse(info.Env(), "not a shape");
  const auto object = info[index].As<Napi::Object>();
  const auto field = [&](const char* name) {
    return wholeNumber(info.Env(), object.Get(name).As<Napi::Value>());
  };
  return {field("sourceOffset"), field("sourcePitch"),  field("shadowPitch"), field("rows"),
          field("rowBytes"),     field("lastRowBytes"), field("cellWidth"),   field("cellRows")};
}

bool multiply(uint64_t a, uint64_t b, uint64_t* product) {
  return !__builtin_mul_overflow(a, b, product);
}

/** Every byte that the scan can touch lies inside both mappings, and rectangles fit in int32. */
bool fits(const Shape& shape, uint64_t sourceSize, uint64_t shadowSize) {
  const bool sane = shape.rows >= 1 && shape.rows <= maxSide && shape.rowBytes >= 1 &&
                    shape.lastRowBytes >= 1 && shape.lastRowBytes <= shape.rowBytes &&
                    shape.rowBytes <= shape.shadowPitch && shape.rowBytes <= shape.sourcePitch &&
                    shape.shadowPitch <= maxSide && shape.shadowPitch % 4 == 0 &&
                    shape.cellWidth >= 4 && shape.cellWidth % 4 == 0 &&
                    shape.cellWidth <= maxSide && shape.cellRows >= 1 && shape.cellRows <= maxSide;
  if (!sane || shape.sourceOffset > sourceSize) return false;
  const uint64_t room = sourceSize - shape.sourceOffset;
  uint64_t before = 0;
  uint64_t last = 0;
  uint64_t shadow = 0;
  if (!multiply(shape.rows - 1, shape.sourcePitch, &last)) return false;
  if (last > room || shape.lastRowBytes > room - last) return false;
  if (shape.rows > 1) {
    before = last - shape.sourcePitch;
    if (shape.rowBytes > room - before) return false;
  }
  return multiply(shape.rows, shape.shadowPitch, &shadow) && shadow <= shadowSize;
}

/** One band of cells: as many rows as a cell is high, or fewer at the bottom. */
struct Band {
  const uint8_t* source;
  uint8_t* shadow;
  uint64_t sourcePitch, shadowPitch;
  uint64_t rows, rowBytes, lastRowBytes;
  uint64_t cellWidth, cells;
  /** One byte per cell. */
  uint8_t* changed;

  uint64_t bytesOf(uint64_t row) const { return row + 1 == rows ? lastRowBytes : rowBytes; }

  uint64_t skip(uint64_t cell, uint8_t state) const {
    while (cell < cells && changed[cell] == state) cell++;
    return cell;
  }

  /** Marks cells of a run that differ in this row. */
  void markRow(const uint8_t* from, const uint8_t* seen, uint64_t bytes, uint64_t first,
               uint64_t end) {
    for (uint64_t cell = first; cell < end; cell++) {
      const uint64_t x = cell * cellWidth;
      if (x >= bytes) return;
      if (memcmp(from + x, seen + x, std::min(cellWidth, bytes - x)) != 0) changed[cell] = 1;
    }
  }

  /** Row by row, so that memory is read in the order in which it lies. */
  void compare() {
    for (uint64_t row = 0; row < rows; row++) {
      const uint8_t* from = source + row * sourcePitch;
      const uint8_t* seen = shadow + row * shadowPitch;
      const uint64_t bytes = bytesOf(row);
      for (uint64_t first = skip(0, 1); first < cells; first = skip(first, 1)) {
        const uint64_t end = skip(first, 0);
        const uint64_t x = first * cellWidth;
        if (x >= bytes) break;
        const uint64_t length = std::min(end * cellWidth, bytes) - x;
        if (memcmp(from + x, seen + x, length) != 0) markRow(from, seen, bytes, first, end);
        first = end;
      }
    }
  }

  void copyChanged() {
    for (uint64_t first = skip(0, 0); first < cells; first = skip(first, 0)) {
      const uint64_t end = skip(first, 1);
      const uint64_t x = first * cellWidth;
      for (uint64_t row = 0; row < rows; row++) {
        const uint64_t bytes = bytesOf(row);
        if (x >= bytes) continue;
        memcpy(shadow + row * shadowPitch + x, source + row * sourcePitch + x,
               std::min(end * cellWidth, bytes) - x);
      }
      first = end;
    }
  }
};

uint64_t roundUp4(uint64_t value) { return (value + 3) / 4 * 4; }

/** @param left where the band's cells begin in a row of the image, bytes */
void appendRuns(const Band& band, uint64_t left, uint64_t y, std::vector<int32_t>& rects) {
  // A band that is only the short last row ends where that row ends.
  const uint64_t widest = band.rows == 1 ? band.lastRowBytes : band.rowBytes;
  for (uint64_t first = band.skip(0, 0); first < band.cells; first = band.skip(first, 0)) {
    const uint64_t end = band.skip(first, 1);
    const uint64_t x = first * band.cellWidth;
    const uint64_t width = roundUp4(std::min(end * band.cellWidth, widest) - x);
    for (const uint64_t number : {left + x, y, width, band.rows}) {
      rects.push_back(static_cast<int32_t>(number));
    }
    first = end;
  }
}

Napi::Value scanDamage(const Napi::CallbackInfo& info) {
  const auto& source = openMapping(info, 0);
  const auto& shadow = openMapping(info, 1);
  const Shape shape = readShape(info, 2);
  if (!shadow.writable || !fits(shape, source.size, shadow.size)) {
    throwMisuse(info.Env(), "scan beyond its mappings");
  }
  const uint64_t first = wholeNumber(info, 3);
  const uint64_t end = wholeNumber(info, 4);
  if (first % shape.cellRows != 0 || end > shape.rows) {
    throwMisuse(info.Env(), "scan beyond its rows");
  }
  const uint64_t left = wholeNumber(info, 5);
  const uint64_t right = wholeNumber(info, 6);
  if (left % shape.cellWidth != 0 || left > right || right > shape.rowBytes) {
    throwMisuse(info.Env(), "scan beyond its row");
  }
  const uint64_t rowBytes = right - left;
  const uint64_t lastRowBytes = std::min(std::max(shape.lastRowBytes, left), right) - left;
  const uint64_t cells = (rowBytes + shape.cellWidth - 1) / shape.cellWidth;
  std::vector<uint8_t> changed(cells);
  std::vector<int32_t> rects;
  for (uint64_t y = first; y < end; y += shape.cellRows) {
    const uint64_t rows = std::min(shape.cellRows, shape.rows - y);
    const bool bottom = y + rows == shape.rows;
    Band band{source.data + shape.sourceOffset + y * shape.sourcePitch + left,
              shadow.data + y * shape.shadowPitch + left,
              shape.sourcePitch,
              shape.shadowPitch,
              rows,
              rowBytes,
              bottom ? lastRowBytes : rowBytes,
              shape.cellWidth,
              cells,
              changed.data()};
    std::fill(changed.begin(), changed.end(), 0);
    const bool whole = guarded(rangeOf(source), rangeOf(shadow), [&band] {
      band.compare();
      band.copyChanged();
    });
    if (!whole) throwErrno(info.Env(), "scanDamage", EFAULT);
    appendRuns(band, left, y, rects);
  }
  auto result = Napi::Int32Array::New(info.Env(), rects.size());
  std::copy(rects.begin(), rects.end(), result.Data());
  return result;
}

/// How 32-bit pixels are written: red and blue change places, the fourth byte becomes 255.
constexpr uint64_t kSwap = 1;
constexpr uint64_t kOpaque = 2;

template <bool swap, bool opaque>
void copyWords(uint8_t* to, const uint8_t* from, uint64_t bytes) {
  for (uint64_t at = 0; at < bytes; at += 4) {
    uint32_t word;
    memcpy(&word, from + at, 4);
    if (swap) word = (word & 0xff00ff00u) | ((word & 0xffu) << 16) | ((word >> 16) & 0xffu);
    if (opaque) word |= 0xff000000u;
    memcpy(to + at, &word, 4);
  }
}

/// @param bytes a multiple of four unless the order is 0
void copyPixels(uint8_t* to, const uint8_t* from, uint64_t bytes, uint64_t order) {
  switch (order) {
    case kSwap:
      return copyWords<true, false>(to, from, bytes);
    case kOpaque:
      return copyWords<false, true>(to, from, bytes);
    case kSwap | kOpaque:
      return copyWords<true, true>(to, from, bytes);
    default:
      memcpy(to, from, bytes);
  }
}

Napi::Value packRects(const Napi::CallbackInfo& info) {
  const auto& mapping = openMapping(info, 0);
  const uint64_t pitch = wholeNumber(info, 1);
  if (!info[2].IsTypedArray() ||
      info[2].As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    throwMisuse(info.Env(), "not an Int32Array");
  }
  // A copy: the caller's numbers could change between the check and the use.
  const auto given = info[2].As<Napi::Int32Array>();
  const std::vector<int32_t> rects(given.Data(), given.Data() + given.ElementLength());
  const Bytes target = memoryOf(info.Env(), info[3], true);
  const uint64_t offset = wholeNumber(info, 4);
  const uint64_t order = wholeNumber(info, 5);
  if (offset > target.size) throwMisuse(info.Env(), "target begins beyond its memory");
  const uint64_t capacity = target.size - offset;
  if (order > (kSwap | kOpaque)) throwMisuse(info.Env(), "no such order");
  uint64_t total = 0;
  if (rects.size() % 4 != 0) throwMisuse(info.Env(), "rectangles are four numbers each");
  for (size_t i = 0; i < rects.size(); i += 4) {
    const int64_t x = rects[i], y = rects[i + 1], width = rects[i + 2], height = rects[i + 3];
    if (x < 0 || y < 0 || width < 0 || height < 0) throwMisuse(info.Env(), "negative rectangle");
    if (width == 0 || height == 0) continue;
    if (order != 0 && (x % 4 != 0 || width % 4 != 0)) throwMisuse(info.Env(), "parts of a pixel");
    uint64_t begin = 0;
    const uint64_t right = static_cast<uint64_t>(x + width);
    if (right > pitch || !multiply(static_cast<uint64_t>(y + height - 1), pitch, &begin) ||
        begin > mapping.size || right > mapping.size - begin) {
      throwMisuse(info.Env(), "rectangle beyond the mapping");
    }
    total += static_cast<uint64_t>(width) * static_cast<uint64_t>(height);
    if (total > capacity) throwMisuse(info.Env(), "rectangles larger than their target");
  }
  const int32_t* numbers = rects.data();
  const size_t count = rects.size();
  const uint8_t* source = mapping.data;
  uint8_t* bytes = target.data + offset;
  const bool whole = guarded(rangeOf(mapping), rangeOf(target), [=] {
    uint8_t* at = bytes;
    for (size_t i = 0; i < count; i += 4) {
      const auto width = static_cast<uint64_t>(numbers[i + 2]);
      const auto height = static_cast<uint64_t>(numbers[i + 3]);
      const uint8_t* from = source + static_cast<uint64_t>(numbers[i + 1]) * pitch +
                            static_cast<uint64_t>(numbers[i]);
      const bool tight = width == pitch;
      const uint64_t run = tight ? width * height : width;
      for (uint64_t row = 0; row < (tight ? (height > 0) : height); row++) {
        copyPixels(at, from + row * pitch, run, order);
        at += run;
      }
    }
  });
  if (!whole) throwErrno(info.Env(), "packRects", EFAULT);
  return Napi::Number::New(info.Env(), static_cast<double>(total));
}

}  // namespace

void defineDamage(Napi::Object exports) {
  define(exports, {{"scanDamage", scanDamage}, {"packRects", packRects}});
}

}  // namespace scanout
