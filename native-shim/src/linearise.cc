// SPDX-License-Identifier: GPL-2.0-or-later
#include "linearise.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "guard.h"
#include "handle.h"
#include "parallel.h"
#include "tiles.h"
#include "unpack.h"

namespace scanout {
namespace {

constexpr uint64_t maxPlanes = 4;
constexpr uint64_t maxThreads = 16;
/** Bytes that a band of untiled rows may have, so that it stays in the cache. */
constexpr uint64_t bandBytes = 1 << 18;

/** Where the result goes: memory that JavaScript made, because a failed allocation here ends the process. */
uint8_t* targetOf(const Napi::CallbackInfo& info, size_t index, uint64_t size) {
  const Bytes target = bytesOf(info, index);
  if (target.size != size) throwMisuse(info.Env(), "target of another size");
  return target.data;
}

uint64_t threadsOf(const Napi::CallbackInfo& info, size_t index) {
  const uint64_t threads = wholeNumber(info, index);
  if (threads < 1 || threads > maxThreads) throwMisuse(info.Env(), "threads out of range");
  return threads;
}

/** linearise(memory, layout, target, threads) */
Napi::Value linearise(const Napi::CallbackInfo& info) {
  const BlockRows rows(info.Env(), bytesOf(info, 0), info[1]);
  uint8_t* target = targetOf(info, 2, rows.rowBytes() * rows.height());
  const Range memory{rows.memory().data, rows.memory().size};
  const bool whole = inParallel(
      rows.height(), rows.bandRows(), threadsOf(info, 3),
      [&](uint64_t, uint64_t first, uint64_t end) {
        return guarded(memory, {}, [&rows, target, first, end] {
          rows.copy(first, end, target + first * rows.rowBytes());
        });
      });
  if (!whole) throwErrno(info.Env(), "linearise", EFAULT);
  return info.Env().Undefined();
}

BlockShape readShape(Napi::Env env, Napi::Value value) {
  if (!value.IsObject()) throwMisuse(env, "not a block");
  const auto object = value.As<Napi::Object>();
  const uint64_t bytes = wholeNumber(env, object.Get("bytes"));
  const uint64_t across = wholeNumber(env, object.Get("across"));
  const uint64_t down = wholeNumber(env, object.Get("down"));
  const auto isSide = [](uint64_t side) { return side == 1 || side == 2 || side == 4; };
  if (bytes < 1 || bytes > 8 || !isSide(across) || !isSide(down)) {
    throwMisuse(env, "block out of range");
  }
  return {static_cast<uint32_t>(bytes), static_cast<uint32_t>(across), static_cast<uint32_t>(down)};
}

Channel readChannel(Napi::Env env, Napi::Value value, const std::vector<BlockShape>& planes) {
  if (value.IsUndefined()) return {};
  if (!value.IsObject()) throwMisuse(env, "not a channel");
  const auto object = value.As<Napi::Object>();
  const auto field = [&](const char* name) { return wholeNumber(env, object.Get(name)); };
  const uint64_t plane = field("plane"), shift = field("shift"), bits = field("bits"),
                 step = field("step");
  if (plane >= planes.size()) throwMisuse(env, "channel of no memory plane");
  const BlockShape& shape = planes[plane];
  const uint64_t room = shape.bytes * 8;
  if (bits < 1 || bits > 16 || shift > room || step > room ||
      shift + step * (shape.across - 1) + bits > room) {
    throwMisuse(env, "channel out of range");
  }
  return {static_cast<uint32_t>(plane), static_cast<uint32_t>(shift), static_cast<uint32_t>(bits),
          static_cast<uint32_t>(step)};
}

int32_t readFactor(Napi::Env env, Napi::Value value) {
  const uint64_t number = wholeNumber(env, value);
  if (number > INT32_MAX) throwMisuse(env, "factor out of range");
  return static_cast<int32_t>(number);
}

/** No sum of any samples may leave 32 bits. */
void checkSums(Napi::Env env, const Format& format) {
  const YuvRule& rule = format.rule;
  const auto reach = [&](const Channel& channel, int32_t middle) {
    const int64_t most = (int64_t{1} << channel.bits) - 1;
    return std::max(std::llabs(most - middle), static_cast<long long>(middle));
  };
  int64_t sum = 1 << 20;
  for (const auto& [factor, span] :
       {std::pair<int64_t, int64_t>{rule.luma, reach(format.channels[0], rule.black)},
        {std::max(rule.blueU, rule.greenU), reach(format.channels[1], rule.middle)},
        {std::max(rule.redV, rule.greenV), reach(format.channels[2], rule.middle)}}) {
    int64_t product = 0;
    if (__builtin_mul_overflow(factor, span, &product) ||
        __builtin_add_overflow(sum, product, &sum) || sum > INT32_MAX) {
      throwMisuse(env, "colour rule out of range");
    }
  }
}

Format readFormat(const Napi::CallbackInfo& info, size_t index) {
  const Napi::Env env = info.Env();
  if (!info[index].IsObject()) throwMisuse(env, "not a format");
  const auto object = info[index].As<Napi::Object>();
  const Napi::Value shapes = object.Get("planes");
  const Napi::Value list = object.Get("channels");
  if (!shapes.IsArray() || !list.IsArray() || list.As<Napi::Array>().Length() != 4) {
    throwMisuse(env, "not a format");
  }
  const uint32_t count = shapes.As<Napi::Array>().Length();
  if (count < 1 || count > maxPlanes) throwMisuse(env, "memory planes out of range");
  Format format;
  for (uint32_t i = 0; i < count; i++) {
    format.planes.push_back(readShape(env, shapes.As<Napi::Array>().Get(i)));
  }
  for (uint32_t i = 0; i < 4; i++) {
    format.channels[i] = readChannel(env, list.As<Napi::Array>().Get(i), format.planes);
  }
  const Napi::Value half = object.Get("half");
  format.half = half.IsBoolean() && half.As<Napi::Boolean>().Value();
  const Napi::Value rule = object.Get("yuv");
  format.yuv = !rule.IsUndefined();
  if (!format.yuv) return format;
  if (!rule.IsObject()) throwMisuse(env, "not a colour rule");
  const auto factor = [&](const char* name) {
    return readFactor(env, rule.As<Napi::Object>().Get(name));
  };
  format.rule = {factor("black"),  factor("middle"), factor("luma"), factor("redV"),
                 factor("greenU"), factor("greenV"), factor("blueU")};
  checkSums(env, format);
  return format;
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
    planes.emplace_back(env, bytesOf(env, object.Get("memory")), object.Get("layout"));
    const BlockShape& shape = format.planes[i];
    const BlockRows& rows = planes.back();
    if (rows.blockBytes() != shape.bytes || rows.width() * shape.across < picture.width ||
        rows.height() * shape.down < picture.height) {
      throwMisuse(env, "format does not fit its layout");
    }
  }
  return planes;
}

/** Decodes the rows of a picture band by band: each band's tiles are undone, then its pixels unpacked. */
class BandDecoder {
 public:
  BandDecoder(const std::vector<BlockRows>& planes, const Unpacker& unpacker, Picture picture)
      : planes_(planes), unpacker_(unpacker), picture_(picture) {
    rows_ = 1;
    uint64_t rowBytes = 0;
    for (size_t i = 0; i < planes.size(); i++) {
      rows_ = std::max(rows_, planes[i].bandRows() * unpacker.format().planes[i].down);
      rowBytes += planes[i].rowBytes();
    }
    const uint64_t fitting = std::max<uint64_t>(8, bandBytes / rowBytes / 8 * 8);
    rows_ = std::max<uint64_t>(std::min(rows_, fitting), 4);
    rows_ = std::min((rows_ + 3) / 4 * 4, (picture.height + 3) / 4 * 4);
  }

