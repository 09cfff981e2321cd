// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel formats for tests.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "format.h"

#include <drm_fourcc.h>
#include <math.h>
#include <stddef.h>

#include "kms.h"

#define RGB(fourcc_, name_, rgb_) \
	{ .fourcc = fourcc_, .name = name_, .rgb = rgb_, .nr_planes = 1 }
#define YUV(fourcc_, name_, nr_planes_, hsub_, vsub_, cr_first_) \
	{ .fourcc = fourcc_, .name = name_, .nr_planes = nr_planes_, .hsub = hsub_, \
	  .vsub = vsub_, .cr_first = cr_first_ }

static const struct format formats[] = {
	RGB(DRM_FORMAT_XRGB8888, "XRGB8888", "X8R8G8B8"),
	RGB(DRM_FORMAT_ARGB8888, "ARGB8888", "A8R8G8B8"),
	RGB(DRM_FORMAT_XBGR8888, "XBGR8888", "X8B8G8R8"),
	RGB(DRM_FORMAT_ABGR8888, "ABGR8888", "A8B8G8R8"),
	RGB(DRM_FORMAT_RGB565, "RGB565", "R5G6B5"),
	RGB(DRM_FORMAT_BGR565, "BGR565", "B5G6R5"),
	RGB(DRM_FORMAT_XRGB1555, "XRGB1555", "X1R5G5B5"),
	RGB(DRM_FORMAT_ARGB1555, "ARGB1555", "A1R5G5B5"),
	RGB(DRM_FORMAT_RGB888, "RGB888", "R8G8B8"),
	RGB(DRM_FORMAT_BGR888, "BGR888", "B8G8R8"),
	RGB(DRM_FORMAT_RGB332, "RGB332", "R3G3B2"),
	RGB(DRM_FORMAT_BGR233, "BGR233", "B2G3R3"),
	RGB(DRM_FORMAT_XRGB4444, "XRGB4444", "X4R4G4B4"),
	RGB(DRM_FORMAT_ARGB4444, "ARGB4444", "A4R4G4B4"),
	RGB(DRM_FORMAT_XBGR4444, "XBGR4444", "X4B4G4R4"),
	RGB(DRM_FORMAT_ABGR4444, "ABGR4444", "A4B4G4R4"),
	RGB(DRM_FORMAT_BGRX4444, "BGRX4444", "B4G4R4X4"),
	RGB(DRM_FORMAT_BGRA4444, "BGRA4444", "B4G4R4A4"),
	RGB(DRM_FORMAT_RGBX4444, "RGBX4444", "R4G4B4X4"),
	RGB(DRM_FORMAT_RGBA4444, "RGBA4444", "R4G4B4A4"),
	YUV(DRM_FORMAT_YUV420, "YUV420", 3, 2, 2, false),
	YUV(DRM_FORMAT_YVU420, "YVU420", 3, 2, 2, true),
	YUV(DRM_FORMAT_YUV422, "YUV422", 3, 2, 1, false),
	YUV(DRM_FORMAT_YVU422, "YVU422", 3, 2, 1, true),
	YUV(DRM_FORMAT_YUV444, "YUV444", 3, 1, 1, false),
	YUV(DRM_FORMAT_YVU444, "YVU444", 3, 1, 1, true),
	YUV(DRM_FORMAT_NV12, "NV12", 2, 2, 2, false),
	YUV(DRM_FORMAT_NV21, "NV21", 2, 2, 2, true),
	YUV(DRM_FORMAT_NV16, "NV16", 2, 2, 1, false),
	YUV(DRM_FORMAT_NV61, "NV61", 2, 2, 1, true),
};

const struct format *format_find(uint32_t fourcc)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

bool format_is_yuv(const struct format *f)
{
	return !f->rgb;
}

bool format_has_alpha(const struct format *f)
{
	const char *p;

	for (p = f->rgb; p && *p; p += 2)
		if (*p == 'A')
			return true;
	return false;
}

