// SPDX-License-Identifier: GPL-2.0
/*
 * The camera takes the right picture at the right time into the right memory.
 * There is no thread: the tests are the clock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include <videocore/mmal-encodings.h>

#include "camera-engine.h"
#include "media/pattern.h"
#include "mmal-host.h"
#include "mmal.h"
#include "work-thread.h"

#define MS		1000000ull
#define START		(5000 * MS)
#define WIDTH		640
#define HEIGHT		480
#define BLOCK_LEN	(WIDTH * HEIGHT * 4)

/* Port handles of ril.camera. */
enum { CONTROL = 1, PREVIEW, VIDEO, STILL };

static int setup(void **state)
{
	mmal_host_start(0);
	mmal_host_set_time(START);
	return 0;
}

static int teardown(void **state)
{
	mmal_host_stop();
	return 0;
}

/* -----------------------------------------------------------------------------
 * Helpers
 */

static void enable(uint32_t camera, uint32_t port, uint32_t encoding, bool zero_copy)
{
	struct mmal_msg_port_info_reply info;

	assert_int_equal(mmal_host_set_u32(camera, port, MMAL_PARAM_ZERO_COPY, zero_copy), 0);
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, port - PREVIEW, encoding,
					      WIDTH, HEIGHT, &info), 0);
	assert_int_equal(mmal_host_action(camera, port, MMAL_ACTION_ENABLE, 3,
					  info.port.buffer_size_min), 0);
}

static void capture(uint32_t camera, uint32_t port, uint32_t on)
{
	assert_int_equal(mmal_host_set_u32(camera, port, MMAL_PARAM_CAPTURE, on), 0);
}

static void queue(uint32_t camera, uint32_t port, uint32_t cookie, uint32_t data)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(camera, port, cookie, data, BLOCK_LEN);

	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
}

/* A camera whose video port runs with zero copy. */
static uint32_t streaming(uint32_t encoding)
{
	uint32_t camera = mmal_host_create_camera();

	enable(camera, VIDEO, encoding, true);
	capture(camera, VIDEO, 1);
	return camera;
}

static uint64_t seq_in(const void *mem, uint32_t drm, unsigned int stride)
{
	struct vc_image img;
	uint64_t seq;

	assert_int_equal(vc_image_wrap(&img, drm, WIDTH, HEIGHT, stride, HEIGHT, (void *)mem,
				       BLOCK_LEN), 0);
	assert_int_equal(vc_pattern_read_seq(&img, &seq), 0);
	return seq;
}

/* -----------------------------------------------------------------------------
 * Where pictures go
 */

static void zero_copy_writes_the_guests_pages(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	const uint32_t offset = 0x123000, len = WIDTH * HEIGHT * 3 / 2;
	uint32_t handle = mmal_host_import(offset, BLOCK_LEN);
	uint8_t *ram = mmal_host_ram();
	struct mmal_host_written written;
	struct mmal_msg_buffer buf;

	memset(ram, 0x77, MMAL_HOST_RAM_SIZE);
	queue(camera, VIDEO, 31, handle);
	assert_int_equal(mmal_host_block_refs(handle), 1);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(buf.drvbuf.client_context, 31);
	assert_int_equal(buf.header.data, handle);
	assert_int_equal(buf.header.length, len);
	assert_int_equal(buf.header.offset, 0);
	assert_int_equal(buf.header.flags & MMAL_BUFFER_FRAME_END, MMAL_BUFFER_FRAME_END);
	assert_int_equal(buf.header.pts, START / 1000);
	assert_int_equal(buf.is_zero_copy, 1);
	assert_int_equal(mmal_host_nr_bulks(), 0);
	assert_int_equal(mmal_host_block_refs(handle), 0);

	written = mmal_host_written();
	assert_int_equal(written.count, 1);
	assert_int_equal(written.bus, MMAL_HOST_BUS + offset);
	assert_int_equal(written.len, len);
	assert_int_equal(seq_in(ram + offset, DRM_FORMAT_NV12, WIDTH), written.seq);
	/* And not a byte beyond. */
	for (size_t i = 0; i < 4096; i++) {
		assert_int_equal(ram[offset - 1 - i], 0x77);
		assert_int_equal(ram[offset + len + i], 0x77);
	}
}

