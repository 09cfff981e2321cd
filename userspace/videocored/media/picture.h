/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pictures of the screen, shared by those who look at it and used again.
 * Thread-safe.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_PICTURE_H
#define VIDEOCORED_MEDIA_PICTURE_H

#include <stdint.h>

#include "image.h"

struct vc_picture_pool;

/**
 * struct vc_picture - one picture, not changed while others hold it
 * @img: XRGB8888
 * @time_ns: when it was scanned out
 * @refs: holders, protected by the pool
 * @pool: where it goes when nobody holds it
 */
struct vc_picture {
	struct vc_image *img;
	uint64_t time_ns;
	unsigned int refs;
	struct vc_picture_pool *pool;
};

struct vc_picture_pool *vc_picture_pool_create(void);
/* When all pictures have been put. */
void vc_picture_pool_destroy(struct vc_picture_pool *pool);

/* A copy of @img, held once; NULL without memory. */
struct vc_picture *vc_picture_copy(struct vc_picture_pool *pool, const struct vc_image *img,
				   uint64_t time_ns);
struct vc_picture *vc_picture_get(struct vc_picture *pic);
void vc_picture_put(struct vc_picture *pic);

#endif /* VIDEOCORED_MEDIA_PICTURE_H */
