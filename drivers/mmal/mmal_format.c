// SPDX-License-Identifier: GPL-2.0
/*
 * Formats and ports, to and from the wire.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/string.h>

#include "mmal_priv.h"

static struct vc_mmal_rational
vc_mmal_rational_from_wire(const struct mmal_rational *wire)
{
	return (struct vc_mmal_rational) {
		.num = le32_to_cpu(wire->num),
		.den = le32_to_cpu(wire->den),
	};
}

static struct mmal_rational
vc_mmal_rational_to_wire(const struct vc_mmal_rational *r)
{
	return (struct mmal_rational) {
		.num = cpu_to_le32(r->num),
		.den = cpu_to_le32(r->den),
	};
}

static void vc_mmal_format_from_wire(struct vc_mmal_format *format,
				     const struct mmal_msg_port_info_reply *wire)
{
	const struct mmal_es_video *es = &wire->es;

	format->encoding = le32_to_cpu(wire->format.encoding);
	format->encoding_variant = le32_to_cpu(wire->format.encoding_variant);
	format->bitrate = le32_to_cpu(wire->format.bitrate);
	format->flags = le32_to_cpu(wire->format.flags);
	format->width = le32_to_cpu(es->width);
	format->height = le32_to_cpu(es->height);
	format->crop.left = le32_to_cpu(es->crop.x);
	format->crop.top = le32_to_cpu(es->crop.y);
	format->crop.width = le32_to_cpu(es->crop.width);
	format->crop.height = le32_to_cpu(es->crop.height);
	format->frame_rate = vc_mmal_rational_from_wire(&es->frame_rate);
	format->par = vc_mmal_rational_from_wire(&es->par);
	format->color_space = le32_to_cpu(es->color_space);
	/* The firmware may say anything; there is no more than this. */
	format->extradata_len = min_t(u32, MMAL_EXTRADATA_MAX,
				      le32_to_cpu(wire->format.extradata_size));
	memcpy(format->extradata, wire->extradata, format->extradata_len);
}

/* Type and index of the port are known and are not taken from the answer. */
void vc_mmal_port_from_wire(struct vc_mmal_port *port,
			    const struct mmal_msg_port_info_reply *wire)
{
	port->handle = le32_to_cpu(wire->port_handle);
	port->min_num = le32_to_cpu(wire->port.buffer_num_min);
	port->min_size = le32_to_cpu(wire->port.buffer_size_min);
	port->recommended_num = le32_to_cpu(wire->port.buffer_num_recommended);
	port->recommended_size =
		le32_to_cpu(wire->port.buffer_size_recommended);
	port->capabilities = le32_to_cpu(wire->port.capabilities);
	vc_mmal_format_from_wire(&port->format, wire);
}

void vc_mmal_format_to_wire(const struct vc_mmal_format *format,
			    struct mmal_msg_port_info_set *wire)
{
	struct mmal_es_video *es = &wire->es;
	u32 extradata_len = min_t(u32, format->extradata_len,
				  MMAL_EXTRADATA_MAX);

	wire->format.type = cpu_to_le32(MMAL_ES_VIDEO);
	wire->format.encoding = cpu_to_le32(format->encoding);
	wire->format.encoding_variant = cpu_to_le32(format->encoding_variant);
	wire->format.bitrate = cpu_to_le32(format->bitrate);
	wire->format.flags = cpu_to_le32(format->flags);
	wire->format.extradata_size = cpu_to_le32(extradata_len);
	memcpy(wire->extradata, format->extradata, extradata_len);
	es->width = cpu_to_le32(format->width);
	es->height = cpu_to_le32(format->height);
	es->crop.x = cpu_to_le32(format->crop.left);
	es->crop.y = cpu_to_le32(format->crop.top);
	es->crop.width = cpu_to_le32(format->crop.width);
	es->crop.height = cpu_to_le32(format->crop.height);
	es->frame_rate = vc_mmal_rational_to_wire(&format->frame_rate);
	es->par = vc_mmal_rational_to_wire(&format->par);
	es->color_space = cpu_to_le32(format->color_space);
}
