// SPDX-License-Identifier: GPL-2.0
/* Regions of the vfio device: configuration space, EDID, and the planes of the region transport. */
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "planelab.h"

#define LAB_CONFIG_SIZE 256

static int fill_region(struct lab *lab, struct vfio_region_info *info, struct vfio_info_cap *caps)
{
	const struct lab_plane *plane;
	struct vfio_region_info_cap_type type = {
		.header = { .id = VFIO_REGION_INFO_CAP_TYPE, .version = 1 },
		.type = VFIO_REGION_TYPE_GFX,
		.subtype = VFIO_REGION_SUBTYPE_GFX_EDID,
	};

	info->offset = (u64)info->index << LAB_REGION_SHIFT;
	info->size = 0;
	info->flags = 0;
	info->cap_offset = 0;
	if (info->index == VFIO_PCI_CONFIG_REGION_INDEX) {
		info->size = LAB_CONFIG_SIZE;
		info->flags = VFIO_REGION_INFO_FLAG_READ;
		return 0;
	}
	if (info->index == LAB_EDID_REGION) {
		info->size = PAGE_SIZE;
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
			      VFIO_REGION_INFO_FLAG_CAPS;
		return vfio_info_add_capability(caps, &type.header, sizeof(type));
	}
	if (info->index < VFIO_PCI_NUM_REGIONS)
		return 0;
	plane = lab_plane_of_region(lab, info->index);
	if (!plane)
		return -EINVAL;
	info->size = lab_exported_bytes(plane, lab->buffers[plane->slot]);
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
		      VFIO_REGION_INFO_FLAG_MMAP;
	return 0;
}

/* Capabilities are copied when argsz has room for them; otherwise argsz says how much is wanted. */
long lab_region_info(struct lab *lab, void __user *user)
{
	const size_t least = offsetofend(struct vfio_region_info, offset);
	struct vfio_info_cap caps = {};
	struct vfio_region_info info;
	long error;

	if (copy_from_user(&info, user, least))
		return -EFAULT;
	if (info.argsz < least)
		return -EINVAL;
	mutex_lock(&lab->lock);
	error = fill_region(lab, &info, &caps);
	mutex_unlock(&lab->lock);
	if (error)
		return error;
	if (caps.size && info.argsz < sizeof(info) + caps.size) {
		info.argsz = sizeof(info) + caps.size;
	} else if (caps.size) {
		vfio_info_cap_shift(&caps, sizeof(info));
		if (copy_to_user(user + sizeof(info), caps.buf, caps.size))
			error = -EFAULT;
		info.cap_offset = sizeof(info);
	}
	if (copy_to_user(user, &info, least))
		error = -EFAULT;
	kfree(caps.buf);
	return error;
}

/* PCI configuration space: identity only. 1b36 is Red Hat's vendor id for virtual devices. */
static ssize_t read_config(char __user *user, size_t count, u64 at)
{
	u8 config[LAB_CONFIG_SIZE] = {
		[PCI_VENDOR_ID] = 0x36, [PCI_VENDOR_ID + 1] = 0x1b,
		[PCI_DEVICE_ID] = 0x1a, [PCI_DEVICE_ID + 1] = 0x1a,
		[PCI_CLASS_DEVICE] = 0x80, [PCI_CLASS_DEVICE + 1] = 0x03,
	};

	if (at >= sizeof(config))
		return -EINVAL;
	count = min(count, sizeof(config) - (size_t)at);
	return copy_to_user(user, config + at, count) ? -EFAULT : count;
}

ssize_t lab_region_access(struct lab *lab, char __user *user, size_t count,
			  loff_t *position, bool write)
{
	u64 index = *position >> LAB_REGION_SHIFT;
	u64 at = *position & (BIT_ULL(LAB_REGION_SHIFT) - 1);
	ssize_t done = -EINVAL;

	if (index == VFIO_PCI_CONFIG_REGION_INDEX && !write)
		done = read_config(user, count, at);
	else if (index == LAB_EDID_REGION)
		done = lab_edid_access(lab, user, count, at, write);
	if (done > 0)
		*position += done;
	return done;
}

/* Maps the memory that the plane of a region shows now. */
int lab_region_mmap(struct lab *lab, struct vm_area_struct *vma)
{
	const unsigned int shift = LAB_REGION_SHIFT - PAGE_SHIFT;
	unsigned long at = vma->vm_pgoff & (BIT(shift) - 1);
	unsigned long bytes = vma->vm_end - vma->vm_start;
	const struct lab_plane *plane;
	struct lab_buffer *buffer;
	int error = -EINVAL;

	mutex_lock(&lab->lock);
	plane = lab_plane_of_region(lab, vma->vm_pgoff >> shift);
	if (plane && (vma->vm_flags & VM_SHARED)) {
		buffer = lab->buffers[plane->slot];
		if ((at << PAGE_SHIFT) + bytes <= lab_exported_bytes(plane, buffer))
			error = remap_vmalloc_range(vma, buffer->memory,
						    (plane->offset >> PAGE_SHIFT) + at);
	}
	if (!error)
		lab->maps++;
	mutex_unlock(&lab->lock);
	return error;
}
