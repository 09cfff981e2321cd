// SPDX-License-Identifier: GPL-2.0
/*
 * vclog: what the VideoCore's firmware has to say: its logs, its variables, its
 * trace of MMAL, and the layout of its memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <videocore/debug.h>

#include "vclog.h"

#define EXIT_USAGE	2
#define DEVICE		"/dev/vc-mem"
#define LOG_PROPERTY	"/proc/device-tree/chosen/log"
#define RETRIES		10
#define RETRY_MS	10
#define FOLLOW_MS	50

static const char usage[] =
	"Usage: vclog [OPTION...] COMMAND\n"
	"What the VideoCore's firmware logs, and what is in its memory.\n"
	"\n"
	"  msg              messages (--follow: wait for more)\n"
	"  assert           assertions that failed\n"
	"  mmal             the newest events of MMAL\n"
	"  syms             variables by name: address and size\n"
	"  read NAME        a variable, in hexadecimal\n"
	"  map              layout of the memory (--svg: as a picture)\n"
	"\n"
	"  --device PATH    " DEVICE " unless told otherwise\n"
	"  --file PATH      a dump of the memory instead, with --base\n"
	"  --base ADDRESS   VideoCore address of the dump's first byte\n"
	"  --log ADDR,SIZE  where the logs are, if the device tree does not tell\n"
	"  --follow         with msg and assert: go on until interrupted\n"
	"  --svg            with map: print a picture\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0, 1 for an error, 2 for wrong usage.\n";

/** struct options - command line */
struct options {
	const char *device;
	const char *file;
	uint32_t base;
	uint32_t log;
	uint32_t log_len;
	bool follow;
	bool svg;
	const char *command;
	const char *argument;
};

static int usage_error(const char *what, const char *why)
{
	fprintf(stderr, "vclog: %s: %s\n", what, why);
	fprintf(stderr, "vclog: try --help\n");
	return EXIT_USAGE;
}

static int failed(const char *what, int err)
{
	fprintf(stderr, "vclog: %s: %s\n", what, strerror(-err));
	return EXIT_FAILURE;
}

/* -----------------------------------------------------------------------------
 * Command line
 */

static int parse_address(const char *arg, char stop, uint32_t *value, const char **rest)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(arg, &end, 0);
	if (errno || end == arg || *end != stop || *arg == '-' || n > UINT32_MAX)
		return -EINVAL;
	*value = (uint32_t)n;
	if (rest)
		*rest = end + 1;
	return 0;
}

static int parse_log(struct options *opt, const char *arg)
{
	const char *len;

	if (parse_address(arg, ',', &opt->log, &len))
		return -EINVAL;
	return parse_address(len, '\0', &opt->log_len, NULL);
}

/* -1 to go on, otherwise the exit status. */
static int parse_option(struct options *opt, int c)
{
	switch (c) {
	case 'd':
		opt->device = optarg;
		return -1;
	case 'f':
		opt->file = optarg;
		return -1;
	case 'b':
		if (parse_address(optarg, '\0', &opt->base, NULL))
			return usage_error("--base", "an address is needed");
		return -1;
	case 'l':
		if (parse_log(opt, optarg))
			return usage_error("--log", "address and size are needed, with a comma");
		return -1;
	case 'F':
		opt->follow = true;
		return -1;
	case 's':
		opt->svg = true;
		return -1;
	case 'h':
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	default:
		return EXIT_USAGE;
	}
}

