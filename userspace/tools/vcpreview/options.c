// SPDX-License-Identifier: GPL-2.0
/*
 * The command line.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "vcpreview.h"

#define BUFFERS_DEFAULT	6
/* One on the screen, one about to be, one being filled. */
#define BUFFERS_MIN	3
#define SIZE_MAX_PIXELS	4096

static const char usage[] =
	"Usage: vcpreview [OPTION...]\n"
	"Shows what a V4L2 camera sees on a display, without a copy.\n"
	"\n"
	"  --path PATH       vc_sm: memory of /dev/vc_sm, used by camera and display (default)\n"
	"                    expbuf: memory of the camera driver, used by the display\n"
	"                    copy: the processor copies from the camera's to the display's\n"
	"  --size WxH        size of the pictures (1280x720)\n"
	"  --format FORMAT   NV12 (default), YU12, XR24, XB24, RG16, RG24 or BG24\n"
	"  --fps N           frames per second (the camera's own)\n"
	"  --buffers N       buffers of the camera, 3 to 32 (6)\n"
	"  --count N         end after so many frames\n"
	"  --seconds N       end after so many seconds\n"
	"  --device DEV      camera (/dev/video* of driver bcm2835-camera)\n"
	"  --card DEV        display (/dev/dri/card* of driver vc4)\n"
	"  --connector NAME  as HDMI-A-1 (the first with a monitor)\n"
	"  --vc-sm DEV       allocator (/dev/vc_sm)\n"
	"  --no-display      only capture\n"
	"  --still           only display: no frame is captured, the buffers are shown in\n"
	"                    turn, as often as frames would come\n"
	"  --json[=FILE]     report in JSON, instead of the table or into FILE\n"
	"  --list            what cameras and displays there are\n"
	"  --help            this text\n"
	"  --version         version\n"
	"\n"
	"Exit status: 0 done, 1 failed while running, 2 wrong usage, 3 no such camera\n"
	"or format, 4 no display, 5 no memory both can use.\n";

enum {
	OPT_PATH = 1, OPT_SIZE, OPT_FORMAT, OPT_FPS, OPT_BUFFERS, OPT_COUNT, OPT_SECONDS,
	OPT_DEVICE, OPT_CARD, OPT_CONNECTOR, OPT_VC_SM, OPT_NO_DISPLAY, OPT_STILL, OPT_JSON,
	OPT_LIST, OPT_HELP, OPT_VERSION,
};

static const struct option options[] = {
	{ "path", required_argument, NULL, OPT_PATH },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "fps", required_argument, NULL, OPT_FPS },
	{ "buffers", required_argument, NULL, OPT_BUFFERS },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "card", required_argument, NULL, OPT_CARD },
	{ "connector", required_argument, NULL, OPT_CONNECTOR },
	{ "vc-sm", required_argument, NULL, OPT_VC_SM },
	{ "no-display", no_argument, NULL, OPT_NO_DISPLAY },
	{ "still", no_argument, NULL, OPT_STILL },
	{ "json", optional_argument, NULL, OPT_JSON },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char *const path_names[] = {
	[VCP_PATH_VC_SM] = "vc_sm",
	[VCP_PATH_EXPBUF] = "expbuf",
	[VCP_PATH_COPY] = "copy",
};

const char *vcp_path_name(enum vcp_path path)
{
	return path_names[path];
}

static int parse_path(struct vcp_options *opt, const char *arg)
{
	for (unsigned int i = 0; i < sizeof(path_names) / sizeof(path_names[0]); i++) {
		if (strcmp(arg, path_names[i]) != 0)
			continue;
		opt->path = i;
		return 0;
	}
	return vcp_fail(VCP_USAGE, "--path=%s: vc_sm, expbuf or copy", arg);
}

static int parse_size(struct vcp_options *opt, const char *arg)
{
	unsigned int width, height;
	char end;

	if (sscanf(arg, "%ux%u%c", &width, &height, &end) != 2 || width < 32 || height < 32 ||
	    width > SIZE_MAX_PIXELS || height > SIZE_MAX_PIXELS || width % 2 || height % 2)
		return vcp_fail(VCP_USAGE,
				"--size=%s: two even numbers from 32 to %d, as 1280x720", arg,
				SIZE_MAX_PIXELS);
	opt->width = width;
	opt->height = height;
	return 0;
}

