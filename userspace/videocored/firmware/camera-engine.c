// SPDX-License-Identifier: GPL-2.0
/*
 * The camera's engine: renders frames into buffers, in time.
 *
 * The camera has one frame clock, like a sensor: its rate is that of the most
 * important port that captures (video before still before preview), and
 * every port gets the same frames.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "camera-engine.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <stdlib.h>

#include "camera-develop.h"
#include "guest.h"
#include "log.h"
#include "loop.h"
#include "media/image.h"
#include "media/provenance.h"
#include "mmal-priv.h"
#include "work-thread.h"

/* Every n-th frame is rendered once more, for comparison with the screen. */
#define REFERENCE_EVERY	8

/**
 * struct engine_port - one output
 * @capture: the CAPTURE gate
 * @since_ns: no frame is older than this
 * @base_ns: pts 0 of CAMERA_STC_RESET, 0 before the first frame
 * @queue: buffers to fill
 * @writing: is being filled, without the lock
 */
struct engine_port {
	struct camera_setup setup;
	bool capture;
	uint64_t since_ns;
	uint64_t base_ns;
	struct component_buffers queue;
	struct component_buffer *writing;
	struct camera_port_status count;
};

/**
 * struct camera_engine - one camera
 * @lock: Protects @ports, @next_ns, @feed and @done
 * @idle: a port's @writing became NULL
 * @next_ns: when the next frame is due, 0 = clock not running
 * @done: filled, to be collected
 * @feed: what is looked at
 * @room: camera thread: where pictures are developed
 * @reference: camera thread: a frame for comparison
 */
struct camera_engine {
	struct mmal_server *server;
	struct work_thread *thread;

	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct engine_port ports[CAMERA_PORTS];
	uint64_t next_ns;
	struct camera_feed *feed;
	struct component_buffers done;

	struct camera_darkroom *room;
	struct vc_image *reference;
};

/**
 * struct engine_job - one frame for one port, worked on without the lock
 * @done_ns: when the frame was complete
 * @took_ns: how long that took
 */
struct engine_job {
	struct component_buffer *buf;
	struct camera_setup setup;
	uint64_t pts_ns;
	uint64_t done_ns;
	uint64_t took_ns;
	bool eos;
};

/**
 * struct engine_frame - one tick of the frame clock
 * @start_ns: its time
 * @next_ns: time of the next
 * @ticks: 1 plus the frames that were missed before
 * @feed: what is looked at
 */
struct engine_frame {
	uint64_t start_ns;
	uint64_t next_ns;
	uint64_t ticks;
	struct camera_feed *feed;
	bool has_job[CAMERA_PORTS];
	struct engine_job jobs[CAMERA_PORTS];
};

/* -----------------------------------------------------------------------------
 * Rendering; camera thread, no lock held
 */

/* An image kept for the next time, NULL without memory. */
static struct vc_image *keep_image(struct vc_image **slot, uint32_t drm,
				   const struct camera_picture *pic)
{
	struct vc_image *img = *slot;

	if (img && img->format == drm && img->width == pic->width && img->height == pic->height)
		return img;
	vc_image_destroy(img);
	*slot = vc_image_create(drm, pic->width, pic->height);
	return *slot;
}

/** struct engine_view - what a frame shows */
struct engine_view {
	struct camera_feed *feed;
	struct camera_moment when;
};

static int render(struct camera_engine *engine, const struct engine_view *view,
		  const struct camera_setup *setup, struct vc_image *dst)
{
	struct vc_image *img = camera_develop_begin(engine->room, &setup->look, dst);
	int ret;

	if (!img)
		return -ENOMEM;
	ret = camera_feed_render(view->feed, &view->when, img);
	return ret ? ret : camera_develop(engine->room, &setup->look, dst);
}

/*
 * The reference is rendered anew instead of being read back from the guest: what
 * the guest does to the page must show.
 */
static const struct vc_image *render_reference(struct camera_engine *engine,
					       const struct engine_view *view,
					       const struct camera_setup *setup)
{
	struct vc_image *img;

	if (view->when.seq % REFERENCE_EVERY)
		return NULL;
	img = keep_image(&engine->reference, DRM_FORMAT_XRGB8888, &setup->picture);
	if (!img || render(engine, view, setup, img))
		return NULL;
	return img;
}

