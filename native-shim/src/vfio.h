// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

namespace scanout {

void defineVfio(Napi::Object exports);

}  // namespace scanout
