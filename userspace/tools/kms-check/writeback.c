// SPDX-License-Identifier: GPL-2.0
/*
 * Writeback: what the transposer stores is what was on the plane, in every
 * format it offers, and each job signals its fence once.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "format.h"
#include "kms.h"

#define PIC_W		320
#define PIC_H		200
#define FENCE_MS	3000
#define POISON		0xa5

/* Nobody looks at the timing: it has to be plausible. */
static const drmModeModeInfo wb_mode = {
	.clock = 8000, .hdisplay = PIC_W, .hsync_start = 340, .hsync_end = 360, .htotal = 400,
	.vdisplay = PIC_H, .vsync_start = 210, .vsync_end = 220, .vtotal = 260,
	.vrefresh = 77, .name = "320x200",
};

/**
 * struct writeback - the pipe into memory
 * @kms: the card; crtc is the transposer's, connector the writeback one
 * @plane: primary plane of that CRTC
 * @mode: blob
 * @shown: what is on the plane
 */
struct writeback {
	struct kms kms;
	uint32_t plane;
	uint32_t mode;
	struct kms_fb shown;
};

static struct colour shown_at(unsigned int x, unsigned int y)
{
	return (struct colour){ x * 255 / (PIC_W - 1), y * 255 / (PIC_H - 1), x ^ y, 255 };
}

static bool find_connector(struct writeback *wb, drmModeResPtr res)
{
	drmModeConnectorPtr conn;
	drmModeEncoderPtr enc;
	int i, j;

	for (i = 0; i < res->count_connectors; i++) {
		conn = drmModeGetConnector(wb->kms.fd, res->connectors[i]);
		if (!conn || conn->connector_type != DRM_MODE_CONNECTOR_WRITEBACK) {
			drmModeFreeConnector(conn);
			continue;
		}
		wb->kms.connector = conn->connector_id;
		enc = drmModeGetEncoder(wb->kms.fd, conn->encoders[0]);
		for (j = 0; enc && j < res->count_crtcs; j++) {
			if (enc->possible_crtcs & 1u << j) {
				wb->kms.crtc = res->crtcs[j];
				wb->kms.crtc_index = j;
			}
		}
		drmModeFreeEncoder(enc);
		drmModeFreeConnector(conn);
		return true;
	}
	return false;
}

