// SPDX-License-Identifier: GPL-2.0
/*
 * The "mmal" service: buffers on their way in and out, and the bulks that go
 * with them. Messages and bulks of one direction are posted in one order: that
 * is how the two sides match them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mmal-priv.h"
#include "tunnel.h"

/**
 * struct mmal_xfer - one bulk under way
 * @buf: buffer that waits for the data, NULL when it has gone back already
 * @flush: PORT_FLUSH: what to do when the dummy has arrived
 * @mem: the data; belongs to the transfer
 */
struct mmal_xfer {
	struct fw_bulk bulk;
	struct mmal_client *client;
	struct component_buffer *buf;
	struct {
		uint32_t component_handle;
		uint32_t port_handle;
		uint32_t context;
	} flush;
	void *mem;
};

static void xfer_free(struct mmal_xfer *xfer)
{
	xfer->client->nr_xfers--;
	free(xfer->mem);
	free(xfer);
}

/* @mem of at least @len bytes goes over to the transfer, NULL makes some. */
static struct mmal_xfer *xfer_create(struct mmal_client *client, void *mem, size_t len)
{
	struct mmal_xfer *xfer;

	if (client->nr_xfers >= MMAL_MAX_XFERS)
		return NULL;
	xfer = calloc(1, sizeof(*xfer));
	if (!xfer)
		return NULL;
	xfer->mem = mem ? mem : calloc(1, len);
	if (!xfer->mem) {
		free(xfer);
		return NULL;
	}
	xfer->client = client;
	client->nr_xfers++;
	xfer->bulk.data = xfer->mem;
	xfer->bulk.len = len;
	return xfer;
}

static struct mmal_xfer *xfer_of(struct fw_bulk *bulk)
{
	return (struct mmal_xfer *)((char *)bulk - offsetof(struct mmal_xfer, bulk));
}

static int xfer_start(struct mmal_xfer *xfer, bool to_host,
		      void (*done)(struct fw_service *, struct fw_bulk *, int))
{
	xfer->bulk.to_host = to_host;
	xfer->bulk.done = done;
	return fw_service_bulk(xfer->client->svc, &xfer->bulk);
}

/* -----------------------------------------------------------------------------
 * To the host
 */

static void to_host_done(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	xfer_free(xfer_of(bulk));
}

void mmal_send_bulk(struct mmal_client *client, uint32_t type, const void *payload,
		    size_t payload_len, const void *data, size_t len)
{
	struct mmal_xfer *xfer = xfer_create(client, NULL, MMAL_BULK_LEN(len));

	if (!xfer)
		return;
	memcpy(xfer->mem, data, len);
	if (mmal_send(client, type, 0, MMAL_SUCCESS, payload, payload_len) ||
	    xfer_start(xfer, true, to_host_done))
		xfer_free(xfer);
}

/* Without zero copy, whatever the status. */
static bool carries_data(const struct component_buffer *buf)
{
	return buf->port->type == MMAL_PORT_OUTPUT && !buf->zero_copy;
}

/* Clients take it from any port, though they send only names of images so. */
static bool is_short(const struct component_buffer *buf)
{
	return carries_data(buf) && buf->length && buf->length <= MMAL_SHORT_DATA_MAX;
}

static bool needs_xfer(const struct component_buffer *buf)
{
	return carries_data(buf) && !is_short(buf) &&
	       (buf->length || (buf->flags & MMAL_BUFFER_EOS));
}

/* What a buffer without zero copy needs besides its message. */
static struct mmal_xfer *to_host_xfer(struct component_buffer *buf)
{
	struct mmal_client *client = buf->port->comp->client;
	struct mmal_xfer *xfer;

	if (!needs_xfer(buf))
		return NULL;
	if (!buf->length)
		return xfer_create(client, NULL, MMAL_DUMMY_BULK_LEN);
	xfer = xfer_create(client, buf->mem, MMAL_BULK_LEN(buf->length));
	if (xfer)
		buf->mem = NULL;
	return xfer;
}

