// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers between videobuf2 and the firmware.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-buf.h>
#include <linux/math64.h>

#include <media/videobuf2-vmalloc.h>

#include "../compat.h"
#include "camera_priv.h"

/* How often to look, and how long without a frame is suspicious. */
#define VC_CAMERA_WATCHDOG_MS	1000
#define VC_CAMERA_SILENCE_MS	3000

/* What is longer is not a gap between frames but another clock. */
#define VC_CAMERA_MAX_GAP_US	(60 * USEC_PER_SEC)

static struct vc_camera_buffer *to_camera_buffer(struct vb2_buffer *vb)
{
	return container_of(to_vb2_v4l2_buffer(vb), struct vc_camera_buffer, vb);
}

static void vc_camera_return(struct vc_camera_buffer *buf,
			     enum vb2_buffer_state state)
{
	vb2_buffer_done(&buf->vb.vb2_buf, state);
}

static void vc_camera_return_pending(struct vc_camera *cam,
				     enum vb2_buffer_state state)
{
	struct vc_camera_buffer *buf, *tmp;
	LIST_HEAD(list);

	scoped_guard(spinlock, &cam->buf_lock)
		list_splice_init(&cam->pending, &list);
	list_for_each_entry_safe(buf, tmp, &list, node) {
		list_del(&buf->node);
		vc_camera_return(buf, state);
	}
}

/* The firmware is gone: wake who waits for frames. Receiving context. */
void vc_camera_queue_broken(struct vc_camera *cam)
{
	vb2_queue_error(&cam->queue);
}

/* -----------------------------------------------------------------------------
 * From the firmware
 */

/* Frames that the firmware took while it had no buffer to put them in. */
static u32 vc_camera_missed(const struct vc_camera *cam, s64 pts)
{
	u64 gap;

	lockdep_assert_held(&cam->buf_lock);

	if (!cam->interval_us || cam->last_pts == MMAL_TIME_UNKNOWN ||
	    pts == MMAL_TIME_UNKNOWN || pts <= cam->last_pts)
		return 0;
	gap = pts - cam->last_pts;
	if (gap > VC_CAMERA_MAX_GAP_US)
		return 0;
	/* Rounded: a frame may come half an interval late. */
	gap = div_u64(gap + cam->interval_us / 2, cam->interval_us);
	return gap > 1 ? gap - 1 : 0;
}

/* The firmware's clock to ours; never later than now. */
static u64 vc_camera_timestamp(const struct vc_camera *cam, s64 pts)
{
	u64 now = ktime_get_ns();
	s64 since_start;
	u64 time;

	if (pts == MMAL_TIME_UNKNOWN)
		return now;
	since_start = pts - (s64)cam->start_stc;
	if (since_start < 0 || since_start > S64_MAX / (s64)NSEC_PER_USEC / 2)
		return now;
	time = ktime_to_ns(cam->start) + since_start * NSEC_PER_USEC;
	return min(time, now);
}

/* Of a stream: whether it can be understood by itself. */
static void vc_camera_set_kind(const struct vc_camera *cam,
			       struct vc_camera_buffer *buf)
{
	buf->vb.flags &= ~(V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME |
			   V4L2_BUF_FLAG_BFRAME);
	if (cam->format->coder != VC_CAMERA_VIDEO_ENCODER)
		return;
	buf->vb.flags |= buf->mmal.flags & MMAL_BUFFER_KEYFRAME ?
			 V4L2_BUF_FLAG_KEYFRAME : V4L2_BUF_FLAG_PFRAME;
}

static void vc_camera_deliver(struct vc_camera *cam,
			      struct vc_camera_buffer *buf, bool is_copied)
{
	s64 pts = buf->mmal.pts;

	scoped_guard(spinlock, &cam->buf_lock) {
		u32 missed = vc_camera_missed(cam, pts);

		cam->stats.dropped += missed;
		cam->stats.delivered++;
		cam->stats.bytes_copied += is_copied ? buf->mmal.length : 0;
		cam->sequence += missed;
		buf->vb.sequence = cam->sequence++;
		cam->last_pts = pts;
		cam->last_frame = jiffies;
	}
	buf->vb.field = V4L2_FIELD_NONE;
	buf->vb.vb2_buf.timestamp = vc_camera_timestamp(cam, pts);
	vb2_set_plane_payload(&buf->vb.vb2_buf, 0, cam->format->bytes ?
			      cam->pix.sizeimage : buf->mmal.length);
	vc_camera_set_kind(cam, buf);
	vc_camera_return(buf, VB2_BUF_STATE_DONE);
}

