// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers between the queues and the firmware, and what it says meanwhile.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <media/v4l2-event.h>

#include "../compat.h"
#include "codec_priv.h"

static struct vb2_v4l2_buffer *vc_codec_vb(struct vc_codec_buffer *buf)
{
	return &buf->m2m.vb;
}

static struct vc_codec_buffer *vc_codec_pop(struct vc_codec_queue *q)
{
	struct vc_codec_buffer *buf;

	buf = list_first_entry_or_null(&q->pending, struct vc_codec_buffer,
				       node);
	if (buf)
		list_del(&buf->node);
	return buf;
}

static void vc_codec_schedule(struct vc_codec_ctx *ctx)
{
	queue_work(system_dfl_wq, &ctx->work);
}

/* -----------------------------------------------------------------------------
 * What inputs say besides their data is found again by their time
 */

#define VC_CODEC_STAMP_FLAGS \
	(V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_TSTAMP_SRC_MASK)

static void vc_codec_stamp_put(struct vc_codec_ctx *ctx,
			       const struct vb2_v4l2_buffer *vb)
{
	guard(spinlock)(&ctx->buf_lock);
	ctx->stamps[ctx->next_stamp++ % VC_CODEC_NR_STAMPS] =
		(struct vc_codec_stamp) {
			.timestamp = vb->vb2_buf.timestamp,
			.timecode = vb->timecode,
			.flags = vb->flags & VC_CODEC_STAMP_FLAGS,
			.field = vb->field,
		};
}

static void vc_codec_stamp_get(struct vc_codec_ctx *ctx,
			       struct vb2_v4l2_buffer *vb)
{
	unsigned int i;

	lockdep_assert_held(&ctx->buf_lock);
	vb->flags &= ~VC_CODEC_STAMP_FLAGS;
	vb->field = V4L2_FIELD_NONE;
	for (i = 0; i < VC_CODEC_NR_STAMPS; i++) {
		const struct vc_codec_stamp *stamp = &ctx->stamps[i];

		if (stamp->timestamp != vb->vb2_buf.timestamp)
			continue;
		vb->timecode = stamp->timecode;
		vb->flags |= stamp->flags;
		if (stamp->field != V4L2_FIELD_ANY)
			vb->field = stamp->field;
		return;
	}
}

/* -----------------------------------------------------------------------------
 * Back to user space. Where a picture comes out of each that goes in, both are
 * returned at once, as by every device that does one job after the other: there
 * are programs that count on it. Pollers hold the node's lock.
 */

static struct vc_codec_buffer *vc_codec_first(struct vc_codec_queue *q)
{
	return list_first_entry_or_null(&q->finished, struct vc_codec_buffer, node);
}

/* A buffer to return, or two. */
static bool vc_codec_pop_finished(struct vc_codec_ctx *ctx, bool all,
				  struct vc_codec_buffer *bufs[VC_CODEC_NR_SIDES])
{
	const bool both = vc_codec_first(&ctx->queue[VC_CODEC_OUT]) &&
			  vc_codec_first(&ctx->queue[VC_CODEC_CAP]);
	int side;

	lockdep_assert_held(&ctx->buf_lock);
	for (side = 0; side < VC_CODEC_NR_SIDES; side++) {
		bufs[side] = vc_codec_first(&ctx->queue[side]);
		if (bufs[side] && bufs[side]->is_alone) {
			list_del(&bufs[side]->node);
			bufs[!side] = NULL;
			return true;
		}
	}
	if (!both && !all)
		return false;
	for (side = 0; side < VC_CODEC_NR_SIDES; side++)
		if (bufs[side])
			list_del(&bufs[side]->node);
	return bufs[VC_CODEC_OUT] || bufs[VC_CODEC_CAP];
}

static void vc_codec_return_some(struct vc_codec_ctx *ctx, bool all)
{
	struct vc_codec_buffer *bufs[VC_CODEC_NR_SIDES];
	bool more;
	int side;

	lockdep_assert_held(&ctx->node->lock);
	do {
		scoped_guard(spinlock, &ctx->buf_lock)
			more = vc_codec_pop_finished(ctx, all, bufs);
		for (side = 0; more && side < VC_CODEC_NR_SIDES; side++)
			if (bufs[side])
				vb2_buffer_done(&vc_codec_vb(bufs[side])->vb2_buf,
						bufs[side]->state);
	} while (more);
}

