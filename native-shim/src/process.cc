// SPDX-License-Identifier: GPL-2.0-or-later
#include "process.h"

#include <sys/syscall.h>

#include "handle.h"

namespace scanout {
namespace {

Napi::Value openPidfd(const Napi::CallbackInfo& info) {
  // The kernel sets CLOEXEC on it by itself.
  UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(wholeNumber(info, 0)), 0)));
  if (!fd) throwErrno(info.Env(), "pidfd_open");
  return makeFd(info.Env(), std::move(fd));
}

Napi::Value getFd(const Napi::CallbackInfo& info) {
  const int pidfd = openFd(info, 0);
  UniqueFd fd(
      static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, static_cast<int>(wholeNumber(info, 1)), 0)));
  if (!fd) throwErrno(info.Env(), "pidfd_getfd");
  return makeFd(info.Env(), std::move(fd));
}

}  // namespace

void defineProcess(Napi::Object exports) {
  define(exports, {{"pidfdOpen", openPidfd}, {"pidfdGetfd", getFd}});
}

}  // namespace scanout
