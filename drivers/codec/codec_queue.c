// SPDX-License-Identifier: GPL-2.0
/*
 * Videobuf2 queue operations. vc_codec_node.lock is held.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <media/videobuf2-vmalloc.h>

#include "../compat.h"
#include "codec_priv.h"

static struct vc_codec_buffer *to_codec_buffer(struct vb2_buffer *vb)
{
	return container_of(to_vb2_v4l2_buffer(vb), struct vc_codec_buffer,
			    m2m.vb);
}

static enum vc_codec_side vc_codec_side_of(const struct vb2_queue *q)
{
	return q->is_output ? VC_CODEC_OUT : VC_CODEC_CAP;
}

static int vc_codec_queue_setup(struct vb2_queue *q, unsigned int *nr_buffers,
				unsigned int *nr_planes, unsigned int sizes[],
				struct device *alloc_devs[])
{
	struct vc_codec_ctx *ctx = vb2_get_drv_priv(q);
	const u32 size = ctx->queue[vc_codec_side_of(q)].pix.plane_fmt[0].sizeimage;

	if (ctx->is_dead)
		return -ENODEV;
	if (*nr_planes)
		return *nr_planes != 1 || sizes[0] < size ? -EINVAL : 0;
	*nr_planes = 1;
	sizes[0] = size;
	return 0;
}

/*
 * A port that has been enabled without copying, and has had buffers, cannot be made
 * to copy without losing what is in them.
 */
static bool vc_codec_may_copy(struct vc_codec_ctx *ctx, enum vc_codec_side side)
{
	const struct vc_codec_queue *q = &ctx->queue[side];

	return !q->is_open || !q->is_used || vc_codec_port(ctx, side)->copies;
}

/*
 * Every buffer is made known to the VPU once, for as long as it exists. One that
 * cannot be makes the port copy.
 */
static int vc_codec_buf_init(struct vb2_buffer *vb)
{
	struct vc_codec_ctx *ctx = vb2_get_drv_priv(vb->vb2_queue);
	const enum vc_codec_side side = vc_codec_side_of(vb->vb2_queue);
	struct vc_codec_buffer *buf = to_codec_buffer(vb);
	struct vc_sm_import *import;

	if (!ctx->node->codec->sm)
		return vb2_plane_vaddr(vb, 0) ? 0 : -EINVAL;
	import = vc_sm_vb2_import(ctx->node->codec->sm, vb, VC_CODEC_NAME,
				  vc_codec_may_copy(ctx, side));
	if (IS_ERR(import))
		return PTR_ERR(import);
	buf->import = import;
	return 0;
}

static void vc_codec_buf_cleanup(struct vb2_buffer *vb)
{
	struct vc_codec_buffer *buf = to_codec_buffer(vb);

	vc_sm_import_put(buf->import);
	buf->import = NULL;
}

static int vc_codec_check_output(struct vc_codec_ctx *ctx, struct vb2_buffer *vb)
{
	const struct vc_codec_queue *q = &ctx->queue[VC_CODEC_OUT];
	struct vb2_v4l2_buffer *v4l2 = to_vb2_v4l2_buffer(vb);
	const u32 payload = vb2_get_plane_payload(vb, 0);

	if (v4l2->field == V4L2_FIELD_ANY)
		v4l2->field = q->pix.field;
	/* An empty buffer is the end of the stream, half a picture is an error. */
	if (!q->format->bytes || !payload)
		return 0;
	return payload - min(payload, vb->planes[0].data_offset) <
	       q->pix.plane_fmt[0].bytesperline * q->visible.height *
	       q->format->size_num / 2 ? -EINVAL : 0;
}

/*
 * Buffers of before a change of resolution may come until the queue is stopped;
 * nothing is put into them.
 */
static bool vc_codec_is_too_small(struct vc_codec_queue *q, struct vb2_buffer *vb)
{
	return !vc_codec_is_changing(q) &&
	       vb2_plane_size(vb, 0) < q->pix.plane_fmt[0].sizeimage;
}

