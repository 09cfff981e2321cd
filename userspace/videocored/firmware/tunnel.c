// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers of a tunnel.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "tunnel.h"

#include <errno.h>
#include <stdlib.h>

#include "camera-format.h"
#include "mmal-priv.h"

/* One being filled, one on its way, one being emptied. */
#define TUNNEL_BUFFERS	3

bool tunnel_is_fed(const struct component_port *src)
{
	return src->peer && src->peer->comp->ops->buffer;
}

static void enter(struct component_buffer *buf, struct component_port *port)
{
	buf->port = port;
	TAILQ_INSERT_TAIL(&port->held, buf, held);
	port->nr_held++;
}

static void leave(struct component_buffer *buf)
{
	TAILQ_REMOVE(&buf->port->held, buf, held);
	buf->port->nr_held--;
}

static void make_empty(struct component_buffer *buf)
{
	buf->length = 0;
	buf->flags = 0;
	buf->error = 0;
	buf->pts = MMAL_TIME_UNKNOWN;
}

static struct component_buffer *tunnel_buffer(struct component_port *src)
{
	struct component_buffer *buf = calloc(1, sizeof(*buf));

	if (!buf)
		return NULL;
	buf->is_tunnel = true;
	buf->delivered = true;
	buf->ready = true;
	buf->capacity = camera_format_inner_len(&src->format);
	if (buf->capacity < src->needs.size_min)
		buf->capacity = src->needs.size_min;
	make_empty(buf);
	return buf;
}

int tunnel_fill(struct component_port *src)
{
	struct component_buffer *buf;

	for (int i = 0; i < TUNNEL_BUFFERS; i++) {
		buf = tunnel_buffer(src);
		if (!buf)
			return -ENOMEM;
		enter(buf, src);
		src->comp->ops->buffer(src, buf);
	}
	return 0;
}

static bool has_something(const struct component_buffer *buf)
{
	return (buf->length && !buf->error) || buf->flags & MMAL_BUFFER_EOS;
}

void tunnel_pass(struct component_buffer *buf)
{
	struct component_port *from = buf->port;
	struct component_port *src = from->type == MMAL_PORT_OUTPUT ? from : from->peer;
	struct component_port *to = src;

	leave(buf);
	if (!src->enabled) {
		free(buf->mem);
		free(buf);
		return;
	}
	if (from == src && has_something(buf) && src->peer->enabled)
		to = src->peer;
	else
		make_empty(buf);
	enter(buf, to);
	to->comp->ops->buffer(to, buf);
}
