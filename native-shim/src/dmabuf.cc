// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>

#include "handle.h"

namespace scanout {
namespace {

Napi::Value sync(const Napi::CallbackInfo& info) {
  const int fd = openFd(info, 0);
  const uint64_t phase = truth(info, 1) ? DMA_BUF_SYNC_END : DMA_BUF_SYNC_START;
  struct dma_buf_sync argument = {DMA_BUF_SYNC_READ | phase};
  int result = 0;
  // Waiting for a fence can be interrupted; the ioctl is made to be repeated then.
  do {
    result = ioctl(fd, DMA_BUF_IOCTL_SYNC, &argument);
  } while (result != 0 && (errno == EINTR || errno == EAGAIN));
  if (result != 0 && errno != ENOTTY) throwErrno(info.Env(), "DMA_BUF_IOCTL_SYNC");
  return info.Env().Undefined();
}

Napi::Value createUdmabuf(const Napi::CallbackInfo& info) {
  const int memfd = openFd(info, 0);
  const UniqueFd device(open("/dev/udmabuf", O_RDWR | O_CLOEXEC));
  if (!device) throwErrno(info.Env(), "open");
  struct udmabuf_create argument = {};
  argument.memfd = static_cast<uint32_t>(memfd);
  argument.flags = UDMABUF_FLAGS_CLOEXEC;
  argument.offset = wholeNumber(info, 1);
  argument.size = wholeNumber(info, 2);
  UniqueFd fd(ioctl(device.get(), UDMABUF_CREATE, &argument));
  if (!fd) throwErrno(info.Env(), "UDMABUF_CREATE");
  return makeFd(info.Env(), std::move(fd));
}

}  // namespace

void defineDmabuf(Napi::Object exports) {
  define(exports, {{"dmabufSync", sync}, {"udmabufCreate", createUdmabuf}});
}

}  // namespace scanout
