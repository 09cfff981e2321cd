// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion and scaling of images by libyuv.
 *
 * Every format converts to and from one of two pivots without a change of
 * colours: XRGB8888 for RGB formats, YUV420 for YUV formats. Only the step
 * from pivot to pivot calculates colours. Names: libyuv counts components from
 * the first byte in memory for RAW and RGB24 (R,G,B and B,G,R) but from the
 * most significant byte of a word for the 32-bit formats, DRM always the latter.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>

#include <drm_fourcc.h>
#include <libyuv.h>

#include "image.h"
#include "image-priv.h"

/* Lines converted at a time: what lies between two steps stays in the cache. */
#define STRIP_LINES 16

typedef int (*convert_fn)(const struct vc_image *src, const struct vc_image *dst);

typedef int (*packed_fn)(const uint8_t *src, int src_stride, uint8_t *dst,
			 int dst_stride, int width, int height);

static int packed(packed_fn fn, const struct vc_image *src, const struct vc_image *dst)
{
	return fn(src->plane[0], src->stride[0], dst->plane[0], dst->stride[0],
		  src->width, src->height);
}

#define PACKED(name, fn)							\
static int name(const struct vc_image *src, const struct vc_image *dst)	\
{										\
	return packed(fn, src, dst);						\
}

PACKED(xrgb_to_xrgb, ARGBCopy)
PACKED(xbgr_to_xrgb, ABGRToARGB)
PACKED(xrgb_to_xbgr, ARGBToABGR)
PACKED(rgbx_to_xrgb, RGBAToARGB)
PACKED(xrgb_to_rgbx, ARGBToRGBA)
PACKED(bgrx_to_xrgb, BGRAToARGB)
PACKED(xrgb_to_bgrx, ARGBToBGRA)
PACKED(rgb888_to_xrgb, RGB24ToARGB)
PACKED(xrgb_to_rgb888, ARGBToRGB24)
PACKED(bgr888_to_xrgb, RAWToARGB)
PACKED(xrgb_to_bgr888, ARGBToRAW)
PACKED(rgb565_to_xrgb, RGB565ToARGB)
PACKED(xrgb_to_rgb565, ARGBToRGB565)

/* A picture that had no alpha is opaque. */
static int xrgb_to_argb(const struct vc_image *src, const struct vc_image *dst)
{
	int ret = packed(ARGBCopy, src, dst);

	for (unsigned int y = 0; y < dst->height; y++)
		for (unsigned int x = 0; x < dst->width; x++)
			dst->plane[0][(size_t)y * dst->stride[0] + x * 4 + 3] = 0xff;
	return ret;
}

/* The planes of a YUV420 or YVU420 image in the order Y, U, V. */
static unsigned int plane_u(const struct vc_image *img)
{
	return img->format == DRM_FORMAT_YVU420 ? 2 : 1;
}

static unsigned int plane_v(const struct vc_image *img)
{
	return 3 - plane_u(img);
}

static int planar_to_planar(const struct vc_image *src, const struct vc_image *dst)
{
	unsigned int su = plane_u(src), sv = plane_v(src);
	unsigned int du = plane_u(dst), dv = plane_v(dst);

	return I420Copy(src->plane[0], src->stride[0], src->plane[su], src->stride[su],
			src->plane[sv], src->stride[sv], dst->plane[0], dst->stride[0],
			dst->plane[du], dst->stride[du], dst->plane[dv], dst->stride[dv],
			src->width, src->height);
}

/* NV12 and NV21: u and v tell which chroma plane of the planar image comes first. */
static int semi_to_planar(const struct vc_image *src, const struct vc_image *dst)
{
	unsigned int u = src->format == DRM_FORMAT_NV21 ? 2 : 1;
	unsigned int v = 3 - u;

	return NV12ToI420(src->plane[0], src->stride[0], src->plane[1], src->stride[1],
			  dst->plane[0], dst->stride[0], dst->plane[u], dst->stride[u],
			  dst->plane[v], dst->stride[v], src->width, src->height);
}

static int planar_to_semi(const struct vc_image *src, const struct vc_image *dst)
{
	unsigned int u = dst->format == DRM_FORMAT_NV21 ? 2 : 1;
	unsigned int v = 3 - u;

	return I420ToNV12(src->plane[0], src->stride[0], src->plane[u], src->stride[u],
			  src->plane[v], src->stride[v], dst->plane[0], dst->stride[0],
			  dst->plane[1], dst->stride[1], src->width, src->height);
}

static bool luma_first(uint32_t format)
{
	return format == DRM_FORMAT_YUYV || format == DRM_FORMAT_YVYU;
}

static bool v_before_u(uint32_t format)
{
	return format == DRM_FORMAT_YVYU || format == DRM_FORMAT_VYUY;
}

