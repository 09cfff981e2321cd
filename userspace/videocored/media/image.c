// SPDX-License-Identifier: GPL-2.0
/*
 * Images: formats, memory layout, parts.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "image.h"
#include "image-priv.h"

#define LINE_ALIGN 64

static const struct vc_format formats[] = {
	/* fourcc, class, planes, bytes per pixel of plane 0, of a chroma sample */
	{ DRM_FORMAT_XRGB8888, VC_CLASS_RGB, 1, 4, 0 },
	{ DRM_FORMAT_ARGB8888, VC_CLASS_RGB, 1, 4, 0 },
	{ DRM_FORMAT_XBGR8888, VC_CLASS_RGB, 1, 4, 0 },
	{ DRM_FORMAT_RGBX8888, VC_CLASS_RGB, 1, 4, 0 },
	{ DRM_FORMAT_BGRX8888, VC_CLASS_RGB, 1, 4, 0 },
	{ DRM_FORMAT_RGB888,   VC_CLASS_RGB, 1, 3, 0 },
	{ DRM_FORMAT_BGR888,   VC_CLASS_RGB, 1, 3, 0 },
	{ DRM_FORMAT_RGB565,   VC_CLASS_RGB, 1, 2, 0 },
	{ DRM_FORMAT_YUV420,   VC_CLASS_YUV420, 3, 1, 1 },
	{ DRM_FORMAT_YVU420,   VC_CLASS_YUV420, 3, 1, 1 },
	{ DRM_FORMAT_NV12,     VC_CLASS_YUV420, 2, 1, 2 },
	{ DRM_FORMAT_NV21,     VC_CLASS_YUV420, 2, 1, 2 },
	{ DRM_FORMAT_YUYV,     VC_CLASS_YUV422, 1, 2, 0 },
	{ DRM_FORMAT_YVYU,     VC_CLASS_YUV422, 1, 2, 0 },
	{ DRM_FORMAT_UYVY,     VC_CLASS_YUV422, 1, 2, 0 },
	{ DRM_FORMAT_VYUY,     VC_CLASS_YUV422, 1, 2, 0 },
};

const struct vc_format *vc_format_find(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].fourcc == fourcc)
			return &formats[i];
	return NULL;
}

bool vc_image_format_known(uint32_t format)
{
	return vc_format_find(format) != NULL;
}

bool vc_image_format_is_yuv(uint32_t format)
{
	const struct vc_format *fmt = vc_format_find(format);

	return fmt && fmt->class != VC_CLASS_RGB;
}

/* Bytes that carry pixels in a line of @plane. */
static unsigned int line_bytes(const struct vc_format *fmt, unsigned int plane,
			       unsigned int width)
{
	if (plane)
		return (width + 1) / 2 * fmt->chroma_cpp;
	if (fmt->class == VC_CLASS_YUV422)
		width += width & 1;
	return width * fmt->cpp;
}

static unsigned int plane_stride(const struct vc_format *fmt, unsigned int plane,
				 unsigned int stride)
{
	return plane && fmt->chroma_cpp == 1 ? (stride + 1) / 2 : stride;
}

static unsigned int plane_lines(unsigned int plane, unsigned int lines)
{
	return plane ? (lines + 1) / 2 : lines;
}

int vc_image_wrap(struct vc_image *img, uint32_t format, unsigned int width,
		  unsigned int height, unsigned int stride, unsigned int lines,
		  void *mem, size_t len)
{
	const struct vc_format *fmt = vc_format_find(format);
	struct vc_image out = { .format = format, .width = width, .height = height };
	uint64_t offset = 0;

	if (!fmt || !width || !height || width > VC_IMAGE_MAX || height > VC_IMAGE_MAX ||
	    lines < height)
		return -EINVAL;
	for (unsigned int p = 0; p < fmt->planes; p++) {
		unsigned int pitch = plane_stride(fmt, p, stride);
		unsigned int used = line_bytes(fmt, p, width);

		/* The last line need not be padded. */
		if (used > pitch || offset + (plane_lines(p, height) - 1ULL) * pitch + used > len)
			return -EINVAL;
		out.plane[p] = (uint8_t *)mem + offset;
		out.stride[p] = pitch;
		offset += (uint64_t)pitch * plane_lines(p, lines);
	}
	*img = out;
	return 0;
}

struct vc_image *vc_image_create(uint32_t format, unsigned int width, unsigned int height)
{
	const struct vc_format *fmt = vc_format_find(format);
	struct vc_image *img;
	unsigned int stride;
	void *mem;
	size_t len;

	if (!fmt || !width || !height || width > VC_IMAGE_MAX || height > VC_IMAGE_MAX)
		return NULL;
	/* Twice, so that planar chroma lines are aligned too. */
	stride = line_bytes(fmt, 0, width) + 2 * LINE_ALIGN - 1;
	stride -= stride % (2 * LINE_ALIGN);
	len = (size_t)stride * (height + (fmt->planes > 1 ? height + 2 : 0));
	img = calloc(1, sizeof(*img));
	if (!img)
		return NULL;
	if (posix_memalign(&mem, LINE_ALIGN, len)) {
		free(img);
		return NULL;
	}
	memset(mem, 0, len);
	vc_image_wrap(img, format, width, height, stride, height, mem, len);
	img->mem = mem;
	return img;
}

void vc_image_destroy(struct vc_image *img)
{
	if (!img)
		return;
	free(img->mem);
	free(img);
}

int vc_image_crop(const struct vc_image *img, struct vc_image *part, unsigned int x,
		  unsigned int y, unsigned int width, unsigned int height)
{
	const struct vc_format *fmt = vc_format_find(img->format);
	struct vc_image out = *img;

	if (!fmt || (fmt->class != VC_CLASS_RGB && (x | y) & 1) || !width || !height ||
	    x > img->width || y > img->height ||
	    width > img->width - x || height > img->height - y)
		return -EINVAL;
	out.width = width;
	out.height = height;
	out.mem = NULL;
	for (unsigned int p = 0; p < fmt->planes; p++)
		out.plane[p] += (size_t)plane_lines(p, y) * img->stride[p] + line_bytes(fmt, p, x);
	*part = out;
	return 0;
}
