// SPDX-License-Identifier: GPL-2.0
/*
 * The conversation with the firmware's components, step by step. The caller
 * holds vc_codec_node.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "codec_priv.h"

#define VC_CODEC_MAX_ENCODINGS	64

/* Of wider pictures there is no time for more than the fast way. */
#define VC_CODEC_ADVANCED_WIDTH	800

/*
 * A decoder's output is set to this until the stream has been looked into: no
 * stream is so small, so the firmware tells in any case what it found.
 */
#define VC_CODEC_NO_SIZE	16
#define VC_CODEC_NO_STRIDE	32

static void vc_codec_firmware_closed(struct vc_mmal *mmal, void *priv)
{
	vc_codec_broken(priv);
}

static const struct vc_mmal_ops vc_codec_mmal_ops = {
	.closed = vc_codec_firmware_closed,
};

int vc_codec_firmware_connect(struct vc_codec *codec)
{
	struct vc_mmal *mmal;

	mmal = vc_mmal_open(codec->vdev, &vc_codec_mmal_ops, codec);
	if (IS_ERR(mmal))
		return PTR_ERR(mmal);
	codec->mmal = mmal;
	return 0;
}

void vc_codec_firmware_disconnect(struct vc_codec *codec)
{
	vc_mmal_close(codec->mmal);
	codec->mmal = NULL;
}

static int vc_codec_read_encodings(struct vc_codec_node *node,
				   struct vc_mmal_component *component,
				   enum vc_codec_side side)
{
	__le32 encodings[VC_CODEC_MAX_ENCODINGS] = {};
	size_t len = sizeof(encodings);
	int ret;

	ret = vc_mmal_port_get(side == VC_CODEC_OUT ? &component->input[0] :
						      &component->output[0],
			       MMAL_PARAM_SUPPORTED_ENCODINGS, encodings, &len);
	/* A longer list is cut: there are as many as were put in. */
	if (ret == -ENOSPC)
		len = sizeof(encodings);
	else if (ret)
		return ret;
	node->formats[side] =
		vc_codec_formats_supported(node->role, side, encodings,
					   len / sizeof(__le32));
	return node->formats[side] ? 0 : -EPROTO;
}

/* What the firmware can do, asked of a component that is there for this only. */
int vc_codec_read_formats(struct vc_codec_node *node)
{
	struct vc_mmal_component *component;
	int ret;

	component = vc_mmal_component_create(node->codec->mmal,
					     vc_codec_roles[node->role].component,
					     NULL, NULL);
	if (IS_ERR(component))
		return PTR_ERR(component);
	if (!component->nr_inputs || !component->nr_outputs)
		ret = -EPROTO;
	else
		ret = vc_codec_read_encodings(node, component, VC_CODEC_OUT);
	if (!ret)
		ret = vc_codec_read_encodings(node, component, VC_CODEC_CAP);
	vc_mmal_component_destroy(component);
	return ret;
}

/* -----------------------------------------------------------------------------
 * A component of its own for each file
 */

static int vc_codec_prepare_decoder(struct vc_mmal_component *c)
{
	int ret;

	ret = vc_mmal_port_set_u32(&c->output[0],
				   MMAL_PARAM_VIDEO_VALIDATE_TIMESTAMPS, 0);
	if (ret)
		return ret;
	return vc_mmal_port_set_u32(&c->control,
				    MMAL_PARAM_VIDEO_STOP_ON_PAR_COLOUR_CHANGE,
				    1);
}

static int vc_codec_prepare_encoder(struct vc_mmal_component *c)
{
	int ret;

	ret = vc_mmal_port_set_u32(&c->control,
				   MMAL_PARAM_VIDEO_ENCODE_HEADER_ON_OPEN, 0);
	if (!ret)
		ret = vc_mmal_port_set_u32(&c->output[0],
					   MMAL_PARAM_VIDEO_ENCODE_SPS_TIMING, 1);
	if (!ret)
		ret = vc_mmal_port_set_u32(&c->control,
					   MMAL_PARAM_MINIMISE_FRAGMENTATION, 1);
	return ret;
}

