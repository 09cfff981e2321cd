// SPDX-License-Identifier: GPL-2.0
/*
 * vcpreview: camera to display without a copy.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vcpreview.h"

int vcp_fail(enum vcp_exit code, const char *fmt, ...)
{
	va_list args;

	fputs("vcpreview: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

int vcp_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

static int report(const struct vcp_preview *preview)
{
	const char *json = preview->opt->json;

	/* The table goes where the JSON does not. */
	if (!json || !vcp_is_stdout(json))
		vcp_report_table(preview);
	return json ? vcp_report_json(preview) : 0;
}

static int preview(const struct vcp_options *opt, struct vcp_camera *cam, struct vcp_display *dpy)
{
	struct vcp_buffers bufs;
	struct vcp_preview p = { .opt = opt, .cam = cam, .dpy = dpy, .bufs = &bufs };
	int ret = vcp_buffers_create(&bufs, opt, cam, dpy);

	if (ret)
		return ret;
	ret = vcp_preview_run(&p);
	vcp_buffers_destroy(&bufs, dpy);
	if (!ret)
		ret = report(&p);
	return ret;
}

int main(int argc, char **argv)
{
	struct vcp_options opt;
	struct vcp_camera cam = { .fd = -1 };
	struct vcp_display dpy = { .fd = -1 };
	int ret = vcp_parse_options(&opt, argc, argv);

	if (ret)
		return ret < 0 ? VCP_OK : ret;
	if (opt.list) {
		vcp_camera_list(stdout);
		vcp_display_list(stdout);
		return VCP_OK;
	}
	ret = vcp_camera_open(&cam, &opt);
	if (!ret && !opt.no_display)
		ret = vcp_display_open(&dpy, &opt);
	if (!ret)
		ret = preview(&opt, &cam, opt.no_display ? NULL : &dpy);
	vcp_display_close(&dpy);
	vcp_camera_close(&cam);
	return ret;
}
