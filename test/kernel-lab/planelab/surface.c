// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/fcntl.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#include "planelab.h"

struct lab_buffer *lab_buffer_create(size_t size)
{
	struct lab_buffer *buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);

	if (!buffer)
		return NULL;
	kref_init(&buffer->refs);
	buffer->size = PAGE_ALIGN(size);
	buffer->memory = vmalloc_user(buffer->size);
	if (!buffer->memory) {
		kfree(buffer);
		return NULL;
	}
	return buffer;
}

static void buffer_free(struct kref *refs)
{
	struct lab_buffer *buffer = container_of(refs, struct lab_buffer, refs);

	vfree(buffer->memory);
	kfree(buffer);
}

void lab_buffer_put(struct lab_buffer *buffer)
{
	if (buffer)
		kref_put(&buffer->refs, buffer_free);
}

u64 lab_exported_bytes(const struct lab_plane *plane, const struct lab_buffer *buffer)
{
	u64 room = buffer->size - plane->offset;
	u64 wanted = plane->exported ?: max_t(u64, plane->size, 1);

	return min(PAGE_ALIGN(wanted), room);
}

static bool same_surface(const struct lab_surface *surface, const struct lab_plane *plane,
			 const struct lab_buffer *buffer)
{
	return surface->buffer == buffer && surface->offset == plane->offset &&
	       surface->size == plane->size && surface->modifier == plane->modifier &&
	       surface->fourcc == plane->fourcc && surface->width == plane->width &&
	       surface->height == plane->height;
}

/* The surface of a plane that is on: the known one, or a new one under the smallest free id. */
struct lab_surface *lab_surface_find(struct lab *lab, const struct lab_plane *plane)
{
	struct lab_buffer *buffer = lab->buffers[plane->slot];
	struct lab_surface *surface;
	int id;

	lockdep_assert_held(&lab->lock);
	idr_for_each_entry(&lab->surfaces, surface, id)
		if (same_surface(surface, plane, buffer))
			return surface;

	surface = kzalloc(sizeof(*surface), GFP_KERNEL);
	if (!surface)
		return NULL;
	id = idr_alloc(&lab->surfaces, surface, 1, 0, GFP_KERNEL);
	if (id < 0) {
		kfree(surface);
		return NULL;
	}
	kref_get(&buffer->refs);
	surface->lab = lab;
	surface->buffer = buffer;
	surface->id = id;
	surface->offset = plane->offset;
	surface->exported = lab_exported_bytes(plane, buffer);
	surface->fourcc = plane->fourcc;
	surface->modifier = plane->modifier;
	surface->width = plane->width;
	surface->height = plane->height;
	surface->size = plane->size;
	surface->fresh = true;
	surface->linked = true;
	return surface;
}

/* Forgets the id and, with the last dma-buf gone, the memory. */
static void surface_settle(struct lab_surface *surface)
{
	if (surface->fresh || surface->dmabufs)
		return;
	if (surface->linked)
		idr_remove(&surface->lab->surfaces, surface->id);
	lab_buffer_put(surface->buffer);
	kfree(surface);
}

/* The device goes: ids end now, memory when its dma-bufs do. */
void lab_surfaces_drop(struct lab *lab)
{
	struct lab_surface *surface;
	int id;

	lockdep_assert_held(&lab->lock);
	idr_for_each_entry(&lab->surfaces, surface, id) {
		idr_remove(&lab->surfaces, id);
		surface->linked = false;
		surface->fresh = false;
		surface_settle(surface);
	}
}

/* One exported dma-buf. `mappable` is the switch's state at GET. */
struct lab_export {
	struct lab_surface *surface;
	bool mappable;
};

static struct sg_table *export_map(struct dma_buf_attachment *attachment,
				   enum dma_data_direction direction)
{
	struct lab_export *export = attachment->dmabuf->priv;
	struct lab_surface *surface = export->surface;
	char *memory = surface->buffer->memory + surface->offset;
	unsigned int i, count = surface->exported >> PAGE_SHIFT;
	struct sg_table *table;
	struct page **pages;
	int error;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	table = kzalloc(sizeof(*table), GFP_KERNEL);
	error = pages && table ? 0 : -ENOMEM;
	if (error)
		goto out;
	for (i = 0; i < count; i++)
		pages[i] = vmalloc_to_page(memory + i * PAGE_SIZE);
	error = sg_alloc_table_from_pages(table, pages, count, 0, surface->exported, GFP_KERNEL);
	if (error)
		goto out;
	error = dma_map_sgtable(attachment->dev, table, direction, 0);
	if (error)
		sg_free_table(table);
out:
	kvfree(pages);
	if (!error)
		return table;
	kfree(table);
	return ERR_PTR(error);
}