static int vc_codec_prepare_image_encoder(struct vc_mmal_component *c)
{
	int ret;

	ret = vc_mmal_port_set_u32(&c->control, MMAL_PARAM_EXIF_DISABLE, 0);
	if (ret)
		return ret;
	return vc_mmal_port_set_u32(&c->output[0], MMAL_PARAM_JPEG_IJG_SCALING,
				    1);
}

/* Small pictures with more care; each as its flags say, at its own rate. */
static int vc_codec_prepare_deinterlacer(struct vc_codec_ctx *ctx)
{
	const bool is_small = ctx->queue[VC_CODEC_OUT].pix.width <=
			      VC_CODEC_ADVANCED_WIDTH;
	/* Effect, number of parameters, parameters. */
	const __le32 value[] = {
		cpu_to_le32(is_small ? MMAL_EFFECT_DEINTERLACE_ADVANCED :
				       MMAL_EFFECT_DEINTERLACE_FAST),
		cpu_to_le32(4), cpu_to_le32(5), cpu_to_le32(-1), 0, 0, 0,
	};

	return vc_mmal_port_set(&ctx->component->output[0],
				MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, value,
				sizeof(value));
}

static int vc_codec_prepare(struct vc_codec_ctx *ctx)
{
	int ret = 0;

	switch (vc_codec_role(ctx)) {
	case VC_CODEC_DECODE:
	case VC_CODEC_DECODE_IMAGE:
		ret = vc_codec_prepare_decoder(ctx->component);
		break;
	case VC_CODEC_ENCODE:
		ret = vc_codec_prepare_encoder(ctx->component);
		break;
	case VC_CODEC_ENCODE_IMAGE:
		ret = vc_codec_prepare_image_encoder(ctx->component);
		break;
	case VC_CODEC_DEINTERLACE:
		ret = vc_codec_prepare_deinterlacer(ctx);
		break;
	default:
		break;
	}
	return ret ?: vc_codec_ctrls_apply(ctx);
}

int vc_codec_component_get(struct vc_codec_ctx *ctx)
{
	struct vc_mmal_component *component;
	int ret;

	lockdep_assert_held(&ctx->node->lock);
	if (ctx->component)
		return 0;
	component = vc_mmal_component_create(ctx->node->codec->mmal,
					     vc_codec_roles[vc_codec_role(ctx)].component,
					     vc_codec_event, ctx);
	if (IS_ERR(component))
		return PTR_ERR(component);
	ctx->component = component;
	component->input[0].priv = ctx;
	component->output[0].priv = ctx;
	ret = vc_codec_prepare(ctx);
	if (ret) {
		ctx->component = NULL;
		vc_mmal_component_destroy(component);
	}
	return ret;
}

/* -----------------------------------------------------------------------------
 * Ports
 */

static void vc_codec_raw_format(const struct vc_codec_queue *q,
				struct vc_mmal_format *format)
{
	format->width = q->pix.plane_fmt[0].bytesperline / q->format->bytes;
	format->height = q->pix.height;
	format->crop.width = q->visible.width;
	format->crop.height = q->visible.height;
	format->crop.left = q->visible.left;
	format->crop.top = q->visible.top;
}

/* The stream says the rest; before it has, nothing may suit it. */
static void vc_codec_decoded_format(struct vc_codec_ctx *ctx,
				    struct vc_mmal_format *format)
{
	if (!ctx->has_header) {
		format->width = VC_CODEC_NO_STRIDE;
		format->height = VC_CODEC_NO_SIZE;
		format->crop.width = VC_CODEC_NO_SIZE;
		format->crop.height = VC_CODEC_NO_SIZE;
		return;
	}
	format->color_space = ctx->stream.color_space;
	format->par = ctx->stream.par;
}

static void vc_codec_encoded_format(struct vc_codec_ctx *ctx,
				    struct vc_mmal_format *format)
{
	const struct vc_codec_queue *out = &ctx->queue[VC_CODEC_OUT];