static int vc_codec_buf_prepare(struct vb2_buffer *vb)
{
	struct vc_codec_ctx *ctx = vb2_get_drv_priv(vb->vb2_queue);
	const enum vc_codec_side side = vc_codec_side_of(vb->vb2_queue);
	int ret = 0;

	if (side == VC_CODEC_OUT)
		ret = vc_codec_check_output(ctx, vb);
	else if (vc_codec_is_too_small(&ctx->queue[side], vb))
		ret = -EINVAL;
	if (ret || vb->memory != VB2_MEMORY_DMABUF)
		return ret;
	/* Others may still read what is to be overwritten, or write what is to be read. */
	return vc_sm_wait_fences(vb->planes[0].dbuf, side == VC_CODEC_CAP);
}

static void vc_codec_buf_queue(struct vb2_buffer *vb)
{
	vc_codec_buffer_queue(vb2_get_drv_priv(vb->vb2_queue),
			      vc_codec_side_of(vb->vb2_queue),
			      to_codec_buffer(vb));
}

static int vc_codec_start(struct vc_codec_ctx *ctx, enum vc_codec_side side)
{
	int ret;

	if (ctx->is_dead)
		return -ENODEV;
	ret = vc_codec_component_get(ctx);
	if (ret)
		return ret;
	/* A decoder tells of the format through its output, buffers or not. */
	if (side == VC_CODEC_OUT && vc_codec_is_decoder(ctx) &&
	    !ctx->queue[VC_CODEC_CAP].is_open)
		ret = vc_codec_restart_capture(ctx);
	if (!ret)
		ret = vc_codec_port_open(ctx, side, vc_codec_done);
	return ret ?: vc_codec_submit_pending(ctx, side);
}

/* Who has stopped one, or has another input, has ended it. */
static void vc_codec_reset_drain(struct vc_codec_ctx *ctx)
{
	guard(spinlock)(&ctx->buf_lock);
	ctx->drain = VC_CODEC_RUNNING;
	ctx->owes_last = false;
	ctx->has_eos = false;
}

static void vc_codec_stop(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			  enum vb2_buffer_state state)
{
	struct vc_codec_queue *q = &ctx->queue[side];

	scoped_guard(spinlock, &ctx->buf_lock)
		q->return_state = state;
	q->is_streaming = false;
	vc_codec_port_close(ctx, side, false);
	vc_codec_return_pending(ctx, side, state);
	vc_codec_return_finished(ctx);
}

static int vc_codec_start_streaming(struct vb2_queue *vq, unsigned int count)
{
	struct vc_codec_ctx *ctx = vb2_get_drv_priv(vq);
	const enum vc_codec_side side = vc_codec_side_of(vq);
	struct vc_codec_queue *q = &ctx->queue[side];
	int ret;

	/* Of a drain that began before there were buffers for pictures the end is to come. */
	if (side == VC_CODEC_CAP)
		vc_codec_leave_end(ctx);
	else
		vc_codec_reset_drain(ctx);
	scoped_guard(spinlock, &ctx->buf_lock) {
		q->sequence = 0;
		q->return_state = VB2_BUF_STATE_ERROR;
	}
	q->is_streaming = true;
	ret = vc_codec_start(ctx, side);
	if (ret)
		vc_codec_stop(ctx, side, VB2_BUF_STATE_QUEUED);
	return ret;
}

/*
 * Pictures that were on their way out when the capture queue stops are lost, and
 * so is the end if they were the last ones.
 */
static void vc_codec_abort_drain(struct vc_codec_ctx *ctx)
{
	bool is_draining;

	scoped_guard(spinlock, &ctx->buf_lock)
		is_draining = ctx->drain == VC_CODEC_DRAINING;
	if (!is_draining || !ctx->queue[VC_CODEC_OUT].is_open)
		return;
	vc_codec_reset_drain(ctx);
	scoped_guard(spinlock, &ctx->buf_lock)
		ctx->queue[VC_CODEC_OUT].return_state = VB2_BUF_STATE_DONE;
	vc_codec_port_close(ctx, VC_CODEC_OUT, false);
	scoped_guard(spinlock, &ctx->buf_lock)
		ctx->queue[VC_CODEC_OUT].return_state = VB2_BUF_STATE_ERROR;
	if (!vc_codec_port_open(ctx, VC_CODEC_OUT, vc_codec_done))
		vc_codec_submit_pending(ctx, VC_CODEC_OUT);
}

