// SPDX-License-Identifier: GPL-2.0
/*
 * What the transposer writes (vc4-display.md 7).
 *
 * Copyright (C) 2026 vc-media project
 */
#include "txp-format.h"

#include <errno.h>
#include <stddef.h>

#include "guest.h"
#include "image.h"

/* Shift and width of each component in the little-endian pixel word. */
struct layout {
	uint8_t cpp;
	uint8_t a_shift, r_shift, g_shift, b_shift;
	uint8_t a_bits, r_bits, g_bits, b_bits;
};

static const struct layout layouts[16] = {
	[0]  = { 2, 12, 0, 4, 8, 4, 4, 4, 4 },		/* ABGR4444 */
	[1]  = { 2, 12, 8, 4, 0, 4, 4, 4, 4 },		/* ARGB4444 */
	[2]  = { 2, 0, 4, 8, 12, 4, 4, 4, 4 },		/* BGRA4444 */
	[3]  = { 2, 0, 12, 8, 4, 4, 4, 4, 4 },		/* RGBA4444 */
	[6]  = { 2, 0, 0, 5, 11, 0, 5, 6, 5 },		/* BGR565 */
	[7]  = { 2, 0, 11, 5, 0, 0, 5, 6, 5 },		/* RGB565 */
	[8]  = { 3, 0, 0, 8, 16, 0, 8, 8, 8 },		/* BGR888 */
	[9]  = { 3, 0, 16, 8, 0, 0, 8, 8, 8 },		/* RGB888 */
	[12] = { 4, 24, 0, 8, 16, 8, 8, 8, 8 },		/* ABGR8888 */
	[13] = { 4, 24, 16, 8, 0, 8, 8, 8, 8 },		/* ARGB8888 */
	[14] = { 4, 0, 8, 16, 24, 8, 8, 8, 8 },		/* BGRA8888 */
	[15] = { 4, 0, 24, 16, 8, 8, 8, 8, 8 },		/* RGBA8888 */
};

static uint32_t pack(const struct layout *l, uint32_t argb)
{
	uint32_t word = (argb >> 16 & 255) >> (8 - l->r_bits) << l->r_shift |
			(argb >> 8 & 255) >> (8 - l->g_bits) << l->g_shift |
			(argb & 255) >> (8 - l->b_bits) << l->b_shift;

	if (l->a_bits)
		word |= (argb >> 24) >> (8 - l->a_bits) << l->a_shift;
	return word;
}

static void store_row(const struct vc_txp_target *dst, const struct layout *l,
		      const uint32_t *in, uint8_t *out)
{
	unsigned int x, byte;
	uint32_t word;

	for (x = 0; x < dst->width; x++, out += l->cpp) {
		word = in[x];
		if (!dst->keeps_alpha)
			word = (word & 0xffffff) | (uint32_t)dst->alpha << 24;
		word = pack(l, word);
		for (byte = 0; byte < l->cpp; byte++)
			out[byte] = word >> (8 * byte);
	}
}

int vc_txp_store(const struct vc_txp_target *dst, const struct vc_image *img,
		 struct vc_guest_view *view)
{
	const struct layout *l = &layouts[dst->format & 15];
	uint64_t len;
	uint8_t *mem;
	unsigned int y;

	if (!l->cpp || !dst->width || !dst->height || dst->width > img->width ||
	    dst->height > img->height)
		return -EINVAL;
	len = (uint64_t)dst->pitch * (dst->height - 1) + (uint64_t)dst->width * l->cpp;
	mem = vc_guest_ptr(view, dst->ptr, len);
	if (!mem)
		return -EFAULT;
	for (y = 0; y < dst->height; y++)
		store_row(dst, l, (const uint32_t *)(img->plane[0] +
						     (size_t)y * img->stride[0]),
			  mem + (size_t)y * dst->pitch);
	return 0;
}
