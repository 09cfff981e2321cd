// SPDX-License-Identifier: GPL-2.0
/*
 * Draining: what was queued before the command STOP is worked on, the last
 * picture of it is marked, and nothing happens until the command START.
 *
 *	RUNNING  --STOP-->  DRAINING  --last picture-->  STOPPED
 *	   ^                    |                           |
 *	   +--- STREAMOFF ------+------- START, STREAMOFF --+
 *
 * A change of resolution meanwhile has a last picture of its own. Neither START nor
 * stopping the CAPTURE queue, by which one goes on after it, ends a drain then.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <media/v4l2-mem2mem.h>

#include "codec_priv.h"

static void vc_codec_fill_eos(struct vc_mmal_buffer *eos)
{
	*eos = (struct vc_mmal_buffer) {
		.flags = MMAL_BUFFER_EOS,
	};
}

/* What to do with STOP: 0 = drain, 1 = nothing. */
static int vc_codec_enter_drain(struct vc_codec_ctx *ctx)
{
	guard(spinlock)(&ctx->buf_lock);
	if (!ctx->queue[VC_CODEC_OUT].is_open || ctx->drain == VC_CODEC_STOPPED)
		return 1;
	if (ctx->drain == VC_CODEC_DRAINING || ctx->eos_is_busy)
		return -EBUSY;
	ctx->drain = VC_CODEC_DRAINING;
	ctx->eos_is_busy = true;
	return 0;
}

/* Everything queued so far is with the firmware: the end goes after it. */
int vc_codec_drain(struct vc_codec_ctx *ctx)
{
	int ret;

	lockdep_assert_held(&ctx->node->lock);
	if (!vb2_is_streaming(ctx->queue[VC_CODEC_OUT].vq))
		return 0;
	ret = vc_codec_enter_drain(ctx);
	if (ret)
		return ret < 0 ? ret : 0;
	vc_codec_fill_eos(&ctx->eos);
	ctx->queue[VC_CODEC_OUT].is_used = true;
	ret = vc_mmal_port_submit(vc_codec_port(ctx, VC_CODEC_OUT), &ctx->eos);
	if (!ret)
		return 0;
	guard(spinlock)(&ctx->buf_lock);
	ctx->drain = VC_CODEC_RUNNING;
	ctx->eos_is_busy = false;
	return ret;
}

/* In the place of a dma-buf that is not queued there may be another one next time. */
static bool vc_codec_buffer_does(const struct vc_codec_queue *q,
				 const struct vb2_buffer *vb)
{
	const bool is_replaceable = vb->memory == VB2_MEMORY_DMABUF &&
				    vb->state == VB2_BUF_STATE_DEQUEUED &&
				    !vb->prepared;

	return is_replaceable ||
	       vb->planes[0].length >= q->pix.plane_fmt[0].sizeimage;
}

/* Whether the buffers of the queue do for the picture as it is now: all of them. */
static bool vc_codec_buffers_do(const struct vc_codec_queue *q)
{
	const struct vb2_buffer *vb;
	unsigned int i;

	for (i = 0; i < q->vq->max_num_buffers; i++) {
		vb = vb2_get_buffer(q->vq, i);
		if (vb && !vc_codec_buffer_does(q, vb))
			return false;
	}
	return true;
}

/* Whoever starts or stops a queue goes on after the end of a drain. */
void vc_codec_leave_end(struct vc_codec_ctx *ctx)
{
	guard(spinlock)(&ctx->buf_lock);
	if (ctx->drain == VC_CODEC_STOPPED)
		ctx->drain = VC_CODEC_RUNNING;
	ctx->owes_last = false;
}

static int vc_codec_resume(struct vc_codec_ctx *ctx)
{
	struct vc_codec_queue *cap = &ctx->queue[VC_CODEC_CAP];
	const bool is_changed = vc_codec_is_changing(cap);
	int ret = 0;

	/* With buffers that are large enough there need not be others. */
	if (is_changed && !vc_codec_buffers_do(cap))
		return -EINVAL;
	scoped_guard(spinlock, &ctx->buf_lock) {
		/* A drain that met a change goes on behind it. */
		if (ctx->drain == VC_CODEC_DRAINING && !is_changed)
			return -EBUSY;
	}
	vc_codec_leave_end(ctx);
	vb2_clear_last_buffer_dequeued(cap->vq);
	if (is_changed)
		ret = vc_codec_restart_capture(ctx);
	if (!ret && ctx->queue[VC_CODEC_OUT].is_streaming)
		ret = vc_codec_submit_pending(ctx, VC_CODEC_OUT);
	return ret;
}

int vc_codec_try_decoder_cmd(struct file *file, void *priv,
			     struct v4l2_decoder_cmd *cmd)
{
	return vc_codec_is_decoder(vc_codec_ctx_of(file)) ?
	       v4l2_m2m_ioctl_try_decoder_cmd(file, priv, cmd) : -ENOTTY;
}

int vc_codec_decoder_cmd(struct file *file, void *priv,
			 struct v4l2_decoder_cmd *cmd)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	int ret;

	ret = vc_codec_try_decoder_cmd(file, priv, cmd);
	if (ret)
		return ret;
	if (ctx->is_dead)
		return -ENODEV;
	return cmd->cmd == V4L2_DEC_CMD_STOP ? vc_codec_drain(ctx) :
					       vc_codec_resume(ctx);
}

int vc_codec_try_encoder_cmd(struct file *file, void *priv,
			     struct v4l2_encoder_cmd *cmd)
{
	return vc_codec_is_encoder(vc_codec_ctx_of(file)) ?
	       v4l2_m2m_ioctl_try_encoder_cmd(file, priv, cmd) : -ENOTTY;
}

int vc_codec_encoder_cmd(struct file *file, void *priv,
			 struct v4l2_encoder_cmd *cmd)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	int ret;

	ret = vc_codec_try_encoder_cmd(file, priv, cmd);
	if (ret)
		return ret;
	if (ctx->is_dead)
		return -ENODEV;
	return cmd->cmd == V4L2_ENC_CMD_STOP ? vc_codec_drain(ctx) :
					       vc_codec_resume(ctx);
}
