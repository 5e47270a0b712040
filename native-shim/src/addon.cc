// SPDX-License-Identifier: GPL-2.0-or-later
#include <napi.h>

#include "damage.h"
#include "descriptor.h"
#include "dmabuf.h"
#include "linearise.h"
#include "memory.h"
#include "poller.h"
#include "process.h"
#include "socket.h"
#include "vfio.h"

// Runs once for every thread that loads the addon. What a thread opened hangs on its handles, whose
// finalizers Node runs when that thread's environment ends; nothing else is kept per thread.
static Napi::Object init(Napi::Env, Napi::Object exports) {
  scanout::defineDescriptor(exports);
  scanout::defineMemory(exports);
  scanout::defineDamage(exports);
  scanout::defineLinearise(exports);
  scanout::defineDmabuf(exports);
  scanout::definePoller(exports);
  scanout::defineProcess(exports);
  scanout::defineSocket(exports);
  scanout::defineVfio(exports);
  return exports;
}

NODE_API_MODULE(scanout_shim, init)
