// SPDX-License-Identifier: GPL-2.0-or-later
#include "vfio.h"

#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#include <vector>

#include "handle.h"
#include "memory.h"

namespace scanout {
namespace {

using PlaneInfo = struct vfio_device_gfx_plane_info;
static_assert(sizeof(PlaneInfo) == 64, "linux/vfio.h: struct vfio_device_gfx_plane_info");

constexpr uint32_t maxRegionInfo = 65536;

UniqueFd openNode(Napi::Env env, const char* path) {
  UniqueFd fd(open(path, O_RDWR | O_CLOEXEC));
  if (!fd) throwErrno(env, "open");
  return fd;
}

void chooseIommu(Napi::Env env, int container) {
  const int type =
      ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) > 0 ? VFIO_TYPE1v2_IOMMU
                                                                     : VFIO_TYPE1_IOMMU;
  if (ioctl(container, VFIO_SET_IOMMU, type) != 0) throwErrno(env, "VFIO_SET_IOMMU");
}

/**
 * An open device holds its group and the group its container, so both descriptors are closed here:
 * seen on 6.1 and 6.12, where queries go on working and the group stays busy until the device closes.
 */
Napi::Value openDevice(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const UniqueFd group = openNode(env, text(info, 0).c_str());
  const std::string name = text(info, 1);
  struct vfio_group_status status = {};
  status.argsz = sizeof status;
  if (ioctl(group.get(), VFIO_GROUP_GET_STATUS, &status) != 0) {
    throwErrno(env, "VFIO_GROUP_GET_STATUS");
  }
  // Another device of the group is still bound to a driver of the host.
  if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) throwErrno(env, "VFIO_GROUP_GET_STATUS", EPERM);
  const UniqueFd container = openNode(env, "/dev/vfio/vfio");
  if (ioctl(container.get(), VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
    throwErrno(env, "VFIO_GET_API_VERSION", EPROTO);
  }
  const int number = container.get();
  if (ioctl(group.get(), VFIO_GROUP_SET_CONTAINER, &number) != 0) {
    throwErrno(env, "VFIO_GROUP_SET_CONTAINER");
  }
  chooseIommu(env, number);
  UniqueFd device(ioctl(group.get(), VFIO_GROUP_GET_DEVICE_FD, name.c_str()));
  if (!device) throwErrno(env, "VFIO_GROUP_GET_DEVICE_FD");
  if (fcntl(device.get(), F_SETFD, FD_CLOEXEC) != 0) throwErrno(env, "fcntl");
  return makeFd(env, std::move(device));
}

Napi::Value deviceInfo(const Napi::CallbackInfo& info) {
  struct vfio_device_info answer = {};
  answer.argsz = sizeof answer;
  if (ioctl(openFd(info, 0), VFIO_DEVICE_GET_INFO, &answer) != 0) {
    throwErrno(info.Env(), "VFIO_DEVICE_GET_INFO");
  }
  auto result = Napi::Object::New(info.Env());
  result.Set("flags", static_cast<double>(answer.flags));
  result.Set("regions", static_cast<double>(answer.num_regions));
  result.Set("irqs", static_cast<double>(answer.num_irqs));
  return result;
}

/** Asked with the plain struct first and then with exactly the size that the driver named: mbochs refuses more. */
Napi::Value regionInfo(const Napi::CallbackInfo& info) {
  const int fd = openFd(info, 0);
  std::vector<uint64_t> storage(sizeof(struct vfio_region_info) / sizeof(uint64_t));
  uint32_t size = sizeof(struct vfio_region_info);
  for (int attempt = 0; attempt < 2; attempt++) {
    auto* region = reinterpret_cast<struct vfio_region_info*>(storage.data());
    *region = {};
    region->argsz = size;
    region->index = static_cast<uint32_t>(wholeNumber(info, 1));
    if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, region) != 0) {
      throwErrno(info.Env(), "VFIO_DEVICE_GET_REGION_INFO");
    }
    const uint32_t wanted = region->argsz;
    if (wanted <= size || attempt == 1) break;
    if (wanted > maxRegionInfo) throwErrno(info.Env(), "VFIO_DEVICE_GET_REGION_INFO", EPROTO);
    size = wanted;
    storage.assign((size + sizeof(uint64_t) - 1) / sizeof(uint64_t), 0);
  }
  auto bytes = Napi::Uint8Array::New(info.Env(), size);
  memcpy(bytes.Data(), storage.data(), size);
  return bytes;
}

