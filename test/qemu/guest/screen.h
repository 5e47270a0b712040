/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one display of the guest, driven with bare mode-setting ioctls: two dumb buffers in XRGB8888
 * that take turns, and a cursor plane of 64x64. A call that fails ends the program and is logged.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <drm.h>
#include <drm_mode.h>
#include <stdbool.h>
#include <stdint.h>

#define CURSOR 64

struct buffer {
	uint32_t handle, id, pitch;
	uint64_t size;
	uint32_t *pixels;
};

struct screen {
	int fd;
	uint32_t connector, crtc;
	uint32_t width, height;
	struct buffer buffers[2];
	/* Index of the buffer that is shown, or will be once the flip has happened. */
	int front;
	bool flipping;
	struct buffer cursor;
	int cursor_x, cursor_y;
};

void fail(const char *what) __attribute__((noreturn));

/* Opens the first card that has a connector; nothing is shown yet. */
void screen_open(struct screen *screen);
/* Shows an empty picture of a new size in both buffers' place. */
void screen_set_mode(struct screen *screen, uint32_t width, uint32_t height);
/* The size that the monitor asks for; false when it asks for none. */
bool screen_wish(struct screen *screen, uint32_t *width, uint32_t *height);
/* Asks for the back buffer to be shown; screen_flipped() then takes the event. */
void screen_flip(struct screen *screen);
void screen_flipped(struct screen *screen);
/* Tells the device that pixels of the front buffer changed. */
void screen_dirty(struct screen *screen, int x, int y, int width, int height);
/* Shows the cursor's image with a new hotspot; false when the device has no cursor plane. */
bool screen_cursor(struct screen *screen, int hot_x, int hot_y);
bool screen_cursor_off(struct screen *screen);
/* Where the image's top left corner lies. */
bool screen_cursor_move(struct screen *screen, int x, int y);

#endif