static int parse_options(struct options *opt, int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "file", required_argument, NULL, 'f' },
		{ "base", required_argument, NULL, 'b' },
		{ "log", required_argument, NULL, 'l' },
		{ "follow", no_argument, NULL, 'F' },
		{ "svg", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, ret = -1;

	while (ret < 0 && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		ret = parse_option(opt, c);
	if (ret >= 0)
		return ret;
	opt->command = argv[optind];
	if (!opt->command)
		return usage_error("command", "missing");
	opt->argument = argv[optind + 1];
	if (opt->argument && argv[optind + 2])
		return usage_error(argv[optind + 2], "unexpected argument");
	return -1;
}

/* -----------------------------------------------------------------------------
 * Commands
 */

static void print_message(const struct vcm_entry *entry, void *arg)
{
	printf("%06u.%03u: %s\n", entry->time_ms / 1000, entry->time_ms % 1000, entry->text);
}

static void print_assertion(const struct vcm_entry *entry, void *arg)
{
	printf("%06u.%03u: assert( %s ) failed; %s line %u\n", entry->time_ms / 1000,
	       entry->time_ms % 1000, entry->text, entry->file, entry->line);
}

static void pause_ms(long ms)
{
	const struct timespec time = { .tv_nsec = ms * 1000000 };

	nanosleep(&time, NULL);
}

/* Nobody tells when the firmware has finished a line: look again, but not for ever. */
static int read_log(const struct vcm *vcm, struct vcm_log *log)
{
	vcm_entry_fn print = log->is_assert ? print_assertion : print_message;
	int tries, ret = -EAGAIN;

	for (tries = 0; ret == -EAGAIN && tries < RETRIES; tries++) {
		if (tries)
			pause_ms(RETRY_MS);
		ret = vcm_log_read(vcm, log, print, NULL);
	}
	return ret;
}

static int show_log(const struct vcm *vcm, const struct options *opt, unsigned int index)
{
	struct vcm_log log;
	int ret;

	ret = vcm_log_open(vcm, index, &log);
	if (ret) {
		fprintf(stderr, "vclog: the firmware keeps no log here (--log says where)\n");
		return EXIT_FAILURE;
	}
	do {
		ret = read_log(vcm, &log);
		if (ret == -EAGAIN)
			fprintf(stderr, "vclog: the log makes no sense; is it being written?\n");
		if (fflush(stdout))
			return EXIT_FAILURE;
		if (opt->follow)
			pause_ms(FOLLOW_MS);
	} while (opt->follow && (ret >= 0 || ret == -EAGAIN));
	if (ret < 0 && ret != -EAGAIN)
		return failed("log", ret);
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int cmd_msg(const struct vcm *vcm, const struct options *opt)
{
	return show_log(vcm, opt, VC_LOG_MESSAGES);
}

static int cmd_assert(const struct vcm *vcm, const struct options *opt)
{
	return show_log(vcm, opt, VC_LOG_ASSERTIONS);
}

static int cmd_mmal(const struct vcm *vcm, const struct options *opt)
{
	int ret = vcm_trace_print(vcm, stdout);

	return ret < 0 ? failed("trace of MMAL", ret) : EXIT_SUCCESS;
}

static int cmd_syms(const struct vcm *vcm, const struct options *opt)
{
	struct vcm_symbol *symbols = calloc(VC_DEBUG_MAX_SYMBOLS, sizeof(*symbols));
	int n = symbols ? vcm_symbols(vcm, symbols, VC_DEBUG_MAX_SYMBOLS) : -ENOMEM, i;

	for (i = 0; i < n; i++)
		printf("%08x %8u %s\n", symbols[i].addr, symbols[i].size, symbols[i].label);
	free(symbols);
	return n < 0 ? failed("symbols", n) : EXIT_SUCCESS;
}

static int cmd_read(const struct vcm *vcm, const struct options *opt)
{
	struct vcm_symbol symbol;
	uint8_t byte;
	uint32_t i;
	int ret;

	if (!opt->argument)
		return usage_error("read", "which variable?");
	ret = vcm_symbol(vcm, opt->argument, &symbol);
	for (i = 0; !ret && i < symbol.size; i++) {
		ret = vcm_read(vcm, symbol.addr + i, &byte, 1);
		if (!ret)
			printf("%02x%s", byte, i % 16 == 15 || i + 1 == symbol.size ? "\n" : " ");
	}
	return ret ? failed(opt->argument, ret) : EXIT_SUCCESS;
}

static int cmd_map(const struct vcm *vcm, const struct options *opt)
{
	int ret = opt->svg ? vcm_map_draw(vcm, stdout) : vcm_map_print(vcm, stdout);

	return ret ? failed("map", ret) : EXIT_SUCCESS;
}

static const struct {
	const char *name;
	int (*run)(const struct vcm *vcm, const struct options *opt);
} commands[] = {
	{ "msg", cmd_msg },
	{ "assert", cmd_assert },
	{ "mmal", cmd_mmal },
	{ "syms", cmd_syms },
	{ "read", cmd_read },
	{ "map", cmd_map },
};

static int open_memory(struct vcm *vcm, const struct options *opt)
{
	const char *path = opt->file ? opt->file : opt->device;
	int ret;

	ret = opt->file ? vcm_open_file(vcm, opt->file, opt->base) :
			  vcm_open_device(vcm, opt->device);
	if (ret) {
		failed(path, ret);
		if (ret == -ENOENT && !opt->file)
			fprintf(stderr, "vclog: is the module vc_mem loaded?\n");
		return ret;
	}
	vcm->log = opt->log;
	vcm->log_len = opt->log_len;
	if (!vcm->log && !opt->file)
		vcm_find_log(vcm, LOG_PROPERTY);
	return 0;
}

int main(int argc, char **argv)
{
	struct options opt = { .device = DEVICE };
	struct vcm vcm = { 0 };
	size_t i;
	int ret;

	ret = parse_options(&opt, argc, argv);
	if (ret >= 0)
		return ret;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(opt.command, commands[i].name))
			break;
	if (i == sizeof(commands) / sizeof(commands[0]))
		return usage_error(opt.command, "no such command");
	if (open_memory(&vcm, &opt))
		return EXIT_FAILURE;
	ret = commands[i].run(&vcm, &opt);
	vcm_close(&vcm);
	return ret;
}
