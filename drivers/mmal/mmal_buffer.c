// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers: zero copy, so that only headers travel; or with a payload that
 * mmal_bulk.c moves.
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
	wire->header.data = cpu_to_le32(port->copies ? 0 : buf->handle);
	wire->header.alloc_size = cpu_to_le32(buf->size);
	wire->header.length = cpu_to_le32(buf->length);
	/* A bulk begins with the first byte that counts. */
	wire->header.offset = cpu_to_le32(port->copies ? 0 : buf->offset);
	wire->header.flags = cpu_to_le32(buf->flags);
	wire->header.pts = cpu_to_le64(buf->pts);
	wire->header.dts = cpu_to_le64(buf->dts);
	wire->is_zero_copy = cpu_to_le32(!port->copies);
}

/* @is_short: with the payload inside. */
int vc_mmal_buffer_send(struct vc_mmal *mmal, const struct vc_mmal_buffer *buf,
			u32 type, bool is_short)
{
	struct vc_mmal_buffer_msg msg = {
		.header.magic = cpu_to_le32(MMAL_MAGIC),
		.header.type = cpu_to_le32(type),
	};

	vc_mmal_buffer_to_wire(buf, &msg.buffer);
	if (is_short) {
		msg.buffer.payload_in_message = cpu_to_le32(buf->length);
		memcpy(msg.buffer.short_data, buf->data + buf->offset,
		       buf->length);
	}
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
void vc_mmal_buffer_complete(struct vc_mmal *mmal, struct vc_mmal_buffer *buf,
			     int status)
{
	struct vc_mmal_port *port = buf->port;

	lockdep_assert_held(&mmal->lock);
	xa_erase(&mmal->buffers, buf->context);
	atomic_dec(&port->nr_busy);
	vchiq_service_expect_end(mmal->svc);
	if (port->copies && port->type == MMAL_PORT_OUTPUT && !status)
		mmal->stats.bytes_copied += buf->length;
	buf->port = NULL;
	buf->status = status;
	trace_vc_mmal_buffer_complete(port, buf);
	port->done(port, buf);
}

/* With mmal->lock held: complete it as soon as nobody uses its memory. */
void vc_mmal_buffer_end(struct vc_mmal *mmal, struct vc_mmal_buffer *buf,
			int status)
{
	if (vc_mmal_xfer_release(buf, status))
		vc_mmal_buffer_complete(mmal, buf, status);
}

/* Return: 0, 1 if the firmware does not get it and nobody else has completed it. */
static int vc_mmal_buffer_leave(struct vc_mmal *mmal, struct vc_mmal_port *port,
				struct vc_mmal_buffer *buf)
{
	guard(mutex)(&mmal->lock);
	/* When the connection broke, it has been completed meanwhile. */
	if (xa_erase(&mmal->buffers, buf->context) != buf)
		return 0;
	vc_mmal_xfer_release(buf, 0);
	atomic_dec(&port->nr_busy);
	vchiq_service_expect_end(mmal->svc);
	buf->port = NULL;
	mmal->stats.buffers_sent--;
	return 1;
}

/**
 * vc_mmal_port_submit() - give a buffer to the firmware
 * @port: enabled port
 * @buf: buffer; on an output port @length is to be 0
 *
 * It comes back by the done callback of the port, in the end in any case. Until
 * then, on a port that copies, its memory must stay.
 *
 * Context: process; waits for room in the transport.
 * Return: 0; or a negative errno, and the callback is not called.
 */
int vc_mmal_port_submit(struct vc_mmal_port *port, struct vc_mmal_buffer *buf)
{
	struct vc_mmal *mmal = port->component->mmal;
	int ret;

	if (!port->is_enabled)
		return -EPIPE;
	buf->port = port;
	buf->status = 0;
	buf->xfer = NULL;
	if (port->copies) {
		ret = vc_mmal_xfer_attach(port, buf);
		if (ret)
			return ret;
	}
	ret = vc_mmal_buffer_enter(mmal, buf);
	if (ret) {
		vc_mmal_xfer_release(buf, 0);
		return ret;
	}
	trace_vc_mmal_buffer_submit(port, buf);
	if (port->copies && port->type != MMAL_PORT_OUTPUT) {
		vc_mmal_xfer_send(mmal, buf);
		return 0;
	}
	ret = vc_mmal_buffer_send(mmal, buf, MMAL_MSG_BUFFER_FROM_HOST, false);
	return ret && vc_mmal_buffer_leave(mmal, port, buf) ? ret : 0;
}
EXPORT_SYMBOL_GPL(vc_mmal_port_submit);

/* What the firmware says of a buffer of a port that copies, and of its payload. */
static int vc_mmal_buffer_payload(struct vc_mmal_buffer *buf,
				  const struct mmal_msg_buffer *wire)
{
	u32 length = le32_to_cpu(wire->header.length);
	u32 inside = le32_to_cpu(wire->payload_in_message);

	/* An input has been read; its length is that of before. */
	if (buf->port->type != MMAL_PORT_OUTPUT)
		return 0;
	if (length > buf->size || inside > MMAL_SHORT_DATA_MAX ||
	    (inside && inside != length))
		return -EPROTO;
	if (inside)
		memcpy(buf->data, wire->short_data, inside);
	buf->length = length;
	return 0;
}

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
	if (buf->port->copies)
		return vc_mmal_buffer_payload(buf, wire);
	if ((u64)length + offset > buf->size)
		return -EPROTO;
	/* Sent by bulk or inside the message: not what the port was set to. */
	if (length && !wire->is_zero_copy)
		return -EPROTO;
	buf->length = length;
	buf->offset = offset;
	return 0;
}

