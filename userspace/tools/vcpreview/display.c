// SPDX-License-Identifier: GPL-2.0
/*
 * The display: choosing device, connector, mode and plane.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "vcpreview.h"

#define DRIVER "vc4"

/* -----------------------------------------------------------------------------
 * Device
 */

static bool is_driver(int fd, const char *driver)
{
	drmVersionPtr version = drmGetVersion(fd);
	bool same = version && !strcmp(version->name, driver);

	drmFreeVersion(version);
	return same;
}

static int find_card(struct vcp_display *dpy)
{
	glob_t paths;

	if (glob("/dev/dri/card*", 0, NULL, &paths))
		paths.gl_pathc = 0;
	for (size_t i = 0; i < paths.gl_pathc && dpy->fd < 0; i++) {
		int fd = open(paths.gl_pathv[i], O_RDWR | O_CLOEXEC);

		if (fd >= 0 && is_driver(fd, DRIVER)) {
			dpy->fd = fd;
			snprintf(dpy->path, sizeof(dpy->path), "%s", paths.gl_pathv[i]);
		} else if (fd >= 0) {
			close(fd);
		}
	}
	globfree(&paths);
	if (dpy->fd >= 0)
		return 0;
	return vcp_fail(VCP_NO_DISPLAY,
			"no display of driver %s: load its module, name one with --card, or use --no-display",
			DRIVER);
}

static int open_card(struct vcp_display *dpy, const char *card)
{
	drmVersionPtr version;

	dpy->fd = -1;
	if (!card) {
		int ret = find_card(dpy);

		if (ret)
			return ret;
	} else {
		snprintf(dpy->path, sizeof(dpy->path), "%s", card);
		dpy->fd = open(card, O_RDWR | O_CLOEXEC);
		if (dpy->fd < 0)
			return vcp_fail(VCP_NO_DISPLAY, "%s: %s", card, strerror(errno));
	}
	version = drmGetVersion(dpy->fd);
	if (!version)
		return vcp_fail(VCP_NO_DISPLAY, "%s: not a DRM device", dpy->path);
	snprintf(dpy->driver, sizeof(dpy->driver), "%s", version->name);
	drmFreeVersion(version);
	return 0;
}

