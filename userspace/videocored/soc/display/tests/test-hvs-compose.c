// SPDX-License-Identifier: GPL-2.0
/*
 * Compositor: every format against a reference written here, from the names of
 * the DRM formats and the textbook formulas, and in floating point.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include "dlist.h"
#include "hvs-compose.h"
#include "image.h"
#include "memory.h"

#define W	160
#define H	96
/* The conversion words have eight bits of fraction. */
#define QUICK_TOLERANCE	2

static struct memory m;
static struct vc_hvs_scene scene;
static struct vc_image *screen;

static int setup(void **state)
{
	memset(&scene, 0, sizeof(scene));
	scene.width = W;
	scene.height = H;
	screen = vc_image_create(DRM_FORMAT_XRGB8888, W, H);
	return screen ? memory_init(&m) : -1;
}

static int teardown(void **state)
{
	vc_image_destroy(screen);
	memory_fini(&m);
	return 0;
}

/* Compose the @nr planes; returns what was left out. */
static int compose(const struct dlist_plane *planes, unsigned int nr)
{
	struct vc_guest_view *view = vc_guest_view_get(m.guest);
	unsigned int pos = 64, i;
	int ret;

	dlist_kernel(scene.ram);
	for (i = 0; i < nr; i++)
		pos = dlist_add(scene.ram, pos, &planes[i]);
	scene.ram[pos] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(scene.ram, 64, &scene.list), 0);
	ret = vc_hvs_compose(&scene, view, screen);
	vc_guest_view_put(view);
	return ret;
}

static uint32_t pixel(unsigned int x, unsigned int y)
{
	return *(uint32_t *)(screen->plane[0] + (size_t)y * screen->stride[0] + 4 * x);
}

static void check_near(uint32_t got, uint32_t want, int tolerance, unsigned int x,
		       unsigned int y, const char *what)
{
	int shift;

	for (shift = 0; shift < 24; shift += 8)
		if (abs((int)(got >> shift & 255) - (int)(want >> shift & 255)) > tolerance)
			fail_msg("%s at %u,%u: %08x, expected %08x", what, x, y, got, want);
}

/* -----------------------------------------------------------------------------
 * RGB
 */

struct rgb_format {
	const char *name;	/* components of the pixel word, most significant first */
	unsigned int format, order;
};

static const struct rgb_format rgb_formats[] = {
	{ "A8R8G8B8", 7, 3 }, { "A8B8G8R8", 7, 2 }, { "R5G6B5", 4, 2 }, { "B5G6R5", 4, 3 },
	{ "A1R5G5B5", 3, 3 }, { "R8G8B8", 5, 2 }, { "B8G8R8", 5, 3 }, { "R3G3B2", 0, 2 },
	{ "B2G3R3", 0, 3 }, { "A4R4G4B4", 1, 3 }, { "A4B4G4R4", 1, 2 },
	{ "B4G4R4A4", 1, 0 }, { "R4G4B4A4", 1, 1 },
};

static unsigned int format_bits(const char *name)
{
	unsigned int bits = 0;

	for (; *name; name += 2)
		bits += name[1] - '0';
	return bits;
}

/* Bits of @v, @bits wide, repeated until there are eight. */
static unsigned int repeat_bits(unsigned int v, unsigned int bits)
{
	unsigned int out = 0;
	int n;

	for (n = 0; n < 8; n++)
		out |= (v >> (bits - 1 - n % bits) & 1) << (7 - n);
	return out;
}

/* Component @c ('A', 'R', ...) of the pixel at @p. */
static unsigned int component(const char *name, const uint8_t *p, char c)
{
	unsigned int left = format_bits(name), nr_bytes = left / 8, i;
	uint64_t word = 0;

	for (i = 0; i < nr_bytes; i++)
		word |= (uint64_t)p[i] << (8 * i);
	for (; *name; name += 2) {
		unsigned int bits = name[1] - '0';

		left -= bits;
		if (*name == c)
			return repeat_bits(word >> left & ((1u << bits) - 1), bits);
	}
	return 255;
}

static uint32_t ref_rgb(const char *name, const uint8_t *p)
{
	return component(name, p, 'R') << 16 | component(name, p, 'G') << 8 |
	       component(name, p, 'B');
}