/* A payload comes as a bulk, and so does the end of a stream, which has none. */
static bool vc_mmal_buffer_has_bulk(const struct vc_mmal_buffer *buf,
				    const struct mmal_msg_buffer *wire)
{
	return buf->port->copies && buf->port->type == MMAL_PORT_OUTPUT &&
	       !wire->payload_in_message &&
	       (wire->header.length || buf->flags & MMAL_BUFFER_EOS);
}

static void vc_mmal_buffer_count(struct vc_mmal *mmal,
				 const struct mmal_msg_buffer *wire, int status,
				 bool has_bulk)
{
	mmal->stats.buffers_done++;
	mmal->stats.bulks += has_bulk;
	mmal->stats.shorts += !!wire->payload_in_message;
	if (status == -EPROTO)
		mmal->stats.violations++;
}

/* Receiving context: BUFFER_TO_HOST. */
void vc_mmal_buffer_returned(struct vc_mmal *mmal,
			     const struct mmal_msg_header *h,
			     const void *payload, size_t len)
{
	const struct mmal_msg_buffer *wire = payload;
	struct vc_mmal_buffer *buf;
	bool has_bulk;
	int status;

	if (len < sizeof(*wire)) {
		vc_mmal_violation(mmal, "length of buffer message", len);
		return;
	}
	guard(mutex)(&mmal->lock);
	buf = xa_load(&mmal->buffers, le32_to_cpu(wire->drvbuf.client_context));
	if (!buf || le32_to_cpu(wire->drvbuf.port_handle) != buf->port->handle ||
	    le32_to_cpu(wire->drvbuf.component_handle) !=
	    buf->port->component->handle || vc_mmal_xfer_receives(buf)) {
		mmal->stats.late++;
		return;
	}
	status = vc_mmal_buffer_from_wire(buf, wire);
	has_bulk = vc_mmal_buffer_has_bulk(buf, wire);
	vc_mmal_buffer_count(mmal, wire, status, has_bulk);
	if (!status && buf->flags & MMAL_BUFFER_TRANSMISSION_FAILED)
		status = -EIO;
	status = vc_mmal_errno(le32_to_cpu(h->status)) ?: status;
	if (has_bulk)
		vc_mmal_xfer_receive(buf, le32_to_cpu(wire->header.length), status);
	else
		vc_mmal_xfer_follow(buf, status);
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
		vc_mmal_buffer_end(mmal, buf, status);
	}
}
