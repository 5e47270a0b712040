/* SPDX-License-Identifier: GPL-2.0 */
/*
 * planelab: a mediated display device without hardware, whose planes are set by tests. It answers
 * VFIO_DEVICE_QUERY_GFX_PLANE and VFIO_DEVICE_GET_GFX_DMABUF as i915's GVT-g does:
 *
 *  - an id stays the same while buffer, offset, size, modifier, fourcc, width and height do;
 *    the smallest free id is given out, and an id dies with the last of its dma-bufs;
 *  - every GET makes a new dma-buf; an unknown id is EINVAL;
 *  - a plane that is off is success with the caller's struct left as it was;
 *  - a base address that is not page aligned is EFAULT.
 */
#ifndef PLANELAB_H
#define PLANELAB_H

#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/vfio.h>

#define LAB_BUFFERS 16
#define LAB_BUFFER_MAX (64u << 20)

/* Values of DRM_PLANE_TYPE_*, and a slot for "whichever plane". */
enum { LAB_OVERLAY, LAB_PRIMARY, LAB_CURSOR, LAB_KINDS, LAB_ANY = LAB_KINDS };

/* Device file: a region lies at its index << LAB_REGION_SHIFT. */
#define LAB_REGION_SHIFT 28
#define LAB_EDID_REGION VFIO_PCI_NUM_REGIONS
#define LAB_NUM_REGIONS (VFIO_PCI_NUM_REGIONS + 1)
/* Beyond num_regions, as mdpy's. The region of a plane of kind k is LAB_PLANE_REGION + k. */
#define LAB_PLANE_REGION 16

/* Pixel memory. Held by the control file's slot, by surfaces and so by every dma-buf. */
struct lab_buffer {
	struct kref refs;
	size_t size;
	void *memory;
};

/* What the guest scans out of one plane, as a test stated it. Nothing is checked but memory bounds. */
struct lab_plane {
	bool on;
	/* Queries of this kind are EINVAL, as GVT-g answers for overlays. */
	bool absent;
	u32 slot;
	u64 offset;
	u32 fourcc;
	u64 modifier;
	u32 width, height, stride, size;
	/* The size was given and is not what the layout wants. */
	bool sized;
	/* Bytes of the dma-buf; 0: size rounded up to pages, as far as the buffer goes. */
	u64 exported;
	u32 x, y, x_hot, y_hot;
};

/* Something a viewer can GET. Protected by lab.lock. */
struct lab_surface {
	struct lab *lab;
	struct lab_buffer *buffer;
	u64 offset, exported;
	u32 id, fourcc, width, height, size;
	u64 modifier;
	u32 gets, dmabufs;
	/* Holds the query's reference until the first GET. */
	bool fresh;
	/* Copied at GET: later changes of the switch do not reach buffers already out. */
	bool linked;
};

struct lab_edid {
	struct vfio_region_gfx_edid regs;
	u8 blob[1024];
	u32 downs, ups;
	ktime_t down_at;
	/* Between the last link down and the link up after it. */
	u32 down_ms;
};

struct lab_error {
	int error;
	/* How many more calls fail; negative: all. */
	int left;
};

/* The state of one mdev. Lives until the device, the control files and the dma-bufs are gone. */
struct lab {
	struct kref refs;
	struct mutex lock;
	struct miscdevice control;
	char *name, *node;
	struct lab_buffer *buffers[LAB_BUFFERS];
	struct lab_plane planes[LAB_KINDS];
	struct idr surfaces;
	struct lab_edid edid;
	struct lab_error query_errors[LAB_KINDS + 1], get_error;
	bool mappable, regions;
	u64 queries[LAB_KINDS], probes, gets, gets_failed, dmabufs_made, dmabufs_live;
	u64 maps, maps_refused, sync_begins, sync_ends, opens, resets;
	u32 most_gets, open_now;
};

/* The vfio device; its state outlives it. */
struct lab_device {
	struct vfio_device vdev;
	struct lab *lab;
};

struct lab *lab_create(struct device *dev);
void lab_put(struct lab *lab);
int lab_take_error(struct lab_error *error);

/* control.c: /dev/planelab/UUID. */
int lab_control_register(struct lab *lab, struct device *dev);
void lab_control_unregister(struct lab *lab);

/* commands.c */
void lab_reset_state(struct lab *lab);
int lab_command(struct lab *lab, char *line);

/* surface.c: buffers, identities and dma-bufs. */
struct lab_buffer *lab_buffer_create(size_t size);
void lab_buffer_put(struct lab_buffer *buffer);
struct lab_surface *lab_surface_find(struct lab *lab, const struct lab_plane *plane);
void lab_surfaces_drop(struct lab *lab);
int lab_get_dmabuf(struct lab *lab, u32 id);
u64 lab_exported_bytes(const struct lab_plane *plane, const struct lab_buffer *buffer);

/* query.c */
int lab_query_plane(struct lab *lab, struct vfio_device_gfx_plane_info *info);
const struct lab_plane *lab_plane_of_region(struct lab *lab, u32 index);

/* region.c */
long lab_region_info(struct lab *lab, void __user *user);
ssize_t lab_region_access(struct lab *lab, char __user *user, size_t count, loff_t *position,
			  bool write);
int lab_region_mmap(struct lab *lab, struct vm_area_struct *vma);

/* edid.c: the region of type GFX, subtype EDID. */
void lab_edid_init(struct lab_edid *edid);
ssize_t lab_edid_access(struct lab *lab, char __user *user, size_t count, u64 at, bool write);

#endif
