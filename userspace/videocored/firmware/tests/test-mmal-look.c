// SPDX-License-Identifier: GPL-2.0
/*
 * What the camera's parameters do to its pictures, and several cameras.
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

#include "camera-look.h"
#include "mmal-host.h"

#define MS		1000000ull
#define START		(5000 * MS)
#define WIDTH		320
#define HEIGHT		240
#define BLOCK_LEN	(WIDTH * HEIGHT * 4)

/* Port handles of ril.camera. */
enum { CONTROL = 1, VIDEO = 3 };

/* A colour without much of anything: R 131, G 91, B 50. */
#define GREY_Y	98
#define GREY_U	101
#define GREY_V	152

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
 * Helpers
 */

static uint32_t streaming(void)
{
	uint32_t camera = mmal_host_create_camera();
	struct mmal_msg_port_info_reply info;

	mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_ZERO_COPY, 1);
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 1, MMAL_ENCODING_I420,
					      WIDTH, HEIGHT, &info), 0);
	assert_int_equal(mmal_host_action(camera, VIDEO, MMAL_ACTION_ENABLE, 3,
					  info.port.buffer_size_min), 0);
	mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_CAPTURE, 1);
	return camera;
}

/* One frame, which then is in the guest's memory. */
static const uint8_t *shoot(uint32_t camera, uint32_t handle)
{
	struct mmal_msg_buffer buf = mmal_host_buffer(camera, VIDEO, 1, handle, BLOCK_LEN);

	mmal_host_send(MMAL_MSG_BUFFER_FROM_HOST, 0, &buf, sizeof(buf));
	next_tick = mmal_host_tick(next_tick);
	assert_int_equal(mmal_host_returned(&buf), 0);
	return mmal_host_ram();
}

static void fill(struct vc_image *dst, unsigned int p, unsigned int left, unsigned int right,
		 uint8_t value)
{
	const unsigned int height = p ? (dst->height + 1) / 2 : dst->height;

	for (unsigned int y = 0; y < height; y++)
		memset(dst->plane[p] + (size_t)y * dst->stride[p] + left, value, right - left);
}

static void one_colour(struct vc_image *dst, uint8_t y, uint8_t u, uint8_t v)
{
	fill(dst, 0, 0, dst->width, y);
	fill(dst, 1, 0, (dst->width + 1) / 2, u);
	fill(dst, 2, 0, (dst->width + 1) / 2, v);
}

static int render_colour(struct vc_image *dst)
{
	assert_int_equal(dst->format, DRM_FORMAT_YUV420);
	one_colour(dst, GREY_Y, GREY_U, GREY_V);
	return 0;
}

/* Luma 40 in the left quarter, 200 in the rest; no colour. */
static int render_quarter(struct vc_image *dst)
{
	one_colour(dst, 200, 128, 128);
	fill(dst, 0, 0, dst->width / 4, 40);
	return 0;
}

/* Luma 150 with a dark middle of a quarter of the size. */
static int render_dark_middle(struct vc_image *dst)
{
	const unsigned int w = dst->width / 4, h = dst->height / 4;

	one_colour(dst, 150, 128, 128);
	for (unsigned int y = 0; y < h; y++)
		memset(dst->plane[0] + (size_t)((dst->height - h) / 2 + y) * dst->stride[0] +
		       (dst->width - w) / 2, 50, w);
	return 0;
}

static uint8_t luma_at(const uint8_t *frame, unsigned int x, unsigned int y)
{
	return frame[y * WIDTH + x];
}

/* In the middle: luma, U, V. */
static uint8_t component_at_middle(const uint8_t *frame, unsigned int c)
{
	const size_t luma = WIDTH * HEIGHT, chroma = luma / 4;

	if (!c)
		return luma_at(frame, WIDTH / 2, HEIGHT / 2);
	return frame[luma + (c - 1) * chroma + HEIGHT / 4 * (WIDTH / 2) + WIDTH / 4];
}

static void get_settings(uint32_t camera, struct mmal_camera_settings *settings)
{
	size_t size;

	assert_int_equal(mmal_host_get(camera, CONTROL, MMAL_PARAM_CAMERA_SETTINGS, settings,
				       sizeof(*settings), &size), 0);
}

/* -----------------------------------------------------------------------------
 * Colours
 */

