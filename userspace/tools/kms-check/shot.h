/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Screenshots of videocored, read back.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef KMS_CHECK_SHOT_H
#define KMS_CHECK_SHOT_H

#include <stdint.h>

#include "format.h"

/** struct shot - what the monitor shows, 3 bytes a pixel */
struct shot {
	unsigned int width;
	unsigned int height;
	uint8_t *rgb;
};

/* 0 or -errno; -EBADMSG if the screen has another size. */
int shot_take(struct shot *shot, unsigned int width, unsigned int height);
void shot_free(struct shot *shot);
struct colour shot_pixel(const struct shot *shot, unsigned int x, unsigned int y);

#endif /* KMS_CHECK_SHOT_H */
