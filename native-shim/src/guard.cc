// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <setjmp.h>
#include <signal.h>

#include <cstdint>
#include <mutex>

namespace scanout {
namespace {

struct Frame {
  Range first;
  Range second;
  sigjmp_buf back;
};

// initial-exec: the handler must not make the dynamic loader allocate.
__attribute__((tls_model("initial-exec"))) thread_local Frame* volatile current = nullptr;
struct sigaction previous;
std::once_flag installed;

bool holds(const Range& range, const void* address) {
  const auto begin = reinterpret_cast<uintptr_t>(range.begin);
  const auto at = reinterpret_cast<uintptr_t>(address);
  return at >= begin && at - begin < range.size;
}

void passOn(int signal, siginfo_t* info, void* context) {
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal, info, context);
    return;
  }
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
    return;
  }
  if (previous.sa_handler == SIG_IGN && info->si_code <= 0) return;
  // A fault happens again on return and then ends the process as it would have without us.
  sigaction(signal, &previous, nullptr);
  if (info->si_code <= 0) raise(signal);
}

void onBusError(int signal, siginfo_t* info, void* context) {
  Frame* frame = current;
  const bool fault = info->si_code > 0;
  if (fault && frame && (holds(frame->first, info->si_addr) || holds(frame->second, info->si_addr))) {
    siglongjmp(frame->back, 1);
  }
  passOn(signal, info, context);
}

void install() {
  // Read first: a fault in another thread must find `previous` set.
  sigaction(SIGBUS, nullptr, &previous);
  struct sigaction ours = {};
  ours.sa_sigaction = onBusError;
  // NODEFER: the jump leaves the handler without a return, and the signal must stay deliverable.
  ours.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  sigemptyset(&ours.sa_mask);
  sigaction(SIGBUS, &ours, nullptr);
}

}  // namespace

__attribute__((noinline)) bool runGuarded(Range first, Range second, void (*body)(void*),
                                          void* context) {
  std::call_once(installed, install);
  Frame frame;
  frame.first = first;
  frame.second = second;
  if (sigsetjmp(frame.back, 0) != 0) {
    current = nullptr;
    return false;
  }
  current = &frame;
  body(context);
  current = nullptr;
  return true;
}

}  // namespace scanout
