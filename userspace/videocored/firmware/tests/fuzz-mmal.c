// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: a client of the multimedia service that sends anything at any
 * time. The input is a list of steps; what they need they take from it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdarg.h>
#include <string.h>

#include <videocore/mmal-encodings.h>

#include "camera-engine.h"
#include "log.h"
#include "mmal-host.h"

#define MS	1000000ull

struct input {
	const uint8_t *data;
	size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void vc_log(enum vc_log_level level, const char *part, const char *fmt, ...)
{
}

/* Touches the first and the last line: what counts is where they are. */
static int render_edges(struct vc_image *dst)
{
	memset(dst->plane[0], 1, dst->stride[0]);
	memset(dst->plane[0] + (size_t)(dst->height - 1) * dst->stride[0], 2, dst->width);
	return 0;
}

static void take(struct input *in, void *to, size_t len)
{
	size_t n = len < in->left ? len : in->left;

	memset(to, 0, len);
	memcpy(to, in->data, n);
	in->data += n;
	in->left -= n;
}

static uint8_t byte(struct input *in)
{
	uint8_t value;

	take(in, &value, sizeof(value));
	return value;
}

/* Handles that may exist, most of the time. */
static uint32_t component(struct input *in)
{
	return (byte(in) % 5) * 8;
}

static uint32_t port(struct input *in)
{
	return byte(in) % 6;
}

static void drop_messages(void)
{
	struct mmal_host_message msg;

	while (mmal_host_nr_messages())
		mmal_host_receive(&msg);
}

static void step_any_message(struct input *in)
{
	uint8_t payload[MMAL_MAX_MSG];
	uint32_t type = byte(in) % 30;
	size_t len = byte(in) * 2;

	take(in, payload, len);
	mmal_host_send(type, 1, payload, len);
}

static void step_create(struct input *in)
{
	static const char *const names[] = {
		"ril.camera", "null_sink", "ril.video_encode", "camera_info", "ril.video_render",
		"ril.video_decode", "ril.isp",
	};

	mmal_host_create(names[byte(in) % 7]);
}

static void step_component(struct input *in)
{
	const struct mmal_msg_component msg = { .component_handle = component(in) };

	mmal_host_send(MMAL_MSG_COMPONENT_DESTROY + byte(in) % 3, 1, &msg, sizeof(msg));
}

static void step_format(struct input *in)
{
	static const uint32_t encodings[] = {
		MMAL_ENCODING_NV12, MMAL_ENCODING_I420, MMAL_ENCODING_RGB24, MMAL_ENCODING_BGR32,
		MMAL_ENCODING_YUYV, MMAL_ENCODING_OPAQUE, MMAL_ENCODING_H264, 0,
	};
	struct mmal_msg_port_info_set msg;

	memset(&msg, 0, sizeof(msg));
	msg.component_handle = component(in);
	msg.port_type = byte(in) % 5;
	msg.index = byte(in) % 4;
	msg.format.encoding = encodings[byte(in) % 8];
	msg.es.width = byte(in) * 16;
	msg.es.height = byte(in) * 16;
	if (byte(in) & 1)
		take(in, &msg.es, sizeof(msg.es));
	mmal_host_send(MMAL_MSG_PORT_INFO_SET, 1, &msg, sizeof(msg));
}

static void step_action(struct input *in)
{
	struct mmal_msg_port_action_port msg;

	memset(&msg, 0, sizeof(msg));
	msg.component_handle = component(in);
	msg.port_handle = port(in);
	msg.action = byte(in) % 8;
	msg.port.buffer_num = 3;
	msg.port.buffer_size = 16u << 20;
	if (msg.action == MMAL_ACTION_CONNECT) {
		/* The peer's handles are where the port structure starts. */
		msg.port.priv = component(in);
		msg.port.name = port(in);
	}
	mmal_host_send(MMAL_MSG_PORT_ACTION, 1, &msg, sizeof(msg));
}

static void step_parameter(struct input *in)
{
	static const uint32_t ids[] = {
		MMAL_PARAM_ZERO_COPY, MMAL_PARAM_CAPTURE, MMAL_PARAM_MIRROR, MMAL_PARAM_ROTATION,
		MMAL_PARAM_FPS_RANGE, MMAL_PARAM_NO_IMAGE_PADDING, MMAL_PARAM_CAMERA_CONFIG,
		MMAL_PARAM_SUPPORTED_ENCODINGS, MMAL_PARAM_ANNOTATE, MMAL_PARAM_BRIGHTNESS,
		MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, MMAL_PARAM_SYSTEM_TIME,
	};
	uint8_t data[sizeof(struct mmal_msg_parameter) + 400];
	struct mmal_msg_parameter msg = { .component_handle = component(in) };
	size_t len;

	msg.port_handle = port(in);
	msg.id = ids[byte(in) % 12];
	len = byte(in);
	msg.size = len + 8;
	memcpy(data, &msg, sizeof(msg));
	take(in, data + sizeof(msg), len);
	mmal_host_send(byte(in) & 1 ? MMAL_MSG_PORT_PARAMETER_GET : MMAL_MSG_PORT_PARAMETER_SET, 1,
		       data, sizeof(msg) + len);
}

static void step_buffer(struct input *in)
{
	static const uint32_t types[] = {
		MMAL_MSG_BUFFER_FROM_HOST, MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN, MMAL_MSG_PORT_FLUSH,
		MMAL_MSG_BUFFER_FROM_HOST,
	};
	uint32_t comp = component(in);
	struct mmal_msg_buffer buf = mmal_host_buffer(comp, port(in), 1, byte(in) % 10, 16u << 20);
	uint8_t flags = byte(in);

	if (flags & 4)
		take(in, &buf.header.alloc_size, 12);
	if (flags & 8)
		take(in, &buf.payload_in_message, 4);
	buf.header.length &= 0xfffff;
	mmal_host_send(types[flags % 4], 1, &buf, sizeof(buf));
}

static void step_time(struct input *in)
{
	uint64_t now = mmal_host_time() + byte(in) * MS;

	mmal_host_set_time(now);
	if (mmal_host_engine())
		mmal_host_tick(now);
}

static void step_posts(struct input *in)
{
	mmal_host_run_posts();
}

static void step_bulk(struct input *in)
{
	mmal_host_any_bulk(byte(in) & 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const steps[])(struct input *in) = {
		step_any_message, step_create, step_component, step_format, step_action,
		step_parameter, step_buffer, step_time, step_posts, step_bulk, step_buffer,
		step_time,
	};
	struct input in = { .data = data, .left = size };

	mmal_host_start(0);
	mmal_host_render_hook = render_edges;
	for (uint32_t i = 0; i < MMAL_HOST_BLOCKS; i++)
		mmal_host_import(i * (2u << 20), i < 6 ? 2u << 20 : 20u << 20);
	while (in.left) {
		steps[byte(&in) % 12](&in);
		drop_messages();
	}
	mmal_host_stop();
	return 0;
}
