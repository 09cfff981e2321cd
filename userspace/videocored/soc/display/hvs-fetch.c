// SPDX-License-Identifier: GPL-2.0
/*
 * Source pixels of HVS planes: pointers checked once, then rows unpacked, by
 * libyuv where it knows the format.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "hvs-fetch.h"

#include <errno.h>
#include <libyuv.h>
#include <stdbool.h>

#include "guest.h"

/* Where a component sits in the little-endian pixel word; 0 bits: not there. */
struct component {
	uint8_t shift;
	uint8_t bits;
};

struct layout {
	struct component a, r, g, b;
};

/* By format and ORDER, as vc4-display.md 3.10 gives them. */
static const struct layout layouts[8][4] = {
	[VC_HVS_RGB332] = {
		[2] = { { 0, 0 }, { 5, 3 }, { 2, 3 }, { 0, 2 } },
		[3] = { { 0, 0 }, { 0, 3 }, { 3, 3 }, { 6, 2 } },
	},
	[VC_HVS_RGBA4444] = {
		[0] = { { 0, 4 }, { 4, 4 }, { 8, 4 }, { 12, 4 } },
		[1] = { { 0, 4 }, { 12, 4 }, { 8, 4 }, { 4, 4 } },
		[2] = { { 12, 4 }, { 0, 4 }, { 4, 4 }, { 8, 4 } },
		[3] = { { 12, 4 }, { 8, 4 }, { 4, 4 }, { 0, 4 } },
	},
	[VC_HVS_RGBA5551] = {
		[2] = { { 15, 1 }, { 0, 5 }, { 5, 5 }, { 10, 5 } },
		[3] = { { 15, 1 }, { 10, 5 }, { 5, 5 }, { 0, 5 } },
	},
	[VC_HVS_RGB565] = {
		[2] = { { 0, 0 }, { 11, 5 }, { 5, 6 }, { 0, 5 } },
		[3] = { { 0, 0 }, { 0, 5 }, { 5, 6 }, { 11, 5 } },
	},
	[VC_HVS_RGB888] = {
		[2] = { { 0, 0 }, { 16, 8 }, { 8, 8 }, { 0, 8 } },
		[3] = { { 0, 0 }, { 0, 8 }, { 8, 8 }, { 16, 8 } },
	},
	[VC_HVS_RGBA8888] = {
		[0] = { { 0, 8 }, { 8, 8 }, { 16, 8 }, { 24, 8 } },
		[1] = { { 0, 8 }, { 24, 8 }, { 16, 8 }, { 8, 8 } },
		[2] = { { 24, 8 }, { 0, 8 }, { 8, 8 }, { 16, 8 } },
		[3] = { { 24, 8 }, { 16, 8 }, { 8, 8 }, { 0, 8 } },
	},
};

static int source_plane(struct vc_hvs_source *src, unsigned int mem,
			unsigned int width, unsigned int height,
			struct vc_guest_view *view)
{
	const struct vc_hvs_plane *plane = src->plane;
	uint32_t pitch = plane->pitch[mem] & 0xffff;
	uint64_t before = (uint64_t)pitch * (height - 1);
	uint64_t len = before + (uint64_t)width * vc_hvs_plane_cpp(plane, mem);
	uint32_t first = plane->ptr[mem];
	const uint8_t *mem0;

	if (plane->vflip) {
		if (before > first)
			return -EFAULT;
		first -= before;
	}
	mem0 = vc_guest_ptr(view, first, len);
	if (!mem0)
		return -EFAULT;
	src->row0[mem] = plane->vflip ? mem0 + before : mem0;
	src->stride[mem] = plane->vflip ? -(ptrdiff_t)pitch : (ptrdiff_t)pitch;
	return 0;
}

int vc_hvs_source_init(struct vc_hvs_source *src, const struct vc_hvs_plane *plane,
		       struct vc_guest_view *view)
{
	unsigned int mem;
	int ret = 0;

	src->plane = plane;
	if (plane->tiling)
		return -EOPNOTSUPP;
	if (plane->is_yuv ? plane->order > 1 : !layouts[plane->format & 7][plane->order].r.bits)
		return -EOPNOTSUPP;
	for (mem = 0; mem < plane->nr_mem && !ret; mem++) {
		if (mem == 0)
			ret = source_plane(src, mem, plane->src_w, plane->src_h, view);
		else
			ret = source_plane(src, mem, plane->chroma_w, plane->chroma_h, view);
	}
	return ret;
}

