// SPDX-License-Identifier: GPL-2.0
/*
 * Components.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mmal_priv.h"

static void vc_mmal_port_init(struct vc_mmal_port *port,
			      struct vc_mmal_component *component, u32 type,
			      u32 index)
{
	port->component = component;
	port->type = type;
	port->index = index;
	atomic_set(&port->nr_busy, 0);
	atomic_set(&port->nr_bulks, 0);
	INIT_LIST_HEAD(&port->arrivals);
}

static int vc_mmal_component_read_ports(struct vc_mmal_component *c)
{
	unsigned int i;
	int ret;

	vc_mmal_port_init(&c->control, c, MMAL_PORT_CONTROL, 0);
	ret = vc_mmal_port_update(&c->control);
	for (i = 0; !ret && i < c->nr_inputs; i++) {
		vc_mmal_port_init(&c->input[i], c, MMAL_PORT_INPUT, i);
		ret = vc_mmal_port_update(&c->input[i]);
	}
	for (i = 0; !ret && i < c->nr_outputs; i++) {
		vc_mmal_port_init(&c->output[i], c, MMAL_PORT_OUTPUT, i);
		ret = vc_mmal_port_update(&c->output[i]);
	}
	return ret;
}

static int vc_mmal_component_simple(struct vc_mmal_component *component,
				    u32 type, bool must_wait)
{
	const struct mmal_msg_component payload = {
		.component_handle = cpu_to_le32(component->handle),
	};
	struct vc_mmal_call call = {
		.name = component->name,
		.type = type,
		.payload = &payload,
		.len = sizeof(payload),
		.must_wait = must_wait,
	};

	return vc_mmal_call_status(component->mmal, &call);
}

static int vc_mmal_component_request(struct vc_mmal_component *c)
{
	struct mmal_msg_component_create payload = {
		.client_component = cpu_to_le32(c->id),
	};
	struct mmal_msg_component_create_reply reply = {};
	struct vc_mmal_call call = {
		.name = c->name,
		.type = MMAL_MSG_COMPONENT_CREATE,
		.payload = &payload,
		.len = sizeof(payload),
		.reply = &reply,
		.reply_size = sizeof(reply),
		.reply_min = sizeof(reply.status),
		.must_wait = true,
	};
	int ret;

	strscpy(payload.name, c->name, sizeof(payload.name));
	ret = vc_mmal_call(c->mmal, &call);
	if (ret)
		return ret;
	if (call.reply_len < sizeof(reply))
		return -EPROTO;
	c->handle = le32_to_cpu(reply.component_handle);
	c->nr_inputs = le32_to_cpu(reply.input_num);
	c->nr_outputs = le32_to_cpu(reply.output_num);
	return 0;
}

static int vc_mmal_component_set_up(struct vc_mmal_component *c)
{
	int ret;

	ret = vc_mmal_component_request(c);
	if (ret)
		return ret;
	if (c->nr_inputs > VC_MMAL_MAX_PORTS || c->nr_outputs > VC_MMAL_MAX_PORTS)
		ret = -EPROTO;
	else
		ret = vc_mmal_component_read_ports(c);
	if (ret)
		vc_mmal_component_simple(c, MMAL_MSG_COMPONENT_DESTROY, true);
	return ret;
}

/**
 * vc_mmal_component_create() - create a component
 * @mmal: connection
 * @name: what, without "vc."; must outlive the component
 * @event: called for its events, or NULL
 * @priv: for the client
 *
 * Return: the component with its ports read, or ERR_PTR(); -ENOENT when the
 * firmware has no such component.
 */
struct vc_mmal_component *
vc_mmal_component_create(struct vc_mmal *mmal, const char *name,
			 void (*event)(struct vc_mmal_component *component,
				       const struct vc_mmal_event *event),
			 void *priv)
{
	struct vc_mmal_component *c;
	int ret;

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return ERR_PTR(-ENOMEM);
	c->mmal = mmal;
	c->name = name;
	c->event = event;
	c->priv = priv;
	ret = xa_alloc(&mmal->components, &c->id, c, VC_MMAL_ID_LIMIT,
		       GFP_KERNEL);
	if (ret)
		goto err_free;
	ret = vc_mmal_component_set_up(c);
	if (ret)
		goto err_erase;
	return c;

err_erase:
	xa_erase(&mmal->components, c->id);
	flush_work(&mmal->event_work);
err_free:
	kfree(c);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(vc_mmal_component_create);

/**
 * vc_mmal_component_destroy() - destroy a component
 * @component: component, or NULL
 *
 * Ports are disabled first. Afterwards no callback of it runs.
 *
 * Context: process; bounded. Not from its event callback.
 */
void vc_mmal_component_destroy(struct vc_mmal_component *component)
{
	struct vc_mmal *mmal;
	unsigned int i;

	if (!component)
		return;
	mmal = component->mmal;
	for (i = 0; i < component->nr_inputs; i++)
		vc_mmal_port_disable(&component->input[i]);
	for (i = 0; i < component->nr_outputs; i++) {
		vc_mmal_port_disable(&component->output[i]);
		vc_mmal_tunnel_destroy(&component->output[i]);
	}
	vc_mmal_component_disable(component);
	vc_mmal_component_simple(component, MMAL_MSG_COMPONENT_DESTROY, true);
	xa_erase(&mmal->components, component->id);
	flush_work(&mmal->event_work);
	kfree(component);
}
EXPORT_SYMBOL_GPL(vc_mmal_component_destroy);

/* Components that need no enabling may say so; that is as good as done. */
int vc_mmal_component_enable(struct vc_mmal_component *component)
{
	int ret;

	if (component->is_enabled)
		return 0;
	ret = vc_mmal_component_simple(component, MMAL_MSG_COMPONENT_ENABLE,
				       false);
	if (ret == -EOPNOTSUPP)
		ret = 0;
	component->is_enabled = !ret;
	component->may_be_enabled = vc_mmal_is_undecided(ret);
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_component_enable);

int vc_mmal_component_disable(struct vc_mmal_component *component)
{
	int ret;

	if (!component->is_enabled && !component->may_be_enabled)
		return 0;
	ret = vc_mmal_component_simple(component, MMAL_MSG_COMPONENT_DISABLE,
				       true);
	if (ret == -EOPNOTSUPP)
		ret = 0;
	component->is_enabled = false;
	component->may_be_enabled = vc_mmal_is_undecided(ret);
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_component_disable);
