// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf: lists buffers and who shares them, and draws it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vcbuf.h"

#define EXIT_USAGE	2
#define EXIT_NONE	3
/* A frame of 60 Hz is seen four times. */
#define LOOK_MS		4
#define MAX_SECONDS	3600.0

static const char usage[] =
	"Usage: vcbuf [OPTION...]\n"
	"Lists the buffers that VideoCore, drivers and programs share, and who shares them.\n"
	"\n"
	"  --seconds S   count the frames that pass through each for so long\n"
	"  --watch       again each second (or --seconds), until interrupted\n"
	"  --json        in JSON\n"
	"  --dot         a graph for dot(1)\n"
	"  --svg FILE    the graph as a picture; needs dot(1)\n"
	"  --root DIR    read DIR/proc and DIR/sys instead of this system's\n"
	"  --help        this text\n"
	"  --version     version\n"
	"\n"
	"Needs debugfs at /sys/kernel/debug, and the right to read it (root).\n"
	"Exit status: 0 done, 1 it failed, 2 wrong usage, 3 there is no vc_sm.\n";

enum form { FORM_TABLE, FORM_JSON, FORM_DOT };

/** struct options - command line */
struct options {
	const char *root;
	const char *svg;
	enum form form;
	double seconds;
	bool watch;
};

static volatile sig_atomic_t is_interrupted;

static void on_signal(int sig)
{
	(void)sig;
	is_interrupted = 1;
}

static int usage_error(const char *what, const char *why)
{
	fprintf(stderr, "vcbuf: %s: %s\nvcbuf: try --help\n", what, why);
	return EXIT_USAGE;
}

/* -----------------------------------------------------------------------------
 * Command line
 */

static int parse_seconds(struct options *opt, const char *text)
{
	char *end;

	opt->seconds = strtod(text, &end);
	if (end == text || *end || !(opt->seconds > 0 && opt->seconds <= MAX_SECONDS))
		return usage_error("--seconds", "a number above 0, up to 3600, is needed");
	return -1;
}

/* -1 to go on, otherwise the exit status. */
static int parse_option(struct options *opt, int c)
{
	switch (c) {
	case 's':
		return parse_seconds(opt, optarg);
	case 'w':
		opt->watch = true;
		return -1;
	case 'j':
		opt->form = FORM_JSON;
		return -1;
	case 'd':
		opt->form = FORM_DOT;
		return -1;
	case 'p':
		opt->svg = optarg;
		return -1;
	case 'r':
		opt->root = optarg;
		return -1;
	case 'h':
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	case 'v':
		puts("vcbuf " VC_VERSION);
		return EXIT_SUCCESS;
	default:
		return EXIT_USAGE;
	}
}

static int parse_options(struct options *opt, int argc, char **argv)
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "watch", no_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },
		{ "dot", no_argument, NULL, 'd' },
		{ "svg", required_argument, NULL, 'p' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ }
	};
	int c, ret = -1;

	while (ret < 0 && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		ret = parse_option(opt, c);
	if (ret < 0 && optind < argc)
		return usage_error(argv[optind], "not expected");
	if (ret < 0 && opt->watch && opt->svg)
		return usage_error("--watch", "not together with --svg");
	return ret;
}

/* -----------------------------------------------------------------------------
 * Looking
 */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void look_for(struct vcb *vcb, double seconds)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	double end = now() + seconds;

	while (!is_interrupted && now() < end) {
		vcb_read_planes(vcb);
		nanosleep(&pause, NULL);
	}
}

/* Frames cannot be counted without the tracer; the rest can be told. */
static void count_frames(struct vcb *vcb, double seconds)
{
	struct vcb_tracer tracer = { .is_on = false };
	int ret = vcb_trace_begin(&tracer, vcb);

	if (ret)
		fprintf(stderr, "vcbuf: no frames of the firmware: %s: %s\n", tracer.dir,
			strerror(-ret));
	look_for(vcb, seconds);
	vcb_trace_end(&tracer, vcb);
}

static int find(struct vcb *vcb, const struct options *opt)
{
	int ret;

	vcb_clear(vcb);
	ret = vcb_read_tables(vcb);
	if (ret)
		return ret;
	vcb_read_bufinfo(vcb);
	vcb_read_processes(vcb);
	vcb_read_planes(vcb);
	if (opt->seconds > 0)
		count_frames(vcb, opt->seconds);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Telling
 */

/* dot inherits our standard output and writes there, so that no shell sees the name. */
static int draw(const struct vcb *vcb, const char *file)
{
	FILE *out = freopen(file, "w", stdout);
	FILE *dot;
	int status;

	if (!out)
		return -errno;
	dot = popen("dot -Tsvg", "we");
	if (!dot)
		return -errno;
	vcb_print_dot(vcb, dot);
	status = pclose(dot);
	return status ? -ENOEXEC : 0;
}

static int show(const struct vcb *vcb, const struct options *opt)
{
	int ret = 0;

	if (opt->svg) {
		ret = draw(vcb, opt->svg);
		if (ret == -ENOEXEC)
			fputs("vcbuf: dot failed; is graphviz installed?\n", stderr);
		else if (ret)
			fprintf(stderr, "vcbuf: %s: %s\n", opt->svg, strerror(-ret));
		return ret;
	}
	if (opt->form == FORM_JSON)
		ret = vcb_print_json(vcb, stdout);
	else if (opt->form == FORM_DOT)
		vcb_print_dot(vcb, stdout);
	else
		vcb_print_table(vcb, stdout);
	return fflush(stdout) ? -errno : ret;
}

static int failed(int err, const struct options *opt)
{
	const char *table = "/sys/kernel/debug/vc_sm";

	if (err == -ENOENT) {
		fprintf(stderr, "vcbuf: %s%s: not there; load vc_sm, mount debugfs\n",
			opt->root, table);
		return EXIT_NONE;
	}
	fprintf(stderr, "vcbuf: %s%s: %s%s\n", opt->root, table, strerror(-err),
		err == -EACCES ? "; run it as root" : "");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct options opt = { .root = "" };
	struct vcb vcb = { };
	int ret = parse_options(&opt, argc, argv);

	if (ret >= 0)
		return ret;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (opt.watch && opt.seconds <= 0)
		opt.seconds = 1;
	vcb.root = opt.root;
	do {
		if (opt.watch && opt.form == FORM_TABLE && isatty(STDOUT_FILENO))
			fputs("\033[H\033[2J", stdout);
		ret = find(&vcb, &opt);
		if (ret) {
			ret = failed(ret, &opt);
			break;
		}
		ret = show(&vcb, &opt) ? EXIT_FAILURE : EXIT_SUCCESS;
	} while (opt.watch && !is_interrupted && !ret);
	vcb_clear(&vcb);
	return ret;
}
