// SPDX-License-Identifier: GPL-2.0
/*
 * The multimedia service answers every message as its clients rely on.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <videocore/mmal-encodings.h>

#include "camera-engine.h"
#include "mmal-host.h"
#include "mmal.h"

static int setup(void **state)
{
	mmal_host_start(0);
	return 0;
}

static int teardown(void **state)
{
	mmal_host_stop();
	return 0;
}

/* -----------------------------------------------------------------------------
 * The service itself
 */

static void version_is_told(void **state)
{
	struct mmal_msg_version version;
	struct mmal_host_message in;

	memset(&version, 0xbc, sizeof(version));
	mmal_host_send(MMAL_MSG_GET_VERSION, 9, &version, sizeof(version));
	mmal_host_receive(&in);
	assert_int_equal(in.head.type, MMAL_MSG_GET_VERSION);
	assert_int_equal(in.head.context, 9);
	assert_int_equal(in.head.status, MMAL_SUCCESS);
	assert_int_equal(in.len, sizeof(version));
	memcpy(&version, in.payload, sizeof(version));
	assert_int_equal(version.major, 16);
	assert_int_equal(version.minimum, 10);
}

static void unknown_types_get_enosys(void **state)
{
	static const uint32_t types[] = { 0, 1, 2, 12, 16, 18, 19, 20, 21, 22, 23, 27, 28, 5000,
					  0xffffffff };
	struct mmal_host_message in;
	uint32_t status;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		mmal_host_send(types[i], 100 + i, &types, 8);
		mmal_host_receive(&in);
		assert_int_equal(in.head.type, types[i]);
		assert_int_equal(in.head.context, 100 + i);
		assert_int_equal(in.head.status, MMAL_ENOSYS);
		memcpy(&status, in.payload, sizeof(status));
		assert_int_equal(status, MMAL_ENOSYS);
	}
}

static void wrong_lengths_are_refused(void **state)
{
	static const struct {
		uint32_t type;
		size_t len;
	} exact[] = {
		{ MMAL_MSG_GET_VERSION, 16 },
		{ MMAL_MSG_COMPONENT_CREATE, 136 },
		{ MMAL_MSG_COMPONENT_DESTROY, 4 },
		{ MMAL_MSG_COMPONENT_ENABLE, 4 },
		{ MMAL_MSG_COMPONENT_DISABLE, 4 },
		{ MMAL_MSG_PORT_INFO_GET, 12 },
		{ MMAL_MSG_PORT_INFO_SET, 280 },
		{ MMAL_MSG_GET_STATS, 412 },
		{ MMAL_MSG_GET_CORE_STATS_FOR_PORT, 20 },
		{ MMAL_MSG_PORT_FLUSH, 272 },
	};
	const uint8_t data[MMAL_MAX_MSG] = { 0 };

	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		assert_int_equal(mmal_host_call(exact[i].type, data, exact[i].len - 1),
				 MMAL_EINVAL);
		assert_int_equal(mmal_host_call(exact[i].type, data, exact[i].len + 1),
				 MMAL_EINVAL);
		assert_int_equal(mmal_host_call(exact[i].type, data, 0), MMAL_EINVAL);
	}
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_ACTION, data, 11), MMAL_EINVAL);
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_ACTION, data, 77), MMAL_EINVAL);
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_PARAMETER_SET, data, 15), MMAL_EINVAL);
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_PARAMETER_SET, data, 401), MMAL_EINVAL);
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_PARAMETER_GET, data, 15), MMAL_EINVAL);
	assert_int_equal(mmal_host_nr_messages(), 0);
}

static void what_is_no_message_is_dropped(void **state)
{
	uint8_t data[2 * MMAL_MAX_MSG] = { 0 };
	struct mmal_msg_header head = { .magic = MMAL_MAGIC + 1, .type = MMAL_MSG_GET_VERSION };

	memcpy(data, &head, sizeof(head));
	mmal_host_send_raw(data, 40);
	head.magic = MMAL_MAGIC;
	memcpy(data, &head, sizeof(head));
	mmal_host_send_raw(data, 0);
	mmal_host_send_raw(data, 23);
	mmal_host_send_raw(data, MMAL_MAX_MSG + 1);
	/* Buffers of a wrong length have no answer either. */
	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 1, data, 271);
	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN, 1, data, 273);
	assert_int_equal(mmal_host_nr_messages(), 0);
	assert_int_equal(mmal_host_nr_bulks(), 0);
}

/* By "vcctl mmal": one is lost, the next is held back until that is over. */
static void answers_are_lost_or_held_back(void **state)
{
	struct mmal_msg_component_create msg = { .name = "null_sink" };
	struct mmal_host_message in;

	assert_int_not_equal(mmal_server_set_faults(mmal_host_server(), "lose="), 0);
	assert_int_not_equal(mmal_server_set_faults(mmal_host_server(), "lose=4,x"), 0);
	assert_int_equal(mmal_server_set_faults(mmal_host_server(), "lose=4,after=1"), 0);
	assert_int_not_equal(mmal_host_create("null_sink"), 0);
	mmal_host_send(MMAL_MSG_COMPONENT_CREATE, 5, &msg, sizeof(msg));
	assert_int_equal(mmal_host_nr_messages(), 0);
	assert_int_equal(mmal_server_set_faults(mmal_host_server(), "hold=4"), 0);
	mmal_host_send(MMAL_MSG_COMPONENT_CREATE, 6, &msg, sizeof(msg));
	assert_int_equal(mmal_host_nr_messages(), 0);
	assert_int_equal(mmal_server_set_faults(mmal_host_server(), "off"), 0);
	mmal_host_receive(&in);
	assert_int_equal(in.head.context, 6);
	assert_int_not_equal(mmal_host_create("null_sink"), 0);
}

