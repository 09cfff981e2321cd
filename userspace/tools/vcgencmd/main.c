// SPDX-License-Identifier: GPL-2.0
/*
 * vcgencmd: asks the firmware by its service "GCMD".
 *
 * The text is printed and exit codes are chosen as scripts know them from the
 * program of the same name.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vcq.h"
#include "vcgencmd.h"

#define GCMD		VCQ_FOURCC('G', 'C', 'M', 'D')
/* The firmware answers at once; without one it is gone. */
#define LIMIT_S		30u

enum exit_code {
	EXIT_OK = 0,
	EXIT_NO_FIRMWARE = 255,	/* -1 */
	EXIT_REFUSED = 254,	/* -2 */
};

static const char usage[] =
	"Usage: vcgencmd [--device=PATH] COMMAND [ARGUMENT...]\n"
	"Asks the firmware of the VideoCore, e.g. \"vcgencmd measure_temp\"; \"vcgencmd\n"
	"commands\" prints what it can be asked.\n"
	"\n"
	"  --device=PATH  instead of /dev/vchiq\n"
	"  --help, -h     this text\n"
	"  --version      version of this program\n"
	"\n"
	"Exit status: 0 answered, 254 the firmware does not know the command or refuses\n"
	"it, 255 no firmware there, or wrong usage.\n";

static int exchange(struct vcq_service *svc, const char *request, size_t len, char *reply)
{
	int ret = vcq_service_use(svc);

	if (ret)
		return ret;
	ret = vcq_send(svc, request, len);
	if (!ret)
		ret = vcq_receive(svc, reply, GENCMD_MAX_REPLY, true);
	vcq_service_unuse(svc);
	return ret;
}

/* Length of the reply, or -errno. */
static int ask(const char *device, const char *request, size_t len, char *reply)
{
	const struct vcq_service_params params = {
		.fourcc = GCMD,
		.version = 1,
		.version_min = 1,
		.dequeue = true,
	};
	struct vcq_service *svc;
	struct vcq *q;
	int ret = vcq_open(device, &q);

	if (ret)
		return ret;
	ret = vcq_service_open(q, &params, &svc);
	if (!ret) {
		/* Opened in use; an exchange is bracketed by uses of its own. */
		vcq_service_unuse(svc);
		ret = exchange(svc, request, len, reply);
		vcq_service_close(svc);
	}
	vcq_close(q);
	return ret;
}

static int print_reply(char *reply, size_t len)
{
	bool is_error;
	const char *text = gencmd_text(reply, len, &is_error);

	if (!text) {
		fprintf(stderr, "vcgencmd: an answer of %zu bytes\n", len);
		return EXIT_NO_FIRMWARE;
	}
	fputs(text, stdout);
	if (!*text || text[strlen(text) - 1] != '\n')
		putchar('\n');
	return is_error ? EXIT_REFUSED : EXIT_OK;
}

static int run(const char *device, char **words)
{
	char request[GENCMD_MAX_REQUEST], reply[GENCMD_MAX_REPLY + 1];
	int len = gencmd_request(request, sizeof(request), words);

	if (len < 0) {
		fprintf(stderr, "vcgencmd: a command has at most %u letters\n",
			GENCMD_MAX_REQUEST - 1);
		return EXIT_NO_FIRMWARE;
	}
	alarm(LIMIT_S);
	len = ask(device, request, (size_t)len, reply);
	if (len < 0) {
		fprintf(stderr, "vcgencmd: %s: %s\n", device, strerror(-len));
		return EXIT_NO_FIRMWARE;
	}
	return print_reply(reply, (size_t)len);
}

/* Only what comes before the command is ours; the firmware has options, too. */
int main(int argc, char **argv)
{
	const char *device = VCQ_DEVICE;

	for (argv++; *argv && **argv == '-'; argv++) {
		if (!strcmp(*argv, "--help") || !strcmp(*argv, "-h")) {
			fputs(usage, stdout);
			return EXIT_OK;
		}
		if (!strcmp(*argv, "--version")) {
			puts("vcgencmd " VC_VERSION);
			return EXIT_OK;
		}
		if (strncmp(*argv, "--device=", 9) != 0)
			break;
		device = *argv + 9;
	}
	if (!*argv || **argv == '-') {
		fputs(usage, stderr);
		return EXIT_NO_FIRMWARE;
	}
	return run(device, argv);
}