/* One of the queues is stopped: nothing waits for it any longer. */
void vc_codec_return_finished(struct vc_codec_ctx *ctx)
{
	vc_codec_return_some(ctx, true);
}

/* What failed before its counterpart was there may never get one. */
static bool vc_codec_lacks_other(struct vc_codec_ctx *ctx, enum vc_codec_side side,
				 enum vb2_buffer_state state)
{
	return state == VB2_BUF_STATE_ERROR && side == VC_CODEC_CAP &&
	       list_empty(&ctx->queue[VC_CODEC_OUT].finished);
}

static void vc_codec_return(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			    struct vc_codec_buffer *buf,
			    enum vb2_buffer_state state, bool is_alone)
{
	struct vc_codec_queue *q = &ctx->queue[side];
	bool waits;

	scoped_guard(spinlock, &ctx->buf_lock) {
		waits = vc_codec_is_paired(ctx) && (q->is_open || q->keeps);
		buf->state = state;
		buf->is_alone = is_alone || vc_codec_lacks_other(ctx, side, state);
		if (waits)
			list_add_tail(&buf->node, &q->finished);
	}
	if (waits)
		vc_codec_schedule(ctx);
	else
		vb2_buffer_done(&vc_codec_vb(buf)->vb2_buf, state);
}

/* -----------------------------------------------------------------------------
 * To the firmware
 */

static void vc_codec_fill_output(struct vc_codec_ctx *ctx,
				 struct vc_codec_buffer *buf)
{
	struct vb2_v4l2_buffer *vb = vc_codec_vb(buf);

	buf->mmal.length = vb2_get_plane_payload(&vb->vb2_buf, 0);
	buf->mmal.offset = vb->vb2_buf.planes[0].data_offset;
	buf->mmal.length -= min(buf->mmal.length, buf->mmal.offset);
	buf->mmal.flags = MMAL_BUFFER_FRAME_END;
	if (vb->flags & V4L2_BUF_FLAG_KEYFRAME)
		buf->mmal.flags |= MMAL_BUFFER_KEYFRAME;
	if (!buf->mmal.length || vb->flags & V4L2_BUF_FLAG_LAST)
		buf->mmal.flags |= MMAL_BUFFER_EOS;
	if (vb->field != V4L2_FIELD_NONE)
		buf->mmal.flags |= MMAL_BUFFER_INTERLACED;
	/* In film of 625 lines, and of high definition, the upper one is first. */
	if (vb->field == V4L2_FIELD_INTERLACED_TB ||
	    (vb->field == V4L2_FIELD_INTERLACED && ctx->queue[VC_CODEC_OUT].pix.height != 480))
		buf->mmal.flags |= MMAL_BUFFER_TOP_FIELD_FIRST;
	buf->mmal.pts = ktime_to_us(vb->vb2_buf.timestamp);
	vc_codec_stamp_put(ctx, vb);
}

static int vc_codec_submit(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			   struct vc_codec_buffer *buf)
{
	struct vc_mmal_port *port = vc_codec_port(ctx, side);
	struct vc_mmal_buffer *mmal = &buf->mmal;

	if (port->copies)
		mmal->data = vb2_plane_vaddr(&vc_codec_vb(buf)->vb2_buf, 0);
	else
		mmal->handle = vc_sm_import_handle(buf->import);
	mmal->size = vb2_plane_size(&vc_codec_vb(buf)->vb2_buf, 0);
	mmal->length = 0;
	mmal->offset = 0;
	mmal->flags = 0;
	mmal->pts = MMAL_TIME_UNKNOWN;
	mmal->dts = MMAL_TIME_UNKNOWN;
	if (side == VC_CODEC_OUT)
		vc_codec_fill_output(ctx, buf);
	ctx->queue[side].is_used = true;
	return vc_mmal_port_submit(port, mmal);
}

static bool vc_codec_takes(const struct vc_codec_ctx *ctx,
			   enum vc_codec_side side)
{
	lockdep_assert_held(&ctx->buf_lock);
	/* What was queued after the end waits for the next beginning. */
	return ctx->queue[side].is_open && ctx->queue[side].is_streaming &&
	       (side == VC_CODEC_CAP || ctx->drain == VC_CODEC_RUNNING);
}