/* No frame in it: stop is under way, it failed, or is to be tried again. */
static void vc_camera_reject(struct vc_camera *cam, struct vc_camera_buffer *buf)
{
	enum vb2_buffer_state state;
	bool again;

	scoped_guard(spinlock, &cam->buf_lock) {
		again = cam->is_streaming && !buf->mmal.status &&
			!buf->mmal.length;
		if (again)
			list_add_tail(&buf->node, &cam->pending);
		state = cam->return_state;
		cam->stats.dropped += cam->is_streaming;
		buf->vb.sequence = cam->sequence;
	}
	buf->vb.field = V4L2_FIELD_NONE;
	buf->vb.vb2_buf.timestamp = ktime_get_ns();
	vb2_set_plane_payload(&buf->vb.vb2_buf, 0, 0);
	if (again)
		queue_work(system_dfl_wq, &cam->submit_work);
	else
		vc_camera_return(buf, state);
}

/* A whole one, and nothing else. */
static bool vc_camera_has_frame(const struct vc_camera *cam,
				const struct vc_mmal_buffer *mmal)
{
	if (mmal->status || mmal->offset || mmal->flags & MMAL_BUFFER_CORRUPTED)
		return false;
	if (cam->format->bytes)
		return mmal->length >= cam->pix.sizeimage;
	return mmal->length && mmal->flags & MMAL_BUFFER_FRAME_END;
}

/* A still has been taken: the next one is asked for where calls can be made. */
static void vc_camera_want_still(struct vc_camera *cam)
{
	guard(spinlock)(&cam->buf_lock);
	if (!cam->is_streaming)
		return;
	cam->wants_still = true;
	queue_work(system_dfl_wq, &cam->submit_work);
}

/*
 * A buffer comes back, from the receiving context, or from a port being
 * disabled. vc_camera.lock may or may not be held; the format and the clocks do
 * not change while buffers are out.
 */
static void vc_camera_done(struct vc_mmal_port *port,
			   struct vc_mmal_buffer *mmal)
{
	struct vc_camera_buffer *buf =
		container_of(mmal, struct vc_camera_buffer, mmal);
	struct vc_camera *cam = port->priv;

	if (!atomic_read(&port->nr_busy)) {
		guard(spinlock)(&cam->buf_lock);
		cam->stats.starved += cam->is_streaming;
	}
	if (mmal->flags & MMAL_BUFFER_EOS && vc_camera_takes_stills(cam))
		vc_camera_want_still(cam);
	if (vc_camera_has_frame(cam, mmal))
		vc_camera_deliver(cam, buf, port->copies);
	else
		vc_camera_reject(cam, buf);
}

/* -----------------------------------------------------------------------------
 * To the firmware
 */

static int vc_camera_submit(struct vc_camera *cam, struct vc_camera_buffer *buf)
{
	struct vc_mmal_port *port = vc_camera_giving_port(cam);
	struct vc_mmal_buffer *mmal = &buf->mmal;

	if (port->copies)
		mmal->data = vb2_plane_vaddr(&buf->vb.vb2_buf, 0);
	else
		mmal->handle = vc_sm_import_handle(buf->import);
	mmal->size = vb2_plane_size(&buf->vb.vb2_buf, 0);
	mmal->length = 0;
	mmal->offset = 0;
	mmal->flags = 0;
	mmal->pts = MMAL_TIME_UNKNOWN;
	mmal->dts = MMAL_TIME_UNKNOWN;
	return vc_mmal_port_submit(port, mmal);
}

static struct vc_camera_buffer *vc_camera_pop_pending(struct vc_camera *cam)
{
	struct vc_camera_buffer *buf;

	guard(spinlock)(&cam->buf_lock);
	if (!cam->is_streaming)
		return NULL;
	buf = list_first_entry_or_null(&cam->pending, struct vc_camera_buffer,
				       node);
	if (buf)
		list_del(&buf->node);
	return buf;
}

