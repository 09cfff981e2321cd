// SPDX-License-Identifier: GPL-2.0
/*
 * The HVS's composition. Every plane goes through a pipe that gives one output
 * line at a time: fetch, scale, convert, mirror, blend. Planar YUV at 1:1,
 * which is what cameras and decoders show, has a way of its own by libyuv.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "hvs-compose.h"

#include <errno.h>
#include <libyuv.h>
#include <stdlib.h>
#include <string.h>

#include "hvs-blend.h"
#include "hvs-fetch.h"
#include "hvs-scale.h"

/**
 * struct pipe - one plane on its way to the screen
 * @plane: the plane
 * @src: its pixels
 * @rgb: scaler of RGB, or NULL at 1:1
 * @luma: scaler of luma, or NULL at 1:1
 * @chroma: scaler of chroma
 * @csc: YUV to RGB
 * @row: one output line
 * @luma_row: the same before conversion
 * @chroma_row: the same before conversion
 */
struct pipe {
	const struct vc_hvs_plane *plane;
	struct vc_hvs_source src;
	struct vc_hvs_scale *rgb;
	struct vc_hvs_scale *luma;
	struct vc_hvs_scale *chroma;
	struct vc_hvs_csc csc;
	uint32_t *row;
	uint8_t *luma_row;
	uint8_t *chroma_row;
};

static bool is_scaled(const struct vc_hvs_scaler *scaler)
{
	return scaler->h.filter != VC_HVS_FILTER_NONE ||
	       scaler->v.filter != VC_HVS_FILTER_NONE;
}

static void pipe_fetch_rgb(void *arg, unsigned int y, uint8_t *row)
{
	vc_hvs_fetch_rgb(arg, y, (uint32_t *)row);
}

static void pipe_fetch_luma(void *arg, unsigned int y, uint8_t *row)
{
	struct vc_hvs_source *src = arg;

	memcpy(row, vc_hvs_fetch_luma(src, y), src->plane->src_w);
}

static void pipe_fetch_chroma(void *arg, unsigned int y, uint8_t *row)
{
	vc_hvs_fetch_chroma(arg, y, row);
}

static struct vc_hvs_scale *pipe_scaler(struct pipe *pipe, const uint32_t *ram,
					const struct vc_hvs_scaler *scaler,
					unsigned int nr_comp, vc_hvs_row_fn fetch)
{
	const struct vc_hvs_plane *plane = pipe->plane;
	bool is_chroma = nr_comp == 2;
	struct vc_hvs_scale_desc desc = {
		.scaler = scaler,
		.ram = ram,
		.nr_comp = nr_comp,
		.src_w = is_chroma ? plane->chroma_w : plane->src_w,
		.src_h = is_chroma ? plane->chroma_h : plane->src_h,
		.dst_w = plane->dst_w,
		.dst_h = plane->dst_h,
		.fetch = fetch,
		.arg = &pipe->src,
	};

	return vc_hvs_scale_create(&desc);
}

static int pipe_init_yuv(struct pipe *pipe, const uint32_t *ram)
{
	const struct vc_hvs_plane *plane = pipe->plane;

	vc_hvs_csc_unpack(&pipe->csc, plane->csc);
	pipe->chroma_row = malloc(plane->dst_w * 2);
	pipe->chroma = pipe_scaler(pipe, ram, &plane->chroma, 2, pipe_fetch_chroma);
	if (!pipe->chroma_row || !pipe->chroma)
		return -ENOMEM;
	if (!is_scaled(&plane->luma))
		return 0;
	pipe->luma_row = malloc(plane->dst_w);
	pipe->luma = pipe_scaler(pipe, ram, &plane->luma, 1, pipe_fetch_luma);
	return pipe->luma_row && pipe->luma ? 0 : -ENOMEM;
}

static void pipe_fini(struct pipe *pipe)
{
	vc_hvs_scale_destroy(pipe->rgb);
	vc_hvs_scale_destroy(pipe->luma);
	vc_hvs_scale_destroy(pipe->chroma);
	free(pipe->row);
	free(pipe->luma_row);
	free(pipe->chroma_row);
}

