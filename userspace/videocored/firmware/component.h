/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Components of the firmware's multimedia service: the objects, and the
 * operations a kind of component implements. Firmware thread, except where a
 * component hands buffers to a thread of its own.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_COMPONENT_H
#define VIDEOCORED_FIRMWARE_COMPONENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <videocore/mmal-parameters.h>

struct component;
struct component_port;
struct json_object;
struct mmal_client;
struct mmal_server;
struct mmal_xfer;

#define COMPONENT_PORTS_PER_TYPE	4	/* what kernel clients have room for */
#define COMPONENT_VALUE_MAX		(MMAL_PARAM_MAX_WORDS * 4)

struct component_rational {
	int32_t num;
	int32_t den;
};

/**
 * struct component_format - a port's elementary stream format in host words
 * @type: enum mmal_es_type
 * @width: of the buffer: the stride in pixels
 * @height: of the buffer: lines of the first plane
 * @crop: what is visible of it
 */
struct component_format {
	uint32_t type;
	uint32_t encoding;
	uint32_t variant;
	uint32_t bitrate;
	uint32_t flags;
	uint32_t width;
	uint32_t height;
	struct {
		int32_t x;
		int32_t y;
		int32_t width;
		int32_t height;
	} crop;
	struct component_rational frame_rate;
	struct component_rational par;
	uint32_t color_space;
	uint32_t extradata_len;
	uint8_t extradata[MMAL_EXTRADATA_MAX];
};

/** struct component_needs - what buffers of a port must be like */
struct component_needs {
	uint32_t num_min;
	uint32_t size_min;
	uint32_t num_recommended;
	uint32_t size_recommended;
};

/**
 * struct component_buffer - a client's buffer, from BUFFER_FROM_HOST until it is
 * returned
 * @wire: the request; its first 32 bytes are echoed
 * @zero_copy: the data is in the guest at @bus and not in @mem
 * @handle: block that is referenced while the buffer is here (zero copy)
 * @bus: bus address of the block
 * @capacity: bytes that may be written at @offset
 * @mem: private memory of a port without zero copy; allocated when needed
 * @delivered: the component has it (or had it)
 * @ready: all of its input data is here
 * @is_tunnel: it is no client's but goes round between two ports
 * @xfer: the bulk that brings its data, or NULL
 * @length: result: valid bytes
 * @flags: result: MMAL_BUFFER_*
 * @pts: result, microseconds
 * @error: result: 0 or -errno
 * @held: all buffers of the port, in order of arrival
 * @queue: for the component's own use
 */
struct component_buffer {
	struct component_port *port;
	struct mmal_msg_buffer wire;
	bool zero_copy;
	bool delivered;
	bool ready;
	bool is_tunnel;
	uint32_t handle;
	uint32_t bus;
	uint32_t offset;
	uint32_t capacity;
	uint8_t *mem;
	size_t mem_len;
	struct mmal_xfer *xfer;

	uint32_t length;
	uint32_t flags;
	int64_t pts;
	int error;

	TAILQ_ENTRY(component_buffer) held;
	TAILQ_ENTRY(component_buffer) queue;
};

TAILQ_HEAD(component_buffers, component_buffer);

/* Ports a parameter may be used on. */
#define COMPONENT_ON_CONTROL	(1u << MMAL_PORT_CONTROL)
#define COMPONENT_ON_INPUT	(1u << MMAL_PORT_INPUT)
#define COMPONENT_ON_OUTPUT	(1u << MMAL_PORT_OUTPUT)
#define COMPONENT_ON_CLOCK	(1u << MMAL_PORT_CLOCK)
#define COMPONENT_ON_DATA	(COMPONENT_ON_INPUT | COMPONENT_ON_OUTPUT)
#define COMPONENT_ON_ANY	(COMPONENT_ON_DATA | COMPONENT_ON_CONTROL | COMPONENT_ON_CLOCK)

/* Length of a parameter that is checked by param_set alone. */
#define COMPONENT_LEN_ANY	0xffff

/** enum component_check - what is looked at in a parameter's value */
enum component_check {
	COMPONENT_CHECK_NONE,
	COMPONENT_CHECK_MAX,		/* first word is at most .max */
	COMPONENT_CHECK_RATIONALS,	/* pairs only, no denominator is zero */
	COMPONENT_CHECK_RATIONALS_AT4,	/* one word, then such pairs */
};

/**
 * struct component_param - a parameter that is accepted
 * @len: payload bytes, or COMPONENT_LEN_ANY
 * @len_alt: another payload length seen in use, or 0
 * @ports: COMPONENT_ON_*
 * @read_only: SET is refused
 * @check: of the value
 * @max: for COMPONENT_CHECK_MAX
 * @init: first word of the value until it is set
 */
struct component_param {
	uint32_t id;
	uint16_t len;
	uint16_t len_alt;
	uint8_t ports;
	bool read_only;
	enum component_check check;
	uint32_t max;
	uint32_t init;
};