  /** Rows of a band: a multiple of every block's height. */
  uint64_t rows() const { return rows_; }

  /** Bytes of scratch memory that {@link decode} needs. */
  uint64_t scratch() const {
    uint64_t bytes = 0;
    for (const BlockRows& plane : planes_) bytes += plane.tiled() ? plane.rowBytes() * rows_ : 0;
    return bytes;
  }

  /** Allocates nothing. `first` is a multiple of {@link rows}. */
  void decode(uint64_t first, uint64_t end, uint8_t* scratch, uint8_t* target) const {
    const auto& shapes = unpacker_.format().planes;
    const uint8_t* bands[maxPlanes] = {};
    const uint8_t* lines[maxPlanes] = {};
    for (uint64_t top = first; top < end; top += rows_) {
      const uint64_t bottom = std::min(end, top + rows_);
      uint8_t* free = scratch;
      for (size_t i = 0; i < planes_.size(); i++) {
        if (!planes_[i].tiled()) continue;
        const uint64_t down = shapes[i].down;
        planes_[i].copy(top / down, (bottom + down - 1) / down, free);
        bands[i] = free;
        free += planes_[i].rowBytes() * rows_;
      }
      for (uint64_t y = top; y < bottom; y++) {
        for (size_t i = 0; i < planes_.size(); i++) {
          const uint64_t row = y / shapes[i].down;
          lines[i] = planes_[i].tiled()
                         ? bands[i] + (row - top / shapes[i].down) * planes_[i].rowBytes()
                         : planes_[i].row(row);
        }
        const uint64_t to = picture_.bottomUp ? picture_.height - 1 - y : y;
        unpacker_.row(lines, picture_.width, target + to * picture_.width * 4);
      }
    }
  }

 private:
  const std::vector<BlockRows>& planes_;
  const Unpacker& unpacker_;
  Picture picture_;
  uint64_t rows_;
};

/** decodeRgba8(planes, format, picture, target, threads) */
Napi::Value decodeRgba8(const Napi::CallbackInfo& info) {
  const Format format = readFormat(info, 1);
  const Picture picture = readPicture(info, 2);
  if (picture.width < 1 || picture.height < 1) throwMisuse(info.Env(), "an empty picture");
  const std::vector<BlockRows> planes = readPlanes(info, 0, format, picture);
  uint8_t* target = targetOf(info, 3, picture.width * 4 * picture.height);
  const Unpacker unpacker(format);
  const BandDecoder decoder(planes, unpacker, picture);
  const uint64_t threads = threadsOf(info, 4);
  std::vector<uint8_t> scratch(decoder.scratch() * threads);
  // All planes lie in what JavaScript calls one range or several; the guard takes two at a time, and
  // a plane of more than two buffers is watched from the first to the last.
  const uint8_t* begin = planes[0].memory().data;
  const uint8_t* end = begin + planes[0].memory().size;
  for (const BlockRows& plane : planes) {
    begin = std::min<const uint8_t*>(begin, plane.memory().data);
    end = std::max<const uint8_t*>(end, plane.memory().data + plane.memory().size);
  }
  const Range memory{begin, static_cast<size_t>(end - begin)};
  const bool whole = inParallel(
      picture.height, decoder.rows(), threads, [&](uint64_t part, uint64_t first, uint64_t last) {
        uint8_t* own = scratch.data() + part * decoder.scratch();
        return guarded(memory, {}, [&decoder, own, target, first, last] {
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
