// SPDX-License-Identifier: GPL-2.0
/*
 * Controls, of each file its own. They are checked when they are set; the
 * component gets them when it is made, and later at once.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/math64.h>

#include "codec_priv.h"

#define VC_CODEC_MIN_BITRATE	25000
#define VC_CODEC_MAX_BITRATE	25000000
#define VC_CODEC_BITRATE_STEP	25000
#define VC_CODEC_DEFAULT_BITRATE	10000000
#define VC_CODEC_DEFAULT_PERIOD	60
#define VC_CODEC_DEFAULT_QUALITY	80

static struct vc_codec_ctx *to_ctx(struct v4l2_ctrl *ctrl)
{
	return container_of(ctrl->handler, struct vc_codec_ctx, ctrls);
}

/* -----------------------------------------------------------------------------
 * Levels of H.264: what a stream of that level may have
 */

static const struct {
	u32 v4l2;
	u32 frame_mbs;	/* macroblocks of a frame */
	u32 mbs;	/* macroblocks per second */
	u32 kbits;	/* per second, of the profiles below High */
} vc_codec_levels[] = {
	/* In the order of MMAL's numbers, from MMAL_LEVEL_H264_1. */
	{ V4L2_MPEG_VIDEO_H264_LEVEL_1_0, 99, 1485, 64 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_1B, 99, 1485, 128 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_1_1, 396, 3000, 192 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_1_2, 396, 6000, 384 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_1_3, 396, 11880, 768 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_2_0, 396, 11880, 2000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_2_1, 792, 19800, 4000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_2_2, 1620, 20250, 4000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_3_0, 1620, 40500, 10000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_3_1, 3600, 108000, 14000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_3_2, 5120, 216000, 20000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_4_0, 8192, 245760, 20000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_4_1, 8192, 245760, 50000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_4_2, 8704, 522240, 50000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_5_0, 22080, 589824, 135000 },
	{ V4L2_MPEG_VIDEO_H264_LEVEL_5_1, 36864, 983040, 240000 },
};

static bool vc_codec_level_does(unsigned int i, u32 frame_mbs, u64 mbs,
				u32 bitrate, bool is_high)
{
	/* High has a quarter more. */
	const u32 kbits = vc_codec_levels[i].kbits * (is_high ? 5 : 4) / 4;

	return frame_mbs <= vc_codec_levels[i].frame_mbs &&
	       mbs <= vc_codec_levels[i].mbs &&
	       bitrate / 1000 <= kbits;
}

/* The lock of the handler may be held: the current value will do. */
static u32 vc_codec_value(const struct v4l2_ctrl *ctrl)
{
	return ctrl->cur.val;
}

/*
 * The level only goes into the headers: one that is too low for the picture, its
 * rate or its bits is raised, so that what was accepted does not fail later.
 */
static u32 vc_codec_level(struct vc_codec_ctx *ctx, u32 wanted, u32 profile,
			  u32 bitrate)
{
	const struct v4l2_rect *visible = &ctx->queue[VC_CODEC_OUT].visible;
	const u32 frame_mbs = DIV_ROUND_UP(visible->width, 16) *
			      DIV_ROUND_UP(visible->height, 16);
	const u64 mbs = div_u64((u64)frame_mbs * ctx->interval.denominator,
				ctx->interval.numerator ?: 1);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_codec_levels) - 1; i++)
		if (vc_codec_levels[i].v4l2 >= wanted &&
		    vc_codec_level_does(i, frame_mbs, mbs, bitrate,
					profile == V4L2_MPEG_VIDEO_H264_PROFILE_HIGH))
			break;
	return MMAL_LEVEL_H264_1 + i;
}

static u32 vc_codec_profile(u32 v4l2)
{
	switch (v4l2) {
	case V4L2_MPEG_VIDEO_H264_PROFILE_BASELINE:
		return MMAL_PROFILE_H264_BASELINE;
	case V4L2_MPEG_VIDEO_H264_PROFILE_CONSTRAINED_BASELINE:
		return MMAL_PROFILE_H264_CONSTRAINED_BASELINE;
	case V4L2_MPEG_VIDEO_H264_PROFILE_MAIN:
		return MMAL_PROFILE_H264_MAIN;
	default:
		return MMAL_PROFILE_H264_HIGH;
	}
}