static void count_tx(struct component_buffer *buf)
{
	struct mmal_counters *count = &buf->port->comp->server->count;
	struct component_port *port = buf->port;

	count->tx++;
	count->tx_zero_copy += buf->zero_copy;
	count->tx_empty += !buf->length;
	count->tx_short_msg += is_short(buf);
	count->tx_fails += buf->error != 0;
	if (buf->flags & MMAL_BUFFER_EOS)
		port->nr_eos++;
	if (!buf->length)
		return;
	port->nr_tx++;
	port->total_bytes += buf->length;
	if (buf->length > port->max_bytes)
		port->max_bytes = buf->length;
}

static void to_host_send(struct component_buffer *buf)
{
	struct mmal_client *client = buf->port->comp->client;
	struct mmal_msg_buffer *msg = &buf->wire;
	struct mmal_xfer *xfer = to_host_xfer(buf);

	if (!xfer && needs_xfer(buf)) {
		buf->error = -ENOMEM;
		buf->length = 0;
		buf->flags = 0;
	}
	msg->header.cmd = 0;
	msg->header.length = htole32(buf->length);
	msg->header.offset = htole32(buf->zero_copy ? buf->offset : 0);
	msg->header.flags = htole32(buf->flags);
	msg->header.pts = htole64(buf->pts);
	msg->header.dts = htole64(MMAL_TIME_UNKNOWN);
	msg->is_zero_copy = htole32(buf->zero_copy);
	msg->has_reference = 0;
	msg->payload_in_message = htole32(is_short(buf) ? buf->length : 0);
	if (is_short(buf))
		memcpy(msg->short_data, buf->mem, buf->length);
	count_tx(buf);
	if (mmal_send(client, MMAL_MSG_BUFFER_TO_HOST, 0, mmal_status_from_errno(buf->error),
		      msg, sizeof(*msg)) ||
	    (xfer && xfer_start(xfer, true, to_host_done)))
		goto err_free;
	return;

err_free:
	/* The service is closing. */
	if (xfer)
		xfer_free(xfer);
}

static void buffer_free(struct component_buffer *buf)
{
	if (buf->xfer)
		buf->xfer->buf = NULL;
	if (buf->handle)
		smem_block_put(buf->port->comp->server->smem, buf->handle);
	free(buf->mem);
	free(buf);
}

void mmal_buffer_return(struct component_buffer *buf)
{
	if (buf->is_tunnel) {
		tunnel_pass(buf);
		return;
	}
	TAILQ_REMOVE(&buf->port->held, buf, held);
	buf->port->nr_held--;
	to_host_send(buf);
	buffer_free(buf);
}

/* -----------------------------------------------------------------------------
 * From the host
 */

static void deliver_one(struct component_port *port, struct component_buffer *buf)
{
	buf->delivered = true;
	if (port->comp->ops->buffer)
		port->comp->ops->buffer(port, buf);
	else
		mmal_buffer_return(buf);
}

void mmal_buffer_deliver(struct component_port *port)
{
	struct component_buffer *buf, *next;

	for (buf = TAILQ_FIRST(&port->held); buf; buf = next) {
		next = TAILQ_NEXT(buf, held);
		if (buf->delivered)
			continue;
		if (!buf->ready)
			return;
		deliver_one(port, buf);
	}
}

static void from_host_done(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct mmal_xfer *xfer = xfer_of(bulk);
	struct component_buffer *buf = xfer->buf;

	if (!buf) {
		xfer_free(xfer);
		return;
	}
	buf->xfer = NULL;
	buf->ready = true;
	if (actual < 0 || (size_t)actual < buf->length) {
		buf->length = 0;
		buf->error = -EIO;
		mmal_buffer_return(buf);
	} else {
		/* A dummy carries nothing; an output makes memory for its pictures. */
		if (buf->length) {
			free(buf->mem);
			buf->mem = xfer->mem;
			buf->mem_len = xfer->bulk.len;
			xfer->mem = NULL;
		}
		mmal_buffer_deliver(buf->port);
	}
	xfer_free(xfer);
}

