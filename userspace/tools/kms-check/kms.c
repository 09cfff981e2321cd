// SPDX-License-Identifier: GPL-2.0
/*
 * Atomic KMS for tests.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "kms.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format.h"

static bool find_prop(struct kms *kms, uint32_t object, uint32_t type, const char *name,
		      drmModePropertyPtr *out, uint64_t *value)
{
	drmModeObjectPropertiesPtr props = drmModeObjectGetProperties(kms->fd, object, type);
	bool found = false;
	uint32_t i;

	for (i = 0; props && i < props->count_props && !found; i++) {
		drmModePropertyPtr prop = drmModeGetProperty(kms->fd, props->props[i]);

		found = prop && !strcmp(prop->name, name);
		if (found) {
			*out = prop;
			*value = props->prop_values[i];
		} else {
			drmModeFreeProperty(prop);
		}
	}
	drmModeFreeObjectProperties(props);
	return found;
}

uint32_t kms_prop_id(struct kms *kms, uint32_t object, uint32_t type, const char *name)
{
	drmModePropertyPtr prop;
	uint64_t value;
	uint32_t id;

	if (!find_prop(kms, object, type, name, &prop, &value))
		return 0;
	id = prop->prop_id;
	drmModeFreeProperty(prop);
	return id;
}

bool kms_set(struct kms *kms, drmModeAtomicReq *req, uint32_t object, uint32_t type,
	     const char *name, uint64_t value)
{
	drmModePropertyPtr prop;
	uint64_t old;
	bool ok;

	if (!find_prop(kms, object, type, name, &prop, &old))
		return false;
	ok = drmModeAtomicAddProperty(req, object, prop->prop_id, value) >= 0;
	drmModeFreeProperty(prop);
	return ok;
}

bool kms_set_enum(struct kms *kms, drmModeAtomicReq *req, uint32_t plane,
		  const char *name, const char *value)
{
	drmModePropertyPtr prop;
	bool ok = false;
	uint64_t old;
	int i;

	if (!find_prop(kms, plane, DRM_MODE_OBJECT_PLANE, name, &prop, &old))
		return false;
	for (i = 0; i < prop->count_enums && !ok; i++)
		if (!strcmp(prop->enums[i].name, value))
			ok = drmModeAtomicAddProperty(req, plane, prop->prop_id,
						      prop->enums[i].value) >= 0;
	drmModeFreeProperty(prop);
	return ok;
}

/* -----------------------------------------------------------------------------
 * Finding the pipe
 */

static bool pick_mode(struct kms *kms, drmModeConnectorPtr conn, unsigned int width,
		      unsigned int height)
{
	int i;

	for (i = 0; i < conn->count_modes; i++) {
		if (conn->modes[i].hdisplay == width && conn->modes[i].vdisplay == height &&
		    conn->modes[i].vrefresh == 60) {
			kms->mode = conn->modes[i];
			return true;
		}
	}
	return false;
}

static bool pick_crtc(struct kms *kms, drmModeResPtr res, drmModeConnectorPtr conn)
{
	drmModeEncoderPtr enc = drmModeGetEncoder(kms->fd, conn->encoders[0]);
	int i;

	for (i = 0; enc && i < res->count_crtcs; i++) {
		if (!(enc->possible_crtcs & 1u << i))
			continue;
		kms->crtc = res->crtcs[i];
		kms->crtc_index = i;
		break;
	}
	drmModeFreeEncoder(enc);
	return kms->crtc;
}

static int pick_pipe(struct kms *kms, unsigned int width, unsigned int height)
{
	drmModeResPtr res = drmModeGetResources(kms->fd);
	int i, ret = -ENODEV;

	for (i = 0; res && i < res->count_connectors && ret; i++) {
		drmModeConnectorPtr conn = drmModeGetConnector(kms->fd, res->connectors[i]);

		if (conn && conn->connector_type == DRM_MODE_CONNECTOR_HDMIA &&
		    conn->connection == DRM_MODE_CONNECTED &&
		    pick_mode(kms, conn, width, height) && pick_crtc(kms, res, conn)) {
			kms->connector = conn->connector_id;
			ret = 0;
		}
		drmModeFreeConnector(conn);
	}
	drmModeFreeResources(res);
	return ret;
}

