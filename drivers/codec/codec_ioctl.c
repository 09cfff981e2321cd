// SPDX-License-Identifier: GPL-2.0
/*
 * Ioctls of the video nodes; vc_codec_node.lock is held by the core.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <media/v4l2-event.h>
#include <media/v4l2-ioctl.h>

#include "codec_priv.h"

static int vc_codec_querycap(struct file *file, void *priv,
			     struct v4l2_capability *cap)
{
	struct vc_codec_node *node = video_drvdata(file);

	strscpy(cap->driver, VC_CODEC_NAME, sizeof(cap->driver));
	strscpy(cap->card, vc_codec_roles[node->role].card, sizeof(cap->card));
	snprintf(cap->bus_info, sizeof(cap->bus_info), "platform:%s",
		 dev_name(&node->codec->vdev->dev));
	return 0;
}

/* -----------------------------------------------------------------------------
 * Formats
 */

static enum vc_codec_side vc_codec_side(u32 type)
{
	return V4L2_TYPE_IS_OUTPUT(type) ? VC_CODEC_OUT : VC_CODEC_CAP;
}

static int vc_codec_enum_fmt(struct file *file, void *priv,
			     struct v4l2_fmtdesc *f)
{
	struct vc_codec_node *node = video_drvdata(file);
	const struct vc_codec_format *format;

	format = vc_codec_format_by_index(node->formats[vc_codec_side(f->type)],
					  f->index);
	if (!format)
		return -EINVAL;
	f->pixelformat = format->fourcc;
	if (f->type != V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE || format->bytes)
		return 0;
	f->flags |= V4L2_FMT_FLAG_DYN_RESOLUTION;
	if (!format->is_image)
		f->flags |= V4L2_FMT_FLAG_CONTINUOUS_BYTESTREAM;
	return 0;
}

static int vc_codec_g_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	f->fmt.pix_mp = vc_codec_queue_of(vc_codec_ctx_of(file), f->type)->pix;
	return 0;
}

static void vc_codec_copy_colours(struct v4l2_pix_format_mplane *to,
				  const struct v4l2_pix_format_mplane *from)
{
	to->colorspace = from->colorspace;
	to->xfer_func = from->xfer_func;
	to->ycbcr_enc = from->ycbcr_enc;
	to->quantization = from->quantization;
}

/* JFIF: sRGB, as YCbCr by BT.601 and with full range. */
static void vc_codec_image_colours(struct v4l2_pix_format_mplane *pix,
				   bool is_coded)
{
	if (is_coded) {
		pix->colorspace = V4L2_COLORSPACE_JPEG;
		pix->xfer_func = V4L2_XFER_FUNC_DEFAULT;
		pix->ycbcr_enc = V4L2_YCBCR_ENC_DEFAULT;
		pix->quantization = V4L2_QUANTIZATION_DEFAULT;
		return;
	}
	pix->colorspace = V4L2_COLORSPACE_SRGB;
	pix->xfer_func = V4L2_XFER_FUNC_SRGB;
	pix->ycbcr_enc = V4L2_YCBCR_ENC_601;
	pix->quantization = V4L2_QUANTIZATION_FULL_RANGE;
}

/* Values of another kernel, or of none. */
static void vc_codec_check_colours(struct v4l2_pix_format_mplane *pix)
{
	if (!v4l2_is_colorspace_valid(pix->colorspace)) {
		pix->colorspace = V4L2_COLORSPACE_REC709;
		pix->xfer_func = V4L2_XFER_FUNC_DEFAULT;
		pix->ycbcr_enc = V4L2_YCBCR_ENC_DEFAULT;
		pix->quantization = V4L2_QUANTIZATION_DEFAULT;
	}
	if (!v4l2_is_xfer_func_valid(pix->xfer_func))
		pix->xfer_func = V4L2_XFER_FUNC_DEFAULT;
	if (!v4l2_is_ycbcr_enc_valid(pix->ycbcr_enc))
		pix->ycbcr_enc = V4L2_YCBCR_ENC_DEFAULT;
	if (!v4l2_is_quant_valid(pix->quantization))
		pix->quantization = V4L2_QUANTIZATION_DEFAULT;
}

