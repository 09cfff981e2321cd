// SPDX-License-Identifier: GPL-2.0
/*
 * Controls, of each file its own. They are checked when they are set; the
 * component gets them when it is made, and later at once.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "codec_priv.h"

#define VC_CODEC_MIN_BITRATE	25000
#define VC_CODEC_MAX_BITRATE	25000000
#define VC_CODEC_BITRATE_STEP	25000
#define VC_CODEC_DEFAULT_BITRATE	10000000
#define VC_CODEC_DEFAULT_PERIOD	60
#define VC_CODEC_DEFAULT_QUALITY	80
#define VC_CODEC_MAX_MACROBLOCKS	36864	/* of level 5.1 */

static struct vc_codec_ctx *to_ctx(struct v4l2_ctrl *ctrl)
{
	return container_of(ctrl->handler, struct vc_codec_ctx, ctrls);
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

/* -----------------------------------------------------------------------------
 * From controls to parameters
 */

static int vc_codec_send_flips(struct vc_codec_ctx *ctx)
{
	const u32 mirror = (ctx->hflip->val ? MMAL_MIRROR_HORIZONTAL : 0) |
			   (ctx->vflip->val ? MMAL_MIRROR_VERTICAL : 0);

	return vc_mmal_port_set_u32(&ctx->component->input[0],
				    MMAL_PARAM_MIRROR, mirror);
}

static int vc_codec_send_profile(struct vc_codec_ctx *ctx)
{
	const __le32 value[] = {
		cpu_to_le32(vc_codec_profile(ctx->profile->val)),
		cpu_to_le32(MMAL_LEVEL_H264_1 + ctx->level->val),
	};

	return vc_mmal_port_set(&ctx->component->output[0], MMAL_PARAM_PROFILE,
				value, sizeof(value));
}

static int vc_codec_send_rate(struct vc_codec_ctx *ctx)
{
	int ret;

	ret = vc_mmal_port_set_u32(&ctx->component->output[0],
				   MMAL_PARAM_VIDEO_BIT_RATE, ctx->bitrate->val);
	/* Firmware of before July 2019 takes it with the port's format only. */
	if (ret == -EINVAL && ctx->is_applying)
		ret = 0;
	return ret ?: vc_codec_send_profile(ctx);
}

static int vc_codec_send_quantisers(struct vc_codec_ctx *ctx)
{
	struct vc_mmal_port *port = &ctx->component->output[0];
	int ret;

	ret = vc_mmal_port_set_u32(port, MMAL_PARAM_VIDEO_ENCODE_MIN_QUANT,
				   ctx->min_qp->val);
	if (ret)
		return ret;
	return vc_mmal_port_set_u32(port, MMAL_PARAM_VIDEO_ENCODE_MAX_QUANT,
				    ctx->max_qp->val);
}

/* A number of macroblocks in each picture, one after the other. */
static int vc_codec_send_intra_refresh(struct vc_codec_ctx *ctx, u32 mbs)
{
	/* Mode (cyclic), macroblocks of the adaptive modes, then that of ours. */
	const __le32 value[] = { 0, 0, 0, cpu_to_le32(mbs), 0 };

	/* Firmware need not know the parameter if nobody wants it. */
	if (!mbs && ctx->is_applying)
		return 0;
	return vc_mmal_port_set(&ctx->component->output[0],
				MMAL_PARAM_VIDEO_INTRA_REFRESH, value,
				sizeof(value));
}

/* Controls whose value the firmware's output takes as it is. */
static const struct {
	u32 id;
	u32 param;
} vc_codec_plain_ctrls[] = {
	{ V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, MMAL_PARAM_VIDEO_ENCODE_INLINE_HEADER },
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

/* Of controls that depend on one another @ctrl is the first. */
static int vc_codec_send_ctrl(struct vc_codec_ctx *ctx, struct v4l2_ctrl *ctrl)
{
	struct vc_mmal_port *port = &ctx->component->output[0];
	const u32 val = ctrl->val;

	switch (ctrl->id) {
	case V4L2_CID_MPEG_VIDEO_BITRATE:
		return vc_codec_send_rate(ctx);
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
	case V4L2_CID_MPEG_VIDEO_H264_MIN_QP:
		return vc_codec_send_quantisers(ctx);
	case V4L2_CID_MPEG_VIDEO_CYCLIC_INTRA_REFRESH_MB:
		return vc_codec_send_intra_refresh(ctx, val);
	case V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME:
		return vc_mmal_port_set_u32(port,
					    MMAL_PARAM_VIDEO_REQUEST_I_FRAME, 1);
	case V4L2_CID_HFLIP:
		return vc_codec_send_flips(ctx);
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

/* -----------------------------------------------------------------------------
 * Controls that depend on one another: what is not possible together is told at
 * once, by values that are
 */

static void vc_codec_try_level(struct vc_codec_ctx *ctx)
{
	const struct v4l2_rect *visible = &ctx->queue[VC_CODEC_OUT].visible;
	const bool is_high =
		ctx->profile->val == V4L2_MPEG_VIDEO_H264_PROFILE_HIGH;

	ctx->level->val = vc_codec_level_for(ctx->level->val, visible->width,
					     visible->height, &ctx->interval,
					     ctx->bitrate->val, is_high);
}

/* The one that is being set gives way. */
static void vc_codec_try_quantisers(struct vc_codec_ctx *ctx)
{
	if (ctx->min_qp->val <= ctx->max_qp->val)
		return;
	if (ctx->max_qp->is_new && !ctx->min_qp->is_new)
		ctx->max_qp->val = ctx->min_qp->val;
	else
		ctx->min_qp->val = ctx->max_qp->val;
}

static int vc_codec_try_ctrl(struct v4l2_ctrl *ctrl)
{
	if (ctrl->id == V4L2_CID_MPEG_VIDEO_BITRATE)
		vc_codec_try_level(to_ctx(ctrl));
	else if (ctrl->id == V4L2_CID_MPEG_VIDEO_H264_MIN_QP)
		vc_codec_try_quantisers(to_ctx(ctrl));
	return 0;
}

/* An encoder's pictures or their rate have changed: so may the level. */
void vc_codec_follow_pictures(struct vc_codec_ctx *ctx)
{
	if (vc_codec_role(ctx) == VC_CODEC_ENCODE)
		v4l2_ctrl_s_ctrl(ctx->level, v4l2_ctrl_g_ctrl(ctx->level));
}

static const struct v4l2_ctrl_ops vc_codec_ctrl_ops = {
	.try_ctrl = vc_codec_try_ctrl,
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
	ctx->min_qp = vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_H264_MIN_QP, 0, 51,
				   1, 20);
	ctx->max_qp = vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_H264_MAX_QP, 0, 51,
				   1, 51);
	vc_codec_new(ctx, V4L2_CID_MPEG_VIDEO_CYCLIC_INTRA_REFRESH_MB, 0,
		     VC_CODEC_MAX_MACROBLOCKS, 1, 0);
	/* One picture in, one out. */
	vc_codec_new(ctx, V4L2_CID_MIN_BUFFERS_FOR_OUTPUT, 1, 1, 1, 1);
	if (ctx->ctrls.error)
		return;
	v4l2_ctrl_cluster(3, &ctx->bitrate);
	v4l2_ctrl_cluster(2, &ctx->min_qp);
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
	case VC_CODEC_DEINTERLACE:
		break;
	default:
		ctx->hflip = vc_codec_new(ctx, V4L2_CID_HFLIP, 0, 1, 1, 0);
		ctx->vflip = vc_codec_new(ctx, V4L2_CID_VFLIP, 0, 1, 1, 0);
		if (!ctx->ctrls.error)
			v4l2_ctrl_cluster(2, &ctx->hflip);
		break;
	}
	ret = ctx->ctrls.error;
	if (ret)
		v4l2_ctrl_handler_free(&ctx->ctrls);
	else
		ctx->fh.ctrl_handler = &ctx->ctrls;
	return ret;
}