static void add_plane(struct kms *kms, uint32_t id)
{
	struct kms_plane *plane = &kms->planes[kms->nr_planes];
	drmModePlanePtr p = drmModeGetPlane(kms->fd, id);
	drmModePropertyPtr prop;

	if (p && p->possible_crtcs & 1u << kms->crtc_index && p->count_formats <= 64 &&
	    kms->nr_planes < KMS_MAX_PLANES &&
	    find_prop(kms, id, DRM_MODE_OBJECT_PLANE, "type", &prop, &plane->type)) {
		plane->id = id;
		plane->nr_formats = p->count_formats;
		memcpy(plane->formats, p->formats, p->count_formats * sizeof(p->formats[0]));
		kms->nr_planes++;
		drmModeFreeProperty(prop);
	}
	drmModeFreePlane(p);
}

int kms_open(struct kms *kms, unsigned int width, unsigned int height)
{
	drmModePlaneResPtr res;
	uint32_t i;
	int ret;

	memset(kms, 0, sizeof(*kms));
	kms->fd = drmOpen("vc4", NULL);
	if (kms->fd < 0)
		return -ENODEV;
	if (drmSetClientCap(kms->fd, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1) ||
	    drmSetClientCap(kms->fd, DRM_CLIENT_CAP_ATOMIC, 1))
		return -errno;
	ret = pick_pipe(kms, width, height);
	if (ret)
		return ret;
	res = drmModeGetPlaneResources(kms->fd);
	for (i = 0; res && i < res->count_planes; i++)
		add_plane(kms, res->planes[i]);
	drmModeFreePlaneResources(res);
	if (drmModeCreatePropertyBlob(kms->fd, &kms->mode, sizeof(kms->mode), &kms->mode_blob))
		return -errno;
	return 0;
}

void kms_close(struct kms *kms)
{
	if (kms->mode_blob)
		drmModeDestroyPropertyBlob(kms->fd, kms->mode_blob);
	if (kms->fd >= 0)
		drmClose(kms->fd);
}

const struct kms_plane *kms_find_plane(const struct kms *kms, uint64_t type,
				       unsigned int nr, uint32_t format)
{
	const struct kms_plane *p;
	unsigned int i;

	for (p = kms->planes; p < &kms->planes[kms->nr_planes]; p++) {
		for (i = 0; i < p->nr_formats && p->type == type; i++) {
			if (p->formats[i] != format)
				continue;
			if (!nr--)
				return p;
			break;
		}
	}
	return NULL;
}

/* -----------------------------------------------------------------------------
 * Buffers
 */

static int fb_allocate(struct kms *kms, struct kms_fb *fb)
{
	/* One byte per pixel, lines of a kilobyte: the layout is ours. */
	struct drm_mode_create_dumb create = {
		.width = 1024, .height = (fb->size + 1023) / 1024, .bpp = 8,
	};
	struct drm_mode_map_dumb map = { 0 };

	if (drmIoctl(kms->fd, DRM_IOCTL_MODE_CREATE_DUMB, &create))
		return -errno;
	fb->handle = create.handle;
	fb->size = create.size;
	map.handle = create.handle;
	if (drmIoctl(kms->fd, DRM_IOCTL_MODE_MAP_DUMB, &map))
		return -errno;
	fb->map = mmap(NULL, fb->size, PROT_READ | PROT_WRITE, MAP_SHARED, kms->fd, map.offset);
	if (fb->map == MAP_FAILED) {
		fb->map = NULL;
		return -errno;
	}
	memset(fb->map, 0, fb->size);
	return 0;
}

int kms_fb_create(struct kms *kms, struct kms_fb *fb, uint32_t format,
		  unsigned int width, unsigned int height)
{
	const struct format *f = format_find(format);
	uint32_t handles[4] = { 0 };
	unsigned int i;
	int ret;

	memset(fb, 0, sizeof(*fb));
	if (!f)
		return -EINVAL;
	fb->format = format;
	fb->width = width;
	fb->height = height;
	fb->nr_planes = f->nr_planes;
	for (i = 0; i < f->nr_planes; i++) {
		fb->pitch[i] = (format_row_bytes(f, i, width) + 31) & ~31u;
		fb->offset[i] = fb->size;
		fb->size += (size_t)fb->pitch[i] * (i ? height / f->vsub : height);
	}
	ret = fb_allocate(kms, fb);
	for (i = 0; i < f->nr_planes; i++)
		handles[i] = fb->handle;
	if (!ret && drmModeAddFB2(kms->fd, width, height, format, handles, fb->pitch,
				  fb->offset, &fb->id, 0))
		ret = -errno;
	if (ret)
		kms_fb_destroy(kms, fb);
	return ret;
}