struct colour_case {
	const char *name;
	struct {
		uint32_t id;
		uint32_t value[8];
		size_t len;
	} set[2];
	int y, u, v;	/* -1: it does not matter */
};

#define WORD(id, value)		{ id, { value }, 4 }
#define RATIO(id, num, den)	{ id, { (uint32_t)(num), den }, 8 }
#define EFFECT(...)		{ MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, { __VA_ARGS__ }, 28 }

static const struct colour_case colour_cases[] = {
	{ "as it is", { WORD(MMAL_PARAM_ISO, 0) }, GREY_Y, GREY_U, GREY_V },
	{ "brighter", { RATIO(MMAL_PARAM_BRIGHTNESS, 70, 100) }, GREY_Y + 51, GREY_U, GREY_V },
	{ "darker", { RATIO(MMAL_PARAM_BRIGHTNESS, 40, 100) }, GREY_Y - 25, GREY_U, GREY_V },
	/* Half the distance from the middle. */
	{ "less contrast", { RATIO(MMAL_PARAM_CONTRAST, -50, 100) }, 113, 115, 140 },
	{ "more contrast", { RATIO(MMAL_PARAM_CONTRAST, 25, 100) }, 83, 88, 164 },
	{ "no saturation", { RATIO(MMAL_PARAM_SATURATION, -100, 100) }, GREY_Y, 128, 128 },
	{ "more saturation", { RATIO(MMAL_PARAM_SATURATION, 50, 100) }, GREY_Y, 88, 164 },
	/* A quarter of the light is 0.53 of what is seen of it. */
	{ "2.5 ms", { WORD(MMAL_PARAM_EXPOSURE_MODE, 0), WORD(MMAL_PARAM_SHUTTER_SPEED, 2500) },
	  52, 114, 141 },
	{ "the time is the picture's", { WORD(MMAL_PARAM_SHUTTER_SPEED, 2500) },
	  GREY_Y, GREY_U, GREY_V },
	{ "twice the gain", { WORD(MMAL_PARAM_EXPOSURE_MODE, 0), WORD(MMAL_PARAM_ISO, 200) },
	  134, 91, 161 },
	{ "half a gain", { WORD(MMAL_PARAM_EXPOSURE_MODE, 0),
			   RATIO(MMAL_PARAM_ANALOG_GAIN, 1, 2) }, 71, 108, 146 },
	{ "digital gain", { WORD(MMAL_PARAM_EXPOSURE_MODE, 0),
			    RATIO(MMAL_PARAM_DIGITAL_GAIN, 2, 1) }, 134, 91, 161 },
	{ "a stop less", { WORD(MMAL_PARAM_EXPOSURE_COMP, -6u) }, 71, 108, 146 },
	{ "a stop more", { WORD(MMAL_PARAM_EXPOSURE_COMP, 6) }, 134, 91, 161 },
	{ "backlight", { WORD(MMAL_PARAM_EXPOSURE_MODE, 4) }, 134, 91, 161 },
	{ "torch by hand", { WORD(MMAL_PARAM_EXPOSURE_MODE, 0), WORD(MMAL_PARAM_FLASH, 5) },
	  134, 91, 161 },
	{ "torch", { WORD(MMAL_PARAM_FLASH, 5) }, GREY_Y, GREY_U, GREY_V },
	{ "balance by hand", { WORD(MMAL_PARAM_AWB_MODE, 0),
		{ MMAL_PARAM_CUSTOM_AWB_GAINS, { 2, 1, 1, 2 }, 16 } }, 111, 86, 177 },
	{ "tungsten is blue", { WORD(MMAL_PARAM_AWB_MODE, 5) }, 93, 109, 141 },
	{ "shade is red", { WORD(MMAL_PARAM_AWB_MODE, 4) }, -1, 95, 158 },
	{ "tint", { { MMAL_PARAM_COLOUR_EFFECT, { 1, 87, 151 }, 12 } }, GREY_Y, 87, 151 },
	{ "no tint", { { MMAL_PARAM_COLOUR_EFFECT, { 0, 87, 151 }, 12 } },
	  GREY_Y, GREY_U, GREY_V },
	{ "negative", { WORD(MMAL_PARAM_IMAGE_EFFECT, 1) },
	  255 - GREY_Y, 256 - GREY_U, 256 - GREY_V },
	{ "negative with parameters", { EFFECT(1, 0) },
	  255 - GREY_Y, 256 - GREY_U, 256 - GREY_V },
	/* Red is over the threshold and falls. */
	{ "solarize", { EFFECT(2, 4, 128, 128, 128, 0) }, 96, -1, 148 },
	{ "sketch", { WORD(MMAL_PARAM_IMAGE_EFFECT, 6) }, 255, 128, 128 },
	{ "emboss", { WORD(MMAL_PARAM_IMAGE_EFFECT, 8) }, 128, 128, 128 },
	{ "saturation", { EFFECT(16, 1, 512) }, GREY_Y, 74, 176 },
	{ "colour swap", { WORD(MMAL_PARAM_IMAGE_EFFECT, 17) }, GREY_Y, GREY_V, GREY_U },
	{ "washed out", { WORD(MMAL_PARAM_IMAGE_EFFECT, 18) }, 157, 119, 136 },
	{ "colour balance", { EFFECT(21, 3, 108, 274, 238) }, 96, 86, 147 },
	{ "dynamic range", { WORD(MMAL_PARAM_DYNAMIC_RANGE_COMPRESSION, 3) }, 140, -1, -1 },
};

