/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formats and geometry of the camera's pictures, and mirroring them.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_CAMERA_FORMAT_H
#define VIDEOCORED_FIRMWARE_CAMERA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct component_format;
struct component_needs;
struct vc_image;

/** struct camera_sensor - a camera module */
struct camera_sensor {
	const char *name;
	uint32_t width;
	uint32_t height;
};

#define CAMERA_SENSORS		4
extern const struct camera_sensor camera_sensors[CAMERA_SENSORS];

/* Of the largest of them. */
#define CAMERA_MAX_WIDTH	3280
#define CAMERA_MAX_HEIGHT	2464
#define CAMERA_MIN_SIZE		16

/* Camera pictures may be turned over; both together are a rotation by 180 degrees. */
#define CAMERA_FLIP_HORIZONTAL	1
#define CAMERA_FLIP_VERTICAL	2

/**
 * struct camera_picture - how a picture lies in a buffer
 * @drm: DRM_FORMAT_*, 0 = opaque
 * @width: visible pixels
 * @height: visible lines
 * @stride: bytes of a line of the first plane
 * @lines: lines of the first plane
 * @len: bytes altogether
 */
struct camera_picture {
	uint32_t drm;
	unsigned int width;
	unsigned int height;
	unsigned int stride;
	unsigned int lines;
	size_t len;
};

/* Encodings in the order the firmware lists them. */
const uint32_t *camera_encodings(size_t *nr);

/*
 * Correct @fmt: crop within the sensor, buffer as large as the crop and, unless
 * @no_padding, rounded up as the firmware does. -EINVAL if it cannot be.
 */
int camera_format_fix(struct component_format *fmt, bool no_padding);
/* The same for pictures that need not come from a sensor. */
int camera_format_fix_image(struct component_format *fmt, bool no_padding);
/* The layout that a corrected format means. */
void camera_format_picture(const struct component_format *fmt, struct camera_picture *pic);
/*
 * How pictures of a format lie in a tunnel: what is opaque outside is I420 there.
 * And the bytes of one, 0 if it is not a format of pictures.
 */
void camera_format_inner(const struct component_format *fmt, struct component_format *inner);
size_t camera_format_inner_len(const struct component_format *fmt);
/* What buffers for such pictures must be like. */
void camera_format_needs(const struct component_format *fmt, struct component_needs *needs);
/* Both for an input of pictures, whose format may still be unknown. 0 or -EINVAL. */
int camera_format_input(struct component_format *fmt, bool no_padding,
			struct component_needs *needs);

/* Copy @src to @dst (same format and size) turned over. -EINVAL: cannot. */
int camera_flip(const struct vc_image *src, struct vc_image *dst, unsigned int flip);

#endif /* VIDEOCORED_FIRMWARE_CAMERA_FORMAT_H */
