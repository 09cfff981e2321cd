// SPDX-License-Identifier: GPL-2.0
/*
 * The "mmal" service: requests that concern a port.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>

#include "log.h"
#include "mmal-priv.h"

/* -----------------------------------------------------------------------------
 * Formats
 */

static void format_from_wire(struct component_format *fmt, const struct mmal_es_format *es_format,
			     const struct mmal_es_video *es, const uint8_t *extradata)
{
	uint32_t extradata_len = le32toh(es_format->extradata_size);

	*fmt = (struct component_format){
		.type = le32toh(es_format->type),
		.encoding = le32toh(es_format->encoding),
		.variant = le32toh(es_format->encoding_variant),
		.bitrate = le32toh(es_format->bitrate),
		.flags = le32toh(es_format->flags),
		.width = le32toh(es->width),
		.height = le32toh(es->height),
		.crop.x = le32toh(es->crop.x),
		.crop.y = le32toh(es->crop.y),
		.crop.width = le32toh(es->crop.width),
		.crop.height = le32toh(es->crop.height),
		.frame_rate.num = le32toh(es->frame_rate.num),
		.frame_rate.den = le32toh(es->frame_rate.den),
		.par.num = le32toh(es->par.num),
		.par.den = le32toh(es->par.den),
		.color_space = le32toh(es->color_space),
	};
	if (extradata_len > MMAL_EXTRADATA_MAX)
		extradata_len = MMAL_EXTRADATA_MAX;
	fmt->extradata_len = extradata_len;
	memcpy(fmt->extradata, extradata, extradata_len);
}

void mmal_format_to_wire(const struct component_format *fmt, struct mmal_es_format *format,
			 struct mmal_es_video *es)
{
	*format = (struct mmal_es_format){
		.type = htole32(fmt->type),
		.encoding = htole32(fmt->encoding),
		.encoding_variant = htole32(fmt->variant),
		.bitrate = htole32(fmt->bitrate),
		.flags = htole32(fmt->flags),
		.extradata_size = htole32(fmt->extradata_len),
	};
	if (fmt->type != MMAL_ES_VIDEO)
		return;
	*es = (struct mmal_es_video){
		.width = htole32(fmt->width),
		.height = htole32(fmt->height),
		.crop.x = htole32(fmt->crop.x),
		.crop.y = htole32(fmt->crop.y),
		.crop.width = htole32(fmt->crop.width),
		.crop.height = htole32(fmt->crop.height),
		.frame_rate.num = htole32(fmt->frame_rate.num),
		.frame_rate.den = htole32(fmt->frame_rate.den),
		.par.num = htole32(fmt->par.num),
		.par.den = htole32(fmt->par.den),
		.color_space = htole32(fmt->color_space),
	};
}

static void port_to_wire(const struct component_port *port, struct mmal_port *out)
{
	*out = (struct mmal_port){
		.type = htole32(port->type),
		.index = htole16(port->index),
		.index_all = htole16(port->index_all),
		.is_enabled = htole32(port->enabled),
		.buffer_num_min = htole32(port->needs.num_min),
		.buffer_size_min = htole32(port->needs.size_min),
		.buffer_num_recommended = htole32(port->needs.num_recommended),
		.buffer_size_recommended = htole32(port->needs.size_recommended),
		.buffer_num = htole32(port->num),
		.buffer_size = htole32(port->size),
		.capabilities = htole32(port->capabilities),
	};
}

static void port_info_reply(const struct mmal_request *req,
			    const struct mmal_msg_port_info_get *asked,
			    const struct component_port *port, int error)
{
	struct mmal_msg_port_info_reply reply = {
		.status = htole32(mmal_status_from_errno(error)),
		.component_handle = asked->component_handle,
		.port_type = asked->port_type,
		.index = asked->index,
	};

	if (port) {
		reply.found = htole32(1);
		reply.port_handle = htole32(mmal_port_handle(port));
		port_to_wire(port, &reply.port);
		mmal_format_to_wire(&port->format, &reply.format, &reply.es);
		memcpy(reply.extradata, port->format.extradata, port->format.extradata_len);
	}
	if (error)
		req->client->server->count.failed++;
	mmal_reply(req, &reply, sizeof(reply));
}

static struct component_port *port_asked(const struct mmal_request *req,
					 const struct mmal_msg_port_info_get *asked)
{
	struct component *comp;

	comp = mmal_client_component(req->client, le32toh(asked->component_handle));
	if (!comp)
		return NULL;
	return component_port(comp, le32toh(asked->port_type), le32toh(asked->index));
}

int mmal_port_info_get(const struct mmal_request *req)
{
	const struct mmal_msg_port_info_get *msg = req->payload;
	struct component_port *port = port_asked(req, msg);

	port_info_reply(req, msg, port, port ? 0 : -EINVAL);
	return MMAL_HANDLED;
}

int mmal_port_info_set(const struct mmal_request *req)
{
	const struct mmal_msg_port_info_set *msg = req->payload;
	/* The request starts with the words of PORT_INFO_GET. */
	const struct mmal_msg_port_info_get asked = {
		.component_handle = msg->component_handle,
		.port_type = msg->port_type,
		.index = msg->index,
	};
	struct component_port *port = port_asked(req, &asked);
	struct component_format fmt;
	int ret = -EINVAL;

	if (port) {
		format_from_wire(&fmt, &msg->format, &msg->es, msg->extradata);
		ret = component_port_set_format(port, &fmt);
	}
	if (!ret) {
		port->num = le32toh(msg->port.buffer_num);
		port->size = le32toh(msg->port.buffer_size);
	} else {
		vc_info("mmal", "port format refused: %s", strerror(-ret));
	}
	port_info_reply(req, &asked, port, ret);
	return MMAL_HANDLED;
}