	format->width = out->visible.width;
	format->height = out->visible.height;
	format->crop.width = out->visible.width;
	format->crop.height = out->visible.height;
	format->frame_rate.num = ctx->interval.denominator;
	format->frame_rate.den = ctx->interval.numerator;
	if (ctx->bitrate)
		format->bitrate = ctx->bitrate->cur.val;
}

static void vc_codec_port_format(struct vc_codec_ctx *ctx,
				 enum vc_codec_side side,
				 struct vc_mmal_format *format)
{
	const struct vc_codec_queue *q = &ctx->queue[side];

	*format = (struct vc_mmal_format) {
		.encoding = q->format->encoding,
		.frame_rate = { .num = 0, .den = 1 },
		.par = { .num = 1, .den = 1 },
		.color_space = vc_codec_colours_to_mmal(&q->pix),
	};
	if (q->format->bytes)
		vc_codec_raw_format(q, format);
	if (vc_codec_is_decoder(ctx) && side == VC_CODEC_CAP)
		vc_codec_decoded_format(ctx, format);
	if (vc_codec_is_encoder(ctx) && side == VC_CODEC_CAP)
		vc_codec_encoded_format(ctx, format);
}

/* Planes have to lie where V4L2 says they do. */
static int vc_codec_check_layout(struct vc_codec_ctx *ctx,
				 const struct vc_codec_queue *q,
				 const struct vc_mmal_port *port,
				 const struct vc_mmal_format *asked)
{
	if (!q->format->bytes)
		return 0;
	if (port->format.encoding == asked->encoding &&
	    port->format.width == asked->width &&
	    port->format.height == asked->height &&
	    port->min_size <= q->pix.plane_fmt[0].sizeimage)
		return 0;
	dev_err_ratelimited(&ctx->node->codec->vdev->dev,
			    "%s: the firmware lays %ux%u out as %ux%u, %u bytes\n",
			    ctx->component->name, asked->width, asked->height,
			    port->format.width, port->format.height,
			    port->min_size);
	return -EINVAL;
}

/* Set the port's format and enable it; no buffer is submitted yet. */
int vc_codec_port_open(struct vc_codec_ctx *ctx, enum vc_codec_side side,
		       void (*done)(struct vc_mmal_port *port,
				    struct vc_mmal_buffer *buf))
{
	struct vc_codec_queue *q = &ctx->queue[side];
	struct vc_mmal_port *port = vc_codec_port(ctx, side);
	struct vc_mmal_format format;
	int ret;

	lockdep_assert_held(&ctx->node->lock);
	ret = vc_codec_port_close(ctx, side, true);
	if (ret)
		return ret;
	vc_codec_port_format(ctx, side, &format);
	ret = vc_mmal_port_set_format(port, &format);
	if (ret)
		return ret;
	ret = vc_codec_check_layout(ctx, q, port, &format);
	if (ret)
		return ret;
	port->copies = !ctx->node->codec->sm || vc_sm_vb2_must_copy(q->vq);
	/* One more for the end of the stream. */
	port->num = max(port->min_num, vb2_get_num_buffers(q->vq) + 1);
	port->size = max(port->min_size, q->pix.plane_fmt[0].sizeimage);
	ret = vc_mmal_component_enable(ctx->component);
	if (!ret)
		ret = vc_mmal_port_enable(port, done);
	if (ret)
		return ret;
	q->is_used = false;
	guard(spinlock)(&ctx->buf_lock);
	q->is_open = true;
	return 0;
}

/*
 * On return all buffers are back, whether the firmware answers or not: waiting
 * if they are to be kept, else returned as the queue's return_state says.
 */
int vc_codec_port_close(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			bool keep)
{
	struct vc_codec_queue *q = &ctx->queue[side];
	int ret;

	lockdep_assert_held(&ctx->node->lock);
	if (!ctx->component)
		return 0;
	scoped_guard(spinlock, &ctx->buf_lock) {
		q->is_open = false;
		q->keeps = keep;
	}
	ret = vc_mmal_port_disable(vc_codec_port(ctx, side));
	guard(spinlock)(&ctx->buf_lock);
	q->keeps = false;
	return ret;
}
