// SPDX-License-Identifier: GPL-2.0
/*
 * Scan-out: framebuffers, setting the mode, flips.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "vcpreview.h"

/* A millisecond apart; a picture is late then, which the drops tell of. */
#define FLIP_TRIES	100

/* -----------------------------------------------------------------------------
 * Framebuffers
 */

static int add_fb(struct vcp_display *dpy, const struct vcp_format *format,
		  const struct vcp_layout *layout, uint32_t handle, uint32_t *fb_id)
{
	uint32_t handles[4] = { 0 }, pitches[4] = { 0 }, offsets[4] = { 0 };

	for (unsigned int p = 0; p < format->planes; p++) {
		handles[p] = handle;
		pitches[p] = layout->pitch[p];
		offsets[p] = layout->offset[p];
	}
	if (drmModeAddFB2(dpy->fd, layout->width, layout->height, format->drm, handles, pitches,
			  offsets, fb_id, 0))
		return vcp_fail(VCP_NO_BUFFERS, "%s: not a picture driver %s can show: %s",
				dpy->path, dpy->driver, strerror(errno));
	return 0;
}

int vcp_display_import(struct vcp_display *dpy, const struct vcp_format *format,
		       const struct vcp_layout *layout, int dmabuf, uint32_t *handle,
		       uint32_t *fb_id)
{
	if (drmPrimeFDToHandle(dpy->fd, dmabuf, handle))
		return vcp_fail(VCP_NO_BUFFERS, "%s: driver %s cannot use the buffer: %s",
				dpy->path, dpy->driver, strerror(errno));
	return add_fb(dpy, format, layout, *handle, fb_id);
}

static int map_dumb(struct vcp_display *dpy, uint32_t handle, size_t size, void **mem)
{
	struct drm_mode_map_dumb map = { .handle = handle };

	if (drmIoctl(dpy->fd, DRM_IOCTL_MODE_MAP_DUMB, &map))
		return vcp_fail(VCP_NO_BUFFERS, "%s: cannot map a buffer: %s", dpy->path,
				strerror(errno));
	*mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, dpy->fd, map.offset);
	if (*mem != MAP_FAILED)
		return 0;
	*mem = NULL;
	return vcp_fail(VCP_NO_BUFFERS, "%s: cannot map a buffer: %s", dpy->path, strerror(errno));
}

int vcp_display_alloc(struct vcp_display *dpy, const struct vcp_format *format,
		      struct vcp_layout *layout, uint32_t *handle, uint32_t *fb_id, void **mem)
{
	struct drm_mode_create_dumb dumb = {
		.width = layout->width,
		/* The chroma of 4:2:0 takes half as many lines again. */
		.height = format->is_yuv ? layout->height * 3 / 2 : layout->height,
		.bpp = format->bpp,
	};
	int ret;

