// SPDX-License-Identifier: GPL-2.0-or-later
#include "poller.h"

namespace scanout {
void definePoller(Napi::Object) {}
}  // namespace scanout
