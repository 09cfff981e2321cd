// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that copy: the payload of a buffer goes as a bulk besides its message, or,
 * when it is short, inside of it.
 *
 * Both sides match bulks with messages by their order alone. So one work item for
 * each direction sends or takes them, of all ports of a connection: nothing comes
 * between a message and its bulk, and no signal either.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/slab.h>

#include "../compat.h"
#include "mmal_priv.h"

/* A bulk takes milliseconds. What takes longer will not come. */
#define VC_MMAL_BULK_TIMEOUT_MS	2000

/* Of firmware that expects a bulk also with the end of a stream. */
#define VC_MMAL_ZEROLEN_MAJOR	12
#define VC_MMAL_ZEROLEN_MINOR	2

enum vc_mmal_xfer_state {
	VC_MMAL_XFER_IDLE,	/* nothing to be moved */
	VC_MMAL_XFER_QUEUED,	/* in vc_mmal_lane.queued */
	VC_MMAL_XFER_POSTING,	/* the work item uses it, and the buffer's memory */
	VC_MMAL_XFER_POSTED,	/* the transport has the bulk */
	VC_MMAL_XFER_ARRIVED,	/* to the host; those before it may not have */
};

/**
 * struct vc_mmal_xfer - what moves with a buffer of a port that copies
 * @node: in vc_mmal_lane.queued
 * @order: to the host: in vc_mmal_port.arrivals
 * @lane: direction
 * @buf: buffer; NULL when it has gone back without waiting for the bulk
 * @state: protected by vc_mmal.lock, as all but @bulk is
 * @is_done: the bulk has been completed while it was being posted
 * @is_over: complete the buffer with @status once it has been posted
 * @status: of the buffer, as the firmware told, or why it is over
 * @event: what is moved is the data of this
 * @flush: the message is PORT_FLUSH with this
 * @bulk: the transport's part
 * @dummy: what is moved when there is nothing to move
 */
struct vc_mmal_xfer {
	struct list_head node;
	struct list_head order;
	struct vc_mmal_lane *lane;
	struct vc_mmal_buffer *buf;
	enum vc_mmal_xfer_state state;
	bool is_done;
	bool is_over;
	int status;
	struct vc_mmal_queued_event *event;
	struct {
		u32 component_handle;
		u32 port_handle;
		u32 context;
	} flush;
	struct vchiq_bulk bulk;
	u8 dummy[MMAL_DUMMY_BULK_LEN];
};

/* A message and a bulk of nothing: each has something that it must not overtake. */
static void vc_mmal_xfer_set_bulk(struct vc_mmal_xfer *xfer, void *data, u32 len)
{
	xfer->bulk.buf = len ? data : xfer->dummy;
	xfer->bulk.len = len ? MMAL_BULK_LEN(len) : sizeof(xfer->dummy);
}

static void vc_mmal_xfer_queue(struct vc_mmal_xfer *xfer)
{
	lockdep_assert_held(&xfer->lane->mmal->lock);
	xfer->state = VC_MMAL_XFER_QUEUED;
	list_add_tail(&xfer->node, &xfer->lane->queued);
	queue_work(system_dfl_wq, &xfer->lane->work);
}

/* -----------------------------------------------------------------------------
 * Ends
 */

/* The buffer has no transfer any more, and who waits for that may go on. */
static void vc_mmal_xfer_detach(struct vc_mmal_xfer *xfer)
{
	struct vc_mmal_buffer *buf = xfer->buf;

	if (!buf)
		return;
	if (xfer->bulk.to_host && xfer->state != VC_MMAL_XFER_IDLE &&
	    atomic_dec_and_test(&buf->port->nr_bulks))
		wake_up(&xfer->lane->mmal->bulk_wait);
	list_del(&xfer->order);
	buf->xfer = NULL;
	xfer->buf = NULL;
}

/**
 * vc_mmal_xfer_release() - a buffer is to be completed
 * @buf: buffer
 * @status: what it is to be completed with
 *
 * With vc_mmal.lock held. A bulk that the transport has goes on without the buffer:
 * it holds the pages itself.
 *
 * Return: false if the buffer is in use, and will be completed when it is not.
 */
bool vc_mmal_xfer_release(struct vc_mmal_buffer *buf, int status)
{
	struct vc_mmal_xfer *xfer = buf->xfer;

	if (!xfer)
		return true;
	if (xfer->state == VC_MMAL_XFER_POSTING) {
		xfer->is_over = true;
		xfer->status = status;
		return false;
	}
	vc_mmal_xfer_detach(xfer);
	if (xfer->state == VC_MMAL_XFER_POSTED)
		return true;
	if (xfer->state == VC_MMAL_XFER_QUEUED)
		list_del(&xfer->node);
	kfree(xfer);
	return true;
}

