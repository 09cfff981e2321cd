// SPDX-License-Identifier: GPL-2.0
/*
 * Components: life cycle, formats, tunnels and states of their ports.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "component.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mmal-priv.h"
#include "tunnel.h"

static const struct component_ops *const component_kinds[] = {
	&camera_component,
	&camera_info_component,
	&video_render_component,
	&video_encode_component,
	&image_encode_component,
	&image_decode_component,
	&isp_component,
	&image_fx_component,
	&video_decode_component,
	&null_sink_component,
};

static const struct component_ops *component_find(const char *name)
{
	for (size_t i = 0; i < sizeof(component_kinds) / sizeof(component_kinds[0]); i++)
		if (!strcmp(component_kinds[i]->name, name))
			return component_kinds[i];
	return NULL;
}

static void component_ports_init(struct component *comp)
{
	static const enum mmal_port_type types[] = {
		MMAL_PORT_CONTROL, MMAL_PORT_INPUT, MMAL_PORT_OUTPUT, MMAL_PORT_CLOCK
	};
	const unsigned int nr[] = {
		1, comp->ops->nr_inputs, comp->ops->nr_outputs, comp->ops->nr_clocks
	};
	struct component_port *port = comp->ports;

	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		for (unsigned int i = 0; i < nr[t]; i++, port++) {
			port->comp = comp;
			port->type = types[t];
			port->index = i;
			port->index_all = port - comp->ports;
			port->format.type = MMAL_ES_CONTROL;
			port->needs.num_min = 1;
			port->needs.num_recommended = 1;
			TAILQ_INIT(&port->held);
		}
	}
}

struct component *component_create(struct mmal_server *server, struct mmal_client *client,
				   const char *name, int *error)
{
	const struct component_ops *ops = component_find(name);
	struct component *comp;

	*error = -ENOENT;
	if (!ops)
		return NULL;
	*error = -ENOMEM;
	comp = calloc(1, sizeof(*comp));
	if (!comp)
		return NULL;
	comp->ops = ops;
	comp->server = server;
	comp->client = client;
	comp->nr_ports = 1 + ops->nr_inputs + ops->nr_outputs + ops->nr_clocks;
	comp->ports = calloc(comp->nr_ports, sizeof(*comp->ports));
	if (!comp->ports)
		goto err_free;
	component_ports_init(comp);
	*error = ops->create ? ops->create(comp) : 0;
	if (*error)
		goto err_free_ports;
	return comp;

err_free_ports:
	free(comp->ports);
err_free:
	free(comp);
	return NULL;
}

static void component_values_free(struct component_port *port)
{
	struct component_value *value;

	while ((value = port->values)) {
		port->values = value->next;
		free(value);
	}
}

void component_destroy(struct component *comp)
{
	if (!comp)
		return;
	for (unsigned int i = 0; i < comp->nr_ports; i++) {
		component_port_disable(&comp->ports[i]);
		component_port_disconnect(&comp->ports[i]);
	}
	if (comp->ops->destroy)
		comp->ops->destroy(comp);
	for (unsigned int i = 0; i < comp->nr_ports; i++)
		component_values_free(&comp->ports[i]);
	free(comp->ports);
	free(comp);
}

int component_enable(struct component *comp, bool on)
{
	int ret = 0;

	if (comp->enabled == on)
		return 0;
	comp->enabled = on;
	if (comp->ops->enable)
		ret = comp->ops->enable(comp);
	if (ret)
		comp->enabled = !on;
	return ret;
}

struct component_port *component_port(struct component *comp, enum mmal_port_type type,
				      unsigned int index)
{
	for (unsigned int i = 0; i < comp->nr_ports; i++)
		if (comp->ports[i].type == type && comp->ports[i].index == index)
			return &comp->ports[i];
	return NULL;
}

int component_port_set_format(struct component_port *port, const struct component_format *fmt)
{
	const struct component_ops *ops = port->comp->ops;
	struct component_needs needs = port->needs;
	struct component_format format = *fmt;
	int ret;

	if (port->enabled)
		return -EBUSY;
	if (ops->port_format) {
		ret = ops->port_format(port, &format, &needs);
		if (ret)
			return ret;
	}
	port->asked = *fmt;
	port->format = format;
	port->needs = needs;
	return 0;
}

/* Buffers of a tunnel are internal: the client's numbers do not matter there. */
static int component_port_check_buffers(const struct component_port *port)
{
	if (port->peer || port->type == MMAL_PORT_CONTROL)
		return 0;
	if (port->num < port->needs.num_min || port->size < port->needs.size_min)
		return -EINVAL;
	return 0;
}

static int component_port_enable_one(struct component_port *port)
{
	int ret;

	if (port->enabled)
		return -EINVAL;
	ret = component_port_check_buffers(port);
	if (ret)
		return ret;
	port->enabled = true;
	if (port->comp->ops->port_enable)
		ret = port->comp->ops->port_enable(port);
	if (ret)
		port->enabled = false;
	return ret;
}

/* Undone by disabling the port. */
static int component_port_fill_tunnel(struct component_port *port)
{
	int ret;

	if (port->type != MMAL_PORT_OUTPUT || !port->comp->ops->buffer || !tunnel_is_fed(port))
		return 0;
	ret = tunnel_fill(port);
	if (ret)
		component_port_disable(port);
	return ret;
}

int component_port_enable(struct component_port *port)
{
	bool with_peer = port->peer && port->type == MMAL_PORT_OUTPUT && !port->peer->enabled;
	int ret;

	if (with_peer) {
		ret = component_port_enable_one(port->peer);
		if (ret)
			return ret;
	}
	ret = component_port_enable_one(port);
	if (ret && with_peer)
		component_port_disable(port->peer);
	return ret ? ret : component_port_fill_tunnel(port);
}

/* Those of a tunnel may come back at once. */
static void component_port_return_all(struct component_port *port)
{
	for (unsigned int nr = port->nr_held; nr; nr--)
		mmal_buffer_return(TAILQ_FIRST(&port->held));
}

void component_port_disable(struct component_port *port)
{
	if (!port->enabled)
		return;
	port->enabled = false;
	if (port->comp->ops->port_disable)
		port->comp->ops->port_disable(port);
	component_port_return_all(port);
	if (port->peer && port->type == MMAL_PORT_OUTPUT)
		component_port_disable(port->peer);
}

void component_port_flush(struct component_port *port)
{
	if (!port->enabled)
		return;
	if (port->comp->ops->port_flush)
		port->comp->ops->port_flush(port);
	component_port_return_all(port);
}

int component_port_connect(struct component_port *src, struct component_port *sink)
{
	if (src->type != MMAL_PORT_OUTPUT || sink->type != MMAL_PORT_INPUT)
		return -EINVAL;
	if (src->peer || sink->peer)
		return -EISCONN;
	if (src->enabled || sink->enabled)
		return -EBUSY;
	src->peer = sink;
	sink->peer = src;
	return 0;
}

int component_port_disconnect(struct component_port *port)
{
	if (!port->peer)
		return -ENOTCONN;
	component_port_disable(port);
	component_port_disable(port->peer);
	port->peer->peer = NULL;
	port->peer = NULL;
	return 0;
}