static void check_rgb(const struct rgb_format *f, bool hflip, bool vflip)
{
	unsigned int cpp = format_bits(f->name) / 8, w = 61, h = 37, x, y;
	unsigned int pitch = w * cpp + 13;
	struct dlist_plane p = {
		.format = f->format, .order = f->order, .x = 9, .y = 5, .src_w = w, .src_h = h,
		.hflip = hflip, .vflip = vflip, .alpha_mode = 1, .alpha = 255, .nr_mem = 1,
		.ptr = { MEMORY_BUS + 4096 + (vflip ? (h - 1) * pitch : 0) },
		.pitch = { pitch }, .unity = true,
	};

	scene.background = 0x203040;
	assert_int_equal(compose(&p, 1), 0);
	for (y = 0; y < h; y++) {
		for (x = 0; x < w; x++) {
			unsigned int sx = hflip ? w - 1 - x : x, sy = vflip ? h - 1 - y : y;

			check_near(pixel(9 + x, 5 + y),
				   ref_rgb(f->name, m.mem + 4096 + sy * pitch + sx * cpp),
				   0, x, y, f->name);
		}
	}
	assert_int_equal(pixel(8, 5) & 0xffffff, 0x203040);
	assert_int_equal(pixel(9 + w, 5) & 0xffffff, 0x203040);
	assert_int_equal(pixel(9, 5 + h) & 0xffffff, 0x203040);
}

static void test_rgb(void **state)
{
	unsigned int i, flips;

	for (i = 0; i < sizeof(rgb_formats) / sizeof(rgb_formats[0]); i++)
		for (flips = 0; flips < 4; flips++)
			check_rgb(&rgb_formats[i], flips & 1, flips & 2);
}

/* -----------------------------------------------------------------------------
 * YUV
 */

struct yuv_format {
	const char *name;
	unsigned int format, order, hsub, vsub;
	int cb_mem, cb_off, cr_mem, cr_off, step;
};

static const struct yuv_format yuv_formats[] = {
	{ "YUV420", 8, 0, 2, 2, 1, 0, 2, 0, 1 }, { "YVU420", 8, 1, 2, 2, 2, 0, 1, 0, 1 },
	{ "NV12", 9, 0, 2, 2, 1, 0, 1, 1, 2 }, { "NV21", 9, 1, 2, 2, 1, 1, 1, 0, 2 },
	{ "YUV422", 10, 0, 2, 1, 1, 0, 2, 0, 1 }, { "YVU422", 10, 1, 2, 1, 2, 0, 1, 0, 1 },
	{ "NV16", 11, 0, 2, 1, 1, 0, 1, 1, 2 }, { "NV61", 11, 1, 2, 1, 1, 1, 1, 0, 2 },
	{ "YUV444", 10, 0, 1, 1, 1, 0, 2, 0, 1 }, { "YVU444", 10, 1, 1, 1, 2, 0, 1, 0, 1 },
};

struct encoding {
	double kr, kb;
	uint32_t csc[3];
	bool full;
};

static const struct encoding encodings[] = {
	{ 0.299, 0.114, { 0x00f00000, 0xe73304a8, 0x00066604 }, false },
	{ 0.2126, 0.0722, { 0x00f00000, 0xf27784a8, 0x00072e1d }, false },
	{ 0.2627, 0.0593, { 0x00f00000, 0xf43594a8, 0x0006b624 }, false },
	{ 0.299, 0.114, { 0x00000000, 0xea349400, 0x00059dc6 }, true },
	{ 0.2126, 0.0722, { 0x00000000, 0xf4388400, 0x00064ddb }, true },
	{ 0.2627, 0.0593, { 0x00000000, 0xf5b6d400, 0x0005e5e2 }, true },
};

static uint32_t clamp8(double v)
{
	return v <= 0 ? 0 : v >= 255 ? 255 : (uint32_t)(v + 0.5);
}

/* By the definition of Y'CbCr, from the primaries' luma shares. */
static uint32_t ref_yuv(const struct encoding *e, double y, double cb, double cr)
{
	double luma = e->full ? y / 255 : (y - 16) / 219;
	double range = e->full ? 255 : 224;
	double pb = (cb - 128) / range, pr = (cr - 128) / range;
	double r = luma + 2 * (1 - e->kr) * pr, b = luma + 2 * (1 - e->kb) * pb;
	double g = (luma - e->kr * r - e->kb * b) / (1 - e->kr - e->kb);

	return clamp8(r * 255) << 16 | clamp8(g * 255) << 8 | clamp8(b * 255);
}

