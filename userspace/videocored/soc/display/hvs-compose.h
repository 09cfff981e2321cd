/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The HVS's composition: a display list and guest memory make a picture. Pure.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_HVS_COMPOSE_H
#define VIDEOCORED_SOC_DISPLAY_HVS_COMPOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "hvs-list.h"
#include "image.h"

struct vc_guest_view;

/**
 * struct vc_hvs_scene - all that a frame depends on, besides guest memory
 * @width: output width
 * @height: output height
 * @background: 24-bit colour below all planes
 * @has_gamma: apply @gamma
 * @gamma: red, green and blue curves
 * @has_ctm: apply @ctm
 * @ctm: rows R, G, B of the colour matrix, factors for R, G, B in 1/512
 * @ctm_offset: added to R, G, B
 * @list: the planes
 * @ram: display-list RAM when the list was latched; holds the filter kernels
 */
struct vc_hvs_scene {
	unsigned int width;
	unsigned int height;
	uint32_t background;
	bool has_gamma;
	uint8_t gamma[3][256];
	bool has_ctm;
	int ctm[3][3];
	int ctm_offset[3];
	struct vc_hvs_list list;
	uint32_t ram[VC_HVS_RAM_WORDS];
};

/*
 * Compose @scene into @dst (XRGB8888 of its size; the fourth byte gets the
 * composed alpha). Planes whose memory is missing or whose layout is not
 * modelled are left out. Returns their number, or -ENOMEM.
 */
int vc_hvs_compose(const struct vc_hvs_scene *scene, struct vc_guest_view *view,
		   struct vc_image *dst);

/* True if no later plane of the list covers any of plane @index. */
bool vc_hvs_plane_is_on_top(const struct vc_hvs_list *list, unsigned int index);

#endif /* VIDEOCORED_SOC_DISPLAY_HVS_COMPOSE_H */