static void export_unmap(struct dma_buf_attachment *attachment, struct sg_table *table,
			 enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, direction, 0);
	sg_free_table(table);
	kfree(table);
}

static int export_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct lab_export *export = dmabuf->priv;
	struct lab_surface *surface = export->surface;
	struct lab *lab = surface->lab;

	mutex_lock(&lab->lock);
	if (export->mappable)
		lab->maps++;
	else
		lab->maps_refused++;
	mutex_unlock(&lab->lock);
	if (!export->mappable)
		return -ENODEV;
	return remap_vmalloc_range(vma, surface->buffer->memory,
				   (surface->offset >> PAGE_SHIFT) + vma->vm_pgoff);
}

static int export_begin(struct dma_buf *dmabuf, enum dma_data_direction direction)
{
	struct lab_export *export = dmabuf->priv;
	struct lab *lab = export->surface->lab;

	mutex_lock(&lab->lock);
	lab->sync_begins++;
	mutex_unlock(&lab->lock);
	return 0;
}

static int export_end(struct dma_buf *dmabuf, enum dma_data_direction direction)
{
	struct lab_export *export = dmabuf->priv;
	struct lab *lab = export->surface->lab;

	mutex_lock(&lab->lock);
	lab->sync_ends++;
	mutex_unlock(&lab->lock);
	return 0;
}

static void export_release(struct dma_buf *dmabuf)
{
	struct lab_export *export = dmabuf->priv;
	struct lab *lab = export->surface->lab;

	mutex_lock(&lab->lock);
	lab->dmabufs_live--;
	export->surface->dmabufs--;
	surface_settle(export->surface);
	mutex_unlock(&lab->lock);
	kfree(export);
	lab_put(lab);
}

static const struct dma_buf_ops export_ops = {
	.map_dma_buf = export_map,
	.unmap_dma_buf = export_unmap,
	.mmap = export_mmap,
	.begin_cpu_access = export_begin,
	.end_cpu_access = export_end,
	.release = export_release,
};

static struct dma_buf *export_surface(struct lab_surface *surface)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct lab *lab = surface->lab;
	struct lab_export *export = kzalloc(sizeof(*export), GFP_KERNEL);
	struct dma_buf *dmabuf;

	if (!export)
		return ERR_PTR(-ENOMEM);
	export->surface = surface;
	export->mappable = lab->mappable;
	info.ops = &export_ops;
	info.size = surface->exported;
	info.flags = O_CLOEXEC | O_RDWR;
	info.priv = export;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		kfree(export);
		return dmabuf;
	}
	kref_get(&lab->refs);
	surface->dmabufs++;
	surface->gets++;
	surface->fresh = false;
	lab->dmabufs_made++;
	lab->dmabufs_live++;
	lab->most_gets = max(lab->most_gets, surface->gets);
	return dmabuf;
}

/* VFIO_DEVICE_GET_GFX_DMABUF: a new dma-buf, and a descriptor of it. */
int lab_get_dmabuf(struct lab *lab, u32 id)
{
	struct lab_surface *surface;
	struct dma_buf *dmabuf;
	int fd, error;

	mutex_lock(&lab->lock);
	lab->gets++;
	error = lab_take_error(&lab->get_error);
	surface = idr_find(&lab->surfaces, id);
	if (error)
		dmabuf = ERR_PTR(error);
	else if (!surface)
		dmabuf = ERR_PTR(-EINVAL);
	else
		dmabuf = export_surface(surface);
	if (IS_ERR(dmabuf))
		lab->gets_failed++;
	mutex_unlock(&lab->lock);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	/* Not under the lock: releasing the dma-buf takes it. */
	fd = dma_buf_fd(dmabuf, O_CLOEXEC);
	if (fd < 0)
		dma_buf_put(dmabuf);
	return fd;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS(DMA_BUF);
#else
MODULE_IMPORT_NS("DMA_BUF");
#endif