static int vc_camera_submit_pending(struct vc_camera *cam)
{
	struct vc_camera_buffer *buf;
	int ret;

	while ((buf = vc_camera_pop_pending(cam))) {
		ret = vc_camera_submit(cam, buf);
		if (!ret)
			continue;
		scoped_guard(spinlock, &cam->buf_lock)
			list_add(&buf->node, &cam->pending);
		return ret;
	}
	return 0;
}

/* The firmware refused or could not be reached: what user space gets to see. */
static void vc_camera_submit_work(struct work_struct *work)
{
	struct vc_camera *cam = container_of(work, struct vc_camera,
					     submit_work);

	bool wants_still;
	int ret;

	scoped_guard(spinlock, &cam->buf_lock) {
		wants_still = cam->wants_still && cam->is_streaming;
		cam->wants_still = false;
	}
	ret = vc_camera_submit_pending(cam);
	if (!ret && wants_still)
		ret = vc_camera_firmware_capture(cam, true);
	if (ret)
		vb2_queue_error(&cam->queue);
}

/*
 * When no frame has come for long although the firmware has buffers, ask it. One
 * that does not answer will not send frames either.
 */
static void vc_camera_watchdog(struct work_struct *work)
{
	struct vc_camera *cam = container_of(to_delayed_work(work),
					     struct vc_camera, watchdog);
	struct vc_mmal_port *port = vc_camera_giving_port(cam);
	unsigned long deadline;
	u64 stc;
	int ret = 0;

	scoped_guard(spinlock, &cam->buf_lock)
		deadline = cam->last_frame + msecs_to_jiffies(VC_CAMERA_SILENCE_MS);
	if (atomic_read(&port->nr_busy) && time_after(jiffies, deadline))
		ret = vc_camera_firmware_ping(cam, &stc);
	if (ret == -ETIMEDOUT || ret == -ENODEV) {
		dev_err(&cam->vdev->dev, "the firmware does not answer: %d\n",
			ret);
		vb2_queue_error(&cam->queue);
		return;
	}
	queue_delayed_work(system_dfl_wq, &cam->watchdog,
			   msecs_to_jiffies(VC_CAMERA_WATCHDOG_MS));
}

/* -----------------------------------------------------------------------------
 * Videobuf2 queue operations
 */

static int vc_camera_queue_setup(struct vb2_queue *q, unsigned int *nr_buffers,
				 unsigned int *nr_planes, unsigned int sizes[],
				 struct device *alloc_devs[])
{
	struct vc_camera *cam = vb2_get_drv_priv(q);

	if (cam->is_gone)
		return -ENODEV;
	if (*nr_planes)
		return sizes[0] < cam->pix.sizeimage ? -EINVAL : 0;
	*nr_planes = 1;
	sizes[0] = cam->pix.sizeimage;
	return 0;
}

/*
 * Every buffer is made known to the VPU once, for as long as it exists. One that
 * cannot be makes the port copy, unless that has been enabled without.
 */
static int vc_camera_buf_init(struct vb2_buffer *vb)
{
	struct vc_camera *cam = vb2_get_drv_priv(vb->vb2_queue);
	struct vc_camera_buffer *buf = to_camera_buffer(vb);
	struct vc_sm_import *import;
	bool copies;

	if (!cam->sm)
		return vb2_plane_vaddr(vb, 0) ? 0 : -EINVAL;
	copies = !vb2_start_streaming_called(vb->vb2_queue) ||
		 vc_camera_giving_port(cam)->copies;
	import = vc_sm_vb2_import(cam->sm, vb, VC_CAMERA_NAME, copies);
	if (IS_ERR(import))
		return PTR_ERR(import);
	buf->import = import;
	return 0;
}

static void vc_camera_buf_cleanup(struct vb2_buffer *vb)
{
	struct vc_camera_buffer *buf = to_camera_buffer(vb);

	vc_sm_import_put(buf->import);
	buf->import = NULL;
}

static int vc_camera_buf_prepare(struct vb2_buffer *vb)
{
	struct vc_camera *cam = vb2_get_drv_priv(vb->vb2_queue);

	if (vb2_plane_size(vb, 0) < cam->pix.sizeimage)
		return -EINVAL;
	if (vb->memory != VB2_MEMORY_DMABUF)
		return 0;
	/* The display or the GPU may still read what was in the buffer before. */
	return vc_sm_wait_fences(vb->planes[0].dbuf, true);
}

