// SPDX-License-Identifier: GPL-2.0
/*
 * Films as a camera source: decoded ahead on a thread, looped.
 *
 * Time runs on when the film starts over. When decoding falls far behind the
 * time asked for - the camera was paused, or the machine is too slow - the film
 * goes on from where it is instead of chasing the clock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libavutil/frame.h>

#include "../log.h"
#include "source-priv.h"

#define AHEAD		4		/* frames decoded ahead */
#define LATE_US		2000000		/* further behind: give up catching up */
#define FIRST_WAIT_MS	3000		/* for the first frame, after a seek too */
#define NEXT_WAIT_MS	20		/* for the others; the camera must go on */

struct film {
	struct vc_decoder *dec;		/* the decoder thread's */
	double fps;
	pthread_t thread;
	AVFrame *shown;			/* the caller's */
	int64_t shown_us;

	pthread_mutex_t lock;	/* Protects everything below */
	pthread_cond_t changed;
	AVFrame *ring[AHEAD];
	int64_t ring_us[AHEAD];
	unsigned int head;
	unsigned int count;
	int64_t wanted_us;	/* the time last asked for */
	bool restart;
	bool stop;
	bool dead;		/* nothing more will come */
};

/* -----------------------------------------------------------------------------
 * Decoder thread
 */

/* Where in time the film stands. */
struct position {
	int64_t base_us;	/* of the current round */
	int64_t end_us;		/* of the last frame */
	unsigned int frames;	/* of the current round */
};

static bool push(struct film *film, AVFrame *frame, int64_t time_us)
{
	bool go_on;

	pthread_mutex_lock(&film->lock);
	while (film->count == AHEAD && !film->stop && !film->restart)
		pthread_cond_wait(&film->changed, &film->lock);
	go_on = !film->stop && !film->restart;
	if (go_on) {
		unsigned int tail = (film->head + film->count++) % AHEAD;

		av_frame_unref(film->ring[tail]);
		av_frame_move_ref(film->ring[tail], frame);
		film->ring_us[tail] = time_us;
		pthread_cond_broadcast(&film->changed);
	}
	pthread_mutex_unlock(&film->lock);
	return go_on;
}

static int64_t wanted(struct film *film)
{
	int64_t wanted_us;

	pthread_mutex_lock(&film->lock);
	wanted_us = film->wanted_us;
	pthread_mutex_unlock(&film->lock);
	return wanted_us;
}

/* One frame. 0, -ECANCELED when told to stop or start over, or why there are no more. */
static int decode_one(struct film *film, AVFrame *frame, struct position *pos)
{
	int64_t time_us, behind_us;
	int ret = vc_decoder_next(film->dec, frame, &time_us);

	if (ret == -ENODATA && pos->frames) {
		pos->base_us = pos->end_us;
		pos->frames = 0;
		return vc_decoder_rewind(film->dec);
	}
	if (ret)
		return ret;
	pos->frames++;
	time_us += pos->base_us;
	behind_us = wanted(film) - time_us;
	if (behind_us > LATE_US) {
		pos->base_us += behind_us;
		time_us += behind_us;
	}
	pos->end_us = time_us + (int64_t)(1e6 / film->fps);
	return push(film, frame, time_us) ? 0 : -ECANCELED;
}

/* False when the film is to end. */
static bool begin(struct film *film, struct position *pos, int why)
{
	bool restart, stop;

	pthread_mutex_lock(&film->lock);
	restart = film->restart;
	stop = film->stop;
	film->restart = false;
	film->count = 0;
	pthread_mutex_unlock(&film->lock);
	if (stop || !restart || why != -ECANCELED)
		return false;
	*pos = (struct position){ 0 };
	return !vc_decoder_rewind(film->dec);
}

static void set_dead(struct film *film)
{
	pthread_mutex_lock(&film->lock);
	film->dead = true;
	pthread_cond_broadcast(&film->changed);
	pthread_mutex_unlock(&film->lock);
}

static void *decoder_thread(void *arg)
{
	struct film *film = arg;
	struct position pos = { 0 };
	AVFrame *frame = av_frame_alloc();
	int ret = frame ? 0 : -ENOMEM;

	while (!ret) {
		ret = decode_one(film, frame, &pos);
		if (ret == -ECANCELED && begin(film, &pos, ret))
			ret = 0;
	}
	av_frame_free(&frame);
	if (ret != -ECANCELED)
		vc_err("source", "the film cannot be decoded any further: %s", strerror(-ret));
	set_dead(film);
	return NULL;
}

/* -----------------------------------------------------------------------------
 * Rendering
 */

static void deadline_in(struct timespec *ts, unsigned int ms)
{
	clock_gettime(CLOCK_MONOTONIC, ts);
	ts->tv_sec += ms / 1000;
	ts->tv_nsec += ms % 1000 * 1000000L;
	if (ts->tv_nsec >= 1000000000L) {
		ts->tv_sec++;
		ts->tv_nsec -= 1000000000L;
	}
}