static void statistics_count(void **state)
{
	struct mmal_msg_stats stats = { .reset = 1 };
	struct mmal_host_message in;
	uint32_t camera = mmal_host_create("ril.camera");

	assert_int_not_equal(camera, 0);
	mmal_host_create("no.such");
	mmal_host_send(MMAL_MSG_GET_STATS, 8, &stats, sizeof(stats));
	mmal_host_receive(&in);
	assert_int_equal(in.len, sizeof(stats));
	memcpy(&stats, in.payload, sizeof(stats));
	assert_int_equal(stats.components.created, 1);
	assert_int_equal(stats.components.failed, 1);
	assert_int_equal(stats.components.list_size, 1);
	assert_string_equal(stats.components.list[0].name, "ril.camera");
	assert_int_equal(stats.commands.executed, 3);
	stats.reset = 0;
	mmal_host_send(MMAL_MSG_GET_STATS, 8, &stats, sizeof(stats));
	mmal_host_receive(&in);
	memcpy(&stats, in.payload, sizeof(stats));
	assert_int_equal(stats.components.created, 0);
}

static void core_statistics_find_ports(void **state)
{
	struct mmal_msg_core_stats msg = { .port_type = MMAL_PORT_OUTPUT, .port_index = 2 };
	struct mmal_msg_core_stats_reply reply;
	struct mmal_host_message in;

	mmal_host_create("ril.camera");
	for (uint32_t want = 0; want < 3; want++) {
		msg.port_index = want == MMAL_CORE_STATS_NO_PORT ? 3 : 2;
		msg.component_index = want == MMAL_CORE_STATS_NO_COMPONENT ? 1 : 0;
		mmal_host_send(MMAL_MSG_GET_CORE_STATS_FOR_PORT, 1, &msg, sizeof(msg));
		mmal_host_receive(&in);
		assert_int_equal(in.len, sizeof(reply));
		memcpy(&reply, in.payload, sizeof(reply));
		assert_int_equal(reply.status, 0);
		assert_int_equal(reply.result, want);
	}
	msg.component_index = 0xffffffff;
	mmal_host_send(MMAL_MSG_GET_CORE_STATS_FOR_PORT, 1, &msg, sizeof(msg));
	mmal_host_receive(&in);
	memcpy(&reply, in.payload, sizeof(reply));
	assert_int_equal(reply.result, MMAL_CORE_STATS_NO_COMPONENT);
}

static void host_log_is_taken(void **state)
{
	char text[488];

	assert_int_equal(mmal_host_call(MMAL_MSG_HOST_LOG, "hello", 6), 0);
	/* Without its end. */
	memset(text, 'x', sizeof(text));
	assert_int_equal(mmal_host_call(MMAL_MSG_HOST_LOG, text, sizeof(text)), 0);
}

/* -----------------------------------------------------------------------------
 * Components
 */

static void components_have_their_ports(void **state)
{
	static const struct {
		const char *name;
		uint32_t nr[5];	/* by port type */
	} kinds[] = {
		{ "ril.camera", { 0, 1, 0, 3, 1 } },
		{ "camera_info", { 0, 1, 0, 0, 0 } },
		{ "ril.video_render", { 0, 1, 1, 0, 1 } },
		{ "ril.video_encode", { 0, 1, 1, 1, 0 } },
		{ "ril.image_encode", { 0, 1, 1, 1, 0 } },
		{ "null_sink", { 0, 1, 1, 0, 0 } },
	};
	uint32_t component, port, seen;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		component = mmal_host_create(kinds[i].name);
		assert_int_not_equal(component, 0);
		/* The rule of the user library. */
		assert_true((component >> 3) - 1 < 256);
		seen = 0;
		for (uint32_t type = 1; type <= MMAL_PORT_CLOCK; type++) {
			for (uint32_t n = 0; n < kinds[i].nr[type]; n++) {
				port = mmal_host_port(component, type, n, NULL);
				assert_in_range(port, 1, 255);
				assert_false(seen & (1u << port));
				seen |= 1u << port;
			}
			assert_int_equal(mmal_host_port(component, type, kinds[i].nr[type], NULL),
					 0);
		}
	}
}

static void components_come_and_go(void **state)
{
	uint32_t first = mmal_host_create("null_sink");
	uint32_t second = mmal_host_create("null_sink");

	assert_int_not_equal(first, second);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, first), 0);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, first), 0);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_DISABLE, first), 0);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, first), 0);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, first), MMAL_EINVAL);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, first), MMAL_EINVAL);
	assert_int_equal(mmal_host_port(first, MMAL_PORT_INPUT, 0, NULL), 0);
	assert_int_not_equal(mmal_host_port(second, MMAL_PORT_INPUT, 0, NULL), 0);
	assert_int_equal(mmal_host_create("null_sink"), first);
}

