// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace scanout {

/** Throws a NativeError: `code` is the errno's name, `syscall` what was called. */
[[noreturn]] inline void throwErrno(Napi::Env env, const char* syscall, int error = errno) {
  const char* name = strerrorname_np(error);
  const std::string code = name ? name : std::string("E").append(std::to_string(error));
  const char* words = strerrordesc_np(error);
  auto thrown = Napi::Error::New(
      env, std::string(syscall) + ": " + (words ? words : "unknown error") + " (" + code + ")");
  thrown.Set("code", code);
  thrown.Set("syscall", syscall);
  throw thrown;
}

/** A call that index.ts should have refused. */
[[noreturn]] inline void throwMisuse(Napi::Env env, const char* words) {
  throw Napi::TypeError::New(env, std::string("scanout_shim: ") + words);
}

}  // namespace scanout
