// SPDX-License-Identifier: GPL-2.0
/*
 * The number in the test pattern reads back, whatever happens to the picture.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include "image.h"
#include "pattern.h"

static void check_number(uint32_t format, unsigned int width, unsigned int height, uint64_t seq)
{
	struct vc_image *yuv = vc_image_create(DRM_FORMAT_YUV420, width, height);
	struct vc_image *img = vc_image_create(format, width, height);
	uint64_t got = ~0ull;

	vc_pattern_draw(yuv, seq);
	assert_int_equal(vc_image_convert(yuv, img), 0);
	if (vc_pattern_read_seq(img, &got) || got != (seq & 0xffffffff))
		fail_msg("%.4s %ux%u: %llu instead of %llu", (char *)&format, width, height,
			 (unsigned long long)got, (unsigned long long)seq);
	vc_image_destroy(img);
	vc_image_destroy(yuv);
}

static void number_reads_back(void **state)
{
	static const uint32_t formats[] = {
		DRM_FORMAT_YUV420, DRM_FORMAT_NV12, DRM_FORMAT_XRGB8888, DRM_FORMAT_RGB565,
		DRM_FORMAT_UYVY,
	};
	static const uint64_t numbers[] = { 0, 1, 255, 299, 0x12345678, 0xffffffff, 0x100000007 };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++) {
			check_number(formats[i], 64, 32, numbers[j]);
			check_number(formats[i], 1280, 720, numbers[j]);
			check_number(formats[i], 1918, 1078, numbers[j]);
		}
}

static void number_survives_scaling(void **state)
{
	struct vc_image *a = vc_image_create(DRM_FORMAT_YUV420, 1280, 720);
	struct vc_image *b = vc_image_create(DRM_FORMAT_YUV420, 600, 400);
	uint64_t got;

	vc_pattern_draw(a, 4711);
	assert_int_equal(vc_image_scale(a, b), 0);
	assert_int_equal(vc_pattern_read_seq(b, &got), 0);
	assert_int_equal(got, 4711);
	vc_image_destroy(a);
	vc_image_destroy(b);
}

static void other_pictures_have_no_number(void **state)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, 640, 480);
	uint64_t got;

	assert_int_equal(vc_pattern_read_seq(img, &got), -ENODATA);
	vc_pattern_draw(img, 99);
	/* One wrong bit, in the middle of the number. */
	for (unsigned int y = 0; y < 40; y++)
		for (unsigned int x = 640 * 20 / 48; x < 640 * 21 / 48; x++)
			img->plane[0][y * img->stride[0] + x] ^= 0xff;
	assert_int_equal(vc_pattern_read_seq(img, &got), -ENODATA);
	vc_image_destroy(img);
}

static void frames_differ(void **state)
{
	struct vc_image *a = vc_image_create(DRM_FORMAT_YUV420, 640, 480);
	struct vc_image *b = vc_image_create(DRM_FORMAT_YUV420, 640, 480);
	size_t bottom = 470 * a->stride[0];

	vc_pattern_draw(a, 10);
	vc_pattern_draw(b, 11);
	assert_memory_not_equal(a->plane[0] + bottom, b->plane[0] + bottom, 640);
	vc_pattern_draw(b, 10);
	assert_memory_equal(a->plane[0] + bottom, b->plane[0] + bottom, 640);
	vc_image_destroy(a);
	vc_image_destroy(b);
}

/* The smallest picture a camera gives has no room for figures; nothing may break. */
static void odd_sizes_are_drawn(void **state)
{
	static const unsigned int sizes[][2] = { { 1, 1 }, { 2, 2 }, { 31, 17 }, { 32, 32 },
						 { 161, 99 }, { 3000, 20 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, sizes[i][0],
						       sizes[i][1]);

		vc_pattern_draw(img, 123456789);
		vc_image_destroy(img);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_reads_back),
		cmocka_unit_test(number_survives_scaling),
		cmocka_unit_test(other_pictures_have_no_number),
		cmocka_unit_test(frames_differ),
		cmocka_unit_test(odd_sizes_are_drawn),
	};

	return cmocka_run_group_tests_name("media-pattern", tests, NULL, NULL);
}