static void strange_handles_are_refused(void **state)
{
	static const uint32_t handles[] = { 0, 1, 7, 9, 16, 8 * 65, 0xfffffff8, 0xffffffff };

	assert_int_equal(mmal_host_create("null_sink"), 8);
	for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
		assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, handles[i]),
				 MMAL_EINVAL);
		assert_int_equal(mmal_host_action(handles[i], 2, MMAL_ACTION_DISABLE, 0, 0),
				 MMAL_EINVAL);
	}
	assert_int_equal(mmal_host_action(8, 0, MMAL_ACTION_DISABLE, 0, 0), MMAL_EINVAL);
	assert_int_equal(mmal_host_action(8, 3, MMAL_ACTION_DISABLE, 0, 0), MMAL_EINVAL);
	assert_int_equal(mmal_host_action(8, 0xffffffff, MMAL_ACTION_DISABLE, 0, 0), MMAL_EINVAL);
}

static void components_run_out(void **state)
{
	uint32_t last = 0, n = 0, component;

	while ((component = mmal_host_create("null_sink"))) {
		last = component;
		assert_in_range(++n, 1, 256);
	}
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, last), 0);
	assert_int_equal(mmal_host_create("camera_info"), last);
}

static void name_without_end_is_read_to_its_length(void **state)
{
	struct mmal_msg_component_create msg = { 0 };
	struct mmal_msg_component_create_reply reply;
	struct mmal_host_message in;

	memset(msg.name, 'r', sizeof(msg.name));
	mmal_host_send(MMAL_MSG_COMPONENT_CREATE, 1, &msg, sizeof(msg));
	mmal_host_receive(&in);
	memcpy(&reply, in.payload, sizeof(reply));
	assert_int_equal(reply.status, MMAL_ENOENT);
	assert_int_equal(reply.component_handle, 0);
}

/* -----------------------------------------------------------------------------
 * Formats
 */

static void video_format(uint32_t camera, uint32_t encoding, uint32_t width, uint32_t height,
			 struct mmal_msg_port_info_reply *info)
{
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 1, encoding, width,
					      height, info), 0);
}

static void camera_pads_its_pictures(void **state)
{
	static const struct {
		uint32_t encoding, width, height, stride, lines, size;
	} cases[] = {
		{ MMAL_ENCODING_I420, 640, 480, 640, 480, 640 * 480 * 3 / 2 },
		{ MMAL_ENCODING_NV12, 1280, 720, 1280, 720, 1280 * 720 * 3 / 2 },
		{ MMAL_ENCODING_NV12, 1000, 500, 1024, 512, 1024 * 512 * 3 / 2 },
		{ MMAL_ENCODING_YUYV, 100, 50, 128, 64, 128 * 64 * 2 },
		{ MMAL_ENCODING_RGB24, 100, 51, 112, 64, 112 * 64 * 3 },
		{ MMAL_ENCODING_BGR32, 1920, 1080, 1920, 1088, 1920 * 1088 * 4 },
		{ MMAL_ENCODING_RGB16, 33, 17, 64, 32, 64 * 32 * 2 },
	};
	uint32_t camera = mmal_host_create("ril.camera");
	struct mmal_msg_port_info_reply info;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		video_format(camera, cases[i].encoding, cases[i].width, cases[i].height, &info);
		assert_int_equal(info.es.width, cases[i].stride);
		assert_int_equal(info.es.height, cases[i].lines);
		assert_int_equal(info.es.crop.width, cases[i].width);
		assert_int_equal(info.es.crop.height, cases[i].height);
		assert_int_equal(info.port.buffer_size_min, cases[i].size);
		assert_true(info.port.buffer_num_min >= 1);
		assert_true(info.port.buffer_num_recommended >= info.port.buffer_num_min);
		assert_true(info.port.buffer_size_recommended >= info.port.buffer_size_min);
	}
}

static void padding_can_be_turned_off(void **state)
{
	uint32_t camera = mmal_host_create("ril.camera");
	struct mmal_msg_port_info_reply info;
	uint32_t video = mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, NULL);

	video_format(camera, MMAL_ENCODING_I420, 1000, 500, &info);
	assert_int_equal(info.es.width, 1024);
	assert_int_equal(mmal_host_set_u32(camera, video, MMAL_PARAM_NO_IMAGE_PADDING, 1), 0);
	mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, &info);
	assert_int_equal(info.es.width, 1000);
	assert_int_equal(info.es.height, 500);
	assert_int_equal(info.port.buffer_size_min, 1000 * 500 * 3 / 2);
	assert_int_equal(mmal_host_set_u32(camera, video, MMAL_PARAM_NO_IMAGE_PADDING, 0), 0);
	mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, &info);
	assert_int_equal(info.es.width, 1024);
	/* One byte, as the stock V4L2 driver sends it. */
	assert_int_equal(mmal_host_set(camera, video, MMAL_PARAM_NO_IMAGE_PADDING, "\1", 1), 0);
	mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, &info);
	assert_int_equal(info.es.width, 1000);
	assert_int_equal(mmal_host_set(camera, video, MMAL_PARAM_NO_IMAGE_PADDING, "\1\1", 2),
			 MMAL_EINVAL);
}

