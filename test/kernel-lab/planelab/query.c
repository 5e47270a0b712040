// SPDX-License-Identifier: GPL-2.0
#include "planelab.h"

/* Consumes one failure, if any is due. */
int lab_take_error(struct lab_error *error)
{
	if (!error->left)
		return 0;
	if (error->left > 0)
		error->left--;
	return error->error;
}

static int query_on(struct lab *lab, const struct lab_plane *plane,
		    struct vfio_device_gfx_plane_info *info)
{
	struct lab_surface *surface = NULL;

	if (!lab->buffers[plane->slot])
		return -EINVAL;
	if (!PAGE_ALIGNED(plane->offset))
		return -EFAULT;
	if (!lab->regions) {
		surface = lab_surface_find(lab, plane);
		if (!surface)
			return -ENOMEM;
	}
	info->drm_format = plane->fourcc;
	info->drm_format_mod = plane->modifier;
	info->width = plane->width;
	info->height = plane->height;
	info->stride = plane->stride;
	info->size = plane->size;
	info->x_pos = plane->x;
	info->y_pos = plane->y;
	info->x_hot = plane->x_hot;
	info->y_hot = plane->y_hot;
	if (surface)
		info->dmabuf_id = surface->id;
	else
		info->region_index = LAB_PLANE_REGION + (plane - lab->planes);
	return 0;
}

/* VFIO_DEVICE_QUERY_GFX_PLANE on a copy of the caller's struct. */
int lab_query_plane(struct lab *lab, struct vfio_device_gfx_plane_info *info)
{
	u32 transport, kind = info->drm_plane_type;
	int error;

	mutex_lock(&lab->lock);
	transport = lab->regions ? VFIO_GFX_PLANE_TYPE_REGION : VFIO_GFX_PLANE_TYPE_DMABUF;
	if (info->flags == (VFIO_GFX_PLANE_TYPE_PROBE | transport)) {
		lab->probes++;
		error = 0;
	} else if (info->flags != transport || kind >= LAB_KINDS) {
		error = -EINVAL;
	} else {
		lab->queries[kind]++;
		error = lab_take_error(&lab->query_errors[LAB_ANY]);
		if (!error)
			error = lab_take_error(&lab->query_errors[kind]);
		if (!error && lab->planes[kind].absent)
			error = -EINVAL;
		if (!error && lab->planes[kind].on)
			error = query_on(lab, &lab->planes[kind], info);
	}
	mutex_unlock(&lab->lock);
	return error;
}

/* The plane whose memory a region of the region transport holds; NULL when there is none now. */
const struct lab_plane *lab_plane_of_region(struct lab *lab, u32 index)
{
	const struct lab_plane *plane;

	lockdep_assert_held(&lab->lock);
	if (!lab->regions || index < LAB_PLANE_REGION || index >= LAB_PLANE_REGION + LAB_KINDS)
		return NULL;
	plane = &lab->planes[index - LAB_PLANE_REGION];
	return plane->on && lab->buffers[plane->slot] && PAGE_ALIGNED(plane->offset) ? plane : NULL;
}