/* Bytes of the bulk that follows the message, 0 = none. */
static size_t from_host_bulk_len(const struct component_port *port, uint32_t type,
				 const struct mmal_msg_buffer *msg)
{
	uint32_t length = le32toh(msg->header.length);

	if (port->zero_copy)
		return 0;
	if (type == MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN)
		return MMAL_DUMMY_BULK_LEN;
	if (port->type != MMAL_PORT_INPUT || !length || le32toh(msg->payload_in_message))
		return 0;
	return length <= MMAL_MAX_DATA ? MMAL_BULK_LEN(length) : 0;
}

/* The block named by the message, and which part of it may be written. */
static int from_host_zero_copy(struct component_buffer *buf)
{
	uint32_t handle = le32toh(buf->wire.header.data);
	uint32_t offset = le32toh(buf->wire.header.offset);
	uint32_t alloc = le32toh(buf->wire.header.alloc_size);
	uint32_t size;
	int ret;

	buf->zero_copy = true;
	/* Nothing but flags, such as the end of a stream. */
	if (!handle && !buf->length && buf->port->type == MMAL_PORT_INPUT)
		return 0;
	ret = smem_block_get(buf->port->comp->server->smem, handle, &buf->bus, &size);
	if (ret)
		return ret;
	buf->handle = handle;
	/* Offset belongs to valid data, capacity counts from the start of the block. */
	if (buf->port->type == MMAL_PORT_OUTPUT)
		offset = 0;
	if (alloc > size)
		alloc = size;
	if (offset > alloc || buf->length > alloc - offset)
		return -EINVAL;
	buf->offset = offset;
	buf->capacity = alloc - offset;
	return 0;
}

static int from_host_short(struct component_buffer *buf)
{
	uint32_t len = le32toh(buf->wire.payload_in_message);

	if (!len || buf->port->type == MMAL_PORT_OUTPUT)
		return 0;
	if (len > MMAL_SHORT_DATA_MAX)
		return -EINVAL;
	buf->mem = malloc(len);
	if (!buf->mem)
		return -ENOMEM;
	memcpy(buf->mem, buf->wire.short_data, len);
	buf->mem_len = len;
	buf->length = len;
	buf->port->comp->server->count.rx_short_msg++;
	return 0;
}

static int from_host_check(struct component_buffer *buf)
{
	struct component_port *port = buf->port;
	uint32_t length = le32toh(buf->wire.header.length);

	if (!port->enabled || port->type == MMAL_PORT_CONTROL || port->peer)
		return -EINVAL;
	buf->length = port->type == MMAL_PORT_OUTPUT ? 0 : length;
	if (port->zero_copy)
		return from_host_zero_copy(buf);
	buf->capacity = le32toh(buf->wire.header.alloc_size);
	if (buf->length > MMAL_MAX_DATA || buf->capacity > MMAL_MAX_DATA)
		return -EINVAL;
	return from_host_short(buf);
}

static void count_rx(struct component_buffer *buf)
{
	struct mmal_counters *count = &buf->port->comp->server->count;

	buf->port->nr_rx++;
	count->rx++;
	count->rx_zero_copy += buf->zero_copy;
	count->rx_empty += !buf->length;
}

static void from_host_failed(struct component_buffer *buf, int error)
{
	struct component *comp = buf->port->comp;

	vc_info("mmal", "%s: port %u: buffer refused: %s", comp->ops->name,
		buf->port->index_all, strerror(-error));
	comp->server->count.rx_fails++;
	buf->error = error;
	buf->length = 0;
	buf->flags = 0;
	mmal_buffer_return(buf);
}

/* The data of a refused buffer comes all the same and has to be taken. */
static int from_host_take_bulk(struct component_buffer *buf, size_t len)
{
	struct mmal_xfer *xfer;
	int ret;

	xfer = xfer_create(buf->port->comp->client, NULL, len);
	if (!xfer)
		return -ENOMEM;
	xfer->buf = buf;
	buf->xfer = xfer;
	ret = xfer_start(xfer, false, from_host_done);
	if (ret) {
		buf->xfer = NULL;
		xfer_free(xfer);
	}
	return ret;
}

