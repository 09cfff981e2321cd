/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pictures of two fields made pictures of one.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_DEINTERLACE_H
#define VIDEOCORED_MEDIA_DEINTERLACE_H

#include <stdbool.h>

#include "image.h"

/*
 * The moment of @src's first field, in lines of both; all images are YUV420 of one
 * size. Lines of the other field are kept where nothing has moved since @last, the
 * picture before; everywhere else they are made of their neighbours. @last may be
 * NULL. 0 or -EINVAL.
 */
int vc_deinterlace(const struct vc_image *src, const struct vc_image *last, struct vc_image *dst,
		   bool is_top_first);

#endif /* VIDEOCORED_MEDIA_DEINTERLACE_H */