/* @pipe has plane and src set, all else zero. */
static int pipe_init(struct pipe *pipe, const uint32_t *ram)
{
	const struct vc_hvs_plane *plane = pipe->plane;
	int ret = 0;

	pipe->row = malloc(plane->dst_w * sizeof(*pipe->row));
	if (!pipe->row)
		return -ENOMEM;
	if (plane->is_yuv) {
		ret = pipe_init_yuv(pipe, ram);
	} else if (is_scaled(&plane->luma)) {
		pipe->rgb = pipe_scaler(pipe, ram, &plane->luma, 4, pipe_fetch_rgb);
		ret = pipe->rgb ? 0 : -ENOMEM;
	}
	if (ret)
		pipe_fini(pipe);
	return ret;
}

static void mirror(uint32_t *row, unsigned int nr)
{
	unsigned int i;
	uint32_t v;

	for (i = 0; i < nr / 2; i++) {
		v = row[i];
		row[i] = row[nr - 1 - i];
		row[nr - 1 - i] = v;
	}
}

/* Output line @y of the plane, dst_w pixels. */
static const uint32_t *pipe_row(struct pipe *pipe, unsigned int y)
{
	const struct vc_hvs_plane *plane = pipe->plane;
	const uint8_t *luma = pipe->luma_row;

	if (plane->is_yuv) {
		vc_hvs_scale_row(pipe->chroma, y, pipe->chroma_row);
		if (pipe->luma)
			vc_hvs_scale_row(pipe->luma, y, pipe->luma_row);
		else
			luma = vc_hvs_fetch_luma(&pipe->src, y);
		vc_hvs_csc_row(&pipe->csc, luma, pipe->chroma_row, pipe->row, plane->dst_w);
	} else if (pipe->rgb) {
		vc_hvs_scale_row(pipe->rgb, y, (uint8_t *)pipe->row);
	} else {
		vc_hvs_fetch_rgb(&pipe->src, y, pipe->row);
	}
	if (plane->hflip)
		mirror(pipe->row, plane->dst_w);
	return pipe->row;
}

static uint32_t *dst_row(const struct vc_image *dst, unsigned int y)
{
	return (uint32_t *)(dst->plane[0] + (size_t)y * dst->stride[0]);
}

