// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <utility>

namespace scanout {

/** Descriptors that this addon holds, in all threads. */
inline std::atomic<int64_t> openDescriptors{0};

/** A descriptor that closes itself. Move only; -1 when empty. */
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {
    if (fd_ >= 0) openDescriptors.fetch_add(1, std::memory_order_relaxed);
  }
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  /** Gives the number away without closing it. */
  int release() {
    if (fd_ >= 0) openDescriptors.fetch_sub(1, std::memory_order_relaxed);
    return std::exchange(fd_, -1);
  }

  void reset() {
    const int fd = release();
    if (fd >= 0) close(fd);
  }

 private:
  int fd_ = -1;
};

}  // namespace scanout