static void yuv_plane(struct dlist_plane *p, const struct yuv_format *f,
		      const struct encoding *e, unsigned int w, unsigned int h)
{
	bool semi = f->step == 2, is_444 = f->hsub == 1;
	unsigned int cw = w / f->hsub * f->step, ch = h / f->vsub;

	*p = (struct dlist_plane){
		.format = f->format, .order = f->order, .src_w = is_444 ? 2 * w : w,
		.src_h = h, .x = 8, .y = 4, .alpha_mode = 1, .alpha = 255,
		.nr_mem = semi ? 2 : 3, .pitch = { w + 32, cw + 16, cw + 16 }, .unity = true,
		.csc = { e->csc[0], e->csc[1], e->csc[2] }, .has_ppf = true,
	};
	p->ptr[0] = MEMORY_BUS + 0x1000;
	p->ptr[1] = p->ptr[0] + p->pitch[0] * h;
	p->ptr[2] = p->ptr[1] + p->pitch[1] * ch;
	p->scaling[0] = dlist_ppf(is_444 ? 0x10000 : 0x8000, 0);
	p->nr_scaling = 1;
	p->scl0 = 4;
	if (f->vsub == 2) {
		p->scl0 = 0;
		p->has_lbm = true;
		p->scaling[1] = dlist_ppf(0x8000, 0);
		p->nr_scaling = 3;
	}
}

static uint8_t *mem_of(const struct dlist_plane *p, int mem)
{
	return m.mem + (p->ptr[mem] - MEMORY_BUS);
}

static double sample(const struct dlist_plane *p, int mem, int off, int step, int w, int h,
		     int x, int y)
{
	x = x < 0 ? 0 : x >= w ? w - 1 : x;
	y = y < 0 ? 0 : y >= h ? h - 1 : y;
	return mem_of(p, mem)[y * (int)p->pitch[mem] + x * step + off];
}

/* The filter kernel at a distance of @d source pixels, not normalised. */
static double kernel(double d)
{
	double n = d * 8 + 15.5;
	int below = floor(n);

	return dlist_coef(below) + (dlist_coef(below + 1) - dlist_coef(below)) * (n - below);
}

/* Sum over the 4 x 4 neighbourhood, normalised as a whole. */
static double ref_ppf(const struct dlist_plane *p, int mem, int off, int step, int w, int h,
		      double px, double py, bool v)
{
	double sum = 0, weights = 0, weight;
	int i, j, bx = floor(px), by = floor(py);

	for (j = v ? -1 : 0; j <= (v ? 2 : 0); j++) {
		for (i = -1; i <= 2; i++) {
			weight = kernel(bx + i - px) * (v ? kernel(by + j - py) : 1);
			sum += weight * sample(p, mem, off, step, w, h, bx + i, by + j);
			weights += weight;
		}
	}
	sum /= weights;
	return sum < 0 ? 0 : sum > 255 ? 255 : sum;
}

static uint32_t ref_yuv_pixel(const struct dlist_plane *p, const struct yuv_format *f,
			      const struct encoding *e, unsigned int w, unsigned int h,
			      unsigned int x, unsigned int y)
{
	int cw = w / f->hsub, ch = h / f->vsub;
	double px = (double)x / f->hsub, py = (double)y / f->vsub;
	bool v = f->vsub == 2;

	return ref_yuv(e, sample(p, 0, 0, 1, w, h, x, y),
		       ref_ppf(p, f->cb_mem, f->cb_off, f->step, cw, ch, px, py, v),
		       ref_ppf(p, f->cr_mem, f->cr_off, f->step, cw, ch, px, py, v));
}

/* Moderate chroma, so that few pixels clip and rounding is what is left. */
static void tame_chroma(const struct dlist_plane *p)
{
	uint8_t *c = mem_of(p, 1);
	unsigned int i;

	for (i = 0; i < 0x8000; i++)
		c[i] = 96 + c[i] / 4;
}

/* Mirrored, so that the generic path is taken; odd sizes take it too. */
static void check_yuv_filtered(const struct yuv_format *f, const struct encoding *e)
{
	unsigned int w = 64, h = 40, x, y;
	struct dlist_plane p;

	yuv_plane(&p, f, e, w, h);
	p.hflip = true;
	tame_chroma(&p);
	assert_int_equal(compose(&p, 1), 0);
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++)
			check_near(pixel(8 + w - 1 - x, 4 + y),
				   ref_yuv_pixel(&p, f, e, w, h, x, y), 4, x, y, f->name);
}

