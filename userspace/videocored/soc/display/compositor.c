// SPDX-License-Identifier: GPL-2.0
/*
 * The compositor thread. One frame is under way at most; the loop thread skips
 * frames rather than queue them, as a monitor would show the newest too.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "compositor.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "guest.h"
#include "image.h"
#include "log.h"
#include "loop.h"
#include "provenance.h"
#include "screen.h"

struct vc_compositor {
	struct vc_guest *guest;
	struct vc_screen *screen;
	struct vc_provenance *prov;
	pthread_t thread;
	atomic_uint_fast64_t active;

	atomic_uint_fast64_t epoch;	/* counts blankings */

	pthread_mutex_t show_lock; /* Held to present or blank, so that blank is last */

	pthread_mutex_t lock; /* Protects all below; the frames only while not busy */
	pthread_cond_t work;
	bool stop;
	bool has_frame;
	bool has_writeback;
	uint64_t frame_epoch;
	struct vc_compositor_stats stats;
	struct vc_compositor_frame frame;
	struct vc_compositor_writeback writeback;

	/* of the thread */
	struct vc_image *image;
	struct vc_image *scratch;
};

/* An image of the size wanted in *@img, the old one if it fits. */
static struct vc_image *sized_image(struct vc_image **img, unsigned int width,
				    unsigned int height)
{
	if (*img && (*img)->width == width && (*img)->height == height)
		return *img;
	vc_image_destroy(*img);
	*img = NULL;
	if (width && height)
		*img = vc_image_create(DRM_FORMAT_XRGB8888, width, height);
	return *img;
}

static void compare_camera(struct vc_compositor *comp, const struct vc_image *img)
{
	const struct vc_compositor_frame *frame = &comp->frame;
	const struct vc_hvs_plane *plane = &frame->scene.list.plane[frame->camera_plane];

	if (vc_hvs_plane_has_alpha(plane) || plane->hflip || plane->vflip ||
	    !vc_hvs_plane_is_on_top(&frame->scene.list, frame->camera_plane) ||
	    plane->x + plane->dst_w > img->width || plane->y + plane->dst_h > img->height)
		return;
	vc_provenance_compare(comp->prov, frame->camera_seq, img, plane->x, plane->y,
			      plane->dst_w, plane->dst_h);
}

static void show(struct vc_compositor *comp, const struct vc_image *img)
{
	pthread_mutex_lock(&comp->show_lock);
	if (atomic_load(&comp->epoch) == comp->frame_epoch)
		vc_screen_present(comp->screen, img, comp->frame.latched_ns);
	pthread_mutex_unlock(&comp->show_lock);
}

static int compose(struct vc_compositor *comp, const struct vc_hvs_scene *scene,
		   struct vc_image *img)
{
	struct vc_guest_view *view = vc_guest_view_get(comp->guest);
	int ret;

	ret = vc_hvs_compose(scene, view, img);
	vc_guest_view_put(view);
	return ret;
}

static void do_frame(struct vc_compositor *comp)
{
	const struct vc_hvs_scene *scene = &comp->frame.scene;
	struct vc_image *img = sized_image(&comp->image, scene->width, scene->height);
	uint64_t start_ns = vc_now_ns();
	bool is_whole;
	int ret;

	if (!img)
		return;
	ret = compose(comp, scene, img);
	/* If the next list is on, the camera may have reused the memory meanwhile. */
	is_whole = atomic_load(&comp->active) == comp->frame.serial;
	if (ret < 0) {
		vc_err("display", "no memory to compose a frame");
		return;
	}
	pthread_mutex_lock(&comp->lock);
	comp->stats.composed++;
	comp->stats.left_out += ret;
	comp->stats.compose_ns += vc_now_ns() - start_ns;
	pthread_mutex_unlock(&comp->lock);
	show(comp, img);
	if (is_whole && comp->frame.has_camera)
		compare_camera(comp, img);
}

static void do_writeback(struct vc_compositor *comp)
{
	const struct vc_compositor_writeback *wb = &comp->writeback;
	struct vc_image *img = sized_image(&comp->scratch, wb->dst.width, wb->dst.height);
	struct vc_guest_view *view;

	if (img && compose(comp, &wb->scene, img) >= 0) {
		view = vc_guest_view_get(comp->guest);
		if (vc_txp_store(&wb->dst, img, view))
			vc_info("display", "writeback to memory that is not there");
		vc_guest_view_put(view);
	}
	pthread_mutex_lock(&comp->lock);
	comp->stats.written_back++;
	pthread_mutex_unlock(&comp->lock);
}

