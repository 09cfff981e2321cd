// SPDX-License-Identifier: GPL-2.0
/*
 * What the monitor shows: the newest picture, handed to whoever looks.
 *
 * Lock order: vc_screen.lock, then those of recorder, window and pictures.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "../log.h"
#include "screen-priv.h"
#include "screen.h"

#define SHOT_TIMEOUT_S	2	/* many frames of the slowest mode */

/* One request for a file of the next picture. */
struct shot {
	char *path;
	vc_screen_shot_fn done;
	void *arg;
	struct timespec deadline;
	struct shot *next;
};

struct vc_screen {
	struct vc_picture_pool *pool;
	pthread_t shot_thread;

	pthread_mutex_t lock;	/* Protects everything below */
	pthread_cond_t changed;
	struct shot *shots;
	struct vc_picture *last;	/* NULL: blank */
	uint64_t presented;
	bool stop;
	struct vc_recorder *recorder;
	struct vc_window *window;
};

/* -----------------------------------------------------------------------------
 * Screenshots
 */

static struct shot *next_shot(struct vc_screen *screen)
{
	struct shot *shot;

	while (!screen->shots && !screen->stop)
		pthread_cond_wait(&screen->changed, &screen->lock);
	shot = screen->shots;
	return shot;
}

/* Wait for a picture newer than the request. */
static int wait_picture(struct vc_screen *screen, const struct shot *shot,
			struct vc_picture **pic)
{
	uint64_t before = screen->presented;
	int err = 0;

	while (screen->presented == before && !screen->stop && !err)
		err = pthread_cond_timedwait(&screen->changed, &screen->lock, &shot->deadline);
	if (screen->presented != before && screen->last) {
		*pic = vc_picture_get(screen->last);
		return 0;
	}
	return screen->last ? -ETIMEDOUT : -ENODATA;
}

static void report_shot(const struct shot *shot, int err)
{
	const char *why = err == -ENODATA ? "the screen is off" :
			  err == -ETIMEDOUT ? "no picture came" : strerror(-err);
	char *line = NULL;

	if (err)
		vc_fail(&line, err, "%s: %s", shot->path, why);
	shot->done(shot->arg, err, line);
	free(line);
}

static void *shot_thread(void *arg)
{
	struct vc_screen *screen = arg;
	struct shot *shot;

	pthread_mutex_lock(&screen->lock);
	while ((shot = next_shot(screen))) {
		struct vc_picture *pic = NULL;
		int err = wait_picture(screen, shot, &pic);

		screen->shots = shot->next;
		pthread_mutex_unlock(&screen->lock);
		if (!err)
			err = vc_image_write_png(pic->img, shot->path);
		vc_picture_put(pic);
		report_shot(shot, err);
		free(shot->path);
		free(shot);
		pthread_mutex_lock(&screen->lock);
	}
	pthread_mutex_unlock(&screen->lock);
	return NULL;
}

int vc_screen_screenshot_async(struct vc_screen *screen, const char *path,
			       vc_screen_shot_fn done, void *arg)
{
	struct shot *shot = calloc(1, sizeof(*shot));
	struct shot **end;

	if (!shot)
		return -ENOMEM;
	shot->path = strdup(path);
	if (!shot->path) {
		free(shot);
		return -ENOMEM;
	}
	shot->done = done;
	shot->arg = arg;
	clock_gettime(CLOCK_MONOTONIC, &shot->deadline);
	shot->deadline.tv_sec += SHOT_TIMEOUT_S;
	pthread_mutex_lock(&screen->lock);
	for (end = &screen->shots; *end; end = &(*end)->next)
		;
	*end = shot;
	pthread_cond_broadcast(&screen->changed);
	pthread_mutex_unlock(&screen->lock);
	return 0;
}

/* A caller that waits for its own request. */
struct waiter {
	pthread_mutex_t lock;	/* Protects everything below */
	pthread_cond_t cond;
	bool done;
	int err;
	char *error;
};

static void wake_waiter(void *arg, int err, const char *error)
{
	struct waiter *waiter = arg;

	pthread_mutex_lock(&waiter->lock);
	waiter->err = err;
	waiter->error = error ? strdup(error) : NULL;
	waiter->done = true;
	pthread_cond_signal(&waiter->cond);
	pthread_mutex_unlock(&waiter->lock);
}

int vc_screen_screenshot(struct vc_screen *screen, const char *path, char **error)
{
	struct waiter waiter = {
		.lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER,
	};
	int ret = vc_screen_screenshot_async(screen, path, wake_waiter, &waiter);

	if (ret)
		return vc_fail(error, ret, "out of memory");
	pthread_mutex_lock(&waiter.lock);
	while (!waiter.done)
		pthread_cond_wait(&waiter.cond, &waiter.lock);
	pthread_mutex_unlock(&waiter.lock);
	if (error)
		*error = waiter.error;
	else
		free(waiter.error);
	return waiter.err;
}

/* -----------------------------------------------------------------------------
 * Pictures
 */