static struct component_buffer *buffer_create(struct component_port *port,
					      const struct mmal_msg_buffer *msg)
{
	struct component_buffer *buf;

	if (port->nr_held >= MMAL_MAX_BUFFERS)
		return NULL;
	buf = calloc(1, sizeof(*buf));
	if (!buf)
		return NULL;
	buf->port = port;
	buf->wire = *msg;
	buf->ready = true;
	/* Inputs see the client's flags and time, outputs start without. */
	buf->pts = MMAL_TIME_UNKNOWN;
	if (port->type == MMAL_PORT_INPUT) {
		buf->flags = le32toh(msg->header.flags);
		buf->pts = le64toh(msg->header.pts);
	}
	TAILQ_INSERT_TAIL(&port->held, buf, held);
	port->nr_held++;
	return buf;
}

/* A buffer of nobody's port, or one too many: echo it with an error, so that it is not lost. */
static int from_host_stray(const struct mmal_request *req)
{
	struct mmal_msg_buffer msg = *(const struct mmal_msg_buffer *)req->payload;

	msg.header.length = 0;
	msg.header.flags = 0;
	msg.is_zero_copy = 0;
	msg.payload_in_message = 0;
	req->client->server->count.rx_fails++;
	mmal_send(req->client, MMAL_MSG_BUFFER_TO_HOST, 0, MMAL_EINVAL, &msg, sizeof(msg));
	return MMAL_HANDLED;
}

int mmal_buffer_from_host(const struct mmal_request *req)
{
	const struct mmal_msg_buffer *msg = req->payload;
	struct component_buffer *buf = NULL;
	struct component_port *port;
	size_t bulk_len;
	int ret, bulk_ret = 0;

	port = mmal_client_port(req->client, le32toh(msg->drvbuf.component_handle),
				le32toh(msg->drvbuf.port_handle));
	if (port)
		buf = buffer_create(port, msg);
	if (!buf)
		return from_host_stray(req);
	ret = from_host_check(buf);
	bulk_len = from_host_bulk_len(port, req->type, msg);
	if (bulk_len)
		bulk_ret = from_host_take_bulk(buf, bulk_len);
	count_rx(buf);
	buf->ready = !buf->xfer;
	if (!ret)
		ret = bulk_ret;
	if (ret)
		from_host_failed(buf, ret);
	else
		mmal_buffer_deliver(port);
	return MMAL_HANDLED;
}

/* -----------------------------------------------------------------------------
 * PORT_FLUSH: its dummy bulk keeps it behind the data sent before
 */

static void flush_done(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct mmal_xfer *xfer = xfer_of(bulk);
	struct mmal_request req = {
		.client = xfer->client,
		.type = MMAL_MSG_PORT_FLUSH,
		.context = xfer->flush.context,
	};
	struct component_port *port;

	port = mmal_client_port(xfer->client, xfer->flush.component_handle,
				xfer->flush.port_handle);
	/* An aborted dummy means that the service closes. */
	if (actual >= 0 && port)
		component_port_flush(port);
	if (actual >= 0)
		mmal_reply_status(&req, port ? 0 : -EINVAL);
	xfer_free(xfer);
}

int mmal_port_flush(const struct mmal_request *req)
{
	const struct mmal_msg_buffer *msg = req->payload;
	struct mmal_xfer *xfer = xfer_create(req->client, NULL, MMAL_DUMMY_BULK_LEN);
	int ret;

	if (!xfer)
		return -ENOMEM;
	xfer->flush.component_handle = le32toh(msg->drvbuf.component_handle);
	xfer->flush.port_handle = le32toh(msg->drvbuf.port_handle);
	xfer->flush.context = req->context;
	ret = xfer_start(xfer, false, flush_done);
	if (!ret)
		return MMAL_HANDLED;
	xfer_free(xfer);
	return ret;
}
