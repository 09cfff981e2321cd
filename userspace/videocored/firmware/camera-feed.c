// SPDX-License-Identifier: GPL-2.0
/*
 * What a camera looks at: its source, timed, for all who use that camera.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "camera-feed.h"

#include "media/source.h"

/* A pause of the cameras longer than this is not seen by the source. */
#define FEED_MAX_STEP_NS	5000000000ull

static double source_fps(const struct camera_feed *feed)
{
	return feed->asked_fps > 0 ? feed->asked_fps : vc_source_fps(feed->source);
}

void camera_feed_init(struct camera_feed *feed, struct vc_source *source, double fps)
{
	*feed = (struct camera_feed){ .source = source, .asked_fps = fps };
	feed->fps = source_fps(feed);
	pthread_mutex_init(&feed->render_lock, NULL);
	pthread_mutex_init(&feed->lock, NULL);
}

void camera_feed_fini(struct camera_feed *feed)
{
	pthread_mutex_destroy(&feed->lock);
	pthread_mutex_destroy(&feed->render_lock);
}

struct vc_source *camera_feed_set_source(struct camera_feed *feed, struct vc_source *source)
{
	struct vc_source *old;

	pthread_mutex_lock(&feed->render_lock);
	old = feed->source;
	feed->source = source;
	pthread_mutex_lock(&feed->lock);
	feed->fps = source_fps(feed);
	feed->t_ns = 0;
	pthread_mutex_unlock(&feed->lock);
	pthread_mutex_unlock(&feed->render_lock);
	return old;
}

double camera_feed_fps(struct camera_feed *feed)
{
	double fps;

	pthread_mutex_lock(&feed->lock);
	fps = feed->fps;
	pthread_mutex_unlock(&feed->lock);
	return fps;
}

struct camera_moment camera_feed_tick(struct camera_feed *feed, uint64_t now_ns, uint64_t ticks)
{
	struct camera_moment when;
	uint64_t step;

	pthread_mutex_lock(&feed->lock);
	/* Two cameras share the source, the later one may have the earlier deadline. */
	step = now_ns > feed->last_ns && feed->last_ns ? now_ns - feed->last_ns : 0;
	if (step < FEED_MAX_STEP_NS)
		feed->t_ns += step;
	if (now_ns > feed->last_ns)
		feed->last_ns = now_ns;
	feed->seq += ticks;
	when = (struct camera_moment){ .seq = feed->seq, .t_us = feed->t_ns / 1000 };
	pthread_mutex_unlock(&feed->lock);
	return when;
}

int camera_feed_render(struct camera_feed *feed, const struct camera_moment *when,
		       struct vc_image *dst)
{
	int ret;

	pthread_mutex_lock(&feed->render_lock);
	ret = vc_source_render(feed->source, when->seq, when->t_us, dst);
	pthread_mutex_unlock(&feed->render_lock);
	return ret;
}
