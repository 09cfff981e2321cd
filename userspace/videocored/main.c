// SPDX-License-Identifier: GPL-2.0
/*
 * videocored: a virtual VideoCore for a QEMU guest.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include <videocore/virt.h>

#include "control.h"
#include "firmware/firmware.h"
#include "firmware/mmal.h"
#include "firmware/smem.h"
#include "guest.h"
#include "log.h"
#include "loop.h"
#include "media/provenance.h"
#include "media/screen.h"
#include "media/source.h"
#include "soc/bus.h"
#include "soc/display/display.h"
#include "soc/doorbell.h"
#include "soc/irq.h"
#include "soc/mailbox.h"
#include "vfio/device.h"
#include "vfio/server.h"
#include "videocored.h"

#define EXIT_USAGE		2
#define RECORD_FPS_DEFAULT	30.0
#define FPS_MAX			240.0

static const char usage[] =
	"Usage: videocored --socket PATH [OPTION...]\n"
	"A virtual VideoCore: QEMU attaches it as a vfio-user PCI device.\n"
	"\n"
	"  --socket PATH     vfio-user socket to listen on\n"
	"  --control PATH    control socket for vcctl\n"
	"  --source SPEC     what the camera sees: a video or image file, a directory of\n"
	"                    images, or \"pattern\" (the default)\n"
	"  --record FILE     record the screen from the start (.mp4, .mkv)\n"
	"  --fps N           frame rate of camera and recording (the source's own)\n"
	"  --headless        no window, even if there is a display\n"
	"  --instance N      PCI subsystem id; tells several VideoCores of a guest apart (0)\n"
	"  --verbose         print events; twice: every message\n"
	"  --help            this text\n"
	"  --version         version\n"
	"\n"
	"Ends on SIGTERM, SIGINT, or \"vcctl quit\"; recordings are finished first.\n"
	"Exit status: 0 after that, 1 for an error, 2 for wrong usage.\n";

static int usage_error(const char *what, const char *why)
{
	fprintf(stderr, "videocored: %s: %s\n", what, why);
	fprintf(stderr, "videocored: try --help\n");
	return EXIT_USAGE;
}

enum {
	OPT_SOCKET = 1,
	OPT_CONTROL,
	OPT_SOURCE,
	OPT_RECORD,
	OPT_FPS,
	OPT_HEADLESS,
	OPT_INSTANCE,
	OPT_VERBOSE,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option options[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "fps", required_argument, NULL, OPT_FPS },
	{ "headless", no_argument, NULL, OPT_HEADLESS },
	{ "instance", required_argument, NULL, OPT_INSTANCE },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static int parse_fps(const char *arg, double *fps)
{
	char *end;

	*fps = strtod(arg, &end);
	if (end == arg || *end || !(*fps > 0 && *fps <= FPS_MAX))
		return -EINVAL;
	return 0;
}

static int parse_instance(const char *arg, unsigned int *instance)
{
	unsigned long n;
	char *end;

	n = strtoul(arg, &end, 0);
	if (end == arg || *end || *arg == '-' || n > UINT16_MAX)
		return -EINVAL;
	*instance = (unsigned int)n;
	return 0;
}

/* -1 to go on, otherwise the exit status. */
static int parse_option(struct vc_options *opt, int c)
{
	switch (c) {
	case OPT_SOCKET:
		opt->socket = optarg;
		return -1;
	case OPT_CONTROL:
		opt->control = optarg;
		return -1;
	case OPT_SOURCE:
		opt->source = optarg;
		return -1;
	case OPT_RECORD:
		opt->record = optarg;
		return -1;
	case OPT_FPS:
		if (parse_fps(optarg, &opt->fps))
			return usage_error("--fps", "a number above 0, at most 240, is needed");
		return -1;
	case OPT_HEADLESS:
		opt->headless = true;
		return -1;
	case OPT_INSTANCE:
		if (parse_instance(optarg, &opt->instance))
			return usage_error("--instance", "a number from 0 to 65535 is needed");
		return -1;
	case OPT_VERBOSE:
		opt->verbose++;
		return -1;
	case OPT_HELP:
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	case OPT_VERSION:
		puts("videocored " VC_VERSION);
		return EXIT_SUCCESS;
	default:
		/* getopt has said what is wrong. */
		return EXIT_USAGE;
	}
}