static int grouped_to_planar(const struct vc_image *src, const struct vc_image *dst)
{
	unsigned int u = v_before_u(src->format) ? 2 : 1;
	unsigned int v = 3 - u;

	if (luma_first(src->format))
		return YUY2ToI420(src->plane[0], src->stride[0], dst->plane[0], dst->stride[0],
				  dst->plane[u], dst->stride[u], dst->plane[v], dst->stride[v],
				  src->width, src->height);
	return UYVYToI420(src->plane[0], src->stride[0], dst->plane[0], dst->stride[0],
			  dst->plane[u], dst->stride[u], dst->plane[v], dst->stride[v],
			  src->width, src->height);
}

static int planar_to_grouped(const struct vc_image *src, const struct vc_image *dst)
{
	unsigned int u = v_before_u(dst->format) ? 2 : 1;
	unsigned int v = 3 - u;

	if (luma_first(dst->format))
		return I420ToYUY2(src->plane[0], src->stride[0], src->plane[u], src->stride[u],
				  src->plane[v], src->stride[v], dst->plane[0], dst->stride[0],
				  src->width, src->height);
	return I420ToUYVY(src->plane[0], src->stride[0], src->plane[u], src->stride[u],
			  src->plane[v], src->stride[v], dst->plane[0], dst->stride[0],
			  src->width, src->height);
}

static int yuv_to_rgb(const struct vc_image *src, const struct vc_image *dst)
{
	return J420ToARGB(src->plane[0], src->stride[0], src->plane[1], src->stride[1],
			  src->plane[2], src->stride[2], dst->plane[0], dst->stride[0],
			  src->width, src->height);
}

static const struct YuvConstants *colours_of(bool is_bt709, bool is_full_range)
{
	if (is_full_range)
		return is_bt709 ? &kYuvF709Constants : &kYuvJPEGConstants;
	return is_bt709 ? &kYuvH709Constants : &kYuvI601Constants;
}

int vc_image_show(const struct vc_image *src, struct vc_image *dst, bool is_bt709,
		  bool is_full_range)
{
	if (src->format != DRM_FORMAT_YUV420 || dst->format != DRM_FORMAT_XRGB8888 ||
	    src->width != dst->width || src->height != dst->height)
		return -EINVAL;
	/* Displays do not repeat chroma, they interpolate it. */
	return I420ToARGBMatrixFilter(src->plane[0], src->stride[0], src->plane[1],
				      src->stride[1], src->plane[2], src->stride[2],
				      dst->plane[0], dst->stride[0],
				      colours_of(is_bt709, is_full_range), src->width,
				      src->height, kFilterBilinear) ? -EINVAL : 0;
}

static int rgb_to_yuv(const struct vc_image *src, const struct vc_image *dst)
{
	return ARGBToJ420(src->plane[0], src->stride[0], dst->plane[0], dst->stride[0],
			  dst->plane[1], dst->stride[1], dst->plane[2], dst->stride[2],
			  src->width, src->height);
}

static const struct converter {
	uint32_t format;
	convert_fn to_pivot;
	convert_fn from_pivot;
} converters[] = {
	{ DRM_FORMAT_XRGB8888, xrgb_to_xrgb, xrgb_to_xrgb },
	{ DRM_FORMAT_ARGB8888, xrgb_to_xrgb, xrgb_to_argb },
	{ DRM_FORMAT_XBGR8888, xbgr_to_xrgb, xrgb_to_xbgr },
	{ DRM_FORMAT_RGBX8888, rgbx_to_xrgb, xrgb_to_rgbx },
	{ DRM_FORMAT_BGRX8888, bgrx_to_xrgb, xrgb_to_bgrx },
	{ DRM_FORMAT_RGB888, rgb888_to_xrgb, xrgb_to_rgb888 },
	{ DRM_FORMAT_BGR888, bgr888_to_xrgb, xrgb_to_bgr888 },
	{ DRM_FORMAT_RGB565, rgb565_to_xrgb, xrgb_to_rgb565 },
	{ DRM_FORMAT_YUV420, planar_to_planar, planar_to_planar },
	{ DRM_FORMAT_YVU420, planar_to_planar, planar_to_planar },
	{ DRM_FORMAT_NV12, semi_to_planar, planar_to_semi },
	{ DRM_FORMAT_NV21, semi_to_planar, planar_to_semi },
	{ DRM_FORMAT_YUYV, grouped_to_planar, planar_to_grouped },
	{ DRM_FORMAT_YVYU, grouped_to_planar, planar_to_grouped },
	{ DRM_FORMAT_UYVY, grouped_to_planar, planar_to_grouped },
	{ DRM_FORMAT_VYUY, grouped_to_planar, planar_to_grouped },
};

