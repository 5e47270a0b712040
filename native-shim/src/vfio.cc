// SPDX-License-Identifier: GPL-2.0-or-later
#include "vfio.h"

namespace scanout {
void defineVfio(Napi::Object) {}
}  // namespace scanout
