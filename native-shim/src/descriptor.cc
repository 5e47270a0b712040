// SPDX-License-Identifier: GPL-2.0-or-later
#include "descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "handle.h"
#include "memory.h"

namespace scanout {

uint64_t fileSize(Napi::Env env, int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) throwErrno(env, "fstat");
  // lseek would move the position that a memfd's other holders see.
  if (S_ISREG(status.st_mode)) return static_cast<uint64_t>(status.st_size);
  const off_t end = lseek(fd, 0, SEEK_END);
  if (end < 0) throwErrno(env, "lseek");
  lseek(fd, 0, SEEK_SET);
  return static_cast<uint64_t>(end);
}

namespace {

Napi::Value adopt(const Napi::CallbackInfo& info) {
  const auto number = wholeNumber(info, 0);
  if (number > INT32_MAX) throwErrno(info.Env(), "fcntl", EBADF);
  const int fd = static_cast<int>(number);
  const int flags = fcntl(fd, F_GETFD);
  if (flags < 0) throwErrno(info.Env(), "fcntl");
  if (fcntl(fd, F_SETFD, flags | FD_CLOEXEC) != 0) throwErrno(info.Env(), "fcntl");
  return makeFd(info.Env(), UniqueFd(fd));
}

Napi::Value openPath(const Napi::CallbackInfo& info) {
  // NONBLOCK while opening: a FIFO without a writer must not stop the event loop.
  const int access = truth(info, 1) ? O_RDWR : O_RDONLY;
  UniqueFd fd(open(text(info, 0).c_str(), access | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) throwErrno(info.Env(), "open");
  const int flags = fcntl(fd.get(), F_GETFL);
  if (flags < 0 || fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) {
    throwErrno(info.Env(), "fcntl");
  }
  return makeFd(info.Env(), std::move(fd));
}

Napi::Value closeFd(const Napi::CallbackInfo& info) {
  auto& handle = fromHandle<FdHandle>(info, 0);
  if (handle.fd && handle.fd.use_count() > 1) throwMisuse(info.Env(), "descriptor is being polled");
  handle.fd.reset();
  return info.Env().Undefined();
}

Napi::Value number(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), openFd(info, 0));
}

Napi::Value release(const Napi::CallbackInfo& info) {
  auto& handle = fromHandle<FdHandle>(info, 0);
  openFd(info, 0);
  if (handle.fd.use_count() > 1) throwMisuse(info.Env(), "descriptor is being polled");
  const int fd = handle.fd->release();
  handle.fd.reset();
  return Napi::Number::New(info.Env(), fd);
}

Napi::Value duplicate(const Napi::CallbackInfo& info) {
  UniqueFd fd(fcntl(openFd(info, 0), F_DUPFD_CLOEXEC, 0));
  if (!fd) throwErrno(info.Env(), "fcntl");
  return makeFd(info.Env(), std::move(fd));
}

Napi::Value size(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(fileSize(info.Env(), openFd(info, 0))));
}

Napi::Value identity(const Napi::CallbackInfo& info) {
  struct stat status;
  if (fstat(openFd(info, 0), &status) != 0) throwErrno(info.Env(), "fstat");
  return Napi::String::New(info.Env(),
                           std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino));
}

Napi::Value link(const Napi::CallbackInfo& info) {
  const std::string path = "/proc/self/fd/" + std::to_string(openFd(info, 0));
  char target[4096];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  if (length < 0) throwErrno(info.Env(), "readlink");
  return Napi::String::New(info.Env(), target, static_cast<size_t>(length));
}

Napi::Value counts(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  result.Set("fds", static_cast<double>(openDescriptors.load()));
  result.Set("mappings", static_cast<double>(openMappings.load()));
  return result;
}

}  // namespace

void defineDescriptor(Napi::Object exports) {
  define(exports, {{"fdAdopt", adopt},
                   {"fdOpen", openPath},
                   {"fdClose", closeFd},
                   {"fdNumber", number},
                   {"fdRelease", release},
                   {"fdDup", duplicate},
                   {"fdSize", size},
                   {"fdLink", link},
                   {"fdIdentity", identity},
                   {"counts", counts}});
}

}  // namespace scanout