/* Buffers come back in the order of their messages. */
static void vc_mmal_arrivals_complete(struct vc_mmal_port *port)
{
	struct vc_mmal_xfer *xfer;
	struct vc_mmal_buffer *buf;
	int status;

	while ((xfer = list_first_entry_or_null(&port->arrivals,
						struct vc_mmal_xfer, order))) {
		if (xfer->state != VC_MMAL_XFER_ARRIVED)
			return;
		buf = xfer->buf;
		status = xfer->status;
		vc_mmal_xfer_detach(xfer);
		kfree(xfer);
		vc_mmal_buffer_complete(port->component->mmal, buf, status);
	}
}

static void vc_mmal_xfer_arrive(struct vc_mmal_xfer *xfer, int error)
{
	struct vc_mmal_buffer *buf = xfer->buf;

	if (error) {
		buf->length = 0;
		xfer->status = xfer->status ?: error;
	}
	xfer->state = VC_MMAL_XFER_ARRIVED;
	vc_mmal_arrivals_complete(buf->port);
}

/* The bulk is through, or there was none, or it could not be posted. */
static void vc_mmal_xfer_end(struct vc_mmal_xfer *xfer)
{
	struct vc_mmal_buffer *buf = xfer->buf;
	const int error = xfer->bulk.status == -ECONNABORTED ? -EIO :
							       xfer->bulk.status;
	int status = xfer->status;

	lockdep_assert_held(&xfer->lane->mmal->lock);
	/* Of who went before, or of an event or a flush. */
	if (!buf) {
		if (xfer->event)
			vc_mmal_event_arrived(xfer->lane->mmal, xfer->event, !error);
		kfree(xfer);
		return;
	}
	if (xfer->bulk.to_host) {
		vc_mmal_xfer_arrive(xfer, error);
		return;
	}
	/* What was sent comes back by a message. */
	xfer->state = VC_MMAL_XFER_IDLE;
	if (!error && !xfer->is_over)
		return;
	if (error)
		buf->length = 0;
	vc_mmal_buffer_end(xfer->lane->mmal, buf, status ?: error);
}

/* From a context of the transport. */
static void vc_mmal_xfer_complete(struct vchiq_service *svc,
				  struct vchiq_bulk *bulk)
{
	struct vc_mmal_xfer *xfer = container_of(bulk, struct vc_mmal_xfer, bulk);
	struct vc_mmal *mmal = xfer->lane->mmal;

	guard(mutex)(&mmal->lock);
	if (xfer->state == VC_MMAL_XFER_POSTING)
		xfer->is_done = true;
	else
		vc_mmal_xfer_end(xfer);
}

/* -----------------------------------------------------------------------------
 * The work items
 */

static struct vc_mmal_xfer *vc_mmal_xfer_next(struct vc_mmal_lane *lane)
{
	struct vc_mmal_xfer *xfer;

	guard(mutex)(&lane->mmal->lock);
	xfer = list_first_entry_or_null(&lane->queued, struct vc_mmal_xfer, node);
	if (!xfer)
		return NULL;
	list_del(&xfer->node);
	xfer->state = VC_MMAL_XFER_POSTING;
	return xfer;
}

static int vc_mmal_flush_send(struct vc_mmal *mmal,
			      const struct vc_mmal_xfer *xfer)
{
	const struct vc_mmal_buffer_msg msg = {
		.header.magic = cpu_to_le32(MMAL_MAGIC),
		.header.type = cpu_to_le32(MMAL_MSG_PORT_FLUSH),
		.header.context = cpu_to_le32(xfer->flush.context),
		.buffer.drvbuf.magic = cpu_to_le32(MMAL_MAGIC),
		.buffer.drvbuf.component_handle =
			cpu_to_le32(xfer->flush.component_handle),
		.buffer.drvbuf.port_handle = cpu_to_le32(xfer->flush.port_handle),
	};

	return vc_mmal_send(mmal, &msg, sizeof(msg));
}

/* Images of the firmware's own are but a name: that fits into the message. */
static bool vc_mmal_buffer_is_short(const struct vc_mmal_buffer *buf)
{
	return buf->length && buf->length <= MMAL_SHORT_DATA_MAX &&
	       (buf->port->type == MMAL_PORT_CLOCK ||
		buf->port->format.encoding == MMAL_ENCODING_OPAQUE);
}

static bool vc_mmal_knows_zerolen(const struct vc_mmal *mmal)
{
	return mmal->major > VC_MMAL_ZEROLEN_MAJOR ||
	       (mmal->major == VC_MMAL_ZEROLEN_MAJOR &&
		mmal->minor >= VC_MMAL_ZEROLEN_MINOR);
}

