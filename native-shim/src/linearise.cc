// SPDX-License-Identifier: GPL-2.0-or-later
#include "linearise.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "guard.h"
#include "handle.h"
#include "memory.h"
#include "parallel.h"
#include "pixel-format.h"
#include "tiles.h"

namespace scanout {
namespace {

constexpr uint64_t maxThreads = 16;
/** Bytes that a band of untiled rows may have, so that it stays in the cache. */
constexpr uint64_t bandBytes = 1 << 18;

/** Where a result goes: memory that JavaScript made, because a failed allocation here ends the process. */
struct Target {
  Bytes memory{};
  uint8_t* first = nullptr;
  uint64_t pitch = 0;
};

/** api.ts Place, with room for rows of that many bytes. */
Target readTarget(const Napi::CallbackInfo& info, size_t index, uint64_t rowBytes, uint64_t rows) {
  const Napi::Env env = info.Env();
  if (!info[index].IsObject()) throwMisuse(env, "not a place");
  const auto object = info[index].As<Napi::Object>();
  Target target;
  target.memory = memoryOf(env, object.Get("memory"), true);
  target.pitch = wholeNumber(env, object.Get("pitch"));
  const uint64_t offset = wholeNumber(env, object.Get("offset"));
  if (offset > target.memory.size) throwMisuse(env, "place beyond its memory");
  const uint64_t room = target.memory.size - offset;
  uint64_t need = 0;
  if (target.pitch < rowBytes || __builtin_mul_overflow(rows - 1, target.pitch, &need) ||
      need > room || rowBytes > room - need) {
    throwMisuse(env, "place too small");
  }
  target.first = target.memory.data + offset;
  return target;
}

/** What is read and what is written must not be the same bytes. */
void checkApart(Napi::Env env, Bytes from, Bytes to) {
  if (from.data < to.data + to.size && to.data < from.data + from.size) {
    throwMisuse(env, "a place in the memory that is read");
  }
}

/** A part of a plane or a picture: whole and not empty. */
struct Part {
  uint64_t x = 0, y = 0, width = 0, height = 0;
};

Part readPart(const Napi::CallbackInfo& info, size_t index, uint64_t width, uint64_t height) {
  const Napi::Env env = info.Env();
  if (!info[index].IsObject()) throwMisuse(env, "not a part");
  const auto object = info[index].As<Napi::Object>();
  const auto field = [&](const char* name) { return wholeNumber(env, object.Get(name)); };
  const Part part{field("x"), field("y"), field("width"), field("height")};
  if (part.width < 1 || part.height < 1 || part.x > width || part.width > width - part.x ||
      part.y > height || part.height > height - part.y) {
    throwMisuse(env, "part beyond its plane");
  }
  return part;
}

uint64_t threadsOf(const Napi::CallbackInfo& info, size_t index) {
  const uint64_t threads = wholeNumber(info, index);
  if (threads < 1 || threads > maxThreads) throwMisuse(info.Env(), "threads out of range");
  return threads;
}

/** linearise(memory, layout, part, place, threads) */
Napi::Value linearise(const Napi::CallbackInfo& info) {
  const BlockRows rows(info.Env(), memoryOf(info.Env(), info[0]), info[1]);
  const Part part = readPart(info, 2, rows.width(), rows.height());
  const uint64_t bytes = rows.blockBytes();
  const Target target = readTarget(info, 3, part.width * bytes, part.height);
  checkApart(info.Env(), rows.memory(), target.memory);
  // Threads part where tiles do.
  const uint64_t unit = rows.bandRows();
  const uint64_t skipped = part.y / unit * unit;
  const bool whole = inParallel(
      part.y + part.height - skipped, unit, threadsOf(info, 4),
      [&](uint64_t, uint64_t first, uint64_t end) {
        const BytePart own{part.x * bytes, (part.x + part.width) * bytes,
                           std::max(part.y, skipped + first), skipped + end};
        return guarded(rangeOf(rows.memory()), rangeOf(target.memory), [&rows, &target, &part, own] {
          rows.copy(own, target.first + (own.top - part.y) * target.pitch, target.pitch);
        });
      });
  if (!whole) throwErrno(info.Env(), "linearise", EFAULT);
  return info.Env().Undefined();
}

/** One picture to be made of the planes. */
struct Picture {
  uint64_t width = 0, height = 0;
  bool bottomUp = false;
};

Picture readPicture(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsObject()) throwMisuse(info.Env(), "not a picture");
  const auto object = info[index].As<Napi::Object>();
  const Napi::Value up = object.Get("bottomUp");
  if (!up.IsBoolean()) throwMisuse(info.Env(), "not a boolean");
  return {wholeNumber(info.Env(), object.Get("width")),
          wholeNumber(info.Env(), object.Get("height")), up.As<Napi::Boolean>().Value()};
}

std::vector<BlockRows> readPlanes(const Napi::CallbackInfo& info, size_t index,
                                  const Format& format, const Picture& picture) {
  const Napi::Env env = info.Env();
  if (!info[index].IsArray()) throwMisuse(env, "not a list of planes");
  const auto list = info[index].As<Napi::Array>();
  if (list.Length() != format.planes.size()) throwMisuse(env, "another number of memory planes");
  std::vector<BlockRows> planes;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const Napi::Value item = list.Get(i);
    if (!item.IsObject()) throwMisuse(env, "not a memory plane");
    const auto object = item.As<Napi::Object>();
    planes.emplace_back(env, memoryOf(env, object.Get("memory")), object.Get("layout"));
    const BlockShape& shape = format.planes[i];
    const BlockRows& rows = planes.back();
    if (rows.blockBytes() != shape.bytes || rows.width() * shape.across < picture.width ||
        rows.height() * shape.down < picture.height) {
      throwMisuse(env, "format does not fit its layout");
    }
  }
  return planes;
}

