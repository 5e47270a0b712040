// SPDX-License-Identifier: GPL-2.0
/*
 * A DRM device that takes any dma-buf by its pages, as a GPU does, whether or not its exporter lets the
 * CPU map it. Mesa's software renderer draws with it. It answers to the name of vgem, because that is
 * the one that Mesa looks for; the kernel's own vgem refuses to map what it imported.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_prime.h>

/* The object stays for as long as it is mapped, and the pages for as long as the object. */
static const struct vm_operations_struct imported_vm_ops = {
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

static int map_imported(struct drm_gem_object *object, struct vm_area_struct *area)
{
	struct sg_table *pages = to_drm_gem_shmem_obj(object)->sgt;
	unsigned long at = area->vm_start;
	struct sg_page_iter iterator;
	int error;

	for_each_sgtable_page(pages, &iterator, 0) {
		if (at >= area->vm_end)
			break;
		error = remap_pfn_range(area, at, page_to_pfn(sg_page_iter_page(&iterator)),
					PAGE_SIZE, area->vm_page_prot);
		if (error)
			return error;
		at += PAGE_SIZE;
	}
	area->vm_ops = &imported_vm_ops;
	return 0;
}

static int object_mmap(struct drm_gem_object *object, struct vm_area_struct *area)
{
	if (object->import_attach)
		return map_imported(object, area);
	return drm_gem_shmem_object_mmap(object, area);
}

static const struct drm_gem_object_funcs object_funcs = {
	.free = drm_gem_shmem_object_free,
	.print_info = drm_gem_shmem_object_print_info,
	.pin = drm_gem_shmem_object_pin,
	.unpin = drm_gem_shmem_object_unpin,
	.get_sg_table = drm_gem_shmem_object_get_sg_table,
	.vmap = drm_gem_shmem_object_vmap,
	.vunmap = drm_gem_shmem_object_vunmap,
	.mmap = object_mmap,
	.vm_ops = &drm_gem_shmem_vm_ops,
};

static struct drm_gem_object *create_object(struct drm_device *device, size_t size)
{
	struct drm_gem_shmem_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return ERR_PTR(-ENOMEM);
	object->base.funcs = &object_funcs;
	return &object->base;
}

/* The core's own refuses what was imported. */
static int map_offset(struct drm_file *file, struct drm_device *device, u32 handle, u64 *offset)
{
	struct drm_gem_object *object = drm_gem_object_lookup(file, handle);
	int error;

	if (!object)
		return -ENOENT;
	error = drm_gem_create_mmap_offset(object);
	if (!error)
		*offset = drm_vma_node_offset_addr(&object->vma_node);
	drm_gem_object_put(object);
	return error;
}

DEFINE_DRM_GEM_FOPS(labgpu_files);

static const struct drm_driver labgpu_driver = {
	.driver_features = DRIVER_GEM,
	.fops = &labgpu_files,
	.gem_create_object = create_object,
	.dumb_map_offset = map_offset,
	.name = "vgem",
	.desc = "a GPU of the kernel lab",
	.date = "20260101",
	.major = 1,
	DRM_GEM_SHMEM_DRIVER_OPS,
};

static struct platform_device *platform;
static struct drm_device *gpu;

static int __init labgpu_init(void)
{
	int error;

	platform = platform_device_register_simple("labgpu", -1, NULL, 0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	error = dma_coerce_mask_and_coherent(&platform->dev, DMA_BIT_MASK(64));
	if (error)
		goto no_device;
	gpu = drm_dev_alloc(&labgpu_driver, &platform->dev);
	if (IS_ERR(gpu)) {
		error = PTR_ERR(gpu);
		goto no_device;
	}
	error = drm_dev_register(gpu, 0);
	if (error)
		goto no_card;
	return 0;

no_card:
	drm_dev_put(gpu);
no_device:
	platform_device_unregister(platform);
	return error;
}

static void __exit labgpu_exit(void)
{
	drm_dev_unregister(gpu);
	drm_dev_put(gpu);
	platform_device_unregister(platform);
}

module_init(labgpu_init);
module_exit(labgpu_exit);
MODULE_DESCRIPTION("A DRM device that imports any dma-buf, for tests");
MODULE_LICENSE("GPL");