static void test_yuv_filtered(void **state)
{
	unsigned int i, j;

	for (i = 0; i < sizeof(yuv_formats) / sizeof(yuv_formats[0]); i++)
		for (j = 0; j < sizeof(encodings) / sizeof(encodings[0]); j++)
			check_yuv_filtered(&yuv_formats[i], &encodings[j]);
}

/* Chroma that does not change: whatever the filter, the colour is known. */
static void check_yuv_plain(const struct yuv_format *f, const struct encoding *e, bool vflip)
{
	unsigned int w = 64, h = 40, x, y, i;
	struct dlist_plane p;
	uint8_t *c;

	yuv_plane(&p, f, e, w, h);
	c = mem_of(&p, 1);
	for (i = 0; i < 0x4000; i++)
		c[i] = f->step == 2 ? (i - (i / p.pitch[1]) * p.pitch[1]) & 1 ? 90 : 150 :
		       c + i < mem_of(&p, 2) ? 150 : 90;
	if (vflip)
		for (i = 0; i < p.nr_mem; i++)
			p.ptr[i] += ((i ? h / f->vsub : h) - 1) * p.pitch[i];
	p.vflip = vflip;
	assert_int_equal(compose(&p, 1), 0);
	for (y = 0; y < h; y++) {
		for (x = 0; x < w; x++) {
			int ly = m.mem[0x1000 + (vflip ? h - 1 - y : y) * p.pitch[0] + x];
			bool first_is_cb = !f->order;

			check_near(pixel(8 + x, 4 + y),
				   ref_yuv(e, ly, first_is_cb ? 150 : 90, first_is_cb ? 90 : 150),
				   QUICK_TOLERANCE, x, y, f->name);
		}
	}
	assert_int_equal(pixel(7, 4) & 0xffffff, 0);
	assert_int_equal(pixel(8 + w, 4) & 0xffffff, 0);
}

static void test_yuv_plain(void **state)
{
	unsigned int i, j;

	for (i = 0; i < sizeof(yuv_formats) / sizeof(yuv_formats[0]); i++) {
		for (j = 0; j < sizeof(encodings) / sizeof(encodings[0]); j++) {
			check_yuv_plain(&yuv_formats[i], &encodings[j], false);
			check_yuv_plain(&yuv_formats[i], &encodings[j], true);
		}
	}
}

static void mirror(unsigned int x0, unsigned int y0, unsigned int w, unsigned int h)
{
	unsigned int x, y;

	for (y = y0; y < y0 + h; y++) {
		uint32_t *row = (uint32_t *)(screen->plane[0] + (size_t)y * screen->stride[0]);

		for (x = 0; x < w / 2; x++) {
			uint32_t v = row[x0 + x];

			row[x0 + x] = row[x0 + w - 1 - x];
			row[x0 + w - 1 - x] = v;
		}
	}
}

/* The quick way of 1:1 YUV against the filter, on a picture with colours that change. */
static void test_yuv_quick_is_close(void **state)
{
	struct vc_image *other = vc_image_create(DRM_FORMAT_XRGB8888, W, H);
	const struct yuv_format *f = &yuv_formats[2];
	unsigned int w = W - 8, h = H - 4, x, y;
	struct dlist_plane p;
	double psnr;

	yuv_plane(&p, f, &encodings[1], w, h);
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++)
			mem_of(&p, 0)[y * p.pitch[0] + x] = 128 + 60 * sin(x / 9.0) * cos(y / 7.0);
	for (y = 0; y < h / 2; y++)
		for (x = 0; x < w; x++)
			mem_of(&p, 1)[y * p.pitch[1] + x] = 128 + 50 * sin(x / 12.0 + (x & 1));
	/* as 7.3 sets it up: chroma centred between luma */
	p.scaling[0] = dlist_ppf(0x8000, -16);
	p.scaling[1] = dlist_ppf(0x8000, -16);
	assert_int_equal(compose(&p, 1), 0);
	memcpy(other->plane[0], screen->plane[0], (size_t)screen->stride[0] * H);
	/* mirrored, the filter is taken */
	p.hflip = true;
	assert_int_equal(compose(&p, 1), 0);
	mirror(8, 4, w, h);
	psnr = vc_image_psnr(other, screen);
	if (psnr < 38)
		fail_msg("%.1f dB", psnr);
	vc_image_destroy(other);
}