static void vc_camera_buf_queue(struct vb2_buffer *vb)
{
	struct vc_camera *cam = vb2_get_drv_priv(vb->vb2_queue);
	struct vc_camera_buffer *buf = to_camera_buffer(vb);
	bool now;

	scoped_guard(spinlock, &cam->buf_lock) {
		now = cam->is_streaming;
		if (!now)
			list_add_tail(&buf->node, &cam->pending);
	}
	if (now && vc_camera_submit(cam, buf))
		vc_camera_return(buf, VB2_BUF_STATE_ERROR);
}

/* Stop, and give every buffer back with @state. */
static void vc_camera_stop(struct vc_camera *cam, enum vb2_buffer_state state)
{
	scoped_guard(spinlock, &cam->buf_lock) {
		cam->is_streaming = false;
		cam->return_state = state;
	}
	cancel_delayed_work_sync(&cam->watchdog);
	cancel_work_sync(&cam->submit_work);
	vc_camera_firmware_stop(cam);
	vc_camera_return_pending(cam, state);
}

static int vc_camera_start_streaming(struct vb2_queue *q, unsigned int count)
{
	struct vc_camera *cam = vb2_get_drv_priv(q);
	int ret;

	ret = cam->is_gone ? -ENODEV : vc_camera_firmware_prepare(cam);
	if (ret)
		goto err_return;
	ret = vc_camera_firmware_start(cam, vc_camera_done);
	if (ret)
		goto err_stop;
	scoped_guard(spinlock, &cam->buf_lock) {
		cam->is_streaming = true;
		cam->wants_still = false;
		cam->return_state = VB2_BUF_STATE_ERROR;
		cam->sequence = 0;
		cam->last_pts = MMAL_TIME_UNKNOWN;
		cam->last_frame = jiffies;
	}
	ret = vc_camera_submit_pending(cam);
	if (!ret)
		ret = vc_camera_firmware_capture(cam, true);
	if (ret)
		goto err_stop;
	queue_delayed_work(system_dfl_wq, &cam->watchdog,
			   msecs_to_jiffies(VC_CAMERA_WATCHDOG_MS));
	return 0;

err_stop:
	vc_camera_stop(cam, VB2_BUF_STATE_QUEUED);
err_return:
	vc_camera_return_pending(cam, VB2_BUF_STATE_QUEUED);
	return ret;
}

static void vc_camera_stop_streaming(struct vb2_queue *q)
{
	vc_camera_stop(vb2_get_drv_priv(q), VB2_BUF_STATE_ERROR);
}

static const struct vb2_ops vc_camera_queue_ops = {
	.queue_setup = vc_camera_queue_setup,
	VC_VB2_WAIT_OPS
	.buf_init = vc_camera_buf_init,
	.buf_prepare = vc_camera_buf_prepare,
	.buf_cleanup = vc_camera_buf_cleanup,
	.start_streaming = vc_camera_start_streaming,
	.stop_streaming = vc_camera_stop_streaming,
	.buf_queue = vc_camera_buf_queue,
};

int vc_camera_queue_init(struct vc_camera *cam)
{
	struct vb2_queue *q = &cam->queue;

	INIT_LIST_HEAD(&cam->pending);
	spin_lock_init(&cam->buf_lock);
	INIT_WORK(&cam->submit_work, vc_camera_submit_work);
	INIT_DELAYED_WORK(&cam->watchdog, vc_camera_watchdog);
	q->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	q->io_modes = VB2_MMAP | VB2_DMABUF;
	q->dev = cam->sm ? vc_sm_device(cam->sm) : &cam->vdev->dev;
	q->drv_priv = cam;
	q->ops = &vc_camera_queue_ops;
	q->mem_ops = cam->sm ? &vc_sm_vb2_memops : &vb2_vmalloc_memops;
	q->buf_struct_size = sizeof(struct vc_camera_buffer);
	q->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC |
			     V4L2_BUF_FLAG_TSTAMP_SRC_EOF;
	q->min_queued_buffers = 1;
	/* What it takes to ride out a busy machine at full frame rate. */
	q->min_reqbufs_allocation = 4;
	q->lock = &cam->lock;
	return vb2_queue_init(q);
}