static int vc_codec_send_profile(struct vc_codec_ctx *ctx, u32 profile,
				 u32 level, u32 bitrate)
{
	const __le32 value[] = {
		cpu_to_le32(vc_codec_profile(profile)),
		cpu_to_le32(vc_codec_level(ctx, level, profile, bitrate)),
	};

	return vc_mmal_port_set(&ctx->component->output[0], MMAL_PARAM_PROFILE,
				value, sizeof(value));
}

/* -----------------------------------------------------------------------------
 * From controls to parameters
 */

static int vc_codec_send_flips(struct vc_codec_ctx *ctx, bool hflip, bool vflip)
{
	const u32 mirror = (hflip ? MMAL_MIRROR_HORIZONTAL : 0) |
			   (vflip ? MMAL_MIRROR_VERTICAL : 0);

	return vc_mmal_port_set_u32(&ctx->component->input[0],
				    MMAL_PARAM_MIRROR, mirror);
}

static int vc_codec_send_bitrate(struct vc_codec_ctx *ctx, u32 bitrate)
{
	int ret;

	ret = vc_mmal_port_set_u32(&ctx->component->output[0],
				   MMAL_PARAM_VIDEO_BIT_RATE, bitrate);
	if (ret)
		return ret;
	return vc_codec_send_profile(ctx,
				     vc_codec_value(ctx->profile),
				     vc_codec_value(ctx->level),
				     bitrate);
}

/* Controls whose value the firmware's output takes as it is. */
static const struct {
	u32 id;
	u32 param;
} vc_codec_plain_ctrls[] = {
	{ V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, MMAL_PARAM_VIDEO_ENCODE_INLINE_HEADER },
	{ V4L2_CID_MPEG_VIDEO_H264_MIN_QP, MMAL_PARAM_VIDEO_ENCODE_MIN_QUANT },
	{ V4L2_CID_MPEG_VIDEO_H264_MAX_QP, MMAL_PARAM_VIDEO_ENCODE_MAX_QUANT },
	{ V4L2_CID_JPEG_COMPRESSION_QUALITY, MMAL_PARAM_JPEG_Q_FACTOR },
};

static int vc_codec_send_plain(struct vc_codec_ctx *ctx, const struct v4l2_ctrl *ctrl)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_codec_plain_ctrls); i++) {
		if (vc_codec_plain_ctrls[i].id == ctrl->id)
			return vc_mmal_port_set_u32(&ctx->component->output[0],
						    vc_codec_plain_ctrls[i].param,
						    ctrl->val);
	}

	return 0;
}

static int vc_codec_send_ctrl(struct vc_codec_ctx *ctx, struct v4l2_ctrl *ctrl)
{
	struct vc_mmal_port *port = &ctx->component->output[0];
	const u32 val = ctrl->val;

	switch (ctrl->id) {
	case V4L2_CID_MPEG_VIDEO_BITRATE:
		return vc_codec_send_bitrate(ctx, val);
	case V4L2_CID_MPEG_VIDEO_BITRATE_MODE:
		return vc_mmal_port_set_u32(port, MMAL_PARAM_RATECONTROL,
					    val == V4L2_MPEG_VIDEO_BITRATE_MODE_CBR ?
					    MMAL_RATECONTROL_CBR :
					    MMAL_RATECONTROL_VBR);
	case V4L2_CID_MPEG_VIDEO_HEADER_MODE:
		/* There is but one mode. */
		return vc_mmal_port_set_u32(&ctx->component->control,
					    MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME,
					    1);
	case V4L2_CID_MPEG_VIDEO_H264_I_PERIOD:
	case V4L2_CID_MPEG_VIDEO_GOP_SIZE:
		return vc_mmal_port_set_u32(port, MMAL_PARAM_INTRAPERIOD,
					    ctx->intra_period);
	case V4L2_CID_MPEG_VIDEO_H264_PROFILE:
		return vc_codec_send_profile(ctx, val,
					     vc_codec_value(ctx->level),
					     vc_codec_value(ctx->bitrate));
	case V4L2_CID_MPEG_VIDEO_H264_LEVEL:
		return vc_codec_send_profile(ctx,
					     vc_codec_value(ctx->profile),
					     val,
					     vc_codec_value(ctx->bitrate));
	case V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME:
		return vc_mmal_port_set_u32(port,
					    MMAL_PARAM_VIDEO_REQUEST_I_FRAME, 1);
	case V4L2_CID_HFLIP:
		return vc_codec_send_flips(ctx, val,
					   vc_codec_value(ctx->vflip));
	case V4L2_CID_VFLIP:
		return vc_codec_send_flips(ctx, vc_codec_value(ctx->hflip),
					   val);
	default:
		return vc_codec_send_plain(ctx, ctrl);
	}
}