/* -----------------------------------------------------------------------------
 * Alpha
 */

struct blend_case {
	unsigned int mode, alpha;
	bool premult, mix;
	uint32_t src, dst;
};

static double ref_blend(const struct blend_case *c, unsigned int shift)
{
	double s = c->src >> shift & 255, d = c->dst >> shift & 255;
	double a = (c->src >> 24) / 255.0, fixed = c->alpha / 255.0;

	if (c->mode == 1)
		return s * fixed + d * (1 - fixed);
	if (c->mode == 2 && !(c->src >> 24))
		return d;
	if (c->mode == 3 && c->src >> 24 <= 7)
		return d;
	if (c->mode >= 2)
		return s * fixed + d * (1 - fixed);
	if (!c->mix)
		fixed = 1;
	if (c->premult)
		return fmin(255, s * fixed + d * (1 - a * fixed));
	return s * a * fixed + d * (1 - a * fixed);
}

static const struct blend_case blend_cases[] = {
	{ 1, 255, false, false, 0x00ff8040, 0x102030 },	/* opaque */
	{ 1, 128, false, false, 0x00ff8040, 0x102030 },	/* half */
	{ 1, 0, false, true, 0x80ff8040, 0x102030 },
	{ 0, 255, true, false, 0x80804020, 0xa0b0c0 },	/* pre-multiplied */
	{ 0, 100, true, true, 0x80804020, 0xa0b0c0 },
	{ 0, 255, true, false, 0x00ffffff, 0xa0b0c0 },	/* clips */
	{ 0, 255, false, false, 0x80ff8040, 0xa0b0c0 },	/* coverage */
	{ 0, 77, false, true, 0x40ff8040, 0xa0b0c0 },
	{ 0, 77, false, false, 0x40ff8040, 0xa0b0c0 },	/* no MIX: alpha ignored */
	{ 0, 255, false, false, 0x00ff8040, 0xa0b0c0 },
	{ 0, 255, false, false, 0xffff8040, 0xa0b0c0 },
	{ 2, 200, false, false, 0x00ff8040, 0xa0b0c0 },
	{ 2, 200, false, false, 0x01ff8040, 0xa0b0c0 },
	{ 3, 200, false, false, 0x07ff8040, 0xa0b0c0 },
	{ 3, 200, false, false, 0x08ff8040, 0xa0b0c0 },
};

static void test_blend(void **state)
{
	struct dlist_plane p = {
		.format = 7, .order = 3, .src_w = 1, .src_h = 1, .nr_mem = 1,
		.ptr = { MEMORY_BUS }, .pitch = { 4 }, .unity = true,
	};
	const struct blend_case *c;
	uint32_t want;

	for (c = blend_cases; c < &blend_cases[sizeof(blend_cases) / sizeof(*c)]; c++) {
		p.alpha_mode = c->mode;
		p.alpha = c->alpha;
		p.premult = c->premult;
		p.mix = c->mix;
		scene.background = c->dst;
		memcpy(m.mem, &c->src, 4);
		assert_int_equal(compose(&p, 1), 0);
		want = clamp8(ref_blend(c, 16)) << 16 | clamp8(ref_blend(c, 8)) << 8 |
		       clamp8(ref_blend(c, 0));
		check_near(pixel(0, 0), want, 1, c - blend_cases, 0, "case");
	}
}

