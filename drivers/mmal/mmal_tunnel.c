// SPDX-License-Identifier: GPL-2.0
/*
 * Tunnels: an output port feeds an input port, and the buffers between them never
 * leave the firmware.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/export.h>

#include "mmal_priv.h"

static int vc_mmal_tunnel_action(struct vc_mmal_port *src,
				 const struct vc_mmal_port *sink, u32 action)
{
	const struct mmal_msg_port_action_handle payload = {
		.component_handle = cpu_to_le32(src->component->handle),
		.port_handle = cpu_to_le32(src->handle),
		.action = cpu_to_le32(action),
		.peer_component_handle = cpu_to_le32(sink->component->handle),
		.peer_port_handle = cpu_to_le32(sink->handle),
	};
	struct vc_mmal_call call = {
		.name = src->component->name,
		.type = MMAL_MSG_PORT_ACTION,
		.payload = &payload,
		.len = sizeof(payload),
		.must_wait = action == MMAL_ACTION_DISCONNECT,
	};

	return vc_mmal_call_status(src->component->mmal, &call);
}

/**
 * vc_mmal_tunnel_create() - connect two ports
 * @src: output port, disabled, whose format is set
 * @sink: input port, disabled; gets the same format
 *
 * vc_mmal_port_enable() of @src, without a callback, enables both;
 * vc_mmal_port_disable() disables both. Both components have to exist until
 * vc_mmal_tunnel_destroy().
 *
 * Return: 0 or a negative errno.
 */
int vc_mmal_tunnel_create(struct vc_mmal_port *src, struct vc_mmal_port *sink)
{
	const struct vc_mmal_format format = src->format;
	int ret;

	ret = vc_mmal_tunnel_destroy(src);
	if (!ret)
		ret = vc_mmal_port_set_format(sink, &format);
	if (!ret)
		ret = vc_mmal_tunnel_action(src, sink, MMAL_ACTION_CONNECT);
	if (!ret || vc_mmal_is_undecided(ret))
		src->sink = sink;
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_tunnel_create);

/**
 * vc_mmal_tunnel_destroy() - disable and disconnect two ports
 * @src: output port; nothing is done if it is not connected
 *
 * Context: process, bounded, not interrupted by signals.
 * Return: 0 or a negative errno.
 */
int vc_mmal_tunnel_destroy(struct vc_mmal_port *src)
{
	int ret;

	if (!src->sink)
		return 0;
	ret = vc_mmal_port_disable(src);
	if (vc_mmal_is_undecided(ret))
		return ret;
	ret = vc_mmal_tunnel_action(src, src->sink, MMAL_ACTION_DISCONNECT);
	/* Nobody knows whether it was, if that got no answer. */
	if (ret == -ENOTCONN)
		ret = 0;
	if (!vc_mmal_is_undecided(ret))
		src->sink = NULL;
	return ret;
}
EXPORT_SYMBOL_GPL(vc_mmal_tunnel_destroy);
