// SPDX-License-Identifier: GPL-2.0
/*
 * Planes: known pictures put on planes, the screenshot compared with what the
 * definitions of formats, blending and scaling say must be seen.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format.h"
#include "kms.h"
#include "shot.h"

#define MODE_W		640
#define MODE_H		480
#define PIC_W		192
#define PIC_H		128
/* Chroma is the same in blocks of this size, so that filters do not matter inside. */
#define BLOCK		32
#define EDGE		6
#define YUV_TOLERANCE	3
#define NR_STACK	4

static const struct colour background = { 0x30, 0x60, 0x90, 255 };

/**
 * struct planes - what all checks share
 * @kms: the pipe, 640x480
 * @base: primary plane's buffer, all of @background
 * @over: the overlay most checks use
 */
struct planes {
	struct kms kms;
	struct kms_fb base;
	const struct kms_plane *over;
};

/**
 * struct expect - what should be seen in a rectangle
 * @rect: of the screen
 * @tolerance: per component
 * @pixel: colour at @x, @y of the rectangle; alpha 0: anything goes
 * @arg: for @pixel
 */
struct expect {
	struct kms_rect rect;
	int tolerance;
	struct colour (*pixel)(const void *arg, unsigned int x, unsigned int y);
	const void *arg;
};

static bool is_near(struct colour a, struct colour b, int tolerance)
{
	return abs(a.r - b.r) <= tolerance && abs(a.g - b.g) <= tolerance &&
	       abs(a.b - b.b) <= tolerance;
}

/* Compare and report as check @name. */
static void compare(const struct shot *shot, const struct expect *e, const char *name)
{
	unsigned int x, y, bad = 0, seen = 0, bad_x = 0, bad_y = 0;
	struct colour got = { 0 }, want = { 0 }, p, w;

	for (y = 0; y < e->rect.h; y++) {
		for (x = 0; x < e->rect.w; x++) {
			w = e->pixel(e->arg, x, y);
			if (!w.a)
				continue;
			seen++;
			p = shot_pixel(shot, e->rect.x + x, e->rect.y + y);
			if (is_near(p, w, e->tolerance) || bad++)
				continue;
			got = p;
			want = w;
			bad_x = x;
			bad_y = y;
		}
	}
	check(seen && !bad, name, "%u of %u pixels; %u,%u is %02x%02x%02x, expected %02x%02x%02x",
	      bad, seen, bad_x, bad_y, got.r, got.g, got.b, want.r, want.g, want.b);
}

static struct colour pixel_is(const void *arg, unsigned int x, unsigned int y)
{
	return *(const struct colour *)arg;
}

/* Commit @req (freed) and look; false if that failed, which is reported. */
static bool show(struct planes *p, drmModeAtomicReq *req, struct shot *shot, const char *name)
{
	int ret = kms_commit(&p->kms, req);

	drmModeAtomicFree(req);
	if (ret)
		return check(false, name, "commit: %s", strerror(-ret));
	ret = shot_take(shot, MODE_W, MODE_H);
	return !ret || check(false, name, "screenshot: %s", strerror(-ret));
}

static bool make_fb(struct planes *p, struct kms_fb *fb, uint32_t format, unsigned int w,
		    unsigned int h, const char *name)
{
	int ret = kms_fb_create(&p->kms, fb, format, w, h);

	return !ret || check(false, name, "buffer: %s", strerror(-ret));
}

/* All overlays off and their properties as they come. */
static drmModeAtomicReq *new_request(struct planes *p)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	unsigned int i;

	for (i = 0; i < p->kms.nr_planes; i++) {
		uint32_t id = p->kms.planes[i].id;

		if (p->kms.planes[i].type != DRM_PLANE_TYPE_OVERLAY || i > 8)
			continue;
		kms_clear_plane(&p->kms, req, id);
		kms_set(&p->kms, req, id, DRM_MODE_OBJECT_PLANE, "alpha", 0xffff);
		kms_set(&p->kms, req, id, DRM_MODE_OBJECT_PLANE, "rotation",
			DRM_MODE_ROTATE_0);
		kms_set_enum(&p->kms, req, id, "pixel blend mode", "Pre-multiplied");
		kms_set_enum(&p->kms, req, id, "COLOR_ENCODING", "ITU-R BT.709 YCbCr");
		kms_set_enum(&p->kms, req, id, "COLOR_RANGE", "YCbCr limited range");
	}
	return req;
}

