// SPDX-License-Identifier: GPL-2.0
/*
 * Components with an input and an output: what comes out of decoders, encoders
 * and the converter, and when they say that the format is another.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include <videocore/mmal-encodings.h>

#include "media/pattern.h"
#include "mmal-host.h"
#include "mmal.h"

#define WIDTH		64
#define HEIGHT		48
#define PICTURE_LEN	(WIDTH * HEIGHT * 3 / 2)
#define CODED_LEN	(128u << 10)
#define WAIT_S		20

/* Port handles: control is 1. */
enum { INPUT = 2, OUTPUT = 3 };

static sem_t posted;	/* the firmware thread has something to do */

static void on_post(void)
{
	sem_post(&posted);
}

static int setup(void **state)
{
	sem_init(&posted, 0, 0);
	mmal_host_start(0);
	mmal_host_post_hook = on_post;
	return 0;
}

static int teardown(void **state)
{
	mmal_host_stop();
	return 0;
}

/* Until the component has sent something. */
static void await_message(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	mmal_host_run_posts();
	while (!mmal_host_nr_messages()) {
		assert_int_equal(sem_timedwait(&posted, &until), 0);
		mmal_host_run_posts();
	}
}

static uint32_t await_buffer(struct mmal_msg_buffer *buf)
{
	await_message();
	return mmal_host_returned(buf);
}

/* The next message is a buffer of @port. */
static uint32_t await_buffer_of(uint32_t port, struct mmal_msg_buffer *buf)
{
	uint32_t status = await_buffer(buf);

	assert_int_equal(buf->drvbuf.port_handle, port);
	return status;
}

static void await_format(struct mmal_event_format_changed *changed)
{
	struct mmal_host_message in;
	struct mmal_msg_event event;

	await_message();
	mmal_host_receive(&in);
	assert_int_equal(in.head.type, MMAL_MSG_EVENT_TO_HOST);
	assert_int_equal(in.len, sizeof(event));
	memcpy(&event, in.payload, sizeof(event));
	assert_int_equal(event.client_component, 5);
	assert_int_equal(event.port_type, MMAL_PORT_OUTPUT);
	assert_int_equal(event.cmd, MMAL_EVENT_FORMAT_CHANGED);
	assert_int_equal(event.length, sizeof(*changed));
	memcpy(changed, event.data, sizeof(*changed));
}

/* Memory of the guest, in the order of the tests' use. */
struct block {
	uint32_t handle;
	uint8_t *mem;
	uint32_t len;
};

static struct block block_create(unsigned int nr, uint32_t len)
{
	const uint32_t offset = nr * (1u << 20);

	return (struct block){
		.handle = mmal_host_import(offset, len),
		.mem = mmal_host_ram() + offset,
		.len = len,
	};
}

static void zero_copy(uint32_t component)
{
	assert_int_equal(mmal_host_set_u32(component, INPUT, MMAL_PARAM_ZERO_COPY, 1), 0);
	assert_int_equal(mmal_host_set_u32(component, OUTPUT, MMAL_PARAM_ZERO_COPY, 1), 0);
}

static void start(uint32_t component, uint32_t in_len, uint32_t out_len)
{
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, component), 0);
	assert_int_equal(mmal_host_action(component, INPUT, MMAL_ACTION_ENABLE, 3, in_len), 0);
	assert_int_equal(mmal_host_action(component, OUTPUT, MMAL_ACTION_ENABLE, 3, out_len), 0);
}

static void send_input(uint32_t component, const struct block *block, uint32_t len,
		       uint32_t flags, int64_t pts)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(component, INPUT, 1, block->handle,
						      block->len);

	buf.header.length = len;
	buf.header.flags = flags;
	buf.header.pts = pts;
	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
}

/* What says the end has no memory. */
static void send_eos(uint32_t component)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(component, INPUT, 2, 0, 0);

	buf.header.flags = MMAL_BUFFER_EOS;
	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
}

static void send_output(uint32_t component, const struct block *block)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(component, OUTPUT, 3, block->handle,
						      block->len);

	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
}

static void draw(uint8_t *mem, unsigned int width, unsigned int height, uint64_t seq)
{
	const size_t len = (size_t)width * height * 3 / 2;
	struct vc_image img;

	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_YUV420, width, height, width, height, mem,
				       len), 0);
	vc_pattern_draw(&img, seq);
}

