// SPDX-License-Identifier: GPL-2.0
/*
 * Moving colour bars with a frame number in figures and in a strip of black
 * and white cells: 8 of sync, 32 of number, 8 of check sum, high bit first.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <drm_fourcc.h>

#include "pattern.h"

#define NR_BARS		8
#define NR_CELLS	48
#define SYNC		0xa6u
#define BAR_SPEED	4	/* pixels per frame, even for the chroma */

struct yuv {
	uint8_t y, u, v;
};

/* 75 % bars: white, yellow, cyan, green, magenta, red, blue, black. Full range. */
static const struct yuv bars[NR_BARS] = {
	{ 191, 128, 128 }, { 169, 32, 144 }, { 134, 160, 32 }, { 112, 65, 48 },
	{ 79, 191, 208 }, { 57, 96, 224 }, { 22, 224, 112 }, { 0, 128, 128 },
};

/* Figures and x, five columns by seven lines, leftmost column in bit 4. */
static const uint8_t glyphs[11][7] = {
	{ 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e },
	{ 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e },
	{ 0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f },
	{ 0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e },
	{ 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 },
	{ 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e },
	{ 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e },
	{ 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 },
	{ 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e },
	{ 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c },
	{ 0x00, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x00 },
};

static void fill(const struct vc_image *img, unsigned int x, unsigned int y,
		 unsigned int w, unsigned int h, struct yuv colour)
{
	const uint8_t value[] = { colour.y, colour.u, colour.v };

	for (unsigned int p = 0; p < 3; p++) {
		unsigned int sub = p ? 1 : 0;
		unsigned int left = x >> sub, right = (x + w + sub) >> sub;
		unsigned int top = y >> sub, bottom = (y + h + sub) >> sub;

		for (unsigned int line = top; line < bottom; line++)
			memset(img->plane[p] + (size_t)line * img->stride[p] + left,
			       value[p], right - left);
	}
}

/* One luma line and one chroma line of bars, repeated downwards. */
static void draw_bars(const struct vc_image *img, uint64_t seq)
{
	unsigned int shift = seq * BAR_SPEED % img->width;

	for (unsigned int x = 0; x < img->width; x++) {
		unsigned int at = (x + shift) % img->width;
		const struct yuv *bar = &bars[(uint64_t)at * NR_BARS / img->width];

		img->plane[0][x] = bar->y;
		img->plane[1][x / 2] = bar->u;
		img->plane[2][x / 2] = bar->v;
	}
	for (unsigned int line = 1; line < img->height; line++)
		memcpy(img->plane[0] + (size_t)line * img->stride[0], img->plane[0], img->width);
	for (unsigned int p = 1; p < 3; p++)
		for (unsigned int line = 1; line < (img->height + 1) / 2; line++)
			memcpy(img->plane[p] + (size_t)line * img->stride[p], img->plane[p],
			       (img->width + 1) / 2);
}

static void draw_glyph(const struct vc_image *img, const uint8_t *glyph, unsigned int x,
		       unsigned int y, unsigned int size)
{
	static const struct yuv white = { 255, 128, 128 };

	for (unsigned int row = 0; row < 7; row++)
		for (unsigned int col = 0; col < 5; col++)
			if (glyph[row] & (0x10 >> col))
				fill(img, x + col * size, y + row * size, size, size, white);
}

static void draw_text(const struct vc_image *img, const char *text, unsigned int y,
		      unsigned int size)
{
	static const struct yuv black = { 16, 128, 128 };
	unsigned int width = strlen(text) * 6 * size + size;
	unsigned int x = img->width > width ? (img->width - width) / 2 & ~1u : 0;

	if (!size || width > img->width || y + 9 * size > img->height)
		return;
	fill(img, x, y, width, 9 * size, black);
	for (x += size; *text; text++, x += 6 * size)
		draw_glyph(img, glyphs[*text == 'x' ? 10 : *text - '0'], x, y + size, size);
}

static uint8_t check_sum(uint32_t seq)
{
	return ~((seq >> 24) + (seq >> 16) + (seq >> 8) + seq);
}

static unsigned int strip_height(const struct vc_image *img)
{
	unsigned int lines = (img->height / 24 + 3) & ~1u;

	return lines < img->height ? lines : img->height;
}

static unsigned int cell_start(unsigned int width, unsigned int cell)
{
	return cell * width / NR_CELLS;
}

static void draw_strip(const struct vc_image *img, uint32_t seq)
{
	uint64_t bits = (uint64_t)SYNC << 40 | (uint64_t)seq << 8 | check_sum(seq);

	for (unsigned int i = 0; i < NR_CELLS; i++) {
		unsigned int left = cell_start(img->width, i);
		unsigned int right = cell_start(img->width, i + 1);
		bool on = bits >> (NR_CELLS - 1 - i) & 1;

		fill(img, left, 0, right - left, strip_height(img),
		     (struct yuv){ on ? 255 : 0, 128, 128 });
	}
}

void vc_pattern_draw(struct vc_image *img, uint64_t seq)
{
	unsigned int size = img->width / 160 * 2;
	char text[32];

	draw_bars(img, seq);
	snprintf(text, sizeof(text), "%06llu", (unsigned long long)seq % 1000000);
	draw_text(img, text, img->height * 3 / 8 & ~1u, size);
	snprintf(text, sizeof(text), "%ux%u", img->width, img->height);
	draw_text(img, text, img->height * 3 / 4 & ~1u, size / 4 * 2);
	draw_strip(img, seq);
}

/* A copy of the strip's lines as luma. */
static struct vc_image *strip_luma(const struct vc_image *img)
{
	struct vc_image part;
	struct vc_image *luma;

	if (vc_image_crop(img, &part, 0, 0, img->width, strip_height(img)))
		return NULL;
	luma = vc_image_create(DRM_FORMAT_YUV420, part.width, part.height);
	if (luma && vc_image_convert(&part, luma)) {
		vc_image_destroy(luma);
		return NULL;
	}
	return luma;
}

int vc_pattern_read_seq(const struct vc_image *img, uint64_t *seq)
{
	struct vc_image *luma = strip_luma(img);
	const uint8_t *line;
	uint64_t bits = 0;
	uint32_t found;

	if (!luma)
		return -ENODATA;
	line = luma->plane[0] + (size_t)(luma->height / 2) * luma->stride[0];
	for (unsigned int i = 0; i < NR_CELLS; i++) {
		unsigned int x = (cell_start(luma->width, i) + cell_start(luma->width, i + 1)) / 2;

		bits = bits << 1 | (line[x] >= 128);
	}
	vc_image_destroy(luma);
	found = bits >> 8;
	if (bits >> 40 != SYNC || (bits & 0xff) != check_sum(found))
		return -ENODATA;
	*seq = found;
	return 0;
}