/* The CAPTURE queue has those of the OUTPUT queue, or of the stream. */
static void vc_codec_adjust_colours(struct vc_codec_ctx *ctx,
				    enum vc_codec_side side, bool is_coded,
				    struct v4l2_pix_format_mplane *pix)
{
	if (vc_codec_is_image(ctx))
		vc_codec_image_colours(pix, is_coded);
	else if (side == VC_CODEC_CAP && ctx->has_header)
		vc_codec_copy_colours(pix, &ctx->queue[VC_CODEC_CAP].pix);
	else if (side == VC_CODEC_CAP)
		vc_codec_copy_colours(pix, &ctx->queue[VC_CODEC_OUT].pix);
	else
		vc_codec_check_colours(pix);
}

/* Anything is adjusted to something the firmware can do. */
static const struct vc_codec_format *
vc_codec_adjust(struct vc_codec_ctx *ctx, enum vc_codec_side side,
		struct v4l2_pix_format_mplane *pix)
{
	const u32 formats = ctx->node->formats[side];
	const struct vc_codec_format *format;

	format = vc_codec_format_by_fourcc(formats, pix->pixelformat);
	if (!format)
		format = vc_codec_format_by_index(formats, 0);
	/* The size of what comes out is that of what goes in. */
	if (side == VC_CODEC_CAP && (vc_codec_is_encoder(ctx) ||
				     vc_codec_role(ctx) == VC_CODEC_DEINTERLACE)) {
		pix->width = ctx->queue[VC_CODEC_OUT].pix.width;
		pix->height = ctx->queue[VC_CODEC_OUT].pix.height;
	}
	if (side == VC_CODEC_CAP && vc_codec_is_decoder(ctx) && ctx->has_header) {
		pix->width = ctx->stream.visible_width;
		pix->height = ctx->stream.visible_height;
	}
	vc_codec_format_fill(pix, format, vc_codec_role(ctx), side);
	vc_codec_adjust_colours(ctx, side, !format->bytes, pix);
	return format;
}

static int vc_codec_try_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	vc_codec_adjust(vc_codec_ctx_of(file), vc_codec_side(f->type),
			&f->fmt.pix_mp);
	return 0;
}

/* Size of a side, as the stream or the other side has it. */
void vc_codec_set_visible(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			  u32 width, u32 height)
{
	struct vc_codec_queue *q = &ctx->queue[side];

	q->pix.width = width;
	q->pix.height = height;
	q->pix.plane_fmt[0].bytesperline = 0;
	/* Who wants much room for coded data may say so before the size is known. */
	if (q->format->bytes)
		q->pix.plane_fmt[0].sizeimage = 0;
	vc_codec_format_fill(&q->pix, q->format, vc_codec_role(ctx), side);
	q->visible = (struct v4l2_rect) {
		.width = min(width, q->pix.width),
		.height = min(height, q->pix.height),
	};
}

/* What was set for the OUTPUT queue decides what the CAPTURE queue has. */
void vc_codec_follow_output(struct vc_codec_ctx *ctx)
{
	struct vc_codec_queue *out = &ctx->queue[VC_CODEC_OUT];
	struct vc_codec_queue *cap = &ctx->queue[VC_CODEC_CAP];

	if (vc_codec_role(ctx) != VC_CODEC_ISP)
		vc_codec_set_visible(ctx, VC_CODEC_CAP, out->pix.width,
				     out->pix.height);
	vc_codec_adjust_colours(ctx, VC_CODEC_CAP, !cap->format->bytes,
				&cap->pix);
}

static struct v4l2_fract vc_codec_adjust_interval(struct v4l2_fract wish,
						  u32 max_rate)
{
	const u64 num = wish.numerator, den = wish.denominator;

	if (!num || !den)
		return (struct v4l2_fract) { 1, min(max_rate, VC_CODEC_DEFAULT_FPS) };
	if (den > num * max_rate)
		return (struct v4l2_fract) { 1, max_rate };
	if (den < num)
		return (struct v4l2_fract) { 1, 1 };
	/* Signed numbers of the firmware's; nobody misses the precision. */
	while (wish.numerator > S32_MAX || wish.denominator > S32_MAX) {
		wish.numerator >>= 1;
		wish.denominator >>= 1;
	}
	return wish;
}