static void impossible_formats_change_nothing(void **state)
{
	static const struct {
		uint32_t encoding, width, height;
	} cases[] = {
		{ MMAL_ENCODING_H264, 640, 480 },
		{ 0, 640, 480 },
		{ MMAL_ENCODING_I420, 0, 0 },
		{ MMAL_ENCODING_I420, 8, 480 },
		{ MMAL_ENCODING_I420, 641, 480 },
		{ MMAL_ENCODING_I420, 640, 481 },
		{ MMAL_ENCODING_YUYV, 641, 480 },
		{ MMAL_ENCODING_RGB24, 3282, 480 },
		{ MMAL_ENCODING_RGB24, 640, 2465 },
		{ MMAL_ENCODING_RGB24, 0xffffffff, 480 },
		{ MMAL_ENCODING_RGB24, 640, 0x80000000 },
	};
	uint32_t camera = mmal_host_create("ril.camera");
	struct mmal_msg_port_info_reply before, info;

	video_format(camera, MMAL_ENCODING_NV12, 640, 480, &before);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 1,
						      cases[i].encoding, cases[i].width,
						      cases[i].height, NULL), MMAL_EINVAL);
		mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, &info);
		assert_memory_equal(&before.format, &info.format, sizeof(info.format));
		assert_memory_equal(&before.es, &info.es, sizeof(info.es));
	}
}

static void extradata_is_clamped(void **state)
{
	struct mmal_msg_port_info_set msg = {
		.port_type = MMAL_PORT_OUTPUT,
		.format.type = MMAL_ES_VIDEO,
		.format.encoding = MMAL_ENCODING_H264,
		.format.extradata_size = 0xffffffff,
	};
	struct mmal_msg_port_info_reply info;
	struct mmal_host_message in;

	msg.component_handle = mmal_host_create("ril.video_encode");
	memset(msg.extradata, 0x5a, sizeof(msg.extradata));
	mmal_host_send(MMAL_MSG_PORT_INFO_SET, 1, &msg, sizeof(msg));
	mmal_host_receive(&in);
	memcpy(&info, in.payload, sizeof(info));
	assert_int_equal(info.status, 0);
	assert_int_equal(info.format.extradata_size, 128);
	assert_memory_equal(info.extradata, msg.extradata, 128);
}

/* What the V4L2 driver does at its start. */
static void encoders_can_be_set_up(void **state)
{
	uint32_t encoder = mmal_host_create("ril.video_encode");
	uint32_t control = mmal_host_port(encoder, MMAL_PORT_CONTROL, 0, NULL);
	uint32_t output = mmal_host_port(encoder, MMAL_PORT_OUTPUT, 0, NULL);
	uint32_t list[64], profile[2] = { 28, 28 };
	size_t size;

	assert_int_equal(mmal_host_set_format(encoder, MMAL_PORT_OUTPUT, 0, MMAL_ENCODING_H264,
					      1280, 720, NULL), 0);
	assert_int_equal(mmal_host_set_u32(encoder, control, MMAL_PARAM_VIDEO_IMMUTABLE_INPUT, 1),
			 0);
	assert_int_equal(mmal_host_set_u32(encoder, control, MMAL_PARAM_MINIMISE_FRAGMENTATION, 1),
			 0);
	assert_int_equal(mmal_host_set_u32(encoder, output, MMAL_PARAM_RATECONTROL, 5),
			 MMAL_EINVAL);
	assert_int_equal(mmal_host_set(encoder, output, MMAL_PARAM_PROFILE, profile, 8), 0);
	assert_int_equal(mmal_host_get(encoder, output, MMAL_PARAM_SUPPORTED_ENCODINGS, list,
				       sizeof(list), &size), 0);
	assert_int_equal(list[0], MMAL_ENCODING_H264);
	assert_int_equal(size, 8);
	assert_int_equal(mmal_host_set_format(encoder, MMAL_PORT_OUTPUT, 0, MMAL_ENCODING_I420,
					      1280, 720, NULL), MMAL_EINVAL);
}

/* -----------------------------------------------------------------------------
 * Parameters
 */

static void encodings_are_listed(void **state)
{
	uint32_t camera = mmal_host_create("ril.camera");
	uint32_t still = mmal_host_port(camera, MMAL_PORT_OUTPUT, 2, NULL);
	size_t size, part, rgb = 0, bgr = 0;
	uint32_t list[90], few[4];

	assert_int_equal(mmal_host_get(camera, still, MMAL_PARAM_SUPPORTED_ENCODINGS, list,
				       sizeof(list), &size), 0);
	for (size_t i = 0; i < size / 4; i++) {
		rgb = list[i] == MMAL_ENCODING_RGB24 ? i + 1 : rgb;
		bgr = list[i] == MMAL_ENCODING_BGR24 ? i + 1 : bgr;
		/* What is listed can be set. */
		assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 2, list[i], 640,
						      480, NULL), 0);
	}
	assert_true(rgb && bgr && rgb < bgr);
	/* Too little room: the true size, and what fits. */
	assert_int_equal(mmal_host_get(camera, still, MMAL_PARAM_SUPPORTED_ENCODINGS, few,
				       sizeof(few), &part), MMAL_ENOSPC);
	assert_int_equal(part, size);
	assert_memory_equal(few, list, sizeof(few));
	assert_int_equal(mmal_host_get(camera, still, MMAL_PARAM_SUPPORTED_ENCODINGS, few, 0,
				       &part), MMAL_ENOSPC);
}

