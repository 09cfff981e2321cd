// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of components with one input and one output.
 *
 * Copyright (C) 2026 vc-media project
 */

#include "m2m.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#include <videocore/mmal-encodings.h>

#include "guest.h"
#include "log.h"
#include "loop.h"
#include "media/provenance.h"
#include "mmal-priv.h"
#include "work-thread.h"

enum { M2M_IN, M2M_OUT, M2M_SIDES };

#define SHOW_EVERY_NS	50000000ull

/**
 * struct m2m_side - a port
 * @queue: buffers to work on
 * @using: is being worked on, without the lock
 * @emptying: no step may begin
 */
struct m2m_side {
	struct component_buffers queue;
	struct component_buffer *using;
	bool emptying;
};

/**
 * struct m2m - one component's engine
 * @codec: of @ops; whoever steps, or has seen that nobody does, may use it
 * @shown_ns: when it was asked for a picture to compare; as @codec
 * @lock: Protects all below
 * @idle: a step has ended
 * @is_running: the component is enabled
 * @is_stepping: the codec is at work, without the lock
 * @awaits_format: the output has to be set up before anything else is done
 * @has_event: @event is to be sent
 * @event: format of the FORMAT_CHANGED event
 * @done: worked on, to be collected
 * @nr_inputs: taken
 * @nr_outputs: filled
 */
struct m2m {
	struct component *comp;
	const struct m2m_ops *ops;
	struct work_thread *thread;
	void *codec;
	uint64_t shown_ns;

	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct m2m_side side[M2M_SIDES];
	struct m2m_setup setup;
	bool is_running;
	bool is_stepping;
	bool awaits_format;
	bool has_event;
	struct component_format event;
	struct component_buffers done;
	uint64_t nr_inputs;
	uint64_t nr_outputs;
};

static struct m2m_side *side_of(struct component_port *port)
{
	struct m2m *m2m = port->comp->priv;

	switch (port->type) {
	case MMAL_PORT_INPUT:
		return &m2m->side[M2M_IN];
	case MMAL_PORT_OUTPUT:
		return &m2m->side[M2M_OUT];
	default:
		return NULL;
	}
}

/* -----------------------------------------------------------------------------
 * A step; no lock held
 */

/* The data of a buffer, NULL if it has none or it is not there. */
static void *buffer_mem(struct vc_guest_view *view, struct component_buffer *buf, size_t len)
{
	if (!len)
		return NULL;
	if (buf->zero_copy)
		return vc_guest_ptr(view, buf->bus + buf->offset, len);
	if (buf->port->type == MMAL_PORT_OUTPUT && buf->mem_len < MMAL_BULK_LEN(len)) {
		free(buf->mem);
		buf->mem = calloc(1, MMAL_BULK_LEN(len));
		buf->mem_len = buf->mem ? MMAL_BULK_LEN(len) : 0;
	}
	return buf->mem;
}

static unsigned int codec_step(struct m2m *m2m, const struct m2m_setup *setup, struct m2m_io *io)
{
	if (!m2m->codec)
		m2m->codec = m2m->ops->open(setup);
	if (m2m->codec)
		return m2m->ops->step(m2m->codec, setup, io);
	/* The client gets its buffers back, but nothing in them. */
	vc_info("mmal", "%s: no codec for this format", m2m->comp->ops->name);
	if (!io->out)
		return io->in ? M2M_TOOK_INPUT : 0;
	io->out->error = -EIO;
	return M2M_FILLED_OUTPUT | (io->in ? M2M_TOOK_INPUT : 0);
}

static unsigned int step(struct m2m *m2m, const struct m2m_setup *setup, struct m2m_io *io)
{
	struct component_buffer *in = m2m->side[M2M_IN].using;
	struct component_buffer *out = m2m->side[M2M_OUT].using;
	struct vc_guest_view *view = vc_guest_view_get(m2m->comp->server->guest);
	unsigned int did;

	io->in = in;
	io->in_mem = in ? buffer_mem(view, in, in->length) : NULL;
	io->out_mem = out ? buffer_mem(view, out, out->capacity) : NULL;
	/* Memory that is not there is as good as no buffer. */
	io->out = io->out_mem ? out : NULL;
	if (out && !io->out) {
		out->error = -EFAULT;
		did = M2M_FILLED_OUTPUT;
	} else {
		did = codec_step(m2m, setup, io);
	}
	vc_guest_view_put(view);
	return did;
}

/* -----------------------------------------------------------------------------
 * Taking steps; lock held
 */

static struct component_buffer *pop(struct m2m_side *side)
{
	struct component_buffer *buf = TAILQ_FIRST(&side->queue);

	if (buf)
		TAILQ_REMOVE(&side->queue, buf, queue);
	side->using = buf;
	return buf;
}

static bool may_step(const struct m2m *m2m)
{
	return m2m->is_running && !m2m->awaits_format && !m2m->side[M2M_IN].emptying &&
	       !m2m->side[M2M_OUT].emptying;
}