/* -----------------------------------------------------------------------------
 * The picture
 */

/* RGB: gradients and a fine pattern, garbage in what should be ignored. */
static struct colour rgb_at(unsigned int x, unsigned int y)
{
	return (struct colour){ x * 255 / (PIC_W - 1), y * 255 / (PIC_H - 1),
				(x * 5) ^ (y * 3), x * 7 + y };
}

/* YUV: luma gradient, chroma by blocks; all within the RGB cube's reach or near it. */
static struct colour yuv_at(unsigned int x, unsigned int y)
{
	return (struct colour){ 40 + (x + y) * 160 / (PIC_W + PIC_H),
				100 + x / BLOCK * 12, 156 - y / BLOCK * 16, 255 };
}

static void draw(struct kms_fb *fb)
{
	const struct format *f = format_find(fb->format);
	unsigned int x, y;

	for (y = 0; y < fb->height; y++)
		for (x = 0; x < fb->width; x++)
			format_put(f, fb, x, y, format_is_yuv(f) ? yuv_at(x, y) : rgb_at(x, y));
}

/**
 * struct view - how the picture is shown
 * @format: of the buffer
 * @enc: YUV: encoding
 * @is_full: YUV: range
 * @flip_x: mirrored left-right
 * @flip_y: mirrored top-bottom
 * @crop: part of the picture
 */
struct view {
	const struct format *format;
	enum yuv_encoding enc;
	bool is_full;
	bool flip_x;
	bool flip_y;
	struct kms_rect crop;
};

/* Chroma goes through a filter even where it is not scaled. */
static bool near_block_edge(unsigned int x, unsigned int y)
{
	unsigned int bx = x % BLOCK, by = y % BLOCK;

	return bx < EDGE || bx >= BLOCK - EDGE || by < EDGE || by >= BLOCK - EDGE;
}

static struct colour view_pixel(const void *arg, unsigned int x, unsigned int y)
{
	const struct view *v = arg;
	const struct colour any = { 0, 0, 0, 0 };
	struct colour c;

	x = v->crop.x + (v->flip_x ? v->crop.w - 1 - x : x);
	y = v->crop.y + (v->flip_y ? v->crop.h - 1 - y : y);
	if (!format_is_yuv(v->format)) {
		c = format_reduce(v->format, rgb_at(x, y));
		c.a = 255;
		return c;
	}
	return near_block_edge(x, y) ? any :
	       yuv_to_rgb(yuv_at(x, y), v->enc, v->is_full);
}

static const char *const encoding_names[] = {
	"ITU-R BT.601 YCbCr", "ITU-R BT.709 YCbCr", "ITU-R BT.2020 YCbCr",
};

static uint64_t view_rotation(const struct view *v)
{
	if (v->flip_x && v->flip_y)
		return DRM_MODE_ROTATE_180;
	return DRM_MODE_ROTATE_0 | (v->flip_x ? DRM_MODE_REFLECT_X : 0) |
	       (v->flip_y ? DRM_MODE_REFLECT_Y : 0);
}

