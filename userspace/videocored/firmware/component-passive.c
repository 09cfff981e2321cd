// SPDX-License-Identifier: GPL-2.0
/*
 * Components that make no pictures: camera_info answers what cameras there are;
 * the sinks and encoders take formats, parameters and tunnels and give every
 * buffer back. Encoders produce nothing.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
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
	struct mmal_camera_info info = {
		.num_cameras = htole32(1),
		.cameras[0] = {
			.max_width = htole32(CAMERA_MAX_WIDTH),
			.max_height = htole32(CAMERA_MAX_HEIGHT),
			.name = "imx219",
		},
	};

	if (id != MMAL_PARAM_CAMERA_INFO)
		return -ENODATA;
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

/* Compressed data has no geometry that could be computed. */
#define COMPRESSED_SIZE_MIN	(80u << 10)

static int raw_input_format(struct component_format *fmt, struct component_needs *needs)
{
	struct camera_picture picture;
	int ret;

	/* Before anybody says what will come. */
	if (!fmt->width && !fmt->height)
		return 0;
	ret = camera_format_fix(fmt, false);
	if (ret)
		return ret;
	camera_format_picture(fmt, &picture);
	needs->size_min = picture.len;
	needs->size_recommended = picture.len;
	needs->num_recommended = 3;
	return 0;
}

static int sink_port_format(struct component_port *port, struct component_format *fmt,
			    struct component_needs *needs)
{
	return port->type == MMAL_PORT_INPUT ? raw_input_format(fmt, needs) : 0;
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

/* -----------------------------------------------------------------------------
 * Encoders: set up like the real ones
 */

static const uint32_t video_encodings[] = {
	MMAL_ENCODING_H264,
	MMAL_ENCODING_MJPEG,
};

static const uint32_t image_encodings[] = {
	MMAL_ENCODING_JPEG,
	MMAL_ENCODING_GIF,
	MMAL_ENCODING_PNG,
	MMAL_ENCODING_PPM,
	MMAL_ENCODING_TGA,
	MMAL_ENCODING_BMP,
};

static int encoder_port_format(struct component_port *port, struct component_format *fmt,
			       struct component_needs *needs, const uint32_t *encodings, size_t nr)
{
	if (port->type == MMAL_PORT_INPUT)
		return raw_input_format(fmt, needs);
	if (port->type != MMAL_PORT_OUTPUT)
		return 0;
	fmt->type = MMAL_ES_VIDEO;
	needs->size_min = COMPRESSED_SIZE_MIN;
	needs->size_recommended = COMPRESSED_SIZE_MIN;
	for (size_t i = 0; i < nr; i++)
		if (encodings[i] == fmt->encoding)
			return 0;
	return -EINVAL;
}

static int video_encode_format(struct component_port *port, struct component_format *fmt,
			       struct component_needs *needs)
{
	return encoder_port_format(port, fmt, needs, video_encodings, NR(video_encodings));
}

static int image_encode_format(struct component_port *port, struct component_format *fmt,
			       struct component_needs *needs)
{
	return encoder_port_format(port, fmt, needs, image_encodings, NR(image_encodings));
}

static const uint32_t *video_encode_encodings(struct component_port *port, size_t *nr)
{
	if (port->type == MMAL_PORT_INPUT)
		return camera_encodings(nr);
	*nr = NR(video_encodings);
	return video_encodings;
}

static const uint32_t *image_encode_encodings(struct component_port *port, size_t *nr)
{
	if (port->type == MMAL_PORT_INPUT)
		return camera_encodings(nr);
	*nr = NR(image_encodings);
	return image_encodings;
}

static int encoder_create(struct component *comp)
{
	const struct component_format fmt = {
		.type = MMAL_ES_VIDEO,
		.encoding = comp->ops == &video_encode_component ? MMAL_ENCODING_H264 :
								   MMAL_ENCODING_JPEG,
	};

	return component_port_set_format(component_port(comp, MMAL_PORT_OUTPUT, 0), &fmt);
}

/* Clients do not agree which port these belong to (spec mmal.md section 14). */
#define ON_DATA_OR_CONTROL	(COMPONENT_ON_DATA | COMPONENT_ON_CONTROL)
#define WORD(i)			{ .id = (i), .len = 4, .ports = ON_DATA_OR_CONTROL }
#define CHOICE(i, n)		{ .id = (i), .len = 4, .ports = ON_DATA_OR_CONTROL, \
				  .check = COMPONENT_CHECK_MAX, .max = (n) }

