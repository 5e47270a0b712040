// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "planelab.h"

#define EDID_BLOB_AT 2048
#define EDID_MAX_WIDTH 3840
#define EDID_MAX_HEIGHT 2160

void lab_edid_init(struct lab_edid *edid)
{
	memset(edid, 0, sizeof(*edid));
	edid->regs.edid_offset = EDID_BLOB_AT;
	edid->regs.edid_max_size = sizeof(edid->blob);
	edid->regs.max_xres = EDID_MAX_WIDTH;
	edid->regs.max_yres = EDID_MAX_HEIGHT;
	edid->regs.link_state = VFIO_DEVICE_GFX_LINK_STATE_UP;
}

static ssize_t write_register(struct lab_edid *edid, u32 value, u64 at)
{
	switch (at) {
	case offsetof(struct vfio_region_gfx_edid, edid_size):
		if (value > sizeof(edid->blob))
			return -EINVAL;
		edid->regs.edid_size = value;
		return sizeof(value);
	case offsetof(struct vfio_region_gfx_edid, link_state):
		if (value == VFIO_DEVICE_GFX_LINK_STATE_DOWN) {
			edid->downs++;
			edid->down_at = ktime_get();
		} else if (value == VFIO_DEVICE_GFX_LINK_STATE_UP) {
			edid->ups++;
			if (edid->downs)
				edid->down_ms = ktime_ms_delta(ktime_get(), edid->down_at);
		} else {
			return -EINVAL;
		}
		edid->regs.link_state = value;
		return sizeof(value);
	default:
		return -EINVAL;
	}
}

/* Registers take aligned words one at a time, as kvmgt's do; the blob takes any bytes within it. */
static ssize_t edid_write(struct lab *lab, const u8 *bytes, size_t count, u64 at)
{
	struct lab_edid *edid = &lab->edid;
	u32 value;

	lockdep_assert_held(&lab->lock);
	if (at >= EDID_BLOB_AT && at + count <= EDID_BLOB_AT + sizeof(edid->blob)) {
		memcpy(edid->blob + (at - EDID_BLOB_AT), bytes, count);
		return count;
	}
	if (count != sizeof(value))
		return -EINVAL;
	memcpy(&value, bytes, sizeof(value));
	return write_register(edid, value, at);
}

/* User memory is touched outside the lock: mmap of the device takes it inside the mm's. */
ssize_t lab_edid_access(struct lab *lab, char __user *user, size_t count, u64 at, bool write)
{
	ssize_t done;
	u8 *bytes;

	if (at >= PAGE_SIZE || count > PAGE_SIZE - at)
		return -EINVAL;
	bytes = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!bytes)
		return -ENOMEM;
	if (write && copy_from_user(bytes, user, count)) {
		kfree(bytes);
		return -EFAULT;
	}
	mutex_lock(&lab->lock);
	if (write) {
		done = edid_write(lab, bytes, count, at);
	} else {
		memcpy(bytes, &lab->edid.regs, sizeof(lab->edid.regs));
		memcpy(bytes + EDID_BLOB_AT, lab->edid.blob, sizeof(lab->edid.blob));
		done = count;
	}
	mutex_unlock(&lab->lock);
	if (!write && copy_to_user(user, bytes + at, count))
		done = -EFAULT;
	kfree(bytes);
	return done;
}
