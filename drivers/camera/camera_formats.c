// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel formats and geometry: pure functions over one table.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "camera_priv.h"

/* What the firmware's encoders want at least. */
#define VC_CAMERA_MIN_CODED	SZ_128K

#define YUV420(f, e, a)	{ .fourcc = (f), .encoding = (e), .bytes = 1, \
			  .size_num = 3, .align = (a), .is_yuv = true }
#define YUV422(f, e)	{ .fourcc = (f), .encoding = (e), .bytes = 2, \
			  .size_num = 2, .align = 32, .is_yuv = true }
#define CODED(f, e, c)	{ .fourcc = (f), .encoding = (e), .coder = (c), \
			  .align = 2, .is_yuv = true }
#define RGB(f, e, b)	{ .fourcc = (f), .encoding = (e), .bytes = (b), \
			  .size_num = 2, .align = 32 }

/*
 * Chroma lines of the three-plane formats are half as long, hence their larger
 * alignment. MMAL names bytes in memory; so do V4L2's RGB formats of 24 bits,
 * while XBGR32 is B, G, R, X in memory and RGBX32 is R, G, B, X.
 */
static const struct vc_camera_format vc_camera_format_table[] = {
	YUV420(V4L2_PIX_FMT_YUV420, MMAL_ENCODING_I420, 64),
	YUV420(V4L2_PIX_FMT_YVU420, MMAL_ENCODING_YV12, 64),
	YUV420(V4L2_PIX_FMT_NV12, MMAL_ENCODING_NV12, 32),
	YUV420(V4L2_PIX_FMT_NV21, MMAL_ENCODING_NV21, 32),
	YUV422(V4L2_PIX_FMT_YUYV, MMAL_ENCODING_YUYV),
	YUV422(V4L2_PIX_FMT_YVYU, MMAL_ENCODING_YVYU),
	YUV422(V4L2_PIX_FMT_UYVY, MMAL_ENCODING_UYVY),
	YUV422(V4L2_PIX_FMT_VYUY, MMAL_ENCODING_VYUY),
	RGB(V4L2_PIX_FMT_RGB24, MMAL_ENCODING_RGB24, 3),
	RGB(V4L2_PIX_FMT_BGR24, MMAL_ENCODING_BGR24, 3),
	RGB(V4L2_PIX_FMT_XBGR32, MMAL_ENCODING_BGR32, 4),
	RGB(V4L2_PIX_FMT_RGBX32, MMAL_ENCODING_RGB32, 4),
	RGB(V4L2_PIX_FMT_BGR32, MMAL_ENCODING_BGR32, 4),
	RGB(V4L2_PIX_FMT_RGB565, MMAL_ENCODING_RGB16, 2),
	CODED(V4L2_PIX_FMT_H264, MMAL_ENCODING_H264, VC_CAMERA_VIDEO_ENCODER),
	CODED(V4L2_PIX_FMT_MJPEG, MMAL_ENCODING_MJPEG, VC_CAMERA_VIDEO_ENCODER),
	CODED(V4L2_PIX_FMT_JPEG, MMAL_ENCODING_JPEG, VC_CAMERA_IMAGE_ENCODER),
};

static_assert(ARRAY_SIZE(vc_camera_format_table) <= 32);

/* The @index-th of those whose bit is set in @formats, or NULL. */
const struct vc_camera_format *vc_camera_format_by_index(u32 formats,
							 unsigned int index)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_camera_format_table); i++)
		if (formats & BIT(i) && !index--)
			return &vc_camera_format_table[i];
	return NULL;
}

const struct vc_camera_format *vc_camera_format_by_fourcc(u32 formats,
							  u32 fourcc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_camera_format_table); i++)
		if (formats & BIT(i) &&
		    vc_camera_format_table[i].fourcc == fourcc)
			return &vc_camera_format_table[i];
	return NULL;
}