static bool find_primary(struct writeback *wb)
{
	drmModePlaneResPtr res = drmModeGetPlaneResources(wb->kms.fd);
	uint32_t i, wanted = 1u << wb->kms.crtc_index;

	for (i = 0; res && i < res->count_planes && !wb->plane; i++) {
		drmModePlanePtr plane = drmModeGetPlane(wb->kms.fd, res->planes[i]);

		/* overlays fit every CRTC, a primary plane only its own */
		if (plane && plane->possible_crtcs == wanted)
			wb->plane = plane->plane_id;
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(res);
	return wb->plane;
}

static int start(struct writeback *wb)
{
	drmModeResPtr res;
	unsigned int x, y;
	bool found;
	int ret = kms_open(&wb->kms, 640, 480);

	if (ret)
		return ret;
	if (drmSetClientCap(wb->kms.fd, DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1))
		return -errno;
	res = drmModeGetResources(wb->kms.fd);
	found = res && find_connector(wb, res) && find_primary(wb);
	drmModeFreeResources(res);
	if (!found)
		return -ENODEV;
	if (drmModeCreatePropertyBlob(wb->kms.fd, &wb_mode, sizeof(wb_mode), &wb->mode))
		return -errno;
	ret = kms_fb_create(&wb->kms, &wb->shown, DRM_FORMAT_XRGB8888, PIC_W, PIC_H);
	for (y = 0; y < PIC_H && !ret; y++)
		for (x = 0; x < PIC_W; x++)
			format_put(format_find(DRM_FORMAT_XRGB8888), &wb->shown, x, y,
				   shown_at(x, y));
	return ret;
}

static int wait_fence(int fence)
{
	struct pollfd pfd = { .fd = fence, .events = POLLIN };
	int ret;

	if (fence < 0)
		return -ENOENT;
	do {
		ret = poll(&pfd, 1, FENCE_MS);
	} while (ret < 0 && errno == EINTR);
	close(fence);
	return ret > 0 ? 0 : -ETIMEDOUT;
}

static int write_back(struct writeback *wb, const struct kms_fb *to)
{
	struct kms_rect dst = { 0, 0, PIC_W, PIC_H };
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	struct kms *kms = &wb->kms;
	int32_t fence = -1;
	int ret;

	kms_set(kms, req, kms->crtc, DRM_MODE_OBJECT_CRTC, "MODE_ID", wb->mode);
	kms_set(kms, req, kms->crtc, DRM_MODE_OBJECT_CRTC, "ACTIVE", 1);
	kms_set_plane(kms, req, wb->plane, &wb->shown, NULL, &dst);
	kms_set(kms, req, kms->connector, DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID", kms->crtc);
	kms_set(kms, req, kms->connector, DRM_MODE_OBJECT_CONNECTOR, "WRITEBACK_FB_ID", to->id);
	kms_set(kms, req, kms->connector, DRM_MODE_OBJECT_CONNECTOR, "WRITEBACK_OUT_FENCE_PTR",
		(uintptr_t)&fence);
	ret = drmModeAtomicCommit(kms->fd, req, DRM_MODE_ATOMIC_ALLOW_MODESET, NULL);
	ret = ret ? -errno : wait_fence(fence);
	drmModeAtomicFree(req);
	return ret;
}

/* Pixels that differ from what format_put() would have stored, colours only. */
static unsigned int differences(const struct kms_fb *got, const struct kms_fb *want)
{
	const struct format *f = format_find(got->format);
	unsigned int cpp = format_row_bytes(f, 0, 1), x, y, bad = 0;

	for (y = 0; y < got->height; y++)
		for (x = 0; x < got->width; x++)
			bad += memcmp(got->map + (size_t)y * got->pitch[0] + (size_t)x * cpp,
				      want->map + (size_t)y * want->pitch[0] + (size_t)x * cpp,
				      cpp) != 0;
	return bad;
}

static void check_format(struct writeback *wb, uint32_t fourcc)
{
	const struct format *f = format_find(fourcc);
	struct kms_fb got = { 0 }, want = { 0 };
	unsigned int x, y, round, bad;
	char name[64];
	int ret;

	snprintf(name, sizeof(name), "writeback to %s, twice", f->name);
	ret = kms_fb_create(&wb->kms, &got, fourcc, PIC_W, PIC_H);
	if (!ret)
		ret = kms_fb_create(&wb->kms, &want, fourcc, PIC_W, PIC_H);
	for (y = 0; y < PIC_H && !ret; y++)
		for (x = 0; x < PIC_W; x++)
			format_put(f, &want, x, y, shown_at(x, y));
	for (round = 0, bad = 0; round < 2 && !ret; round++) {
		memset(got.map, POISON, got.size);
		ret = write_back(wb, &got);
		bad += ret ? 0 : differences(&got, &want);
	}
	check(!ret && !bad, name, "%s, %u pixels differ", strerror(-ret), bad);
	kms_fb_destroy(&wb->kms, &got);
	kms_fb_destroy(&wb->kms, &want);
}

int check_writeback(void)
{
	/* The transposer has RGBA8888 and BGRA8888 too, but DRM makes no buffer of them. */
	static const uint32_t formats[] = {
		DRM_FORMAT_XRGB8888, DRM_FORMAT_ARGB8888, DRM_FORMAT_XBGR8888,
		DRM_FORMAT_ABGR8888, DRM_FORMAT_RGB888, DRM_FORMAT_BGR888,
	};
	struct writeback wb = { 0 };
	size_t i;
	int ret;

	ret = start(&wb);
	check(!ret, "there is a writeback connector", "%s", strerror(-ret));
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]) && !ret; i++)
		check_format(&wb, formats[i]);
	kms_fb_destroy(&wb.kms, &wb.shown);
	kms_close(&wb.kms);
	return check_status();
}
