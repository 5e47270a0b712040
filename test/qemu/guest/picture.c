// SPDX-License-Identifier: GPL-2.0-or-later
#include "picture.h"

#include <stdlib.h>
#include <string.h>

/* The background, rows tight. */
static uint32_t *background;

static void draw_background(struct screen *screen)
{
	uint32_t x, y, *row;

	background = realloc(background, (size_t)screen->width * screen->height * 4);
	if (!background)
		fail("memory for the background");
	for (y = 0; y < screen->height; y++) {
		row = background + (size_t)y * screen->width;
		for (x = 0; x < screen->width; x++)
			row[x] = (x >> 3 & 255) << 16 | (y >> 2 & 255) << 8 | ((x ^ y) >> 4 & 255);
	}
}

static void restore(struct screen *screen, struct buffer *buffer, uint32_t x, uint32_t width,
		    uint32_t shift)
{
	uint32_t y;

	for (y = 0; y < screen->height; y++)
		memcpy(buffer->pixels + (size_t)y * buffer->pitch / 4 + x,
		       background + (size_t)((y + shift) % screen->height) * screen->width + x,
		       width * 4);
}

static uint32_t bar_at(struct screen *screen, uint32_t frame)
{
	return frame * 8 % (screen->width - screen->width / 8);
}

static void draw_over(struct screen *screen, struct buffer *buffer, enum pattern pattern,
		      uint32_t frame)
{
	if (pattern == BAR)
		picture_fill(screen, buffer, bar_at(screen, frame), 0, screen->width / 8,
			     screen->height, 0xffffff);
	if (pattern < STRIP)
		picture_fill(screen, buffer, 0, 0, BLOCK, BLOCK, frame & 0xffffff);
}

/* Left end of STRIP's bar. */
static int strip_at(struct screen *screen, uint32_t frame)
{
	uint32_t turn = screen->width / BLOCK - 1, step = frame % (2 * turn);

	return (step < turn ? step : 2 * turn - step) * BLOCK;
}

static struct area draw_strip(struct screen *screen, uint32_t frame)
{
	struct buffer *front = &screen->buffers[screen->front];
	int before = strip_at(screen, frame - 1), at = strip_at(screen, frame);

	restore(screen, front, before, BLOCK, 0);
	picture_fill(screen, front, at, 0, BLOCK, screen->height, frame & 0xffffff);
	return (struct area){ at < before ? at : before, 0, 2 * BLOCK, screen->height };
}

static struct area draw_glyph(struct screen *screen, uint32_t frame)
{
	struct buffer *front = &screen->buffers[screen->front];
	struct area cell = { frame % (screen->width / GLYPH_WIDTH) * GLYPH_WIDTH,
			     screen->height / 4, GLYPH_WIDTH, GLYPH_HEIGHT };

	picture_fill(screen, front, cell.x, cell.y, cell.width, cell.height, 0);
	picture_fill(screen, front, cell.x + 1, cell.y + 2, cell.width - 2, cell.height - 4,
		     frame & 0xffffff);
	return cell;
}

struct area picture_change(struct screen *screen, enum pattern pattern, uint32_t frame)
{
	return pattern == STRIP ? draw_strip(screen, frame) : draw_glyph(screen, frame);
}

int picture_pointer(struct screen *screen, uint32_t frame)
{
	return frame % (screen->width / BLOCK) * BLOCK;
}

void picture_start(struct screen *screen, enum pattern pattern, uint32_t frame)
{
	int i;

	draw_background(screen);
	for (i = 0; i < 2; i++) {
		restore(screen, &screen->buffers[i], 0, screen->width, pattern == FULL ? frame : 0);
		draw_over(screen, &screen->buffers[i], pattern, frame);
	}
}

void picture_next(struct screen *screen, enum pattern pattern, uint32_t frame, uint32_t before)
{
	struct buffer *back = &screen->buffers[!screen->front];

	if (pattern == FULL)
		restore(screen, back, 0, screen->width, frame);
	else if (pattern == BAR)
		restore(screen, back, bar_at(screen, before), screen->width / 8, 0);
	draw_over(screen, back, pattern, frame);
}

void picture_fill(struct screen *screen, struct buffer *buffer, int x, int y, int width, int height,
		  uint32_t colour)
{
	int right = x + width < (int)screen->width ? x + width : (int)screen->width;
	int bottom = y + height < (int)screen->height ? y + height : (int)screen->height;
	int at, line;

	for (line = y < 0 ? 0 : y; line < bottom; line++)
		for (at = x < 0 ? 0 : x; at < right; at++)
			buffer->pixels[(size_t)line * buffer->pitch / 4 + at] = colour;
}
