// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: tests VCHIQ, driver and firmware, through /dev/vchiq.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>

#include "client.h"

#define EXIT_USAGE	2
#define EXIT_NO_DEVICE	3

static int (*const runs[])(struct vt *vt) = {
	[VT_FUNCTIONAL] = vt_functional,
	[VT_PING] = vt_ping,
	[VT_BULK] = vt_bulk,
	[VT_CONTROL] = vt_control,
	[VT_SIGNAL] = vt_signal,
};

static int run_on_device(const struct vt_options *opt, struct vt_report *report)
{
	const char *device = opt->device ? opt->device : VCQ_DEVICE;
	struct vt vt = { 0 };
	int ret = vt_init(&vt, opt, report);

	if (ret) {
		fprintf(stderr, "vchiq_test: %s: %s\n", device, strerror(-ret));
		return EXIT_NO_DEVICE;
	}
	vt_report_begin(report, vt_mode_name(opt->mode), device);
	ret = runs[opt->mode](&vt);
	if (ret)
		vt_report_error(report, "%s test: %s", vt_mode_name(opt->mode), strerror(-ret));
	vt_fini(&vt);
	return vt_report_end(report);
}

static int run_timer(const struct vt_options *opt, struct vt_report *report)
{
	vt_report_begin(report, vt_mode_name(opt->mode), "");
	if (vt_timer(report, opt->iters))
		vt_report_error(report, "out of memory");
	return vt_report_end(report);
}

int main(int argc, char **argv)
{
	struct vt_report report = { 0 };
	struct vt_options opt;

	if (vt_options_parse(&opt, argc, argv))
		return EXIT_USAGE;
	report.json = opt.json;
	report.verbose = opt.verbose;
	switch (opt.mode) {
	case VT_HELP:
		vt_usage(stdout);
		return 0;
	case VT_VERSION:
		puts("vchiq_test " VC_VERSION);
		return 0;
	case VT_TIMER:
		return run_timer(&opt, &report);
	default:
		return run_on_device(&opt, &report);
	}
}