/* Return: 0, 1 if a bulk has to follow, or a negative errno. */
static int vc_mmal_data_send(struct vc_mmal *mmal, struct vc_mmal_buffer *buf)
{
	const bool is_end = !buf->length && buf->flags & MMAL_BUFFER_EOS &&
			    vc_mmal_knows_zerolen(mmal);
	const bool is_short = vc_mmal_buffer_is_short(buf);
	int ret;

	ret = vc_mmal_buffer_send(mmal, buf, is_end ?
				  MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN :
				  MMAL_MSG_BUFFER_FROM_HOST, is_short);
	return ret ?: (buf->length && !is_short) || is_end;
}

/* Return: true if a bulk is under way. */
static bool vc_mmal_xfer_post(struct vc_mmal *mmal, struct vc_mmal_xfer *xfer)
{
	int ret = 1;

	if (xfer->flush.context)
		ret = vc_mmal_flush_send(mmal, xfer) ?: 1;
	else if (!xfer->bulk.to_host)
		ret = vc_mmal_data_send(mmal, xfer->buf);
	if (ret > 0)
		ret = vchiq_service_bulk(mmal->svc, &xfer->bulk) ?: 1;
	if (ret < 0) {
		xfer->bulk.status = ret;
		dev_err_ratelimited(&mmal->vdev->dev,
				    "MMAL bulk not posted: %d\n", ret);
	}
	return ret > 0;
}

static void vc_mmal_xfer_posted(struct vc_mmal *mmal, struct vc_mmal_xfer *xfer,
				bool is_posted)
{
	struct vc_mmal_buffer *buf;
	int status;

	guard(mutex)(&mmal->lock);
	xfer->state = VC_MMAL_XFER_POSTED;
	if (!is_posted || xfer->is_done) {
		vc_mmal_xfer_end(xfer);
	} else if (xfer->is_over) {
		buf = xfer->buf;
		status = xfer->status;
		vc_mmal_xfer_detach(xfer);
		vc_mmal_buffer_complete(mmal, buf, status);
	}
}

static void vc_mmal_lane_work(struct work_struct *work)
{
	struct vc_mmal_lane *lane = container_of(work, struct vc_mmal_lane, work);
	struct vc_mmal_xfer *xfer;

	while ((xfer = vc_mmal_xfer_next(lane)))
		vc_mmal_xfer_posted(lane->mmal, xfer,
				    vc_mmal_xfer_post(lane->mmal, xfer));
}

void vc_mmal_lanes_init(struct vc_mmal *mmal)
{
	int i;

	init_waitqueue_head(&mmal->bulk_wait);
	for (i = 0; i < VC_MMAL_NR_LANES; i++) {
		mmal->lanes[i].mmal = mmal;
		INIT_LIST_HEAD(&mmal->lanes[i].queued);
		INIT_WORK(&mmal->lanes[i].work, vc_mmal_lane_work);
	}
}

/* Each buffer that has anything to do with them has been completed afterwards. */
void vc_mmal_lanes_flush(struct vc_mmal *mmal)
{
	int i;

	for (i = 0; i < VC_MMAL_NR_LANES; i++)
		flush_work(&mmal->lanes[i].work);
}

/* -----------------------------------------------------------------------------
 * Buffers
 */

static struct vc_mmal_xfer *vc_mmal_xfer_create(struct vc_mmal *mmal,
						bool to_host)
{
	struct vc_mmal_xfer *xfer;

	xfer = kzalloc(sizeof(*xfer), GFP_KERNEL);
	if (!xfer)
		return NULL;
	xfer->lane = &mmal->lanes[to_host];
	xfer->bulk.to_host = to_host;
	xfer->bulk.complete = vc_mmal_xfer_complete;
	return xfer;
}

/* Before @buf is known to anybody: so that no memory is needed later. */
int vc_mmal_xfer_attach(struct vc_mmal_port *port, struct vc_mmal_buffer *buf)
{
	if (!buf->data && buf->size)
		return -EINVAL;
	buf->xfer = vc_mmal_xfer_create(port->component->mmal,
					port->type == MMAL_PORT_OUTPUT);
	if (!buf->xfer)
		return -ENOMEM;
	buf->xfer->buf = buf;
	INIT_LIST_HEAD(&buf->xfer->order);
	return 0;
}

