// SPDX-License-Identifier: GPL-2.0-or-later
#include "socket.h"

namespace scanout {
void defineSocket(Napi::Object) {}
}  // namespace scanout