/* Mean square error, relative to 255 squared: 0.001 is a PSNR of 30 dB. */
static double error_of(const uint8_t *a, const uint8_t *b, size_t len)
{
	double sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (a[i] - b[i]) * (a[i] - b[i]);
	return sum / len / (255 * 255);
}

/* -----------------------------------------------------------------------------
 * Encoder
 */

static uint32_t encoder_of(const char *name, uint32_t encoding, unsigned int width,
			   unsigned int height)
{
	uint32_t encoder = mmal_host_create(name);

	assert_true(encoder);
	zero_copy(encoder);
	assert_int_equal(mmal_host_set_format(encoder, MMAL_PORT_INPUT, 0, MMAL_ENCODING_I420,
					      width, height, NULL), 0);
	assert_int_equal(mmal_host_set_format(encoder, MMAL_PORT_OUTPUT, 0, encoding, width,
					      height, NULL), 0);
	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME, 1);
	start(encoder, width * height * 3 / 2, CODED_LEN);
	return encoder;
}

/* One picture; its length is returned, the data is in @out. */
static uint32_t encode(uint32_t encoder, const struct block *in, const struct block *out,
		       uint32_t len, int64_t pts, struct mmal_msg_buffer *coded)
{
	struct mmal_msg_buffer back;

	send_output(encoder, out);
	send_input(encoder, in, len, MMAL_BUFFER_FRAME_END, pts);
	assert_int_equal(await_buffer_of(INPUT, &back), 0);
	assert_int_equal(await_buffer_of(OUTPUT, coded), 0);
	assert_int_equal(coded->header.pts, pts);
	return coded->header.length;
}

static void encoder_marks_key_frames(void **state)
{
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, CODED_LEN);
	uint32_t encoder = encoder_of("ril.video_encode", MMAL_ENCODING_H264, WIDTH, HEIGHT);
	struct mmal_msg_buffer coded;

	draw(in.mem, WIDTH, HEIGHT, 1);
	assert_true(encode(encoder, &in, &out, PICTURE_LEN, 100, &coded));
	assert_int_equal(coded.header.flags, MMAL_BUFFER_FRAME | MMAL_BUFFER_KEYFRAME);
	/* Headers, in the same buffer. */
	assert_memory_equal(out.mem, ((uint8_t[]){ 0, 0, 0, 1, 0x67 }), 5);
	encode(encoder, &in, &out, PICTURE_LEN, 200, &coded);
	assert_int_equal(coded.header.flags, MMAL_BUFFER_FRAME);
	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_VIDEO_REQUEST_I_FRAME, 1);
	encode(encoder, &in, &out, PICTURE_LEN, 300, &coded);
	assert_int_equal(coded.header.flags, MMAL_BUFFER_FRAME | MMAL_BUFFER_KEYFRAME);
}

/* Columns are coded anew in turn: no picture but the first stands alone. */
static void encoder_refreshes_without_key_frames(void **state)
{
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, CODED_LEN);
	uint32_t encoder = encoder_of("ril.video_encode", MMAL_ENCODING_H264, WIDTH, HEIGHT);
	const uint32_t refresh[] = { 0, 0, 0, 3, 0 };
	struct mmal_msg_buffer coded;
	unsigned int nr_keys = 0;

	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_INTRAPERIOD, 2);
	assert_int_equal(mmal_host_set(encoder, OUTPUT, MMAL_PARAM_VIDEO_INTRA_REFRESH, refresh,
				       sizeof(refresh)), 0);
	for (int i = 0; i < 12; i++) {
		draw(in.mem, WIDTH, HEIGHT, i);
		encode(encoder, &in, &out, PICTURE_LEN, i, &coded);
		nr_keys += !!(coded.header.flags & MMAL_BUFFER_KEYFRAME);
	}
	assert_int_equal(nr_keys, 1);
}

static void encoder_gives_headers_apart(void **state)
{
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, CODED_LEN);
	uint32_t encoder = encoder_of("ril.video_encode", MMAL_ENCODING_H264, WIDTH, HEIGHT);
	struct mmal_msg_buffer buf;

	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME, 0);
	send_output(encoder, &out);
	send_output(encoder, &out);
	send_input(encoder, &in, PICTURE_LEN, 0, 100);
	await_buffer_of(INPUT, &buf);
	await_buffer_of(OUTPUT, &buf);
	assert_int_equal(buf.header.flags, MMAL_BUFFER_CONFIG | MMAL_BUFFER_FRAME_END);
	await_buffer_of(OUTPUT, &buf);
	assert_int_equal(buf.header.flags, MMAL_BUFFER_FRAME | MMAL_BUFFER_KEYFRAME);
}

