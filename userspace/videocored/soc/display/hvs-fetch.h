/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Source pixels of HVS planes, a row at a time. Pure.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_HVS_FETCH_H
#define VIDEOCORED_SOC_DISPLAY_HVS_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "hvs-list.h"

struct vc_guest_view;

/**
 * struct vc_hvs_source - where a plane's pixels are in our address space
 * @plane: the plane
 * @row0: first byte of the top line of each memory plane
 * @stride: bytes from a line to the next one, negative with VFLIP
 */
struct vc_hvs_source {
	const struct vc_hvs_plane *plane;
	const uint8_t *row0[VC_HVS_MEM_PLANES];
	ptrdiff_t stride[VC_HVS_MEM_PLANES];
};

/*
 * Resolve the plane's pointers; they hold until the view is put. -EFAULT if
 * some of the pixels are not in guest memory, -EOPNOTSUPP for layouts that are
 * not modelled.
 */
int vc_hvs_source_init(struct vc_hvs_source *src, const struct vc_hvs_plane *plane,
		       struct vc_guest_view *view);

/* RGB: line @y, src_w pixels as A8R8G8B8 words, alpha 255 where there is none. */
void vc_hvs_fetch_rgb(const struct vc_hvs_source *src, unsigned int y, uint32_t *out);
/* YUV: line @y of luma, src_w bytes, in place. */
const uint8_t *vc_hvs_fetch_luma(const struct vc_hvs_source *src, unsigned int y);
/* YUV: chroma line @y, chroma_w pairs of Cb, Cr. */
void vc_hvs_fetch_chroma(const struct vc_hvs_source *src, unsigned int y, uint8_t *out);

#endif /* VIDEOCORED_SOC_DISPLAY_HVS_FETCH_H */
