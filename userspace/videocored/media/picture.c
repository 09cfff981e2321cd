// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures of the screen. Megabytes that are allocated anew for each frame
 * cost more in page faults than the copy: they are kept.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <pthread.h>
#include <stdlib.h>

#include <drm_fourcc.h>

#include "picture.h"

#define NR_SPARE 4

struct vc_picture_pool {
	pthread_mutex_t lock;	/* Protects spare and the refs of all pictures */
	struct vc_picture *spare[NR_SPARE];
};

struct vc_picture_pool *vc_picture_pool_create(void)
{
	struct vc_picture_pool *pool = calloc(1, sizeof(*pool));

	if (pool)
		pthread_mutex_init(&pool->lock, NULL);
	return pool;
}

static void picture_destroy(struct vc_picture *pic)
{
	if (!pic)
		return;
	vc_image_destroy(pic->img);
	free(pic);
}

void vc_picture_pool_destroy(struct vc_picture_pool *pool)
{
	if (!pool)
		return;
	for (unsigned int i = 0; i < NR_SPARE; i++)
		picture_destroy(pool->spare[i]);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

static struct vc_picture *take_spare(struct vc_picture_pool *pool, unsigned int width,
				     unsigned int height)
{
	struct vc_picture *pic = NULL;

	pthread_mutex_lock(&pool->lock);
	for (unsigned int i = 0; i < NR_SPARE && !pic; i++) {
		if (!pool->spare[i])
			continue;
		pic = pool->spare[i];
		pool->spare[i] = NULL;
		/* One of a former mode. */
		if (pic->img->width != width || pic->img->height != height) {
			picture_destroy(pic);
			pic = NULL;
		}
	}
	pthread_mutex_unlock(&pool->lock);
	return pic;
}

static struct vc_picture *picture_create(struct vc_picture_pool *pool, unsigned int width,
					 unsigned int height)
{
	struct vc_picture *pic = calloc(1, sizeof(*pic));

	if (!pic)
		return NULL;
	pic->pool = pool;
	pic->img = vc_image_create(DRM_FORMAT_XRGB8888, width, height);
	if (!pic->img) {
		free(pic);
		return NULL;
	}
	return pic;
}

struct vc_picture *vc_picture_copy(struct vc_picture_pool *pool, const struct vc_image *img,
				   uint64_t time_ns)
{
	struct vc_picture *pic = take_spare(pool, img->width, img->height);

	if (!pic)
		pic = picture_create(pool, img->width, img->height);
	if (!pic)
		return NULL;
	pic->time_ns = time_ns;
	pic->refs = 1;
	if (vc_image_convert(img, pic->img)) {
		vc_picture_put(pic);
		return NULL;
	}
	return pic;
}

struct vc_picture *vc_picture_get(struct vc_picture *pic)
{
	pthread_mutex_lock(&pic->pool->lock);
	pic->refs++;
	pthread_mutex_unlock(&pic->pool->lock);
	return pic;
}

void vc_picture_put(struct vc_picture *pic)
{
	struct vc_picture_pool *pool;

	if (!pic)
		return;
	pool = pic->pool;
	pthread_mutex_lock(&pool->lock);
	if (--pic->refs) {
		pthread_mutex_unlock(&pool->lock);
		return;
	}
	for (unsigned int i = 0; i < NR_SPARE && pic; i++) {
		if (pool->spare[i])
			continue;
		pool->spare[i] = pic;
		pic = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	picture_destroy(pic);
}
