// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <memory>

namespace scanout {

/** Memory that somebody else may take away at any time. */
struct Range {
  const void* begin;
  size_t size;
};

/** The untyped form of {@link guarded}. */
bool runGuarded(Range first, Range second, void (*body)(void*), void* context);

/**
 * Runs `body` while reads and writes of the two ranges may raise SIGBUS, as they do once a file was
 * truncated below its mapping or a device region was switched off.
 *
 * A fault elsewhere goes to whoever handled SIGBUS before. The body is left by a jump, so it must
 * own nothing: no allocation, no lock, no object with a destructor. Any thread; not re-entrant.
 *
 * @returns false when the body was cut short by a fault inside a range
 */
template <typename Body>
bool guarded(Range first, Range second, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  return runGuarded(
      first, second, [](void* context) { (*static_cast<Plain*>(context))(); },
      const_cast<void*>(static_cast<const void*>(std::addressof(body))));
}

}  // namespace scanout