/* Without zero copy what is short comes inside the message, with no bulk. */
static void short_data_comes_in_the_message(void **state)
{
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, CODED_LEN);
	uint32_t encoder = encoder_of("ril.video_encode", MMAL_ENCODING_H264, WIDTH, HEIGHT);
	struct mmal_msg_buffer buf;

	mmal_host_action(encoder, OUTPUT, MMAL_ACTION_DISABLE, 0, 0);
	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_ZERO_COPY, 0);
	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME, 0);
	assert_int_equal(mmal_host_action(encoder, OUTPUT, MMAL_ACTION_ENABLE, 3, CODED_LEN), 0);
	send_output(encoder, &out);
	draw(in.mem, WIDTH, HEIGHT, 1);
	send_input(encoder, &in, PICTURE_LEN, 0, 100);
	await_buffer_of(INPUT, &buf);
	assert_int_equal(await_buffer_of(OUTPUT, &buf), 0);
	assert_true(buf.header.flags & MMAL_BUFFER_CONFIG);
	assert_in_range(buf.payload_in_message, 8, MMAL_SHORT_DATA_MAX);
	assert_int_equal(buf.header.length, buf.payload_in_message);
	assert_memory_equal(buf.short_data, ((uint8_t[]){ 0, 0, 0, 1, 0x67 }), 5);
	assert_int_equal(mmal_host_nr_bulks(), 0);
}

static void encoder_ends_without_pictures(void **state)
{
	struct block out = block_create(1, CODED_LEN);
	uint32_t encoder = encoder_of("ril.video_encode", MMAL_ENCODING_H264, WIDTH, HEIGHT);
	struct mmal_msg_buffer buf;

	send_eos(encoder);
	assert_int_equal(await_buffer_of(INPUT, &buf), 0);
	send_output(encoder, &out);
	assert_int_equal(await_buffer_of(OUTPUT, &buf), 0);
	assert_int_equal(buf.header.flags, MMAL_BUFFER_EOS);
	assert_int_equal(buf.header.length, 0);
}

static void short_input_is_no_picture(void **state)
{
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, CODED_LEN);
	uint32_t encoder = encoder_of("ril.video_encode", MMAL_ENCODING_H264, WIDTH, HEIGHT);
	struct mmal_msg_buffer buf;

	send_output(encoder, &out);
	send_input(encoder, &in, PICTURE_LEN / 2, 0, 100);
	await_buffer_of(INPUT, &buf);
	assert_int_equal(await_buffer_of(OUTPUT, &buf), MMAL_EINVAL);
	assert_int_equal(buf.header.length, 0);
	/* The next one is encoded all the same. */
	send_output(encoder, &out);
	send_input(encoder, &in, PICTURE_LEN, 0, 200);
	await_buffer_of(INPUT, &buf);
	assert_int_equal(await_buffer_of(OUTPUT, &buf), 0);
	assert_int_equal(buf.header.pts, 200);
}

/* Its size is the client's word: nothing of the kind is allocated for it. */
static void absurd_output_is_refused(void **state)
{
	uint32_t encoder = mmal_host_create("ril.video_encode");
	struct mmal_msg_buffer buf;

	start(encoder, PICTURE_LEN, CODED_LEN);
	send_output(encoder, &(struct block){ .len = 0xc0000000 });
	assert_int_equal(mmal_host_returned(&buf), MMAL_EINVAL);
	assert_int_equal(buf.header.length, 0);
}

static void jpeg_is_a_file(void **state)
{
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, CODED_LEN);
	uint32_t encoder = encoder_of("ril.image_encode", MMAL_ENCODING_JPEG, WIDTH, HEIGHT);
	struct mmal_msg_buffer coded;
	uint32_t fine, coarse;

	draw(in.mem, WIDTH, HEIGHT, 1);
	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_JPEG_Q_FACTOR, 95);
	fine = encode(encoder, &in, &out, PICTURE_LEN, 0, &coded);
	assert_memory_equal(out.mem, ((uint8_t[]){ 0xff, 0xd8 }), 2);
	assert_memory_equal(out.mem + fine - 2, ((uint8_t[]){ 0xff, 0xd9 }), 2);
	mmal_host_set_u32(encoder, OUTPUT, MMAL_PARAM_JPEG_Q_FACTOR, 5);
	coarse = encode(encoder, &in, &out, PICTURE_LEN, 0, &coded);
	assert_true(coarse < fine);
}