static void colours_follow(void **state)
{
	bool ok = true;

	mmal_host_render_hook = render_colour;
	for (size_t i = 0; i < sizeof(colour_cases) / sizeof(colour_cases[0]); i++) {
		const struct colour_case *c = &colour_cases[i];
		const int want[3] = { c->y, c->u, c->v };
		uint32_t camera = streaming();
		uint32_t handle = mmal_host_import(0, BLOCK_LEN);
		const uint8_t *frame;

		for (int s = 0; s < 2 && c->set[s].len; s++)
			assert_int_equal(mmal_host_set(camera, CONTROL, c->set[s].id,
						       c->set[s].value, c->set[s].len), 0);
		frame = shoot(camera, handle);
		for (unsigned int p = 0; p < 3; p++) {
			const int got = component_at_middle(frame, p);

			if (want[p] < 0 || abs(got - want[p]) <= 3)
				continue;
			print_message("%s: %c is %d, not %d\n", c->name, "YUV"[p], got, want[p]);
			ok = false;
		}
		teardown(state);
		setup(state);
		mmal_host_render_hook = render_colour;
	}
	assert_true(ok);
}

/* Whichever effect: a picture comes out, and it is not what went in. */
static void every_effect_shows(void **state)
{
	const size_t len = WIDTH * HEIGHT * 3 / 2;
	uint8_t *plain = malloc(len);

	for (uint32_t effect = 0; effect <= 22; effect++) {
		uint32_t camera = streaming();
		uint32_t handle = mmal_host_import(0, BLOCK_LEN);

		mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_IMAGE_EFFECT, effect);
		shoot(camera, handle);
		if (!effect)
			memcpy(plain, mmal_host_ram(), len);
		else
			assert_memory_not_equal(plain, mmal_host_ram(), len);
		/* Once more from the first frame. */
		teardown(state);
		setup(state);
	}
	free(plain);
}

/* -----------------------------------------------------------------------------
 * Geometry and detail
 */

static void window_is_enlarged(void **state)
{
	uint32_t camera = streaming();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	const uint32_t left_half[4] = { 0, 0, 32768, 65536 };
	const uint32_t right_half[4] = { 32768, 0, 32768, 65536 };
	const uint32_t bad[][4] = {
		{ 0, 0, 0, 65536 }, { 1, 0, 65536, 65536 }, { 0, 65536, 1, 1 },
		{ 0xffffffff, 0, 2, 2 },
	};
	const uint8_t *frame;

	mmal_host_render_hook = render_quarter;
	frame = shoot(camera, handle);
	assert_int_equal(luma_at(frame, WIDTH / 4 - 2, 9), 40);
	assert_int_equal(luma_at(frame, WIDTH / 4 + 2, 9), 200);
	assert_int_equal(mmal_host_set(camera, CONTROL, MMAL_PARAM_INPUT_CROP, left_half, 16), 0);
	frame = shoot(camera, handle);
	assert_int_equal(luma_at(frame, WIDTH / 2 - 4, 9), 40);
	assert_int_equal(luma_at(frame, WIDTH / 2 + 4, 9), 200);
	assert_int_equal(mmal_host_set(camera, CONTROL, MMAL_PARAM_INPUT_CROP, right_half, 16), 0);
	frame = shoot(camera, handle);
	assert_int_equal(luma_at(frame, 0, 9), 200);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mmal_host_set(camera, CONTROL, MMAL_PARAM_INPUT_CROP, bad[i],
					       16), MMAL_EINVAL);
}