uint32_t transportFlag(const Napi::CallbackInfo& info, size_t index) {
  return wholeNumber(info, index) == 0 ? VFIO_GFX_PLANE_TYPE_DMABUF : VFIO_GFX_PLANE_TYPE_REGION;
}

Napi::Value probe(const Napi::CallbackInfo& info) {
  PlaneInfo plane = {};
  plane.argsz = sizeof plane;
  plane.flags = VFIO_GFX_PLANE_TYPE_PROBE | transportFlag(info, 1);
  const bool offered = ioctl(openFd(info, 0), VFIO_DEVICE_QUERY_GFX_PLANE, &plane) == 0;
  // ENOTTY: a device without any display.
  if (!offered && errno != EINVAL && errno != ENOTTY) {
    throwErrno(info.Env(), "VFIO_DEVICE_QUERY_GFX_PLANE");
  }
  return Napi::Boolean::New(info.Env(), offered);
}

Napi::Value query(const Napi::CallbackInfo& info) {
  PlaneInfo plane = {};
  plane.argsz = sizeof plane;
  plane.drm_plane_type = static_cast<uint32_t>(wholeNumber(info, 1));
  plane.flags = transportFlag(info, 2);
  if (ioctl(openFd(info, 0), VFIO_DEVICE_QUERY_GFX_PLANE, &plane) != 0) {
    throwErrno(info.Env(), "VFIO_DEVICE_QUERY_GFX_PLANE");
  }
  auto result = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, uint32_t value) {
    result.Set(name, static_cast<double>(value));
  };
  set("format", plane.drm_format);
  result.Set("modifier", Napi::BigInt::New(info.Env(), uint64_t{plane.drm_format_mod}));
  set("width", plane.width);
  set("height", plane.height);
  set("stride", plane.stride);
  set("size", plane.size);
  set("x", plane.x_pos);
  set("y", plane.y_pos);
  set("hotX", plane.x_hot);
  set("hotY", plane.y_hot);
  set("id", plane.dmabuf_id);
  return result;
}

Napi::Value getDmabuf(const Napi::CallbackInfo& info) {
  auto id = static_cast<uint32_t>(wholeNumber(info, 1));
  UniqueFd fd(ioctl(openFd(info, 0), VFIO_DEVICE_GET_GFX_DMABUF, &id));
  if (!fd) throwErrno(info.Env(), "VFIO_DEVICE_GET_GFX_DMABUF");
  if (fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0) throwErrno(info.Env(), "fcntl");
  return makeFd(info.Env(), std::move(fd));
}

Napi::Value mapRegion(const Napi::CallbackInfo& info) {
  return mapShared(info.Env(), openFd(info, 0), wholeNumber(info, 1), wholeNumber(info, 2),
                   truth(info, 3));
}

Napi::Value reset(const Napi::CallbackInfo& info) {
  if (ioctl(openFd(info, 0), VFIO_DEVICE_RESET) != 0) throwErrno(info.Env(), "VFIO_DEVICE_RESET");
  return info.Env().Undefined();
}

Napi::Value readAt(const Napi::CallbackInfo& info) {
  const uint64_t length = wholeNumber(info, 2);
  if (length > maxRegionInfo) throwMisuse(info.Env(), "read too long");
  auto bytes = Napi::Uint8Array::New(info.Env(), length);
  const ssize_t got =
      pread(openFd(info, 0), bytes.Data(), length, static_cast<off_t>(wholeNumber(info, 1)));
  if (got < 0) throwErrno(info.Env(), "pread");
  if (static_cast<uint64_t>(got) != length) throwErrno(info.Env(), "pread", EIO);
  return bytes;
}

Napi::Value writeAt(const Napi::CallbackInfo& info) {
  const auto [data, size] = bytesOf(info, 2);
  const ssize_t put = pwrite(openFd(info, 0), data, size, static_cast<off_t>(wholeNumber(info, 1)));
  if (put < 0) throwErrno(info.Env(), "pwrite");
  if (static_cast<size_t>(put) != size) throwErrno(info.Env(), "pwrite", EIO);
  return info.Env().Undefined();
}

}  // namespace

void defineVfio(Napi::Object exports) {
  define(exports, {{"vfioOpen", openDevice},
                   {"vfioInfo", deviceInfo},
                   {"vfioRegion", regionInfo},
                   {"vfioProbe", probe},
                   {"vfioQuery", query},
                   {"vfioGetDmabuf", getDmabuf},
                   {"vfioMap", mapRegion},
                   {"vfioReset", reset},
                   {"vfioRead", readAt},
                   {"vfioWrite", writeAt}});
}

}  // namespace scanout
