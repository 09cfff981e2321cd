// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: their formats and parameters, enabling and disabling.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/export.h>

#include "mmal_priv.h"

/* Firmware that can order a flush behind bulks. */
#define VC_MMAL_FLUSH_MAJOR	15

static int vc_mmal_port_info(struct vc_mmal_port *port, u32 type,
			     const void *payload, size_t len)
{
	struct mmal_msg_port_info_reply reply;
	struct vc_mmal_call call = {
		.name = port->component->name,
		.type = type,
		.payload = payload,
		.len = len,
		.reply = &reply,
		.reply_size = sizeof(reply),
		.reply_min = sizeof(reply.status),
	};
	int ret;

	ret = vc_mmal_call(port->component->mmal, &call);
	if (ret)
		return ret;
	if (call.reply_len < sizeof(reply) || !reply.found)
		return -EPROTO;
	vc_mmal_port_from_wire(port, &reply);
	return 0;
}

/**
 * vc_mmal_port_update() - read a port's format and requirements
 * @port: port; its @format, @handle, minima and recommendations are stored
 *
 * Return: 0 or a negative errno.
 */
int vc_mmal_port_update(struct vc_mmal_port *port)
{
	const struct mmal_msg_port_info_get get = {
		.component_handle = cpu_to_le32(port->component->handle),
		.port_type = cpu_to_le32(port->type),
		.index = cpu_to_le32(port->index),
	};

	return vc_mmal_port_info(port, MMAL_MSG_PORT_INFO_GET, &get,
				 sizeof(get));
}
EXPORT_SYMBOL_GPL(vc_mmal_port_update);

/**
 * vc_mmal_port_set_format() - set the format of a disabled port
 * @port: port; afterwards @format holds what the firmware made of it
 * @format: video format
 *
 * Return: 0 or a negative errno.
 */
int vc_mmal_port_set_format(struct vc_mmal_port *port,
			    const struct vc_mmal_format *format)
{
	struct mmal_msg_port_info_set set = {
		.component_handle = cpu_to_le32(port->component->handle),
		.port_type = cpu_to_le32(port->type),
		.index = cpu_to_le32(port->index),
		.port.type = cpu_to_le32(port->type),
		.port.index = cpu_to_le16(port->index),
		.port.buffer_num = cpu_to_le32(port->num),
		.port.buffer_size = cpu_to_le32(port->size),
	};
	int ret;

	vc_mmal_format_to_wire(format, &set);
	ret = vc_mmal_port_info(port, MMAL_MSG_PORT_INFO_SET, &set, sizeof(set));
	if (ret)
		return ret;
	/* The answer to SET may predate what other ports made of it. */
	return vc_mmal_port_update(port);
}
EXPORT_SYMBOL_GPL(vc_mmal_port_set_format);

/**
 * vc_mmal_port_set() - set a parameter
 * @port: port
 * @id: MMAL_PARAM_*
 * @value: value as it is on the wire
 * @len: bytes of it
 *
 * Return: 0 or a negative errno.
 */
int vc_mmal_port_set(struct vc_mmal_port *port, u32 id, const void *value,
		     size_t len)
{
	struct {
		struct mmal_msg_parameter param;
		u8 value[VC_MMAL_PARAM_MAX];
	} set = {
		.param.component_handle = cpu_to_le32(port->component->handle),
		.param.port_handle = cpu_to_le32(port->handle),
		.param.id = cpu_to_le32(id),
		.param.size = cpu_to_le32(2 * sizeof(__le32) + len),
	};
	struct vc_mmal_call call = {
		.name = port->component->name,
		.type = MMAL_MSG_PORT_PARAMETER_SET,
		.payload = &set,
		.len = sizeof(set.param) + len,
	};

	if (len > sizeof(set.value))
		return -EMSGSIZE;
	memcpy(set.value, value, len);
	return vc_mmal_call_status(port->component->mmal, &call);
}
EXPORT_SYMBOL_GPL(vc_mmal_port_set);

int vc_mmal_port_set_u32(struct vc_mmal_port *port, u32 id, u32 value)
{
	__le32 wire = cpu_to_le32(value);

	return vc_mmal_port_set(port, id, &wire, sizeof(wire));
}
EXPORT_SYMBOL_GPL(vc_mmal_port_set_u32);

/**
 * vc_mmal_port_get() - read a parameter
 * @port: port
 * @id: MMAL_PARAM_*
 * @value: room for the value as it is on the wire; also sent, for parameters
 *	that have input fields
 * @len: bytes of room; on return bytes of value, on -ENOSPC what it takes
 *
 * Return: 0 or a negative errno.
 */