	if (drmIoctl(dpy->fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		return vcp_fail(VCP_NO_BUFFERS, "%s: cannot have a buffer: %s", dpy->path,
				strerror(errno));
	*handle = dumb.handle;
	vcp_layout_set(layout, format, layout->width, layout->height, dumb.pitch);
	if (layout->size > dumb.size)
		return vcp_fail(VCP_NO_BUFFERS, "%s: the driver's %llu bytes cannot hold a picture",
				dpy->path, (unsigned long long)dumb.size);
	ret = map_dumb(dpy, dumb.handle, layout->size, mem);
	return ret ? ret : add_fb(dpy, format, layout, dumb.handle, fb_id);
}

void vcp_display_free(struct vcp_display *dpy, uint32_t handle, uint32_t fb_id)
{
	struct drm_gem_close close_arg = { .handle = handle };

	if (fb_id)
		drmModeRmFB(dpy->fd, fb_id);
	if (handle)
		drmIoctl(dpy->fd, DRM_IOCTL_GEM_CLOSE, &close_arg);
}

/* -----------------------------------------------------------------------------
 * The first commit
 */

static int add_prop(drmModeAtomicReqPtr req, const struct vcp_props *props, const char *name,
		    uint64_t value)
{
	uint32_t id = vcp_prop_id(props, name);

	if (id && drmModeAtomicAddProperty(req, props->object, id, value) >= 0)
		return 0;
	return vcp_fail(VCP_NO_DISPLAY, "the display's object %u has no property %s",
			props->object, name);
}

static int add_connector(drmModeAtomicReqPtr req, struct vcp_display *dpy)
{
	struct vcp_props props;
	int ret = vcp_props_get(&props, dpy->fd, dpy->connector_id, DRM_MODE_OBJECT_CONNECTOR);

	if (ret)
		return ret;
	ret = add_prop(req, &props, "CRTC_ID", dpy->crtc_id);
	vcp_props_put(&props);
	return ret;
}

static int add_crtc(drmModeAtomicReqPtr req, struct vcp_display *dpy)
{
	struct vcp_props props;
	int ret = vcp_props_get(&props, dpy->fd, dpy->crtc_id, DRM_MODE_OBJECT_CRTC);

	if (ret)
		return ret;
	ret = add_prop(req, &props, "MODE_ID", dpy->mode_blob);
	if (!ret)
		ret = add_prop(req, &props, "ACTIVE", 1);
	vcp_props_put(&props);
	return ret;
}

static int add_colours(drmModeAtomicReqPtr req, struct vcp_display *dpy,
		       const struct vcp_props *props, const struct vcp_colours *colours)
{
	uint64_t encoding, range;
	int ret;

	if (!vcp_prop_enum(props, "COLOR_ENCODING", colours->encoding, &encoding) ||
	    !vcp_prop_enum(props, "COLOR_RANGE", colours->range, &range))
		return vcp_fail(VCP_NO_DISPLAY,
				"%s: driver %s cannot show the camera's colours (%s, %s)",
				dpy->path, dpy->driver, colours->encoding, colours->range);
	ret = add_prop(req, props, "COLOR_ENCODING", encoding);
	return ret ? ret : add_prop(req, props, "COLOR_RANGE", range);
}

static int add_plane_props(drmModeAtomicReqPtr req, struct vcp_display *dpy,
			   const struct vcp_props *props, uint32_t fb_id,
			   unsigned int src_x, unsigned int src_y)
{
	const struct {
		const char *name;
		uint64_t value;
	} values[] = {
		{ "FB_ID", fb_id }, { "CRTC_ID", dpy->crtc_id },
		{ "SRC_X", (uint64_t)src_x << 16 }, { "SRC_Y", (uint64_t)src_y << 16 },
		{ "SRC_W", (uint64_t)dpy->src_width << 16 },
		{ "SRC_H", (uint64_t)dpy->src_height << 16 },
		{ "CRTC_X", dpy->dst_x }, { "CRTC_Y", dpy->dst_y },
		{ "CRTC_W", dpy->src_width }, { "CRTC_H", dpy->src_height },
	};
	int ret = 0;

	for (unsigned int i = 0; !ret && i < sizeof(values) / sizeof(values[0]); i++)
		ret = add_prop(req, props, values[i].name, values[i].value);
	return ret;
}

/* Even positions, for chroma. */
static unsigned int centred(unsigned int whole, unsigned int part)
{
	return whole > part ? (whole - part) / 2 & ~1u : 0;
}

static int add_plane(drmModeAtomicReqPtr req, struct vcp_display *dpy,
		     const struct vcp_colours *colours, uint32_t fb_id)
{
	struct vcp_props props;
	drmModeFB2Ptr fb = drmModeGetFB2(dpy->fd, fb_id);
	unsigned int src_x = fb ? centred(fb->width, dpy->src_width) : 0;
	unsigned int src_y = fb ? centred(fb->height, dpy->src_height) : 0;
	int ret = vcp_props_get(&props, dpy->fd, dpy->plane_id, DRM_MODE_OBJECT_PLANE);

	drmModeFreeFB2(fb);
	if (ret)
		return ret;
	dpy->prop_fb = vcp_prop_id(&props, "FB_ID");
	ret = add_plane_props(req, dpy, &props, fb_id, src_x, src_y);
	if (!ret && colours)
		ret = add_colours(req, dpy, &props, colours);
	vcp_props_put(&props);
	return ret;
}

/* Take other planes off our CRTC: what the console left there. */
static int clear_plane(drmModeAtomicReqPtr req, struct vcp_display *dpy, uint32_t plane_id)
{
	struct vcp_props props;
	uint64_t crtc_id = 0;
	int ret = vcp_props_get(&props, dpy->fd, plane_id, DRM_MODE_OBJECT_PLANE);

	if (ret)
		return ret;
	if (vcp_prop_value(&props, "CRTC_ID", &crtc_id) && crtc_id == dpy->crtc_id) {
		ret = add_prop(req, &props, "FB_ID", 0);
		if (!ret)
			ret = add_prop(req, &props, "CRTC_ID", 0);
	}
	vcp_props_put(&props);
	return ret;
}

static int clear_other_planes(drmModeAtomicReqPtr req, struct vcp_display *dpy)
{
	drmModePlaneResPtr planes = drmModeGetPlaneResources(dpy->fd);
	int ret = 0;

	for (uint32_t i = 0; planes && !ret && i < planes->count_planes; i++)
		if (planes->planes[i] != dpy->plane_id)
			ret = clear_plane(req, dpy, planes->planes[i]);
	drmModeFreePlaneResources(planes);
	return ret;
}

static int commit_failure(struct vcp_display *dpy, enum vcp_exit code, const char *what, int err)
{
	if (err == EACCES || err == EPERM)
		return vcp_fail(code, "%s: another program took over the display", dpy->path);
	if (err == ENODEV)
		return vcp_fail(code, "%s: the display is gone", dpy->path);
	return vcp_fail(code, "%s: %s failed: %s", dpy->path, what, strerror(err));
}

int vcp_display_enable(struct vcp_display *dpy, const struct vcp_colours *colours,
		       uint32_t fb_id)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret;

	if (!req)
		return vcp_fail(VCP_NO_BUFFERS, "out of memory");
	ret = add_connector(req, dpy);
	if (!ret)
		ret = add_crtc(req, dpy);
	if (!ret)
		ret = add_plane(req, dpy, colours, fb_id);
	if (!ret)
		ret = clear_other_planes(req, dpy);
	if (!ret && drmModeAtomicCommit(dpy->fd, req, DRM_MODE_ATOMIC_ALLOW_MODESET, NULL))
		ret = commit_failure(dpy, VCP_NO_DISPLAY, "setting the mode", errno);
	drmModeAtomicFree(req);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Flips
 */

/*
 * vc4 takes memory of the scaler for the new picture (YUV needs some at any size) before it has
 * given back that of the picture before last, which it does some time after it has told of
 * the flip. With three of 1920x1080 there is not enough, and nothing tells when there is.
 */
static int commit_flip(struct vcp_display *dpy, drmModeAtomicReqPtr req)
{
	const struct timespec a_moment = { .tv_nsec = 1000000 };

	for (unsigned int tries = 0;; tries++) {
		if (!drmModeAtomicCommit(dpy->fd, req,
					 DRM_MODE_PAGE_FLIP_EVENT | DRM_MODE_ATOMIC_NONBLOCK, dpy))
			return 0;
		if (errno != ENOSPC || tries == FLIP_TRIES)
			return errno;
		nanosleep(&a_moment, NULL);
	}
}

int vcp_display_flip(struct vcp_display *dpy, uint32_t fb_id)
{
	drmModeAtomicReqPtr req = drmModeAtomicAlloc();
	int ret = 0, err;

	if (!req || drmModeAtomicAddProperty(req, dpy->plane_id, dpy->prop_fb, fb_id) < 0) {
		ret = vcp_fail(VCP_FAILED, "out of memory");
	} else {
		err = commit_flip(dpy, req);
		if (err)
			ret = commit_failure(dpy, VCP_FAILED, "showing a picture", err);
	}
	drmModeAtomicFree(req);
	return ret;
}

/* Read here, not by drmHandleEvent(), whose handlers get no argument of the caller's. */
int vcp_display_events(struct vcp_display *dpy, void (*done)(void *arg, int64_t time_us),
		       void *arg)
{
	char buf[1024];
	ssize_t len = read(dpy->fd, buf, sizeof(buf));
	struct drm_event_vblank event;

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (len < 0)
		return commit_failure(dpy, VCP_FAILED, "reading events", errno);
	for (ssize_t at = 0; at + (ssize_t)sizeof(event) <= len; at += event.base.length) {
		memcpy(&event, buf + at, sizeof(event));
		if (event.base.length < sizeof(event.base) || event.base.length > len - at)
			break;
		if (event.base.type == DRM_EVENT_FLIP_COMPLETE)
			done(arg, event.tv_sec * 1000000ll + event.tv_usec);
	}
	return 0;
}
