// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/planelab/UUID. Reading gives the counters, a name and a value a line. Writing at position 0
 * takes commands (commands.c), a line each, all of one write under one lock; the first that is wrong
 * ends the write with its errno. Writing at (N + 1) << 28 puts bytes into buffer N.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "planelab.h"

#define LAB_COMMANDS_MAX 8192
#define LAB_STATUS_MAX 16384
#define LAB_BUFFER_SHIFT 28

/* User memory is touched outside the lock: mmap of a dma-buf takes it inside the mm's. */
static ssize_t write_pixels(struct lab *lab, const char __user *user, size_t count, loff_t position)
{
	u64 slot = (position >> LAB_BUFFER_SHIFT) - 1;
	u64 at = position & (BIT_ULL(LAB_BUFFER_SHIFT) - 1);
	struct lab_buffer *buffer;
	ssize_t done = count;

	mutex_lock(&lab->lock);
	buffer = slot < LAB_BUFFERS ? lab->buffers[slot] : NULL;
	if (buffer)
		kref_get(&buffer->refs);
	mutex_unlock(&lab->lock);
	if (!buffer)
		return -ENOENT;
	if (at > buffer->size || count > buffer->size - at)
		done = -ERANGE;
	else if (copy_from_user(buffer->memory + at, user, count))
		done = -EFAULT;
	lab_buffer_put(buffer);
	return done;
}

static ssize_t control_write(struct file *file, const char __user *user, size_t count,
			     loff_t *position)
{
	struct lab *lab = container_of(file->private_data, struct lab, control);
	char *text, *rest, *line;
	int error = 0;

	if (*position)
		return write_pixels(lab, user, count, *position);
	if (count > LAB_COMMANDS_MAX)
		return -E2BIG;
	text = memdup_user_nul(user, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	rest = text;
	mutex_lock(&lab->lock);
	while (!error && (line = strsep(&rest, "\n")))
		error = lab_command(lab, line);
	mutex_unlock(&lab->lock);
	kfree(text);
	return error ?: count;
}

static int print_status(struct lab *lab, char *text)
{
	struct { const char *name; u64 value; } counters[] = {
		{ "opens", lab->opens },	   { "open", lab->open_now },
		{ "resets", lab->resets },	   { "probes", lab->probes },
		{ "queries.primary", lab->queries[LAB_PRIMARY] },
		{ "queries.overlay", lab->queries[LAB_OVERLAY] },
		{ "queries.cursor", lab->queries[LAB_CURSOR] },
		{ "gets", lab->gets },		   { "gets.failed", lab->gets_failed },
		{ "gets.most", lab->most_gets },
		{ "dmabufs.made", lab->dmabufs_made }, { "dmabufs.live", lab->dmabufs_live },
		{ "maps", lab->maps },		   { "maps.refused", lab->maps_refused },
		{ "sync.begins", lab->sync_begins }, { "sync.ends", lab->sync_ends },
		{ "edid.link", lab->edid.regs.link_state },
		{ "edid.size", lab->edid.regs.edid_size },
		{ "edid.downs", lab->edid.downs }, { "edid.ups", lab->edid.ups },
		{ "edid.down-ms", lab->edid.down_ms },
	};
	struct lab_surface *surface;
	int i, id, length = 0;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		length += scnprintf(text + length, LAB_STATUS_MAX - length, "%s %llu\n",
				    counters[i].name, counters[i].value);
	idr_for_each_entry(&lab->surfaces, surface, id)
		length += scnprintf(text + length, LAB_STATUS_MAX - length,
				    "surface.%d.gets %u\nsurface.%d.dmabufs %u\n", id,
				    surface->gets, id, surface->dmabufs);
	return length;
}

static ssize_t control_read(struct file *file, char __user *user, size_t count, loff_t *position)
{
	struct lab *lab = container_of(file->private_data, struct lab, control);
	char *text = kvmalloc(LAB_STATUS_MAX, GFP_KERNEL);
	ssize_t done;

	if (!text)
		return -ENOMEM;
	mutex_lock(&lab->lock);
	done = print_status(lab, text);
	mutex_unlock(&lab->lock);
	done = simple_read_from_buffer(user, count, position, text, done);
	kvfree(text);
	return done;
}

/* misc holds its own lock here and while a device goes, so the state cannot be half gone. */
static int control_open(struct inode *inode, struct file *file)
{
	kref_get(&container_of(file->private_data, struct lab, control)->refs);
	return 0;
}

static int control_release(struct inode *inode, struct file *file)
{
	lab_put(container_of(file->private_data, struct lab, control));
	return 0;
}

static const struct file_operations control_ops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.release = control_release,
	.read = control_read,
	.write = control_write,
};

int lab_control_register(struct lab *lab, struct device *dev)
{
	lab->control.minor = MISC_DYNAMIC_MINOR;
	lab->control.name = lab->name;
	lab->control.nodename = lab->node;
	lab->control.mode = 0600;
	lab->control.fops = &control_ops;
	lab->control.parent = dev;
	return misc_register(&lab->control);
}

void lab_control_unregister(struct lab *lab)
{
	misc_deregister(&lab->control);
}

struct lab *lab_create(struct device *dev)
{
	struct lab *lab = kzalloc(sizeof(*lab), GFP_KERNEL);

	if (!lab)
		return ERR_PTR(-ENOMEM);
	kref_init(&lab->refs);
	mutex_init(&lab->lock);
	idr_init(&lab->surfaces);
	lab->name = kasprintf(GFP_KERNEL, "planelab-%s", dev_name(dev));
	lab->node = kasprintf(GFP_KERNEL, "planelab/%s", dev_name(dev));
	lab_reset_state(lab);
	if (lab->name && lab->node)
		return lab;
	lab_put(lab);
	return ERR_PTR(-ENOMEM);
}

static void lab_free(struct kref *refs)
{
	struct lab *lab = container_of(refs, struct lab, refs);
	int i;

	for (i = 0; i < LAB_BUFFERS; i++)
		lab_buffer_put(lab->buffers[i]);
	idr_destroy(&lab->surfaces);
	kfree(lab->name);
	kfree(lab->node);
	kfree(lab);
}

void lab_put(struct lab *lab)
{
	kref_put(&lab->refs, lab_free);
}