static void camera_info_tells_the_sensor(void **state)
{
	uint32_t component = mmal_host_create("camera_info");
	struct mmal_camera_info info;
	size_t size;

	assert_int_equal(mmal_host_get(component, 1, MMAL_PARAM_CAMERA_INFO, &info, sizeof(info),
				       &size), 0);
	assert_int_equal(size, 144);
	assert_int_equal(info.num_cameras, MMAL_HOST_CAMERAS);
	assert_true(info.cameras[0].max_width >= 1920);
	assert_true(info.cameras[0].max_height >= 1080);
	/* The old form without names. */
	assert_int_equal(mmal_host_get(component, 1, MMAL_PARAM_CAMERA_INFO, &info, 80, &size),
			 MMAL_ENOSPC);
	assert_int_equal(size, 144);
	assert_int_equal(mmal_host_set(component, 1, MMAL_PARAM_CAMERA_INFO, &info, sizeof(info)),
			 MMAL_EINVAL);
}

static void parameters_are_kept(void **state)
{
	const struct mmal_rational half = { 50, 100 };
	const uint32_t effect[8] = { 2, 5, 1, 128, 160, 160, 48, 0 };
	uint32_t camera = mmal_host_create("ril.camera"), got[8];
	struct mmal_rational brightness;
	size_t size;

	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_BRIGHTNESS, &half, 8), 0);
	assert_int_equal(mmal_host_get(camera, 1, MMAL_PARAM_BRIGHTNESS, &brightness, 8, &size), 0);
	assert_memory_equal(&brightness, &half, 8);
	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, effect, 28),
			 0);
	assert_int_equal(mmal_host_get(camera, 1, MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, got,
				       sizeof(got), &size), 0);
	assert_int_equal(size, 28);
	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, effect, 32),
			 0);
	/* Never set: no denominator is zero. */
	assert_int_equal(mmal_host_get(camera, 1, MMAL_PARAM_SATURATION, &brightness, 8, &size),
			 0);
	assert_int_not_equal(brightness.den, 0);
}

static void bad_parameters_are_refused(void **state)
{
	static const struct {
		uint32_t port;	/* 1 control, 2 preview, 3 video */
		uint32_t id;
		uint32_t words[4];
		size_t len;
		uint32_t status;
	} cases[] = {
		{ 1, 0xabcdef, { 0 }, 4, MMAL_ENOSYS },
		{ 1, MMAL_PARAM_SUPPORTED_ENCODINGS, { 0 }, 4, MMAL_EINVAL },
		{ 1, MMAL_PARAM_ZERO_COPY, { 1 }, 4, MMAL_EINVAL },
		{ 3, MMAL_PARAM_ZERO_COPY, { 1 }, 3, MMAL_EINVAL },
		{ 3, MMAL_PARAM_ZERO_COPY, { 1 }, 8, MMAL_EINVAL },
		{ 3, MMAL_PARAM_ZERO_COPY, { 0xbeef }, 4, MMAL_SUCCESS },
		{ 1, MMAL_PARAM_BRIGHTNESS, { 50, 0 }, 8, MMAL_EINVAL },
		{ 1, MMAL_PARAM_CUSTOM_AWB_GAINS, { 1, 1, 1, 0 }, 16, MMAL_EINVAL },
		{ 3, MMAL_PARAM_FPS_RANGE, { 30, 1, 30, 0 }, 16, MMAL_EINVAL },
		{ 3, MMAL_PARAM_FPS_RANGE, { 31, 1, 30, 1 }, 16, MMAL_EINVAL },
		{ 3, MMAL_PARAM_FPS_RANGE, { 15, 1, 30, 1 }, 16, MMAL_SUCCESS },
		{ 3, MMAL_PARAM_MIRROR, { 4 }, 4, MMAL_EINVAL },
		{ 3, MMAL_PARAM_ROTATION, { 45 }, 4, MMAL_EINVAL },
		{ 3, MMAL_PARAM_ROTATION, { 360 }, 4, MMAL_EINVAL },
		{ 3, MMAL_PARAM_ROTATION, { 180 }, 4, MMAL_SUCCESS },
		{ 1, MMAL_PARAM_AWB_MODE, { 11 }, 4, MMAL_EINVAL },
		{ 1, MMAL_PARAM_CAMERA_NUM, { 1 }, 4, MMAL_SUCCESS },
		{ 1, MMAL_PARAM_CAMERA_NUM, { MMAL_HOST_CAMERAS }, 4, MMAL_EINVAL },
		{ 1, MMAL_PARAM_CAMERA_NUM, { MMAL_CAMERA_NUM_OFF }, 4, MMAL_SUCCESS },
		{ 1, MMAL_PARAM_ANNOTATE, { 1 }, 16, MMAL_EINVAL },
		{ 1, MMAL_PARAM_EXPOSURE_COMP, { 6, 0 }, 8, MMAL_EINVAL },
		{ 1, MMAL_PARAM_EXPOSURE_COMP, { 0xfffffffa }, 4, MMAL_SUCCESS },
		{ 1, MMAL_PARAM_CAPTURE, { 1 }, 4, MMAL_EINVAL },
		{ 2, MMAL_PARAM_CAPTURE, { 1 }, 4, MMAL_EINVAL },
		{ 3, MMAL_PARAM_CAPTURE, { 1 }, 4, MMAL_SUCCESS },
	};
	uint32_t camera = mmal_host_create("ril.camera");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t status = mmal_host_set(camera, cases[i].port, cases[i].id, cases[i].words,
						cases[i].len);

		if (status != cases[i].status)
			fail_msg("case %zu, parameter 0x%x: status %u", i, cases[i].id, status);
	}
}

