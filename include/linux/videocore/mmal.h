/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MMAL for kernel clients: components of the firmware, their ports, formats,
 * parameters and buffers.
 *
 * Calls wait for the firmware's answer: bounded, and killable unless they undo
 * something. They return 0 or a negative errno; what the firmware refused has the
 * errno that its status means, -ETIMEDOUT and -ENODEV say that it did not
 * answer or is gone. Calls on one component are to be serialised by the client.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef LINUX_VIDEOCORE_MMAL_H
#define LINUX_VIDEOCORE_MMAL_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

#include <videocore/mmal.h>
#include <videocore/mmal-encodings.h>
#include <videocore/mmal-parameters.h>

struct vc_mmal;
struct vc_mmal_component;
struct vc_mmal_port;
struct vc_mmal_xfer;
struct vchiq_device;

#define VC_MMAL_MAX_PORTS	8
/* More than any parameter has, and a change of one is the longest event. */
#define VC_MMAL_EVENT_MAX	65536u

/**
 * struct vc_mmal_buffer - a buffer, embedded in the client's
 * @handle: the VPU's handle of the memory; of a port that copies: unused
 * @data: the memory, of a port that copies: direct mapped or vmalloc, with room for
 *	@size rounded up to 4
 * @size: bytes of it
 * @length: valid bytes, set by who fills the buffer
 * @offset: where they start
 * @flags: MMAL_BUFFER_*
 * @pts: presentation time, us, or MMAL_TIME_UNKNOWN
 * @dts: decoding time
 * @status: when completed: 0, or why the firmware has not used the buffer
 * @port: private: where it is, NULL outside
 * @context: private: name of the buffer in messages
 * @xfer: private: its payload, on a port that copies
 */
struct vc_mmal_buffer {
	u32 handle;
	void *data;
	u32 size;
	u32 length;
	u32 offset;
	u32 flags;
	s64 pts;
	s64 dts;
	int status;
	struct vc_mmal_port *port;
	u32 context;
	struct vc_mmal_xfer *xfer;
};

/**
 * struct vc_mmal_rational - a fraction
 * @num: numerator
 * @den: denominator
 */
struct vc_mmal_rational {
	s32 num;
	u32 den;
};

/**
 * struct vc_mmal_format - format of a port
 * @encoding: MMAL_ENCODING_*
 * @encoding_variant: the raw format below MMAL_ENCODING_OPAQUE, or 0
 * @width: of the buffer in pixels: what the stride is in pixels
 * @height: lines of the buffer
 * @crop: visible part: left, top, width, height
 * @frame_rate: 0/1 when it varies
 * @par: pixel aspect ratio, 0/1 unknown
 * @color_space: MMAL_COLOR_SPACE_*
 * @bitrate: bit/s of compressed formats, 0 = unset
 * @flags: MMAL_FORMAT_*
 * @extradata_len: valid bytes of @extradata
 * @extradata: codec configuration
 */
struct vc_mmal_format {
	u32 encoding;
	u32 encoding_variant;
	u32 width;
	u32 height;
	struct {
		u32 left;
		u32 top;
		u32 width;
		u32 height;
	} crop;
	struct vc_mmal_rational frame_rate;
	struct vc_mmal_rational par;
	u32 color_space;
	u32 bitrate;
	u32 flags;
	u32 extradata_len;
	u8 extradata[MMAL_EXTRADATA_MAX];
};

/**
 * struct vc_mmal_port - a port of a component
 * @component: whose it is
 * @type: enum mmal_port_type
 * @index: number among those of its type
 * @handle: the firmware's name for it
 * @min_num: fewest buffers the firmware works with
 * @min_size: smallest buffer, bytes
 * @recommended_num: how many it would like
 * @recommended_size: how large it would like them
 * @capabilities: MMAL_PORT_CAP_*
 * @num: buffers the client will use; set before vc_mmal_port_enable()
 * @size: their size; set before vc_mmal_port_enable()
 * @copies: payloads travel as bulks, or inside messages, to and from
 *	vc_mmal_buffer.data; false: zero copy. Set before vc_mmal_port_enable()
 * @format: as last read by vc_mmal_port_update() or vc_mmal_port_set_format()
 * @is_enabled: the firmware accepts and returns buffers, or may do so: it did not
 *	answer when the port was enabled or disabled
 * @sink: other end of a tunnel, see vc_mmal_tunnel_create(), or NULL
 * @nr_busy: buffers with the firmware
 * @nr_bulks: of these, those whose payload is on its way here
 * @arrivals: private: the same, in order
 * @done: completes buffers, see vc_mmal_port_enable()
 * @priv: the client's
 */