/* -----------------------------------------------------------------------------
 * Decoder
 */

static uint32_t decoder_of(const char *name, uint32_t encoding)
{
	uint32_t decoder = mmal_host_create(name);

	assert_true(decoder);
	zero_copy(decoder);
	assert_int_equal(mmal_host_set_format(decoder, MMAL_PORT_INPUT, 0, encoding, 0, 0, NULL),
			 0);
	start(decoder, CODED_LEN, PICTURE_LEN);
	return decoder;
}

/* @nr pictures of @width by @height, at @len in @out; the new length is returned. */
static uint32_t make_stream(const struct block *out, uint32_t len, unsigned int width,
			    unsigned int height, unsigned int nr)
{
	struct block in = block_create(6, width * height * 3 / 2);
	struct block coded = block_create(7, CODED_LEN);
	uint32_t encoder = encoder_of("ril.video_encode", MMAL_ENCODING_H264, width, height);
	struct mmal_msg_buffer buf;
	uint32_t one;

	for (unsigned int i = 0; i < nr; i++) {
		draw(in.mem, width, height, i);
		one = encode(encoder, &in, &coded, in.len, i, &buf);
		assert_true(len + one <= out->len);
		memcpy(out->mem + len, coded.mem, one);
		len += one;
	}
	mmal_host_component(MMAL_MSG_COMPONENT_DESTROY, encoder);
	return len;
}

static void set_up_output(uint32_t decoder, const struct mmal_event_format_changed *changed)
{
	struct mmal_msg_port_info_reply info;

	mmal_host_action(decoder, OUTPUT, MMAL_ACTION_DISABLE, 0, 0);
	assert_int_equal(mmal_host_set_format(decoder, MMAL_PORT_OUTPUT, 0, MMAL_ENCODING_I420,
					      changed->es.crop.width, changed->es.crop.height,
					      &info), 0);
	assert_int_equal(info.es.width, changed->es.width);
	assert_int_equal(info.es.height, changed->es.height);
	assert_int_equal(mmal_host_action(decoder, OUTPUT, MMAL_ACTION_ENABLE, 3,
					  info.port.buffer_size_min), 0);
}

static void decoder_tells_the_format_then_decodes(void **state)
{
	struct block in = block_create(0, CODED_LEN), out = block_create(1, PICTURE_LEN);
	uint32_t len = make_stream(&in, 0, WIDTH, HEIGHT, 3);
	uint32_t decoder = decoder_of("ril.video_decode", MMAL_ENCODING_H264);
	struct mmal_event_format_changed changed;
	struct mmal_msg_buffer buf;
	uint8_t *wanted = malloc(PICTURE_LEN);

	/* All in one piece: the codec finds where pictures begin. */
	send_input(decoder, &in, len, MMAL_BUFFER_FRAME_END, 777);
	await_format(&changed);
	assert_int_equal(changed.es.crop.width, WIDTH);
	assert_int_equal(changed.es.crop.height, HEIGHT);
	assert_int_equal(changed.buffer_size_min, PICTURE_LEN);
	set_up_output(decoder, &changed);
	send_eos(decoder);
	for (unsigned int i = 0; i < 3; i++) {
		send_output(decoder, &out);
		do
			assert_int_equal(await_buffer(&buf), 0);
		while (buf.drvbuf.port_handle == INPUT);
		assert_int_equal(buf.header.length, PICTURE_LEN);
		assert_int_equal(buf.header.pts, 777);
		draw(wanted, WIDTH, HEIGHT, i);
		assert_true(error_of(wanted, out.mem, PICTURE_LEN) < 0.001);
	}
	send_output(decoder, &out);
	do
		assert_int_equal(await_buffer(&buf), 0);
	while (buf.drvbuf.port_handle == INPUT);
	assert_int_equal(buf.header.flags, MMAL_BUFFER_EOS);
	free(wanted);
}