static void size_in_a_parameter_must_fit_its_message(void **state)
{
	/* component handle, port handle, id, size, value */
	uint32_t msg[5] = { 0, 3, MMAL_PARAM_ZERO_COPY, 0, 1 };
	static const uint32_t sizes[] = { 0, 4, 7, 8, 11, 13, 16, 400, 0x80000000, 0xffffffff };

	msg[0] = mmal_host_create("ril.camera");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		msg[3] = sizes[i];
		assert_int_equal(mmal_host_call(MMAL_MSG_PORT_PARAMETER_SET, msg, sizeof(msg)),
				 MMAL_EINVAL);
	}
	msg[3] = 12;
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_PARAMETER_SET, msg, sizeof(msg)), 0);
}

static void failed_get_still_has_id_and_size(void **state)
{
	uint32_t camera = mmal_host_create("ril.camera"), value;
	size_t size;

	assert_int_equal(mmal_host_get(camera, 1, 0xabcdef, &value, 4, &size), MMAL_ENOSYS);
	assert_int_equal(size, 0);
	assert_int_equal(mmal_host_get(camera, 99, MMAL_PARAM_SYSTEM_TIME, &value, 4, &size),
			 MMAL_EINVAL);
	assert_int_equal(size, 0);
}

static void system_time_is_the_clock(void **state)
{
	uint32_t camera = mmal_host_create("ril.camera");
	uint64_t us;
	size_t size;

	mmal_host_set_time(0x123456789abcdull * 1000 + 999);
	assert_int_equal(mmal_host_get(camera, 3, MMAL_PARAM_SYSTEM_TIME, &us, 8, &size), 0);
	assert_int_equal(size, 8);
	assert_int_equal(us, 0x123456789abcdull);
}

static void camera_config_is_checked(void **state)
{
	struct mmal_camera_config config = {
		.max_stills_w = 3280, .max_stills_h = 2464, .one_shot_stills = 1,
		.max_preview_video_w = 1920, .max_preview_video_h = 1088, .use_stc_timestamp = 1,
	};
	uint32_t camera = mmal_host_create("ril.camera");

	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_CAMERA_CONFIG, &config,
				       sizeof(config)), 0);
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 1, MMAL_ENCODING_I420,
					      2592, 1944, NULL), MMAL_EINVAL);
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 2, MMAL_ENCODING_I420,
					      2592, 1944, NULL), 0);
	config.max_stills_w = 3281;
	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_CAMERA_CONFIG, &config,
				       sizeof(config)), MMAL_EINVAL);
	config.max_stills_w = 3280;
	config.use_stc_timestamp = 3;
	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_CAMERA_CONFIG, &config,
				       sizeof(config)), MMAL_EINVAL);
	config.use_stc_timestamp = 0;
	mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, camera);
	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_CAMERA_CONFIG, &config,
				       sizeof(config)), MMAL_ENOTREADY);
}

/* -----------------------------------------------------------------------------
 * Port states and tunnels
 */

static void enable_needs_buffers(void **state)
{
	uint32_t camera = mmal_host_create("ril.camera");
	struct mmal_msg_port_info_reply info;
	uint32_t video = mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, NULL);
	uint32_t size;

	video_format(camera, MMAL_ENCODING_NV12, 640, 480, &info);
	size = info.port.buffer_size_min;
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_ENABLE, 0, size), MMAL_EINVAL);
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_ENABLE, 1, size - 1),
			 MMAL_EINVAL);
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_ENABLE, 1, size), 0);
	mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, &info);
	assert_int_equal(info.port.is_enabled, 1);
	assert_int_equal(info.port.buffer_num, 1);
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_ENABLE, 1, size), MMAL_EINVAL);
	/* What must not change while it is enabled. */
	assert_int_not_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 1, MMAL_ENCODING_NV12,
						  320, 240, NULL), 0);
	assert_int_not_equal(mmal_host_set_u32(camera, video, MMAL_PARAM_ZERO_COPY, 1), 0);
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_DISABLE, 0, 0), 0);
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_DISABLE, 0, 0), 0);
	assert_int_equal(mmal_host_action(camera, video, 7, 0, 0), MMAL_ENOSYS);
	assert_int_equal(mmal_host_action(camera, video, 0, 0, 0), MMAL_ENOSYS);
}

static void opaque_pictures_need_a_tunnel(void **state)
{
	uint32_t camera = mmal_host_create("ril.camera");
	uint32_t video = mmal_host_port(camera, MMAL_PORT_OUTPUT, 1, NULL);
	uint32_t sink = mmal_host_create("null_sink");
	uint32_t input = mmal_host_port(sink, MMAL_PORT_INPUT, 0, NULL);

	video_format(camera, MMAL_ENCODING_OPAQUE, 1024, 768, NULL);
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_ENABLE, 3, 1 << 20),
			 MMAL_ENOSYS);
	assert_int_equal(mmal_host_connect(camera, video, sink, input), 0);
	assert_int_equal(mmal_host_action(camera, video, MMAL_ACTION_ENABLE, 3, 0), 0);
}