static void every_format_shows_the_frame(void **state)
{
	static const struct {
		uint32_t encoding, drm, bytes;
	} formats[] = {
		{ MMAL_ENCODING_I420, DRM_FORMAT_YUV420, 1 },
		{ MMAL_ENCODING_YV12, DRM_FORMAT_YVU420, 1 },
		{ MMAL_ENCODING_NV21, DRM_FORMAT_NV21, 1 },
		{ MMAL_ENCODING_YUYV, DRM_FORMAT_YUYV, 2 },
		{ MMAL_ENCODING_YVYU, DRM_FORMAT_YVYU, 2 },
		{ MMAL_ENCODING_UYVY, DRM_FORMAT_UYVY, 2 },
		{ MMAL_ENCODING_VYUY, DRM_FORMAT_VYUY, 2 },
		{ MMAL_ENCODING_RGB24, DRM_FORMAT_BGR888, 3 },
		{ MMAL_ENCODING_BGR24, DRM_FORMAT_RGB888, 3 },
		{ MMAL_ENCODING_RGB32, DRM_FORMAT_XBGR8888, 4 },
		{ MMAL_ENCODING_BGR32, DRM_FORMAT_XRGB8888, 4 },
		{ MMAL_ENCODING_RGBA, DRM_FORMAT_XBGR8888, 4 },
		{ MMAL_ENCODING_BGRA, DRM_FORMAT_XRGB8888, 4 },
		{ MMAL_ENCODING_ARGB, DRM_FORMAT_BGRX8888, 4 },
		{ MMAL_ENCODING_ABGR, DRM_FORMAT_RGBX8888, 4 },
		{ MMAL_ENCODING_RGB16, DRM_FORMAT_RGB565, 2 },
	};
	uint32_t camera = mmal_host_create_camera();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;
	uint64_t next = START;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		enable(camera, VIDEO, formats[i].encoding, true);
		capture(camera, VIDEO, 1);
		queue(camera, VIDEO, i, handle);
		next = mmal_host_tick(next);
		assert_int_equal(mmal_host_returned(&buf), 0);
		assert_int_equal(seq_in(mmal_host_ram(), formats[i].drm,
					WIDTH * formats[i].bytes), mmal_host_written().seq);
		capture(camera, VIDEO, 0);
		assert_int_equal(mmal_host_action(camera, VIDEO, MMAL_ACTION_DISABLE, 0, 0), 0);
	}
}

static void without_zero_copy_a_bulk_follows(void **state)
{
	const uint32_t len = WIDTH * HEIGHT * 3 / 2;
	uint32_t camera = mmal_host_create_camera();
	uint8_t *data = malloc(BLOCK_LEN);
	struct mmal_msg_buffer buf;

	enable(camera, VIDEO, MMAL_ENCODING_I420, false);
	capture(camera, VIDEO, 1);
	queue(camera, VIDEO, 1, 0xdeadbeef);
	queue(camera, VIDEO, 2, 0);
	mmal_host_tick(START);
	mmal_host_tick(START + 40 * MS);
	for (uint32_t i = 1; i <= 2; i++) {
		assert_int_equal(mmal_host_returned(&buf), 0);
		assert_int_equal(buf.drvbuf.client_context, i);
		assert_int_equal(buf.header.length, len);
		assert_int_equal(buf.is_zero_copy, 0);
		mmal_host_bulk(true, data, len);
		assert_int_equal(seq_in(data, DRM_FORMAT_YUV420, WIDTH), i);
	}
	assert_int_equal(mmal_host_written().count, 0);
	free(data);
}

