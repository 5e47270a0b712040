// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../src/unique-fd.h"

// What goes over the socket, in the machine's own byte order: both ends are of one build. Its other
// side is main/gpu/gpu-wire.ts.

namespace scanout::gpu {

constexpr uint32_t magic = 0x55504753;
constexpr size_t maxPlanes = 4;

enum class Operation : uint32_t {
  describe = 1,
  probe = 2,
  read = 3,
  convert = 4,
  draw = 5,
  fill = 6
};

/** What became of a request. */
enum class Status : uint32_t {
  done = 0,
  /** This device does not take such an image. */
  unsupported = 1,
  /** It should have worked. */
  failed = 2,
  /** The device cannot be used at all. */
  noDevice = 3,
};

/** One memory plane of an image; its descriptor comes along, in order. Bytes. */
struct WirePlane {
  uint64_t offset;
  uint64_t stride;
  /** From the offset on. */
  uint64_t size;
};

/** Descriptors: one of each memory plane, then the target of read and draw, or what to fill with. */
struct Request {
  uint32_t magic;
  uint32_t serial;
  uint32_t operation;
  uint32_t width;
  uint32_t height;
  uint32_t fourcc;
  uint64_t modifier;
  uint32_t planes;
  /** 0 unknown, 1 BT.601, 2 BT.709, 3 BT.2020. */
  uint32_t matrix;
  /** 0 unknown, 1 limited, 2 full. */
  uint32_t range;
  /** Of draw: bytes from row to row. */
  uint32_t targetStride;
  WirePlane memory[maxPlanes];
};
static_assert(sizeof(Request) == 144);

struct ReplyHeader {
  uint32_t magic;
  uint32_t serial;
  uint32_t status;
  /** Bytes that follow: words for anything but done. */
  uint32_t length;
};
static_assert(sizeof(ReplyHeader) == 16);

/** A request that cannot be fulfilled, and why. */
struct Trouble {
  Status status;
  std::string words;
};

struct Incoming {
  Request request;
  std::vector<UniqueFd> fds;
};

/** Waits for a request; false at the end of the stream. Throws Trouble when it is none. */
bool receive(int socket, Incoming& incoming);

/** Answers; false when nobody listens any more. */
bool reply(int socket, uint32_t serial, Status status, const std::string& payload, int fd = -1);

}  // namespace scanout::gpu