/* Large pictures are slower; the level follows. */
static void vc_codec_limit_interval(struct vc_codec_ctx *ctx)
{
	const struct v4l2_rect *visible = &ctx->queue[VC_CODEC_OUT].visible;
	const u32 max_rate = vc_codec_max_rate(visible->width, visible->height);

	ctx->interval = vc_codec_adjust_interval(ctx->interval, max_rate);
	vc_codec_follow_pictures(ctx);
}

static int vc_codec_s_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	const enum vc_codec_side side = vc_codec_side(f->type);
	struct vc_codec_queue *q = &ctx->queue[side];
	const u32 height = f->fmt.pix_mp.height;

	if (vb2_is_busy(q->vq))
		return -EBUSY;
	/* Another stream: what is known of the last one does not count. */
	if (side == VC_CODEC_OUT)
		ctx->has_header = false;
	q->format = vc_codec_adjust(ctx, side, &f->fmt.pix_mp);
	q->pix = f->fmt.pix_mp;
	q->visible = (struct v4l2_rect) {
		.width = q->pix.width,
		.height = clamp(ALIGN(height, VC_CODEC_STEP), VC_CODEC_MIN_SIZE,
				q->pix.height),
	};
	if (side == VC_CODEC_CAP && vc_codec_is_decoder(ctx) && ctx->has_header) {
		q->visible.width = min(ctx->stream.visible_width, q->pix.width);
		q->visible.height = min(ctx->stream.visible_height, q->pix.height);
	}
	if (side == VC_CODEC_OUT && !vb2_is_busy(ctx->queue[VC_CODEC_CAP].vq))
		vc_codec_follow_output(ctx);
	if (side == VC_CODEC_OUT)
		vc_codec_limit_interval(ctx);
	return 0;
}

void vc_codec_set_default_formats(struct vc_codec_ctx *ctx)
{
	int side;

	for (side = VC_CODEC_OUT; side <= VC_CODEC_CAP; side++) {
		struct vc_codec_queue *q = &ctx->queue[side];

		q->pix.colorspace = V4L2_COLORSPACE_REC709;
		q->format = vc_codec_adjust(ctx, side, &q->pix);
		q->visible.width = q->pix.width;
		q->visible.height = q->pix.height;
	}
	ctx->interval.numerator = 1;
	ctx->interval.denominator = VC_CODEC_DEFAULT_FPS;
}

static int vc_codec_enum_framesizes(struct file *file, void *priv,
				    struct v4l2_frmsizeenum *fsize)
{
	struct vc_codec_node *node = video_drvdata(file);
	const u32 formats = node->formats[VC_CODEC_OUT] |
			    node->formats[VC_CODEC_CAP];
	const u32 max = vc_codec_roles[node->role].max_size;

	if (fsize->index ||
	    !vc_codec_format_by_fourcc(formats, fsize->pixel_format))
		return -EINVAL;
	fsize->type = V4L2_FRMSIZE_TYPE_STEPWISE;
	fsize->stepwise = (struct v4l2_frmsize_stepwise) {
		.min_width = VC_CODEC_MIN_SIZE,
		.max_width = max,
		.step_width = VC_CODEC_STEP,
		.min_height = VC_CODEC_MIN_SIZE,
		.max_height = max,
		.step_height = VC_CODEC_STEP,
	};
	return 0;
}

static int vc_codec_enum_frameintervals(struct file *file, void *priv,
					struct v4l2_frmivalenum *fival)
{
	struct vc_codec_node *node = video_drvdata(file);
	const u32 max = vc_codec_roles[node->role].max_size;

	if (fival->index ||
	    !vc_codec_format_by_fourcc(node->formats[VC_CODEC_OUT],
				       fival->pixel_format) ||
	    fival->width < VC_CODEC_MIN_SIZE || fival->width > max ||
	    fival->height < VC_CODEC_MIN_SIZE || fival->height > max)
		return -EINVAL;
	fival->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
	fival->stepwise = (struct v4l2_frmival_stepwise) {
		.min = { 1, vc_codec_max_rate(fival->width, fival->height) },
		.max = { 1, 1 },
		.step = { 1, 1 },
	};
	return 0;
}

