// SPDX-License-Identifier: GPL-2.0
/*
 * Scalers: averages against sums done the long way, filters on pictures whose
 * scaled form is known.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dlist.h"
#include "hvs-scale.h"

#define MAX	512

static uint32_t ram[VC_HVS_RAM_WORDS];
static uint8_t src[MAX * 4][MAX];
static unsigned int src_bytes;

static int setup(void **state)
{
	unsigned int x, y;

	dlist_kernel(ram);
	srand(11);
	for (y = 0; y < MAX * 4; y++)
		for (x = 0; x < MAX; x++)
			src[y][x] = rand() >> 8;
	return 0;
}

static void fetch(void *arg, unsigned int y, uint8_t *row)
{
	memcpy(row, src[y], src_bytes);
}

static struct vc_hvs_scale *make(const struct vc_hvs_scaler *scaler, unsigned int nr_comp,
				 unsigned int sw, unsigned int sh, unsigned int dw,
				 unsigned int dh)
{
	struct vc_hvs_scale_desc desc = {
		.scaler = scaler, .ram = ram, .nr_comp = nr_comp, .src_w = sw, .src_h = sh,
		.dst_w = dw, .dst_h = dh, .fetch = fetch,
	};
	struct vc_hvs_scale *scale = vc_hvs_scale_create(&desc);

	src_bytes = sw * nr_comp;
	assert_non_null(scale);
	return scale;
}

static struct vc_hvs_axis tpz(unsigned int from, unsigned int to)
{
	return (struct vc_hvs_axis){ .filter = VC_HVS_FILTER_TPZ, .scale = 65536ull * from / to };
}

static struct vc_hvs_axis ppf(unsigned int from, unsigned int to, int phase)
{
	return (struct vc_hvs_axis){
		.filter = VC_HVS_FILTER_PPF, .scale = 65536ull * from / to, .phase = phase,
		.kernel = DLIST_KERNEL,
	};
}

/* How much of pixel @i lies in the interval of output @r. */
static double overlap(int i, int r, double scale)
{
	double lo = fmax(i, r * scale), hi = fmin(i + 1, (r + 1) * scale);

	return hi > lo ? hi - lo : 0;
}

/* Mean of what pixel @x, @y of the output covers, in one of two components. */
static double average(unsigned int x, unsigned int y, unsigned int component, double fx, double fy)
{
	double sum = 0;

	for (int j = floor(y * fy); j < (y + 1) * fy; j++)
		for (int i = floor(x * fx); i < (x + 1) * fx; i++)
			sum += overlap(i, x, fx) * overlap(j, y, fy) * src[j][2 * i + component];
	return sum / fx / fy;
}

static void test_tpz_average(void **state)
{
	unsigned int sw = 200, sh = 130, dw = 60, dh = 37, x, y;
	struct vc_hvs_scaler s = { tpz(sw, dw), tpz(sh, dh) };
	struct vc_hvs_scale *scale = make(&s, 2, sw, sh, dw, dh);
	double fx = (double)sw / dw, fy = (double)sh / dh, expected;
	uint8_t row[2 * MAX];

	for (y = 0; y < dh; y++) {
		vc_hvs_scale_row(scale, y, row);
		for (x = 0; x < 2 * dw; x++) {
			expected = average(x / 2, y, x % 2, fx, fy);
			if (fabs(expected - row[x]) > 1)
				fail_msg("%u,%u: %u, expected %f", x, y, row[x], expected);
		}
	}
	vc_hvs_scale_destroy(scale);
}

/* A flat picture stays flat, whatever the filter: weights have a sum of one. */
static void test_flat(void **state)
{
	unsigned int sizes[] = { 3, 50, 99, 100, 101, 149, 300, 500 }, i, x, y;
	uint8_t row[MAX * 4];

	for (y = 0; y < MAX * 4; y++)
		memset(src[y], 200, MAX);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bool shrink = sizes[i] * 3 < 200;
		struct vc_hvs_scaler s = {
			shrink ? tpz(100, sizes[i]) : ppf(100, sizes[i], -9),
			shrink ? tpz(100, sizes[i]) : ppf(100, sizes[i], 33),
		};
		struct vc_hvs_scale *scale = make(&s, 1, 100, 100, sizes[i], sizes[i]);

		for (y = 0; y < sizes[i]; y++) {
			vc_hvs_scale_row(scale, y, row);
			for (x = 0; x < sizes[i]; x++)
				assert_int_equal(row[x], 200);
		}
		vc_hvs_scale_destroy(scale);
	}
}

