// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: its command line.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "vcq.h"

#define DEFAULT_ITERS		100u
#define DEFAULT_PING_ITERS	1000u
#define DEFAULT_TIMEOUT_S	60u
#define MAX_ITERS		100000000u
#define MAX_BULK_KIB		16384u
#define MAX_QUOTA		65534u
#define MIN_CONTROL		4u

static const char usage[] =
	"Usage: vchiq_test [OPTION...] MODE [ROUNDS]\n"
	"Tests VCHIQ, driver and firmware, through /dev/vchiq of any driver.\n"
	"\n"
	"  -f         functional test: services, messages, bulks, aborts, alignments\n"
	"  -p         round trips of messages and bulks (1000 rounds)\n"
	"  -b KIB     blocks of that size\n"
	"  -c BYTES   messages of that size, one way and back\n"
	"  -i         a bulk that never ends, for a signal to interrupt\n"
	"  -t         the clock, without VCHIQ\n"
	"\n"
	"  -s NAME    service to talk to (echo)\n"
	"  -a C S     our and the peer's buffers begin C and S bytes beyond a multiple of 32\n"
	"  -A C S     the same for a multiple of 4096\n"
	"  -e         the peer does not send blocks back\n"
	"  -m N       messages of ours that may be under way\n"
	"  -M N       messages of the peer's that may be under way\n"
	"  -q         do not look at the data\n"
	"  -S N       first data test of the functional test\n"
	"  -E N       last data test of the functional test\n"
	"  -v         say more\n"
	"  --device=PATH     instead of /dev/vchiq\n"
	"  --timeout=SECONDS longest time for one step (60)\n"
	"  --json     print JSON\n"
	"  --help     this text\n"
	"  --version  version\n"
	"\n"
	"ROUNDS is 100 if it is not given. Exit status: 0 passed, 1 failed, 2 wrong usage,\n"
	"3 no such device or service.\n";

static const struct {
	enum vt_mode mode;
	char letter;
	const char *name;
} modes[] = {
	{ VT_FUNCTIONAL, 'f', "functional" },	{ VT_PING, 'p', "ping" },
	{ VT_BULK, 'b', "bulk" },		{ VT_CONTROL, 'c', "control" },
	{ VT_SIGNAL, 'i', "signal" },		{ VT_TIMER, 't', "timer" },
	{ VT_HELP, 'h', "help" },		{ VT_VERSION, 'V', "version" },
};

#define NR_MODES (sizeof(modes) / sizeof(modes[0]))

enum {
	OPT_JSON = 256,
	OPT_TIMEOUT,
};

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'd' },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

void vt_usage(FILE *to)
{
	fputs(usage, to);
}

const char *vt_mode_name(enum vt_mode mode)
{
	for (size_t i = 0; i < NR_MODES; i++) {
		if (modes[i].mode == mode)
			return modes[i].name;
	}
	return "none";
}

static int set_mode(struct vt_options *opt, int letter)
{
	if (opt->mode != VT_NONE) {
		fprintf(stderr, "vchiq_test: one mode at a time\n");
		return -EINVAL;
	}
	for (size_t i = 0; i < NR_MODES; i++) {
		if (modes[i].letter == letter)
			opt->mode = modes[i].mode;
	}
	return 0;
}

static int set_number(uint32_t *to, const char *what, const char *text, uint32_t min,
		      uint32_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = text ? strtoull(text, &end, 0) : 0;
	if (!text || errno || *end || end == text || *text == '-' || value < min || value > max) {
		fprintf(stderr, "vchiq_test: %s: %s: not a number from %u to %u\n", what,
			text ? text : "(nothing)", min, max);
		return -EINVAL;
	}
	*to = (uint32_t)value;
	return 0;
}