static int check_card(struct vcp_display *dpy)
{
	uint64_t monotonic = 0;

	if (drmSetClientCap(dpy->fd, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1) ||
	    drmSetClientCap(dpy->fd, DRM_CLIENT_CAP_ATOMIC, 1))
		return vcp_fail(VCP_NO_DISPLAY, "%s: driver %s has no atomic mode setting",
				dpy->path, dpy->driver);
	if (drmGetCap(dpy->fd, DRM_CAP_TIMESTAMP_MONOTONIC, &monotonic) || !monotonic)
		return vcp_fail(VCP_NO_DISPLAY, "%s: driver %s has no monotonic time stamps",
				dpy->path, dpy->driver);
	/* The first who opens the device is master by itself. */
	if (!drmIsMaster(dpy->fd) && drmSetMaster(dpy->fd))
		return vcp_fail(VCP_NO_DISPLAY,
				"%s: another program controls the display; end it first",
				dpy->path);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Connector and mode
 */

static void connector_name(const drmModeConnector *conn, char *name, size_t len)
{
	const char *type = drmModeGetConnectorTypeName(conn->connector_type);

	snprintf(name, len, "%s-%u", type ? type : "Unknown", conn->connector_type_id);
}

static bool is_usable(const drmModeConnector *conn, const char *wanted, const char *name)
{
	if (wanted)
		return !strcmp(name, wanted);
	return conn->connection == DRM_MODE_CONNECTED && conn->count_modes;
}

static drmModeConnectorPtr find_connector(struct vcp_display *dpy, const drmModeRes *res,
					  const char *wanted)
{
	for (int i = 0; i < res->count_connectors; i++) {
		drmModeConnectorPtr conn = drmModeGetConnector(dpy->fd, res->connectors[i]);

		if (!conn)
			continue;
		connector_name(conn, dpy->connector, sizeof(dpy->connector));
		/* Writing back to memory is no monitor. */
		if (conn->connector_type != DRM_MODE_CONNECTOR_WRITEBACK &&
		    is_usable(conn, wanted, dpy->connector))
			return conn;
		drmModeFreeConnector(conn);
	}
	return NULL;
}

static int no_connector(const struct vcp_display *dpy, const drmModeConnector *conn,
			const char *wanted)
{
	if (conn)
		return vcp_fail(VCP_NO_DISPLAY, "%s: no monitor is connected to %s", dpy->path,
				dpy->connector);
	if (wanted)
		return vcp_fail(VCP_NO_DISPLAY,
				"%s: there is no connector %s (vcpreview --list tells which)",
				dpy->path, wanted);
	return vcp_fail(VCP_NO_DISPLAY, "%s: no monitor is connected (or use --no-display)",
			dpy->path);
}

/* One of the size of the picture, at the highest rate; else what the monitor prefers. */
static const drmModeModeInfo *choose_mode(const drmModeConnector *conn,
					  const struct vcp_options *opt)
{
	const drmModeModeInfo *best = NULL, *preferred = &conn->modes[0];

	for (int i = 0; i < conn->count_modes; i++) {
		const drmModeModeInfo *mode = &conn->modes[i];

		if (mode->flags & DRM_MODE_FLAG_INTERLACE)
			continue;
		if (mode->type & DRM_MODE_TYPE_PREFERRED)
			preferred = mode;
		if (mode->hdisplay == opt->width && mode->vdisplay == opt->height &&
		    (!best || mode->vrefresh > best->vrefresh))
			best = mode;
	}
	return best ? best : preferred;
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* The picture is not scaled: centred on a larger screen, its middle on a smaller. */
static int set_mode(struct vcp_display *dpy, const drmModeModeInfo *mode,
		    const struct vcp_options *opt)
{
	dpy->mode_width = mode->hdisplay;
	dpy->mode_height = mode->vdisplay;
	snprintf(dpy->mode_name, sizeof(dpy->mode_name), "%ux%u@%u", mode->hdisplay,
		 mode->vdisplay, mode->vrefresh);
	dpy->src_width = smaller(opt->width, mode->hdisplay);
	dpy->src_height = smaller(opt->height, mode->vdisplay);
	dpy->dst_x = (mode->hdisplay - dpy->src_width) / 2;
	dpy->dst_y = (mode->vdisplay - dpy->src_height) / 2;
	if (drmModeCreatePropertyBlob(dpy->fd, mode, sizeof(*mode), &dpy->mode_blob))
		return vcp_fail(VCP_NO_DISPLAY, "%s: cannot prepare mode %s: %s", dpy->path,
				dpy->mode_name, strerror(errno));
	return 0;
}

/* -----------------------------------------------------------------------------
 * CRTC and plane
 */

static uint32_t possible_crtcs(struct vcp_display *dpy, const drmModeConnector *conn)
{
	uint32_t mask = 0;

	for (int i = 0; i < conn->count_encoders; i++) {
		drmModeEncoderPtr enc = drmModeGetEncoder(dpy->fd, conn->encoders[i]);

		if (enc)
			mask |= enc->possible_crtcs;
		drmModeFreeEncoder(enc);
	}
	return mask;
}

/* The one that drives the connector already, else the first that can. */
static int choose_crtc(struct vcp_display *dpy, const drmModeRes *res,
		       const drmModeConnector *conn)
{
	uint32_t mask = possible_crtcs(dpy, conn);
	drmModeEncoderPtr enc = conn->encoder_id ? drmModeGetEncoder(dpy->fd, conn->encoder_id) :
			       NULL;
	uint32_t current = enc ? enc->crtc_id : 0;

	drmModeFreeEncoder(enc);
	for (int i = 0; i < res->count_crtcs; i++) {
		if (!(mask & 1u << i) || (dpy->crtc_id && res->crtcs[i] != current))
			continue;
		dpy->crtc_id = res->crtcs[i];
		dpy->crtc_index = i;
	}
	if (dpy->crtc_id)
		return 0;
	return vcp_fail(VCP_NO_DISPLAY, "%s: nothing can drive connector %s", dpy->path,
			dpy->connector);
}

static bool can_show(const drmModePlane *plane, const struct vcp_display *dpy, uint32_t format)
{
	if (!(plane->possible_crtcs & 1u << dpy->crtc_index))
		return false;
	for (uint32_t i = 0; i < plane->count_formats; i++)
		if (plane->formats[i] == format)
			return true;
	return false;
}

static bool is_primary(struct vcp_display *dpy, uint32_t plane_id)
{
	struct vcp_props props;
	uint64_t type = 0, primary = 0;
	bool found;

	if (vcp_props_get(&props, dpy->fd, plane_id, DRM_MODE_OBJECT_PLANE))
		return false;
	found = vcp_prop_value(&props, "type", &type) &&
		vcp_prop_enum(&props, "type", "Primary", &primary) && type == primary;
	vcp_props_put(&props);
	return found;
}

/* The primary plane if it knows the format, else any that does. */
static uint32_t find_plane(struct vcp_display *dpy, const drmModePlaneRes *planes,
			   uint32_t format)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < planes->count_planes; i++) {
		drmModePlanePtr plane = drmModeGetPlane(dpy->fd, planes->planes[i]);
		bool good = plane && can_show(plane, dpy, format);

		drmModeFreePlane(plane);
		if (!good)
			continue;
		if (is_primary(dpy, planes->planes[i]))
			return planes->planes[i];
		if (!found)
			found = planes->planes[i];
	}
	return found;
}

