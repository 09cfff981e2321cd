// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel arithmetic of the HVS. Its rounding is not known; products of two
 * bytes are divided by 255 to nearest here (vc4-display.md 3.6).
 *
 * Copyright (C) 2026 vc-media project
 */
#include "hvs-blend.h"

#include <stddef.h>

/* x * y / 255 to nearest, exact for bytes. */
static inline uint32_t mul255(uint32_t x, uint32_t y)
{
	uint32_t t = x * y + 128;

	return (t + (t >> 8)) >> 8;
}

static inline uint32_t clamp255(int v)
{
	/* In two steps, which compilers turn into minimum and maximum. */
	v = v < 0 ? 0 : v;
	return v > 255 ? 255 : v;
}

static inline uint32_t lay_over(uint32_t s, uint32_t factor, uint32_t d, uint32_t cover)
{
	uint32_t v = mul255(s, factor) + mul255(d, 255 - cover);

	return v > 255 ? 255 : v;
}

/* @factor multiplies the source, @cover is what it hides of the destination. */
static inline uint32_t blend_pixel(uint32_t s, uint32_t d, uint32_t factor, uint32_t cover)
{
	uint32_t a = cover + mul255(d >> 24, 255 - cover);

	return a << 24 | lay_over(s >> 16 & 255, factor, d >> 16 & 255, cover) << 16 |
	       lay_over(s >> 8 & 255, factor, d >> 8 & 255, cover) << 8 |
	       lay_over(s & 255, factor, d & 255, cover);
}

static void blend_opaque(const uint32_t *src, uint32_t *dst, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		dst[i] = src[i] | 0xff000000;
}

static void blend_per_pixel(const struct vc_hvs_plane *plane, const uint32_t *src,
			    uint32_t *dst, unsigned int nr)
{
	uint32_t fixed = plane->has_mix ? plane->alpha : 255;
	uint32_t cover;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		cover = mul255(src[i] >> 24, fixed);
		dst[i] = blend_pixel(src[i], dst[i], plane->is_premult ? fixed : cover, cover);
	}
}

static void blend_fixed_where(const struct vc_hvs_plane *plane, uint32_t above,
			      const uint32_t *src, uint32_t *dst, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (src[i] >> 24 > above)
			dst[i] = blend_pixel(src[i], dst[i], plane->alpha, plane->alpha);
}

static void blend_fixed(const struct vc_hvs_plane *plane, const uint32_t *src,
			uint32_t *dst, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		dst[i] = blend_pixel(src[i], dst[i], plane->alpha, plane->alpha);
}

void vc_hvs_blend_row(const struct vc_hvs_plane *plane, const uint32_t *src,
		      uint32_t *dst, unsigned int nr)
{
	if (!vc_hvs_plane_has_alpha(plane)) {
		blend_opaque(src, dst, nr);
		return;
	}
	switch (plane->alpha_mode) {
	case VC_HVS_ALPHA_PIXEL:
		blend_per_pixel(plane, src, dst, nr);
		break;
	case VC_HVS_ALPHA_FIXED:
		blend_fixed(plane, src, dst, nr);
		break;
	case VC_HVS_ALPHA_FIXED_NONZERO:
		blend_fixed_where(plane, 0, src, dst, nr);
		break;
	default:
		blend_fixed_where(plane, 7, src, dst, nr);
		break;
	}
}

/* 8 fraction bits below 2 integer bits that mean 0, 1, 2 and -1. */
static int csc_factor(uint32_t field)
{
	field &= 0x3ff;
	return field >= 0x300 ? (int)field - 1024 : (int)field;
}

static int csc_offset(uint32_t field)
{
	return (int8_t)(field & 0xff);
}

void vc_hvs_csc_unpack(struct vc_hvs_csc *csc, const uint32_t word[3])
{
	csc->y_off = csc_offset(word[0] >> 16);
	csc->cb_off = csc_offset(word[0] >> 8) - 128;
	csc->cr_off = csc_offset(word[0]) - 128;
	csc->cb_g = csc_factor(word[1] >> 22);
	csc->cr_g = csc_factor(word[1] >> 12);
	csc->y = csc_factor(word[1] >> 2);
	csc->cr_b = csc_factor((word[1] & 3) << 8 | word[0] >> 24);
	csc->cb_r = csc_factor(word[2] >> 20);
	csc->cr_r = csc_factor(word[2] >> 10);
	csc->cb_b = csc_factor(word[2]);
}

static void swap_int(int *a, int *b)
{
	int v = *a;

	*a = *b;
	*b = v;
}

void vc_hvs_csc_swap(struct vc_hvs_csc *csc)
{
	swap_int(&csc->cb_r, &csc->cr_r);
	swap_int(&csc->cb_g, &csc->cr_g);
	swap_int(&csc->cb_b, &csc->cr_b);
	swap_int(&csc->cb_off, &csc->cr_off);
}

/*
 * The loop most frames go through: let the machine use what it has. Not under
 * ThreadSanitizer, which is not up yet when the choice is made.
 */
#if defined(__x86_64__) && defined(__has_attribute)
#if __has_attribute(target_clones) && !defined(__SANITIZE_THREAD__)
__attribute__((target_clones("avx2", "default")))
#endif
#endif
void vc_hvs_csc_row(const struct vc_hvs_csc *csc, const uint8_t *restrict luma,
		    const uint8_t *restrict chroma, uint32_t *restrict out, unsigned int nr)
{
	const struct vc_hvs_csc f = *csc;
	size_t i;	/* an index that might wrap keeps gcc from vectorising */
	int y, cb, cr;

	for (i = 0; i < nr; i++) {
		y = f.y * (luma[i] + f.y_off) + 128;
		cb = chroma[2 * i] + f.cb_off;
		cr = chroma[2 * i + 1] + f.cr_off;
		out[i] = 0xff000000 |
			 clamp255((y + f.cb_r * cb + f.cr_r * cr) >> 8) << 16 |
			 clamp255((y + f.cb_g * cb + f.cr_g * cr) >> 8) << 8 |
			 clamp255((y + f.cb_b * cb + f.cr_b * cr) >> 8);
	}
}
