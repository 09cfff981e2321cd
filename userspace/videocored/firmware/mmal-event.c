// SPDX-License-Identifier: GPL-2.0
/*
 * The "mmal" service: events to the host.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdlib.h>
#include <string.h>

#include "mmal-priv.h"

static void event_send(struct component_port *port, uint32_t cmd, const void *data, size_t len)
{
	struct mmal_client *client = port->comp->client;
	struct mmal_msg_event msg = {
		.client_component = htole32(port->comp->cookie),
		.port_type = htole32(port->type),
		.port_num = htole32(port->index),
		.cmd = htole32(cmd),
		.length = htole32(len),
	};

	if (len > sizeof(msg.data)) {
		mmal_send_bulk(client, MMAL_MSG_EVENT_TO_HOST, &msg, sizeof(msg), data, len);
		return;
	}
	memcpy(msg.data, data, len);
	mmal_send(client, MMAL_MSG_EVENT_TO_HOST, 0, MMAL_SUCCESS, &msg, sizeof(msg));
}

/* With so much extra data as was asked for by "vcctl mmal". */
static void event_send_format(struct component_port *port,
			      struct mmal_event_format_changed *event)
{
	uint32_t extradata = port->comp->server->faults.extradata;
	size_t len = sizeof(*event) + extradata;
	uint8_t *data = calloc(1, len);

	if (!data)
		return;
	if (extradata)
		event->format.extradata_size = htole32(extradata);
	memcpy(data, event, sizeof(*event));
	event_send(port, MMAL_EVENT_FORMAT_CHANGED, data, len);
	free(data);
}

void mmal_event_format_changed(struct component_port *port, const struct component_format *fmt)
{
	struct mmal_event_format_changed event = { 0 };
	struct component_needs needs = port->needs;
	struct component_format format = *fmt;

	/* What the port would make of it, padding included. */
	if (port->comp->ops->port_format && port->comp->ops->port_format(port, &format, &needs))
		return;
	event.buffer_size_min = htole32(needs.size_min);
	event.buffer_num_min = htole32(needs.num_min);
	event.buffer_size_recommended = htole32(needs.size_recommended);
	event.buffer_num_recommended = htole32(needs.num_recommended);
	mmal_format_to_wire(&format, &event.format, &event.es);
	event_send_format(port, &event);
}