static int choose_plane(struct vcp_display *dpy, const struct vcp_format *format)
{
	drmModePlaneResPtr planes = drmModeGetPlaneResources(dpy->fd);

	if (planes)
		dpy->plane_id = find_plane(dpy, planes, format->drm);
	drmModeFreePlaneResources(planes);
	if (dpy->plane_id)
		return 0;
	return vcp_fail(VCP_NO_DISPLAY, "%s: the display cannot show format %s", dpy->path,
			format->name);
}

/* -----------------------------------------------------------------------------
 * Opening and closing
 */

static int choose(struct vcp_display *dpy, const drmModeRes *res, const struct vcp_options *opt)
{
	drmModeConnectorPtr conn;
	int ret;

	if (opt->width > res->max_width || opt->height > res->max_height)
		return vcp_fail(VCP_NO_DISPLAY, "%s: pictures can be %ux%u at most", dpy->path,
				res->max_width, res->max_height);
	conn = find_connector(dpy, res, opt->connector);
	if (!conn || conn->connection != DRM_MODE_CONNECTED || !conn->count_modes) {
		ret = no_connector(dpy, conn, opt->connector);
	} else {
		dpy->connector_id = conn->connector_id;
		ret = choose_crtc(dpy, res, conn);
		if (!ret)
			ret = choose_plane(dpy, opt->format);
		if (!ret)
			ret = set_mode(dpy, choose_mode(conn, opt), opt);
	}
	drmModeFreeConnector(conn);
	return ret;
}

int vcp_display_open(struct vcp_display *dpy, const struct vcp_options *opt)
{
	drmModeResPtr res;
	int ret = open_card(dpy, opt->card);

	if (!ret)
		ret = check_card(dpy);
	if (!ret) {
		res = drmModeGetResources(dpy->fd);
		ret = res ? choose(dpy, res, opt) :
		      vcp_fail(VCP_NO_DISPLAY, "%s: this device has no display", dpy->path);
		drmModeFreeResources(res);
	}
	if (ret)
		vcp_display_close(dpy);
	return ret;
}

void vcp_display_close(struct vcp_display *dpy)
{
	if (dpy->fd < 0)
		return;
	if (dpy->mode_blob)
		drmModeDestroyPropertyBlob(dpy->fd, dpy->mode_blob);
	close(dpy->fd);
	memset(dpy, 0, sizeof(*dpy));
	dpy->fd = -1;
}

/* -----------------------------------------------------------------------------
 * Listing
 */

static void list_connectors(FILE *out, int fd, const drmModeRes *res)
{
	for (int i = 0; i < res->count_connectors; i++) {
		drmModeConnectorPtr conn = drmModeGetConnector(fd, res->connectors[i]);
		char name[32];

		if (!conn)
			continue;
		connector_name(conn, name, sizeof(name));
		fprintf(out, "    %-10s", name);
		if (conn->connection != DRM_MODE_CONNECTED)
			fprintf(out, " nothing connected");
		for (int m = 0; m < conn->count_modes; m++)
			fprintf(out, " %ux%u@%u", conn->modes[m].hdisplay, conn->modes[m].vdisplay,
				conn->modes[m].vrefresh);
		fputc('\n', out);
		drmModeFreeConnector(conn);
	}
}

static void list_card(FILE *out, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	drmVersionPtr version = fd >= 0 ? drmGetVersion(fd) : NULL;
	drmModeResPtr res = version ? drmModeGetResources(fd) : NULL;

	if (!version)
		fprintf(out, "  %s: %s\n", path, strerror(errno));
	else
		fprintf(out, "  %s  driver %s\n", path, version->name);
	if (res)
		list_connectors(out, fd, res);
	drmModeFreeResources(res);
	drmFreeVersion(version);
	if (fd >= 0)
		close(fd);
}

void vcp_display_list(FILE *out)
{
	glob_t paths;

	fprintf(out, "displays:\n");
	if (glob("/dev/dri/card*", 0, NULL, &paths)) {
		fprintf(out, "  none\n");
		return;
	}
	for (size_t i = 0; i < paths.gl_pathc; i++)
		list_card(out, paths.gl_pathv[i]);
	globfree(&paths);
}
