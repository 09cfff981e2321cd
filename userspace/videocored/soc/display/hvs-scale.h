/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The HVS's scalers: polyphase filter (PPF) and trapezoid averaging (TPZ). Pure.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_HVS_SCALE_H
#define VIDEOCORED_SOC_DISPLAY_HVS_SCALE_H

#include <stdint.h>

#include "hvs-list.h"

struct vc_hvs_scale;

/* Put line @y of the source into @row: width x components bytes. */
typedef void (*vc_hvs_row_fn)(void *arg, unsigned int y, uint8_t *row);

/**
 * struct vc_hvs_scale_desc - what to scale
 * @scaler: filters of both axes
 * @ram: snapshot of display-list RAM, for the filter kernels
 * @nr_comp: 8-bit components per pixel: 1, 2 or 4
 * @src_w: source width
 * @src_h: source height
 * @dst_w: output width
 * @dst_h: output height
 * @fetch: gives a source line
 * @arg: for @fetch
 */
struct vc_hvs_scale_desc {
	const struct vc_hvs_scaler *scaler;
	const uint32_t *ram;
	unsigned int nr_comp;
	unsigned int src_w;
	unsigned int src_h;
	unsigned int dst_w;
	unsigned int dst_h;
	vc_hvs_row_fn fetch;
	void *arg;
};

/* NULL without memory. The descriptor is copied, what it points to is not. */
struct vc_hvs_scale *vc_hvs_scale_create(const struct vc_hvs_scale_desc *desc);
void vc_hvs_scale_destroy(struct vc_hvs_scale *scale);
/* Output line @y (best asked for in order): dst_w x nr_comp bytes. */
void vc_hvs_scale_row(struct vc_hvs_scale *scale, unsigned int y, uint8_t *out);

#endif /* VIDEOCORED_SOC_DISPLAY_HVS_SCALE_H */