static void stabilisation_keeps_a_margin(void **state)
{
	uint32_t camera = streaming();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	const uint8_t *frame;

	mmal_host_render_hook = render_quarter;
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_VIDEO_STABILISATION, 1);
	frame = shoot(camera, handle);
	/* (1/4 - 1/20) / (9/10) of the width. */
	assert_int_equal(luma_at(frame, WIDTH * 2 / 9 - 4, 9), 40);
	assert_int_equal(luma_at(frame, WIDTH * 2 / 9 + 4, 9), 200);
}

static void rotation_turns_clockwise(void **state)
{
	static const struct {
		uint32_t rotation, mirror;
		unsigned int dark_x, dark_y, light_x, light_y;
	} cases[] = {
		{ 90, 0, WIDTH / 2, 9, WIDTH / 2, HEIGHT - 9 },
		{ 180, 0, WIDTH - 9, HEIGHT / 2, 9, HEIGHT / 2 },
		{ 270, 0, WIDTH / 2, HEIGHT - 9, WIDTH / 2, 9 },
		/* First the rotation, then the flip. */
		{ 90, MMAL_MIRROR_VERTICAL, WIDTH / 2, HEIGHT - 9, WIDTH / 2, 9 },
		{ 90, MMAL_MIRROR_HORIZONTAL, WIDTH / 2, 9, WIDTH / 2, HEIGHT - 9 },
	};
	uint32_t camera = streaming();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);

	mmal_host_render_hook = render_quarter;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint8_t *frame;

		mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_ROTATION, cases[i].rotation);
		mmal_host_set_u32(camera, VIDEO, MMAL_PARAM_MIRROR, cases[i].mirror);
		frame = shoot(camera, handle);
		assert_int_equal(luma_at(frame, cases[i].dark_x, cases[i].dark_y), 40);
		assert_int_equal(luma_at(frame, cases[i].light_x, cases[i].light_y), 200);
	}
}

static void sharpness_is_about_edges(void **state)
{
	const struct mmal_rational soft = { -100, 100 }, sharp = { 100, 100 };
	uint32_t camera = streaming();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	const unsigned int edge = WIDTH / 4 - 1;
	const uint8_t *frame;

	mmal_host_render_hook = render_quarter;
	mmal_host_set(camera, CONTROL, MMAL_PARAM_SHARPNESS, &soft, sizeof(soft));
	frame = shoot(camera, handle);
	assert_in_range(luma_at(frame, edge, 9), 60, 120);
	assert_int_equal(luma_at(frame, 9, 9), 40);
	mmal_host_set(camera, CONTROL, MMAL_PARAM_SHARPNESS, &sharp, sizeof(sharp));
	frame = shoot(camera, handle);
	assert_in_range(luma_at(frame, edge, 9), 0, 20);
	assert_int_equal(luma_at(frame, 9, 9), 40);
}

/* -----------------------------------------------------------------------------
 * Exposure
 */

static void metering_is_about_the_middle(void **state)
{
	uint32_t camera = streaming();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	uint8_t luma[4];

	mmal_host_render_hook = render_dark_middle;
	for (uint32_t mode = 0; mode < 4; mode++) {
		mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_EXP_METERING_MODE, mode);
		luma[mode] = luma_at(shoot(camera, handle), 9, 9);
	}
	assert_int_equal(luma[CAMERA_METERING_AVERAGE], 150);
	/* The middle is a quarter of the width: the spot is all in it. */
	assert_true(luma[CAMERA_METERING_SPOT] > luma[CAMERA_METERING_BACKLIT]);
	assert_true(luma[CAMERA_METERING_BACKLIT] > luma[CAMERA_METERING_MATRIX]);
	assert_true(luma[CAMERA_METERING_MATRIX] > luma[CAMERA_METERING_AVERAGE]);
	/* Who exposes by hand does not measure. */
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_EXP_METERING_MODE, CAMERA_METERING_SPOT);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_EXPOSURE_MODE, 0);
	assert_int_equal(luma_at(shoot(camera, handle), 9, 9), 150);
}