static void handle_frame(struct vc_compositor *comp)
{
	pthread_mutex_unlock(&comp->lock);
	do_frame(comp);
	pthread_mutex_lock(&comp->lock);
	comp->has_frame = false;
}

static void handle_writeback(struct vc_compositor *comp)
{
	void (*done)(void *arg) = comp->writeback.done;
	void *arg = comp->writeback.arg;

	pthread_mutex_unlock(&comp->lock);
	do_writeback(comp);
	pthread_mutex_lock(&comp->lock);
	comp->has_writeback = false;
	pthread_mutex_unlock(&comp->lock);
	done(arg);
	pthread_mutex_lock(&comp->lock);
}

static void *compositor_thread(void *arg)
{
	struct vc_compositor *comp = arg;

	pthread_mutex_lock(&comp->lock);
	while (!comp->stop) {
		if (comp->has_writeback)
			handle_writeback(comp);
		else if (comp->has_frame)
			handle_frame(comp);
		else
			pthread_cond_wait(&comp->work, &comp->lock);
	}
	pthread_mutex_unlock(&comp->lock);
	return NULL;
}

struct vc_compositor *vc_compositor_create(struct vc_guest *guest, struct vc_screen *screen,
					   struct vc_provenance *prov)
{
	struct vc_compositor *comp = calloc(1, sizeof(*comp));

	if (!comp)
		return NULL;
	comp->guest = guest;
	comp->screen = screen;
	comp->prov = prov;
	pthread_mutex_init(&comp->show_lock, NULL);
	pthread_mutex_init(&comp->lock, NULL);
	pthread_cond_init(&comp->work, NULL);
	if (pthread_create(&comp->thread, NULL, compositor_thread, comp)) {
		free(comp);
		return NULL;
	}
	return comp;
}

void vc_compositor_destroy(struct vc_compositor *comp)
{
	if (!comp)
		return;
	pthread_mutex_lock(&comp->lock);
	comp->stop = true;
	pthread_cond_signal(&comp->work);
	pthread_mutex_unlock(&comp->lock);
	pthread_join(comp->thread, NULL);
	vc_image_destroy(comp->image);
	vc_image_destroy(comp->scratch);
	pthread_cond_destroy(&comp->work);
	pthread_mutex_destroy(&comp->lock);
	pthread_mutex_destroy(&comp->show_lock);
	free(comp);
}

int vc_compositor_submit(struct vc_compositor *comp, const struct vc_compositor_frame *frame)
{
	int ret = -EBUSY;

	pthread_mutex_lock(&comp->lock);
	if (!comp->has_frame) {
		comp->frame = *frame;
		comp->frame_epoch = atomic_load(&comp->epoch);
		comp->has_frame = true;
		pthread_cond_signal(&comp->work);
		ret = 0;
	}
	pthread_mutex_unlock(&comp->lock);
	return ret;
}

int vc_compositor_write_back(struct vc_compositor *comp,
			     const struct vc_compositor_writeback *wb)
{
	int ret = -EBUSY;

	pthread_mutex_lock(&comp->lock);
	if (!comp->has_writeback) {
		comp->writeback = *wb;
		comp->has_writeback = true;
		pthread_cond_signal(&comp->work);
		ret = 0;
	}
	pthread_mutex_unlock(&comp->lock);
	return ret;
}

void vc_compositor_set_active(struct vc_compositor *comp, uint64_t serial)
{
	atomic_store(&comp->active, serial);
}

void vc_compositor_blank(struct vc_compositor *comp)
{
	pthread_mutex_lock(&comp->show_lock);
	atomic_fetch_add(&comp->epoch, 1);
	vc_screen_blank(comp->screen);
	pthread_mutex_unlock(&comp->show_lock);
}

void vc_compositor_stats(struct vc_compositor *comp, struct vc_compositor_stats *stats)
{
	pthread_mutex_lock(&comp->lock);
	*stats = comp->stats;
	pthread_mutex_unlock(&comp->lock);
}
