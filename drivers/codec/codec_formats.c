// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel formats and geometry: pure functions over one table.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "codec_priv.h"

/*
 * Bytes per line are a multiple of: decode, encode, isp, encode_image,
 * decode_image, deinterlace.
 */
#define YUV420P(f, e)	{ .fourcc = (f), .encoding = (e), .bytes = 1, \
			  .size_num = 3, .align = { 32, 64, 64, 32, 32, 32 } }
#define YUV420(f, e)	{ .fourcc = (f), .encoding = (e), .bytes = 1, \
			  .size_num = 3, .align = { 32, 32, 32, 32, 32, 32 } }
#define YUV422(f, e)	{ .fourcc = (f), .encoding = (e), .bytes = 2, \
			  .size_num = 2, .align = { 64, 64, 64, 64, 64, 64 } }
/* 24-bit lines are whole blocks of 32 pixels, so that they can be told in pixels. */
#define RGB24(f, e)	{ .fourcc = (f), .encoding = (e), .bytes = 3, \
			  .size_num = 2, .align = { 96, 96, 96, 96, 96, 96 } }
#define RGB16(f, e)	{ .fourcc = (f), .encoding = (e), .bytes = 2, \
			  .size_num = 2, .align = { 32, 32, 32, 32, 32, 32 } }
#define RGB32(f, e)	{ .fourcc = (f), .encoding = (e), .bytes = 4, \
			  .size_num = 2, .align = { 64, 64, 64, 64, 64, 64 } }
#define CODED(f, e)	{ .fourcc = (f), .encoding = (e) }
#define IMAGE(f, e)	{ .fourcc = (f), .encoding = (e), .is_image = true }

static const struct vc_codec_format vc_codec_format_table[] = {
	YUV420P(V4L2_PIX_FMT_YUV420, MMAL_ENCODING_I420),
	YUV420P(V4L2_PIX_FMT_YVU420, MMAL_ENCODING_YV12),
	YUV420(V4L2_PIX_FMT_NV12, MMAL_ENCODING_NV12),
	YUV420(V4L2_PIX_FMT_NV21, MMAL_ENCODING_NV21),
	YUV422(V4L2_PIX_FMT_YUYV, MMAL_ENCODING_YUYV),
	YUV422(V4L2_PIX_FMT_UYVY, MMAL_ENCODING_UYVY),
	YUV422(V4L2_PIX_FMT_YVYU, MMAL_ENCODING_YVYU),
	YUV422(V4L2_PIX_FMT_VYUY, MMAL_ENCODING_VYUY),
	RGB16(V4L2_PIX_FMT_RGB565, MMAL_ENCODING_RGB16),
	RGB24(V4L2_PIX_FMT_RGB24, MMAL_ENCODING_RGB24),
	RGB24(V4L2_PIX_FMT_BGR24, MMAL_ENCODING_BGR24),
	RGB32(V4L2_PIX_FMT_BGR32, MMAL_ENCODING_BGR32),
	RGB32(V4L2_PIX_FMT_RGBX32, MMAL_ENCODING_RGB32),
	CODED(V4L2_PIX_FMT_H264, MMAL_ENCODING_H264),
	IMAGE(V4L2_PIX_FMT_JPEG, MMAL_ENCODING_JPEG),
	IMAGE(V4L2_PIX_FMT_MJPEG, MMAL_ENCODING_MJPEG),
	CODED(V4L2_PIX_FMT_MPEG4, MMAL_ENCODING_MP4V),
	CODED(V4L2_PIX_FMT_H263, MMAL_ENCODING_H263),
	CODED(V4L2_PIX_FMT_MPEG2, MMAL_ENCODING_MP2V),
};

static_assert(ARRAY_SIZE(vc_codec_format_table) <= 32);

/* The @index-th of those whose bit is set in @formats, or NULL. */
const struct vc_codec_format *vc_codec_format_by_index(u32 formats,
						       unsigned int index)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_codec_format_table); i++)
		if (formats & BIT(i) && !index--)
			return &vc_codec_format_table[i];
	return NULL;
}