/* Bit per entry of the table that is among @coder's @encodings. */
u32 vc_camera_formats_supported(enum vc_camera_coder coder,
				const __le32 *encodings, size_t nr)
{
	unsigned int i;
	u32 formats = 0;
	size_t j;

	for (i = 0; i < ARRAY_SIZE(vc_camera_format_table); i++)
		for (j = 0; j < nr; j++)
			if (vc_camera_format_table[i].coder == coder &&
			    le32_to_cpu(encodings[j]) ==
			    vc_camera_format_table[i].encoding)
				formats |= BIT(i);
	return formats;
}

/* The pictures are JFIF: sRGB, as YCbCr by BT.601 and with full range. */
static void vc_camera_format_fill_colour(struct v4l2_pix_format *pix,
					 const struct vc_camera_format *format)
{
	pix->colorspace = V4L2_COLORSPACE_SRGB;
	pix->xfer_func = V4L2_XFER_FUNC_SRGB;
	pix->ycbcr_enc = format->is_yuv ? V4L2_YCBCR_ENC_601 :
					  V4L2_YCBCR_ENC_DEFAULT;
	pix->quantization = V4L2_QUANTIZATION_FULL_RANGE;
}

/*
 * Room for one picture. A stream of H.264 has a limit on it; a JPEG of the finest
 * quality may take a byte per pixel.
 */
static u32 vc_camera_coded_size(const struct v4l2_pix_format *pix)
{
	if (pix->pixelformat != V4L2_PIX_FMT_H264)
		return max(pix->width * pix->height, VC_CAMERA_MIN_CODED);
	return pix->width * pix->height > 1280 * 720 ? SZ_512K + SZ_256K :
						       SZ_512K;
}

/*
 * Complete @pix: the nearest size the camera has to the one in it, everything
 * else after @format.
 */
void vc_camera_format_fill(struct v4l2_pix_format *pix,
			   const struct vc_camera_format *format, u32 max_width,
			   u32 max_height)
{
	u32 width, height;

	if (format->coder == VC_CAMERA_VIDEO_ENCODER) {
		max_width = min(max_width, VC_CAMERA_VIDEO_MAX_WIDTH);
		max_height = min(max_height, VC_CAMERA_VIDEO_MAX_HEIGHT);
	}
	width = clamp(pix->width, VC_CAMERA_MIN_SIZE, max_width);
	height = clamp(pix->height, VC_CAMERA_MIN_SIZE, max_height);
	*pix = (struct v4l2_pix_format) {
		.width = ALIGN_DOWN(width, VC_CAMERA_STEP),
		.height = ALIGN_DOWN(height, VC_CAMERA_STEP),
		.pixelformat = format->fourcc,
		.field = V4L2_FIELD_NONE,
		.priv = V4L2_PIX_FMT_PRIV_MAGIC,
	};
	pix->bytesperline = ALIGN(pix->width, format->align) * format->bytes;
	pix->sizeimage = format->bytes ?
		pix->bytesperline * pix->height * format->size_num / 2 :
		vc_camera_coded_size(pix);
	vc_camera_format_fill_colour(pix, format);
}

/* Of ril.camera: what is compressed leaves it as opaque pictures. */
void vc_camera_format_to_mmal(const struct v4l2_pix_format *pix,
			      const struct vc_camera_format *format,
			      struct vc_mmal_format *mmal)
{
	*mmal = (struct vc_mmal_format) {
		.encoding = MMAL_ENCODING_OPAQUE,
		.encoding_variant = MMAL_ENCODING_I420,
		.width = ALIGN(pix->width, 32),
		.height = ALIGN(pix->height, 16),
		.crop.width = pix->width,
		.crop.height = pix->height,
		/* The rate follows from FPS_RANGE. */
		.frame_rate = { .num = 0, .den = 1 },
		.par = { .num = 1, .den = 1 },
		.color_space = MMAL_COLOR_SPACE_JFIF,
	};
	if (!format->bytes)
		return;
	mmal->encoding = format->encoding;
	mmal->encoding_variant = 0;
	mmal->width = pix->bytesperline / format->bytes;
	mmal->height = pix->height;
}
