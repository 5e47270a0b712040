// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace scanout {

/**
 * Splits `rows` into as many parts as there are threads, each a multiple of `unit`, and calls
 * `work(part, first, end)` for all of them, the first in this thread. Where a thread cannot be had,
 * its part is done here.
 *
 * @returns whether every part returned true
 */
template <typename Work>
bool inParallel(uint64_t rows, uint64_t unit, uint64_t threads, const Work& work) {
  const uint64_t units = (rows + unit - 1) / unit;
  const uint64_t parts = std::max<uint64_t>(1, std::min(threads, units));
  std::atomic<bool> whole{true};
  const auto doPart = [&](uint64_t part) {
    const uint64_t first = units * part / parts * unit;
    const uint64_t end = std::min(rows, units * (part + 1) / parts * unit);
    if (!work(part, first, end)) whole = false;
  };
  std::vector<std::thread> helpers;
  helpers.reserve(parts);
  uint64_t started = 1;
  try {
    for (; started < parts; started++) helpers.emplace_back(doPart, started);
  } catch (const std::system_error&) {
    // No more threads to be had.
  }
  doPart(0);
  for (uint64_t part = started; part < parts; part++) doPart(part);
  for (auto& helper : helpers) helper.join();
  return whole;
}

}  // namespace scanout
