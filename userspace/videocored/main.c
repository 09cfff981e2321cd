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
#include "keeper.h"
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
#include "soc/vcmem.h"
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
	"                    images, or \"pattern\" (the default). Once more for each\n"
	"                    camera more; four are possible\n"
	"  --record FILE     record the screen from the start (.mp4, .mkv)\n"
	"  --fps N           frame rate of camera and recording (the source's own)\n"
	"  --headless        no window, even if there is a display\n"
	"  --chip NAME       bcm2835, bcm2836 (the default) or bcm2711: cache line and page\n"
	"                    lists of bulk transfers\n"
	"  --refuse-tag ID   answer property requests with this tag by an error\n"
	"  --refuse-param ID refuse to set this parameter of MMAL, as firmware does that\n"
	"                    does not know it\n"
	"  --reinit          take new VCHIQ slot memory while a connection lives, which\n"
	"                    genuine firmware refuses\n"
	"  --vc-memory BASE,SIZE\n"
	"                    the VideoCore's own part of the RAM, without alias: holds what a\n"
	"                    debugger looks for (0: nothing of the kind)\n"
	"  --chaos SPEC      let the firmware misbehave:\n"
	"                    seed=N[,class=mild|hostile][,rate=N][,restart]\n"
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
	OPT_CHAOS,
	OPT_CHIP,
	OPT_REFUSE_TAG,
	OPT_REFUSE_PARAM,
	OPT_REINIT,
	OPT_VC_MEMORY,
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
	{ "chaos", required_argument, NULL, OPT_CHAOS },
	{ "chip", required_argument, NULL, OPT_CHIP },
	{ "refuse-tag", required_argument, NULL, OPT_REFUSE_TAG },
	{ "refuse-param", required_argument, NULL, OPT_REFUSE_PARAM },
	{ "reinit", no_argument, NULL, OPT_REINIT },
	{ "vc-memory", required_argument, NULL, OPT_VC_MEMORY },
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