/* -----------------------------------------------------------------------------
 * Selections
 */

static bool vc_codec_has_selection(const struct vc_codec_ctx *ctx,
				   const struct v4l2_selection *s)
{
	switch (s->type) {
	case V4L2_BUF_TYPE_VIDEO_OUTPUT:
		return !vc_codec_is_decoder(ctx);
	case V4L2_BUF_TYPE_VIDEO_CAPTURE:
		return !vc_codec_is_encoder(ctx);
	default:
		return false;
	}
}

static int vc_codec_g_selection(struct file *file, void *priv,
				struct v4l2_selection *s)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	const struct vc_codec_queue *q = vc_codec_queue_of(ctx, s->type);
	const struct v4l2_rect whole = {
		.width = q->pix.width,
		.height = q->pix.height,
	};
	const bool is_output = V4L2_TYPE_IS_OUTPUT(s->type);

	if (!vc_codec_has_selection(ctx, s))
		return -EINVAL;
	switch (s->target) {
	case V4L2_SEL_TGT_CROP:
		if (!is_output)
			return -EINVAL;
		s->r = q->visible;
		return 0;
	case V4L2_SEL_TGT_CROP_DEFAULT:
	case V4L2_SEL_TGT_CROP_BOUNDS:
		if (!is_output && !vc_codec_is_decoder(ctx))
			return -EINVAL;
		s->r = whole;
		return 0;
	case V4L2_SEL_TGT_COMPOSE:
	case V4L2_SEL_TGT_COMPOSE_DEFAULT:
	case V4L2_SEL_TGT_COMPOSE_BOUNDS:
		if (is_output)
			return -EINVAL;
		s->r = q->visible;
		if (vc_codec_is_converter(ctx))
			s->r = whole;
		return 0;
	default:
		return -EINVAL;
	}
}

/* Only the input of an encoder or converter has a part to choose. */
static int vc_codec_s_selection(struct file *file, void *priv,
				struct v4l2_selection *s)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	struct vc_codec_queue *q = vc_codec_queue_of(ctx, s->type);
	const bool is_output = V4L2_TYPE_IS_OUTPUT(s->type);

	if (!vc_codec_has_selection(ctx, s) ||
	    s->target != (is_output ? V4L2_SEL_TGT_CROP : V4L2_SEL_TGT_COMPOSE))
		return -EINVAL;
	/* What a decoder or converter gives out has one size. */
	if (!is_output)
		return vc_codec_g_selection(file, priv, s);
	if (q->is_streaming)
		return -EBUSY;
	s->r.left = 0;
	s->r.top = 0;
	s->r.width = clamp(ALIGN_DOWN(s->r.width, VC_CODEC_STEP),
			   VC_CODEC_MIN_CROP, q->pix.width);
	s->r.height = clamp(ALIGN_DOWN(s->r.height, VC_CODEC_STEP),
			    VC_CODEC_MIN_CROP, q->pix.height);
	q->visible = s->r;
	vc_codec_limit_interval(ctx);
	return 0;
}

static int vc_codec_g_pixelaspect(struct file *file, void *priv, int type,
				  struct v4l2_fract *aspect)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);

	if (!vc_codec_is_decoder(ctx) ||
	    (type != V4L2_BUF_TYPE_VIDEO_CAPTURE &&
	     type != V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE))
		return -EINVAL;
	*aspect = (struct v4l2_fract) { 1, 1 };
	/* V4L2 wants height by width. */
	if (ctx->has_header && ctx->stream.par.num > 0 && ctx->stream.par.den)
		*aspect = (struct v4l2_fract) {
			ctx->stream.par.den, ctx->stream.par.num,
		};
	return 0;
}

/* -----------------------------------------------------------------------------
 * Frame rate of an encoder
 */

static int vc_codec_g_parm(struct file *file, void *priv,
			   struct v4l2_streamparm *parm)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);

	if (!V4L2_TYPE_IS_OUTPUT(parm->type))
		return -EINVAL;
	parm->parm.output.capability = V4L2_CAP_TIMEPERFRAME;
	parm->parm.output.timeperframe = ctx->interval;
	return 0;
}