static void expect_exposure(uint32_t camera, uint32_t us, int32_t analog)
{
	struct mmal_camera_settings settings;

	get_settings(camera, &settings);
	assert_int_equal(settings.exposure_us, us);
	assert_int_equal(settings.analog_gain.den, 1000);
	assert_int_equal(settings.analog_gain.num, analog);
}

static void settings_tell_the_exposure(void **state)
{
	const uint32_t fast[4] = { 120, 1, 120, 1 };
	uint32_t camera = streaming();

	expect_exposure(camera, 10000, 1000);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_ISO, 400);
	expect_exposure(camera, 2500, 4000);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_ISO, 0);
	/* Sports are short, and noisy. */
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_EXPOSURE_MODE, 6);
	expect_exposure(camera, 2000, 5000);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_EXPOSURE_MODE, 1);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_FLASH, 5);
	expect_exposure(camera, 5000, 1000);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_FLASH, 0);
	/* A lamp on 60 Hz flickers every 8.3 ms. */
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_FLICKER_AVOID, 3);
	expect_exposure(camera, 8333, 1200);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_FLICKER_AVOID, 0);
	/* No longer than a frame. */
	mmal_host_set(camera, VIDEO, MMAL_PARAM_FPS_RANGE, fast, sizeof(fast));
	expect_exposure(camera, 8333, 1200);
}

/* The rate may fall to what the lower end of the range says. */
static void long_exposures_take_their_time(void **state)
{
	const uint32_t range[4] = { 2, 1, 25, 1 };
	uint32_t camera = streaming();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);
	uint64_t first;

	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_EXPOSURE_MODE, 0);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_SHUTTER_SPEED, 200000);
	shoot(camera, handle);
	first = next_tick;
	shoot(camera, handle);
	assert_true(next_tick - first == 40 * MS);
	mmal_host_set(camera, VIDEO, MMAL_PARAM_FPS_RANGE, range, sizeof(range));
	shoot(camera, handle);
	first = next_tick;
	shoot(camera, handle);
	assert_true(next_tick - first == 200 * MS);
}

/* -----------------------------------------------------------------------------
 * Several cameras
 */

static void cameras_have_frames_of_their_own(void **state)
{
	uint32_t camera = streaming();
	uint32_t handle = mmal_host_import(0, BLOCK_LEN);

	for (int i = 0; i < 5; i++)
		shoot(camera, handle);
	assert_int_equal(mmal_host_written().seq, 5);
	assert_int_equal(mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_CAMERA_NUM, 1), 0);
	shoot(camera, handle);
	assert_int_equal(mmal_host_written().seq, 1);
	/* Off is no other camera. */
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_CAMERA_NUM, MMAL_CAMERA_NUM_OFF);
	shoot(camera, handle);
	assert_int_equal(mmal_host_written().seq, 2);
}

static void each_camera_has_its_size(void **state)
{
	uint32_t camera = mmal_host_create_camera();
	struct mmal_msg_port_info_reply info;

	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 2, MMAL_ENCODING_I420,
					      3280, 2464, &info), 0);
	mmal_host_set_u32(camera, CONTROL, MMAL_PARAM_CAMERA_NUM, 1);
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 2, MMAL_ENCODING_I420,
					      3280, 2464, &info), MMAL_EINVAL);
	assert_int_equal(mmal_host_set_format(camera, MMAL_PORT_OUTPUT, 2, MMAL_ENCODING_I420,
					      2592, 1944, &info), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(colours_follow),
		TEST(every_effect_shows),
		TEST(window_is_enlarged),
		TEST(stabilisation_keeps_a_margin),
		TEST(rotation_turns_clockwise),
		TEST(sharpness_is_about_edges),
		TEST(metering_is_about_the_middle),
		TEST(settings_tell_the_exposure),
		TEST(long_exposures_take_their_time),
		TEST(cameras_have_frames_of_their_own),
		TEST(each_camera_has_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