static struct vc_codec_buffer *vc_codec_next(struct vc_codec_ctx *ctx,
					     enum vc_codec_side side)
{
	guard(spinlock)(&ctx->buf_lock);
	return vc_codec_takes(ctx, side) ? vc_codec_pop(&ctx->queue[side]) :
					   NULL;
}

int vc_codec_submit_pending(struct vc_codec_ctx *ctx, enum vc_codec_side side)
{
	struct vc_codec_buffer *buf;
	int ret;

	lockdep_assert_held(&ctx->node->lock);
	while ((buf = vc_codec_next(ctx, side))) {
		ret = vc_codec_submit(ctx, side, buf);
		if (!ret)
			continue;
		guard(spinlock)(&ctx->buf_lock);
		list_add(&buf->node, &ctx->queue[side].pending);
		return ret;
	}
	return 0;
}

/* The last capture buffer of a stream, or of a part of it, holds no picture. */
static void vc_codec_finish_last(struct vc_codec_ctx *ctx,
				 struct vc_codec_buffer *buf)
{
	struct vb2_v4l2_buffer *vb = vc_codec_vb(buf);

	vb->flags |= V4L2_BUF_FLAG_LAST;
	vb->field = V4L2_FIELD_NONE;
	vb->vb2_buf.timestamp = 0;
	vb2_set_plane_payload(&vb->vb2_buf, 0, 0);
	scoped_guard(spinlock, &ctx->buf_lock)
		vb->sequence = ctx->queue[VC_CODEC_CAP].sequence++;
	vc_codec_return(ctx, VC_CODEC_CAP, buf, VB2_BUF_STATE_DONE, true);
}

/* Of the buffers that wait, or of those that will be queued. */
void vc_codec_send_last(struct vc_codec_ctx *ctx)
{
	struct vc_codec_buffer *buf;

	scoped_guard(spinlock, &ctx->buf_lock) {
		buf = vc_codec_pop(&ctx->queue[VC_CODEC_CAP]);
		ctx->owes_last = !buf;
	}
	if (buf)
		vc_codec_finish_last(ctx, buf);
}

static bool vc_codec_pay_last(struct vc_codec_ctx *ctx)
{
	bool owes;

	guard(spinlock)(&ctx->buf_lock);
	owes = ctx->owes_last;
	ctx->owes_last = false;
	return owes;
}

static void vc_codec_fail(struct vc_codec_ctx *ctx)
{
	vb2_queue_error(ctx->queue[VC_CODEC_OUT].vq);
	vb2_queue_error(ctx->queue[VC_CODEC_CAP].vq);
}

/* The first buffer of a queue that streams already may be one that is to be copied. */
static void vc_codec_fit_port(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			      const struct vc_codec_buffer *buf)
{
	struct vc_codec_queue *q = &ctx->queue[side];

	if (!q->is_open || q->is_used || buf->import || vc_codec_port(ctx, side)->copies)
		return;
	if (vc_codec_port_open(ctx, side, vc_codec_done))
		vc_codec_fail(ctx);
}

void vc_codec_buffer_queue(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			   struct vc_codec_buffer *buf)
{
	bool now;

	if (side == VC_CODEC_CAP && vc_codec_pay_last(ctx)) {
		vc_codec_finish_last(ctx, buf);
		return;
	}
	vc_codec_fit_port(ctx, side, buf);
	scoped_guard(spinlock, &ctx->buf_lock) {
		now = vc_codec_takes(ctx, side) &&
		      list_empty(&ctx->queue[side].pending);
		if (!now)
			list_add_tail(&buf->node, &ctx->queue[side].pending);
	}
	if (now && vc_codec_submit(ctx, side, buf))
		vb2_buffer_done(&vc_codec_vb(buf)->vb2_buf,
				VB2_BUF_STATE_ERROR);
	else if (!now)
		vc_codec_submit_pending(ctx, side);
}

void vc_codec_return_pending(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			     enum vb2_buffer_state state)
{
	struct vc_codec_buffer *buf, *tmp;
	LIST_HEAD(list);

	scoped_guard(spinlock, &ctx->buf_lock)
		list_splice_init(&ctx->queue[side].pending, &list);
	list_for_each_entry_safe(buf, tmp, &list, node) {
		list_del(&buf->node);
		vb2_buffer_done(&vc_codec_vb(buf)->vb2_buf, state);
	}
}