bool vc_screen_wants(struct vc_screen *screen)
{
	bool wants;

	pthread_mutex_lock(&screen->lock);
	wants = screen->shots ||
		(screen->recorder && vc_recorder_wants(screen->recorder)) ||
		(screen->window && vc_window_is_open(screen->window));
	pthread_mutex_unlock(&screen->lock);
	return wants;
}

void vc_screen_present(struct vc_screen *screen, const struct vc_image *img,
		       uint64_t now_ns)
{
	struct vc_picture *pic = vc_picture_copy(screen->pool, img, now_ns);
	struct vc_picture *old;

	if (!pic)
		return;
	pthread_mutex_lock(&screen->lock);
	old = screen->last;
	screen->last = pic;
	screen->presented++;
	if (screen->recorder)
		vc_recorder_push(screen->recorder, pic);
	if (screen->window)
		vc_window_show(screen->window, pic);
	pthread_cond_broadcast(&screen->changed);
	pthread_mutex_unlock(&screen->lock);
	vc_picture_put(old);
}

void vc_screen_blank(struct vc_screen *screen)
{
	struct vc_picture *old;

	pthread_mutex_lock(&screen->lock);
	old = screen->last;
	screen->last = NULL;
	screen->presented++;
	pthread_cond_broadcast(&screen->changed);
	pthread_mutex_unlock(&screen->lock);
	vc_picture_put(old);
}

/* -----------------------------------------------------------------------------
 * Recording, window, status
 */

int vc_screen_record_start(struct vc_screen *screen, const char *path, double fps,
			   char **error)
{
	int ret;

	if (error)
		*error = NULL;
	pthread_mutex_lock(&screen->lock);
	if (screen->recorder)
		ret = vc_fail(error, -EBUSY, "already recording");
	else
		ret = vc_recorder_create(&screen->recorder, path, fps, error);
	pthread_mutex_unlock(&screen->lock);
	return ret;
}

int vc_screen_record_stop(struct vc_screen *screen)
{
	struct vc_recorder *rec;

	pthread_mutex_lock(&screen->lock);
	rec = screen->recorder;
	screen->recorder = NULL;
	pthread_mutex_unlock(&screen->lock);
	return vc_recorder_destroy(rec);
}

int vc_screen_window(struct vc_screen *screen)
{
	struct vc_window *win = vc_window_create(), *old;

	if (!win)
		return -ENODEV;
	pthread_mutex_lock(&screen->lock);
	old = screen->window;
	screen->window = win;
	pthread_mutex_unlock(&screen->lock);
	vc_window_destroy(old);
	return 0;
}

static struct json_object *recorder_status(struct vc_screen *screen)
{
	struct json_object *out;

	if (!screen->recorder)
		return NULL;
	out = json_object_new_object();
	vc_recorder_status(screen->recorder, out);
	return out;
}

void vc_screen_status(struct vc_screen *screen, struct json_object *out)
{
	const struct vc_image *img;
	bool has_window;

	pthread_mutex_lock(&screen->lock);
	img = screen->last ? screen->last->img : NULL;
	has_window = screen->window && vc_window_is_open(screen->window);
	json_object_object_add(out, "width", json_object_new_int(img ? img->width : 0));
	json_object_object_add(out, "height", json_object_new_int(img ? img->height : 0));
	json_object_object_add(out, "pictures", json_object_new_int64(screen->presented));
	json_object_object_add(out, "window", json_object_new_boolean(has_window));
	json_object_object_add(out, "recording", recorder_status(screen));
	pthread_mutex_unlock(&screen->lock);
}

/* -----------------------------------------------------------------------------
 * Creation
 */

static void init_cond(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

struct vc_screen *vc_screen_create(void)
{
	struct vc_screen *screen = calloc(1, sizeof(*screen));

	if (!screen)
		return NULL;
	screen->pool = vc_picture_pool_create();
	if (!screen->pool)
		goto err_free;
	pthread_mutex_init(&screen->lock, NULL);
	init_cond(&screen->changed);
	if (pthread_create(&screen->shot_thread, NULL, shot_thread, screen))
		goto err_pool;
	return screen;

err_pool:
	pthread_cond_destroy(&screen->changed);
	pthread_mutex_destroy(&screen->lock);
	vc_picture_pool_destroy(screen->pool);
err_free:
	free(screen);
	return NULL;
}

void vc_screen_destroy(struct vc_screen *screen)
{
	if (!screen)
		return;
	pthread_mutex_lock(&screen->lock);
	screen->stop = true;
	pthread_cond_broadcast(&screen->changed);
	pthread_mutex_unlock(&screen->lock);
	pthread_join(screen->shot_thread, NULL);
	vc_screen_record_stop(screen);
	vc_window_destroy(screen->window);
	vc_picture_put(screen->last);
	vc_picture_pool_destroy(screen->pool);
	pthread_cond_destroy(&screen->changed);
	pthread_mutex_destroy(&screen->lock);
	free(screen);
}