/* A dummy of eight bytes is not where the picture goes. */
static void zero_length_message_takes_a_picture_too(void **state)
{
	const uint32_t len = WIDTH * HEIGHT * 3 / 2;
	uint32_t camera = mmal_host_create_camera();
	struct mmal_msg_buffer buf;
	uint8_t *data = malloc(BLOCK_LEN);

	enable(camera, VIDEO, MMAL_ENCODING_NV12, false);
	capture(camera, VIDEO, 1);
	buf = mmal_host_buffer(camera, VIDEO, 1, 0, BLOCK_LEN);
	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN, 0, &buf, sizeof(buf));
	mmal_host_bulk(false, NULL, 8);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&buf), 0);
	mmal_host_bulk(true, data, len);
	assert_int_equal(seq_in(data, DRM_FORMAT_NV12, WIDTH), 1);
	free(data);
}

static void bad_memory_fails_the_buffer_only(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t small = mmal_host_import(0, WIDTH * HEIGHT);
	uint32_t outside = mmal_host_import(MMAL_HOST_RAM_SIZE - 4096, BLOCK_LEN);
	uint32_t good = mmal_host_import(0x100000, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	/* Unknown handle: at once. */
	queue(camera, VIDEO, 1, 99);
	assert_int_equal(mmal_host_returned(&buf), MMAL_ENOENT);
	queue(camera, VIDEO, 2, small);
	queue(camera, VIDEO, 3, outside);
	queue(camera, VIDEO, 4, good);
	for (int i = 0; i < 3; i++)
		mmal_host_tick(START + i * 40 * MS);
	assert_int_equal(mmal_host_returned(&buf), MMAL_ENOSPC);
	assert_int_equal(buf.header.length, 0);
	assert_int_equal(mmal_host_returned(&buf), MMAL_EFAULT);
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(buf.drvbuf.client_context, 4);
	assert_int_equal(mmal_host_written().count, 1);
}

static int render_fails(struct vc_image *dst)
{
	return -EIO;
}

static void source_failure_is_told(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	mmal_host_render_hook = render_fails;
	queue(camera, VIDEO, 1, handle);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&buf), MMAL_EIO);
	assert_int_equal(mmal_host_written().count, 0);
}

static void some_frames_have_a_reference(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	for (int i = 0; i < 80; i++) {
		queue(camera, VIDEO, i, handle);
		mmal_host_tick(START + i * 40 * MS);
		mmal_host_returned(&buf);
	}
	assert_int_equal(mmal_host_written().count, 80);
	assert_int_equal(mmal_host_written().references, 10);
}

/* -----------------------------------------------------------------------------
 * When pictures are taken
 */

static void nothing_without_capture(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;
	unsigned int kicks;

	enable(camera, VIDEO, MMAL_ENCODING_NV12, true);
	queue(camera, VIDEO, 1, handle);
	assert_true(mmal_host_tick(START) == WORK_NEVER);
	assert_int_equal(mmal_host_nr_messages(), 0);
	kicks = mmal_host_kicks();
	capture(camera, VIDEO, 1);
	assert_true(mmal_host_kicks() > kicks);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&buf), 0);
	queue(camera, VIDEO, 2, handle);
	capture(camera, VIDEO, 0);
	assert_true(mmal_host_tick(START + 40 * MS) == WORK_NEVER);
	assert_int_equal(mmal_host_nr_messages(), 0);
	/* The buffer waited for the next time. */
	capture(camera, VIDEO, 1);
	mmal_host_tick(START + 1000 * MS);
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(buf.drvbuf.client_context, 2);
}

static void preview_needs_no_capture(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	enable(camera, PREVIEW, MMAL_ENCODING_NV12, true);
	queue(camera, PREVIEW, 1, handle);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&buf), 0);
	/* Not when the camera as a whole is off. */
	queue(camera, PREVIEW, 2, handle);
	mmal_host_component(MMAL_MSG_COMPONENT_DISABLE, camera);
	assert_true(mmal_host_tick(START + 40 * MS) == WORK_NEVER);
	assert_int_equal(mmal_host_nr_messages(), 0);
}