static void check_view(struct planes *p, const struct view *v, const char *name)
{
	struct kms_rect dst = { 101, 57, v->crop.w, v->crop.h };
	struct expect e = {
		.rect = dst, .pixel = view_pixel, .arg = v,
		.tolerance = format_is_yuv(v->format) ? YUV_TOLERANCE : 0,
	};
	uint32_t id = p->over->id;
	drmModeAtomicReq *req;
	struct kms_fb fb;
	struct shot shot;

	if (!make_fb(p, &fb, v->format->fourcc, PIC_W, PIC_H, name))
		return;
	draw(&fb);
	req = new_request(p);
	kms_set_plane(&p->kms, req, id, &fb, &v->crop, &dst);
	kms_set_enum(&p->kms, req, id, "pixel blend mode", "None");
	kms_set_enum(&p->kms, req, id, "COLOR_ENCODING", encoding_names[v->enc]);
	kms_set_enum(&p->kms, req, id, "COLOR_RANGE",
		     v->is_full ? "YCbCr full range" : "YCbCr limited range");
	kms_set(&p->kms, req, id, DRM_MODE_OBJECT_PLANE, "rotation", view_rotation(v));
	if (show(p, req, &shot, name)) {
		compare(&shot, &e, name);
		shot_free(&shot);
	}
	kms_fb_destroy(&p->kms, &fb);
}

static struct view plain_view(uint32_t format)
{
	return (struct view){ .format = format_find(format), .enc = YUV_BT709,
			      .crop = { 0, 0, PIC_W, PIC_H } };
}

/* Every format the plane offers; one that this program does not know is a failure. */
static void check_formats(struct planes *p)
{
	struct view v;
	char name[64];
	unsigned int i;

	for (i = 0; i < p->over->nr_formats; i++) {
		uint32_t fourcc = p->over->formats[i];

		v = plain_view(fourcc);
		if (!v.format) {
			check(false, "format", "%.4s is not known here", (const char *)&fourcc);
			continue;
		}
		snprintf(name, sizeof(name), "format %s", v.format->name);
		check_view(p, &v, name);
	}
}

static void check_encodings(struct planes *p)
{
	struct view v = plain_view(DRM_FORMAT_NV12);
	char name[64];
	int enc, full;

	for (enc = YUV_BT601; enc <= YUV_BT2020; enc++) {
		for (full = 0; full < 2; full++) {
			v.enc = enc;
			v.is_full = full;
			snprintf(name, sizeof(name), "NV12 as %s, %s range",
				 encoding_names[enc], full ? "full" : "limited");
			check_view(p, &v, name);
		}
	}
}

static void check_flips_and_crops(struct planes *p)
{
	static const uint32_t formats[] = { DRM_FORMAT_XRGB8888, DRM_FORMAT_RGB888,
					    DRM_FORMAT_NV12, DRM_FORMAT_YUV420 };
	unsigned int i, flips;
	struct view v;
	char name[64];

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		v = plain_view(formats[i]);
		v.crop = (struct kms_rect){ 32, 16, 128, 96 };
		for (flips = 0; flips < 4; flips++) {
			v.flip_x = flips & 1;
			v.flip_y = flips & 2;
			snprintf(name, sizeof(name), "part of %s%s%s", v.format->name,
				 v.flip_x ? ", mirrored left-right" : "",
				 v.flip_y ? ", mirrored top-bottom" : "");
			check_view(p, &v, name);
		}
	}
}

/* -----------------------------------------------------------------------------
 * Alpha
 */

struct blend {
	const char *mode;
	double plane_alpha;
};

/* The pixel's alpha grows to the right; pre-multiplied colours stay below it. */
static struct colour blend_source(const struct blend *b, unsigned int x, unsigned int y)
{
	unsigned int a = x * 255 / (PIC_W - 1), v = y * 255 / (PIC_H - 1);
	unsigned int scale = b->mode[0] == 'P' ? a : 255;

	return (struct colour){ v * scale / 255, (255 - v) * scale / 255, 200 * scale / 255, a };
}

static uint8_t blend_one(const struct blend *b, uint8_t s, uint8_t d, uint8_t a8)
{
	double f = b->plane_alpha, a = a8 / 255.0, v;

	if (b->mode[0] == 'N')
		v = s * f + d * (1 - f);
	else if (b->mode[0] == 'P')
		v = s * f + d * (1 - a * f);
	else
		v = s * a * f + d * (1 - a * f);
	return v > 255 ? 255 : v + 0.5;
}