static int vc_codec_s_ctrl(struct v4l2_ctrl *ctrl)
{
	struct vc_codec_ctx *ctx = to_ctx(ctrl);

	/* Two names of one thing: what was set last counts. */
	if (!ctx->is_applying && (ctrl->id == V4L2_CID_MPEG_VIDEO_GOP_SIZE ||
				  ctrl->id == V4L2_CID_MPEG_VIDEO_H264_I_PERIOD))
		ctx->intra_period = ctrl->val;
	/* What is said before there is a component is told when it is made. */
	if (!ctx->component || ctx->is_dead)
		return 0;
	return vc_codec_send_ctrl(ctx, ctrl);
}

static const struct v4l2_ctrl_ops vc_codec_ctrl_ops = {
	.s_ctrl = vc_codec_s_ctrl,
};

/* All that is set, to a component that was just made. */
int vc_codec_ctrls_apply(struct vc_codec_ctx *ctx)
{
	int ret;

	ctx->is_applying = true;
	ret = v4l2_ctrl_handler_setup(&ctx->ctrls);
	ctx->is_applying = false;
	return ret;
}

/* -----------------------------------------------------------------------------
 * What there is
 */

static struct v4l2_ctrl *vc_codec_new(struct vc_codec_ctx *ctx, u32 id, s64 min,
				      s64 max, u64 step, s64 def)
{
	return v4l2_ctrl_new_std(&ctx->ctrls, &vc_codec_ctrl_ops, id, min, max, step,
			  def);
}

static struct v4l2_ctrl *vc_codec_new_menu(struct vc_codec_ctx *ctx, u32 id,
					   u8 max, u64 items, u8 def)
{
	return v4l2_ctrl_new_std_menu(&ctx->ctrls, &vc_codec_ctrl_ops, id, max,
			       ~items, def);
}

#define VC_CODEC_PROFILES \
	(BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_BASELINE) | \
	 BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_CONSTRAINED_BASELINE) | \
	 BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_MAIN) | \
	 BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_HIGH))

static void vc_codec_new_profile_and_level(struct vc_codec_ctx *ctx)
{
	const u64 levels = GENMASK_ULL(V4L2_MPEG_VIDEO_H264_LEVEL_5_1,
				       V4L2_MPEG_VIDEO_H264_LEVEL_1_0);

	ctx->profile = vc_codec_new_menu(ctx, V4L2_CID_MPEG_VIDEO_H264_PROFILE,
					 V4L2_MPEG_VIDEO_H264_PROFILE_HIGH,
					 VC_CODEC_PROFILES,
					 V4L2_MPEG_VIDEO_H264_PROFILE_HIGH);
	ctx->level = vc_codec_new_menu(ctx, V4L2_CID_MPEG_VIDEO_H264_LEVEL,
				       V4L2_MPEG_VIDEO_H264_LEVEL_5_1, levels,
				       V4L2_MPEG_VIDEO_H264_LEVEL_4_0);
}