static void tunnels_enable_both_ends(void **state)
{
	uint32_t camera = mmal_host_create("ril.camera");
	uint32_t preview = mmal_host_port(camera, MMAL_PORT_OUTPUT, 0, NULL);
	uint32_t render = mmal_host_create("ril.video_render");
	struct mmal_msg_port_info_reply info;
	uint32_t input = mmal_host_port(render, MMAL_PORT_INPUT, 0, NULL);

	assert_int_equal(mmal_host_connect(render, input, camera, preview), MMAL_EINVAL);
	assert_int_equal(mmal_host_connect(camera, preview, render, 99), MMAL_EINVAL);
	assert_int_equal(mmal_host_connect(camera, preview, 0, 1), MMAL_EINVAL);
	assert_int_equal(mmal_host_action(camera, preview, MMAL_ACTION_DISCONNECT, 0, 0),
			 MMAL_ENOTCONN);
	assert_int_equal(mmal_host_connect(camera, preview, render, input), 0);
	assert_int_equal(mmal_host_connect(camera, preview, render, input), MMAL_EISCONN);
	/* The kernel client knows no size for tunnels. */
	assert_int_equal(mmal_host_action(camera, preview, MMAL_ACTION_ENABLE, 0, 0), 0);
	mmal_host_port(render, MMAL_PORT_INPUT, 0, &info);
	assert_int_equal(info.port.is_enabled, 1);
	assert_int_equal(mmal_host_action(camera, preview, MMAL_ACTION_DISABLE, 0, 0), 0);
	mmal_host_port(render, MMAL_PORT_INPUT, 0, &info);
	assert_int_equal(info.port.is_enabled, 0);
	/* A component of a tunnel goes. */
	mmal_host_action(camera, preview, MMAL_ACTION_ENABLE, 0, 0);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, render), 0);
	mmal_host_port(camera, MMAL_PORT_OUTPUT, 0, &info);
	assert_int_equal(info.port.is_enabled, 0);
	assert_int_equal(mmal_host_action(camera, preview, MMAL_ACTION_DISCONNECT, 0, 0),
			 MMAL_ENOTCONN);
}

static void short_actions_are_enough_where_they_say_all(void **state)
{
	const struct mmal_msg_port_action_handle msg = {
		.component_handle = mmal_host_create("ril.camera"),
		.port_handle = 3,
		.action = MMAL_ACTION_DISABLE,
	};
	struct mmal_msg_port_action_handle enable = msg;

	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_ACTION, &msg, 12), 0);
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_ACTION, &msg, 20), 0);
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_ACTION, &msg, 16), MMAL_EINVAL);
	enable.action = MMAL_ACTION_ENABLE;
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_ACTION, &enable, 20), MMAL_EINVAL);
	enable.action = MMAL_ACTION_CONNECT;
	assert_int_equal(mmal_host_call(MMAL_MSG_PORT_ACTION, &enable, 12), MMAL_EINVAL);
}

/* -----------------------------------------------------------------------------
 * Buffers to an input
 */

static uint32_t enabled_sink(void)
{
	uint32_t sink = mmal_host_create("null_sink");

	assert_int_equal(mmal_host_action(sink, 2, MMAL_ACTION_ENABLE, 1, 1 << 20), 0);
	return sink;
}

static void send_input(uint32_t type, uint32_t sink, uint32_t cookie, uint32_t len)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(sink, 2, cookie, 0, 1 << 20);

	buf.header.length = len;
	mmal_host_send(type, 0, &buf, sizeof(buf));
}

static void inputs_take_data_in_order(void **state)
{
	uint32_t sink = enabled_sink();
	struct mmal_msg_buffer buf;

	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 1, 1001);
	/* No bulk of its own, but it must not overtake. */
	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 2, 0);
	send_input(MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN, sink, 3, 0);
	assert_int_equal(mmal_host_nr_messages(), 0);
	mmal_host_bulk(false, NULL, 1004);
	for (uint32_t cookie = 1; cookie <= 2; cookie++) {
		assert_int_equal(mmal_host_returned(&buf), 0);
		assert_int_equal(buf.drvbuf.client_context, cookie);
	}
	mmal_host_bulk(false, NULL, 8);
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(buf.drvbuf.client_context, 3);
	assert_int_equal(mmal_host_nr_bulks(), 0);
}

static void refused_input_still_takes_its_data(void **state)
{
	uint32_t sink = mmal_host_create("null_sink");
	struct mmal_msg_buffer buf;

	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 1, 100);
	assert_int_equal(mmal_host_returned(&buf), MMAL_EINVAL);
	assert_int_equal(buf.drvbuf.client_context, 1);
	assert_int_equal(buf.header.length, 0);
	mmal_host_bulk(false, NULL, 100);
	assert_int_equal(mmal_host_nr_messages(), 0);
}

static void absurd_input_is_refused(void **state)
{
	struct mmal_msg_buffer buf;
	uint32_t sink = enabled_sink();

	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 1, 0xfffffffe);
	assert_int_equal(mmal_host_returned(&buf), MMAL_EINVAL);
	buf = mmal_host_buffer(sink, 2, 2, 0, 1 << 20);
	buf.payload_in_message = 129;
	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
	assert_int_equal(mmal_host_returned(&buf), MMAL_EINVAL);
	buf = mmal_host_buffer(sink, 2, 3, 0, 1 << 20);
	buf.payload_in_message = 128;
	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(mmal_host_nr_bulks(), 0);
}

static void buffer_of_no_port_comes_back(void **state)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(8, 2, 42, 0, 100);

	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
	assert_int_equal(mmal_host_returned(&buf), MMAL_EINVAL);
	assert_int_equal(buf.drvbuf.client_context, 42);
}