static struct colour blend_pixel(const void *arg, unsigned int x, unsigned int y)
{
	const struct blend *b = arg;
	struct colour s = blend_source(b, x, y);

	return (struct colour){ blend_one(b, s.r, background.r, s.a),
				blend_one(b, s.g, background.g, s.a),
				blend_one(b, s.b, background.b, s.a), 255 };
}

static void check_blend(struct planes *p, const struct blend *b)
{
	struct kms_rect dst = { 400, 300, PIC_W, PIC_H };
	struct expect e = { .rect = dst, .tolerance = 2, .pixel = blend_pixel, .arg = b };
	drmModeAtomicReq *req;
	struct kms_fb fb;
	struct shot shot;
	unsigned int x, y;
	char name[64];

	snprintf(name, sizeof(name), "blend %s, plane alpha %.2f", b->mode, b->plane_alpha);
	if (!make_fb(p, &fb, DRM_FORMAT_ARGB8888, PIC_W, PIC_H, name))
		return;
	for (y = 0; y < PIC_H; y++)
		for (x = 0; x < PIC_W; x++)
			format_put(format_find(fb.format), &fb, x, y, blend_source(b, x, y));
	req = new_request(p);
	kms_set_plane(&p->kms, req, p->over->id, &fb, NULL, &dst);
	kms_set_enum(&p->kms, req, p->over->id, "pixel blend mode", b->mode);
	kms_set(&p->kms, req, p->over->id, DRM_MODE_OBJECT_PLANE, "alpha",
		lround(b->plane_alpha * 0xffff));
	if (show(p, req, &shot, name)) {
		compare(&shot, &e, name);
		shot_free(&shot);
	}
	kms_fb_destroy(&p->kms, &fb);
}

static void check_alpha(struct planes *p)
{
	static const struct blend blends[] = {
		{ "None", 1 }, { "None", 0.5 }, { "Pre-multiplied", 1 },
		{ "Pre-multiplied", 0.25 }, { "Coverage", 1 }, { "Coverage", 0.7 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(blends) / sizeof(blends[0]); i++)
		check_blend(p, &blends[i]);
}

/* -----------------------------------------------------------------------------
 * Scaling
 */

/** struct scale - blocks of one colour each, enlarged or reduced */
struct scale {
	const struct format *format;
	unsigned int dst_w;
	unsigned int dst_h;
};

static struct colour block_colour(bool is_yuv, unsigned int bx, unsigned int by)
{
	if (is_yuv)
		return (struct colour){ 60 + bx * 25, 90 + by * 20, 110 + bx * 8, 255 };
	return (struct colour){ bx * 50, by * 80, (bx + by) * 25, 255 };
}

/* The middle of a block is its colour, whatever the filter does at its edges. */
static struct colour scale_pixel(const void *arg, unsigned int x, unsigned int y)
{
	const struct scale *s = arg;
	const struct colour any = { 0, 0, 0, 0 };
	double sx = (x + 0.5) * PIC_W / s->dst_w, sy = (y + 0.5) * PIC_H / s->dst_h;
	double bx = fmod(sx, BLOCK), by = fmod(sy, BLOCK);
	bool is_yuv = format_is_yuv(s->format);
	struct colour c = block_colour(is_yuv, sx / BLOCK, sy / BLOCK);

	if (bx < 9 || bx > BLOCK - 9 || by < 9 || by > BLOCK - 9)
		return any;
	return is_yuv ? yuv_to_rgb(c, YUV_BT709, false) : c;
}

static void check_scale(struct planes *p, const struct scale *s)
{
	struct kms_rect dst = { 10, 20, s->dst_w, s->dst_h };
	struct expect e = { .rect = dst, .tolerance = YUV_TOLERANCE, .pixel = scale_pixel,
			    .arg = s };
	bool is_yuv = format_is_yuv(s->format);
	drmModeAtomicReq *req;
	struct kms_fb fb;
	struct shot shot;
	unsigned int x, y;
	char name[64];

	snprintf(name, sizeof(name), "%s %ux%u shown as %ux%u", s->format->name, PIC_W, PIC_H,
		 s->dst_w, s->dst_h);
	if (!make_fb(p, &fb, s->format->fourcc, PIC_W, PIC_H, name))
		return;
	for (y = 0; y < PIC_H; y++)
		for (x = 0; x < PIC_W; x++)
			format_put(s->format, &fb, x, y,
				   block_colour(is_yuv, x / BLOCK, y / BLOCK));
	req = new_request(p);
	kms_set_plane(&p->kms, req, p->over->id, &fb, NULL, &dst);
	if (show(p, req, &shot, name)) {
		compare(&shot, &e, name);
		shot_free(&shot);
	}
	kms_fb_destroy(&p->kms, &fb);
}

static void check_scaling(struct planes *p)
{
	static const unsigned int sizes[][2] = {
		{ 480, 320 }, { 96, 64 }, { 400, 50 }, { 70, 300 }, { 192, 256 }, { 150, 128 },
	};
	static const uint32_t formats[] = { DRM_FORMAT_XRGB8888, DRM_FORMAT_NV12,
					    DRM_FORMAT_YUV422 };
	struct scale s;
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		for (j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			s = (struct scale){ format_find(formats[i]), sizes[j][0], sizes[j][1] };
			check_scale(p, &s);
		}
	}
}

