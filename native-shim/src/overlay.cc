// SPDX-License-Identifier: GPL-2.0-or-later
#include "overlay.h"

#include <sys/mman.h>

#include <map>
#include <mutex>

#include "memory.h"

namespace scanout {
namespace {

/** Ranges that are mapped over now, in all threads: begin → end. */
std::mutex rangesLock;
std::map<uintptr_t, uintptr_t> ranges;

bool claim(uintptr_t begin, uintptr_t end) {
  const std::lock_guard lock(rangesLock);
  auto next = ranges.lower_bound(begin);
  if (next != ranges.end() && next->first < end) return false;
  if (next != ranges.begin() && std::prev(next)->second > begin) return false;
  ranges.emplace(begin, end);
  return true;
}

void disclaim(uintptr_t begin) {
  const std::lock_guard lock(rangesLock);
  ranges.erase(begin);
}

/** The pages belong to V8 and must stay readable; only exhausted memory can make this fail. */
void makeAnonymous(void* begin, size_t size) {
  mmap(begin, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
       -1, 0);
}

struct OverlayHandle {
  static constexpr napi_type_tag tag{0x5ca0077e5ca00003, 0x9a1f3c5e7b2d4803};

  OverlayHandle(uint8_t* first, size_t bytes, Napi::ObjectReference kept)
      : begin(first), size(bytes), memory(std::move(kept)) {
    openMappings.fetch_add(1, std::memory_order_relaxed);
  }
  OverlayHandle(const OverlayHandle&) = delete;
  OverlayHandle& operator=(const OverlayHandle&) = delete;
  ~OverlayHandle() { restore(); }

  void restore() {
    if (!begin) return;
    makeAnonymous(begin, size);
    disclaim(reinterpret_cast<uintptr_t>(begin));
    begin = nullptr;
    openMappings.fetch_sub(1, std::memory_order_relaxed);
    memory.Reset();
  }

  uint8_t* begin;
  size_t size;
  Napi::ObjectReference memory;
};

}  // namespace

Napi::Value mapOverPages(Napi::Env env, Napi::Object keptAlive, Bytes memory, uint64_t memoryOffset,
                         int fd, uint64_t offset, uint64_t length, bool writable) {
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const uint64_t rounded = (length + page - 1) / page * page;
  uint8_t* begin = memory.data + memoryOffset;
  if (length == 0 || memoryOffset > memory.size || rounded > memory.size - memoryOffset ||
      reinterpret_cast<uintptr_t>(begin) % page != 0 || offset % page != 0) {
    throwErrno(env, "mmap", EINVAL);
  }
  const auto from = reinterpret_cast<uintptr_t>(begin);
  if (!claim(from, from + rounded)) throwErrno(env, "mmap", EEXIST);
  const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  // Moved into place, because a MAP_FIXED that the file refuses leaves a hole in V8's memory.
  void* mapped =
      mmap(nullptr, rounded, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
  if (mapped == MAP_FAILED) {
    const int error = errno;
    disclaim(from);
    throwErrno(env, "mmap", error);
  }
  if (mremap(mapped, rounded, rounded, MREMAP_MAYMOVE | MREMAP_FIXED, begin) == MAP_FAILED) {
    const int error = errno;
    munmap(mapped, rounded);
    makeAnonymous(begin, rounded);
    disclaim(from);
    throwErrno(env, "mremap", error);
  }
  return makeHandle(
      env, std::make_unique<OverlayHandle>(begin, rounded, Napi::Persistent(keptAlive)));
}

Napi::Value unmapOver(const Napi::CallbackInfo& info) {
  fromHandle<OverlayHandle>(info, 0).restore();
  return info.Env().Undefined();
}

}  // namespace scanout