const struct vc_codec_format *vc_codec_format_by_fourcc(u32 formats, u32 fourcc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_codec_format_table); i++)
		if (formats & BIT(i) &&
		    vc_codec_format_table[i].fourcc == fourcc)
			return &vc_codec_format_table[i];
	return NULL;
}

/* Decoders take coded data and encoders give it; all else is pictures. */
static bool vc_codec_side_is_coded(enum vc_codec_role role,
				   enum vc_codec_side side)
{
	switch (role) {
	case VC_CODEC_DECODE:
	case VC_CODEC_DECODE_IMAGE:
		return side == VC_CODEC_OUT;
	case VC_CODEC_ENCODE:
	case VC_CODEC_ENCODE_IMAGE:
		return side == VC_CODEC_CAP;
	default:
		return false;
	}
}

static bool vc_codec_format_suits(const struct vc_codec_format *format,
				  enum vc_codec_role role,
				  enum vc_codec_side side)
{
	const bool is_image = role == VC_CODEC_ENCODE_IMAGE ||
			      role == VC_CODEC_DECODE_IMAGE;

	if (!vc_codec_side_is_coded(role, side))
		return format->bytes;
	return !format->bytes && format->is_image == is_image;
}

/* Bit per entry of the table that is among the firmware's @encodings. */
u32 vc_codec_formats_supported(enum vc_codec_role role, enum vc_codec_side side,
			       const __le32 *encodings, size_t nr)
{
	const struct vc_codec_format *format = vc_codec_format_table;
	u32 formats = 0;
	unsigned int i;
	size_t j;

	for (i = 0; i < ARRAY_SIZE(vc_codec_format_table); i++, format++)
		for (j = 0; j < nr; j++)
			if (le32_to_cpu(encodings[j]) == format->encoding &&
			    vc_codec_format_suits(format, role, side))
				formats |= BIT(i);
	return formats;
}

/* The firmware works on whole macroblocks there. */
bool vc_codec_pads_height(enum vc_codec_role role, enum vc_codec_side side)
{
	return ((role == VC_CODEC_DECODE || role == VC_CODEC_DECODE_IMAGE) &&
		side == VC_CODEC_CAP) ||
	       (role == VC_CODEC_ENCODE_IMAGE && side == VC_CODEC_OUT);
}

static u32 vc_codec_coded_size(const struct v4l2_pix_format_mplane *pix)
{
	if (pix->pixelformat == V4L2_PIX_FMT_JPEG ||
	    pix->pixelformat == V4L2_PIX_FMT_MJPEG)
		return SZ_4M;
	return pix->width > 1280 || pix->height > 720 ? SZ_512K + SZ_256K :
							SZ_512K;
}

static void vc_codec_fill_coded(struct v4l2_pix_format_mplane *pix, u32 wanted)
{
	/* More is a client that has larger pictures than anybody. */
	const u32 most = SZ_16M;

	pix->plane_fmt[0].bytesperline = 0;
	pix->plane_fmt[0].sizeimage = clamp(wanted, vc_codec_coded_size(pix),
					    most);
}

/* Lines may be longer than they need to: memory of others has its own rules. */
static void vc_codec_fill_raw(struct v4l2_pix_format_mplane *pix,
			      const struct vc_codec_format *format,
			      enum vc_codec_role role, u32 wanted_line,
			      u32 wanted_size)
{
	const u32 align = format->align[role];
	const u32 least = roundup(pix->width * format->bytes, align);
	u32 line = least;
	u32 size;

	if (wanted_line > least && wanted_line <= 4 * least)
		line = roundup(wanted_line, align);
	size = line * pix->height * format->size_num / 2;
	pix->plane_fmt[0].bytesperline = line;
	pix->plane_fmt[0].sizeimage = wanted_size > size && wanted_size <= 2 * size ?
				      PAGE_ALIGN(wanted_size) : size;
}