/* -----------------------------------------------------------------------------
 * Several planes
 */

static const struct colour stack_colours[NR_STACK] = {
	{ 255, 0, 0, 255 }, { 0, 255, 0, 255 }, { 0, 0, 255, 255 }, { 255, 255, 0, 255 },
};

static struct kms_rect stack_rect(unsigned int i)
{
	return (struct kms_rect){ 40 + i * 50, 30 + i * 40, 160, 140 };
}

/* Highest plane of @order that covers the point; order[0] is the lowest. */
static struct colour stack_pixel(const void *arg, unsigned int x, unsigned int y)
{
	const unsigned int *order = arg;
	struct colour c = background;
	unsigned int i;

	for (i = 0; i < NR_STACK; i++) {
		struct kms_rect r = stack_rect(order[i]);

		if (x - r.x < r.w && y - r.y < r.h)
			c = stack_colours[order[i]];
	}
	return c;
}

static void fill(struct kms_fb *fb, struct colour c)
{
	const struct format *f = format_find(fb->format);
	unsigned int x, y;

	for (y = 0; y < fb->height; y++)
		for (x = 0; x < fb->width; x++)
			format_put(f, fb, x, y, c);
}

static void show_stack(struct planes *p, struct kms_fb *fb, const unsigned int *order,
		       const char *name)
{
	struct expect e = { .rect = { 0, 0, MODE_W, MODE_H }, .pixel = stack_pixel,
			    .arg = order };
	drmModeAtomicReq *req = new_request(p);
	struct shot shot;
	unsigned int i;

	for (i = 0; i < NR_STACK; i++) {
		uint32_t id = kms_find_plane(&p->kms, DRM_PLANE_TYPE_OVERLAY, order[i],
					     DRM_FORMAT_XRGB8888)->id;
		struct kms_rect dst = stack_rect(order[i]);

		kms_set_plane(&p->kms, req, id, &fb[order[i]], NULL, &dst);
		kms_set(&p->kms, req, id, DRM_MODE_OBJECT_PLANE, "zpos", i + 1);
	}
	if (show(p, req, &shot, name)) {
		compare(&shot, &e, name);
		shot_free(&shot);
	}
}

