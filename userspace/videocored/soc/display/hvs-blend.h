/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pixel arithmetic of the HVS: blending, YUV to RGB. Pure.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_HVS_BLEND_H
#define VIDEOCORED_SOC_DISPLAY_HVS_BLEND_H

#include <stdint.h>

#include "hvs-list.h"

/* Lay @nr pixels A8R8G8B8 of @plane over @dst. */
void vc_hvs_blend_row(const struct vc_hvs_plane *plane, const uint32_t *src,
		      uint32_t *dst, unsigned int nr);

/**
 * struct vc_hvs_csc - unpacked colour conversion, factors in 1/256
 * @y: luma to all
 * @cb_r: Cb to red
 * @cb_g: Cb to green
 * @cb_b: Cb to blue
 * @cr_r: Cr to red
 * @cr_g: Cr to green
 * @cr_b: Cr to blue
 * @y_off: added to Y
 * @cb_off: added to Cb, with the -128
 * @cr_off: added to Cr, with the -128
 */
struct vc_hvs_csc {
	int y;
	int cb_r, cb_g, cb_b;
	int cr_r, cr_g, cr_b;
	int y_off, cb_off, cr_off;
};

void vc_hvs_csc_unpack(struct vc_hvs_csc *csc, const uint32_t word[3]);
/* Take Cr for Cb and the other way round. */
void vc_hvs_csc_swap(struct vc_hvs_csc *csc);
/* @chroma: Cb, Cr pairs, one per pixel; @out: opaque A8R8G8B8. */
void vc_hvs_csc_row(const struct vc_hvs_csc *csc, const uint8_t *luma,
		    const uint8_t *chroma, uint32_t *out, unsigned int nr);

#endif /* VIDEOCORED_SOC_DISPLAY_HVS_BLEND_H */
