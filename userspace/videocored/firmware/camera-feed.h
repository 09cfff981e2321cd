/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a camera looks at: its source, timed, for all who use that camera.
 * Thread-safe.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_CAMERA_FEED_H
#define VIDEOCORED_FIRMWARE_CAMERA_FEED_H

#include <pthread.h>
#include <stdint.h>

struct vc_image;
struct vc_source;

/** struct camera_moment - one tick of a sensor: frame number and source time */
struct camera_moment {
	uint64_t seq;
	uint64_t t_us;
};

/**
 * struct camera_feed - the source's clock only runs while somebody looks
 * @asked_fps: frame rate asked for on the command line, 0 = the source's own
 * @fps: frame rate when a client has no wish
 * @last_ns: latest exposure
 * @t_ns: time of the source
 * @seq: of the latest frame; the first is 1
 */
struct camera_feed {
	double asked_fps;

	pthread_mutex_t render_lock;	/* Protects @source; held while rendering */
	struct vc_source *source;

	pthread_mutex_t lock;	/* Protects all below; nests in @render_lock */
	double fps;
	uint64_t last_ns;
	uint64_t t_ns;
	uint64_t seq;
};

void camera_feed_init(struct camera_feed *feed, struct vc_source *source, double fps);
void camera_feed_fini(struct camera_feed *feed);
struct vc_source *camera_feed_set_source(struct camera_feed *feed, struct vc_source *source);

/* Frames per second when the client has no wish. */
double camera_feed_fps(struct camera_feed *feed);
/* A sensor exposes at @now_ns; @ticks is 1 plus the frames that were missed. */
struct camera_moment camera_feed_tick(struct camera_feed *feed, uint64_t now_ns,
				      uint64_t ticks);
int camera_feed_render(struct camera_feed *feed, const struct camera_moment *when,
		       struct vc_image *dst);

#endif /* VIDEOCORED_FIRMWARE_CAMERA_FEED_H */