/** Decodes a part of a picture band by band: each band's tiles are undone, then its pixels unpacked. */
class BandDecoder {
 public:
  BandDecoder(const std::vector<BlockRows>& planes, const Unpacker& unpacker, Picture picture,
              Part part)
      : planes_(planes), unpacker_(unpacker), picture_(picture), part_(part) {
    uint64_t rowBytes = 0;
    const auto& shapes = unpacker.format().planes;
    for (size_t i = 0; i < planes.size(); i++) {
      rows_ = std::max(rows_, planes[i].bandRows() * shapes[i].down);
      across_ = std::max<uint64_t>(across_, shapes[i].across);
      rowBytes += planes[i].rowBytes();
    }
    const uint64_t fitting = std::max<uint64_t>(4, bandBytes / rowBytes / 4 * 4);
    rows_ = (std::min(rows_, fitting) + 3) / 4 * 4;
    // Blocks stay whole: the first pixels of a row may be of no use.
    left_ = part.x / across_ * across_;
    // Rows of the picture in memory order.
    top_ = picture.bottomUp ? picture.height - part.y - part.height : part.y;
    start_ = top_ / rows_ * rows_;
    const uint64_t right = part.x + part.width;
    for (size_t i = 0; i < planes.size(); i++) {
      const uint64_t bytes = shapes[i].bytes;
      const uint64_t end = std::min((right + shapes[i].across - 1) / shapes[i].across, planes[i].width());
      columns_.push_back({left_ / shapes[i].across * bytes, end * bytes, 0, 0});
      scratch_ += planes[i].tiled() ? (columns_[i].right - columns_[i].left) * rows_ : 0;
    }
    if (left_ != part.x) scratch_ += (part.width + across_) * 4;
  }

  /** Rows to be decoded, and those of a band: a multiple of every block's height. */
  uint64_t height() const { return top_ + part_.height - start_; }
  uint64_t rows() const { return rows_; }
  /** Bytes of scratch memory that {@link decode} needs. */
  uint64_t scratch() const { return scratch_; }