int vc_mmal_port_get(struct vc_mmal_port *port, u32 id, void *value,
		     size_t *len)
{
	const size_t id_and_size = 2 * sizeof(__le32);
	struct {
		struct mmal_msg_parameter param;
		u8 value[VC_MMAL_PARAM_MAX];
	} get = {
		.param.component_handle = cpu_to_le32(port->component->handle),
		.param.port_handle = cpu_to_le32(port->handle),
		.param.id = cpu_to_le32(id),
		.param.size = cpu_to_le32(id_and_size + *len),
	};
	struct {
		struct mmal_msg_parameter_get_reply param;
		u8 value[VC_MMAL_PARAM_MAX];
	} reply = {};
	struct vc_mmal_call call = {
		.name = port->component->name,
		.type = MMAL_MSG_PORT_PARAMETER_GET,
		.payload = &get,
		.len = sizeof(get.param) + *len,
		.reply = &reply,
		.reply_size = sizeof(reply),
		.reply_min = sizeof(reply.param.status),
	};
	size_t room = *len;
	u32 size;
	int ret;

	if (room > sizeof(get.value))
		return -EMSGSIZE;
	memcpy(get.value, value, room);
	ret = vc_mmal_call(port->component->mmal, &call);
	size = le32_to_cpu(reply.param.size);
	*len = size > id_and_size ? size - id_and_size : 0;
	if (ret)
		return ret;
	if (call.reply_len < sizeof(reply.param) ||
	    le32_to_cpu(reply.param.id) != id || *len > room ||
	    call.reply_len < sizeof(reply.param) + *len)
		return -EPROTO;
	memcpy(value, reply.value, *len);
	return 0;
}
EXPORT_SYMBOL_GPL(vc_mmal_port_get);

static int vc_mmal_port_action(struct vc_mmal_port *port, u32 action)
{
	const struct mmal_msg_port_action_port payload = {
		.component_handle = cpu_to_le32(port->component->handle),
		.port_handle = cpu_to_le32(port->handle),
		.action = cpu_to_le32(action),
		.port.type = cpu_to_le32(port->type),
		.port.index = cpu_to_le16(port->index),
		.port.buffer_num = cpu_to_le32(port->num),
		.port.buffer_size = cpu_to_le32(port->size),
	};
	struct vc_mmal_call call = {
		.name = port->component->name,
		.type = MMAL_MSG_PORT_ACTION,
		.payload = &payload,
		.len = sizeof(payload),
		.must_wait = action == MMAL_ACTION_DISABLE,
	};

	return vc_mmal_call_status(port->component->mmal, &call);
}

/**
 * vc_mmal_port_enable() - let buffers be exchanged
 * @port: port with @num, @size, @copies and the format set
 * @done: NULL for a tunnel; else called for each submitted buffer that comes
 *	back, one call at a time for a connection, mostly from the receiving
 *	context of the transport: it must not make calls nor submit buffers
 *
 * Return: 0 or a negative errno.
 */
int vc_mmal_port_enable(struct vc_mmal_port *port,
			void (*done)(struct vc_mmal_port *port,
				     struct vc_mmal_buffer *buf))
{
	int ret;

	/* Left over from when it could not be disabled. */
	ret = vc_mmal_port_disable(port);
	if (port->is_enabled)
		return ret;
	ret = 0;
	if (!port->sink)
		ret = vc_mmal_port_set_u32(port, MMAL_PARAM_ZERO_COPY,
					   !port->copies);
	if (ret)
		return ret;
	port->done = done;
	ret = vc_mmal_port_action(port, MMAL_ACTION_ENABLE);
	port->is_enabled = !ret || vc_mmal_is_undecided(ret);
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_port_enable);

/**
 * vc_mmal_port_disable() - get all buffers back
 * @port: port; nothing is done if it is not enabled
 *
 * On return every buffer has been completed, also when the firmware did not
 * answer, and no callback is running.
 *
 * Context: process, bounded, not interrupted by signals.
 * Return: 0 or a negative errno.
 */
int vc_mmal_port_disable(struct vc_mmal_port *port)
{
	struct vc_mmal *mmal = port->component->mmal;
	int ret;

	if (!port->is_enabled)
		return 0;
	vc_mmal_xfers_cancel(port);
	ret = vc_mmal_port_action(port, MMAL_ACTION_DISABLE);
	if (!ret)
		vc_mmal_xfers_await(port);
	port->is_enabled = vc_mmal_is_undecided(ret);
	scoped_guard(mutex, &mmal->lock)
		vc_mmal_buffers_reclaim(mmal, port, ret ?: -ECANCELED);
	if (atomic_read(&port->nr_busy))
		vc_mmal_lanes_flush(mmal);
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_port_disable);

/**
 * vc_mmal_port_flush() - get the buffers back that the firmware has
 * @port: enabled port, which stays enabled
 *
 * They come back as unused before this returns; what a buffer of a port that copies
 * has on its way still comes. None may be submitted meanwhile.
 *
 * Return: 0 or a negative errno.
 */
int vc_mmal_port_flush(struct vc_mmal_port *port)
{
	struct vc_mmal_call call = {
		.name = port->component->name,
		.type = MMAL_MSG_PORT_FLUSH,
		.flush = port,
	};
	int ret;

	if (!port->copies || port->component->mmal->major < VC_MMAL_FLUSH_MAJOR)
		return vc_mmal_port_action(port, MMAL_ACTION_FLUSH);
	ret = vc_mmal_call_status(port->component->mmal, &call);
	if (!ret)
		vc_mmal_xfers_await(port);
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_port_flush);