static void still_ends_with_eos(void **state)
{
	uint32_t camera = mmal_host_create_camera(), on;
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;
	size_t size;

	enable(camera, STILL, MMAL_ENCODING_NV12, true);
	capture(camera, STILL, 1);
	/* It waits for its buffer. */
	mmal_host_tick(START);
	queue(camera, STILL, 1, handle);
	queue(camera, STILL, 2, handle);
	mmal_host_tick(START + 40 * MS);
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(buf.header.flags & MMAL_BUFFER_EOS, MMAL_BUFFER_EOS);
	assert_int_equal(buf.header.length, WIDTH * HEIGHT * 3 / 2);
	assert_true(mmal_host_tick(START + 80 * MS) == WORK_NEVER);
	assert_int_equal(mmal_host_nr_messages(), 0);
	assert_int_equal(mmal_host_get(camera, STILL, MMAL_PARAM_CAPTURE, &on, 4, &size), 0);
	assert_int_equal(on, 0);
	capture(camera, STILL, 1);
	mmal_host_tick(START + 200 * MS);
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(buf.drvbuf.client_context, 2);
}

static int render_nothing(struct vc_image *dst)
{
	return 0;
}

static void failed_still_without_zero_copy_has_a_dummy(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	struct mmal_msg_buffer buf;

	mmal_host_render_hook = render_fails;
	enable(camera, STILL, MMAL_ENCODING_NV12, false);
	capture(camera, STILL, 1);
	queue(camera, STILL, 1, 0);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&buf), MMAL_EIO);
	assert_int_equal(buf.header.length, 0);
	assert_int_equal(buf.header.flags, MMAL_BUFFER_EOS);
	mmal_host_bulk(true, NULL, 8);
}

/* Frames of one second, the thread being woken exactly when it asked to. */
static unsigned int frames_in_a_second(uint32_t camera, uint64_t from)
{
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;
	unsigned int frames = 0;
	uint64_t now = from;

	mmal_host_render_hook = render_nothing;
	while (now < from + 1000 * MS) {
		queue(camera, VIDEO, frames, handle);
		now = mmal_host_tick(now);
		mmal_host_returned(&buf);
		frames++;
	}
	return frames;
}

static void rate_follows_the_source(void **state)
{
	assert_int_equal(frames_in_a_second(streaming(MMAL_ENCODING_NV12), START), 25);
}

static void rate_follows_another_source(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);

	mmal_host_source_fps = 50;
	mmal_server_set_source(mmal_host_server(), 0, NULL);
	mmal_host_run_posts();
	assert_int_equal(frames_in_a_second(camera, START), 50);
}

static void rate_follows_the_range(void **state)
{
	const uint32_t range[] = { 1, 1, 30, 1 };
	uint32_t camera = streaming(MMAL_ENCODING_NV12);

	assert_int_equal(mmal_host_set(camera, VIDEO, MMAL_PARAM_FPS_RANGE, range, 16), 0);
	assert_in_range(frames_in_a_second(camera, START), 30, 31);
}

static void rate_of_the_format_comes_first(void **state)
{
	const uint32_t range[] = { 30, 1, 30, 1 };
	uint32_t camera = mmal_host_create_camera();
	struct mmal_msg_port_info_set msg = {
		.component_handle = camera, .port_type = MMAL_PORT_OUTPUT, .index = 1,
		.format.type = MMAL_ES_VIDEO, .format.encoding = MMAL_ENCODING_NV12,
		.es.width = WIDTH, .es.height = HEIGHT, .es.frame_rate = { 50, 1 },
	};
	struct mmal_host_message in;

	assert_int_equal(mmal_host_set(camera, VIDEO, MMAL_PARAM_FPS_RANGE, range, 16), 0);
	mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_ZERO_COPY, 1);
	mmal_host_send(MMAL_MSG_PORT_INFO_SET, 1, &msg, sizeof(msg));
	mmal_host_receive(&in);
	assert_int_equal(mmal_host_action(camera, VIDEO, MMAL_ACTION_ENABLE, 3, BLOCK_LEN), 0);
	capture(camera, VIDEO, 1);
	assert_int_equal(frames_in_a_second(camera, START), 50);
}

static int setup_option_fps(void **state)
{
	mmal_host_start(12.5);
	mmal_host_set_time(START);
	return 0;
}

