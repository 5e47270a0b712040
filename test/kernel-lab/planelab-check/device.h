/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device under check: sysfs, its control file, the group and the ioctls, as bare system calls. */
#ifndef PLANELAB_CHECK_DEVICE_H
#define PLANELAB_CHECK_DEVICE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID "8b1c3f5a-0000-4000-8000-00000000c0de"
#define TYPE "/sys/class/mdev_bus/planelab/mdev_supported_types/planelab-1/"
#define MDEV "/sys/bus/mdev/devices/" UUID
#define CONTROL "/dev/planelab/" UUID
#define BUFFER(n) (((off_t)(n) + 1) << 28)

enum { OVERLAY, PRIMARY, CURSOR };

static int failures, container, group, device, control;

static void check(bool good, const char *name, const char *format, ...)
{
	va_list list;

	if (good) {
		printf("ok %s\n", name);
		return;
	}
	failures++;
	printf("not ok %s: ", name);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf(" (errno %d)\n", errno);
}

static bool put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	ssize_t done = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return done == (ssize_t)strlen(text);
}

/* 0, or the errno of the command. */
static int tell(const char *text)
{
	return write(control, text, strlen(text)) < 0 ? errno : 0;
}

static long counter(const char *name)
{
	static char text[16384];
	ssize_t length = pread(control, text, sizeof(text) - 1, 0);
	char *line = text;

	text[length < 0 ? 0 : length] = 0;
	while (line && *line) {
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ')
			return atol(line + strlen(name));
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return -1;
}

static int query(uint32_t kind, uint32_t flags, struct vfio_device_gfx_plane_info *info)
{
	info->argsz = sizeof(*info);
	info->flags = flags;
	info->drm_plane_type = kind;
	return ioctl(device, VFIO_DEVICE_QUERY_GFX_PLANE, info) < 0 ? errno : 0;
}

static uint32_t shown_id(uint32_t kind)
{
	struct vfio_device_gfx_plane_info info = { 0 };

	return query(kind, VFIO_GFX_PLANE_TYPE_DMABUF, &info) ? 0 : info.dmabuf_id;
}

static int get(uint32_t id)
{
	return ioctl(device, VFIO_DEVICE_GET_GFX_DMABUF, &id);
}

static bool open_group(int *out_container, int *out_group)
{
	char link[256] = { 0 }, path[300];

	if (readlink(MDEV "/iommu_group", link, sizeof(link) - 1) < 0)
		return false;
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(link, '/') + 1);
	*out_container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	*out_group = open(path, O_RDWR | O_CLOEXEC);
	return *out_group >= 0 && !ioctl(*out_group, VFIO_GROUP_SET_CONTAINER, out_container) &&
	       !ioctl(*out_container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU);
}

static bool open_device(void)
{
	if (!open_group(&container, &group))
		return false;
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, UUID);
	return device >= 0;
}

static void close_device(void)
{
	close(device);
	close(group);
	close(container);
}

#endif