static void vc_codec_stop_drain(struct vc_codec_ctx *ctx, enum vc_codec_side side,
				bool is_changing)
{
	/* No picture was on its way: those after the change are yet to come. */
	if (side == VC_CODEC_CAP && is_changing) {
		vc_codec_leave_end(ctx);
		return;
	}
	if (side == VC_CODEC_CAP)
		vc_codec_abort_drain(ctx);
	vc_codec_reset_drain(ctx);
}

/* A decoder that does not know its stream yet goes on looking into it. */
static void vc_codec_look_on(struct vc_codec_ctx *ctx)
{
	if (vc_codec_is_decoder(ctx) && ctx->queue[VC_CODEC_OUT].is_streaming)
		vc_codec_restart_capture(ctx);
}

static void vc_codec_stop_streaming(struct vb2_queue *vq)
{
	struct vc_codec_ctx *ctx = vb2_get_drv_priv(vq);
	const enum vc_codec_side side = vc_codec_side_of(vq);
	const bool is_changing = vc_codec_is_changing(&ctx->queue[side]);

	vc_codec_stop(ctx, side, VB2_BUF_STATE_ERROR);
	vc_codec_stop_drain(ctx, side, is_changing);
	if (side == VC_CODEC_CAP && !ctx->is_dead)
		vc_codec_look_on(ctx);
	/* Without an input it has nothing to look into. */
	if (side == VC_CODEC_OUT && !ctx->queue[VC_CODEC_CAP].is_streaming)
		vc_codec_port_close(ctx, VC_CODEC_CAP, true);
	if (!ctx->queue[VC_CODEC_OUT].is_streaming &&
	    !ctx->queue[VC_CODEC_CAP].is_streaming && ctx->component)
		vc_mmal_component_disable(ctx->component);
}

static int vc_codec_buf_out_validate(struct vb2_buffer *vb)
{
	struct vc_codec_ctx *ctx = vb2_get_drv_priv(vb->vb2_queue);
	struct vb2_v4l2_buffer *v4l2 = to_vb2_v4l2_buffer(vb);

	if (vc_codec_role(ctx) != VC_CODEC_DEINTERLACE)
		v4l2->field = V4L2_FIELD_NONE;
	else if (v4l2->field == V4L2_FIELD_ANY)
		v4l2->field = ctx->queue[VC_CODEC_OUT].pix.field;
	else
		v4l2->field = vc_codec_fit_field(VC_CODEC_DEINTERLACE,
						 VC_CODEC_OUT, v4l2->field);
	return 0;
}

static const struct vb2_ops vc_codec_queue_ops = {
	.queue_setup = vc_codec_queue_setup,
	VC_VB2_WAIT_OPS
	.buf_out_validate = vc_codec_buf_out_validate,
	.buf_init = vc_codec_buf_init,
	.buf_prepare = vc_codec_buf_prepare,
	.buf_cleanup = vc_codec_buf_cleanup,
	.start_streaming = vc_codec_start_streaming,
	.stop_streaming = vc_codec_stop_streaming,
	.buf_queue = vc_codec_buf_queue,
};

static int vc_codec_queue_init_one(struct vc_codec_ctx *ctx, struct vb2_queue *q,
				   enum vc_codec_side side)
{
	struct vc_codec *codec = ctx->node->codec;

	INIT_LIST_HEAD(&ctx->queue[side].pending);
	INIT_LIST_HEAD(&ctx->queue[side].finished);
	ctx->queue[side].vq = q;
	q->type = side == VC_CODEC_OUT ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE :
					 V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	q->io_modes = VB2_MMAP | VB2_DMABUF;
	q->dev = codec->sm ? vc_sm_device(codec->sm) : &codec->vdev->dev;
	q->drv_priv = ctx;
	q->ops = &vc_codec_queue_ops;
	q->mem_ops = codec->sm ? &vc_sm_vb2_memops : &vb2_vmalloc_memops;
	q->buf_struct_size = sizeof(struct vc_codec_buffer);
	q->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_COPY;
	q->lock = &ctx->node->lock;
	return vb2_queue_init(q);
}

int vc_codec_queue_init(void *priv, struct vb2_queue *out, struct vb2_queue *cap)
{
	struct vc_codec_ctx *ctx = priv;
	int ret;

	ret = vc_codec_queue_init_one(ctx, out, VC_CODEC_OUT);
	if (ret)
		return ret;
	return vc_codec_queue_init_one(ctx, cap, VC_CODEC_CAP);
}