static void rate_of_the_command_line_beats_the_source(void **state)
{
	assert_in_range(frames_in_a_second(streaming(MMAL_ENCODING_NV12), START), 12, 13);
}

static void late_wake_ups_do_not_add_up(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;
	uint64_t next = START;

	for (int i = 0; i < 100; i++) {
		queue(camera, VIDEO, i, handle);
		next = mmal_host_tick(next + (i ? 7 * MS : 0));
		mmal_host_returned(&buf);
		assert_int_equal(buf.header.pts, (START + i * 40 * MS) / 1000);
		assert_true(next == START + (i + 1) * 40 * MS);
	}
}

static void early_wake_ups_take_no_picture(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	queue(camera, VIDEO, 1, handle);
	queue(camera, VIDEO, 2, handle);
	mmal_host_tick(START);
	mmal_host_returned(&buf);
	assert_true(mmal_host_tick(START + 39 * MS) == START + 40 * MS);
	assert_int_equal(mmal_host_nr_messages(), 0);
	mmal_host_tick(START + 40 * MS);
	assert_int_equal(mmal_host_returned(&buf), 0);
}

static void counters(struct camera_port_status *status)
{
	camera_engine_status(mmal_host_engine(), CAMERA_VIDEO, status);
}

static void missing_buffers_are_counted_not_awaited(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct camera_port_status status;
	struct mmal_msg_buffer buf;

	queue(camera, VIDEO, 1, handle);
	for (int i = 0; i < 5; i++)
		mmal_host_tick(START + i * 40 * MS);
	counters(&status);
	assert_int_equal(status.frames, 1);
	assert_int_equal(status.dropped, 4);
	/* The next one has the number of its time. */
	queue(camera, VIDEO, 2, handle);
	mmal_host_tick(START + 5 * 40 * MS);
	assert_int_equal(mmal_host_written().seq, 6);
	mmal_host_returned(&buf);
	mmal_host_returned(&buf);
	/* A thread that overslept two frames. */
	queue(camera, VIDEO, 3, handle);
	assert_true(mmal_host_tick(START + 8 * 40 * MS + MS) == START + 9 * 40 * MS);
	assert_int_equal(mmal_host_written().seq, 9);
	counters(&status);
	assert_int_equal(status.frames, 3);
	assert_int_equal(status.dropped, 6);
	mmal_host_returned(&buf);
	assert_int_equal(buf.header.pts, (START + 8 * 40 * MS) / 1000);
}

static void preview_and_video_show_the_same_frame(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t first = mmal_host_import(0, BLOCK_LEN);
	uint32_t second = mmal_host_import(0x200000, BLOCK_LEN);
	struct mmal_msg_buffer a, b;

	enable(camera, PREVIEW, MMAL_ENCODING_BGR32, true);
	queue(camera, VIDEO, 1, first);
	queue(camera, PREVIEW, 2, second);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&a), 0);
	assert_int_equal(mmal_host_returned(&b), 0);
	assert_int_equal(a.header.pts, b.header.pts);
	assert_int_equal(seq_in(mmal_host_ram(), DRM_FORMAT_NV12, WIDTH),
			 seq_in(mmal_host_ram() + 0x200000, DRM_FORMAT_XRGB8888, WIDTH * 4));
}

static void no_frame_is_older_than_its_capture(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	/* The frame clock runs for the preview; its next frame is due at 40 ms. */
	enable(camera, PREVIEW, MMAL_ENCODING_NV12, true);
	mmal_host_tick(START);
	enable(camera, VIDEO, MMAL_ENCODING_NV12, true);
	mmal_host_set_time(START + 45 * MS);
	capture(camera, VIDEO, 1);
	queue(camera, VIDEO, 1, handle);
	mmal_host_tick(START + 46 * MS);
	mmal_host_returned(&buf);
	assert_int_equal(buf.header.pts, (START + 45 * MS) / 1000);
}

