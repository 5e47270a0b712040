// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "error.h"
#include "unique-fd.h"

namespace scanout {

using Call = Napi::Value (*)(const Napi::CallbackInfo&);
struct NamedCall {
  const char* name;
  Call call;
};

inline void define(Napi::Object exports, std::initializer_list<NamedCall> calls) {
  for (const auto& [name, call] : calls) {
    exports.Set(name, Napi::Function::New(exports.Env(), call, name));
  }
}

/**
 * Gives a native object to JavaScript as an opaque, tagged value. It is deleted when the value is
 * collected or its environment ends, whichever is first.
 */
template <typename T>
Napi::Value makeHandle(Napi::Env env, std::unique_ptr<T> object) {
  auto external =
      Napi::External<T>::New(env, object.get(), [](Napi::Env, T* owned) { delete owned; });
  object.release();
  if (napi_type_tag_object(env, external, &T::tag) != napi_ok) throw Napi::Error::New(env);
  return external;
}

/** The object behind a handle; anything that is not a handle of that kind throws. */
template <typename T>
T& fromHandle(Napi::Env env, const Napi::Value& value) {
  bool matches = false;
  if (!value.IsExternal() ||
      napi_check_object_type_tag(env, value, &T::tag, &matches) != napi_ok || !matches) {
    throwMisuse(env, "not a handle of the expected kind");
  }
  return *value.As<Napi::External<T>>().Data();
}

template <typename T>
T& fromHandle(const Napi::CallbackInfo& info, size_t index) {
  return fromHandle<T>(info.Env(), info[index]);
}

/** A whole number from 0 to 2^53 - 1. */
inline uint64_t wholeNumber(Napi::Env env, const Napi::Value& value) {
  if (!value.IsNumber()) throwMisuse(env, "not a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 0 && number <= 9007199254740991.0) || number != std::floor(number)) {
    throwMisuse(env, "not a whole number");
  }
  return static_cast<uint64_t>(number);
}

inline uint64_t wholeNumber(const Napi::CallbackInfo& info, size_t index) {
  return wholeNumber(info.Env(), info[index]);
}

inline bool truth(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsBoolean()) throwMisuse(info.Env(), "not a boolean");
  return info[index].As<Napi::Boolean>().Value();
}

/** Text that becomes a C string. */
inline std::string text(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsString()) throwMisuse(info.Env(), "not a string");
  std::string value = info[index].As<Napi::String>().Utf8Value();
  if (value.find('\0') != std::string::npos) throwMisuse(info.Env(), "text with NUL");
  return value;
}

struct Bytes {
  uint8_t* data;
  size_t size;
};

/** The bytes of a Uint8Array, over shared memory or not. Valid until JavaScript runs again. */
inline Bytes bytesOf(Napi::Env env, const Napi::Value& value) {
  napi_typedarray_type type;
  void* data = nullptr;
  size_t length = 0;
  if (!value.IsTypedArray() ||
      napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) !=
          napi_ok ||
      type != napi_uint8_array) {
    throwMisuse(env, "not a Uint8Array");
  }
  return {static_cast<uint8_t*>(data), length};
}

inline Bytes bytesOf(const Napi::CallbackInfo& info, size_t index) {
  return bytesOf(info.Env(), info[index]);
}

/** An owned descriptor as JavaScript holds it. A poller shares it, so that it never watches a closed one. */
struct FdHandle {
  static constexpr napi_type_tag tag{0x5ca0077e5ca00001, 0x9a1f3c5e7b2d4801};
  std::shared_ptr<UniqueFd> fd;
};

inline Napi::Value makeFd(Napi::Env env, UniqueFd fd) {
  auto handle = std::make_unique<FdHandle>();
  handle->fd = std::make_shared<UniqueFd>(std::move(fd));
  return makeHandle(env, std::move(handle));
}

/** The descriptor's number; throws when it was closed or given away. */
inline int openFd(const Napi::CallbackInfo& info, size_t index) {
  const auto& handle = fromHandle<FdHandle>(info, index);
  if (!handle.fd || !*handle.fd) throwMisuse(info.Env(), "descriptor is closed");
  return handle.fd->get();
}

}  // namespace scanout
