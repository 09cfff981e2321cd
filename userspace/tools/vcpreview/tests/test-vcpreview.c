// SPDX-License-Identifier: GPL-2.0
/*
 * What vcpreview knows without a camera and a display: formats, layouts,
 * copying, figures, command line.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../vcpreview.h"

static char said[512];

/* No device is opened here. */
int vcp_ioctl(int fd, unsigned long request, void *arg)
{
	return -1;
}

int vcp_fail(enum vcp_exit code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
	return code;
}

/* -----------------------------------------------------------------------------
 * Formats
 */

static void planes_lie_behind_one_another(void **state)
{
	struct vcp_layout layout;

	vcp_layout_set(&layout, vcp_format_find("NV12"), 1280, 720, 1344);
	assert_int_equal(layout.offset[1], 1344 * 720);
	assert_int_equal(layout.pitch[1], 1344);
	assert_int_equal(layout.size, 1344 * 1080);
	vcp_layout_set(&layout, vcp_format_find("yu12"), 64, 32, 128);
	assert_int_equal(layout.offset[1], 128 * 32);
	assert_int_equal(layout.offset[2], 128 * 32 + 64 * 16);
	assert_int_equal(layout.pitch[2], 64);
	assert_int_equal(layout.size, 128 * 48);
	vcp_layout_set(&layout, vcp_format_find("RG24"), 64, 32, 192);
	assert_int_equal(layout.size, 192 * 32);
	assert_null(vcp_format_find("XYZ"));
}

/* Bytes of two lines that were written are the same; the sum of those in @src. */
static size_t check_line(const unsigned char *dst, const unsigned char *src, size_t bytes)
{
	size_t sum = 0;

	for (size_t x = 0; x < bytes; x++) {
		if (dst[x] == 255)
			continue;
		assert_int_equal(dst[x], src[x]);
		sum += src[x];
	}
	return sum;
}

/* Between memory of other pitches: every byte of the picture and no other. */
static void check_copy(const char *name, unsigned int from_pitch, unsigned int to_pitch,
		       size_t bytes)
{
	const struct vcp_format *format = vcp_format_find(name);
	struct vcp_layout from, to;
	unsigned char *src, *dst;
	size_t written = 0, sum_src = 0, sum_dst = 0;

	vcp_layout_set(&from, format, 32, 4, from_pitch);
	vcp_layout_set(&to, format, 32, 4, to_pitch);
	src = malloc(from.size);
	dst = malloc(to.size);
	assert_true(src && dst);
	/* 1 to 254 where the picture is: 255 tells what was not written. */
	memset(dst, 255, to.size);
	for (size_t i = 0; i < from.size; i++)
		src[i] = 1 + i % 254;
	assert_int_equal(vcp_copy_picture(format, &from, src, &to, dst), bytes);
	for (size_t i = 0; i < to.size; i++) {
		written += dst[i] != 255;
		sum_dst += dst[i] != 255 ? dst[i] : 0;
	}
	assert_int_equal(written, bytes);
	for (unsigned int p = 0; p < format->planes; p++)
		for (unsigned int y = 0; y < vcp_plane_lines(&from, p); y++)
			sum_src += check_line(dst + to.offset[p] + y * to.pitch[p],
					      src + from.offset[p] + y * from.pitch[p],
					      to.pitch[p] < from.pitch[p] ? to.pitch[p] :
					      from.pitch[p]);
	assert_int_equal(sum_src, sum_dst);
	free(src);
	free(dst);
}

static void copy_honours_pitches(void **state)
{
	check_copy("NV12", 32, 32, 32 * 6);
	check_copy("NV12", 64, 48, 32 * 6);
	check_copy("YU12", 40, 64, 32 * 6);
	check_copy("XR24", 128, 256, 32 * 4 * 4);
	check_copy("RG24", 112, 96, 32 * 3 * 4);
	check_copy("RG16", 64, 80, 32 * 2 * 4);
}

static void black_is_black(void **state)
{
	const struct vcp_format *format = vcp_format_find("NV12");
	struct vcp_layout layout;
	unsigned char mem[32 * 48];

	vcp_layout_set(&layout, format, 32, 32, 32);
	memset(mem, 99, sizeof(mem));
	vcp_fill_black(format, &layout, mem);
	assert_int_equal(mem[0], 0);
	assert_int_equal(mem[32 * 32 - 1], 0);
	assert_int_equal(mem[32 * 32], 128);
	assert_int_equal(mem[32 * 48 - 1], 128);
}

/* -----------------------------------------------------------------------------
 * Figures
 */

static void percentiles(void **state)
{
	struct vcp_stats stats = { 0 };

	assert_true(vcp_stats_percentile(&stats, 0.5) == 0);
	for (int i = 100; i > 0; i--)
		vcp_stats_latency(&stats, i * 1000);
	assert_true(vcp_stats_percentile(&stats, 0.5) == 50);
	assert_true(vcp_stats_percentile(&stats, 0.99) == 99);
	assert_true(vcp_stats_percentile(&stats, 1) == 100);
	/* A clock that is behind gives no nonsense. */
	vcp_stats_latency(&stats, -5);
	assert_true(vcp_stats_percentile(&stats, 0) == 0);
	/* Of many the newest count. */
	for (int i = 0; i < VCP_LATENCIES; i++)
		vcp_stats_latency(&stats, 7000);
	assert_true(vcp_stats_percentile(&stats, 0.01) == 7);
	assert_true(vcp_stats_percentile(&stats, 1) == 7);
}

