/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Atomic KMS for tests: a connector, its CRTC, planes, buffers in CPU reach.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef KMS_CHECK_KMS_H
#define KMS_CHECK_KMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#define KMS_MAX_PLANES	24

/**
 * struct kms_plane - a plane our CRTC can show
 * @id: object
 * @type: DRM_PLANE_TYPE_*
 * @nr_formats: entries of @formats
 * @formats: DRM fourccs
 */
struct kms_plane {
	uint32_t id;
	uint64_t type;
	unsigned int nr_formats;
	uint32_t formats[64];
};

/**
 * struct kms - the card and the pipe to the monitor
 * @fd: card
 * @connector: HDMI-A-1
 * @crtc: CRTC of the HDMI encoder
 * @crtc_index: its number
 * @mode: mode in use
 * @mode_blob: the same as a blob
 * @nr_planes: entries of @planes
 * @planes: primary first
 */
struct kms {
	int fd;
	uint32_t connector;
	uint32_t crtc;
	unsigned int crtc_index;
	drmModeModeInfo mode;
	uint32_t mode_blob;
	unsigned int nr_planes;
	struct kms_plane planes[KMS_MAX_PLANES];
};

/** struct kms_fb - a dumb buffer with a frame buffer on it */
struct kms_fb {
	uint32_t handle;
	uint32_t id;
	uint32_t format;
	unsigned int width;
	unsigned int height;
	unsigned int nr_planes;
	uint32_t pitch[4];
	uint32_t offset[4];
	uint8_t *map;
	size_t size;
};

/** struct kms_rect - a rectangle, whole pixels */
struct kms_rect {
	int x, y;
	unsigned int w, h;
};

/* The HDMI connector in the first mode of @width x @height at 60 Hz. 0 or -errno. */
int kms_open(struct kms *kms, unsigned int width, unsigned int height);
void kms_close(struct kms *kms);

/* 0 or -errno; memory is zeroed. */
int kms_fb_create(struct kms *kms, struct kms_fb *fb, uint32_t format,
		  unsigned int width, unsigned int height);
void kms_fb_destroy(struct kms *kms, struct kms_fb *fb);

/* First plane of @type (the @nr-th of it) that takes @format, NULL if there is none. */
const struct kms_plane *kms_find_plane(const struct kms *kms, uint64_t type,
				       unsigned int nr, uint32_t format);

/* Id of an object's property, 0 if it has none of that name. */
uint32_t kms_prop_id(struct kms *kms, uint32_t object, uint32_t type, const char *name);
/* Add a property to a request; false if the object has none of that name. */
bool kms_set(struct kms *kms, drmModeAtomicReq *req, uint32_t object, uint32_t type,
	     const char *name, uint64_t value);
/* The same for a plane's enum property, by the name of the value. */
bool kms_set_enum(struct kms *kms, drmModeAtomicReq *req, uint32_t plane,
		  const char *name, const char *value);
/* Put a plane on: all of @fb's @src (NULL: everything) at @dst. */
void kms_set_plane(struct kms *kms, drmModeAtomicReq *req, uint32_t plane,
		   const struct kms_fb *fb, const struct kms_rect *src,
		   const struct kms_rect *dst);
void kms_clear_plane(struct kms *kms, drmModeAtomicReq *req, uint32_t plane);
/* Light the pipe up with @fb on the primary plane; waits for it. 0 or -errno. */
int kms_modeset(struct kms *kms, const struct kms_fb *fb);
/* Commit and wait until it is scanned out. 0 or -errno. */
int kms_commit(struct kms *kms, drmModeAtomicReq *req);

#endif /* KMS_CHECK_KMS_H */
