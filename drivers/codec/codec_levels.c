// SPDX-License-Identifier: GPL-2.0
/*
 * Levels of H.264: what a stream of a level may have. Pure functions over one table.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "codec_priv.h"

/* In the order of V4L2's numbers, which is that of MMAL's. */
static const struct {
	u32 frame_mbs;	/* macroblocks of a frame */
	u32 mbs;	/* macroblocks per second */
	u32 kbits;	/* per second, of the profiles below High */
} vc_codec_levels[] = {
	[V4L2_MPEG_VIDEO_H264_LEVEL_1_0] = { 99, 1485, 64 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_1B] = { 99, 1485, 128 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_1_1] = { 396, 3000, 192 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_1_2] = { 396, 6000, 384 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_1_3] = { 396, 11880, 768 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_2_0] = { 396, 11880, 2000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_2_1] = { 792, 19800, 4000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_2_2] = { 1620, 20250, 4000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_3_0] = { 1620, 40500, 10000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_3_1] = { 3600, 108000, 14000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_3_2] = { 5120, 216000, 20000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_4_0] = { 8192, 245760, 20000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_4_1] = { 8192, 245760, 50000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_4_2] = { 8704, 522240, 50000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_5_0] = { 22080, 589824, 135000 },
	[V4L2_MPEG_VIDEO_H264_LEVEL_5_1] = { 36864, 983040, 240000 },
};

static_assert(ARRAY_SIZE(vc_codec_levels) ==
	      V4L2_MPEG_VIDEO_H264_LEVEL_5_1 + 1);

static u32 vc_codec_macroblocks(u32 width, u32 height)
{
	return DIV_ROUND_UP(width, 16) * DIV_ROUND_UP(height, 16);
}

/* Frames per second that some level allows, at least one. */
u32 vc_codec_max_rate(u32 width, u32 height)
{
	const u32 mbs = vc_codec_levels[V4L2_MPEG_VIDEO_H264_LEVEL_5_1].mbs;
	const u32 frame_mbs = vc_codec_macroblocks(width, height);

	return clamp(mbs / max(frame_mbs, 1u), 1u, VC_CODEC_MAX_FPS);
}

/*
 * The lowest level, from @wanted on, that does for @bitrate and for pictures of
 * that size and rate; the highest one for what is too much for any.
 */
u32 vc_codec_level_for(u32 wanted, u32 width, u32 height,
		       const struct v4l2_fract *interval, u32 bitrate,
		       bool is_high)
{
	const u32 frame_mbs = vc_codec_macroblocks(width, height);
	const u64 mbs = div_u64((u64)frame_mbs * interval->denominator,
				interval->numerator ?: 1);
	u32 i;

	for (i = wanted; i < ARRAY_SIZE(vc_codec_levels) - 1; i++) {
		/* High has a quarter more. */
		const u32 kbits = vc_codec_levels[i].kbits * (is_high ? 5 : 4) / 4;

		if (frame_mbs <= vc_codec_levels[i].frame_mbs &&
		    mbs <= vc_codec_levels[i].mbs && bitrate / 1000 <= kbits)
			break;
	}
	return i;
}
