// SPDX-License-Identifier: GPL-2.0
/*
 * Turn a picture over. Mirroring is a step the sensor does, so the source knows
 * nothing of it; libyuv mirrors only some of the camera's formats.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <string.h>

#include "camera-format.h"
#include "media/image.h"

typedef void (*mirror_fn)(const uint8_t *src, uint8_t *dst, unsigned int width);

static void mirror_1(const uint8_t *src, uint8_t *dst, unsigned int width)
{
	for (unsigned int x = 0; x < width; x++)
		dst[x] = src[width - 1 - x];
}

static void mirror_2(const uint8_t *src, uint8_t *dst, unsigned int width)
{
	for (unsigned int x = 0; x < width; x++)
		memcpy(dst + 2 * x, src + 2 * (width - 1 - x), 2);
}

static void mirror_3(const uint8_t *src, uint8_t *dst, unsigned int width)
{
	for (unsigned int x = 0; x < width; x++)
		memcpy(dst + 3 * x, src + 3 * (width - 1 - x), 3);
}

static void mirror_4(const uint8_t *src, uint8_t *dst, unsigned int width)
{
	for (unsigned int x = 0; x < width; x++)
		memcpy(dst + 4 * x, src + 4 * (width - 1 - x), 4);
}

/* Pairs of pixels with luma in bytes 0 and 2. */
static void mirror_luma_even(const uint8_t *src, uint8_t *dst, unsigned int width)
{
	for (unsigned int x = 0; x < width / 2; x++) {
		const uint8_t *from = src + 4 * (width / 2 - 1 - x);
		const uint8_t pair[4] = { from[2], from[1], from[0], from[3] };

		memcpy(dst + 4 * x, pair, 4);
	}
}

/* Pairs of pixels with luma in bytes 1 and 3. */
static void mirror_luma_odd(const uint8_t *src, uint8_t *dst, unsigned int width)
{
	for (unsigned int x = 0; x < width / 2; x++) {
		const uint8_t *from = src + 4 * (width / 2 - 1 - x);
		const uint8_t pair[4] = { from[0], from[3], from[2], from[1] };

		memcpy(dst + 4 * x, pair, 4);
	}
}

/**
 * struct flip_plane - how lines of one plane are mirrored
 * @mirror: one line
 * @sub: subsampling in both directions
 * @bytes: per element, of which @mirror's width counts
 */
struct flip_plane {
	mirror_fn mirror;
	unsigned int sub;
	unsigned int bytes;
};

static const struct flip_format {
	uint32_t drm;
	struct flip_plane plane[VC_IMAGE_PLANES];
} flip_formats[] = {
	{ DRM_FORMAT_YUV420, { { mirror_1, 1, 1 }, { mirror_1, 2, 1 }, { mirror_1, 2, 1 } } },
	{ DRM_FORMAT_YVU420, { { mirror_1, 1, 1 }, { mirror_1, 2, 1 }, { mirror_1, 2, 1 } } },
	{ DRM_FORMAT_NV12, { { mirror_1, 1, 1 }, { mirror_2, 2, 2 } } },
	{ DRM_FORMAT_NV21, { { mirror_1, 1, 1 }, { mirror_2, 2, 2 } } },
	{ DRM_FORMAT_YUYV, { { mirror_luma_even, 1, 2 } } },
	{ DRM_FORMAT_YVYU, { { mirror_luma_even, 1, 2 } } },
	{ DRM_FORMAT_UYVY, { { mirror_luma_odd, 1, 2 } } },
	{ DRM_FORMAT_VYUY, { { mirror_luma_odd, 1, 2 } } },
	{ DRM_FORMAT_RGB888, { { mirror_3, 1, 3 } } },
	{ DRM_FORMAT_BGR888, { { mirror_3, 1, 3 } } },
	{ DRM_FORMAT_XRGB8888, { { mirror_4, 1, 4 } } },
	{ DRM_FORMAT_XBGR8888, { { mirror_4, 1, 4 } } },
	{ DRM_FORMAT_BGRX8888, { { mirror_4, 1, 4 } } },
	{ DRM_FORMAT_RGBX8888, { { mirror_4, 1, 4 } } },
	{ DRM_FORMAT_RGB565, { { mirror_2, 1, 2 } } },
};

static void flip_plane(const struct flip_plane *how, const struct vc_image *src,
		       struct vc_image *dst, unsigned int p, unsigned int flip)
{
	unsigned int width = src->width / how->sub;
	unsigned int height = src->height / how->sub;

	for (unsigned int y = 0; y < height; y++) {
		unsigned int from = flip & CAMERA_FLIP_VERTICAL ? height - 1 - y : y;
		const uint8_t *in = src->plane[p] + (size_t)from * src->stride[p];
		uint8_t *out = dst->plane[p] + (size_t)y * dst->stride[p];

		if (flip & CAMERA_FLIP_HORIZONTAL)
			how->mirror(in, out, width);
		else
			memcpy(out, in, (size_t)width * how->bytes);
	}
}

int camera_flip(const struct vc_image *src, struct vc_image *dst, unsigned int flip)
{
	const struct flip_format *fmt = NULL;

	for (size_t i = 0; i < sizeof(flip_formats) / sizeof(flip_formats[0]); i++)
		if (flip_formats[i].drm == src->format)
			fmt = &flip_formats[i];
	if (!fmt || dst->format != src->format || dst->width != src->width ||
	    dst->height != src->height)
		return -EINVAL;
	for (unsigned int p = 0; p < VC_IMAGE_PLANES && fmt->plane[p].mirror; p++)
		flip_plane(&fmt->plane[p], src, dst, p, flip);
	return 0;
}