/* By "vcctl mmal": the event has no room for it, so that a bulk follows. */
static void format_with_much_extradata_is_a_bulk(void **state)
{
	struct block in = block_create(0, CODED_LEN);
	uint32_t len = make_stream(&in, 0, WIDTH, HEIGHT, 3);
	uint32_t decoder = decoder_of("ril.video_decode", MMAL_ENCODING_H264);
	struct mmal_event_format_changed changed;
	struct mmal_host_message msg;
	struct mmal_msg_event event;
	uint8_t data[MMAL_BULK_LEN(sizeof(changed) + 1001)];

	assert_int_equal(mmal_server_set_faults(mmal_host_server(), "extradata=1001"), 0);
	send_input(decoder, &in, len, MMAL_BUFFER_FRAME_END, 777);
	await_message();
	mmal_host_receive(&msg);
	memcpy(&event, msg.payload, sizeof(event));
	assert_int_equal(event.length, sizeof(changed) + 1001);
	mmal_host_bulk(true, data, sizeof(data));
	memcpy(&changed, data, sizeof(changed));
	assert_int_equal(changed.es.crop.width, WIDTH);
	assert_int_equal(changed.format.extradata_size, 1001);
}

static void decoder_tells_of_another_size(void **state)
{
	struct block in = block_create(0, CODED_LEN), out = block_create(1, 4 * PICTURE_LEN);
	uint32_t len = make_stream(&in, make_stream(&in, 0, WIDTH, HEIGHT, 2), 96, 64, 1);
	uint32_t decoder = decoder_of("ril.video_decode", MMAL_ENCODING_H264);
	struct mmal_event_format_changed changed;
	struct mmal_msg_buffer buf;

	send_input(decoder, &in, len, MMAL_BUFFER_EOS, 0);
	await_format(&changed);
	set_up_output(decoder, &changed);
	for (unsigned int i = 0; i < 2; i++) {
		send_output(decoder, &out);
		await_buffer_of(OUTPUT, &buf);
		assert_int_equal(buf.header.length, PICTURE_LEN);
	}
	await_format(&changed);
	assert_int_equal(changed.es.crop.width, 96);
	assert_int_equal(changed.es.crop.height, 64);
	set_up_output(decoder, &changed);
	send_output(decoder, &out);
	await_buffer_of(OUTPUT, &buf);
	assert_int_equal(buf.header.length, 96 * 64 * 3 / 2);
	await_buffer_of(INPUT, &buf);
	send_output(decoder, &out);
	await_buffer_of(OUTPUT, &buf);
	assert_int_equal(buf.header.flags, MMAL_BUFFER_EOS);
}

static void garbage_ends_like_a_stream(void **state)
{
	struct block in = block_create(0, CODED_LEN), out = block_create(1, PICTURE_LEN);
	uint32_t decoder = decoder_of("ril.video_decode", MMAL_ENCODING_H264);
	struct mmal_msg_buffer buf;

	for (unsigned int i = 0; i < in.len; i++)
		in.mem[i] = i * 7 + (i >> 5);
	send_input(decoder, &in, in.len, 0, 0);
	await_buffer_of(INPUT, &buf);
	send_eos(decoder);
	await_buffer_of(INPUT, &buf);
	send_output(decoder, &out);
	assert_int_equal(await_buffer_of(OUTPUT, &buf), 0);
	assert_int_equal(buf.header.flags, MMAL_BUFFER_EOS);
}

static void disabling_gives_buffers_back_first(void **state)
{
	struct block in = block_create(0, CODED_LEN), out = block_create(1, PICTURE_LEN);
	uint32_t decoder = decoder_of("ril.video_decode", MMAL_ENCODING_H264);
	struct mmal_msg_port_action_port msg = {
		.component_handle = decoder, .port_handle = OUTPUT,
		.action = MMAL_ACTION_DISABLE,
	};
	struct mmal_msg_buffer buf;

	send_output(decoder, &out);
	send_output(decoder, &out);
	mmal_host_send(MMAL_MSG_PORT_ACTION, 9, &msg, sizeof(msg));
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(buf.header.length, 0);
	assert_int_equal(mmal_host_returned(&buf), 0);
	assert_int_equal(mmal_host_status(MMAL_MSG_PORT_ACTION, 9), 0);
	assert_int_equal(mmal_host_block_refs(out.handle), 0);
	assert_int_equal(mmal_host_block_refs(in.handle), 0);
}

