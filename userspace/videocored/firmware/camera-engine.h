/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The camera's engine: at the right moments it renders what the source shows
 * into the next buffer of every port that captures.
 *
 * camera_engine_tick() is the whole of it and knows no clock; a thread calls it at
 * the times it asks for. All functions are thread-safe.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_CAMERA_ENGINE_H
#define VIDEOCORED_FIRMWARE_CAMERA_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "camera-format.h"
#include "camera-look.h"
#include "component.h"

struct camera_engine;
struct camera_feed;
struct mmal_server;

#define CAMERA_PORTS	3

enum camera_port {
	CAMERA_PREVIEW,
	CAMERA_VIDEO,
	CAMERA_STILL,
};

/* CAMERA_CONFIG.use_stc_timestamp */
enum camera_stc {
	CAMERA_STC_NONE,	/* no timestamps */
	CAMERA_STC_RAW,		/* the STC */
	CAMERA_STC_RESET,	/* from 0 at the first frame */
};

/**
 * struct camera_setup - how a port takes pictures
 * @enabled: pictures have somewhere to go
 * @one_shot: one picture, with EOS, per CAPTURE
 * @interval_ns: between frames
 */
struct camera_setup {
	bool enabled;
	bool one_shot;
	uint64_t interval_ns;
	enum camera_stc stc;
	struct camera_picture picture;
	struct camera_look look;
};

/** struct camera_port_status - of a port, for vcctl */
struct camera_port_status {
	bool is_capturing;
	uint64_t frames;
	uint64_t dropped;
	uint64_t errors;
	uint64_t render_ns;	/* all frames together */
	uint64_t render_max_ns;
};

struct camera_engine *camera_engine_create(struct mmal_server *server);
/* All ports have been drained. */
void camera_engine_destroy(struct camera_engine *engine);

/* What is looked at, from the next frame on. */
void camera_engine_look_at(struct camera_engine *engine, struct camera_feed *feed);
void camera_engine_setup(struct camera_engine *engine, enum camera_port p,
			 const struct camera_setup *setup);
/* The CAPTURE gate of video and still. */
void camera_engine_capture(struct camera_engine *engine, enum camera_port p, bool on);
bool camera_engine_is_capturing(struct camera_engine *engine, enum camera_port p);

void camera_engine_queue(struct camera_engine *engine, enum camera_port p,
			 struct component_buffer *buf);
/*
 * Forget the port's buffers. Waits for a frame that is being written; nothing
 * is written to them when this has returned.
 */
void camera_engine_drain(struct camera_engine *engine, enum camera_port p);
/* Move the finished buffers to @done, in order. */
void camera_engine_collect(struct camera_engine *engine, struct component_buffers *done);
void camera_engine_status(struct camera_engine *engine, enum camera_port p,
			  struct camera_port_status *status);

/*
 * Camera thread: do what is due at @now_ns. Returns when to be called again,
 * WORK_NEVER: not before a kick.
 */
uint64_t camera_engine_tick(struct camera_engine *engine, uint64_t now_ns);

/* For the thread: the same at the present time. */
uint64_t camera_engine_run(void *engine);

#endif /* VIDEOCORED_FIRMWARE_CAMERA_ENGINE_H */
