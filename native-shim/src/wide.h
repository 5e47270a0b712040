// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// A function of which the compiler makes two, for wide registers and for any processor.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SCANOUT_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define SCANOUT_WIDE
#endif

/** What a {@link SCANOUT_WIDE} function calls must become part of each of its clones. */
#define SCANOUT_PART inline __attribute__((always_inline))