/* -----------------------------------------------------------------------------
 * Converter
 */

static void isp_scales_and_converts(void **state)
{
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, 32 * 24 * 3);
	uint32_t isp = mmal_host_create("ril.isp");
	struct mmal_msg_buffer buf;

	zero_copy(isp);
	assert_int_equal(mmal_host_set_format(isp, MMAL_PORT_INPUT, 0, MMAL_ENCODING_I420, WIDTH,
					      HEIGHT, NULL), 0);
	assert_int_equal(mmal_host_set_format(isp, MMAL_PORT_OUTPUT, 0, MMAL_ENCODING_RGB24, 32,
					      24, NULL), 0);
	start(isp, PICTURE_LEN, out.len);
	/* Grey, which every format has. */
	memset(in.mem, 100, WIDTH * HEIGHT);
	memset(in.mem + WIDTH * HEIGHT, 128, PICTURE_LEN - WIDTH * HEIGHT);
	send_input(isp, &in, PICTURE_LEN, 0, 42);
	send_output(isp, &out);
	await_buffer_of(INPUT, &buf);
	assert_int_equal(await_buffer_of(OUTPUT, &buf), 0);
	assert_int_equal(buf.header.length, out.len);
	assert_int_equal(buf.header.pts, 42);
	for (unsigned int i = 0; i < out.len; i++)
		assert_in_range(out.mem[i], 98, 102);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Lines of the second field, 200, lie between those of the first, which are dark. */
static void weave(uint8_t *mem, uint8_t dark)
{
	for (int y = 0; y < HEIGHT; y++)
		memset(mem + y * WIDTH, y % 2 ? 200 : dark, WIDTH);
	memset(mem + WIDTH * HEIGHT, 128, WIDTH * HEIGHT / 2);
}

static void deinterlacer_keeps_the_first_field(void **state)
{
	const uint32_t effect[] = { MMAL_EFFECT_DEINTERLACE_ADVANCED, 4, 5, ~0u, 0, 0, 0, 0 };
	struct block in = block_create(0, PICTURE_LEN), out = block_create(1, PICTURE_LEN);
	uint32_t fx = mmal_host_create("ril.image_fx");
	struct mmal_msg_buffer buf;

	zero_copy(fx);
	mmal_host_set_format(fx, MMAL_PORT_INPUT, 0, MMAL_ENCODING_I420, WIDTH, HEIGHT, NULL);
	mmal_host_set_format(fx, MMAL_PORT_OUTPUT, 0, MMAL_ENCODING_I420, WIDTH, HEIGHT, NULL);
	assert_int_equal(mmal_host_set(fx, OUTPUT, MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, effect,
				       sizeof(effect)), 0);
	start(fx, PICTURE_LEN, PICTURE_LEN);
	for (int i = 0; i < 3; i++) {
		/* The third is as the second: nothing moves, and all lines are kept. */
		weave(in.mem, i ? 80 : 40);
		send_output(fx, &out);
		send_input(fx, &in, PICTURE_LEN,
			   MMAL_BUFFER_INTERLACED | MMAL_BUFFER_TOP_FIELD_FIRST, i);
		await_buffer_of(INPUT, &buf);
		assert_int_equal(await_buffer_of(OUTPUT, &buf), 0);
		assert_int_equal(buf.header.flags, MMAL_BUFFER_FRAME);
		assert_int_equal(out.mem[2 * WIDTH], i ? 80 : 40);
		assert_int_equal(out.mem[3 * WIDTH], i == 2 ? 200 : i ? 80 : 40);
		assert_int_equal(out.mem[WIDTH * HEIGHT], 128);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(encoder_marks_key_frames),
		TEST(encoder_refreshes_without_key_frames),
		TEST(encoder_gives_headers_apart),
		TEST(short_data_comes_in_the_message),
		TEST(encoder_ends_without_pictures),
		TEST(short_input_is_no_picture),
		TEST(absurd_output_is_refused),
		TEST(jpeg_is_a_file),
		TEST(decoder_tells_the_format_then_decodes),
		TEST(format_with_much_extradata_is_a_bulk),
		TEST(decoder_tells_of_another_size),
		TEST(garbage_ends_like_a_stream),
		TEST(disabling_gives_buffers_back_first),
		TEST(isp_scales_and_converts),
		TEST(deinterlacer_keeps_the_first_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
