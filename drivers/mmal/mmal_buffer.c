// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers: zero copy, so that only headers travel.
 *
 * A buffer belongs to the firmware while it is in vc_mmal.buffers. Whoever
 * takes it out, under vc_mmal.lock, completes it: it is completed once.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/export.h>

#include "mmal_priv.h"
#include "mmal_trace.h"

static void vc_mmal_buffer_to_wire(const struct vc_mmal_buffer *buf,
				   struct mmal_msg_buffer *wire)
{
	const struct vc_mmal_port *port = buf->port;

	wire->drvbuf.magic = cpu_to_le32(MMAL_MAGIC);
	wire->drvbuf.component_handle = cpu_to_le32(port->component->handle);
	wire->drvbuf.port_handle = cpu_to_le32(port->handle);
	wire->drvbuf.client_context = cpu_to_le32(buf->context);
	wire->header.data = cpu_to_le32(buf->handle);
	wire->header.alloc_size = cpu_to_le32(buf->size);
	wire->header.length = cpu_to_le32(buf->length);
	wire->header.offset = cpu_to_le32(buf->offset);
	wire->header.flags = cpu_to_le32(buf->flags);
	wire->header.pts = cpu_to_le64(buf->pts);
	wire->header.dts = cpu_to_le64(buf->dts);
	wire->is_zero_copy = cpu_to_le32(1);
}

static int vc_mmal_buffer_send(struct vc_mmal *mmal,
			       const struct vc_mmal_buffer *buf)
{
	struct {
		struct mmal_msg_header header;
		struct mmal_msg_buffer buffer;
	} msg = {
		.header.magic = cpu_to_le32(MMAL_MAGIC),
		.header.type = cpu_to_le32(MMAL_MSG_BUFFER_FROM_HOST),
	};

	vc_mmal_buffer_to_wire(buf, &msg.buffer);
	return vc_mmal_send(mmal, &msg, sizeof(msg));
}

static int vc_mmal_buffer_enter(struct vc_mmal *mmal, struct vc_mmal_buffer *buf)
{
	int ret;

	guard(mutex)(&mmal->lock);
	if (mmal->closed)
		return -ENODEV;
	ret = xa_alloc_cyclic(&mmal->buffers, &buf->context, buf,
			      VC_MMAL_ID_LIMIT, &mmal->next_buffer, GFP_KERNEL);
	if (ret < 0)
		return ret;
	atomic_inc(&buf->port->nr_busy);
	vchiq_service_expect_begin(mmal->svc);
	mmal->stats.buffers_sent++;
	return 0;
}

/* With mmal->lock held, which the client's callback must not need. */
static void vc_mmal_buffer_complete(struct vc_mmal *mmal,
				    struct vc_mmal_buffer *buf, int status)
{
	struct vc_mmal_port *port = buf->port;

	lockdep_assert_held(&mmal->lock);
	xa_erase(&mmal->buffers, buf->context);
	atomic_dec(&port->nr_busy);
	vchiq_service_expect_end(mmal->svc);
	buf->port = NULL;
	buf->status = status;
	trace_vc_mmal_buffer_complete(port, buf);
	port->done(port, buf);
}

/**
 * vc_mmal_port_submit() - give a buffer to the firmware
 * @port: enabled port with zero copy
 * @buf: buffer; on an output port @length is to be 0
 *
 * It comes back by the done callback of the port, in the end in any case.
 *
 * Context: process; waits for room in the transport.
 * Return: 0; or a negative errno, and the callback is not called.
 */
int vc_mmal_port_submit(struct vc_mmal_port *port, struct vc_mmal_buffer *buf)
{
	struct vc_mmal *mmal = port->component->mmal;
	bool mine;
	int ret;

	if (!port->is_enabled)
		return -EPIPE;
	buf->port = port;
	buf->status = 0;
	ret = vc_mmal_buffer_enter(mmal, buf);
	if (ret)
		return ret;
	trace_vc_mmal_buffer_submit(port, buf);
	ret = vc_mmal_buffer_send(mmal, buf);
	if (!ret)
		return 0;
	guard(mutex)(&mmal->lock);
	/* When the connection broke, it has been completed meanwhile. */
	mine = xa_erase(&mmal->buffers, buf->context) == buf;
	if (!mine)
		return 0;
	atomic_dec(&port->nr_busy);
	vchiq_service_expect_end(mmal->svc);
	buf->port = NULL;
	mmal->stats.buffers_sent--;
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_port_submit);

/* What the firmware says of a buffer: checked, then stored. */
static int vc_mmal_buffer_from_wire(struct vc_mmal_buffer *buf,
				    const struct mmal_msg_buffer *wire)
{
	u32 length = le32_to_cpu(wire->header.length);
	u32 offset = le32_to_cpu(wire->header.offset);

	buf->length = 0;
	buf->offset = 0;
	buf->flags = le32_to_cpu(wire->header.flags);
	buf->pts = le64_to_cpu(wire->header.pts);
	buf->dts = le64_to_cpu(wire->header.dts);
	if ((u64)length + offset > buf->size)
		return -EPROTO;
	/* Sent by bulk or inside the message: not what the port was set to. */
	if (length && !wire->is_zero_copy)
		return -EPROTO;
	buf->length = length;
	buf->offset = offset;
	return buf->flags & MMAL_BUFFER_TRANSMISSION_FAILED ? -EIO : 0;
}

/* Receiving context: BUFFER_TO_HOST. */
void vc_mmal_buffer_returned(struct vc_mmal *mmal,
			     const struct mmal_msg_header *h,
			     const void *payload, size_t len)
{
	const struct mmal_msg_buffer *wire = payload;
	struct vc_mmal_buffer *buf;
	int status;

	if (len < sizeof(*wire)) {
		vc_mmal_violation(mmal, "length of buffer message", len);
		return;
	}
	guard(mutex)(&mmal->lock);
	buf = xa_load(&mmal->buffers, le32_to_cpu(wire->drvbuf.client_context));
	if (!buf || le32_to_cpu(wire->drvbuf.port_handle) != buf->port->handle ||
	    le32_to_cpu(wire->drvbuf.component_handle) !=
	    buf->port->component->handle) {
		mmal->stats.late++;
		return;
	}
	status = vc_mmal_buffer_from_wire(buf, wire);
	if (status == -EPROTO)
		mmal->stats.violations++;
	mmal->stats.buffers_done++;
	vc_mmal_buffer_complete(mmal, buf,
				vc_mmal_errno(le32_to_cpu(h->status)) ?: status);
}

/*
 * With mmal->lock held: complete what the firmware has not given back, of @port
 * or of all ports. The memory is safe: vc_sm keeps it until it is RELEASED.
 */
void vc_mmal_buffers_reclaim(struct vc_mmal *mmal, struct vc_mmal_port *port,
			     int status)
{
	struct vc_mmal_buffer *buf;
	unsigned long context;

	lockdep_assert_held(&mmal->lock);
	xa_for_each(&mmal->buffers, context, buf) {
		if (port && buf->port != port)
			continue;
		buf->length = 0;
		mmal->stats.buffers_reclaimed++;
		vc_mmal_buffer_complete(mmal, buf, status);
	}
}