static int render_to(struct camera_engine *engine, const struct engine_view *view,
		     const struct camera_setup *setup, void *mem)
{
	const struct camera_picture *pic = &setup->picture;
	struct vc_image img;
	int ret;

	ret = vc_image_wrap(&img, pic->drm, pic->width, pic->height, pic->stride, pic->lines,
			    mem, pic->len);
	return ret ? ret : render(engine, view, setup, &img);
}

static int write_guest(struct camera_engine *engine, const struct engine_view *view,
		       struct engine_job *job)
{
	uint32_t bus = job->buf->bus + job->buf->offset;
	size_t len = job->setup.picture.len;
	struct vc_guest_view *guest = vc_guest_view_get(engine->server->guest);
	void *mem = vc_guest_ptr(guest, bus, len);
	int ret = mem ? render_to(engine, view, &job->setup, mem) : -EFAULT;

	job->done_ns = vc_now_ns();
	vc_guest_view_put(guest);
	if (!ret)
		vc_provenance_written(engine->server->prov, view->when.seq, bus, len, job->done_ns,
				      render_reference(engine, view, &job->setup));
	return ret;
}

static int write_private(struct camera_engine *engine, const struct engine_view *view,
			 struct engine_job *job)
{
	struct component_buffer *buf = job->buf;
	size_t len = MMAL_BULK_LEN(job->setup.picture.len);
	int ret;

	if (buf->mem_len < len) {
		free(buf->mem);
		buf->mem = calloc(1, len);
		buf->mem_len = buf->mem ? len : 0;
	}
	if (!buf->mem)
		return -ENOMEM;
	ret = render_to(engine, view, &job->setup, buf->mem);
	job->done_ns = vc_now_ns();
	return ret;
}

static void write_frame(struct camera_engine *engine, const struct engine_view *view,
			struct engine_job *job)
{
	struct component_buffer *buf = job->buf;
	uint64_t start_ns = vc_now_ns();
	int ret;

	if (job->setup.picture.len > buf->capacity)
		ret = -ENOSPC;
	else if (buf->zero_copy)
		ret = write_guest(engine, view, job);
	else
		ret = write_private(engine, view, job);
	if (ret)
		vc_info("camera", "frame not written to a buffer of %u bytes: error %d",
			buf->capacity, ret);
	else
		job->took_ns = job->done_ns - start_ns;
	buf->error = ret;
	buf->length = ret ? 0 : job->setup.picture.len;
	buf->flags = ret ? 0 : MMAL_BUFFER_FRAME | MMAL_BUFFER_KEYFRAME;
	if (job->eos)
		buf->flags |= MMAL_BUFFER_EOS;
	if (job->setup.stc != CAMERA_STC_NONE)
		buf->pts = job->pts_ns / 1000;
}

/* -----------------------------------------------------------------------------
 * The frame clock; lock held
 */

static bool port_is_active(const struct camera_engine *engine, enum camera_port p)
{
	const struct engine_port *port = &engine->ports[p];

	return port->setup.enabled && (p == CAMERA_PREVIEW || port->capture);
}

/* Of the port that decides the frame rate, 0 if none captures. */
static uint64_t engine_interval(const struct camera_engine *engine)
{
	static const enum camera_port order[] = { CAMERA_VIDEO, CAMERA_STILL, CAMERA_PREVIEW };

	for (int i = 0; i < CAMERA_PORTS; i++)
		if (port_is_active(engine, order[i]))
			return engine->ports[order[i]].setup.interval_ns;
	return 0;
}

static uint64_t port_pts(struct engine_port *port, uint64_t frame_ns)
{
	if (frame_ns < port->since_ns)
		frame_ns = port->since_ns;
	if (port->setup.stc != CAMERA_STC_RESET)
		return frame_ns;
	if (!port->base_ns)
		port->base_ns = frame_ns;
	return frame_ns - port->base_ns;
}

static bool take_job(struct camera_engine *engine, enum camera_port p, uint64_t frame_ns,
		     struct engine_job *job)
{
	struct engine_port *port = &engine->ports[p];
	struct component_buffer *buf = TAILQ_FIRST(&port->queue);