/* -----------------------------------------------------------------------------
 * From the firmware; receiving context, or a port being disabled
 */

/* True: the buffer is not to be given to user space yet. */
static bool vc_codec_keep(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			  struct vc_codec_buffer *buf)
{
	struct vc_codec_queue *q = &ctx->queue[side];
	const struct vc_mmal_buffer *mmal = &buf->mmal;
	bool again;

	guard(spinlock)(&ctx->buf_lock);
	/* An empty picture: the firmware had to have one. */
	again = side == VC_CODEC_CAP && q->is_open && !mmal->status &&
		!mmal->length &&
		!(mmal->flags & (MMAL_BUFFER_EOS | MMAL_BUFFER_CORRUPTED));
	if (again) {
		ctx->resubmit = true;
		vc_codec_schedule(ctx);
	}
	if (!again && !(q->keeps && !mmal->length &&
			!(mmal->flags & MMAL_BUFFER_EOS)))
		return false;
	list_add_tail(&buf->node, &q->pending);
	return true;
}

/* The state of a buffer that came back; unused ones as the queue wants it. */
static enum vb2_buffer_state vc_codec_state(struct vc_codec_ctx *ctx,
					    enum vc_codec_side side,
					    const struct vc_mmal_buffer *mmal)
{
	const struct vc_codec_queue *q = &ctx->queue[side];

	guard(spinlock)(&ctx->buf_lock);
	if (mmal->status == -ECANCELED || !q->is_open)
		return side == VC_CODEC_CAP && mmal->length && !mmal->status ?
		       VB2_BUF_STATE_DONE : q->return_state;
	if (mmal->status || mmal->flags & MMAL_BUFFER_CORRUPTED)
		return VB2_BUF_STATE_ERROR;
	return VB2_BUF_STATE_DONE;
}

/* An empty one is the end; what comes before a stream's header may be anything. */
static bool vc_codec_has_other(struct vc_codec_ctx *ctx,
			       const struct vc_codec_buffer *buf)
{
	return !buf->mmal.status && buf->m2m.vb.vb2_buf.planes[0].bytesused &&
	       (ctx->has_header || !vc_codec_is_decoder(ctx));
}

static void vc_codec_done_output(struct vc_codec_ctx *ctx,
				 struct vc_codec_buffer *buf)
{
	struct vb2_v4l2_buffer *vb = vc_codec_vb(buf);
	enum vb2_buffer_state state;

	if (vc_codec_keep(ctx, VC_CODEC_OUT, buf))
		return;
	state = vc_codec_state(ctx, VC_CODEC_OUT, &buf->mmal);
	scoped_guard(spinlock, &ctx->buf_lock)
		vb->sequence = ctx->queue[VC_CODEC_OUT].sequence++;
	vc_codec_return(ctx, VC_CODEC_OUT, buf, state,
			!vc_codec_has_other(ctx, buf));
}

static enum v4l2_field vc_codec_field(const struct vc_codec_ctx *ctx, u32 flags)
{
	if (!vc_codec_is_decoder(ctx) || !(flags & MMAL_BUFFER_INTERLACED))
		return V4L2_FIELD_NONE;
	return flags & MMAL_BUFFER_TOP_FIELD_FIRST ? V4L2_FIELD_INTERLACED_TB :
						     V4L2_FIELD_INTERLACED_BT;
}

static void vc_codec_fill_capture(struct vc_codec_ctx *ctx,
				  struct vc_codec_buffer *buf)
{
	struct vb2_v4l2_buffer *vb = vc_codec_vb(buf);
	const struct vc_mmal_buffer *mmal = &buf->mmal;