/* Message and payload of a buffer go on their way. */
void vc_mmal_xfer_send(struct vc_mmal *mmal, struct vc_mmal_buffer *buf)
{
	guard(mutex)(&mmal->lock);
	/* The connection may have broken meanwhile. */
	if (!buf->xfer)
		return;
	mmal->stats.bytes_copied += buf->length;
	vc_mmal_xfer_set_bulk(buf->xfer, buf->data + buf->offset, buf->length);
	vc_mmal_xfer_queue(buf->xfer);
}

/**
 * vc_mmal_xfer_receive() - the payload of a buffer follows its message
 * @buf: buffer
 * @len: bytes; 0: a bulk of nothing
 * @status: what it is to be completed with afterwards
 *
 * With vc_mmal.lock held. What is too long is taken as far as there is room, so
 * that the next bulk is not taken for it.
 */
void vc_mmal_xfer_receive(struct vc_mmal_buffer *buf, u32 len, int status)
{
	struct vc_mmal_xfer *xfer = buf->xfer;

	xfer->status = status;
	vc_mmal_xfer_set_bulk(xfer, buf->data, min(len, buf->size));
	atomic_inc(&buf->port->nr_bulks);
	list_add_tail(&xfer->order, &buf->port->arrivals);
	vc_mmal_xfer_queue(xfer);
}

/*
 * With vc_mmal.lock held: a buffer without a bulk is to be completed with @status
 * when those before it have been.
 */
void vc_mmal_xfer_follow(struct vc_mmal_buffer *buf, int status)
{
	struct vc_mmal_xfer *xfer = buf->xfer;

	if (!xfer || list_empty(&buf->port->arrivals)) {
		vc_mmal_buffer_end(buf->port->component->mmal, buf, status);
		return;
	}
	xfer->status = status;
	xfer->state = VC_MMAL_XFER_ARRIVED;
	atomic_inc(&buf->port->nr_bulks);
	list_add_tail(&xfer->order, &buf->port->arrivals);
}

/* The data of an event follows its message: @len bytes of it go to @data. */
int vc_mmal_xfer_event(struct vc_mmal *mmal, struct vc_mmal_queued_event *q,
		       void *data, u32 len)
{
	struct vc_mmal_xfer *xfer = vc_mmal_xfer_create(mmal, true);

	if (!xfer)
		return -ENOMEM;
	xfer->event = q;
	vc_mmal_xfer_set_bulk(xfer, data, len);
	guard(mutex)(&mmal->lock);
	vc_mmal_xfer_queue(xfer);
	return 0;
}

/* Its message has come, its payload is on the way. */
bool vc_mmal_xfer_receives(const struct vc_mmal_buffer *buf)
{
	return buf->xfer && buf->xfer->bulk.to_host &&
	       buf->xfer->state != VC_MMAL_XFER_IDLE;
}

/* -----------------------------------------------------------------------------
 * Stopping and flushing
 */

/* What the port still has to send is not to be sent to a disabled one. */
void vc_mmal_xfers_cancel(struct vc_mmal_port *port)
{
	struct vc_mmal *mmal = port->component->mmal;
	struct vc_mmal_lane *lane = &mmal->lanes[VC_MMAL_LANE_TO_FIRMWARE];
	struct vc_mmal_xfer *xfer, *tmp;

	if (!port->copies || port->type == MMAL_PORT_OUTPUT)
		return;
	scoped_guard(mutex, &mmal->lock) {
		list_for_each_entry_safe(xfer, tmp, &lane->queued, node) {
			if (!xfer->buf || xfer->buf->port != port)
				continue;
			xfer->buf->length = 0;
			vc_mmal_buffer_end(mmal, xfer->buf, -ECANCELED);
		}
	}
	flush_work(&lane->work);
}

/* Messages came before the answer to the port's disabling, their bulks may not have. */
void vc_mmal_xfers_await(struct vc_mmal_port *port)
{
	struct vc_mmal *mmal = port->component->mmal;

	wait_event_timeout(mmal->bulk_wait, !atomic_read(&port->nr_bulks),
			   msecs_to_jiffies(VC_MMAL_BULK_TIMEOUT_MS));
}

/* PORT_FLUSH with a bulk of nothing, behind all that was sent before. */
int vc_mmal_xfer_flush(const struct vc_mmal_port *port, u32 context)
{
	struct vc_mmal *mmal = port->component->mmal;
	struct vc_mmal_xfer *xfer = vc_mmal_xfer_create(mmal, false);

	if (!xfer)
		return -ENOMEM;
	xfer->flush.component_handle = port->component->handle;
	xfer->flush.port_handle = port->handle;
	xfer->flush.context = context;
	vc_mmal_xfer_set_bulk(xfer, NULL, 0);
	guard(mutex)(&mmal->lock);
	vc_mmal_xfer_queue(xfer);
	return 0;
}