/**
 * struct component_ops - a kind of component. Absent operations mean "nothing to do".
 * @name: on the wire
 * @params: accepted besides the common ones
 * @create: set comp->priv and the ports' first formats
 * @destroy: all ports are disabled and empty
 * @enable: comp->enabled has changed; -errno changes it back
 * @port_format: correct @fmt (a copy of what was asked) and compute @needs;
 *	-errno refuses it. Absent: everything goes
 * @encodings: SUPPORTED_ENCODINGS of a port
 * @param_set: a value that passed the checks; it is stored if 0 is returned
 * @param_stored: and now it is
 * @param_get: fill @value (@len bytes); -ENODATA: take the stored one
 * @port_enable: buffers may come from now on
 * @port_disable: give up every buffer of the port; they go back afterwards
 * @port_flush: the same for a port that stays enabled
 * @buffer: a buffer with all of its data; absent: it goes back at once
 * @poll: after mmal_server_notify(), from the firmware thread
 * @source_changed: the cameras see something else now
 * @status: counters for vcctl; any thread
 */
struct component_ops {
	const char *name;
	unsigned int nr_inputs;
	unsigned int nr_outputs;
	unsigned int nr_clocks;
	const struct component_param *params;
	size_t nr_params;
	int (*create)(struct component *comp);
	void (*destroy)(struct component *comp);
	int (*enable)(struct component *comp);
	int (*port_format)(struct component_port *port, struct component_format *fmt,
			   struct component_needs *needs);
	const uint32_t *(*encodings)(struct component_port *port, size_t *nr);
	int (*param_set)(struct component_port *port, uint32_t id,
			 const void *value, size_t len);
	void (*param_stored)(struct component_port *port, uint32_t id);
	int (*param_get)(struct component_port *port, uint32_t id, void *value, size_t len);
	int (*port_enable)(struct component_port *port);
	void (*port_disable)(struct component_port *port);
	void (*port_flush)(struct component_port *port);
	void (*buffer)(struct component_port *port, struct component_buffer *buf);
	void (*poll)(struct component *comp);
	void (*source_changed)(struct component *comp);
	void (*status)(struct component *comp, struct json_object *out);
};

/** struct component_value - a parameter that was set */
struct component_value {
	struct component_value *next;
	uint32_t id;
	size_t len;
	uint8_t data[];
};

/**
 * struct component_port - one port
 * @index: within its type
 * @index_all: within the component
 * @capabilities: MMAL_PORT_CAP_*
 * @asked: the format as the client asked for it, before padding
 * @num: buffers the client announced
 * @size: their size
 * @peer: other end of a tunnel
 * @held: buffers that are here
 * @nr_held: how many
 */
struct component_port {
	struct component *comp;
	enum mmal_port_type type;
	unsigned int index;
	unsigned int index_all;
	bool enabled;
	bool zero_copy;
	bool no_padding;
	uint32_t capabilities;
	struct component_format format;
	struct component_format asked;
	struct component_needs needs;
	uint32_t num;
	uint32_t size;
	struct component_port *peer;
	struct component_value *values;
	struct component_buffers held;
	unsigned int nr_held;

	uint32_t nr_rx;
	uint32_t nr_tx;
	uint32_t nr_eos;
	uint32_t max_bytes;
	uint64_t total_bytes;
};

/**
 * struct component - one instance
 * @handle: ((index + 1) << 3), see spec mmal.md 3.1
 * @cookie: the client's, for events
 * @ports: control, inputs, outputs, clocks
 */
struct component {
	const struct component_ops *ops;
	struct mmal_server *server;
	struct mmal_client *client;
	uint32_t handle;
	uint32_t cookie;
	uint32_t pid;
	bool enabled;
	unsigned int nr_ports;
	struct component_port *ports;
	void *priv;
};

extern const struct component_ops camera_component;
extern const struct component_ops camera_info_component;
extern const struct component_ops video_render_component;
extern const struct component_ops video_encode_component;
extern const struct component_ops image_encode_component;
extern const struct component_ops image_decode_component;
extern const struct component_ops isp_component;
extern const struct component_ops image_fx_component;
extern const struct component_ops video_decode_component;
extern const struct component_ops null_sink_component;

/* NULL and *error = -errno when there is no such kind or it cannot be made. */
struct component *component_create(struct mmal_server *server, struct mmal_client *client,
				   const char *name, int *error);
/* Disables the ports (their buffers go back), undoes tunnels. */
void component_destroy(struct component *comp);

int component_enable(struct component *comp, bool on);
struct component_port *component_port(struct component *comp, enum mmal_port_type type,
				      unsigned int index);

int component_port_set_format(struct component_port *port, const struct component_format *fmt);
int component_port_enable(struct component_port *port);
void component_port_disable(struct component_port *port);
void component_port_flush(struct component_port *port);
int component_port_connect(struct component_port *src, struct component_port *sink);
int component_port_disconnect(struct component_port *port);

int component_param_set(struct component_port *port, uint32_t id, const void *value, size_t len);
/*
 * @value has room for COMPONENT_VALUE_MAX bytes, *len is what the client has room
 * for. On success *len is the true length.
 */
int component_param_get(struct component_port *port, uint32_t id, void *value, size_t *len);
/* First word of what was set, @absent if nothing was. */
uint32_t component_value_u32(const struct component_port *port, uint32_t id, uint32_t absent);
const struct component_value *component_value(const struct component_port *port, uint32_t id);

#endif /* VIDEOCORED_FIRMWARE_COMPONENT_H */