static int parse_options(struct vc_options *opt, int argc, char **argv)
{
	int c, ret = -1;

	while (ret < 0 && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		ret = parse_option(opt, c);
	if (ret >= 0)
		return ret;
	if (optind < argc)
		return usage_error(argv[optind], "unexpected argument");
	if (!opt->socket)
		return usage_error("--socket", "missing");

	return -1;
}

static int part_failed(const char *what, int err)
{
	vc_err(what, "%s", strerror(-err));
	return err;
}

/* -----------------------------------------------------------------------------
 * Parts, in the order of struct videocored; destroyed the other way round
 */

static int open_source(struct videocored *vc)
{
	char *error = NULL;

	vc->source = vc_source_open(vc->opt.source, &error);
	if (!vc->source) {
		vc_err("source", "%s", error ? error : strerror(ENOMEM));
		free(error);
		return -EINVAL;
	}
	return 0;
}

static int create_base(struct videocored *vc)
{
	vc->loop = vc_loop_create();
	if (!vc->loop)
		return part_failed("loop", -ENOMEM);
	vc->guest = vc_guest_create(VC_VIRT_RAM_BASE);
	if (!vc->guest)
		return part_failed("guest memory", -ENOMEM);
	vc->irq = vc_irq_create(vc->loop);
	if (!vc->irq)
		return part_failed("interrupts", -ENOMEM);
	vc->bus = vc_bus_create();
	if (!vc->bus)
		return part_failed("bus", -ENOMEM);
	vc->prov = vc_provenance_create();
	if (!vc->prov)
		return part_failed("provenance", -ENOMEM);
	vc->screen = vc_screen_create();
	if (!vc->screen)
		return part_failed("screen", -ENOMEM);

	return 0;
}

static int create_blocks(struct videocored *vc)
{
	vc->mailbox = vc_mailbox_create(vc);
	if (!vc->mailbox)
		return part_failed("mailbox", -ENOMEM);
	vc->doorbell = vc_doorbell_create(vc);
	if (!vc->doorbell)
		return part_failed("doorbell", -ENOMEM);
	vc->display = vc_display_create(vc);
	if (!vc->display)
		return part_failed("display", -ENOMEM);
	return 0;
}

static int create_firmware(struct videocored *vc)
{
	vc->firmware = vc_firmware_create(vc);
	if (!vc->firmware)
		return part_failed("firmware", -ENOMEM);
	vc->smem = smem_pool_create(vc->firmware);
	if (!vc->smem)
		return part_failed("SMEM service", -ENOMEM);
	vc->mmal = mmal_server_create(vc->firmware, vc->smem, vc->source);
	if (!vc->mmal)
		return part_failed("MMAL service", -ENOMEM);
	return 0;
}

static void reset_firmware(void *arg)
{
	struct videocored *vc = arg;

	vc_firmware_reset(vc->firmware);
}

static int create_sockets(struct videocored *vc)
{
	const struct vfu_device_config config = {
		.bus = vc->bus,
		.irq = vc->irq,
		.guest = vc->guest,
		.instance = (uint16_t)vc->opt.instance,
		.reset = reset_firmware,
		.reset_arg = vc,
	};
	int ret;

	if (vc->opt.control) {
		ret = vc_control_create(&vc->control, vc, vc->opt.control);
		if (ret)
			return part_failed(vc->opt.control, ret);
	}
	ret = vfu_server_create(&vc->vfu, vc->loop, &config, vc->opt.socket);
	if (ret)
		return part_failed(vc->opt.socket, ret);

	return 0;
}

static int start_output(struct videocored *vc)
{
	double fps = vc->opt.fps > 0 ? vc->opt.fps : RECORD_FPS_DEFAULT;
	char *error = NULL;
	int ret;

	if (vc->opt.record) {
		ret = vc_screen_record_start(vc->screen, vc->opt.record, fps, &error);
		if (ret) {
			vc_err("record", "%s", error ? error : strerror(-ret));
			free(error);
			return ret;
		}
	}
	if (!vc->opt.headless && vc_screen_window(vc->screen))
		vc_info("screen", "no display, no window");

	return 0;
}

static int create_parts(struct videocored *vc)
{
	static int (*const steps[])(struct videocored *vc) = {
		open_source,
		create_base,
		start_output,
		create_blocks,
		create_firmware,
		create_sockets,
	};
	size_t i;
	int ret;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		ret = steps[i](vc);
		if (ret)
			return ret;
	}

	return 0;
}

static void destroy_firmware(struct videocored *vc)
{
	if (vc->firmware)
		vc_firmware_stop(vc->firmware);
	mmal_server_destroy(vc->mmal);
	smem_pool_destroy(vc->smem);
	vc_firmware_destroy(vc->firmware);
}

/* Each accepts NULL, so this ends whatever create_parts() has got to. */
static void destroy_parts(struct videocored *vc)
{
	vfu_server_destroy(vc->vfu);
	vc_control_destroy(vc->control);
	destroy_firmware(vc);
	vc_display_destroy(vc->display);
	vc_doorbell_destroy(vc->doorbell);
	vc_mailbox_destroy(vc->mailbox);
	vc_screen_destroy(vc->screen);
	vc_provenance_destroy(vc->prov);
	vc_bus_destroy(vc->bus);
	vc_irq_destroy(vc->irq);
	vc_guest_destroy(vc->guest);
	vc_loop_destroy(vc->loop);
	vc_source_close(vc->source);
	free(vc->source_name);
}

/* -----------------------------------------------------------------------------
 * Running
 */

static void on_signal(evutil_socket_t sig, short events, void *arg)
{
	vc_loop_stop(arg);
}

/* Returns once somebody wants it to end, with the recording finished. */
static int run(struct videocored *vc)
{
	struct event_base *base = vc_loop_base(vc->loop);
	struct event *term, *intr;
	int ret = -ENOMEM;

	term = evsignal_new(base, SIGTERM, on_signal, vc->loop);
	if (!term)
		return ret;
	intr = evsignal_new(base, SIGINT, on_signal, vc->loop);
	if (intr) {
		event_add(term, NULL);
		event_add(intr, NULL);
		ret = vc_loop_run(vc->loop);
		event_free(intr);
	}
	event_free(term);
	if (!ret && vc->opt.record) {
		ret = vc_screen_record_stop(vc->screen);
		if (ret)
			vc_err(vc->opt.record, "%s", ret == -ENODATA ?
			       "nothing was shown, there is no recording" : strerror(-ret));
	}

	return ret;
}

int main(int argc, char **argv)
{
	struct videocored vc = { 0 };
	int ret;

	ret = parse_options(&vc.opt, argc, argv);
	if (ret >= 0)
		return ret;
	vc_log_set_level(vc.opt.verbose > 1 ? VC_LOG_DEBUG :
			 vc.opt.verbose ? VC_LOG_INFO : VC_LOG_ERROR);
	signal(SIGPIPE, SIG_IGN);

	ret = create_parts(&vc);
	if (!ret)
		ret = run(&vc);
	destroy_parts(&vc);

	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
