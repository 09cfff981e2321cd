// SPDX-License-Identifier: GPL-2.0
/*
 * What vchiq_test, vchiq_bench and vcgencmd know without a device: command lines,
 * figures, texts.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../vcgencmd/vcgencmd.h"
#include "../../vchiq_bench/bench.h"
#include "../figures.h"
#include "../options.h"

#define MAX_WORDS	24

/* Parse a command line whose words are separated by blanks. */
static int parse(struct vt_options *opt, const char *line)
{
	static char text[256];
	char *argv[MAX_WORDS + 1] = { (char[]){ "vchiq_test" } }, *rest = text;
	int argc = 1;

	assert_in_range(snprintf(text, sizeof(text), "%s", line), 0, sizeof(text) - 1);
	while (argc < MAX_WORDS && (argv[argc] = strtok_r(rest, " ", &rest)))
		argc++;
	argv[argc] = NULL;
	return vt_options_parse(opt, argc, argv);
}

/* -----------------------------------------------------------------------------
 * vchiq_test
 */

static void modes_have_their_rounds(void **state)
{
	struct vt_options opt;

	assert_int_equal(parse(&opt, "-f"), 0);
	assert_int_equal(opt.mode, VT_FUNCTIONAL);
	assert_int_equal(opt.iters, 100);
	assert_true(opt.echo && opt.verify && !opt.json && !opt.verbose);
	assert_string_equal(opt.service, "echo");
	assert_int_equal(parse(&opt, "-p"), 0);
	assert_int_equal(opt.iters, 1000);
	assert_int_equal(parse(&opt, "-p 7"), 0);
	assert_int_equal(opt.iters, 7);
	assert_int_equal(parse(&opt, "-b 64 3"), 0);
	assert_int_equal(opt.mode, VT_BULK);
	assert_int_equal(opt.size, 65536);
	assert_int_equal(opt.iters, 3);
	assert_int_equal(parse(&opt, "-c 4088"), 0);
	assert_int_equal(opt.size, 4088);
	assert_int_equal(parse(&opt, "-i"), 0);
	assert_int_equal(opt.mode, VT_SIGNAL);
}

static void options_are_understood(void **state)
{
	struct vt_options opt;

	assert_int_equal(parse(&opt, "-s fun2 -e -q -v --json -m 5 -M 6 -S 7 -E 8 -f"), 0);
	assert_string_equal(opt.service, "fun2");
	assert_true(!opt.echo && !opt.verify && opt.verbose && opt.json);
	assert_int_equal(opt.client_quota, 5);
	assert_int_equal(opt.server_quota, 6);
	assert_int_equal(opt.first, 7);
	assert_int_equal(opt.last, 8);
	assert_int_equal(parse(&opt, "--device=/dev/vchiq1 --timeout=9 -t"), 0);
	assert_string_equal(opt.device, "/dev/vchiq1");
	assert_int_equal(opt.timeout_s, 9);
}

/* The one option of two arguments, wherever it stands. */
static void alignments_are_pairs(void **state)
{
	struct vt_options opt;

	assert_int_equal(parse(&opt, "-a 1 31 -p 5"), 0);
	assert_int_equal(opt.align_size, 32);
	assert_int_equal(opt.client_align, 1);
	assert_int_equal(opt.server_align, 31);
	assert_int_equal(opt.iters, 5);
	assert_int_equal(parse(&opt, "-p 5 -A 4095 0"), 0);
	assert_int_equal(opt.align_size, 4096);
	assert_int_equal(opt.client_align, 4095);
	assert_int_equal(opt.iters, 5);
	assert_int_equal(parse(&opt, "-a 32 0 -p"), -EINVAL);
	assert_int_equal(parse(&opt, "-p -a 1"), -EINVAL);
}

static void wrong_usage_is_refused(void **state)
{
	static const char *const lines[] = {
		"", "-f -p", "-b 0", "-b 16385", "-b x", "-c 3", "-c 4089", "-p 0", "-p -1",
		"-p 5 6", "-p 5x", "-s ech -p", "-m -1 -p", "-m 65535 -p", "--timeout=0 -p",
		"-Z", "--nothing",
	};
	struct vt_options opt;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(parse(&opt, lines[i]), -EINVAL);
}

static void figures_are_of_ranks(void **state)
{
	struct samples samples;
	struct figures figures;

	assert_int_equal(samples_init(&samples, 200), 0);
	assert_true(samples_percentile(&samples, 50) == 0);
	for (int i = 200; i > 0; i--)
		samples_add(&samples, i);
	samples_add(&samples, 0);
	assert_int_equal(samples.nr, 200);
	figures_set(&figures, &samples, 2, 1000, 4000000);
	assert_true(figures.min_us == 1);
	assert_true(figures.p50_us == 100);
	assert_true(figures.p99_us == 198);
	assert_true(figures.per_s == 500);
	assert_true(figures.mb_per_s == 2);
	assert_true(samples_percentile(&samples, 100) == 200);
	figures_set(&figures, &samples, 0, 1, 1);
	assert_true(figures.per_s == 0);
	samples_fini(&samples);
}

/* -----------------------------------------------------------------------------
 * vchiq_bench
 */

static void workloads_have_names(void **state)
{
	for (unsigned int i = 0; i < nr_workloads; i++) {
		assert_ptr_equal(workload_find(workloads[i].name), &workloads[i]);
		assert_true(workloads[i].messages > 0);
	}
	assert_null(workload_find("ping"));
	assert_null(workload_find(""));
}

static void idle_time_is_found(void **state)
{
	assert_true(idle_seconds("cpu  1 2 3 400 50 6 7 0 0 0\ncpu0 1 1\n", 100) == 4.5);
	assert_true(idle_seconds("cpu  1 2 3\n", 100) < 0);
	assert_true(idle_seconds("", 100) < 0);
}

/* -----------------------------------------------------------------------------
 * vcgencmd
 */

static void requests_end_with_a_blank(void **state)
{
	char command[] = "measure_clock", clock[] = "arm", text[GENCMD_MAX_REQUEST];
	char *words[3] = { command, clock };

	assert_int_equal(gencmd_request(text, sizeof(text), words), 19);
	assert_string_equal(text, "measure_clock arm ");
	assert_int_equal(gencmd_request(text, 19, words), 19);
	assert_int_equal(gencmd_request(text, 18, words), -EMSGSIZE);
	assert_int_equal(gencmd_request(text, sizeof(text), words + 2), 1);
}

static void answers_begin_with_a_word(void **state)
{
	char failure[32] = "\0\0\0\0error=1 error_msg";
	char reply[32] = "\0\0\0\0temp=42.8'C";
	bool is_error = true;

	assert_string_equal(gencmd_text(reply, 16, &is_error), "temp=42.8'C");
	assert_false(is_error);
	assert_string_equal(gencmd_text(failure, 11, &is_error), "error=1");
	assert_true(is_error);
	assert_string_equal(gencmd_text(reply, 4, &is_error), "");
	assert_false(is_error);
	assert_null(gencmd_text(reply, 3, &is_error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_have_their_rounds),
		cmocka_unit_test(options_are_understood),
		cmocka_unit_test(alignments_are_pairs),
		cmocka_unit_test(wrong_usage_is_refused),
		cmocka_unit_test(figures_are_of_ranks),
		cmocka_unit_test(workloads_have_names),
		cmocka_unit_test(idle_time_is_found),
		cmocka_unit_test(requests_end_with_a_blank),
		cmocka_unit_test(answers_begin_with_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