static void vc_codec_new_encoder(struct vc_codec_ctx *ctx)
{
	vc_codec_new_menu(ctx, V4L2_CID_MPEG_VIDEO_BITRATE_MODE,
			  V4L2_MPEG_VIDEO_BITRATE_MODE_CBR,
			  BIT_ULL(V4L2_MPEG_VIDEO_BITRATE_MODE_VBR) |
			  BIT_ULL(V4L2_MPEG_VIDEO_BITRATE_MODE_CBR),
			  V4L2_MPEG_VIDEO_BITRATE_MODE_VBR);
	ctx->bitrate = vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_BITRATE,
				    VC_CODEC_MIN_BITRATE, VC_CODEC_MAX_BITRATE,
				    VC_CODEC_BITRATE_STEP,
				    VC_CODEC_DEFAULT_BITRATE);
	/* A buffer of headers alone is what muxers take for a broken picture. */
	vc_codec_new_menu(ctx, V4L2_CID_MPEG_VIDEO_HEADER_MODE,
			  V4L2_MPEG_VIDEO_HEADER_MODE_JOINED_WITH_1ST_FRAME,
			  BIT_ULL(V4L2_MPEG_VIDEO_HEADER_MODE_JOINED_WITH_1ST_FRAME),
			  V4L2_MPEG_VIDEO_HEADER_MODE_JOINED_WITH_1ST_FRAME);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, 0, 1, 1, 0);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, 0, 0, 0, 0);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_H264_I_PERIOD, 0, 0x7fffffff, 1,
		     VC_CODEC_DEFAULT_PERIOD);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_GOP_SIZE, 0, 0x7fffffff, 1,
		     VC_CODEC_DEFAULT_PERIOD);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_B_FRAMES, 0, 0, 1, 0);
	vc_codec_new_profile_and_level(ctx);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_H264_MIN_QP, 0, 51, 1, 20);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_H264_MAX_QP, 0, 51, 1, 51);
	/* One picture in, one out. */
	vc_codec_new(ctx, V4L2_CID_MIN_BUFFERS_FOR_OUTPUT, 1, 1, 1, 1);
}

static void vc_codec_new_decoder(struct vc_codec_ctx *ctx)
{
	/* One picture in, one out. */
	if (vc_codec_is_image(ctx))
		return;
	vc_codec_new(ctx, V4L2_CID_MIN_BUFFERS_FOR_CAPTURE, 1, 1, 1, 1);
	vc_codec_new_profile_and_level(ctx);
	if (ctx->ctrls.error)
		return;
	/* These say what can be decoded. */
	ctx->profile->flags |= V4L2_CTRL_FLAG_READ_ONLY;
	ctx->level->flags |= V4L2_CTRL_FLAG_READ_ONLY;
}

int vc_codec_ctrls_init(struct vc_codec_ctx *ctx)
{
	int ret;

	v4l2_ctrl_handler_init(&ctx->ctrls, 16);
	ctx->intra_period = VC_CODEC_DEFAULT_PERIOD;
	switch (vc_codec_role(ctx)) {
	case VC_CODEC_DECODE:
	case VC_CODEC_DECODE_IMAGE:
		vc_codec_new_decoder(ctx);
		break;
	case VC_CODEC_ENCODE:
		vc_codec_new_encoder(ctx);
		break;
	case VC_CODEC_ENCODE_IMAGE:
		vc_codec_new(ctx, V4L2_CID_JPEG_COMPRESSION_QUALITY, 1, 100, 1,
			     VC_CODEC_DEFAULT_QUALITY);
		break;
	default:
		ctx->hflip = vc_codec_new(ctx, V4L2_CID_HFLIP, 0, 1, 1, 0);
		ctx->vflip = vc_codec_new(ctx, V4L2_CID_VFLIP, 0, 1, 1, 0);
		break;
	}
	ret = ctx->ctrls.error;
	if (ret)
		v4l2_ctrl_handler_free(&ctx->ctrls);
	else
		ctx->fh.ctrl_handler = &ctx->ctrls;
	return ret;
}
