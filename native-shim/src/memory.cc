// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cstring>

#include "descriptor.h"
#include "overlay.h"

namespace scanout {

MappingHandle::MappingHandle(void* address, size_t length, bool mayWrite)
    : data(static_cast<uint8_t*>(address)), size(length), writable(mayWrite) {
  openMappings.fetch_add(1, std::memory_order_relaxed);
}

MappingHandle::~MappingHandle() { unmap(); }

void MappingHandle::unmap() {
  if (!data) return;
  munmap(data, size);
  data = nullptr;
  openMappings.fetch_sub(1, std::memory_order_relaxed);
}

Bytes memoryOf(Napi::Env env, const Napi::Value& value, bool writes) {
  if (!value.IsExternal()) return bytesOf(env, value);
  const MappingHandle& mapping = openMapping(env, value);
  if (writes && !mapping.writable) throwMisuse(env, "mapping is read-only");
  return {mapping.data, mapping.size};
}

MappingHandle& openMapping(Napi::Env env, const Napi::Value& value) {
  auto& mapping = fromHandle<MappingHandle>(env, value);
  if (!mapping.data) throwMisuse(env, "mapping is unmapped");
  return mapping;
}

Napi::Value mapShared(Napi::Env env, int fd, uint64_t offset, uint64_t length, bool writable) {
  if (length == 0) throwErrno(env, "mmap", EINVAL);
  const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* address = mmap(nullptr, length, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
  if (address == MAP_FAILED) throwErrno(env, "mmap");
  return makeHandle(env, std::make_unique<MappingHandle>(address, length, writable));
}

namespace {

constexpr int ownSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Napi::Value createMemfd(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  UniqueFd fd(memfd_create(text(info, 0).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) throwErrno(env, "memfd_create");
  if (ftruncate(fd.get(), static_cast<off_t>(wholeNumber(info, 1))) != 0) {
    throwErrno(env, "ftruncate");
  }
  if (fcntl(fd.get(), F_ADD_SEALS, ownSeals) != 0) throwErrno(env, "fcntl");
  return makeFd(env, std::move(fd));
}

Napi::Value seals(const Napi::CallbackInfo& info) {
  const int value = fcntl(openFd(info, 0), F_GET_SEALS);
  if (value < 0 && errno != EINVAL) throwErrno(info.Env(), "fcntl");
  return Napi::Number::New(info.Env(), value < 0 ? 0 : value);
}

/** A mapping longer than its file would fault later; this says so now. */
void checkFileHolds(Napi::Env env, int fd, uint64_t offset, uint64_t length) {
  const uint64_t size = fileSize(env, fd);
  if (offset > size || length > size - offset) throwErrno(env, "mmap", EINVAL);
}

Napi::Value map(const Napi::CallbackInfo& info) {
  const int fd = openFd(info, 0);
  const uint64_t offset = wholeNumber(info, 1);
  const uint64_t length = wholeNumber(info, 2);
  checkFileHolds(info.Env(), fd, offset, length);
  return mapShared(info.Env(), fd, offset, length, truth(info, 3));
}

Napi::Value unmap(const Napi::CallbackInfo& info) {
  fromHandle<MappingHandle>(info, 0).unmap();
  return info.Env().Undefined();
}

Napi::Value copyOut(const Napi::CallbackInfo& info) {
  const auto& mapping = openMapping(info, 0);
  const uint64_t offset = wholeNumber(info, 1);
  const auto [data, size] = bytesOf(info, 2);
  if (offset > mapping.size || size > mapping.size - offset) {
    throwMisuse(info.Env(), "copy beyond the mapping");
  }
  uint8_t* target = data;
  const uint8_t* source = mapping.data + offset;
  const size_t length = size;
  if (length > 0 && !guarded(rangeOf(mapping), {target, length},
                             [=] { memmove(target, source, length); })) {
    throwErrno(info.Env(), "copyOut", EFAULT);
  }
  return info.Env().Undefined();
}

/** Whether so many rows fit into so many bytes. */
bool rowsFit(uint64_t rows, uint64_t rowBytes, uint64_t pitch, uint64_t size) {
  if (rows == 0 || rowBytes == 0 || rowBytes > pitch || rowBytes > size) return false;
  return rows - 1 <= (size - rowBytes) / pitch;
}

Napi::Value writeRows(const Napi::CallbackInfo& info) {
  const auto& mapping = openMapping(info, 0);
  const uint64_t offset = wholeNumber(info, 1);
  const Bytes given = bytesOf(info, 2);
  const uint64_t rows = wholeNumber(info, 3);
  const uint64_t rowBytes = wholeNumber(info, 4);
  const uint64_t sourcePitch = wholeNumber(info, 5);
  const uint64_t pitch = wholeNumber(info, 6);
  if (!mapping.writable) throwMisuse(info.Env(), "mapping is read-only");
  if (offset > mapping.size || !rowsFit(rows, rowBytes, pitch, mapping.size - offset) ||
      !rowsFit(rows, rowBytes, sourcePitch, given.size)) {
    throwMisuse(info.Env(), "rows beyond their memory");
  }
  uint8_t* target = mapping.data + offset;
  const uint8_t* source = given.data;
  const bool whole = guarded(rangeOf(mapping), rangeOf(given), [=] {
    for (uint64_t row = 0; row < rows; row++) {
      memmove(target + row * pitch, source + row * sourcePitch, rowBytes);
    }
  });
  if (!whole) throwErrno(info.Env(), "write", EFAULT);
  return info.Env().Undefined();
}

Napi::Value writeInto(const Napi::CallbackInfo& info) {
  const auto& mapping = openMapping(info, 0);
  const uint64_t offset = wholeNumber(info, 1);
  const auto [data, size] = bytesOf(info, 2);
  if (!mapping.writable) throwMisuse(info.Env(), "mapping is read-only");
  if (offset > mapping.size || size > mapping.size - offset) {
    throwMisuse(info.Env(), "write beyond the mapping");
  }
  uint8_t* target = mapping.data + offset;
  const uint8_t* source = data;
  const size_t length = size;
  if (length > 0 && !guarded(rangeOf(mapping), {source, length},
                             [=] { memmove(target, source, length); })) {
    throwErrno(info.Env(), "write", EFAULT);
  }
  return info.Env().Undefined();
}

Napi::Value mapOver(const Napi::CallbackInfo& info) {
  const auto [base, size] = bytesOf(info, 1);
  const uint64_t memoryOffset = wholeNumber(info, 2);
  const int fd = openFd(info, 3);
  const uint64_t offset = wholeNumber(info, 4);
  const uint64_t length = wholeNumber(info, 5);
  checkFileHolds(info.Env(), fd, offset, length);
  if (!info[0].IsObject()) throwMisuse(info.Env(), "no memory to map over");
  return mapOverPages(info.Env(), info[0].As<Napi::Object>(), {base, size}, memoryOffset, fd,
                      offset, length, truth(info, 6));
}

}  // namespace

void defineMemory(Napi::Object exports) {
  define(exports, {{"memfdCreate", createMemfd},
                   {"seals", seals},
                   {"map", map},
                   {"unmap", unmap},
                   {"copyOut", copyOut},
                   {"writeInto", writeInto},
                   {"writeRows", writeRows},
                   {"mapOver", mapOver},
                   {"unmapOver", unmapOver}});
}

}  // namespace scanout