static void timestamps_follow_the_config(void **state)
{
	struct mmal_camera_config config = { .max_preview_video_w = 1920,
					     .max_preview_video_h = 1088 };
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	uint32_t camera = mmal_host_create("ril.camera");
	struct mmal_msg_buffer buf;
	uint64_t next = START;

	for (uint32_t stc = 0; stc <= 2; stc += 2) {
		config.use_stc_timestamp = stc;
		mmal_host_set(camera, CONTROL, MMAL_PARAM_CAMERA_CONFIG, &config, sizeof(config));
		mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, camera);
		enable(camera, VIDEO, MMAL_ENCODING_NV12, true);
		capture(camera, VIDEO, 1);
		for (int i = 0; i < 2; i++) {
			queue(camera, VIDEO, 1, handle);
			next = mmal_host_tick(next);
			mmal_host_returned(&buf);
			if (stc)
				assert_int_equal(buf.header.pts, i * 40000);
			else
				assert_true((int64_t)buf.header.pts == MMAL_TIME_UNKNOWN);
		}
		capture(camera, VIDEO, 0);
		mmal_host_action(camera, VIDEO, MMAL_ACTION_DISABLE, 0, 0);
		mmal_host_component(MMAL_MSG_COMPONENT_DISABLE, camera);
	}
}

/* -----------------------------------------------------------------------------
 * Turning pictures over
 */

/* Luma 16 everywhere but in the upper left corner. */
static int render_corner(struct vc_image *dst)
{
	for (unsigned int y = 0; y < dst->height; y++)
		memset(dst->plane[0] + (size_t)y * dst->stride[0], 16, dst->stride[0]);
	dst->plane[0][0] = 235;
	return 0;
}

static void mirror_and_rotation_turn_the_picture(void **state)
{
	static const struct {
		uint32_t mirror, rotation;
		unsigned int x, y;
	} cases[] = {
		{ MMAL_MIRROR_NONE, 0, 0, 0 },
		{ MMAL_MIRROR_HORIZONTAL, 0, WIDTH - 1, 0 },
		{ MMAL_MIRROR_VERTICAL, 0, 0, HEIGHT - 1 },
		{ MMAL_MIRROR_BOTH, 0, WIDTH - 1, HEIGHT - 1 },
		{ MMAL_MIRROR_NONE, 180, WIDTH - 1, HEIGHT - 1 },
		{ MMAL_MIRROR_BOTH, 180, 0, 0 },
		{ MMAL_MIRROR_HORIZONTAL, 180, 0, HEIGHT - 1 },
	};
	uint32_t camera = streaming(MMAL_ENCODING_I420);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	const uint8_t *ram = mmal_host_ram();
	struct mmal_msg_buffer buf;
	uint64_t next = START;

	mmal_host_render_hook = render_corner;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_MIRROR, cases[i].mirror);
		mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_ROTATION, cases[i].rotation);
		queue(camera, VIDEO, i, handle);
		next = mmal_host_tick(next);
		assert_int_equal(mmal_host_returned(&buf), 0);
		assert_int_equal(ram[cases[i].y * WIDTH + cases[i].x], 235);
		/* And no other corner. */
		assert_int_equal(ram[0] + ram[WIDTH - 1] + ram[(HEIGHT - 1) * WIDTH] +
				 ram[HEIGHT * WIDTH - 1], 235 + 3 * 16);
	}
}

