// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel-format.h"

#include <algorithm>
#include <cstdlib>

#include "handle.h"

namespace scanout {
namespace {

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

}  // namespace

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

}  // namespace scanout
