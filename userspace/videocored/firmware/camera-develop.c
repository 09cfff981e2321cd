// SPDX-License-Identifier: GPL-2.0
/*
 * From what the source shows to the camera's picture: window, rotation and flips,
 * then light and colours in RGB, then effects, in YUV again.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "camera-develop.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <libyuv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "camera-effect.h"
#include "camera-format.h"
#include "media/image.h"

/* Of what eyes and screens make of light. */
#define GAMMA	2.2

/* Pixels between two that are looked at to measure light. */
#define METER_STEP	8

/**
 * struct camera_darkroom - pictures kept from frame to frame
 * @raw: what the source shows, before the rotation
 * @turned: the same after it
 * @rgb: between light and colours
 * @spare: for filters
 * @curves: for red, green and blue
 */
struct camera_darkroom {
	struct vc_image *raw;
	struct vc_image *turned;
	struct vc_image *rgb;
	struct vc_image *spare;
	uint8_t curves[3][256];
};

struct camera_darkroom *camera_darkroom_create(void)
{
	return calloc(1, sizeof(struct camera_darkroom));
}

void camera_darkroom_destroy(struct camera_darkroom *room)
{
	if (!room)
		return;
	vc_image_destroy(room->raw);
	vc_image_destroy(room->turned);
	vc_image_destroy(room->rgb);
	vc_image_destroy(room->spare);
	free(room);
}

/* An image kept for the next time, NULL without memory. */
static struct vc_image *keep_image(struct vc_image **slot, uint32_t drm, unsigned int width,
				   unsigned int height)
{
	struct vc_image *img = *slot;

	if (img && img->format == drm && img->width == width && img->height == height)
		return img;
	vc_image_destroy(img);
	*slot = vc_image_create(drm, width, height);
	return *slot;
}

static bool lies_down(const struct camera_look *look)
{
	return look->rotation % 180;
}

/* -----------------------------------------------------------------------------
 * Geometry
 */

/* An even number of @size, at least two. */
static unsigned int part_of(uint32_t fraction, unsigned int size)
{
	return (unsigned int)((uint64_t)fraction * size / CAMERA_WHOLE) & ~1u;
}

/* Enlarge the window to the whole picture. */
static int enlarge(struct camera_darkroom *room, const struct camera_look *look)
{
	const struct vc_image *raw = room->raw;
	unsigned int width = part_of(look->window.width, raw->width);
	unsigned int height = part_of(look->window.height, raw->height);
	unsigned int x = part_of(look->window.x, raw->width);
	unsigned int y = part_of(look->window.y, raw->height);
	struct vc_image part, *out;
	int ret;

	width = width ? width : 2;
	height = height ? height : 2;
	x = x + width > raw->width ? raw->width - width : x;
	y = y + height > raw->height ? raw->height - height : y;
	ret = vc_image_crop(raw, &part, x & ~1u, y & ~1u, width, height);
	if (ret)
		return ret;
	out = keep_image(&room->spare, DRM_FORMAT_YUV420, raw->width, raw->height);
	if (!out)
		return -ENOMEM;
	ret = vc_image_scale(&part, out);
	room->spare = room->raw;
	room->raw = out;
	return ret;
}

static enum RotationMode rotation_of(const struct camera_look *look)
{
	switch (look->rotation) {
	case 90:
		return kRotate90;
	case 180:
		return kRotate180;
	case 270:
		return kRotate270;
	default:
		return kRotate0;
	}
}

static int rotate(struct camera_darkroom *room, const struct camera_look *look,
		  unsigned int width, unsigned int height)
{
	const struct vc_image *src = room->raw;
	struct vc_image *dst = keep_image(&room->turned, DRM_FORMAT_YUV420, width, height);

	if (!dst)
		return -ENOMEM;
	return I420Rotate(src->plane[0], src->stride[0], src->plane[1], src->stride[1],
			  src->plane[2], src->stride[2], dst->plane[0], dst->stride[0],
			  dst->plane[1], dst->stride[1], dst->plane[2], dst->stride[2],
			  src->width, src->height, rotation_of(look)) ? -EINVAL : 0;
}

/* Into the spare image, which then is the turned one. */
static int mirror(struct camera_darkroom *room, unsigned int flip)
{
	const struct vc_image *src = room->turned;
	const int height = flip & CAMERA_FLIP_VERTICAL ? -(int)src->height : (int)src->height;
	__typeof__(I420Copy) *copy;
	struct vc_image *dst;
	int ret;

	dst = keep_image(&room->spare, DRM_FORMAT_YUV420, src->width, src->height);
	if (!dst)
		return -ENOMEM;
	copy = flip & CAMERA_FLIP_HORIZONTAL ? I420Mirror : I420Copy;
	ret = copy(src->plane[0], src->stride[0], src->plane[1], src->stride[1],
		   src->plane[2], src->stride[2], dst->plane[0], dst->stride[0],
		   dst->plane[1], dst->stride[1], dst->plane[2], dst->stride[2],
		   src->width, height);
	room->spare = room->turned;
	room->turned = dst;
	return ret ? -EINVAL : 0;
}