/* Widen to 8 bits by repeating the pattern, as RGBA_EXPAND "round" does. */
static uint32_t expand(uint32_t word, struct component c)
{
	uint32_t v = (word >> c.shift) & ((1u << c.bits) - 1);

	switch (c.bits) {
	case 0:
		return 255;
	case 1:
		return v * 255;
	case 2:
		return v * 0x55;
	case 3:
		return v << 5 | v << 2 | v >> 1;
	case 4:
		return v * 0x11;
	case 8:
		return v;
	default:
		return v << (8 - c.bits) | v >> (2 * c.bits - 8);
	}
}

static void fetch_any(const uint8_t *in, unsigned int cpp, const struct layout *l,
		      unsigned int width, uint32_t *out)
{
	unsigned int x, byte;
	uint32_t word;

	for (x = 0; x < width; x++, in += cpp) {
		word = 0;
		for (byte = 0; byte < cpp; byte++)
			word |= (uint32_t)in[byte] << (8 * byte);
		out[x] = expand(word, l->a) << 24 | expand(word, l->r) << 16 |
			 expand(word, l->g) << 8 | expand(word, l->b);
	}
}

/* The common formats; false if there is no quick way. libyuv names byte orders. */
static bool fetch_quick(const struct vc_hvs_plane *plane, const uint8_t *in, uint32_t *out)
{
	uint8_t *bytes = (uint8_t *)out;
	int w = plane->src_w;

	switch (plane->format << 2 | plane->order) {
	case VC_HVS_RGBA8888 << 2 | 3:
		return !ARGBCopy(in, w * 4, bytes, w * 4, w, 1);
	case VC_HVS_RGBA8888 << 2 | 2:
		return !ABGRToARGB(in, w * 4, bytes, w * 4, w, 1);
	case VC_HVS_RGB888 << 2 | 2:
		return !RGB24ToARGB(in, w * 3, bytes, w * 4, w, 1);
	case VC_HVS_RGB888 << 2 | 3:
		return !RAWToARGB(in, w * 3, bytes, w * 4, w, 1);
	case VC_HVS_RGB565 << 2 | 2:
		return !RGB565ToARGB(in, w * 2, bytes, w * 4, w, 1);
	default:
		return false;
	}
}

void vc_hvs_fetch_rgb(const struct vc_hvs_source *src, unsigned int y, uint32_t *out)
{
	const struct vc_hvs_plane *plane = src->plane;
	const uint8_t *in = src->row0[0] + (ptrdiff_t)y * src->stride[0];

	if (!fetch_quick(plane, in, out))
		fetch_any(in, vc_hvs_plane_cpp(plane, 0),
			  &layouts[plane->format & 7][plane->order], plane->src_w, out);
}

const uint8_t *vc_hvs_fetch_luma(const struct vc_hvs_source *src, unsigned int y)
{
	return src->row0[0] + (ptrdiff_t)y * src->stride[0];
}

static void interleave(const uint8_t *cb, const uint8_t *cr, unsigned int width, uint8_t *out)
{
	unsigned int x;

	for (x = 0; x < width; x++) {
		out[2 * x] = cb[x];
		out[2 * x + 1] = cr[x];
	}
}

/* ORDER 0: Cb comes first, be it in a byte pair or in PTR1. */
void vc_hvs_fetch_chroma(const struct vc_hvs_source *src, unsigned int y, uint8_t *out)
{
	const struct vc_hvs_plane *plane = src->plane;
	const uint8_t *first = src->row0[1] + (ptrdiff_t)y * src->stride[1];
	const uint8_t *second;

	if (plane->nr_mem == 2) {
		unsigned int w = plane->chroma_w, x;

		for (x = 0; x < w; x++) {
			out[2 * x] = first[2 * x + plane->order];
			out[2 * x + 1] = first[2 * x + 1 - plane->order];
		}
		return;
	}
	second = src->row0[2] + (ptrdiff_t)y * src->stride[2];
	if (plane->order)
		interleave(second, first, plane->chroma_w, out);
	else
		interleave(first, second, plane->chroma_w, out);
}
