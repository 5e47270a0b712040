// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <napi.h>

namespace scanout {

void definePoller(Napi::Object exports);

}  // namespace scanout
