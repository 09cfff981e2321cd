// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures of two fields made pictures of one.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "deinterlace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#define STILL		6	/* what noise does to a pixel that has not moved */
#define NR_PLANES	3

/** struct rows - a line and what is around it; @last is NULL without a picture before */
struct rows {
	const uint8_t *above;
	const uint8_t *here;
	const uint8_t *below;
	const uint8_t *last;
	const uint8_t *last_above;
	const uint8_t *last_below;
};

static bool is_still(uint8_t now, uint8_t before)
{
	return abs(now - before) <= STILL;
}

static void fill_line(const struct rows *rows, uint8_t *out, unsigned int width)
{
	for (unsigned int x = 0; x < width; x++) {
		if (rows->last && is_still(rows->here[x], rows->last[x]) &&
		    is_still(rows->above[x], rows->last_above[x]) &&
		    is_still(rows->below[x], rows->last_below[x]))
			out[x] = rows->here[x];
		else
			out[x] = (rows->above[x] + rows->below[x] + 1) / 2;
	}
}

static const uint8_t *line(const struct vc_image *img, unsigned int plane, unsigned int y)
{
	return img->plane[plane] + (size_t)y * img->stride[plane];
}

/* Lines @missing, @missing + 2 ... are of the other field. */
static void fill_plane(const struct vc_image *src, const struct vc_image *last,
		       struct vc_image *dst, unsigned int p, unsigned int missing)
{
	const unsigned int width = p ? (src->width + 1) / 2 : src->width;
	const unsigned int height = p ? (src->height + 1) / 2 : src->height;

	for (unsigned int y = 0; y < height; y++) {
		uint8_t *out = dst->plane[p] + (size_t)y * dst->stride[p];
		const unsigned int above = y ? y - 1 : y + 1 < height ? y + 1 : y;
		const unsigned int below = y + 1 < height ? y + 1 : above;
		const struct rows rows = {
			.above = line(src, p, above),
			.here = line(src, p, y),
			.below = line(src, p, below),
			.last = last ? line(last, p, y) : NULL,
			.last_above = last ? line(last, p, above) : NULL,
			.last_below = last ? line(last, p, below) : NULL,
		};

		if (y % 2 == missing)
			fill_line(&rows, out, width);
		else
			memcpy(out, rows.here, width);
	}
}

static bool is_alike(const struct vc_image *a, const struct vc_image *b)
{
	return a->format == DRM_FORMAT_YUV420 && b->format == a->format &&
	       a->width == b->width && a->height == b->height;
}

int vc_deinterlace(const struct vc_image *src, const struct vc_image *last, struct vc_image *dst,
		   bool is_top_first)
{
	if (!is_alike(src, dst) || (last && !is_alike(src, last)))
		return -EINVAL;
	for (unsigned int p = 0; p < NR_PLANES; p++)
		fill_plane(src, last, dst, p, is_top_first);
	return 0;
}