static void flip_keeps_pixels_whole(void **state)
{
	static const uint32_t formats[] = {
		DRM_FORMAT_YUV420, DRM_FORMAT_YVU420, DRM_FORMAT_NV12, DRM_FORMAT_NV21,
		DRM_FORMAT_YUYV, DRM_FORMAT_YVYU, DRM_FORMAT_UYVY, DRM_FORMAT_VYUY,
		DRM_FORMAT_RGB888, DRM_FORMAT_BGR888, DRM_FORMAT_XRGB8888, DRM_FORMAT_XBGR8888,
		DRM_FORMAT_BGRX8888, DRM_FORMAT_RGBX8888, DRM_FORMAT_RGB565,
	};

	/* Flipping in the format is flipping in RGB, and twice is not at all. */
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct vc_image *yuv = vc_image_create(DRM_FORMAT_YUV420, 128, 64);
		struct vc_image *img = vc_image_create(formats[i], 128, 64);
		struct vc_image *turned = vc_image_create(formats[i], 128, 64);
		struct vc_image *rgb = vc_image_create(DRM_FORMAT_XRGB8888, 128, 64);
		struct vc_image *a = vc_image_create(DRM_FORMAT_XRGB8888, 128, 64);
		struct vc_image *b = vc_image_create(DRM_FORMAT_XRGB8888, 128, 64);

		vc_pattern_draw(yuv, 12345);
		vc_image_convert(yuv, img);
		assert_int_equal(camera_flip(img, turned, 3), 0);
		vc_image_convert(turned, a);
		vc_image_convert(img, rgb);
		assert_int_equal(camera_flip(rgb, b, 3), 0);
		assert_true(vc_image_psnr(a, b) > 40);
		assert_true(vc_image_psnr(a, rgb) < 20);
		vc_image_destroy(yuv);
		vc_image_destroy(img);
		vc_image_destroy(turned);
		vc_image_destroy(rgb);
		vc_image_destroy(a);
		vc_image_destroy(b);
	}
}

/* -----------------------------------------------------------------------------
 * Giving buffers back
 */

static void disable_returns_buffers_before_it_answers(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_port_action_port msg = {
		.component_handle = camera, .port_handle = VIDEO,
	};
	struct mmal_msg_buffer buf;

	for (msg.action = MMAL_ACTION_FLUSH; msg.action >= MMAL_ACTION_DISABLE; msg.action--) {
		for (uint32_t i = 0; i < 3; i++)
			queue(camera, VIDEO, i, handle);
		assert_int_equal(mmal_host_block_refs(handle), 3);
		mmal_host_send(MMAL_MSG_PORT_ACTION, 5, &msg, sizeof(msg));
		for (uint32_t i = 0; i < 3; i++) {
			assert_int_equal(mmal_host_returned(&buf), 0);
			assert_int_equal(buf.drvbuf.client_context, i);
			assert_int_equal(buf.header.length, 0);
			assert_int_equal(buf.header.flags & MMAL_BUFFER_EOS, 0);
		}
		assert_int_equal(mmal_host_status(MMAL_MSG_PORT_ACTION, 5), 0);
		assert_int_equal(mmal_host_block_refs(handle), 0);
	}
	/* Disabled: refused, and no picture taken. */
	queue(camera, VIDEO, 9, handle);
	assert_int_equal(mmal_host_returned(&buf), MMAL_EINVAL);
	mmal_host_tick(START + 1000 * MS);
	assert_int_equal(mmal_host_written().count, 0);
}

static void flushed_buffers_are_not_written(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	queue(camera, VIDEO, 1, handle);
	queue(camera, VIDEO, 2, handle);
	mmal_host_send(MMAL_MSG_PORT_ACTION, 5, &(struct mmal_msg_port_action_port){
		.component_handle = camera, .port_handle = VIDEO, .action = MMAL_ACTION_FLUSH,
	}, sizeof(struct mmal_msg_port_action_port));
	mmal_host_returned(&buf);
	mmal_host_returned(&buf);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_ACTION, 5), 0);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_written().count, 0);
	queue(camera, VIDEO, 3, handle);
	mmal_host_tick(START + 40 * MS);
	mmal_host_returned(&buf);
	assert_int_equal(buf.drvbuf.client_context, 3);
	assert_int_equal(mmal_host_written().count, 1);
}

/* The frame is written, its return is posted, and then the port is disabled. */
static void finished_frames_come_back_with_their_data(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_port_action_port msg = {
		.component_handle = camera, .port_handle = VIDEO, .action = MMAL_ACTION_DISABLE,
	};
	struct mmal_msg_buffer buf;

	queue(camera, VIDEO, 1, handle);
	queue(camera, VIDEO, 2, handle);
	camera_engine_tick(mmal_host_engine(), START);
	mmal_host_send(MMAL_MSG_PORT_ACTION, 5, &msg, sizeof(msg));
	mmal_host_returned(&buf);
	assert_int_equal(buf.drvbuf.client_context, 1);
	assert_int_equal(buf.header.length, WIDTH * HEIGHT * 3 / 2);
	mmal_host_returned(&buf);
	assert_int_equal(buf.header.length, 0);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_ACTION, 5), 0);
	mmal_host_run_posts();
	assert_int_equal(mmal_host_nr_messages(), 0);
}