static void check_stack(struct planes *p)
{
	static const unsigned int up[NR_STACK] = { 0, 1, 2, 3 }, mixed[NR_STACK] = { 2, 0, 3, 1 };
	struct kms_fb fb[NR_STACK] = { 0 };
	unsigned int i;

	for (i = 0; i < NR_STACK; i++) {
		if (!make_fb(p, &fb[i], DRM_FORMAT_XRGB8888, 160, 140, "stack"))
			goto out;
		fill(&fb[i], stack_colours[i]);
	}
	show_stack(p, fb, up, "four overlays over the primary plane");
	show_stack(p, fb, mixed, "four overlays in another order");
out:
	for (i = 0; i < NR_STACK; i++)
		kms_fb_destroy(&p->kms, &fb[i]);
}

/* Half outside at the top left and at the bottom right: the driver clips. */
static void check_clipping(struct planes *p)
{
	struct kms_rect corners[2] = { { -PIC_W / 2, -PIC_H / 2, PIC_W, PIC_H },
				       { MODE_W - PIC_W / 2, MODE_H - PIC_H / 2, PIC_W, PIC_H } };
	struct view v = plain_view(DRM_FORMAT_XRGB8888);
	struct expect e = { .pixel = view_pixel, .arg = &v };
	const char *name = "plane half outside";
	drmModeAtomicReq *req;
	struct kms_fb fb;
	struct shot shot;
	int i;

	if (!make_fb(p, &fb, DRM_FORMAT_XRGB8888, PIC_W, PIC_H, name))
		return;
	draw(&fb);
	for (i = 0; i < 2; i++) {
		req = new_request(p);
		kms_set_plane(&p->kms, req, p->over->id, &fb, NULL, &corners[i]);
		if (!show(p, req, &shot, name))
			break;
		e.rect = (struct kms_rect){ i ? corners[1].x : 0, i ? corners[1].y : 0,
					    PIC_W / 2, PIC_H / 2 };
		v.crop = (struct kms_rect){ i ? 0 : PIC_W / 2, i ? 0 : PIC_H / 2, PIC_W, PIC_H };
		compare(&shot, &e, i ? "plane half outside, bottom right" :
			"plane half outside, top left");
		shot_free(&shot);
	}
	kms_fb_destroy(&p->kms, &fb);
}

static void check_background(struct planes *p)
{
	struct expect e = { .rect = { 0, 0, MODE_W, MODE_H }, .pixel = pixel_is,
			    .arg = &background };
	struct shot shot;

	if (show(p, new_request(p), &shot, "primary plane alone")) {
		compare(&shot, &e, "primary plane alone");
		shot_free(&shot);
	}
}

/* -----------------------------------------------------------------------------
 * All of it
 */

static const struct {
	const char *name;
	void (*run)(struct planes *p);
} parts[] = {
	{ "background", check_background },
	{ "formats", check_formats },
	{ "encodings", check_encodings },
	{ "flips", check_flips_and_crops },
	{ "alpha", check_alpha },
	{ "scaling", check_scaling },
	{ "stack", check_stack },
	{ "clipping", check_clipping },
};

static int start(struct planes *p)
{
	int ret = kms_open(&p->kms, MODE_W, MODE_H);

	if (!ret)
		ret = kms_fb_create(&p->kms, &p->base, DRM_FORMAT_XRGB8888, MODE_W, MODE_H);
	if (ret)
		return ret;
	fill(&p->base, background);
	p->over = kms_find_plane(&p->kms, DRM_PLANE_TYPE_OVERLAY, 0, DRM_FORMAT_XRGB8888);
	return p->over ? kms_modeset(&p->kms, &p->base) : -ENODEV;
}

int check_planes(const char *only)
{
	struct planes p = { 0 };
	size_t i;
	int ret;

	ret = start(&p);
	check(!ret, "640x480 is on", "%s", strerror(-ret));
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && !ret; i++)
		if (!only || !strcmp(only, parts[i].name))
			parts[i].run(&p);
	kms_fb_destroy(&p.kms, &p.base);
	kms_close(&p.kms);
	return check_status();
}