	if (!port_is_active(engine, p))
		return false;
	if (!buf) {
		/* A still waits for its buffer. */
		if (!port->setup.one_shot)
			port->count.dropped++;
		return false;
	}
	TAILQ_REMOVE(&port->queue, buf, queue);
	port->writing = buf;
	*job = (struct engine_job){
		.buf = buf,
		.setup = port->setup,
		.pts_ns = port_pts(port, frame_ns),
		.eos = port->setup.one_shot,
	};
	if (port->setup.one_shot)
		port->capture = false;
	return true;
}

static void finish_job(struct camera_engine *engine, enum camera_port p,
		       const struct engine_job *job)
{
	struct engine_port *port = &engine->ports[p];

	port->writing = NULL;
	TAILQ_INSERT_TAIL(&engine->done, job->buf, queue);
	if (job->buf->error) {
		port->count.errors++;
		return;
	}
	port->count.frames++;
	port->count.render_ns += job->took_ns;
	if (job->took_ns > port->count.render_max_ns)
		port->count.render_max_ns = job->took_ns;
}

/* Frames since the last tick: 1, more if the thread came late. */
static uint64_t advance_clock(struct camera_engine *engine, uint64_t interval, uint64_t now_ns)
{
	uint64_t missed = (now_ns - engine->next_ns) / interval;

	for (int p = 0; p < CAMERA_PORTS && missed; p++)
		if (port_is_active(engine, p) && !engine->ports[p].setup.one_shot)
			engine->ports[p].count.dropped += missed;
	engine->next_ns += (missed + 1) * interval;
	return missed + 1;
}

/* Lock held. False: no frame is due; frame->next_ns says when one is. */
static bool plan_frame(struct camera_engine *engine, uint64_t now_ns, struct engine_frame *frame)
{
	uint64_t interval = engine_interval(engine);

	if (!interval) {
		engine->next_ns = 0;
		frame->next_ns = WORK_NEVER;
		return false;
	}
	if (!engine->next_ns)
		engine->next_ns = now_ns;
	frame->next_ns = engine->next_ns;
	if (now_ns < engine->next_ns)
		return false;
	frame->ticks = advance_clock(engine, interval, now_ns);
	frame->next_ns = engine->next_ns;
	frame->start_ns = engine->next_ns - interval;
	frame->feed = engine->feed;
	for (int p = 0; p < CAMERA_PORTS; p++)
		frame->has_job[p] = take_job(engine, p, frame->start_ns, &frame->jobs[p]);
	return true;
}

/* No lock held. */
static void take_pictures(struct camera_engine *engine, struct engine_frame *frame)
{
	const struct engine_view view = {
		.feed = frame->feed,
		.when = camera_feed_tick(frame->feed, frame->start_ns, frame->ticks),
	};

	for (int p = 0; p < CAMERA_PORTS; p++)
		if (frame->has_job[p])
			write_frame(engine, &view, &frame->jobs[p]);
}

/* Lock held. True if there is something to collect. */
static bool finish_frame(struct camera_engine *engine, const struct engine_frame *frame)
{
	bool any = false;

	for (int p = 0; p < CAMERA_PORTS; p++) {
		if (!frame->has_job[p])
			continue;
		finish_job(engine, p, &frame->jobs[p]);
		any = true;
	}
	pthread_cond_broadcast(&engine->idle);
	return any;
}

uint64_t camera_engine_tick(struct camera_engine *engine, uint64_t now_ns)
{
	struct engine_frame frame = { 0 };
	bool is_due, any;

	pthread_mutex_lock(&engine->lock);
	is_due = plan_frame(engine, now_ns, &frame);
	pthread_mutex_unlock(&engine->lock);
	if (!is_due)
		return frame.next_ns;

	take_pictures(engine, &frame);

	pthread_mutex_lock(&engine->lock);
	any = finish_frame(engine, &frame);
	pthread_mutex_unlock(&engine->lock);
	if (any)
		mmal_server_notify(engine->server);
	return frame.next_ns;
}

uint64_t camera_engine_run(void *engine)
{
	return camera_engine_tick(engine, vc_now_ns());
}

/* -----------------------------------------------------------------------------
 * For the component
 */

