/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine of components with one input and one output: decoders, encoders,
 * converters. A thread takes buffers from both sides and lets the component's
 * codec work on them.
 *
 * m2m_run() is the whole of it; a thread calls it when it was kicked. All
 * functions are thread-safe.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_M2M_H
#define VIDEOCORED_FIRMWARE_M2M_H

#include <stdbool.h>
#include <stdint.h>

#include "component.h"

struct m2m;
struct vc_image;

/* What a step of a codec has done. */
#define M2M_TOOK_INPUT		1u
#define M2M_FILLED_OUTPUT	2u
#define M2M_NEW_FORMAT		4u	/* &m2m_io.format; the output is to be set up anew */

/**
 * struct m2m_setup - what the client has set, at the time of a step
 * @in: format of the input
 * @out: format of the output
 * @stop_on_colour: FORMAT_CHANGED also for pixel aspect and colours
 * @bitrate: bit/s
 * @is_cbr: keep to @bitrate all the time
 * @intra_period: frames from one key frame to the next, 0: the first only
 * @intra_refresh: macroblocks a frame that are coded anew in turn, 0: none
 * @profile: MMAL number, 0 = any
 * @level: MMAL number, 0 = any
 * @min_qp: 0 = default
 * @max_qp: 0 = default
 * @inline_headers: before each key frame
 * @headers_with_frame: in the buffer of the frame they precede
 * @key_frames_asked: counts REQUEST_I_FRAME
 * @quality: of JPEG, 1 to 100
 * @mirror: enum mmal_mirror
 * @effect: of an image_fx: MMAL_EFFECT_*, 0: none
 * @is_careful: that looks at more than one picture
 */
struct m2m_setup {
	struct component_format in;
	struct component_format out;
	bool stop_on_colour;
	uint32_t bitrate;
	bool is_cbr;
	uint32_t intra_period;
	uint32_t intra_refresh;
	uint32_t profile;
	uint32_t level;
	uint32_t min_qp;
	uint32_t max_qp;
	bool inline_headers;
	bool headers_with_frame;
	uint32_t key_frames_asked;
	uint32_t quality;
	uint32_t mirror;
	uint32_t effect;
	bool is_careful;
};

/**
 * struct m2m_io - buffers of a step
 * @in: oldest input, NULL if there is none
 * @in_mem: its data, NULL if it is empty; may change at any time
 * @out: oldest output, NULL if there is none; the codec sets length, flags, pts
 *	and error
 * @out_mem: @out->capacity bytes
 * @format: for M2M_NEW_FORMAT
 */
struct m2m_io {
	const struct component_buffer *in;
	const uint8_t *in_mem;
	struct component_buffer *out;
	uint8_t *out_mem;
	struct component_format format;
};

/**
 * struct m2m_ops - a kind of codec; called by one thread at a time
 * @open: NULL without memory or when there is no such codec
 * @close: of what @open returned
 * @flush: forget all input
 * @step: do one thing; M2M_*, 0: nothing can be done with these buffers
 * @show: the last output as a screen should show it, NULL: not known
 * @takes_pictures: inputs are pictures, not a stream
 * @gives_pictures: outputs are
 */
struct m2m_ops {
	void *(*open)(const struct m2m_setup *setup);
	void (*close)(void *codec);
	void (*flush)(void *codec);
	unsigned int (*step)(void *codec, const struct m2m_setup *setup, struct m2m_io *io);
	const struct vc_image *(*show)(void *codec);
	bool takes_pictures;
	bool gives_pictures;
};

struct m2m *m2m_create(struct component *comp, const struct m2m_ops *ops);
/* Sets comp->priv; both ports begin with small I420 pictures. 0 or -ENOMEM. */
int m2m_create_converter(struct component *comp, const struct m2m_ops *ops);
/* Both ports are empty. */
void m2m_destroy(struct m2m *m2m);

/* Formats and parameters have changed. */
void m2m_set_up(struct m2m *m2m, const struct m2m_setup *setup);
void m2m_get_setup(struct m2m *m2m, struct m2m_setup *setup);

/* For struct component_ops. */
int m2m_component_enable(struct component *comp);
void m2m_component_destroy(struct component *comp);
int m2m_port_enable(struct component_port *port);
void m2m_port_disable(struct component_port *port);
void m2m_port_flush(struct component_port *port);
void m2m_buffer(struct component_port *port, struct component_buffer *buf);
void m2m_poll(struct component *comp);
void m2m_status(struct component *comp, struct json_object *out);

/* What kinds with an m2m in comp->priv have in common. */
#define M2M_COMPONENT_OPS		\
	.nr_inputs = 1,			\
	.nr_outputs = 1,		\
	.enable = m2m_component_enable,	\
	.destroy = m2m_component_destroy,	\
	.port_disable = m2m_port_disable,	\
	.port_flush = m2m_port_flush,	\
	.buffer = m2m_buffer,		\
	.poll = m2m_poll,		\
	.status = m2m_status

/* For the thread: work until there is nothing to do. */
uint64_t m2m_run(void *arg);

#endif /* VIDEOCORED_FIRMWARE_M2M_H */
