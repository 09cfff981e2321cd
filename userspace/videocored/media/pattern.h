/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The test pattern: moving colour bars with a frame number that people and
 * programs can read.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_PATTERN_H
#define VIDEOCORED_MEDIA_PATTERN_H

#include <stdint.h>

#include "image.h"

/* Frame @seq into @img, a YUV420 image. The strip holds the low 32 bits. */
void vc_pattern_draw(struct vc_image *img, uint64_t seq);

/*
 * Read the frame number from the strip at the top of @img, of any format and
 * size the strip survives (64 pixels wide and more). 0, or -ENODATA if there is none.
 */
int vc_pattern_read_seq(const struct vc_image *img, uint64_t *seq);

#endif /* VIDEOCORED_MEDIA_PATTERN_H */
