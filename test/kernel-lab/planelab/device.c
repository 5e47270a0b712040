// SPDX-License-Identifier: GPL-2.0
/* The vfio device of planelab, and the module. */
#include <linux/device.h>
#include <linux/init.h>
#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "planelab.h"

#define LAB_INSTANCES 16

static struct lab_device *lab_device(struct vfio_device *vdev)
{
	return container_of(vdev, struct lab_device, vdev);
}

static int device_open(struct vfio_device *vdev)
{
	struct lab *lab = lab_device(vdev)->lab;

	mutex_lock(&lab->lock);
	lab->opens++;
	lab->open_now++;
	mutex_unlock(&lab->lock);
	return 0;
}

static void device_close(struct vfio_device *vdev)
{
	struct lab *lab = lab_device(vdev)->lab;

	mutex_lock(&lab->lock);
	lab->open_now--;
	mutex_unlock(&lab->lock);
}

/* The guest's driver is gone: nothing is scanned out. Buffers that viewers hold stay. */
static int device_reset(struct lab *lab)
{
	int kind;

	mutex_lock(&lab->lock);
	lab->resets++;
	for (kind = 0; kind < LAB_KINDS; kind++)
		lab->planes[kind].on = false;
	mutex_unlock(&lab->lock);
	return 0;
}

static long device_info(void __user *user)
{
	const size_t least = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info;

	if (copy_from_user(&info, user, least))
		return -EFAULT;
	if (info.argsz < least)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = LAB_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(user, &info, least) ? -EFAULT : 0;
}

static long irq_info(void __user *user)
{
	const size_t least = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, user, least))
		return -EFAULT;
	if (info.argsz < least || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info.flags = 0;
	info.count = 0;
	return copy_to_user(user, &info, least) ? -EFAULT : 0;
}

static long query_plane(struct lab *lab, void __user *user)
{
	const size_t least = offsetofend(struct vfio_device_gfx_plane_info, region_index);
	struct vfio_device_gfx_plane_info info = {};
	long error;

	if (copy_from_user(&info, user, least))
		return -EFAULT;
	if (info.argsz < least)
		return -EINVAL;
	error = lab_query_plane(lab, &info);
	if (!error && copy_to_user(user, &info, least))
		error = -EFAULT;
	return error;
}

static long device_ioctl(struct vfio_device *vdev, unsigned int command, unsigned long argument)
{
	struct lab *lab = lab_device(vdev)->lab;
	void __user *user = (void __user *)argument;
	u32 id;

	switch (command) {
	case VFIO_DEVICE_GET_INFO:
		return device_info(user);
	case VFIO_DEVICE_GET_REGION_INFO:
		return lab_region_info(lab, user);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return irq_info(user);
	case VFIO_DEVICE_SET_IRQS:
		return -EINVAL;
	case VFIO_DEVICE_RESET:
		return device_reset(lab);
	case VFIO_DEVICE_QUERY_GFX_PLANE:
		return query_plane(lab, user);
	case VFIO_DEVICE_GET_GFX_DMABUF:
		return get_user(id, (u32 __user *)user) ? -EFAULT : lab_get_dmabuf(lab, id);
	default:
		return -ENOTTY;
	}
}

static ssize_t device_read(struct vfio_device *vdev, char __user *user, size_t count,
			   loff_t *position)
{
	return lab_region_access(lab_device(vdev)->lab, user, count, position, false);
}

static ssize_t device_write(struct vfio_device *vdev, const char __user *user, size_t count,
			    loff_t *position)
{
	return lab_region_access(lab_device(vdev)->lab, (char __user *)user, count, position, true);
}

static int device_mmap(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	return lab_region_mmap(lab_device(vdev)->lab, vma);
}

static int device_init(struct vfio_device *vdev)
{
	struct lab *lab = lab_create(vdev->dev);

	if (IS_ERR(lab))
		return PTR_ERR(lab);
	lab_device(vdev)->lab = lab;
	return 0;
}

static void device_release(struct vfio_device *vdev)
{
	struct lab *lab = lab_device(vdev)->lab;

	mutex_lock(&lab->lock);
	lab_surfaces_drop(lab);
	mutex_unlock(&lab->lock);
	lab_put(lab);
}

static const struct vfio_device_ops device_ops = {
	.name = "planelab",
	.init = device_init,
	.release = device_release,
	.open_device = device_open,
	.close_device = device_close,
	.read = device_read,
	.write = device_write,
	.ioctl = device_ioctl,
	.mmap = device_mmap,
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
};

static int lab_probe(struct mdev_device *mdev)
{
	struct lab_device *device = vfio_alloc_device(lab_device, vdev, &mdev->dev, &device_ops);
	int error;

	if (IS_ERR(device))
		return PTR_ERR(device);
	error = vfio_register_emulated_iommu_dev(&device->vdev);
	if (error)
		goto put;
	error = lab_control_register(device->lab, &mdev->dev);
	if (error)
		goto unregister;
	dev_set_drvdata(&mdev->dev, device);
	return 0;

unregister:
	vfio_unregister_group_dev(&device->vdev);
put:
	vfio_put_device(&device->vdev);
	return error;
}

static void lab_remove(struct mdev_device *mdev)
{
	struct lab_device *device = dev_get_drvdata(&mdev->dev);

	lab_control_unregister(device->lab);
	vfio_unregister_group_dev(&device->vdev);
	vfio_put_device(&device->vdev);
}

static struct mdev_driver driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.max_instances = LAB_INSTANCES,
	.probe = lab_probe,
	.remove = lab_remove,
	.driver = { .name = "planelab", .owner = THIS_MODULE, .mod_name = KBUILD_MODNAME },
};

static struct mdev_type type = { .sysfs_name = "1", .pretty_name = "planelab" };
static struct mdev_type *types[] = { &type };
static const struct class class = { .name = "planelab" };
static struct mdev_parent parent;
static struct device *parent_device;

static int __init planelab_init(void)
{
	int error = class_register(&class);

	if (error)
		return error;
	error = mdev_register_driver(&driver);
	if (error)
		goto unregister_class;
	parent_device = device_create(&class, NULL, 0, NULL, "planelab");
	if (IS_ERR(parent_device)) {
		error = PTR_ERR(parent_device);
		goto unregister_driver;
	}
	error = mdev_register_parent(&parent, parent_device, &driver, types, ARRAY_SIZE(types));
	if (!error)
		return 0;
	device_unregister(parent_device);
unregister_driver:
	mdev_unregister_driver(&driver);
unregister_class:
	class_unregister(&class);
	return error;
}

static void __exit planelab_exit(void)
{
	mdev_unregister_parent(&parent);
	device_unregister(parent_device);
	mdev_unregister_driver(&driver);
	class_unregister(&class);
}

module_init(planelab_init);
module_exit(planelab_exit);
MODULE_DESCRIPTION("Mediated display device whose planes are set by tests");
MODULE_LICENSE("GPL");