/* Pages, and room for what lies at both ends. */
static int parse_vc_memory(const char *arg, uint32_t *base, uint32_t *size)
{
	unsigned long long b, s;
	char *end;

	b = strtoull(arg, &end, 0);
	if (end == arg || *end != ',' || *arg == '-')
		return -EINVAL;
	arg = end + 1;
	s = strtoull(arg, &end, 0);
	if (end == arg || *end || *arg == '-' || b % 4096 || s % 4096 || s < 1 << 20 ||
	    b > VC_VIRT_DMA_SIZE || s > VC_VIRT_DMA_SIZE - b)
		return -EINVAL;
	*base = (uint32_t)b;
	*size = (uint32_t)s;
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

static int parse_id(const char *arg, uint32_t *id)
{
	unsigned long n;
	char *end;

	n = strtoul(arg, &end, 0);
	if (end == arg || *end || *arg == '-' || !n || n > UINT32_MAX)
		return -EINVAL;
	*id = (uint32_t)n;
	return 0;
}

/* An option whose value can be wrong: -1 to go on, otherwise the exit status. */
static int parse_value(struct vc_options *opt, int c)
{
	struct vc_firmware_config config;
	struct vc_chaos_config chaos;

	switch (c) {
	case OPT_FPS:
		if (parse_fps(optarg, &opt->fps))
			return usage_error("--fps", "a number above 0, at most 240, is needed");
		return -1;
	case OPT_CHAOS:
		if (vc_chaos_parse(optarg, &chaos))
			return usage_error("--chaos", "see --help for what is needed");
		opt->chaos = optarg;
		return -1;
	case OPT_CHIP:
		if (vc_firmware_chip(optarg, &config))
			return usage_error("--chip", "bcm2835, bcm2836 or bcm2711 is needed");
		opt->chip = optarg;
		return -1;
	case OPT_REFUSE_TAG:
		if (parse_id(optarg, &opt->refused_tag))
			return usage_error("--refuse-tag", "the number of a tag is needed");
		return -1;
	case OPT_REFUSE_PARAM:
		if (parse_id(optarg, &opt->refused_param))
			return usage_error("--refuse-param", "a parameter's number is needed");
		return -1;
	case OPT_VC_MEMORY:
		if (parse_vc_memory(optarg, &opt->vc_memory_base, &opt->vc_memory_size))
			return usage_error("--vc-memory", "whole pages are needed, 1 MiB at least");
		return -1;
	case OPT_INSTANCE:
		if (parse_instance(optarg, &opt->instance))
			return usage_error("--instance", "a number from 0 to 65535 is needed");
		return -1;
	default:
		/* getopt has said what is wrong. */
		return EXIT_USAGE;
	}
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
		if (opt->nr_sources == VC_MAX_CAMERAS)
			return usage_error("--source", "there are no more than four cameras");
		opt->sources[opt->nr_sources++] = optarg;
		return -1;
	case OPT_RECORD:
		opt->record = optarg;
		return -1;
	case OPT_HEADLESS:
		opt->headless = true;
		return -1;
	case OPT_REINIT:
		opt->reinit = true;
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
		return parse_value(opt, c);
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

static unsigned int nr_cameras(const struct videocored *vc)
{
	return vc->opt.nr_sources ? vc->opt.nr_sources : 1;
}

static int open_sources(struct videocored *vc)
{
	char *error = NULL;

	for (unsigned int i = 0; i < nr_cameras(vc); i++) {
		vc->sources[i] = vc_source_open(vc->opt.sources[i], &error);
		if (!vc->sources[i]) {
			vc_err("source", "%s", error ? error : strerror(ENOMEM));
			free(error);
			return -EINVAL;
		}
	}
	return 0;
}

static void log_to_memory(void *arg, enum vc_log_level level, const char *part, const char *text)
{
	vc_vcmem_log(arg, level, part, text);
}

static int create_memory(struct videocored *vc)
{
	if (!vc->opt.vc_memory_size)
		return 0;
	vc->vcmem = vc_vcmem_create(vc->guest, vc->opt.vc_memory_base, vc->opt.vc_memory_size);
	if (!vc->vcmem)
		return part_failed("VideoCore memory", -ENOMEM);
	vc_log_set_sink(log_to_memory, vc->vcmem);
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
	if (create_memory(vc))
		return -ENOMEM;
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
	struct vc_firmware_config config;
	struct vc_chaos_config chaos;

	vc->firmware = vc_firmware_create(vc);
	if (!vc->firmware)
		return part_failed("firmware", -ENOMEM);
	if (vc->opt.chip && !vc_firmware_chip(vc->opt.chip, &config))
		vc_firmware_configure(vc->firmware, &config);
	if (vc->opt.chaos && !vc_chaos_parse(vc->opt.chaos, &chaos))
		vc_firmware_chaos(vc->firmware, &chaos);
	if (vc->opt.reinit)
		vc_firmware_allow_reinit(vc->firmware);
	vc->smem = smem_pool_create(vc->firmware);
	if (!vc->smem)
		return part_failed("SMEM service", -ENOMEM);
	/* What is not taken by debug information and logs. */
	if (vc->opt.vc_memory_size > VC_VCMEM_IMAGE_SIZE + VC_VCMEM_LOG_SIZE)
		smem_pool_set_heap(vc->smem, vc->opt.vc_memory_base + VC_VCMEM_IMAGE_SIZE,
				   vc->opt.vc_memory_size - VC_VCMEM_IMAGE_SIZE -
					   VC_VCMEM_LOG_SIZE);
	vc->mmal = mmal_server_create(vc->firmware, vc->smem, vc->sources, nr_cameras(vc));
	if (!vc->mmal)
		return part_failed("MMAL service", -ENOMEM);
	return 0;
}

static void reset_firmware(void *arg)
{
	struct videocored *vc = arg;

	vc_firmware_reset(vc->firmware);
	if (vc->vcmem)
		vc_vcmem_reset(vc->vcmem);
}

static int create_sockets(struct videocored *vc)
{
	const struct vfu_device_config config = {
		.bus = vc->bus,
		.irq = vc->irq,
		.guest = vc->guest,
		.instance = (uint16_t)vc->opt.instance,
		.keeper = vc->keeper,
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
		open_sources,
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
	vc_log_set_sink(NULL, NULL);
	vc_vcmem_destroy(vc->vcmem);
	vc_guest_destroy(vc->guest);
	vc_loop_destroy(vc->loop);
	for (unsigned int i = 0; i < VC_MAX_CAMERAS; i++) {
		vc_source_close(vc->sources[i]);
		free(vc->source_names[i]);
	}
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
	struct videocored vc = { .keeper = -1 };
	int ret;

	ret = parse_options(&vc.opt, argc, argv);
	if (ret >= 0)
		return ret;
	vc_log_set_level(vc.opt.verbose > 1 ? VC_LOG_DEBUG :
			 vc.opt.verbose ? VC_LOG_INFO : VC_LOG_ERROR);
	signal(SIGPIPE, SIG_IGN);
	if (vc_keeper_start(&vc.keeper))
		vc_err("keeper", "a guest will not survive that this is killed");

	ret = create_parts(&vc);
	if (!ret)
		ret = run(&vc);
	destroy_parts(&vc);

	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