/* Three planes, back to front; the last one hangs over the edge. */
static void test_stack(void **state)
{
	uint32_t colours[3] = { 0x000000ff, 0x0000ff00, 0x00ff0000 };
	struct dlist_plane p[3] = {
		{ .x = 0, .y = 0, .src_w = 100, .src_h = 90, .alpha = 255 },
		{ .x = 50, .y = 40, .src_w = 60, .src_h = 40, .alpha = 128 },
		{ .x = 150, .y = 90, .src_w = 40, .src_h = 40, .alpha = 255 },
	};
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		p[i].format = 7;
		p[i].order = 3;
		p[i].alpha_mode = 1;
		p[i].nr_mem = 1;
		p[i].ptr[0] = MEMORY_BUS + i * 0x10000;
		p[i].pitch[0] = 400;
		p[i].unity = true;
		for (j = 0; j < 0x10000; j += 4)
			memcpy(m.mem + i * 0x10000 + j, &colours[i], 4);
	}
	scene.background = 0x010203;
	assert_int_equal(compose(p, 3), 0);
	assert_int_equal(pixel(10, 10) & 0xffffff, 0x0000ff);
	check_near(pixel(60, 50), 0x00807f, 1, 60, 50, "two planes");
	check_near(pixel(105, 50), 0x018101, 1, 105, 50, "plane over background");
	assert_int_equal(pixel(159, 95) & 0xffffff, 0xff0000);
	assert_int_equal(pixel(149, 95) & 0xffffff, 0x010203);
	assert_true(vc_hvs_plane_is_on_top(&scene.list, 2));
	assert_true(vc_hvs_plane_is_on_top(&scene.list, 1));
	assert_false(vc_hvs_plane_is_on_top(&scene.list, 0));
}

/* -----------------------------------------------------------------------------
 * Colours after composition, and planes that cannot be shown
 */

static void test_gamma_and_ctm(void **state)
{
	unsigned int i;

	scene.background = 0x804020;
	scene.has_gamma = true;
	for (i = 0; i < 256; i++) {
		scene.gamma[0][i] = 255 - i;
		scene.gamma[1][i] = i / 2;
		scene.gamma[2][i] = i;
	}
	compose(NULL, 0);
	assert_int_equal(pixel(3, 3) & 0xffffff, 0x7f2020);

	scene.has_gamma = false;
	scene.has_ctm = true;
	scene.ctm[0][2] = 512;	/* red from blue */
	scene.ctm[1][1] = -512;
	scene.ctm[2][0] = 256;
	scene.ctm_offset[2] = 5;
	compose(NULL, 0);
	assert_int_equal(pixel(3, 3) & 0xffffff, 0x200045);
}

static void test_bad_memory(void **state)
{
	struct dlist_plane p = {
		.format = 7, .order = 3, .src_w = 64, .src_h = 64, .nr_mem = 1,
		.alpha_mode = 1, .alpha = 255, .pitch = { 256 }, .unity = true,
	};

	/* starts inside, ends outside */
	p.ptr[0] = MEMORY_BUS + MEMORY_SIZE - 64 * 256 + 4;
	assert_int_equal(compose(&p, 1), 1);
	p.ptr[0] = MEMORY_BUS + MEMORY_SIZE - 64 * 256;
	assert_int_equal(compose(&p, 1), 0);
	p.ptr[0] = 0xfffffff0;
	assert_int_equal(compose(&p, 1), 1);
	/* upwards from the very first line */
	p.vflip = true;
	p.ptr[0] = 4096;
	assert_int_equal(compose(&p, 1), 1);
	p.vflip = false;
	p.ptr[0] = MEMORY_BUS;
	p.pitch[0] = 0xffffffff;
	assert_int_equal(compose(&p, 1), 0);	/* 65535 x 63 bytes do fit */
	p.src_h = 65;
	assert_int_equal(compose(&p, 1), 1);
	p.src_h = 64;
	p.pitch[0] = 0;
	assert_int_equal(compose(&p, 1), 0);
}

/* Anything in the words of a plane: bounded, no crash, whatever it shows. */
static void test_random(void **state)
{
	struct vc_guest_view *view = vc_guest_view_get(m.guest);
	unsigned int round, i;

	srand(3);
	for (round = 0; round < 400; round++) {
		for (i = 64; i < 160; i++)
			scene.ram[i] = (uint32_t)rand() << 16 ^ rand();
		scene.ram[64] = 1u << 30 | 40u << 24 | (scene.ram[64] & 0xcfffff);
		scene.ram[104] = DLIST_END;
		for (i = 69; i < 72; i++)
			scene.ram[i] = MEMORY_BUS | (scene.ram[i] & 0xfffff);
		if (!vc_hvs_list_parse(scene.ram, 64, &scene.list))
			assert_true(vc_hvs_compose(&scene, view, screen) >= 0);
	}
	vc_guest_view_put(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rgb, setup, teardown),
		cmocka_unit_test_setup_teardown(test_yuv_filtered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_yuv_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_yuv_quick_is_close, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blend, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stack, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gamma_and_ctm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