/* Others number their pictures, too. */
static uint64_t picture_seq(const struct m2m *m2m)
{
	return (uint64_t)m2m->comp->handle << 32 | (uint32_t)m2m->nr_outputs;
}

/* Of a picture now and then, which is as many as are compared. */
static const struct vc_image *shown_picture(struct m2m *m2m)
{
	const uint64_t now = vc_now_ns();

	if (!m2m->ops->show || (m2m->shown_ns && now - m2m->shown_ns < SHOW_EVERY_NS))
		return NULL;
	m2m->shown_ns = now;
	return m2m->ops->show(m2m->codec);
}

/* Whose memory pictures came out of and went to, for whoever asks how they got there. */
static void note_pages(struct m2m *m2m, const struct m2m_io *io, unsigned int did)
{
	struct vc_provenance *prov = m2m->comp->server->prov;
	const struct component_buffer *in = io->in, *out = io->out;

	if (!prov)
		return;
	if (m2m->ops->takes_pictures && did & M2M_TOOK_INPUT && io->in_mem)
		vc_provenance_read(prov, in->zero_copy ? in->bus + in->offset : 0);
	if (m2m->ops->gives_pictures && did & M2M_FILLED_OUTPUT && out && out->length &&
	    out->zero_copy)
		vc_provenance_written(prov, picture_seq(m2m), out->bus + out->offset, out->length,
				      vc_now_ns(), shown_picture(m2m));
}

/* Used up, or to be used again. */
static void give_back(struct m2m *m2m, struct m2m_side *side, bool used_up)
{
	struct component_buffer *buf = side->using;

	side->using = NULL;
	if (!buf)
		return;
	if (used_up)
		TAILQ_INSERT_TAIL(&m2m->done, buf, queue);
	else if (!side->emptying)
		TAILQ_INSERT_HEAD(&side->queue, buf, queue);
}

/* False: nothing could be done. */
static bool m2m_step(struct m2m *m2m)
{
	struct component_buffer *in = pop(&m2m->side[M2M_IN]);
	struct m2m_setup setup = m2m->setup;
	struct m2m_io io = { 0 };
	unsigned int did;

	pop(&m2m->side[M2M_OUT]);
	m2m->is_stepping = true;
	pthread_mutex_unlock(&m2m->lock);
	did = step(m2m, &setup, &io);
	note_pages(m2m, &io, did);
	pthread_mutex_lock(&m2m->lock);
	m2m->is_stepping = false;
	if (in && did & M2M_TOOK_INPUT) {
		in->length = 0;
		in->flags = 0;
	}
	give_back(m2m, &m2m->side[M2M_IN], did & M2M_TOOK_INPUT);
	give_back(m2m, &m2m->side[M2M_OUT], did & M2M_FILLED_OUTPUT);
	m2m->nr_inputs += !!(did & M2M_TOOK_INPUT);
	m2m->nr_outputs += !!(did & M2M_FILLED_OUTPUT);
	if (did & M2M_NEW_FORMAT) {
		m2m->event = io.format;
		m2m->has_event = true;
		m2m->awaits_format = true;
	}
	pthread_cond_broadcast(&m2m->idle);
	return did;
}

uint64_t m2m_run(void *arg)
{
	struct m2m *m2m = arg;
	bool did = true;

	pthread_mutex_lock(&m2m->lock);
	while (did && may_step(m2m)) {
		did = m2m_step(m2m);
		pthread_mutex_unlock(&m2m->lock);
		if (did)
			mmal_server_notify(m2m->comp->server);
		pthread_mutex_lock(&m2m->lock);
	}
	pthread_mutex_unlock(&m2m->lock);
	return WORK_NEVER;
}

/* -----------------------------------------------------------------------------
 * For the component
 */

struct m2m *m2m_create(struct component *comp, const struct m2m_ops *ops)
{
	struct m2m *m2m = calloc(1, sizeof(*m2m));

	if (!m2m)
		return NULL;
	m2m->comp = comp;
	m2m->ops = ops;
	pthread_mutex_init(&m2m->lock, NULL);
	pthread_cond_init(&m2m->idle, NULL);
	TAILQ_INIT(&m2m->done);
	for (int s = 0; s < M2M_SIDES; s++)
		TAILQ_INIT(&m2m->side[s].queue);
	m2m->thread = work_thread_create(m2m_run, m2m);
	if (!m2m->thread) {
		m2m_destroy(m2m);
		return NULL;
	}
	return m2m;
}

void m2m_destroy(struct m2m *m2m)
{
	if (!m2m)
		return;
	work_thread_destroy(m2m->thread);
	if (m2m->codec)
		m2m->ops->close(m2m->codec);
	pthread_cond_destroy(&m2m->idle);
	pthread_mutex_destroy(&m2m->lock);
	free(m2m);
}

void m2m_component_destroy(struct component *comp)
{
	m2m_destroy(comp->priv);
}

