// SPDX-License-Identifier: GPL-2.0
/*
 * Frames, addresses and times are invented; the counts must come out right.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <drm_fourcc.h>
#include <json-c/json.h>

#include "pattern.h"
#include "provenance.h"

#define MS		1000000ull
#define CAMERA(n)	(0xc1000000u + (n) * 0x200000u)
#define CONSOLE		0xc8000000u
#define DUMB(n)		(0xc9000000u + (n) * 0x400000u)
#define FRAME_LEN	0x151800u

static int setup(void **state)
{
	*state = vc_provenance_create();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	vc_provenance_destroy(*state);
	return 0;
}

static struct json_object *status(struct vc_provenance *prov)
{
	struct json_object *out = json_object_new_object();

	vc_provenance_status(prov, out);
	return out;
}

static void check_counts(struct vc_provenance *prov, int written, int scanned, int foreign,
			 bool same_pages)
{
	struct json_object *out = status(prov);

	assert_int_equal(json_object_get_int(json_object_object_get(out, "frames_written")),
			 written);
	assert_int_equal(json_object_get_int(json_object_object_get(out, "frames_scanned")),
			 scanned);
	assert_int_equal(json_object_get_int(json_object_object_get(out, "frames_foreign")),
			 foreign);
	assert_int_equal(json_object_get_boolean(json_object_object_get(out, "same_pages")),
			 same_pages);
	json_object_put(out);
}

static double number(struct vc_provenance *prov, const char *group, const char *name)
{
	struct json_object *out = status(prov), *obj = json_object_object_get(out, group);
	double value = obj ? json_object_get_double(json_object_object_get(obj, name)) : -1;

	json_object_put(out);
	return value;
}

static void written(struct vc_provenance *prov, uint64_t seq, uint32_t bus, uint64_t ms)
{
	vc_provenance_written(prov, seq, bus, FRAME_LEN, ms * MS, NULL);
}

static bool scanned(struct vc_provenance *prov, uint32_t bus, uint64_t ms)
{
	uint64_t seq;

	return vc_provenance_scanned(prov, bus, ms * MS, &seq);
}

/* A preview as it goes: console, ten frames in four buffers, console. */
static void zero_copy_is_same_pages(void **state)
{
	struct vc_provenance *prov = *state;
	uint64_t seq;

	assert_false(scanned(prov, CONSOLE, 1));
	for (int i = 0; i < 10; i++) {
		written(prov, i, CAMERA(i % 4), 100 + i * 33);
		assert_true(vc_provenance_scanned(prov, CAMERA(i % 4), (110 + i * 33) * MS, &seq));
		assert_int_equal(seq, i);
	}
	assert_false(scanned(prov, CONSOLE, 500));
	check_counts(prov, 10, 10, 0, true);
}

static void copies_are_foreign(void **state)
{
	struct vc_provenance *prov = *state;

	scanned(prov, CONSOLE, 1);
	for (int i = 0; i < 10; i++) {
		written(prov, i, CAMERA(i % 4), 100 + i * 33);
		assert_false(scanned(prov, DUMB(i % 2), 110 + i * 33));
	}
	check_counts(prov, 10, 0, 9, false);
}

/* The console while a preview starts, two buffers of others when it ends. */
static void only_a_preview_has_foreign_frames(void **state)
{
	struct vc_provenance *prov = *state;

	written(prov, 0, CAMERA(0), 100);
	scanned(prov, DUMB(0), 110);
	written(prov, 1, CAMERA(1), 133);
	scanned(prov, CAMERA(1), 143);
	scanned(prov, DUMB(0), 160);
	scanned(prov, DUMB(1), 176);
	check_counts(prov, 2, 1, 0, true);
}

static void one_copied_frame_is_noticed(void **state)
{
	struct vc_provenance *prov = *state;

	for (int i = 0; i < 10; i++) {
		written(prov, i, CAMERA(i % 4), 100 + i * 33);
		scanned(prov, i == 5 ? DUMB(0) : CAMERA(i % 4), 110 + i * 33);
	}
	check_counts(prov, 10, 9, 1, false);
}

static void nothing_shown_is_not_same_pages(void **state)
{
	written(*state, 0, CAMERA(0), 1);
	check_counts(*state, 1, 0, 0, false);
}

/* At 60 Hz a 30 fps frame is fetched twice. */
static void frame_counts_once(void **state)
{
	struct vc_provenance *prov = *state;

	written(prov, 7, CAMERA(0), 10);
	assert_true(scanned(prov, CAMERA(0), 20));
	assert_true(scanned(prov, CAMERA(0), 37));
	check_counts(prov, 1, 1, 0, true);
	/* The next frame in the same buffer is another one. */
	written(prov, 8, CAMERA(0), 43);
	assert_true(scanned(prov, CAMERA(0), 53));
	check_counts(prov, 2, 2, 0, true);
}

static void alias_and_crop_are_the_same_frame(void **state)
{
	struct vc_provenance *prov = *state;

	written(prov, 1, CAMERA(0), 10);
	assert_true(scanned(prov, (CAMERA(0) & 0x3fffffff) + 64 * 1280, 20));
	assert_false(scanned(prov, CAMERA(0) + FRAME_LEN, 30));
	assert_false(scanned(prov, CAMERA(0) - 1, 40));
}