struct camera_engine *camera_engine_create(struct mmal_server *server)
{
	struct camera_engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return NULL;
	engine->server = server;
	pthread_mutex_init(&engine->lock, NULL);
	pthread_cond_init(&engine->idle, NULL);
	TAILQ_INIT(&engine->done);
	for (int p = 0; p < CAMERA_PORTS; p++)
		TAILQ_INIT(&engine->ports[p].queue);
	engine->feed = &server->feeds[0];
	engine->room = camera_darkroom_create();
	if (engine->room)
		engine->thread = work_thread_create(camera_engine_run, engine);
	if (!engine->thread) {
		camera_engine_destroy(engine);
		return NULL;
	}
	return engine;
}

void camera_engine_destroy(struct camera_engine *engine)
{
	if (!engine)
		return;
	work_thread_destroy(engine->thread);
	camera_darkroom_destroy(engine->room);
	vc_image_destroy(engine->reference);
	pthread_cond_destroy(&engine->idle);
	pthread_mutex_destroy(&engine->lock);
	free(engine);
}

/* A port that starts gets no frame from before. */
static void port_started(struct engine_port *port)
{
	port->since_ns = vc_now_ns();
	port->base_ns = 0;
}

void camera_engine_look_at(struct camera_engine *engine, struct camera_feed *feed)
{
	pthread_mutex_lock(&engine->lock);
	engine->feed = feed;
	pthread_mutex_unlock(&engine->lock);
}

void camera_engine_setup(struct camera_engine *engine, enum camera_port p,
			 const struct camera_setup *setup)
{
	bool was_active;

	pthread_mutex_lock(&engine->lock);
	was_active = port_is_active(engine, p);
	engine->ports[p].setup = *setup;
	if (!was_active && port_is_active(engine, p))
		port_started(&engine->ports[p]);
	pthread_mutex_unlock(&engine->lock);
	work_thread_kick(engine->thread);
}

void camera_engine_capture(struct camera_engine *engine, enum camera_port p, bool on)
{
	pthread_mutex_lock(&engine->lock);
	if (on && !engine->ports[p].capture)
		port_started(&engine->ports[p]);
	engine->ports[p].capture = on;
	pthread_mutex_unlock(&engine->lock);
	work_thread_kick(engine->thread);
}

bool camera_engine_is_capturing(struct camera_engine *engine, enum camera_port p)
{
	bool is_active;

	pthread_mutex_lock(&engine->lock);
	is_active = port_is_active(engine, p);
	pthread_mutex_unlock(&engine->lock);
	return is_active;
}

void camera_engine_queue(struct camera_engine *engine, enum camera_port p,
			 struct component_buffer *buf)
{
	pthread_mutex_lock(&engine->lock);
	TAILQ_INSERT_TAIL(&engine->ports[p].queue, buf, queue);
	pthread_mutex_unlock(&engine->lock);
}

static void forget_done(struct camera_engine *engine, enum camera_port p)
{
	struct component_buffer *buf, *next;

	for (buf = TAILQ_FIRST(&engine->done); buf; buf = next) {
		next = TAILQ_NEXT(buf, queue);
		if (buf->port->index == (unsigned int)p)
			TAILQ_REMOVE(&engine->done, buf, queue);
	}
}

void camera_engine_drain(struct camera_engine *engine, enum camera_port p)
{
	struct engine_port *port = &engine->ports[p];

	pthread_mutex_lock(&engine->lock);
	/* First, or the thread takes the next one while this waits. */
	TAILQ_INIT(&port->queue);
	while (port->writing)
		pthread_cond_wait(&engine->idle, &engine->lock);
	forget_done(engine, p);
	pthread_mutex_unlock(&engine->lock);
}

void camera_engine_collect(struct camera_engine *engine, struct component_buffers *done)
{
	TAILQ_INIT(done);
	pthread_mutex_lock(&engine->lock);
	TAILQ_CONCAT(done, &engine->done, queue);
	pthread_mutex_unlock(&engine->lock);
}

void camera_engine_status(struct camera_engine *engine, enum camera_port p,
			  struct camera_port_status *status)
{
	pthread_mutex_lock(&engine->lock);
	*status = engine->ports[p].count;
	status->is_capturing = port_is_active(engine, p);
	pthread_mutex_unlock(&engine->lock);
}