/* The one option with two arguments; getopt knows only of the first. */
static int set_alignment(struct vt_options *opt, uint32_t align_size, int argc, char **argv)
{
	const char *server = optind < argc ? argv[optind] : NULL;

	opt->align_size = align_size;
	if (set_number(&opt->client_align, "alignment", optarg, 0, align_size - 1) ||
	    set_number(&opt->server_align, "alignment", server, 0, align_size - 1))
		return -EINVAL;
	optind++;
	return 0;
}

static int set_service(struct vt_options *opt, const char *name)
{
	if (!vcq_fourcc(name)) {
		fprintf(stderr, "vchiq_test: %s: the name of a service has four letters\n", name);
		return -EINVAL;
	}
	opt->service = name;
	return 0;
}

static int set_bulk(struct vt_options *opt)
{
	uint32_t kib;

	if (set_number(&kib, "block", optarg, 1, MAX_BULK_KIB))
		return -EINVAL;
	opt->size = kib * 1024;
	return set_mode(opt, 'b');
}

static int set_control(struct vt_options *opt)
{
	if (set_number(&opt->size, "message", optarg, MIN_CONTROL, VCQ_MAX_MESSAGE))
		return -EINVAL;
	return set_mode(opt, 'c');
}

static void set_flag(struct vt_options *opt, int letter)
{
	switch (letter) {
	case 'e':
		opt->echo = false;
		break;
	case 'q':
		opt->verify = false;
		break;
	case 'v':
		opt->verbose = true;
		break;
	default:
		opt->json = true;
		break;
	}
}

static int set_option(struct vt_options *opt, int letter, int argc, char **argv)
{
	switch (letter) {
	case 'e': case 'q': case 'v': case OPT_JSON:
		set_flag(opt, letter);
		return 0;
	case 'f': case 'p': case 'i': case 't': case 'h': case 'V':
		return set_mode(opt, letter);
	case 'b':
		return set_bulk(opt);
	case 'c':
		return set_control(opt);
	case 'a':
		return set_alignment(opt, 32, argc, argv);
	case 'A':
		return set_alignment(opt, 4096, argc, argv);
	case 's':
		return set_service(opt, optarg);
	case 'd':
		opt->device = optarg;
		return 0;
	case 'm':
		return set_number(&opt->client_quota, "-m", optarg, 0, MAX_QUOTA);
	case 'M':
		return set_number(&opt->server_quota, "-M", optarg, 0, MAX_QUOTA);
	case 'S':
		return set_number(&opt->first, "-S", optarg, 0, MAX_ITERS);
	case 'E':
		return set_number(&opt->last, "-E", optarg, 0, MAX_ITERS);
	case OPT_TIMEOUT:
		return set_number(&opt->timeout_s, "--timeout", optarg, 1, 86400);
	default:
		return -EINVAL;
	}
}

static int set_rest(struct vt_options *opt, int argc, char **argv)
{
	if (opt->mode == VT_NONE) {
		fprintf(stderr, "vchiq_test: which mode? (vchiq_test --help)\n");
		return -EINVAL;
	}
	opt->iters = opt->mode == VT_PING ? DEFAULT_PING_ITERS : DEFAULT_ITERS;
	if (argc - optind > 1) {
		fprintf(stderr, "vchiq_test: %s: one number of rounds\n", argv[optind + 1]);
		return -EINVAL;
	}
	if (optind < argc)
		return set_number(&opt->iters, "rounds", argv[optind], 1, MAX_ITERS);
	return 0;
}

int vt_options_parse(struct vt_options *opt, int argc, char **argv)
{
	int letter;

	*opt = (struct vt_options){
		.service = "echo",
		.align_size = 4096,
		.last = UINT32_MAX,
		.timeout_s = DEFAULT_TIMEOUT_S,
		.echo = true,
		.verify = true,
	};
	optind = 0;
	while ((letter = getopt_long(argc, argv, "fpb:c:its:a:A:em:M:qS:E:vd:hV", long_options,
				     NULL)) != -1) {
		if (set_option(opt, letter, argc, argv))
			return -EINVAL;
	}
	return set_rest(opt, argc, argv);
}