static int arrange(struct camera_darkroom *room, const struct camera_look *look,
		   const struct vc_image *dst)
{
	int ret = camera_look_has_window(look) ? enlarge(room, look) : 0;

	if (!ret)
		ret = rotate(room, look, dst->width, dst->height);
	if (!ret && look->flip)
		ret = mirror(room, look->flip);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Light and colours
 */

/* Mean luma of the middle that is @part of 256 wide and high. */
static double meter(const struct vc_image *img, unsigned int part)
{
	const unsigned int width = img->width * part / 256, height = img->height * part / 256;
	const unsigned int left = (img->width - width) / 2, top = (img->height - height) / 2;
	uint64_t sum = 0, nr = 0;

	for (unsigned int y = top; y < top + height; y += METER_STEP) {
		for (unsigned int x = left; x < left + width; x += METER_STEP, nr++)
			sum += img->plane[0][(size_t)y * img->stride[0] + x];
	}
	return nr ? (double)sum / nr : 128;
}

/* The mean of what is measured becomes that of the whole. */
static double metered_light(const struct vc_image *img, const struct camera_look *look)
{
	double whole, part;

	if (look->metering == CAMERA_METERING_AVERAGE)
		return 1;
	whole = meter(img, 256) + 1;
	switch (look->metering) {
	case CAMERA_METERING_SPOT:
		part = meter(img, 26) + 1;
		break;
	case CAMERA_METERING_BACKLIT:
		part = meter(img, 128) + 1;
		break;
	default:
		part = (meter(img, 256) + meter(img, 128)) / 2 + 1;
		break;
	}
	return fmin(fmax(whole / part, .5), 2);
}

static double tone(const struct camera_look *look, double v)
{
	const double slope = look->contrast < 0 ? 1 + look->contrast : 1 + 2 * look->contrast;

	if (look->compression)
		v = 255 * pow(v / 255, 1 / (1 + look->compression * .2));
	return 128 + (v - 128) * slope + look->brightness * 255;
}

static uint8_t to_byte(double v)
{
	return v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)lround(v);
}

static void make_curves(struct camera_darkroom *room, const struct camera_look *look,
			double light)
{
	const double gains[3] = { look->red, 1, look->blue };

	for (int c = 0; c < 3; c++) {
		const double factor = light * pow(look->gain * gains[c], 1 / GAMMA);

		for (int v = 0; v < 256; v++) {
			const double lit = fmin(v * factor, 255);
			const double toned = fmin(fmax(tone(look, lit), 0), 255);

			room->curves[c][v] = to_byte(camera_effect_curve(look, c, toned));
		}
	}
}

/* Bytes are blue, green, red. */
static void apply_curves(const struct camera_darkroom *room, struct vc_image *img)
{
	for (unsigned int y = 0; y < img->height; y++) {
		uint8_t *p = img->plane[0] + (size_t)y * img->stride[0];

		for (unsigned int x = 0; x < img->width; x++, p += 4) {
			p[0] = room->curves[2][p[0]];
			p[1] = room->curves[1][p[1]];
			p[2] = room->curves[0][p[2]];
		}
	}
}

static double colours_of(const struct camera_look *look)
{
	return (1 + look->saturation) * camera_effect_colours(look);
}

static int light_up(struct camera_darkroom *room, const struct camera_look *look)
{
	struct vc_image *img = room->turned, *rgb;
	int ret;

	rgb = keep_image(&room->rgb, DRM_FORMAT_XRGB8888, img->width, img->height);
	if (!rgb)
		return -ENOMEM;
	make_curves(room, look, metered_light(img, look));
	ret = vc_image_convert(img, rgb);
	if (ret)
		return ret;
	apply_curves(room, rgb);
	return vc_image_convert(rgb, img);
}

static void each_chroma_byte(struct vc_image *img, unsigned int p, const uint8_t curve[256])
{
	for (unsigned int y = 0; y < (img->height + 1) / 2; y++) {
		uint8_t *line = img->plane[p] + (size_t)y * img->stride[p];

		for (unsigned int x = 0; x < (img->width + 1) / 2; x++)
			line[x] = curve[line[x]];
	}
}

static void colour(struct vc_image *img, double factor)
{
	uint8_t curve[256];

	for (int v = 0; v < 256; v++)
		curve[v] = to_byte(128 + (v - 128) * factor);
	each_chroma_byte(img, 1, curve);
	each_chroma_byte(img, 2, curve);
}

static void tint(struct vc_image *img, const struct camera_look *look)
{
	uint8_t curve[256];

	for (unsigned int p = 1; p < 3; p++) {
		memset(curve, look->tint[p - 1], sizeof(curve));
		each_chroma_byte(img, p, curve);
	}
}

static int finish(struct camera_darkroom *room, const struct camera_look *look)
{
	struct vc_image *img = room->turned, *tmp;

	if (colours_of(look) != 1)
		colour(img, colours_of(look));
	if (look->sharpness != 0 || camera_effect_has_filter(look)) {
		tmp = keep_image(&room->spare, DRM_FORMAT_YUV420, img->width, img->height);
		if (!tmp)
			return -ENOMEM;
		if (look->sharpness != 0)
			camera_effect_sharpen(look->sharpness, img, tmp);
		camera_effect_filter(look, img, tmp);
	}
	if (look->has_tint)
		tint(img, look);
	return 0;
}

/* -----------------------------------------------------------------------------
 * All of it
 */

struct vc_image *camera_develop_begin(struct camera_darkroom *room,
				      const struct camera_look *look, struct vc_image *dst)
{
	if (camera_look_is_plain(look))
		return dst;
	if (lies_down(look))
		return keep_image(&room->raw, DRM_FORMAT_YUV420, dst->height, dst->width);
	return keep_image(&room->raw, DRM_FORMAT_YUV420, dst->width, dst->height);
}

int camera_develop(struct camera_darkroom *room, const struct camera_look *look,
		   struct vc_image *dst)
{
	int ret;

	if (camera_look_is_plain(look))
		return 0;
	ret = arrange(room, look, dst);
	if (!ret && (camera_look_has_curves(look) || camera_effect_has_curve(look)))
		ret = light_up(room, look);
	if (!ret)
		ret = finish(room, look);
	return ret ? ret : vc_image_convert(room->turned, dst);
}