/* Move the frames that are due out of the ring. True if the one after is known. */
static bool take_due(struct film *film, int64_t t_us)
{
	while (film->count && film->ring_us[film->head] <= t_us) {
		av_frame_unref(film->shown);
		av_frame_move_ref(film->shown, film->ring[film->head]);
		film->shown_us = film->ring_us[film->head];
		film->head = (film->head + 1) % AHEAD;
		film->count--;
		pthread_cond_broadcast(&film->changed);
	}
	return film->count;
}

/* Time went back: a new stream of the camera starts from the beginning. */
static void check_restart(struct film *film, int64_t t_us)
{
	if (t_us >= film->wanted_us || film->dead)
		return;
	film->restart = true;
	film->count = 0;
	av_frame_unref(film->shown);
	pthread_cond_broadcast(&film->changed);
}

/*
 * A moment that was asked for shows what it showed, although a frame that was late then may
 * be there by now: all who render it see the same picture.
 */
static bool is_settled(const struct film *film, int64_t t_us)
{
	return t_us == film->wanted_us && !film->restart && film->shown->data[0];
}

/* The frame to be seen at @t_us into film->shown, film->lock held. */
static void wait_for_frame(struct film *film, int64_t t_us)
{
	struct timespec deadline;
	int err = 0;

	check_restart(film, t_us);
	film->wanted_us = t_us;
	deadline_in(&deadline, film->shown->data[0] ? NEXT_WAIT_MS : FIRST_WAIT_MS);
	while ((film->restart || !take_due(film, t_us)) && !film->dead && !err)
		err = pthread_cond_timedwait(&film->changed, &film->lock, &deadline);
	take_due(film, t_us);
}

/* The frame to be seen at @t_us into film->shown. 0 or -ENODATA. */
static int seek_frame(struct film *film, int64_t t_us)
{
	pthread_mutex_lock(&film->lock);
	if (!is_settled(film, t_us))
		wait_for_frame(film, t_us);
	pthread_mutex_unlock(&film->lock);
	return film->shown->data[0] ? 0 : -ENODATA;
}

static int film_render(void *priv, uint64_t seq, uint64_t t_us, struct vc_image *dst)
{
	struct film *film = priv;
	struct vc_image view;
	int ret = seek_frame(film, t_us);

	if (!ret)
		ret = vc_frame_view(film->shown, &view);
	if (!ret)
		ret = vc_scale_part(&view, vc_rect_cover(view.width, view.height,
							 vc_frame_aspect(film->shown), dst), dst);
	if (!ret)
		ret = vc_frame_fix_colours(film->shown, dst);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Opening and closing
 */

static void film_free(struct film *film)
{
	for (unsigned int i = 0; i < AHEAD; i++)
		av_frame_free(&film->ring[i]);
	av_frame_free(&film->shown);
	pthread_cond_destroy(&film->changed);
	pthread_mutex_destroy(&film->lock);
	free(film);
}

static void film_close(void *priv)
{
	struct film *film = priv;

	pthread_mutex_lock(&film->lock);
	film->stop = true;
	pthread_cond_broadcast(&film->changed);
	pthread_mutex_unlock(&film->lock);
	pthread_join(film->thread, NULL);
	vc_decoder_close(film->dec);
	film_free(film);
}

static struct film *film_alloc(void)
{
	struct film *film = calloc(1, sizeof(*film));
	pthread_condattr_t attr;
	bool ok;

	if (!film)
		return NULL;
	pthread_mutex_init(&film->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&film->changed, &attr);
	pthread_condattr_destroy(&attr);
	film->shown = av_frame_alloc();
	ok = film->shown;
	for (unsigned int i = 0; i < AHEAD; i++) {
		film->ring[i] = av_frame_alloc();
		ok = ok && film->ring[i];
	}
	if (ok)
		return film;
	film_free(film);
	return NULL;
}

int vc_film_open(struct vc_source *src, struct vc_decoder *dec, char **error)
{
	static const struct vc_source_ops ops = {
		.render = film_render,
		.close = film_close,
	};
	struct film *film = film_alloc();
	double fps = vc_decoder_fps(dec);
	int ret;

	if (!film)
		return vc_fail(error, -ENOMEM, "out of memory");
	film->dec = dec;
	film->fps = fps >= 1 && fps <= 240 ? fps : VC_SOURCE_FPS;
	ret = -pthread_create(&film->thread, NULL, decoder_thread, film);
	if (ret) {
		film_free(film);
		return vc_fail(error, ret, "cannot start a thread: %s", strerror(-ret));
	}
	src->ops = &ops;
	src->priv = film;
	src->fps = film->fps;
	return 0;
}