struct vc_mmal_port {
	struct vc_mmal_component *component;
	u32 type;
	u32 index;
	u32 handle;
	u32 min_num;
	u32 min_size;
	u32 recommended_num;
	u32 recommended_size;
	u32 capabilities;
	u32 num;
	u32 size;
	bool copies;
	struct vc_mmal_format format;
	bool is_enabled;
	struct vc_mmal_port *sink;
	atomic_t nr_busy;
	atomic_t nr_bulks;
	struct list_head arrivals;
	void (*done)(struct vc_mmal_port *port, struct vc_mmal_buffer *buf);
	void *priv;
};

/**
 * struct vc_mmal_event - an event of a component
 * @port_type: enum mmal_port_type
 * @port_index: which of them
 * @cmd: MMAL_EVENT_*
 * @len: bytes in @data, at most VC_MMAL_EVENT_MAX
 * @data: depends on @cmd
 */
struct vc_mmal_event {
	u32 port_type;
	u32 port_index;
	u32 cmd;
	u32 len;
	u8 data[] __counted_by(len);
};

/**
 * struct vc_mmal_component - a component of the firmware
 * @mmal: connection
 * @name: what it is, e.g. "ril.camera"
 * @id: our name for it in events
 * @handle: the firmware's name for it
 * @is_enabled: vc_mmal_component_enable() was called
 * @may_be_enabled: private: the firmware did not answer when it was asked to
 * @nr_inputs: ports in @input
 * @nr_outputs: ports in @output
 * @control: the control port
 * @input: input ports
 * @output: output ports
 * @event: called for each event, in order, from a work queue; may make calls
 * @priv: the client's
 */
struct vc_mmal_component {
	struct vc_mmal *mmal;
	const char *name;
	u32 id;
	u32 handle;
	bool is_enabled;
	bool may_be_enabled;
	unsigned int nr_inputs;
	unsigned int nr_outputs;
	struct vc_mmal_port control;
	struct vc_mmal_port input[VC_MMAL_MAX_PORTS];
	struct vc_mmal_port output[VC_MMAL_MAX_PORTS];
	void (*event)(struct vc_mmal_component *component,
		      const struct vc_mmal_event *event);
	void *priv;
};

/**
 * struct vc_mmal_ops - callbacks of a connection
 * @closed: the firmware is gone. All calls fail from now on, all buffers have
 *	been completed with -ENODEV. Must not sleep long or call back
 */
struct vc_mmal_ops {
	void (*closed)(struct vc_mmal *mmal, void *priv);
};

struct vc_mmal *vc_mmal_open(struct vchiq_device *vdev,
			     const struct vc_mmal_ops *ops, void *priv);
void vc_mmal_close(struct vc_mmal *mmal);
void vc_mmal_version(struct vc_mmal *mmal, u32 *major, u32 *minor);

struct vc_mmal_component *
vc_mmal_component_create(struct vc_mmal *mmal, const char *name,
			 void (*event)(struct vc_mmal_component *component,
				       const struct vc_mmal_event *event),
			 void *priv);
void vc_mmal_component_destroy(struct vc_mmal_component *component);
int vc_mmal_component_enable(struct vc_mmal_component *component);
int vc_mmal_component_disable(struct vc_mmal_component *component);

int vc_mmal_port_update(struct vc_mmal_port *port);
int vc_mmal_port_set_format(struct vc_mmal_port *port,
			    const struct vc_mmal_format *format);
int vc_mmal_port_set(struct vc_mmal_port *port, u32 id, const void *value,
		     size_t len);
int vc_mmal_port_get(struct vc_mmal_port *port, u32 id, void *value,
		     size_t *len);
int vc_mmal_port_set_u32(struct vc_mmal_port *port, u32 id, u32 value);

int vc_mmal_port_enable(struct vc_mmal_port *port,
			void (*done)(struct vc_mmal_port *port,
				     struct vc_mmal_buffer *buf));
int vc_mmal_port_disable(struct vc_mmal_port *port);
int vc_mmal_port_flush(struct vc_mmal_port *port);
int vc_mmal_tunnel_create(struct vc_mmal_port *src, struct vc_mmal_port *sink);
int vc_mmal_tunnel_destroy(struct vc_mmal_port *src);
int vc_mmal_port_submit(struct vc_mmal_port *port, struct vc_mmal_buffer *buf);

#endif /* LINUX_VIDEOCORE_MMAL_H */