static void component_goes_with_frames_under_way(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	queue(camera, VIDEO, 1, handle);
	queue(camera, VIDEO, 2, handle);
	camera_engine_tick(mmal_host_engine(), START);
	mmal_host_send(MMAL_MSG_COMPONENT_DESTROY, 6, &camera, sizeof(camera));
	mmal_host_returned(&buf);
	mmal_host_returned(&buf);
	assert_int_equal(mmal_host_status(MMAL_MSG_COMPONENT_DESTROY, 6), 0);
	mmal_host_run_posts();
	assert_int_equal(mmal_host_block_refs(handle), 0);
}

static void close_drops_all_references(void **state)
{
	uint32_t camera = streaming(MMAL_ENCODING_NV12);
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);

	queue(camera, VIDEO, 1, handle);
	queue(camera, VIDEO, 2, handle);
	camera_engine_tick(mmal_host_engine(), START);
	mmal_host_close();
	assert_int_equal(mmal_host_block_refs(handle), 0);
	/* The post of the finished frame comes late. */
	mmal_host_run_posts();
	assert_int_equal(mmal_host_nr_messages(), 0);
}

static void close_aborts_bulks_with_frames(void **state)
{
	uint32_t camera = mmal_host_create_camera();

	enable(camera, VIDEO, MMAL_ENCODING_NV12, false);
	capture(camera, VIDEO, 1);
	queue(camera, VIDEO, 1, 0);
	queue(camera, VIDEO, 2, 0);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_nr_bulks(), 1);
	mmal_host_close();
	assert_int_equal(mmal_host_nr_bulks(), 0);
}

static void enable_is_answered_before_the_first_frame(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	struct mmal_msg_buffer buf;

	capture(camera, VIDEO, 1);
	enable(camera, VIDEO, MMAL_ENCODING_NV12, true);
	queue(camera, VIDEO, 1, handle);
	assert_int_equal(mmal_host_nr_messages(), 0);
	mmal_host_tick(START);
	assert_int_equal(mmal_host_returned(&buf), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(zero_copy_writes_the_guests_pages),
		TEST(every_format_shows_the_frame),
		TEST(without_zero_copy_a_bulk_follows),
		TEST(zero_length_message_takes_a_picture_too),
		TEST(bad_memory_fails_the_buffer_only),
		TEST(source_failure_is_told),
		TEST(some_frames_have_a_reference),
		TEST(nothing_without_capture),
		TEST(preview_needs_no_capture),
		TEST(still_ends_with_eos),
		TEST(failed_still_without_zero_copy_has_a_dummy),
		TEST(rate_follows_the_source),
		TEST(rate_follows_another_source),
		TEST(rate_follows_the_range),
		TEST(rate_of_the_format_comes_first),
		cmocka_unit_test_setup_teardown(rate_of_the_command_line_beats_the_source,
						setup_option_fps, teardown),
		TEST(late_wake_ups_do_not_add_up),
		TEST(early_wake_ups_take_no_picture),
		TEST(missing_buffers_are_counted_not_awaited),
		TEST(preview_and_video_show_the_same_frame),
		TEST(no_frame_is_older_than_its_capture),
		TEST(timestamps_follow_the_config),
		TEST(mirror_and_rotation_turn_the_picture),
		TEST(flip_keeps_pixels_whole),
		TEST(disable_returns_buffers_before_it_answers),
		TEST(flushed_buffers_are_not_written),
		TEST(finished_frames_come_back_with_their_data),
		TEST(component_goes_with_frames_under_way),
		TEST(close_drops_all_references),
		TEST(close_aborts_bulks_with_frames),
		TEST(enable_is_answered_before_the_first_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
