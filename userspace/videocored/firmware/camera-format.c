// SPDX-License-Identifier: GPL-2.0
/*
 * Formats and geometry of the camera's pictures.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "camera-format.h"

#include <drm_fourcc.h>
#include <errno.h>

#include <videocore/mmal-encodings.h>

#include "component.h"
#include "media/image.h"

const struct camera_sensor camera_sensors[CAMERA_SENSORS] = {
	{ "imx219", 3280, 2464 },
	{ "ov5647", 2592, 1944 },
	{ "imx219", 3280, 2464 },
	{ "ov5647", 2592, 1944 },
};

/**
 * struct camera_encoding - one pixel format
 * @bytes: per pixel of the first plane
 * @halves: all planes together, in halves of the first
 * @align: pixels a line is rounded up to
 * @even_width: pixels share chroma horizontally
 * @even_height: and vertically
 */
struct camera_encoding {
	uint32_t encoding;
	uint32_t drm;
	uint8_t bytes;
	uint8_t halves;
	uint8_t align;
	bool even_width;
	bool even_height;
};

#define YUV420(e, d) { e, d, 1, 3, 32, true, true }
#define YUV422(e, d) { e, d, 2, 2, 32, true, false }
/* A line of 24-bit pixels is 16 pixels aligned, see spec mmal.md 12.1. */
#define RGB24(e, d) { e, d, 3, 2, 16, false, false }
#define RGB32(e, d) { e, d, 4, 2, 32, false, false }

static const struct camera_encoding camera_formats[] = {
	{ MMAL_ENCODING_OPAQUE, 0, 0, 2, 32, true, true },
	YUV420(MMAL_ENCODING_I420, DRM_FORMAT_YUV420),
	YUV420(MMAL_ENCODING_YV12, DRM_FORMAT_YVU420),
	YUV420(MMAL_ENCODING_NV12, DRM_FORMAT_NV12),
	YUV420(MMAL_ENCODING_NV21, DRM_FORMAT_NV21),
	YUV422(MMAL_ENCODING_YUYV, DRM_FORMAT_YUYV),
	YUV422(MMAL_ENCODING_YVYU, DRM_FORMAT_YVYU),
	YUV422(MMAL_ENCODING_UYVY, DRM_FORMAT_UYVY),
	YUV422(MMAL_ENCODING_VYUY, DRM_FORMAT_VYUY),
	/*
	 * MMAL names the bytes in memory, DRM the bits of a little-endian word.
	 * RGB before BGR: the other order marks firmware that had them swapped.
	 */
	RGB24(MMAL_ENCODING_RGB24, DRM_FORMAT_BGR888),
	RGB24(MMAL_ENCODING_BGR24, DRM_FORMAT_RGB888),
	RGB32(MMAL_ENCODING_RGB32, DRM_FORMAT_XBGR8888),
	RGB32(MMAL_ENCODING_BGR32, DRM_FORMAT_XRGB8888),
	RGB32(MMAL_ENCODING_RGBA, DRM_FORMAT_XBGR8888),
	RGB32(MMAL_ENCODING_BGRA, DRM_FORMAT_XRGB8888),
	RGB32(MMAL_ENCODING_ARGB, DRM_FORMAT_BGRX8888),
	RGB32(MMAL_ENCODING_ABGR, DRM_FORMAT_RGBX8888),
	{ MMAL_ENCODING_RGB16, DRM_FORMAT_RGB565, 2, 2, 32, false, false },
};

#define NR_FORMATS	(sizeof(camera_formats) / sizeof(camera_formats[0]))

/* Buffers of opaque pictures are descriptors. */
#define OPAQUE_LEN	128

const uint32_t *camera_encodings(size_t *nr)
{
	/* In the order of the table. */
	static const uint32_t list[NR_FORMATS] = {
		MMAL_ENCODING_OPAQUE, MMAL_ENCODING_I420, MMAL_ENCODING_YV12, MMAL_ENCODING_NV12,
		MMAL_ENCODING_NV21, MMAL_ENCODING_YUYV, MMAL_ENCODING_YVYU, MMAL_ENCODING_UYVY,
		MMAL_ENCODING_VYUY, MMAL_ENCODING_RGB24, MMAL_ENCODING_BGR24, MMAL_ENCODING_RGB32,
		MMAL_ENCODING_BGR32, MMAL_ENCODING_RGBA, MMAL_ENCODING_BGRA, MMAL_ENCODING_ARGB,
		MMAL_ENCODING_ABGR, MMAL_ENCODING_RGB16,
	};

	*nr = NR_FORMATS;
	return list;
}