	vb2_set_plane_payload(&vb->vb2_buf, 0, mmal->length);
	vb->vb2_buf.planes[0].data_offset = 0;
	vb->vb2_buf.timestamp = mmal->pts == MMAL_TIME_UNKNOWN ?
				0 : mmal->pts * NSEC_PER_USEC;
	vb->flags &= ~(V4L2_BUF_FLAG_LAST | V4L2_BUF_FLAG_KEYFRAME |
		       V4L2_BUF_FLAG_PFRAME | V4L2_BUF_FLAG_BFRAME);
	if (mmal->flags & MMAL_BUFFER_KEYFRAME)
		vb->flags |= V4L2_BUF_FLAG_KEYFRAME;
	else if (vc_codec_is_encoder(ctx))
		vb->flags |= V4L2_BUF_FLAG_PFRAME;
	guard(spinlock)(&ctx->buf_lock);
	vc_codec_stamp_get(ctx, vb);
	if (mmal->flags & MMAL_BUFFER_INTERLACED)
		vb->field = vc_codec_field(ctx, mmal->flags);
	if (vc_codec_role(ctx) == VC_CODEC_DEINTERLACE)
		vb->field = V4L2_FIELD_NONE;
	vb->sequence = ctx->queue[VC_CODEC_CAP].sequence++;
}

static void vc_codec_ended(struct vc_codec_ctx *ctx)
{
	static const struct v4l2_event event = { .type = V4L2_EVENT_EOS };

	scoped_guard(spinlock, &ctx->buf_lock)
		if (ctx->drain == VC_CODEC_DRAINING)
			ctx->drain = VC_CODEC_STOPPED;
	v4l2_event_queue_fh(&ctx->fh, &event);
}

static void vc_codec_done_capture(struct vc_codec_ctx *ctx,
				  struct vc_codec_buffer *buf)
{
	enum vb2_buffer_state state;
	bool is_last = buf->mmal.flags & MMAL_BUFFER_EOS && !buf->mmal.status;

	if (vc_codec_keep(ctx, VC_CODEC_CAP, buf))
		return;
	if (is_last)
		vc_codec_ended(ctx);
	if (is_last && !buf->mmal.length) {
		vc_codec_finish_last(ctx, buf);
		return;
	}
	state = vc_codec_state(ctx, VC_CODEC_CAP, &buf->mmal);
	vc_codec_fill_capture(ctx, buf);
	if (is_last)
		vc_codec_vb(buf)->flags |= V4L2_BUF_FLAG_LAST;
	vc_codec_return(ctx, VC_CODEC_CAP, buf, state, false);
}

void vc_codec_done(struct vc_mmal_port *port, struct vc_mmal_buffer *mmal)
{
	struct vc_codec_ctx *ctx = port->priv;

	if (mmal == &ctx->eos) {
		guard(spinlock)(&ctx->buf_lock);
		ctx->eos_is_busy = false;
		ctx->has_eos = !mmal->status &&
			       ctx->queue[VC_CODEC_OUT].is_open;
		vc_codec_schedule(ctx);
	} else if (port->type == MMAL_PORT_INPUT) {
		vc_codec_done_output(ctx, container_of(mmal, struct vc_codec_buffer, mmal));
	} else {
		vc_codec_done_capture(ctx, container_of(mmal, struct vc_codec_buffer, mmal));
	}
}

/* -----------------------------------------------------------------------------
 * Events: taken down here, worked on in vc_codec_work()
 */

static bool vc_codec_change_from_wire(const struct vc_mmal_event *event,
				      struct vc_codec_change *change)
{
	const struct mmal_event_format_changed *wire = (const void *)event->data;

	if (event->len < sizeof(*wire))
		return false;
	*change = (struct vc_codec_change) {
		.width = le32_to_cpu(wire->es.width),
		.height = le32_to_cpu(wire->es.height),
		.visible_width = le32_to_cpu(wire->es.crop.width),
		.visible_height = le32_to_cpu(wire->es.crop.height),
		.par.num = le32_to_cpu(wire->es.par.num),
		.par.den = le32_to_cpu(wire->es.par.den),
		.color_space = le32_to_cpu(wire->es.color_space),
	};
	return true;
}

void vc_codec_event(struct vc_mmal_component *component,
		    const struct vc_mmal_event *event)
{
	struct vc_codec_ctx *ctx = component->priv;
	struct vc_codec_change change;

	switch (event->cmd) {
	case MMAL_EVENT_FORMAT_CHANGED:
		if (!vc_codec_is_decoder(ctx) ||
		    !vc_codec_change_from_wire(event, &change))
			return;
		scoped_guard(spinlock, &ctx->buf_lock) {
			ctx->change = change;
			ctx->has_change = true;
		}
		break;
	case MMAL_EVENT_ERROR:
		scoped_guard(spinlock, &ctx->buf_lock)
			ctx->has_failed = true;
		break;
	default:
		return;
	}
	vc_codec_schedule(ctx);
}