static const struct converter *converter_find(uint32_t format)
{
	for (size_t i = 0; i < sizeof(converters) / sizeof(converters[0]); i++)
		if (converters[i].format == format)
			return &converters[i];
	return NULL;
}

static uint32_t pivot_of(uint32_t format)
{
	return vc_image_format_is_yuv(format) ? DRM_FORMAT_YUV420 : DRM_FORMAT_XRGB8888;
}

#define MAX_STEPS 3

/**
 * struct chain - the steps from one format to another
 * @step: functions, in order
 * @out: format each step gives
 * @nr: number of steps
 */
struct chain {
	convert_fn step[MAX_STEPS];
	uint32_t out[MAX_STEPS];
	unsigned int nr;
};

static void chain_add(struct chain *chain, convert_fn step, uint32_t out)
{
	chain->step[chain->nr] = step;
	chain->out[chain->nr++] = out;
}

static int chain_make(struct chain *chain, uint32_t from, uint32_t to)
{
	const struct converter *in = converter_find(from), *out = converter_find(to);
	uint32_t pivot_in = pivot_of(from), pivot_out = pivot_of(to);

	if (!in || !out)
		return -EINVAL;
	chain->nr = 0;
	if (from != pivot_in)
		chain_add(chain, in->to_pivot, pivot_in);
	if (pivot_in != pivot_out)
		chain_add(chain, pivot_out == DRM_FORMAT_YUV420 ? rgb_to_yuv : yuv_to_rgb,
			  pivot_out);
	if (to != pivot_out || !chain->nr)
		chain_add(chain, out->from_pivot, to);
	return 0;
}

static int chain_run(const struct chain *chain, const struct vc_image *src,
		     const struct vc_image *dst, struct vc_image *const tmp[])
{
	struct vc_image in = *src, out;

	for (unsigned int i = 0; i < chain->nr; i++) {
		if (i + 1 == chain->nr)
			out = *dst;
		else if (vc_image_crop(tmp[i], &out, 0, 0, src->width, src->height))
			return -EINVAL;
		if (chain->step[i](&in, &out))
			return -EINVAL;
		in = out;
	}
	return 0;
}

static int run_strips(const struct chain *chain, const struct vc_image *src,
		      const struct vc_image *dst, struct vc_image *const tmp[])
{
	for (unsigned int y = 0; y < src->height; y += STRIP_LINES) {
		unsigned int lines = src->height - y;
		struct vc_image from, to;
		int ret;

		if (lines > STRIP_LINES)
			lines = STRIP_LINES;
		ret = vc_image_crop(src, &from, 0, y, src->width, lines);
		if (!ret)
			ret = vc_image_crop(dst, &to, 0, y, src->width, lines);
		if (!ret)
			ret = chain_run(chain, &from, &to, tmp);
		if (ret)
			return ret;
	}
	return 0;
}

int vc_image_convert(const struct vc_image *src, struct vc_image *dst)
{
	struct vc_image *tmp[MAX_STEPS] = { NULL };
	struct chain chain;
	int ret = 0;

	if (src->width != dst->width || src->height != dst->height ||
	    chain_make(&chain, src->format, dst->format))
		return -EINVAL;
	for (unsigned int i = 0; i + 1 < chain.nr; i++) {
		tmp[i] = vc_image_create(chain.out[i], src->width, STRIP_LINES);
		if (!tmp[i])
			ret = -ENOMEM;
	}
	if (!ret)
		ret = run_strips(&chain, src, dst, tmp);
	for (unsigned int i = 0; i + 1 < chain.nr; i++)
		vc_image_destroy(tmp[i]);
	return ret;
}

/* A box takes part in every source pixel, which matters only below half size. */
static enum FilterMode filter_for(const struct vc_image *src, const struct vc_image *dst)
{
	return src->width > 2 * dst->width || src->height > 2 * dst->height ?
	       kFilterBox : kFilterBilinear;
}

int vc_image_scale(const struct vc_image *src, struct vc_image *dst)
{
	int ret;

	if (src->format != dst->format)
		return -EINVAL;
	if (src->format == DRM_FORMAT_XRGB8888)
		ret = ARGBScale(src->plane[0], src->stride[0], src->width, src->height,
				dst->plane[0], dst->stride[0], dst->width, dst->height,
				filter_for(src, dst));
	else if (src->format == DRM_FORMAT_YUV420)
		ret = I420Scale(src->plane[0], src->stride[0], src->plane[1], src->stride[1],
				src->plane[2], src->stride[2], src->width, src->height,
				dst->plane[0], dst->stride[0], dst->plane[1], dst->stride[1],
				dst->plane[2], dst->stride[2], dst->width, dst->height,
				filter_for(src, dst));
	else
		return -EINVAL;
	return ret ? -EINVAL : 0;
}