static const struct camera_encoding *encoding_find(uint32_t encoding)
{
	for (size_t i = 0; i < NR_FORMATS; i++)
		if (camera_formats[i].encoding == encoding)
			return &camera_formats[i];
	return NULL;
}

static uint32_t round_up(uint32_t value, uint32_t to)
{
	return (value + to - 1) / to * to;
}

static bool crop_ok(const struct component_format *fmt, const struct camera_encoding *enc,
		    int32_t max_width, int32_t max_height)
{
	int32_t w = fmt->crop.width, h = fmt->crop.height;

	if (fmt->crop.x || fmt->crop.y)
		return false;
	if (w < CAMERA_MIN_SIZE || w > max_width || h < CAMERA_MIN_SIZE || h > max_height)
		return false;
	return !(enc->even_width && w % 2) && !(enc->even_height && h % 2);
}

static int format_fix(struct component_format *fmt, bool no_padding, uint32_t max_width,
		      uint32_t max_height)
{
	const struct camera_encoding *enc = encoding_find(fmt->encoding);
	uint32_t width, height;

	if (!enc || fmt->width > 2 * max_width || fmt->height > 2 * max_height)
		return -EINVAL;
	if (!fmt->crop.width && !fmt->crop.height) {
		fmt->crop.width = fmt->width;
		fmt->crop.height = fmt->height;
	}
	if (!crop_ok(fmt, enc, (int32_t)max_width, (int32_t)max_height))
		return -EINVAL;
	width = fmt->width > (uint32_t)fmt->crop.width ? fmt->width : (uint32_t)fmt->crop.width;
	height = fmt->height > (uint32_t)fmt->crop.height ?
		 fmt->height : (uint32_t)fmt->crop.height;
	if (!no_padding) {
		width = round_up(width, enc->align);
		height = round_up(height, 16);
	}
	fmt->width = enc->even_width ? round_up(width, 2) : width;
	fmt->height = enc->even_height ? round_up(height, 2) : height;
	if (fmt->frame_rate.num < 0 || fmt->frame_rate.den <= 0)
		fmt->frame_rate = (struct component_rational){ 0, 1 };
	fmt->type = MMAL_ES_VIDEO;
	return 0;
}

int camera_format_fix(struct component_format *fmt, bool no_padding)
{
	return format_fix(fmt, no_padding, CAMERA_MAX_WIDTH, CAMERA_MAX_HEIGHT);
}

int camera_format_fix_image(struct component_format *fmt, bool no_padding)
{
	struct camera_picture picture;
	int ret = format_fix(fmt, no_padding, VC_IMAGE_MAX, VC_IMAGE_MAX);

	if (ret)
		return ret;
	/* Lengths are 32-bit words on the wire. */
	camera_format_picture(fmt, &picture);
	return picture.len > INT32_MAX ? -EINVAL : 0;
}

void camera_format_picture(const struct component_format *fmt, struct camera_picture *pic)
{
	const struct camera_encoding *enc = encoding_find(fmt->encoding);

	*pic = (struct camera_picture){
		.drm = enc->drm,
		.width = fmt->crop.width,
		.height = fmt->crop.height,
		.stride = fmt->width * enc->bytes,
		.lines = fmt->height,
	};
	pic->len = (size_t)pic->stride * pic->lines * enc->halves / 2;
	if (!enc->drm)
		pic->len = OPAQUE_LEN;
}

void camera_format_inner(const struct component_format *fmt, struct component_format *inner)
{
	*inner = *fmt;
	if (fmt->encoding == MMAL_ENCODING_OPAQUE)
		inner->encoding = MMAL_ENCODING_I420;
}

size_t camera_format_inner_len(const struct component_format *fmt)
{
	struct component_format inner;
	struct camera_picture picture;

	camera_format_inner(fmt, &inner);
	if (!encoding_find(inner.encoding))
		return 0;
	camera_format_picture(&inner, &picture);
	return picture.len;
}

void camera_format_needs(const struct component_format *fmt, struct component_needs *needs)
{
	struct camera_picture picture;

	camera_format_picture(fmt, &picture);
	*needs = (struct component_needs){
		.num_min = 1,
		.num_recommended = 3,
		.size_min = picture.len,
		.size_recommended = picture.len,
	};
}

int camera_format_input(struct component_format *fmt, bool no_padding,
			struct component_needs *needs)
{
	int ret;

	/* Before anybody says what will come. */
	if (!fmt->width && !fmt->height)
		return 0;
	ret = camera_format_fix(fmt, no_padding);
	if (!ret)
		camera_format_needs(fmt, needs);
	return ret;
}