static void rate_is_between_first_and_last(void **state)
{
	struct vcp_stats stats = { .displayed = 301, .captured = 31, .first_us = 5000000,
				   .last_us = 15000000, .replaced = 1, .lost = 2, .bad = 4 };

	assert_true(vcp_stats_fps(&stats, false) == 30);
	assert_true(vcp_stats_fps(&stats, true) == 3);
	assert_int_equal(vcp_stats_dropped(&stats), 7);
	stats.displayed = 1;
	assert_true(vcp_stats_fps(&stats, false) == 0);
}

static void camera_keeps_two(void **state)
{
	assert_int_equal(vcp_waiting_max(3), 1);
	assert_int_equal(vcp_waiting_max(4), 1);
	/* One is on the screen, one about to be. */
	for (unsigned int buffers = 5; buffers <= VCP_BUFFERS_MAX; buffers++)
		assert_true(buffers - 2 - vcp_waiting_max(buffers) >= 2);
}

static void processor_time_grows(void **state)
{
	struct vcp_cpu before = vcp_cpu_now(), after;

	do {
		after = vcp_cpu_now();
	} while (after.self_us < before.self_us + 200000);
	/* The machine's is counted in hundredths of seconds of each processor. */
	assert_true(after.guest_us >= before.guest_us + 100000);
}

/* -----------------------------------------------------------------------------
 * Command line
 */

static int parse(struct vcp_options *opt, ...)
{
	char *argv[16] = { (char *)"vcpreview" };
	int argc = 1;
	va_list args;

	va_start(args, opt);
	while ((argv[argc] = va_arg(args, char *)))
		argc++;
	va_end(args);
	optind = 0;
	said[0] = '\0';
	return vcp_parse_options(opt, argc, argv);
}

static void defaults(void **state)
{
	struct vcp_options opt;

	assert_int_equal(parse(&opt, NULL), 0);
	assert_int_equal(opt.path, VCP_PATH_VC_SM);
	assert_int_equal(opt.width, 1280);
	assert_string_equal(opt.format->name, "NV12");
	assert_null(opt.json);
	assert_false(opt.no_display);
}

static void options_are_taken(void **state)
{
	struct vcp_options opt;

	assert_int_equal(parse(&opt, "--path=copy", "--size", "640x480", "--format=rg16",
			       "--fps=29.97", "--buffers=32", "--count=7", "--json=x", NULL), 0);
	assert_int_equal(opt.path, VCP_PATH_COPY);
	assert_int_equal(opt.width, 640);
	assert_int_equal(opt.height, 480);
	assert_string_equal(opt.format->name, "RG16");
	assert_true(opt.fps == 29.97);
	assert_int_equal(opt.buffers, 32);
	assert_int_equal(opt.count, 7);
	assert_string_equal(opt.json, "x");
	assert_int_equal(parse(&opt, "--json", "--seconds=0.5", NULL), 0);
	assert_string_equal(opt.json, "-");
	assert_true(opt.seconds == 0.5);
	assert_false(opt.still);
	assert_int_equal(parse(&opt, "--still", NULL), 0);
	assert_true(opt.still);
}

static void still_needs_a_display_and_copies_nothing(void **state)
{
	struct vcp_options opt;

	assert_int_equal(parse(&opt, "--still", "--no-display", NULL), VCP_USAGE);
	assert_int_equal(parse(&opt, "--path=copy", "--still", NULL), VCP_USAGE);
	assert_int_equal(parse(&opt, "--path=expbuf", "--still", NULL), 0);
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[] = {
		"--path=dma", "--size=1280", "--size=1280x720x3", "--size=0x0", "--size=33x32",
		"--size=-1280x720", "--size=99999x99999", "--format=", "--fps=0", "--fps=nan",
		"--fps=30fps", "--fps=inf", "--buffers=2", "--buffers=33", "--buffers=-4",
		"--count=0", "--count=1e3", "--count=99999999999999999999", "--seconds=-1",
		"--unknown", "file",
	};
	struct vcp_options opt;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(&opt, bad[i], NULL) != VCP_USAGE || !said[0] || strchr(said, '\n'))
			fail_msg("%s: \"%s\"", bad[i], said);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(planes_lie_behind_one_another),
		cmocka_unit_test(copy_honours_pitches),
		cmocka_unit_test(black_is_black),
		cmocka_unit_test(percentiles),
		cmocka_unit_test(rate_is_between_first_and_last),
		cmocka_unit_test(camera_keeps_two),
		cmocka_unit_test(processor_time_grows),
		cmocka_unit_test(defaults),
		cmocka_unit_test(options_are_taken),
		cmocka_unit_test(still_needs_a_display_and_copies_nothing),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests_name("vcpreview", tests, NULL, NULL);
}