/* The hardware has no negative positions; what hangs over is cut off. */
static int compose_by_rows(struct pipe *pipe, const uint32_t *ram, struct vc_image *dst)
{
	const struct vc_hvs_plane *plane = pipe->plane;
	unsigned int nr, y;
	int ret;

	if (plane->x >= dst->width || plane->y >= dst->height)
		return 0;
	nr = dst->width - plane->x;
	nr = plane->dst_w < nr ? plane->dst_w : nr;
	ret = pipe_init(pipe, ram);
	if (ret)
		return ret;
	for (y = 0; y < plane->dst_h && plane->y + y < dst->height; y++)
		vc_hvs_blend_row(plane, pipe_row(pipe, y),
				 dst_row(dst, plane->y + y) + plane->x, nr);
	pipe_fini(pipe);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Planar YUV at 1:1
 */

static bool is_plain_yuv(const struct vc_hvs_plane *plane, const struct vc_image *dst)
{
	return plane->is_yuv && !is_scaled(&plane->luma) && !plane->hflip &&
	       plane->chroma_w * 2 == plane->src_w &&
	       !(plane->src_h & 1) && !vc_hvs_plane_has_alpha(plane) &&
	       plane->x + plane->dst_w <= dst->width &&
	       plane->y + plane->dst_h <= dst->height;
}

/* Chroma pairs for every luma pixel, @out; in the order they have in memory. */
static int enlarge_chroma(const struct vc_hvs_source *src, uint8_t *out)
{
	const struct vc_hvs_plane *plane = src->plane;
	unsigned int w = plane->chroma_w, h = plane->chroma_h;
	const uint8_t *pairs = src->row0[1];
	ptrdiff_t stride = src->stride[1];
	uint8_t *merged = NULL;

	if (plane->nr_mem == 3) {
		merged = malloc((size_t)w * 2 * h);
		if (!merged)
			return -ENOMEM;
		MergeUVPlane(src->row0[1], src->stride[1], src->row0[2], src->stride[2],
			     merged, w * 2, w, h);
		pairs = merged;
		stride = w * 2;
	}
	UVScale(pairs, stride, w, h, out, plane->src_w * 2, plane->src_w, plane->src_h,
		kFilterBilinear);
	free(merged);
	return 0;
}

/*
 * Chroma is interpolated linearly here and centred between its luma pixels, as
 * 7.3 sets it up; the driver of 6.12 has it half a luma pixel further left.
 */
static int compose_plain_yuv(const struct vc_hvs_source *src, struct vc_image *dst)
{
	const struct vc_hvs_plane *plane = src->plane;
	size_t stride = plane->src_w * 2;
	struct vc_hvs_csc csc;
	uint8_t *chroma;
	unsigned int y;
	int ret;

	chroma = malloc(stride * plane->src_h);
	if (!chroma)
		return -ENOMEM;
	ret = enlarge_chroma(src, chroma);
	vc_hvs_csc_unpack(&csc, plane->csc);
	if (plane->order)
		vc_hvs_csc_swap(&csc);
	for (y = 0; y < plane->src_h && !ret; y++)
		vc_hvs_csc_row(&csc, vc_hvs_fetch_luma(src, y), chroma + y * stride,
			       dst_row(dst, plane->y + y) + plane->x, plane->src_w);
	free(chroma);
	return ret;
}

/* -----------------------------------------------------------------------------
 * The frame
 */

static int compose_plane(const struct vc_hvs_scene *scene, const struct vc_hvs_plane *plane,
			 struct vc_guest_view *view, struct vc_image *dst)
{
	struct pipe pipe = { .plane = plane };
	int ret;

	ret = vc_hvs_source_init(&pipe.src, plane, view);
	if (ret)
		return ret;
	if (is_plain_yuv(plane, dst))
		return compose_plain_yuv(&pipe.src, dst);
	return compose_by_rows(&pipe, scene->ram, dst);
}

static void fill(struct vc_image *dst, uint32_t colour)
{
	unsigned int x, y;
	uint32_t *row;

	for (y = 0; y < dst->height; y++) {
		row = dst_row(dst, y);
		for (x = 0; x < dst->width; x++)
			row[x] = colour;
	}
}

static uint32_t matrix_row(const int factor[3], int offset, int r, int g, int b)
{
	int v = ((factor[0] * r + factor[1] * g + factor[2] * b + 256) >> 9) + offset;

	return v < 0 ? 0 : v > 255 ? 255 : v;
}

static uint32_t apply_ctm(const struct vc_hvs_scene *scene, uint32_t pixel)
{
	int r = pixel >> 16 & 255, g = pixel >> 8 & 255, b = pixel & 255;

	return (pixel & 0xff000000) |
	       matrix_row(scene->ctm[0], scene->ctm_offset[0], r, g, b) << 16 |
	       matrix_row(scene->ctm[1], scene->ctm_offset[1], r, g, b) << 8 |
	       matrix_row(scene->ctm[2], scene->ctm_offset[2], r, g, b);
}

static uint32_t apply_gamma(const struct vc_hvs_scene *scene, uint32_t pixel)
{
	return (pixel & 0xff000000) | scene->gamma[0][pixel >> 16 & 255] << 16 |
	       scene->gamma[1][pixel >> 8 & 255] << 8 | scene->gamma[2][pixel & 255];
}

static void correct_colours(const struct vc_hvs_scene *scene, struct vc_image *dst)
{
	unsigned int x, y;
	uint32_t *row;

	for (y = 0; y < dst->height; y++) {
		row = dst_row(dst, y);
		for (x = 0; x < dst->width && scene->has_ctm; x++)
			row[x] = apply_ctm(scene, row[x]);
		for (x = 0; x < dst->width && scene->has_gamma; x++)
			row[x] = apply_gamma(scene, row[x]);
	}
}

int vc_hvs_compose(const struct vc_hvs_scene *scene, struct vc_guest_view *view,
		   struct vc_image *dst)
{
	int nr_left_out = scene->list.nr_bad;
	unsigned int i;
	int ret;

	fill(dst, scene->background & 0xffffff);
	for (i = 0; i < scene->list.nr_planes; i++) {
		ret = compose_plane(scene, &scene->list.plane[i], view, dst);
		if (ret == -ENOMEM)
			return ret;
		if (ret)
			nr_left_out++;
	}
	if (scene->has_ctm || scene->has_gamma)
		correct_colours(scene, dst);
	return nr_left_out;
}

bool vc_hvs_plane_is_on_top(const struct vc_hvs_list *list, unsigned int index)
{
	const struct vc_hvs_plane *a = &list->plane[index];
	const struct vc_hvs_plane *b;

	for (b = a + 1; b < &list->plane[list->nr_planes]; b++) {
		if (a->x < b->x + b->dst_w && b->x < a->x + a->dst_w &&
		    a->y < b->y + b->dst_h && b->y < a->y + a->dst_h)
			return false;
	}
	return true;
}