static unsigned int pixel_bits(const char *rgb)
{
	unsigned int bits = 0;

	for (; *rgb; rgb += 2)
		bits += rgb[1] - '0';
	return bits;
}

unsigned int format_row_bytes(const struct format *f, unsigned int plane, unsigned int width)
{
	if (f->rgb)
		return width * pixel_bits(f->rgb) / 8;
	if (!plane)
		return width;
	return width / f->hsub * (f->nr_planes == 2 ? 2 : 1);
}

static uint8_t component(struct colour c, char name)
{
	switch (name) {
	case 'R':
		return c.r;
	case 'G':
		return c.g;
	case 'B':
		return c.b;
	default:
		return c.a;
	}
}

static void put_rgb(const struct format *f, uint8_t *row, unsigned int x, struct colour c)
{
	unsigned int left = pixel_bits(f->rgb), bytes = left / 8, i;
	uint32_t word = 0;
	const char *p;

	for (p = f->rgb; *p; p += 2) {
		unsigned int bits = p[1] - '0';

		left -= bits;
		word |= (uint32_t)(component(c, *p) >> (8 - bits)) << left;
	}
	for (i = 0; i < bytes; i++)
		row[x * bytes + i] = word >> (8 * i);
}

static void put_yuv(const struct format *f, struct kms_fb *fb, unsigned int x, unsigned int y,
		    struct colour c)
{
	uint8_t first = f->cr_first ? c.b : c.g, second = f->cr_first ? c.g : c.b;
	unsigned int cx = x / f->hsub, cy = y / f->vsub;
	uint8_t *row = fb->map + fb->offset[1] + (size_t)cy * fb->pitch[1];

	fb->map[fb->offset[0] + (size_t)y * fb->pitch[0] + x] = c.r;
	if (f->nr_planes == 2) {
		row[2 * cx] = first;
		row[2 * cx + 1] = second;
		return;
	}
	row[cx] = first;
	fb->map[fb->offset[2] + (size_t)cy * fb->pitch[2] + cx] = second;
}

void format_put(const struct format *f, struct kms_fb *fb, unsigned int x, unsigned int y,
		struct colour c)
{
	if (f->rgb)
		put_rgb(f, fb->map + fb->offset[0] + (size_t)y * fb->pitch[0], x, c);
	else
		put_yuv(f, fb, x, y, c);
}

/* The top @bits of @v, repeated until there are eight. */
static uint8_t reduce(uint8_t v, unsigned int bits)
{
	unsigned int out = 0, n;

	for (n = 0; n < 8; n++)
		out |= (v >> (7 - n % bits) & 1u) << (7 - n);
	return out;
}

struct colour format_reduce(const struct format *f, struct colour c)
{
	const char *p;

	for (p = f->rgb; p && *p; p += 2) {
		unsigned int bits = p[1] - '0';

		if (*p == 'R')
			c.r = reduce(c.r, bits);
		else if (*p == 'G')
			c.g = reduce(c.g, bits);
		else if (*p == 'B')
			c.b = reduce(c.b, bits);
		else if (*p == 'A')
			c.a = reduce(c.a, bits);
	}
	return c;
}

static uint8_t to_byte(double v)
{
	v *= 255;
	return v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)lround(v);
}

struct colour yuv_to_rgb(struct colour c, enum yuv_encoding enc, bool is_full)
{
	/* Shares of red and blue in luma. */
	static const double kr[] = { 0.299, 0.2126, 0.2627 };
	static const double kb[] = { 0.114, 0.0722, 0.0593 };
	double y = is_full ? c.r / 255.0 : (c.r - 16) / 219.0;
	double range = is_full ? 255 : 224;
	double pb = (c.g - 128) / range, pr = (c.b - 128) / range;
	double r = y + 2 * (1 - kr[enc]) * pr;
	double b = y + 2 * (1 - kb[enc]) * pb;
	double g = (y - kr[enc] * r - kb[enc] * b) / (1 - kr[enc] - kb[enc]);

	return (struct colour){ to_byte(r), to_byte(g), to_byte(b), 255 };
}