int m2m_create_converter(struct component *comp, const struct m2m_ops *ops)
{
	const struct component_format fmt = {
		.type = MMAL_ES_VIDEO,
		.encoding = MMAL_ENCODING_I420,
		.width = 64,
		.height = 64,
		.frame_rate = { 0, 1 },
	};

	comp->priv = m2m_create(comp, ops);
	if (!comp->priv)
		return -ENOMEM;
	component_port_set_format(component_port(comp, MMAL_PORT_INPUT, 0), &fmt);
	component_port_set_format(component_port(comp, MMAL_PORT_OUTPUT, 0), &fmt);
	return 0;
}

void m2m_set_up(struct m2m *m2m, const struct m2m_setup *setup)
{
	pthread_mutex_lock(&m2m->lock);
	m2m->setup = *setup;
	pthread_mutex_unlock(&m2m->lock);
	work_thread_kick(m2m->thread);
}

void m2m_get_setup(struct m2m *m2m, struct m2m_setup *setup)
{
	pthread_mutex_lock(&m2m->lock);
	*setup = m2m->setup;
	pthread_mutex_unlock(&m2m->lock);
}

int m2m_component_enable(struct component *comp)
{
	struct m2m *m2m = comp->priv;

	pthread_mutex_lock(&m2m->lock);
	m2m->is_running = comp->enabled;
	pthread_mutex_unlock(&m2m->lock);
	work_thread_kick(m2m->thread);
	return 0;
}

int m2m_port_enable(struct component_port *port)
{
	struct m2m *m2m = port->comp->priv;

	if (port->type != MMAL_PORT_OUTPUT)
		return 0;
	pthread_mutex_lock(&m2m->lock);
	m2m->awaits_format = false;
	pthread_mutex_unlock(&m2m->lock);
	work_thread_kick(m2m->thread);
	return 0;
}

static void forget_done(struct m2m *m2m, const struct component_port *port)
{
	struct component_buffer *buf, *next;

	for (buf = TAILQ_FIRST(&m2m->done); buf; buf = next) {
		next = TAILQ_NEXT(buf, queue);
		if (buf->port == port)
			TAILQ_REMOVE(&m2m->done, buf, queue);
	}
}

/* Nobody works on the port's buffers any more, nor will. */
static void empty_side(struct m2m *m2m, struct m2m_side *side, const struct component_port *port)
{
	side->emptying = true;
	TAILQ_INIT(&side->queue);
	while (m2m->is_stepping)
		pthread_cond_wait(&m2m->idle, &m2m->lock);
	side->emptying = false;
	forget_done(m2m, port);
}

void m2m_port_flush(struct component_port *port)
{
	struct m2m_side *side = side_of(port);
	struct m2m *m2m = port->comp->priv;

	if (!side)
		return;
	pthread_mutex_lock(&m2m->lock);
	empty_side(m2m, side, port);
	/* What was made of the input goes with it. */
	if (port->type == MMAL_PORT_INPUT && m2m->codec)
		m2m->ops->flush(m2m->codec);
	pthread_mutex_unlock(&m2m->lock);
	work_thread_kick(m2m->thread);
}

void m2m_port_disable(struct component_port *port)
{
	struct m2m *m2m = port->comp->priv;

	m2m_port_flush(port);
	if (port->type != MMAL_PORT_OUTPUT)
		return;
	/* Whoever set up the output anew will be told again if need be. */
	pthread_mutex_lock(&m2m->lock);
	m2m->has_event = false;
	pthread_mutex_unlock(&m2m->lock);
}

void m2m_buffer(struct component_port *port, struct component_buffer *buf)
{
	struct m2m_side *side = side_of(port);
	struct m2m *m2m = port->comp->priv;

	if (!side) {
		mmal_buffer_return(buf);
		return;
	}
	pthread_mutex_lock(&m2m->lock);
	TAILQ_INSERT_TAIL(&side->queue, buf, queue);
	pthread_mutex_unlock(&m2m->lock);
	work_thread_kick(m2m->thread);
}

void m2m_poll(struct component *comp)
{
	struct m2m *m2m = comp->priv;
	struct component_format format;
	struct component_buffers done;
	struct component_buffer *buf;
	bool has_event;

	TAILQ_INIT(&done);
	pthread_mutex_lock(&m2m->lock);
	TAILQ_CONCAT(&done, &m2m->done, queue);
	has_event = m2m->has_event;
	format = m2m->event;
	m2m->has_event = false;
	pthread_mutex_unlock(&m2m->lock);
	while ((buf = TAILQ_FIRST(&done))) {
		TAILQ_REMOVE(&done, buf, queue);
		mmal_buffer_return(buf);
	}
	if (has_event)
		mmal_event_format_changed(component_port(comp, MMAL_PORT_OUTPUT, 0), &format);
}

void m2m_status(struct component *comp, struct json_object *out)
{
	struct m2m *m2m = comp->priv;

	pthread_mutex_lock(&m2m->lock);
	json_object_object_add(out, "inputs", json_object_new_int64(m2m->nr_inputs));
	json_object_object_add(out, "outputs", json_object_new_int64(m2m->nr_outputs));
	json_object_object_add(out, "awaits_format", json_object_new_boolean(m2m->awaits_format));
	pthread_mutex_unlock(&m2m->lock);
}