static int parse_format(struct vcp_options *opt, const char *arg)
{
	opt->format = vcp_format_find(arg);
	if (opt->format)
		return 0;
	return vcp_fail(VCP_USAGE, "--format=%s: NV12, YU12, XR24, XB24, RG16, RG24 or BG24", arg);
}

static int parse_double(double *value, const char *name, const char *arg, double max)
{
	char *end;
	double number = strtod(arg, &end);

	if (end == arg || *end || !(number > 0 && number <= max))
		return vcp_fail(VCP_USAGE, "--%s=%s: a number above 0 and at most %g", name, arg,
				max);
	*value = number;
	return 0;
}

static int parse_ulong(unsigned long *value, const char *name, const char *arg,
		       unsigned long min, unsigned long max)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(arg, &end, 10);
	if (end == arg || *end || errno || *arg == '-' || number < min || number > max)
		return vcp_fail(VCP_USAGE, "--%s=%s: a whole number from %lu to %lu", name, arg,
				min, max);
	*value = number;
	return 0;
}

static int parse_buffers(struct vcp_options *opt, const char *arg)
{
	unsigned long number = 0;
	int ret = parse_ulong(&number, "buffers", arg, BUFFERS_MIN, VCP_BUFFERS_MAX);

	if (!ret)
		opt->buffers = number;
	return ret;
}

static int parse_one(struct vcp_options *opt, int which, const char *arg)
{
	switch (which) {
	case OPT_PATH:
		return parse_path(opt, optarg);
	case OPT_SIZE:
		return parse_size(opt, optarg);
	case OPT_FORMAT:
		return parse_format(opt, optarg);
	case OPT_FPS:
		return parse_double(&opt->fps, "fps", optarg, 240);
	case OPT_BUFFERS:
		return parse_buffers(opt, optarg);
	case OPT_COUNT:
		return parse_ulong(&opt->count, "count", optarg, 1, 1000000000);
	case OPT_SECONDS:
		return parse_double(&opt->seconds, "seconds", optarg, 1e6);
	case OPT_DEVICE:
		opt->device = optarg;
		return 0;
	case OPT_CARD:
		opt->card = optarg;
		return 0;
	case OPT_CONNECTOR:
		opt->connector = optarg;
		return 0;
	case OPT_VC_SM:
		opt->vc_sm = optarg;
		return 0;
	case OPT_NO_DISPLAY:
		opt->no_display = true;
		return 0;
	case OPT_STILL:
		opt->still = true;
		return 0;
	case OPT_JSON:
		opt->json = optarg ? optarg : "-";
		return 0;
	case OPT_LIST:
		opt->list = true;
		return 0;
	case OPT_HELP:
		fputs(usage, stdout);
		return -1;
	case OPT_VERSION:
		puts("vcpreview " VC_VERSION);
		return -1;
	default:
		return vcp_fail(VCP_USAGE, "%s: %s (see --help)", arg,
				which == ':' ? "its argument is missing" : "unknown option");
	}
}

int vcp_parse_options(struct vcp_options *opt, int argc, char **argv)
{
	int which, ret;

	*opt = (struct vcp_options){
		.path = VCP_PATH_VC_SM,
		.width = 1280,
		.height = 720,
		.format = vcp_format_at(0),
		.buffers = BUFFERS_DEFAULT,
		.vc_sm = "/dev/vc_sm",
	};
	while ((which = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		ret = parse_one(opt, which, argv[optind - 1]);
		if (ret)
			return ret;
	}
	if (opt->still && opt->no_display)
		return vcp_fail(VCP_USAGE, "--still and --no-display leave nothing to do");
	if (opt->still && opt->path == VCP_PATH_COPY)
		return vcp_fail(VCP_USAGE, "--still copies nothing: --path is vc_sm or expbuf");
	if (optind < argc)
		return vcp_fail(VCP_USAGE, "%s: only options are known (see --help)",
				argv[optind]);
	return 0;
}
