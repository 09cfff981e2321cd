// SPDX-License-Identifier: GPL-2.0
/*
 * Components that make no pictures: camera_info answers what cameras there are;
 * the sinks take formats, parameters and tunnels and give every buffer back.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <videocore/mmal-encodings.h>

#include "camera-format.h"
#include "mmal-priv.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* -----------------------------------------------------------------------------
 * camera_info
 */

static const struct component_param camera_info_params[] = {
	{ .id = MMAL_PARAM_CAMERA_INFO, .len = sizeof(struct mmal_camera_info),
	  .ports = COMPONENT_ON_CONTROL, .read_only = true },
};

static int camera_info_get(struct component_port *port, uint32_t id, void *value, size_t len)
{
	const uint32_t nr = port->comp->server->nr_feeds;
	struct mmal_camera_info info = {
		.num_cameras = htole32(nr),
		.num_flashes = htole32(1),
		.flashes[0] = htole32(MMAL_CAMERA_FLASH_LED),
	};

	if (id != MMAL_PARAM_CAMERA_INFO)
		return -ENODATA;
	for (uint32_t i = 0; i < nr; i++) {
		info.cameras[i].port_id = htole32(i);
		info.cameras[i].max_width = htole32(camera_sensors[i].width);
		info.cameras[i].max_height = htole32(camera_sensors[i].height);
		snprintf(info.cameras[i].name, sizeof(info.cameras[i].name), "%s",
			 camera_sensors[i].name);
	}
	memcpy(value, &info, sizeof(info));
	return 0;
}

const struct component_ops camera_info_component = {
	.name = "camera_info",
	.params = camera_info_params,
	.nr_params = NR(camera_info_params),
	.param_get = camera_info_get,
};

/* -----------------------------------------------------------------------------
 * Sinks: whatever the camera makes
 */

static int sink_port_format(struct component_port *port, struct component_format *fmt,
			    struct component_needs *needs)
{
	return port->type == MMAL_PORT_INPUT ? camera_format_input(fmt, false, needs) : 0;
}

static const uint32_t *sink_encodings(struct component_port *port, size_t *nr)
{
	return camera_encodings(nr);
}

static const struct component_param video_render_params[] = {
	{ .id = MMAL_PARAM_DISPLAYREGION, .len = 76, .ports = COMPONENT_ON_INPUT },
	{ .id = MMAL_PARAM_MIRROR, .len = 4, .ports = COMPONENT_ON_INPUT,
	  .check = COMPONENT_CHECK_MAX, .max = MMAL_MIRROR_BOTH },
	{ .id = MMAL_PARAM_ROTATION, .len = 4, .ports = COMPONENT_ON_INPUT },
};

const struct component_ops video_render_component = {
	.name = "ril.video_render",
	.nr_inputs = 1,
	.nr_clocks = 1,
	.params = video_render_params,
	.nr_params = NR(video_render_params),
	.port_format = sink_port_format,
	.encodings = sink_encodings,
};

const struct component_ops null_sink_component = {
	.name = "null_sink",
	.nr_inputs = 1,
	.port_format = sink_port_format,
	.encodings = sink_encodings,
};