/* -----------------------------------------------------------------------------
 * Actions
 */

/* Every client sends the port structure with these two. */
static int action_requirements(struct component_port *port, const struct mmal_request *req)
{
	const struct mmal_msg_port_action_port *msg = req->payload;

	if (req->len != sizeof(*msg))
		return -EINVAL;
	if (port->enabled)
		return -EINVAL;
	port->num = le32toh(msg->port.buffer_num);
	port->size = le32toh(msg->port.buffer_size);
	return 0;
}

static int action_enable(struct component_port *port, const struct mmal_request *req)
{
	int ret = action_requirements(port, req);

	if (!ret)
		ret = component_port_enable(port);
	if (ret)
		vc_info("mmal", "%s: port %u not enabled, %u buffers of %u bytes: %s",
			port->comp->ops->name, port->index_all, port->num, port->size,
			strerror(-ret));
	return ret;
}

static int action_disable(struct component_port *port, const struct mmal_request *req)
{
	component_port_disable(port);
	return 0;
}

static int action_flush(struct component_port *port, const struct mmal_request *req)
{
	component_port_flush(port);
	return 0;
}

static int action_connect(struct component_port *port, const struct mmal_request *req)
{
	const struct mmal_msg_port_action_handle *msg = req->payload;
	struct component_port *peer;

	if (req->len < sizeof(*msg))
		return -EINVAL;
	peer = mmal_client_port(req->client, le32toh(msg->peer_component_handle),
				le32toh(msg->peer_port_handle));
	return peer ? component_port_connect(port, peer) : -EINVAL;
}

static int action_disconnect(struct component_port *port, const struct mmal_request *req)
{
	return component_port_disconnect(port);
}

static int action_set_requirements(struct component_port *port, const struct mmal_request *req)
{
	if (!port->peer)
		return -ENOTCONN;
	return action_requirements(port->peer, req);
}

static int (*const actions[])(struct component_port *port, const struct mmal_request *req) = {
	[MMAL_ACTION_ENABLE] = action_enable,
	[MMAL_ACTION_DISABLE] = action_disable,
	[MMAL_ACTION_FLUSH] = action_flush,
	[MMAL_ACTION_CONNECT] = action_connect,
	[MMAL_ACTION_DISCONNECT] = action_disconnect,
	[MMAL_ACTION_SET_REQUIREMENTS] = action_set_requirements,
};

static bool action_len_ok(size_t len)
{
	return len == offsetof(struct mmal_msg_port_action_port, port) ||
	       len == sizeof(struct mmal_msg_port_action_handle) ||
	       len == sizeof(struct mmal_msg_port_action_port);
}

int mmal_port_action(const struct mmal_request *req)
{
	const struct mmal_msg_port_action_handle *msg = req->payload;
	uint32_t action = le32toh(msg->action);
	struct component_port *port;

	port = mmal_client_port(req->client, le32toh(msg->component_handle),
				le32toh(msg->port_handle));
	if (!port || !action_len_ok(req->len))
		return -EINVAL;
	if (action >= sizeof(actions) / sizeof(actions[0]) || !actions[action])
		return -EOPNOTSUPP;
	return actions[action](port, req);
}

/* -----------------------------------------------------------------------------
 * Parameters. Sizes on the wire include the 8 bytes of id and size.
 */

#define PARAM_HEADER	8u

int mmal_parameter_set(const struct mmal_request *req)
{
	const struct mmal_msg_parameter *msg = req->payload;
	uint32_t size = le32toh(msg->size);
	uint32_t id = le32toh(msg->id);
	struct component_port *port;
	int ret;

	port = mmal_client_port(req->client, le32toh(msg->component_handle),
				le32toh(msg->port_handle));
	if (!port || size < PARAM_HEADER || size - PARAM_HEADER != req->len - sizeof(*msg))
		return -EINVAL;
	if (id == req->client->server->refused_param)
		ret = -EINVAL;
	else
		ret = component_param_set(port, id, msg->value, size - PARAM_HEADER);
	if (ret)
		vc_info("mmal", "%s: port %u: parameter 0x%x, %u bytes, refused: %s",
			port->comp->ops->name, port->index_all, id, size, strerror(-ret));
	return ret;
}

int mmal_parameter_get(const struct mmal_request *req)
{
	const struct mmal_msg_parameter *msg = req->payload;
	uint32_t room = le32toh(msg->size);
	uint8_t message[sizeof(struct mmal_msg_parameter_get_reply) + COMPONENT_VALUE_MAX] = { 0 };
	struct mmal_msg_parameter_get_reply *reply = (void *)message;
	struct component_port *port;
	size_t len = 0;
	int ret = -EINVAL;

	port = mmal_client_port(req->client, le32toh(msg->component_handle),
				le32toh(msg->port_handle));
	room = room < PARAM_HEADER ? 0 : room - PARAM_HEADER;
	if (port)
		ret = component_param_get(port, le32toh(msg->id), reply->value, &len);
	if (ret) {
		len = 0;
		req->client->server->count.failed++;
	}
	reply->id = msg->id;
	reply->size = htole32(len + PARAM_HEADER);
	if (!ret && len > room) {
		ret = -ENOSPC;
		len = room;
	}
	reply->status = htole32(mmal_status_from_errno(ret));
	mmal_reply(req, reply, sizeof(*reply) + len);
	return MMAL_HANDLED;
}
