/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest shows, as a function of pattern and frame, so that a test can compute every pixel:
 * behind all lies R = x >> 3, G = y >> 2, B = (x ^ y) >> 4; the top left 64x64 is the number of the
 * frame as RGB, but for the patterns that change one place only: there the number is the colour of it.
 */
#ifndef PICTURE_H
#define PICTURE_H

#include "screen.h"

#define BLOCK 64
#define GLYPH_WIDTH 8
#define GLYPH_HEIGHT 16
/* Where the pattern `pointer` has the image of the cursor. */
#define POINTER_Y 200

enum pattern {
	/* Nothing moves. */
	STATIC,
	/* A white bar an eighth as wide as the picture goes right, 8 pixels a frame. */
	BAR,
	/* All rows move up, one a frame. */
	FULL,
	/* Only the number changes, in the buffer that is shown. */
	DIRTY,
	/* Every 350 to 450 ms a byte R or B, then a block at 64,0 in that colour. */
	FLASH,
	/* A bar 64 pixels wide goes right and back, its width a frame, in the buffer that is shown. */
	STRIP,
	/* Only the cursor moves: right, 64 pixels a frame, and again from the left. */
	POINTER,
	/* A glyph of 8x16 for each key, in one line a quarter down; a full line is written over. */
	TEXT,
};

struct area {
	int x, y, width, height;
};

/* Draws the whole picture of a pattern into both buffers. */
void picture_start(struct screen *screen, enum pattern pattern, uint32_t frame);
/* Draws the next frame into the back buffer, whose last frame had the number `before`. */
void picture_next(struct screen *screen, enum pattern pattern, uint32_t frame, uint32_t before);
/* Draws the next frame of STRIP or TEXT into the buffer that is shown; returns what changed. */
struct area picture_change(struct screen *screen, enum pattern pattern, uint32_t frame);
/* Where POINTER has the left end of the cursor's image. */
int picture_pointer(struct screen *screen, uint32_t frame);
/* Fills a rectangle, cut at the edges. */
void picture_fill(struct screen *screen, struct buffer *buffer, int x, int y, int width, int height,
		  uint32_t colour);

#endif