/* A ramp enlarged is a ramp: output pixel r shows the source at r * scale + phase. */
static void test_ppf_position(void **state)
{
	struct vc_hvs_scaler s = { ppf(100, 400, 16), ppf(100, 250, 0) };
	struct vc_hvs_scale *scale;
	uint8_t row[4 * MAX];
	unsigned int x, y;

	for (y = 0; y < 100; y++)
		for (x = 0; x < 100; x++)
			src[y][x] = x + y;
	scale = make(&s, 1, 100, 100, 400, 250);
	for (y = 10; y < 240; y++) {
		vc_hvs_scale_row(scale, y, row);
		for (x = 10; x < 380; x++) {
			double want = x * 0.25 + 0.25 + y * 0.4;

			if (fabs(row[x] - want) > 1)
				fail_msg("%u,%u: %u, expected %f", x, y, row[x], want);
		}
	}
	vc_hvs_scale_destroy(scale);
}

/* Mitchell-Netravali at the very pixel: 1/18, 16/18, 1/18. */
static void test_ppf_taps(void **state)
{
	struct vc_hvs_scaler s = { ppf(10, 10, 0), { 0 } };
	struct vc_hvs_scale *scale;
	uint8_t row[10];

	memset(src[0], 0, 10);
	src[0][5] = 180;
	scale = make(&s, 1, 10, 1, 10, 1);
	vc_hvs_scale_row(scale, 0, row);
	assert_in_range(row[4], 5, 12);
	assert_in_range(row[5], 155, 167);
	assert_in_range(row[6], 5, 12);
	assert_int_equal(row[4], row[6]);
	assert_int_equal(row[3], 0);
	vc_hvs_scale_destroy(scale);
}

/* A kernel that is not in display-list RAM: nearest pixel instead. */
static void test_no_kernel(void **state)
{
	struct vc_hvs_axis axis = ppf(4, 8, 0);
	struct vc_hvs_scaler s = { axis, { 0 } };
	struct vc_hvs_scale *scale;
	uint8_t row[8];
	unsigned int x;

	s.h.kernel = VC_HVS_RAM_WORDS - 5;
	scale = make(&s, 1, 4, 1, 8, 1);
	vc_hvs_scale_row(scale, 0, row);
	for (x = 0; x < 7; x++)
		assert_int_equal(row[x], src[0][(x + 1) / 2]);
	vc_hvs_scale_destroy(scale);
}

/* Scales that do not match the sizes, as a guest may write them. */
static void test_nonsense(void **state)
{
	struct vc_hvs_scaler cases[] = {
		{ { .filter = VC_HVS_FILTER_TPZ, .scale = 0 }, { .filter = VC_HVS_FILTER_TPZ } },
		{ { .filter = VC_HVS_FILTER_TPZ, .scale = 0x1fffff },
		  { .filter = VC_HVS_FILTER_TPZ, .scale = 0x1fffff } },
		{ { .filter = VC_HVS_FILTER_PPF, .scale = 0x1ffff, .phase = -64, .kernel = 4096 },
		  { .filter = VC_HVS_FILTER_PPF, .scale = 0, .phase = 63, .kernel = 16383 } },
		{ { 0 }, { 0 } },
	};
	uint8_t *row = malloc(4095 * 4);
	unsigned int i, y;

	for (i = 0; i < 4; i++) {
		struct vc_hvs_scale *scale = make(&cases[i], 4, 7, 5, 4095, 30);

		for (y = 30; y > 0; y--)
			vc_hvs_scale_row(scale, y - 1, row);
		vc_hvs_scale_destroy(scale);
	}
	free(row);
	vc_hvs_scale_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_tpz_average, setup),
		cmocka_unit_test_setup(test_flat, setup),
		cmocka_unit_test_setup(test_ppf_position, setup),
		cmocka_unit_test_setup(test_ppf_taps, setup),
		cmocka_unit_test_setup(test_no_kernel, setup),
		cmocka_unit_test_setup(test_nonsense, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