static const struct component_param video_encode_params[] = {
	WORD(MMAL_PARAM_VIDEO_IMMUTABLE_INPUT),
	WORD(MMAL_PARAM_MINIMISE_FRAGMENTATION),
	WORD(MMAL_PARAM_VIDEO_BIT_RATE),
	CHOICE(MMAL_PARAM_RATECONTROL, 4),
	WORD(MMAL_PARAM_INTRAPERIOD),
	{ .id = MMAL_PARAM_PROFILE, .len = 8, .ports = COMPONENT_ON_OUTPUT },
	{ .id = MMAL_PARAM_VIDEO_FRAME_RATE, .len = 8, .ports = COMPONENT_ON_OUTPUT,
	  .check = COMPONENT_CHECK_RATIONALS },
	{ .id = MMAL_PARAM_VIDEO_INTRA_REFRESH, .len = 20, .ports = COMPONENT_ON_OUTPUT },
	WORD(MMAL_PARAM_NALUNITFORMAT),
	WORD(MMAL_PARAM_MB_ROWS_PER_SLICE),
	WORD(MMAL_PARAM_VIDEO_REQUEST_I_FRAME),
	CHOICE(MMAL_PARAM_VIDEO_ENCODE_MIN_QUANT, 51),
	CHOICE(MMAL_PARAM_VIDEO_ENCODE_MAX_QUANT, 51),
	CHOICE(MMAL_PARAM_VIDEO_ENCODE_INITIAL_QUANT, 51),
	WORD(MMAL_PARAM_VIDEO_ENCODE_HEADER_ON_OPEN),
	WORD(MMAL_PARAM_VIDEO_ENCODE_INLINE_HEADER),
	WORD(MMAL_PARAM_VIDEO_ENCODE_SEI_ENABLE),
	WORD(MMAL_PARAM_VIDEO_ENCODE_INLINE_VECTORS),
	WORD(MMAL_PARAM_VIDEO_ENCODE_SPS_TIMING),
	WORD(MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME),
	CHOICE(MMAL_PARAM_JPEG_Q_FACTOR, 100),
};

const struct component_ops video_encode_component = {
	.name = "ril.video_encode",
	.nr_inputs = 1,
	.nr_outputs = 1,
	.params = video_encode_params,
	.nr_params = NR(video_encode_params),
	.create = encoder_create,
	.port_format = video_encode_format,
	.encodings = video_encode_encodings,
};

static const struct component_param image_encode_params[] = {
	CHOICE(MMAL_PARAM_JPEG_Q_FACTOR, 100),
	WORD(MMAL_PARAM_JPEG_RESTART_INTERVAL),
	WORD(MMAL_PARAM_JPEG_IJG_SCALING),
	WORD(MMAL_PARAM_EXIF_DISABLE),
	{ .id = MMAL_PARAM_THUMBNAIL_CONFIGURATION, .len = 16, .ports = ON_DATA_OR_CONTROL },
};

const struct component_ops image_encode_component = {
	.name = "ril.image_encode",
	.nr_inputs = 1,
	.nr_outputs = 1,
	.params = image_encode_params,
	.nr_params = NR(image_encode_params),
	.create = encoder_create,
	.port_format = image_encode_format,
	.encodings = image_encode_encodings,
};
