// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures that go through a tunnel from the camera to an encoder.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <videocore/mmal-encodings.h>

#include "mmal-host.h"

#define MS		1000000ull
#define START		(5000 * MS)
#define WIDTH		320
#define HEIGHT		240
#define BLOCK_LEN	(WIDTH * HEIGHT * 4)

/* Port handles: of ril.camera, and of encoders. */
enum { PREVIEW = 2, VIDEO, STILL };
enum { ENC_INPUT = 2, ENC_OUTPUT };

static uint64_t next_tick;

static int setup(void **state)
{
	mmal_host_start(0);
	mmal_host_set_time(START);
	next_tick = START;
	return 0;
}

static int teardown(void **state)
{
	mmal_host_stop();
	return 0;
}

/* -----------------------------------------------------------------------------
 * Tunnels
 */

/* ril.camera's @port to @name, whose output is enabled; the encoder. */
static uint32_t connect(uint32_t camera, uint32_t port, const char *name, uint32_t encoding)
{
	uint32_t encoder = mmal_host_create(name);
	struct mmal_msg_port_info_reply info;

	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, port - PREVIEW,
					      MMAL_ENCODING_OPAQUE, WIDTH, HEIGHT, &info), 0);
	assert_int_equal(mmal_host_set_format(encoder, MMAL_PORT_INPUT, 0, MMAL_ENCODING_OPAQUE,
					      WIDTH, HEIGHT, &info), 0);
	assert_int_equal(mmal_host_set_format(encoder, MMAL_PORT_OUTPUT, 0, encoding, WIDTH,
					      HEIGHT, &info), 0);
	mmal_host_set_u32(encoder, ENC_OUTPUT, MMAL_PARAM_ZERO_COPY, 1);
	mmal_host_set_u32(encoder, ENC_OUTPUT, MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME, 1);
	assert_int_equal(mmal_host_connect(camera, port, encoder, ENC_INPUT), 0);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, encoder), 0);
	assert_int_equal(mmal_host_action(camera, port, MMAL_ACTION_ENABLE, 0, 0), 0);
	assert_int_equal(mmal_host_action(encoder, ENC_OUTPUT, MMAL_ACTION_ENABLE, 1,
					  BLOCK_LEN), 0);
	mmal_host_set_u32(camera, port, MMAL_PARAM_CAPTURE, 1);
	return encoder;
}

static void queue_output(uint32_t encoder, uint32_t handle)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(encoder, ENC_OUTPUT, 7, handle, BLOCK_LEN);

	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
}

static void tunnel_brings_pictures_to_an_encoder(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	uint32_t encoder = connect(camera, VIDEO, "ril.video_encode", MMAL_ENCODING_H264);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	for (int i = 0; i < 5; i++) {
		queue_output(encoder, handle);
		next_tick = mmal_host_tick(next_tick);
		mmal_host_run_posts();
		assert_int_equal(mmal_host_returned(&buf), 0);
		assert_int_equal(buf.drvbuf.client_context, 7);
		assert_true(buf.header.length > 0);
		assert_int_equal(!!(buf.header.flags & MMAL_BUFFER_KEYFRAME), !i);
		assert_int_equal(buf.header.pts, START / 1000 + i * 40000);
	}
	/* Pictures of a tunnel never leave the firmware. */
	assert_int_equal(mmal_host_written().count, 0);
	assert_int_equal(mmal_host_nr_bulks(), 0);
}

static void tunnel_brings_a_still(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	uint32_t encoder = connect(camera, STILL, "ril.image_encode", MMAL_ENCODING_JPEG);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	queue_output(encoder, handle);
	for (int i = 0; i < 2; i++) {
		mmal_host_tick(START + i * 100 * MS);
		mmal_host_run_posts();
		assert_int_equal(mmal_host_returned(&buf), 0);
		assert_true(buf.header.length > 0);
		assert_int_equal(buf.header.flags & MMAL_BUFFER_EOS, MMAL_BUFFER_EOS);
		assert_memory_equal(mmal_host_ram(), "\xff\xd8\xff", 3);
		/* One for each CAPTURE. */
		queue_output(encoder, handle);
		mmal_host_tick(START + i * 100 * MS + 50 * MS);
		mmal_host_run_posts();
		assert_int_equal(mmal_host_nr_messages(), 0);
		mmal_host_set_u32(camera, STILL, MMAL_PARAM_CAPTURE, 1);
	}
}

/* In whichever order: nothing is left over, which the end of each test checks. */
static void tunnels_end(void **state)
{
	static const struct {
		bool encoder;
		uint32_t port, action;
	} ends[] = {
		{ false, VIDEO, MMAL_ACTION_DISABLE },
		{ false, VIDEO, MMAL_ACTION_FLUSH },
		{ true, ENC_INPUT, MMAL_ACTION_DISABLE },
		{ true, ENC_INPUT, MMAL_ACTION_FLUSH },
		{ true, ENC_OUTPUT, MMAL_ACTION_DISABLE },
		{ false, VIDEO, MMAL_ACTION_DISCONNECT },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		uint32_t camera = mmal_host_create_camera();
		uint32_t encoder = connect(camera, VIDEO, "ril.video_encode",
					   MMAL_ENCODING_MJPEG);

		/* Without an output all buffers come to rest in the encoder. */
		for (int n = 0; n < 5; n++)
			next_tick = mmal_host_tick(next_tick);
		mmal_host_action(ends[i].encoder ? encoder : camera, ends[i].port, ends[i].action,
				 0, 0);
		for (int n = 0; n < 5; n++)
			next_tick = mmal_host_tick(next_tick > START ? next_tick : START);
		mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, i % 2 ? camera : encoder);
		mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, i % 2 ? encoder : camera);
		mmal_host_run_posts();
		next_tick = START;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tunnel_brings_pictures_to_an_encoder),
		TEST(tunnel_brings_a_still),
		TEST(tunnels_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
