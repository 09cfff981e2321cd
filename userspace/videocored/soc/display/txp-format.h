/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the transposer writes: a composed picture in one of its formats. Pure.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_TXP_FORMAT_H
#define VIDEOCORED_SOC_DISPLAY_TXP_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

struct vc_guest_view;
struct vc_image;

/**
 * struct vc_txp_target - destination of a writeback
 * @ptr: bus address of pixel 0
 * @pitch: bytes per line
 * @width: pixels
 * @height: lines
 * @format: the FORMAT field
 * @keeps_alpha: store the composed alpha, else @alpha
 * @alpha: what the alpha component is filled with
 */
struct vc_txp_target {
	uint32_t ptr;
	uint32_t pitch;
	unsigned int width;
	unsigned int height;
	unsigned int format;
	bool keeps_alpha;
	uint8_t alpha;
};

/*
 * Store @img (XRGB8888, alpha in the fourth byte, at least the target's size).
 * 0, -EINVAL for an unknown format, -EFAULT if the target is not in memory.
 */
int vc_txp_store(const struct vc_txp_target *dst, const struct vc_image *img,
		 struct vc_guest_view *view);

#endif /* VIDEOCORED_SOC_DISPLAY_TXP_FORMAT_H */