  /** Allocates nothing. `first` is a multiple of {@link rows}. */
  void decode(uint64_t first, uint64_t end, uint8_t* scratch, const Target& target) const {
    const auto& shapes = unpacker_.format().planes;
    const uint8_t* bands[maxPlanes] = {};
    const uint8_t* lines[maxPlanes] = {};
    for (uint64_t band = start_ + first; band < start_ + end; band += rows_) {
      const uint64_t top = std::max(band, top_);
      const uint64_t bottom = std::min(start_ + end, band + rows_);
      uint8_t* free = scratch;
      for (size_t i = 0; i < planes_.size(); i++) {
        if (!planes_[i].tiled()) continue;
        const uint64_t down = shapes[i].down;
        const BytePart own{columns_[i].left, columns_[i].right, top / down,
                           (bottom + down - 1) / down};
        planes_[i].copy(own, free, widthOf(i));
        bands[i] = free;
        free += widthOf(i) * rows_;
      }
      for (uint64_t y = top; y < bottom; y++) {
        for (size_t i = 0; i < planes_.size(); i++) {
          const uint64_t row = y / shapes[i].down;
          lines[i] = planes_[i].tiled() ? bands[i] + (row - top / shapes[i].down) * widthOf(i)
                                        : planes_[i].row(row) + columns_[i].left;
        }
        const uint64_t down = picture_.bottomUp ? top_ + part_.height - 1 - y : y - top_;
        uint8_t* to = target.first + down * target.pitch;
        if (left_ == part_.x) {
          unpacker_.row(lines, part_.width, to);
        } else {
          unpacker_.row(lines, part_.x - left_ + part_.width, free);
          memcpy(to, free + (part_.x - left_) * 4, part_.width * 4);
        }
      }
    }
  }

 private:
  uint64_t widthOf(size_t plane) const { return columns_[plane].right - columns_[plane].left; }

  const std::vector<BlockRows>& planes_;
  const Unpacker& unpacker_;
  Picture picture_;
  Part part_;
  uint64_t rows_ = 1, across_ = 1, left_ = 0, top_ = 0, start_ = 0, scratch_ = 0;
  /** Byte columns that the part takes of each memory plane. */
  std::vector<BytePart> columns_;
};

/** decodeRgba8(planes, format, picture, part, place, threads) */
Napi::Value decodeRgba8(const Napi::CallbackInfo& info) {
  const Format format = readFormat(info, 1);
  const Picture picture = readPicture(info, 2);
  const std::vector<BlockRows> planes = readPlanes(info, 0, format, picture);
  const Part part = readPart(info, 3, picture.width, picture.height);
  const Target target = readTarget(info, 4, part.width * 4, part.height);
  const Unpacker unpacker(format);
  const BandDecoder decoder(planes, unpacker, picture, part);
  const uint64_t threads = threadsOf(info, 5);
  std::vector<uint8_t> scratch(decoder.scratch() * threads);
  // The guard takes two ranges: planes of several buffers are watched from the first to the last.
  const uint8_t* begin = planes[0].memory().data;
  const uint8_t* end = begin + planes[0].memory().size;
  for (const BlockRows& plane : planes) {
    checkApart(info.Env(), plane.memory(), target.memory);
    begin = std::min<const uint8_t*>(begin, plane.memory().data);
    end = std::max<const uint8_t*>(end, plane.memory().data + plane.memory().size);
  }
  const Range memory{begin, static_cast<size_t>(end - begin)};
  const bool whole = inParallel(
      decoder.height(), decoder.rows(), threads, [&](uint64_t thread, uint64_t first, uint64_t last) {
        uint8_t* own = scratch.data() + thread * decoder.scratch();
        return guarded(memory, rangeOf(target.memory), [&decoder, &target, own, first, last] {
          decoder.decode(first, last, own, target);
        });
      });
  if (!whole) throwErrno(info.Env(), "decodeRgba8", EFAULT);
  return info.Env().Undefined();
}

}  // namespace

void defineLinearise(Napi::Object exports) {
  define(exports, {{"linearise", linearise}, {"decodeRgba8", decodeRgba8}});
}

}  // namespace scanout