static int vc_codec_s_parm(struct file *file, void *priv,
			   struct v4l2_streamparm *parm)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	struct mmal_rational rate;

	if (!V4L2_TYPE_IS_OUTPUT(parm->type))
		return -EINVAL;
	ctx->interval = parm->parm.output.timeperframe;
	vc_codec_limit_interval(ctx);
	rate.num = cpu_to_le32(ctx->interval.denominator);
	rate.den = cpu_to_le32(ctx->interval.numerator);
	if (ctx->component && !ctx->is_dead)
		vc_mmal_port_set(&ctx->component->output[0],
				 MMAL_PARAM_VIDEO_FRAME_RATE, &rate,
				 sizeof(rate));
	return vc_codec_g_parm(file, priv, parm);
}

static int vc_codec_subscribe_event(struct v4l2_fh *fh,
				    const struct v4l2_event_subscription *sub)
{
	struct vc_codec_ctx *ctx = container_of(fh, struct vc_codec_ctx, fh);

	switch (sub->type) {
	case V4L2_EVENT_EOS:
		if (vc_codec_is_converter(ctx))
			return -EINVAL;
		return v4l2_event_subscribe(fh, sub, 2, NULL);
	case V4L2_EVENT_SOURCE_CHANGE:
		if (!vc_codec_is_decoder(ctx))
			return -EINVAL;
		ctx->awaits_changes = true;
		return v4l2_src_change_event_subscribe(fh, sub);
	default:
		return v4l2_ctrl_subscribe_event(fh, sub);
	}
}

const struct v4l2_ioctl_ops vc_codec_ioctl_ops = {
	.vidioc_querycap = vc_codec_querycap,
	.vidioc_enum_fmt_vid_cap = vc_codec_enum_fmt,
	.vidioc_enum_fmt_vid_out = vc_codec_enum_fmt,
	.vidioc_g_fmt_vid_cap_mplane = vc_codec_g_fmt,
	.vidioc_g_fmt_vid_out_mplane = vc_codec_g_fmt,
	.vidioc_s_fmt_vid_cap_mplane = vc_codec_s_fmt,
	.vidioc_s_fmt_vid_out_mplane = vc_codec_s_fmt,
	.vidioc_try_fmt_vid_cap_mplane = vc_codec_try_fmt,
	.vidioc_try_fmt_vid_out_mplane = vc_codec_try_fmt,
	.vidioc_reqbufs = v4l2_m2m_ioctl_reqbufs,
	.vidioc_querybuf = v4l2_m2m_ioctl_querybuf,
	.vidioc_qbuf = v4l2_m2m_ioctl_qbuf,
	.vidioc_expbuf = v4l2_m2m_ioctl_expbuf,
	.vidioc_dqbuf = v4l2_m2m_ioctl_dqbuf,
	.vidioc_create_bufs = v4l2_m2m_ioctl_create_bufs,
	.vidioc_prepare_buf = v4l2_m2m_ioctl_prepare_buf,
	.vidioc_remove_bufs = v4l2_m2m_ioctl_remove_bufs,
	.vidioc_streamon = v4l2_m2m_ioctl_streamon,
	.vidioc_streamoff = v4l2_m2m_ioctl_streamoff,
	.vidioc_g_selection = vc_codec_g_selection,
	.vidioc_s_selection = vc_codec_s_selection,
	.vidioc_g_pixelaspect = vc_codec_g_pixelaspect,
	.vidioc_g_parm = vc_codec_g_parm,
	.vidioc_s_parm = vc_codec_s_parm,
	.vidioc_enum_framesizes = vc_codec_enum_framesizes,
	.vidioc_enum_frameintervals = vc_codec_enum_frameintervals,
	.vidioc_decoder_cmd = vc_codec_decoder_cmd,
	.vidioc_try_decoder_cmd = vc_codec_try_decoder_cmd,
	.vidioc_encoder_cmd = vc_codec_encoder_cmd,
	.vidioc_try_encoder_cmd = vc_codec_try_encoder_cmd,
	.vidioc_subscribe_event = vc_codec_subscribe_event,
	.vidioc_unsubscribe_event = v4l2_event_unsubscribe,
};