/* After a pause the memory of the camera may be a dumb buffer's. */
static void pause_forgets_addresses(void **state)
{
	struct vc_provenance *prov = *state;

	written(prov, 0, CAMERA(0), 10);
	scanned(prov, CAMERA(0), 20);
	scanned(prov, CONSOLE, 40);
	written(prov, 0, CAMERA(2), 9000);
	assert_false(scanned(prov, CAMERA(0), 9010));
	written(prov, 1, CAMERA(3), 9033);
	check_counts(prov, 3, 1, 1, false);
}

static void reset_starts_anew(void **state)
{
	struct vc_provenance *prov = *state;

	written(prov, 0, CAMERA(0), 10);
	scanned(prov, DUMB(0), 20);
	written(prov, 1, CAMERA(1), 43);
	vc_provenance_reset(prov);
	check_counts(prov, 0, 0, 0, false);
	assert_true(number(prov, "latency_ms", "p50") == -1);
	/* What was on the screen before does not count. */
	scanned(prov, DUMB(0), 50);
	written(prov, 2, CAMERA(0), 76);
	scanned(prov, DUMB(0), 80);
	scanned(prov, CAMERA(0), 96);
	check_counts(prov, 1, 1, 0, true);
}

static void latency_percentiles(void **state)
{
	struct vc_provenance *prov = *state;

	/* 1 ms to 200 ms, each once. */
	for (int i = 0; i < 200; i++) {
		written(prov, i, CAMERA(0), 1000 + i * 300);
		scanned(prov, CAMERA(0), 1000 + i * 300 + 200 - i);
	}
	assert_true(number(prov, "latency_ms", "p50") == 100);
	assert_true(number(prov, "latency_ms", "p99") == 198);
	assert_true(number(prov, "latency_ms", "max") == 200);
}

static void many_frames_stay_bounded(void **state)
{
	struct vc_provenance *prov = *state;

	for (int i = 0; i < 10000; i++) {
		written(prov, i, 0xc0000000u + i % 100 * 0x1000, 10 + i);
		scanned(prov, 0xc0000000u + i % 100 * 0x1000, 12 + i);
	}
	check_counts(prov, 10000, 10000, 0, true);
	assert_true(number(prov, "latency_ms", "max") == 2);
}

static void picture_is_compared(void **state)
{
	struct vc_image *ref = vc_image_create(DRM_FORMAT_YUV420, 320, 240);
	struct vc_image *screen = vc_image_create(DRM_FORMAT_XRGB8888, 640, 480);
	struct vc_image part;

	vc_pattern_draw(ref, 5);
	assert_int_equal(vc_image_crop(screen, &part, 100, 50, 320, 240), 0);
	assert_int_equal(vc_image_convert(ref, &part), 0);
	assert_false(vc_provenance_wants(*state, 5));
	vc_provenance_written(*state, 5, CAMERA(0), FRAME_LEN, 10 * MS, ref);
	assert_true(vc_provenance_wants(*state, 5));
	vc_provenance_compare(*state, 5, screen, 100, 50, 320, 240);
	assert_true(number(*state, "psnr_db", "min") == 99);
	/* Compared once, not too often, and never at another size or place. */
	assert_false(vc_provenance_wants(*state, 5));
	vc_provenance_written(*state, 55, CAMERA(0), FRAME_LEN, 100 * MS, ref);
	assert_false(vc_provenance_wants(*state, 55));
	vc_provenance_compare(*state, 5, screen, 100, 50, 320, 240);
	assert_true(number(*state, "psnr_db", "samples") == 1);
	vc_provenance_written(*state, 6, CAMERA(1), FRAME_LEN, 200 * MS, ref);
	vc_provenance_compare(*state, 6, screen, 100, 50, 300, 240);
	vc_provenance_written(*state, 7, CAMERA(1), FRAME_LEN, 400 * MS, ref);
	vc_provenance_compare(*state, 7, screen, 400, 50, 320, 240);
	assert_true(number(*state, "psnr_db", "samples") == 1);
	/* Another picture than the one with that number shows. */
	vc_pattern_draw(ref, 90);
	vc_provenance_written(*state, 8, CAMERA(1), FRAME_LEN, 600 * MS, ref);
	vc_provenance_compare(*state, 8, screen, 100, 50, 320, 240);
	assert_true(number(*state, "psnr_db", "samples") == 2);
	assert_true(number(*state, "psnr_db", "min") < 20);
	vc_image_destroy(screen);
	vc_image_destroy(ref);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* An encoder is told apart from one that is given copies. */
static void readers_are_told_apart(void **state)
{
	struct json_object *json;

	written(*state, 1, CAMERA(0), 100);
	vc_provenance_read(*state, CAMERA(0));
	vc_provenance_read(*state, CAMERA(1));
	vc_provenance_read(*state, 0);
	json = status(*state);
	assert_int_equal(json_object_get_int(json_object_object_get(json, "frames_read")), 3);
	assert_int_equal(json_object_get_int(json_object_object_get(json, "frames_strange")), 2);
	json_object_put(json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(zero_copy_is_same_pages),
		TEST(copies_are_foreign),
		TEST(only_a_preview_has_foreign_frames),
		TEST(one_copied_frame_is_noticed),
		TEST(nothing_shown_is_not_same_pages),
		TEST(frame_counts_once),
		TEST(alias_and_crop_are_the_same_frame),
		TEST(pause_forgets_addresses),
		TEST(reset_starts_anew),
		TEST(latency_percentiles),
		TEST(many_frames_stay_bounded),
		TEST(picture_is_compared),
		TEST(readers_are_told_apart),
	};

	return cmocka_run_group_tests_name("media-provenance", tests, NULL, NULL);
}
