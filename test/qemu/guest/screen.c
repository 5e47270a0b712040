// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* drm_fourcc.h: 'XR24' */
#define XRGB8888 0x34325258u

void fail(const char *what)
{
	printf("kms: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void must(struct screen *screen, unsigned long request, void *argument, const char *what)
{
	if (ioctl(screen->fd, request, argument) < 0)
		fail(what);
}

static struct buffer make_buffer(struct screen *screen, uint32_t width, uint32_t height)
{
	struct drm_mode_create_dumb dumb = { .width = width, .height = height, .bpp = 32 };
	struct drm_mode_map_dumb map = { 0 };
	struct buffer buffer;

	must(screen, DRM_IOCTL_MODE_CREATE_DUMB, &dumb, "CREATE_DUMB");
	map.handle = dumb.handle;
	must(screen, DRM_IOCTL_MODE_MAP_DUMB, &map, "MAP_DUMB");
	buffer = (struct buffer){ .handle = dumb.handle, .pitch = dumb.pitch, .size = dumb.size };
	buffer.pixels = mmap(NULL, buffer.size, PROT_READ | PROT_WRITE, MAP_SHARED, screen->fd,
			     (off_t)map.offset);
	if (buffer.pixels == MAP_FAILED)
		fail("mmap");
	return buffer;
}

static void show_as_frame(struct screen *screen, struct buffer *buffer)
{
	struct drm_mode_fb_cmd2 command = {
		.width = screen->width, .height = screen->height, .pixel_format = XRGB8888,
		.handles = { buffer->handle }, .pitches = { buffer->pitch },
	};

	must(screen, DRM_IOCTL_MODE_ADDFB2, &command, "ADDFB2");
	buffer->id = command.fb_id;
}

static void free_buffer(struct screen *screen, struct buffer *buffer)
{
	struct drm_mode_destroy_dumb dumb = { .handle = buffer->handle };

	if (!buffer->handle)
		return;
	if (buffer->id)
		must(screen, DRM_IOCTL_MODE_RMFB, &buffer->id, "RMFB");
	munmap(buffer->pixels, buffer->size);
	must(screen, DRM_IOCTL_MODE_DESTROY_DUMB, &dumb, "DESTROY_DUMB");
	*buffer = (struct buffer){ 0 };
}

void screen_open(struct screen *screen)
{
	struct drm_mode_card_res resources = { 0 };
	uint32_t connectors[8], crtcs[8];

	memset(screen, 0, sizeof(*screen));
	screen->fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	if (screen->fd < 0)
		fail("/dev/dri/card0");
	resources.connector_id_ptr = (uintptr_t)connectors;
	resources.count_connectors = 8;
	resources.crtc_id_ptr = (uintptr_t)crtcs;
	resources.count_crtcs = 8;
	must(screen, DRM_IOCTL_MODE_GETRESOURCES, &resources, "GETRESOURCES");
	if (!resources.count_connectors || !resources.count_crtcs) {
		errno = ENODEV;
		fail("a connector");
	}
	screen->connector = connectors[0];
	screen->crtc = crtcs[0];
}

bool screen_wish(struct screen *screen, uint32_t *width, uint32_t *height)
{
	struct drm_mode_modeinfo modes[128];
	struct drm_mode_get_connector ask = { .connector_id = screen->connector };
	uint32_t i;

	/* Without room for modes the kernel asks the device anew. */
	must(screen, DRM_IOCTL_MODE_GETCONNECTOR, &ask, "GETCONNECTOR");
	ask = (struct drm_mode_get_connector){ .connector_id = screen->connector };
	ask.modes_ptr = (uintptr_t)modes;
	ask.count_modes = 128;
	must(screen, DRM_IOCTL_MODE_GETCONNECTOR, &ask, "GETCONNECTOR");
	for (i = 0; i < ask.count_modes && i < 128; i++) {
		if (!(modes[i].type & DRM_MODE_TYPE_PREFERRED))
			continue;
		*width = modes[i].hdisplay;
		*height = modes[i].vdisplay;
		return true;
	}
	return false;
}

void screen_set_mode(struct screen *screen, uint32_t width, uint32_t height)
{
	struct drm_mode_crtc set = { .crtc_id = screen->crtc, .mode_valid = 1 };
	struct buffer old[2] = { screen->buffers[0], screen->buffers[1] };
	struct drm_mode_modeinfo *mode = &set.mode;
	int i;

	while (screen->flipping)
		screen_flipped(screen);
	screen->width = width;
	screen->height = height;
	for (i = 0; i < 2; i++) {
		screen->buffers[i] = make_buffer(screen, width, height);
		show_as_frame(screen, &screen->buffers[i]);
	}
	screen->front = 0;
	mode->hdisplay = width;
	mode->hsync_start = width + 16;
	mode->hsync_end = width + 48;
	mode->htotal = width + 160;
	mode->vdisplay = height;
	mode->vsync_start = height + 3;
	mode->vsync_end = height + 8;
	mode->vtotal = height + 30;
	mode->vrefresh = 60;
	mode->clock = (uint32_t)mode->htotal * mode->vtotal * 60 / 1000;
	snprintf(mode->name, sizeof(mode->name), "%ux%u", width, height);
	set.fb_id = screen->buffers[0].id;
	set.set_connectors_ptr = (uintptr_t)&screen->connector;
	set.count_connectors = 1;
	must(screen, DRM_IOCTL_MODE_SETCRTC, &set, "SETCRTC");
	for (i = 0; i < 2; i++)
		free_buffer(screen, &old[i]);
}

void screen_flip(struct screen *screen)
{
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = screen->crtc, .fb_id = screen->buffers[!screen->front].id,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	must(screen, DRM_IOCTL_MODE_PAGE_FLIP, &flip, "PAGE_FLIP");
	screen->front = !screen->front;
	screen->flipping = true;
}

void screen_flipped(struct screen *screen)
{
	char events[1024];

	if (read(screen->fd, events, sizeof(events)) < 0)
		fail("read of the flip's event");
	screen->flipping = false;
}

void screen_dirty(struct screen *screen, int x, int y, int width, int height)
{
	struct drm_clip_rect clip = { x, y, x + width, y + height };
	struct drm_mode_fb_dirty_cmd dirty = {
		.fb_id = screen->buffers[screen->front].id, .num_clips = 1,
		.clips_ptr = (uintptr_t)&clip,
	};

	/* Drivers that scan the buffer out by themselves have no such call. */
	if (ioctl(screen->fd, DRM_IOCTL_MODE_DIRTYFB, &dirty) < 0 && errno != ENOSYS)
		fail("DIRTYFB");
}

/* Premultiplied ARGB in which every pixel tells its place: alpha by x, red and green below it by y. */
static void draw_cursor(struct buffer *cursor)
{
	uint32_t x, y;

	for (y = 0; y < CURSOR; y++)
		for (x = 0; x < CURSOR; x++) {
			uint32_t alpha = 255 - x * 2, red = alpha * y / 63, blue = alpha - red;

			cursor->pixels[y * cursor->pitch / 4 + x] =
				alpha << 24 | red << 16 | (alpha / 2) << 8 | blue;
		}
}

bool screen_cursor(struct screen *screen, int hot_x, int hot_y)
{
	struct drm_mode_cursor2 set = {
		.flags = DRM_MODE_CURSOR_BO | DRM_MODE_CURSOR_MOVE, .crtc_id = screen->crtc,
		.x = screen->cursor_x, .y = screen->cursor_y, .width = CURSOR, .height = CURSOR,
		.hot_x = hot_x, .hot_y = hot_y,
	};

	if (!screen->cursor.handle)
		screen->cursor = make_buffer(screen, CURSOR, CURSOR);
	draw_cursor(&screen->cursor);
	set.handle = screen->cursor.handle;
	return ioctl(screen->fd, DRM_IOCTL_MODE_CURSOR2, &set) == 0;
}

bool screen_cursor_off(struct screen *screen)
{
	struct drm_mode_cursor2 set = { .flags = DRM_MODE_CURSOR_BO, .crtc_id = screen->crtc };

	return ioctl(screen->fd, DRM_IOCTL_MODE_CURSOR2, &set) == 0;
}

bool screen_cursor_move(struct screen *screen, int x, int y)
{
	struct drm_mode_cursor move = { .flags = DRM_MODE_CURSOR_MOVE, .crtc_id = screen->crtc,
					.x = x, .y = y };

	screen->cursor_x = x;
	screen->cursor_y = y;
	return ioctl(screen->fd, DRM_IOCTL_MODE_CURSOR, &move) == 0;
}