static void buffers_are_bounded(void **state)
{
	uint32_t sink = enabled_sink();
	struct mmal_msg_buffer buf;

	/* Their data never comes. */
	for (uint32_t i = 0; i < 10000; i++)
		send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, i, 64);
	assert_in_range(mmal_host_nr_bulks(), 16, 1000);
	assert_int_equal(mmal_host_nr_messages() + mmal_host_nr_bulks(), 10000);
	assert_int_equal(mmal_host_returned(&buf), MMAL_EINVAL);
}

static void flushes_are_bounded(void **state)
{
	uint32_t sink = enabled_sink();
	struct mmal_msg_buffer flush = mmal_host_buffer(sink, 2, 0, 0, 0);

	for (uint32_t i = 0; i < 10000; i++)
		mmal_host_send(MMAL_MSG_PORT_FLUSH, 7, &flush, sizeof(flush));
	assert_in_range(mmal_host_nr_bulks(), 4, 1000);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_FLUSH, 7), MMAL_ENOMEM);
}

static void disable_returns_input_that_waits_for_data(void **state)
{
	uint32_t sink = enabled_sink();
	struct mmal_msg_port_action_port msg = {
		.component_handle = sink, .port_handle = 2, .action = MMAL_ACTION_DISABLE,
	};
	struct mmal_msg_buffer buf;

	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 1, 64);
	mmal_host_send(MMAL_MSG_PORT_ACTION, 5, &msg, sizeof(msg));
	mmal_host_returned(&buf);
	assert_int_equal(buf.drvbuf.client_context, 1);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_ACTION, 5), 0);
	/* The component goes, then the data comes. */
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, sink), 0);
	mmal_host_bulk(false, NULL, 64);
	assert_int_equal(mmal_host_nr_messages(), 0);
}

static void flush_waits_for_its_dummy(void **state)
{
	uint32_t sink = enabled_sink();
	struct mmal_msg_buffer flush = mmal_host_buffer(sink, 2, 0, 0, 0), buf;

	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 1, 64);
	mmal_host_send(MMAL_MSG_PORT_FLUSH, 11, &flush, sizeof(flush));
	assert_int_equal(mmal_host_nr_messages(), 0);
	mmal_host_bulk(false, NULL, 64);
	mmal_host_returned(&buf);
	assert_int_equal(mmal_host_nr_messages(), 0);
	mmal_host_bulk(false, NULL, 8);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_FLUSH, 11), 0);
	/* Of a port that is not there. */
	flush.drvbuf.port_handle = 9;
	mmal_host_send(MMAL_MSG_PORT_FLUSH, 12, &flush, sizeof(flush));
	mmal_host_bulk(false, NULL, 8);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_FLUSH, 12), MMAL_EINVAL);
}

static void close_aborts_what_is_under_way(void **state)
{
	uint32_t sink = enabled_sink();
	struct mmal_msg_buffer flush = mmal_host_buffer(sink, 2, 0, 0, 0);

	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 1, 64);
	send_input(MMAL_MSG_BUFFER_FROM_HOST, sink, 2, 64);
	mmal_host_send(MMAL_MSG_PORT_FLUSH, 11, &flush, sizeof(flush));
	mmal_host_close();
	assert_int_equal(mmal_host_nr_bulks(), 0);
	assert_int_equal(mmal_host_nr_messages(), 0);
}

static void status_lists_components(void **state)
{
	struct json_object *out = json_object_new_object(), *list, *name;

	mmal_host_create("ril.camera");
	mmal_server_status(mmal_host_server(), out);
	assert_true(json_object_object_get_ex(out, "components", &list));
	assert_int_equal(json_object_array_length(list), 1);
	assert_true(json_object_object_get_ex(json_object_array_get_idx(list, 0), "name", &name));
	assert_string_equal(json_object_get_string(name), "ril.camera");
	json_object_put(out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version_is_told),
		TEST(unknown_types_get_enosys),
		TEST(wrong_lengths_are_refused),
		TEST(what_is_no_message_is_dropped),
		TEST(answers_are_lost_or_held_back),
		TEST(statistics_count),
		TEST(core_statistics_find_ports),
		TEST(host_log_is_taken),
		TEST(components_have_their_ports),
		TEST(components_come_and_go),
		TEST(strange_handles_are_refused),
		TEST(components_run_out),
		TEST(name_without_end_is_read_to_its_length),
		TEST(camera_pads_its_pictures),
		TEST(padding_can_be_turned_off),
		TEST(impossible_formats_change_nothing),
		TEST(extradata_is_clamped),
		TEST(encoders_can_be_set_up),
		TEST(encodings_are_listed),
		TEST(camera_info_tells_the_sensor),
		TEST(parameters_are_kept),
		TEST(bad_parameters_are_refused),
		TEST(size_in_a_parameter_must_fit_its_message),
		TEST(failed_get_still_has_id_and_size),
		TEST(system_time_is_the_clock),
		TEST(camera_config_is_checked),
		TEST(enable_needs_buffers),
		TEST(opaque_pictures_need_a_tunnel),
		TEST(tunnels_enable_both_ends),
		TEST(short_actions_are_enough_where_they_say_all),
		TEST(inputs_take_data_in_order),
		TEST(refused_input_still_takes_its_data),
		TEST(absurd_input_is_refused),
		TEST(buffer_of_no_port_comes_back),
		TEST(buffers_are_bounded),
		TEST(flushes_are_bounded),
		TEST(disable_returns_input_that_waits_for_data),
		TEST(flush_waits_for_its_dummy),
		TEST(close_aborts_what_is_under_way),
		TEST(status_lists_components),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