/* What comes out of the deinterlacer is not interlaced. */
enum v4l2_field vc_codec_fit_field(enum vc_codec_role role,
				   enum vc_codec_side side, u32 field)
{
	switch (field) {
	case V4L2_FIELD_INTERLACED:
		return role == VC_CODEC_DEINTERLACE && side == VC_CODEC_OUT ?
		       V4L2_FIELD_INTERLACED : V4L2_FIELD_NONE;
	case V4L2_FIELD_INTERLACED_TB:
	case V4L2_FIELD_INTERLACED_BT:
		return role == VC_CODEC_DEINTERLACE && side == VC_CODEC_CAP ?
		       V4L2_FIELD_NONE : field;
	default:
		return V4L2_FIELD_NONE;
	}
}

/*
 * Complete @pix: the nearest size there is to the one in it, everything else
 * after @format. Colours are the caller's.
 */
void vc_codec_format_fill(struct v4l2_pix_format_mplane *pix,
			  const struct vc_codec_format *format,
			  enum vc_codec_role role, enum vc_codec_side side)
{
	const u32 max = vc_codec_roles[role].max_size;
	const u32 line = pix->plane_fmt[0].bytesperline;
	const u32 size = pix->plane_fmt[0].sizeimage;

	pix->width = ALIGN(clamp(pix->width, VC_CODEC_MIN_SIZE, max),
			   VC_CODEC_STEP);
	pix->height = ALIGN(clamp(pix->height, VC_CODEC_MIN_SIZE, max),
			    VC_CODEC_STEP);
	if (vc_codec_pads_height(role, side))
		pix->height = ALIGN(pix->height, 16);
	pix->pixelformat = format->fourcc;
	pix->field = vc_codec_fit_field(role, side, pix->field);
	pix->num_planes = 1;
	pix->flags = 0;
	memset(pix->reserved, 0, sizeof(pix->reserved));
	memset(pix->plane_fmt, 0, sizeof(pix->plane_fmt));
	if (format->bytes)
		vc_codec_fill_raw(pix, format, role, line, size);
	else
		vc_codec_fill_coded(pix, size);
}

/* -----------------------------------------------------------------------------
 * Colours
 */

static const struct {
	u32 mmal;
	u32 v4l2;
} vc_codec_colours[] = {
	{ MMAL_COLOR_SPACE_BT709, V4L2_COLORSPACE_REC709 },
	{ MMAL_COLOR_SPACE_BT601, V4L2_COLORSPACE_SMPTE170M },
	{ MMAL_COLOR_SPACE_JFIF, V4L2_COLORSPACE_JPEG },
	{ MMAL_COLOR_SPACE_SMPTE240M, V4L2_COLORSPACE_SMPTE240M },
	{ MMAL_COLOR_SPACE_BT470M, V4L2_COLORSPACE_470_SYSTEM_M },
	{ MMAL_COLOR_SPACE_BT470BG, V4L2_COLORSPACE_470_SYSTEM_BG },
};

u32 vc_codec_colours_to_mmal(const struct v4l2_pix_format_mplane *pix)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_codec_colours); i++)
		if (vc_codec_colours[i].v4l2 == pix->colorspace)
			return vc_codec_colours[i].mmal;
	return MMAL_COLOR_SPACE_UNKNOWN;
}

/* What the stream does not say is left as it is. */
void vc_codec_colours_from_mmal(struct v4l2_pix_format_mplane *pix,
				u32 color_space)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_codec_colours); i++) {
		if (vc_codec_colours[i].mmal != color_space)
			continue;
		pix->colorspace = vc_codec_colours[i].v4l2;
		pix->xfer_func = V4L2_XFER_FUNC_DEFAULT;
		pix->ycbcr_enc = V4L2_YCBCR_ENC_DEFAULT;
		pix->quantization = V4L2_QUANTIZATION_DEFAULT;
	}
}