void kms_fb_destroy(struct kms *kms, struct kms_fb *fb)
{
	struct drm_mode_destroy_dumb destroy = { .handle = fb->handle };

	if (fb->id)
		drmModeRmFB(kms->fd, fb->id);
	if (fb->map)
		munmap(fb->map, fb->size);
	if (fb->handle)
		drmIoctl(kms->fd, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
	memset(fb, 0, sizeof(*fb));
}

/* -----------------------------------------------------------------------------
 * Commits
 */

static void set_plane_prop(struct kms *kms, drmModeAtomicReq *req, uint32_t plane,
			   const char *name, uint64_t value)
{
	kms_set(kms, req, plane, DRM_MODE_OBJECT_PLANE, name, value);
}

void kms_set_plane(struct kms *kms, drmModeAtomicReq *req, uint32_t plane,
		   const struct kms_fb *fb, const struct kms_rect *src,
		   const struct kms_rect *dst)
{
	struct kms_rect all = { 0, 0, fb->width, fb->height };

	if (!src)
		src = &all;
	set_plane_prop(kms, req, plane, "FB_ID", fb->id);
	set_plane_prop(kms, req, plane, "CRTC_ID", kms->crtc);
	set_plane_prop(kms, req, plane, "SRC_X", (uint64_t)src->x << 16);
	set_plane_prop(kms, req, plane, "SRC_Y", (uint64_t)src->y << 16);
	set_plane_prop(kms, req, plane, "SRC_W", (uint64_t)src->w << 16);
	set_plane_prop(kms, req, plane, "SRC_H", (uint64_t)src->h << 16);
	set_plane_prop(kms, req, plane, "CRTC_X", (int64_t)dst->x);
	set_plane_prop(kms, req, plane, "CRTC_Y", (int64_t)dst->y);
	set_plane_prop(kms, req, plane, "CRTC_W", dst->w);
	set_plane_prop(kms, req, plane, "CRTC_H", dst->h);
}

void kms_clear_plane(struct kms *kms, drmModeAtomicReq *req, uint32_t plane)
{
	set_plane_prop(kms, req, plane, "FB_ID", 0);
	set_plane_prop(kms, req, plane, "CRTC_ID", 0);
}

int kms_modeset(struct kms *kms, const struct kms_fb *fb)
{
	const struct kms_plane *primary = kms_find_plane(kms, DRM_PLANE_TYPE_PRIMARY, 0,
							 fb->format);
	struct kms_rect dst = { 0, 0, kms->mode.hdisplay, kms->mode.vdisplay };
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	unsigned int i;
	int ret;

	if (!primary || !req) {
		drmModeAtomicFree(req);
		return -ENODEV;
	}
	/* What another client, or the console, has left on. */
	for (i = 0; i < kms->nr_planes; i++)
		if (&kms->planes[i] != primary)
			kms_clear_plane(kms, req, kms->planes[i].id);
	kms_set(kms, req, kms->connector, DRM_MODE_OBJECT_CONNECTOR, "CRTC_ID", kms->crtc);
	kms_set(kms, req, kms->crtc, DRM_MODE_OBJECT_CRTC, "MODE_ID", kms->mode_blob);
	kms_set(kms, req, kms->crtc, DRM_MODE_OBJECT_CRTC, "ACTIVE", 1);
	kms_set_plane(kms, req, primary->id, fb, NULL, &dst);
	ret = drmModeAtomicCommit(kms->fd, req, DRM_MODE_ATOMIC_ALLOW_MODESET, NULL);
	drmModeAtomicFree(req);
	return ret ? -errno : 0;
}

int kms_commit(struct kms *kms, drmModeAtomicReq *req)
{
	/* A blocking commit returns after its flip. */
	return drmModeAtomicCommit(kms->fd, req, 0, NULL) ? -errno : 0;
}
