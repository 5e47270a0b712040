// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>

#include "import.h"

namespace scanout::gpu {

/** Order of the colours in what is drawn. */
enum class Order { rgba, bgra };

/** Draws imported pictures one to one. Their first row in memory stays the first. */
class Painter {
 public:
  explicit Painter(const Device& device) : device_(device) {}

  /** Draws one pixel of it and waits. */
  void probe(const ImportedImage& image);
  /** Into memory of width × 4 × height bytes, as the bytes of AR24. */
  void read(const ImportedImage& image, uint32_t width, uint32_t height, int target);
  /** Into another image of that size. */
  void draw(const ImportedImage& image, const ImportedImage& target, uint32_t width,
            uint32_t height);

 private:
  struct Program {
    uint32_t name = 0;
    int32_t scale = -1;
  };
  Program& program(uint32_t target, Order order);
  void paint(const ImportedImage& image, uint32_t framebuffer, uint32_t width, uint32_t height,
             Order order);
  /** A framebuffer of our own, kept until another size is wanted. */
  uint32_t canvas(uint32_t width, uint32_t height);

  const Device& device_;
  std::array<Program, 4> programs_;
  uint32_t canvas_ = 0;
  uint32_t canvasTexture_ = 0;
  uint32_t canvasWidth_ = 0;
  uint32_t canvasHeight_ = 0;
};

}  // namespace scanout::gpu
