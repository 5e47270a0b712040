// SPDX-License-Identifier: GPL-2.0-or-later
#include "process.h"

namespace scanout {
void defineProcess(Napi::Object) {}
}  // namespace scanout
