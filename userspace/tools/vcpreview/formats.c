// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel formats: their names on both sides, and how pictures lie in memory.
 *
 * DRM names components from the most significant end of a little-endian word,
 * V4L2's 24-bit names are in the order of bytes: XR24 and RG24 have blue first.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <string.h>
#include <strings.h>

#include <drm_fourcc.h>
#include <linux/videodev2.h>

#include "vcpreview.h"

static const struct vcp_format formats[] = {
	{ "NV12", DRM_FORMAT_NV12, { V4L2_PIX_FMT_NV12, 0 }, 2, 8, true },
	{ "YU12", DRM_FORMAT_YUV420, { V4L2_PIX_FMT_YUV420, 0 }, 3, 8, true },
	{ "XR24", DRM_FORMAT_XRGB8888, { V4L2_PIX_FMT_XBGR32, V4L2_PIX_FMT_BGR32 }, 1, 32, false },
	{ "XB24", DRM_FORMAT_XBGR8888, { V4L2_PIX_FMT_RGBX32, 0 }, 1, 32, false },
	{ "RG16", DRM_FORMAT_RGB565, { V4L2_PIX_FMT_RGB565, 0 }, 1, 16, false },
	{ "RG24", DRM_FORMAT_RGB888, { V4L2_PIX_FMT_BGR24, 0 }, 1, 24, false },
	{ "BG24", DRM_FORMAT_BGR888, { V4L2_PIX_FMT_RGB24, 0 }, 1, 24, false },
};

#define NR_FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct vcp_format *vcp_format_at(unsigned int index)
{
	return index < NR_FORMATS ? &formats[index] : NULL;
}

const struct vcp_format *vcp_format_find(const char *name)
{
	for (unsigned int i = 0; i < NR_FORMATS; i++)
		if (!strcasecmp(name, formats[i].name))
			return &formats[i];
	return NULL;
}

unsigned int vcp_plane_lines(const struct vcp_layout *layout, unsigned int plane)
{
	return plane ? layout->height / 2 : layout->height;
}

void vcp_layout_set(struct vcp_layout *layout, const struct vcp_format *format,
		    unsigned int width, unsigned int height, unsigned int pitch)
{
	memset(layout, 0, sizeof(*layout));
	layout->width = width;
	layout->height = height;
	for (unsigned int p = 0; p < format->planes; p++) {
		layout->pitch[p] = p && format->planes == 3 ? pitch / 2 : pitch;
		layout->offset[p] = layout->size;
		layout->size += (size_t)layout->pitch[p] * vcp_plane_lines(layout, p);
	}
}

/* Bytes of a line that carry pixels. */
static size_t line_bytes(const struct vcp_format *format, const struct vcp_layout *layout,
			 unsigned int plane)
{
	size_t bytes = (size_t)layout->width * format->bpp / 8;

	return plane && format->planes == 3 ? bytes / 2 : bytes;
}

void vcp_fill_black(const struct vcp_format *format, const struct vcp_layout *layout, void *mem)
{
	memset(mem, 0, layout->size);
	if (format->is_yuv)
		memset((char *)mem + layout->offset[1], 128, layout->size - layout->offset[1]);
}

size_t vcp_copy_picture(const struct vcp_format *format, const struct vcp_layout *from,
			const void *src, const struct vcp_layout *to, void *dst)
{
	size_t copied = 0;

	for (unsigned int p = 0; p < format->planes; p++) {
		const char *in = (const char *)src + from->offset[p];
		char *out = (char *)dst + to->offset[p];
		size_t bytes = line_bytes(format, from, p);

		for (unsigned int y = 0; y < vcp_plane_lines(from, p); y++) {
			memcpy(out, in, bytes);
			in += from->pitch[p];
			out += to->pitch[p];
			copied += bytes;
		}
	}
	return copied;
}