/* A stream that cannot be shown: nobody can go on with it. */
static bool vc_codec_change_is_bad(const struct vc_codec_ctx *ctx,
				   const struct vc_codec_change *change)
{
	const u32 max = vc_codec_roles[vc_codec_role(ctx)].max_size;

	return change->visible_width < 1 || change->visible_width > max ||
	       change->visible_height < 1 || change->visible_height > max;
}

/* Open the port with the current format and give it what waits. */
int vc_codec_restart_capture(struct vc_codec_ctx *ctx)
{
	int ret;

	ret = vc_codec_port_open(ctx, VC_CODEC_CAP, vc_codec_done);
	if (!ret && ctx->queue[VC_CODEC_CAP].is_streaming)
		ret = vc_codec_submit_pending(ctx, VC_CODEC_CAP);
	return ret;
}

/* True if the queue has to be set up anew for what the stream is now. */
static bool vc_codec_take_change(struct vc_codec_ctx *ctx,
				 const struct vc_codec_change *change)
{
	struct vc_codec_queue *cap = &ctx->queue[VC_CODEC_CAP];
	const struct v4l2_pix_format_mplane old = cap->pix;
	const struct v4l2_rect visible = cap->visible;

	ctx->stream = *change;
	ctx->has_header = true;
	vc_codec_set_visible(ctx, VC_CODEC_CAP, change->visible_width,
			     change->visible_height);
	vc_codec_colours_from_mmal(&cap->pix, change->color_space);
	return old.width != cap->pix.width || old.height != cap->pix.height ||
	       visible.width != cap->visible.width ||
	       visible.height != cap->visible.height;
}

static void vc_codec_apply_change(struct vc_codec_ctx *ctx,
				  const struct vc_codec_change *change)
{
	static const struct v4l2_event event = {
		.type = V4L2_EVENT_SOURCE_CHANGE,
		.u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION,
	};
	bool is_other, is_first = !ctx->has_header;

	if (vc_codec_change_is_bad(ctx, change)) {
		vc_codec_fail(ctx);
		return;
	}
	is_other = vc_codec_take_change(ctx, change);
	if (is_other || is_first)
		v4l2_event_queue_fh(&ctx->fh, &event);
	if (!ctx->queue[VC_CODEC_CAP].is_streaming)
		return;
	if (!is_other) {
		if (vc_codec_restart_capture(ctx))
			vc_codec_fail(ctx);
		return;
	}
	/* The pictures so far are out; this is the end of them. */
	vc_codec_port_close(ctx, VC_CODEC_CAP, true);
	vc_codec_send_last(ctx);
}

void vc_codec_work(struct work_struct *work)
{
	struct vc_codec_ctx *ctx = container_of(work, struct vc_codec_ctx, work);
	struct vc_codec_change change;
	bool has_change, has_failed, has_eos, resubmit;

	guard(mutex)(&ctx->node->lock);
	scoped_guard(spinlock, &ctx->buf_lock) {
		change = ctx->change;
		has_change = ctx->has_change;
		has_failed = ctx->has_failed;
		has_eos = ctx->has_eos;
		resubmit = ctx->resubmit;
		ctx->has_change = false;
		ctx->has_failed = false;
		ctx->has_eos = false;
		ctx->resubmit = false;
	}
	if (ctx->is_dead || !ctx->component)
		return;
	vc_codec_return_some(ctx, false);
	if (has_failed)
		vc_codec_fail(ctx);
	if (has_change)
		vc_codec_apply_change(ctx, &change);
	/* Who waits to hear what it is need not wait any longer. */
	if (has_eos && vc_codec_is_decoder(ctx) && !ctx->has_header)
		vc_codec_ended(ctx);
	if (resubmit && vc_codec_submit_pending(ctx, VC_CODEC_CAP))
		vc_codec_fail(ctx);
}

/* The firmware is gone: wake who waits. Receiving context. */
void vc_codec_broken(struct vc_codec *codec)
{
	struct vc_codec_ctx *ctx;

	guard(spinlock)(&codec->ctx_lock);
	codec->is_gone = true;
	list_for_each_entry(ctx, &codec->contexts, list)
		vc_codec_fail(ctx);
}
