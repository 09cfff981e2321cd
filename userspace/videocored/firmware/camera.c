// SPDX-License-Identifier: GPL-2.0
/*
 * The component ril.camera: preview, video and still, and its many parameters.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/mmal-encodings.h>

#include "camera-engine.h"
#include "camera-format.h"
#include "camera-look.h"
#include "mmal-priv.h"
#include "tunnel.h"

/* What the sensor can do, frames per second. */
#define CAMERA_MIN_FPS		0.001
#define CAMERA_MAX_FPS		240.0

#define ON_CONTROL	COMPONENT_ON_CONTROL
#define ON_OUTPUT	COMPONENT_ON_OUTPUT

/* One word; a choice of 0..limit; a rational; n rationals. */
#define WORD(i)		{ .id = (i), .len = 4, .ports = ON_CONTROL }
#define CHOICE(i, n)	{ .id = (i), .len = 4, .ports = ON_CONTROL, \
			  .check = COMPONENT_CHECK_MAX, .max = (n) }
#define RATIONALS(i, n)	{ .id = (i), .len = 8 * (n), .ports = ON_CONTROL, \
			  .check = COMPONENT_CHECK_RATIONALS }

static const struct component_param camera_params[] = {
	/* Outputs */
	{ .id = MMAL_PARAM_CAPTURE, .len = 4, .ports = ON_OUTPUT },
	{ .id = MMAL_PARAM_MIRROR, .len = 4, .ports = ON_OUTPUT,
	  .check = COMPONENT_CHECK_MAX, .max = MMAL_MIRROR_BOTH },
	{ .id = MMAL_PARAM_ROTATION, .len = 4, .ports = ON_OUTPUT },
	{ .id = MMAL_PARAM_FPS_RANGE, .len = 16, .ports = ON_OUTPUT,
	  .check = COMPONENT_CHECK_RATIONALS },
	{ .id = MMAL_PARAM_FRAME_RATE, .len = 8, .ports = ON_OUTPUT | ON_CONTROL,
	  .check = COMPONENT_CHECK_RATIONALS },
	{ .id = MMAL_PARAM_VIDEO_FRAME_RATE, .len = 8, .ports = ON_OUTPUT,
	  .check = COMPONENT_CHECK_RATIONALS },
	{ .id = MMAL_PARAM_ENABLE_RAW_CAPTURE, .len = 4, .ports = ON_OUTPUT },
	{ .id = MMAL_PARAM_STEREOSCOPIC_MODE, .len = 12, .ports = ON_OUTPUT,
	  .check = COMPONENT_CHECK_MAX, .max = 2 },
	/* The camera as a whole */
	{ .id = MMAL_PARAM_CAMERA_CONFIG, .len = sizeof(struct mmal_camera_config),
	  .ports = ON_CONTROL },
	{ .id = MMAL_PARAM_CAMERA_SETTINGS, .len = sizeof(struct mmal_camera_settings),
	  .ports = ON_CONTROL, .read_only = true },
	{ .id = MMAL_PARAM_CAPTURE_STATUS, .len = 4, .ports = ON_CONTROL, .read_only = true },
	WORD(MMAL_PARAM_CAMERA_NUM),
	WORD(MMAL_PARAM_CAMERA_CUSTOM_SENSOR_CONFIG),
	CHOICE(MMAL_PARAM_USE_STC, 2),
	CHOICE(MMAL_PARAM_CAPTURE_MODE, 2),
	CHOICE(MMAL_PARAM_CAMERA_USE_CASE, 2),
	WORD(MMAL_PARAM_CAMERA_BURST_CAPTURE),
	WORD(MMAL_PARAM_CAPTURE_STATS_PASS),
	{ .id = MMAL_PARAM_ZERO_SHUTTER_LAG, .len = 8, .ports = ON_CONTROL },
	CHOICE(MMAL_PARAM_PRIVACY_INDICATOR, 2),
	/* Exposure, colour */
	CHOICE(MMAL_PARAM_AWB_MODE, 10),
	RATIONALS(MMAL_PARAM_CUSTOM_AWB_GAINS, 2),
	CHOICE(MMAL_PARAM_EXPOSURE_MODE, 12),
	CHOICE(MMAL_PARAM_EXP_METERING_MODE, 3),
	/* Sixths of a stop, or stops as a rational. */
	{ .id = MMAL_PARAM_EXPOSURE_COMP, .len = 4, .len_alt = 8, .ports = ON_CONTROL },
	WORD(MMAL_PARAM_CAPTURE_EXPOSURE_COMP),
	WORD(MMAL_PARAM_SHUTTER_SPEED),
	WORD(MMAL_PARAM_ISO),
	WORD(MMAL_PARAM_CAMERA_MIN_ISO),
	RATIONALS(MMAL_PARAM_ANALOG_GAIN, 1),
	RATIONALS(MMAL_PARAM_DIGITAL_GAIN, 1),
	CHOICE(MMAL_PARAM_FLICKER_AVOID, 3),
	CHOICE(MMAL_PARAM_FLASH, 5),
	CHOICE(MMAL_PARAM_REDEYE, 2),
	CHOICE(MMAL_PARAM_FOCUS, 14),
	RATIONALS(MMAL_PARAM_SHARPNESS, 1),
	RATIONALS(MMAL_PARAM_CONTRAST, 1),
	RATIONALS(MMAL_PARAM_BRIGHTNESS, 1),
	RATIONALS(MMAL_PARAM_SATURATION, 1),
	CHOICE(MMAL_PARAM_DYNAMIC_RANGE_COMPRESSION, 3),
	WORD(MMAL_PARAM_HIGH_DYNAMIC_RANGE),
	CHOICE(MMAL_PARAM_IMAGE_EFFECT, 25),
	/* Five or six words of parameters. */
	{ .id = MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, .len = 32, .len_alt = 28,
	  .ports = ON_CONTROL, .check = COMPONENT_CHECK_MAX, .max = 25 },
	{ .id = MMAL_PARAM_COLOUR_EFFECT, .len = 12, .ports = ON_CONTROL },
	WORD(MMAL_PARAM_VIDEO_STABILISATION),
	WORD(MMAL_PARAM_ANTISHAKE),
	WORD(MMAL_PARAM_VIDEO_DENOISE),
	WORD(MMAL_PARAM_STILLS_DENOISE),
	WORD(MMAL_PARAM_SW_SHARPEN_DISABLE),
	WORD(MMAL_PARAM_SW_SATURATION_DISABLE),
	{ .id = MMAL_PARAM_ALGORITHM_CONTROL, .len = 8, .ports = ON_CONTROL,
	  .check = COMPONENT_CHECK_MAX, .max = 13 },
	{ .id = MMAL_PARAM_INPUT_CROP, .len = 16, .ports = ON_CONTROL },
	{ .id = MMAL_PARAM_ZOOM, .len = 8, .ports = ON_CONTROL },
	{ .id = MMAL_PARAM_ANNOTATE, .len = COMPONENT_LEN_ANY, .ports = ON_CONTROL },
};

/**
 * struct camera - private part of the component; config words are host order
 * @number: of the sensor
 */
struct camera {
	uint32_t number;
	struct camera_engine *engine;
	uint32_t max_video_width;
	uint32_t max_video_height;
	bool one_shot_stills;
	enum camera_stc stc;
};

static uint32_t word_at(const void *value, size_t offset)
{
	uint32_t word;

	memcpy(&word, (const uint8_t *)value + offset, sizeof(word));
	return le32toh(word);
}

/* -----------------------------------------------------------------------------
 * From parameters to the engine's setup
 */

/* A rational among the stored values, 0 if it is not set or not positive. */
static double stored_rate(const struct component_port *port, uint32_t id, size_t offset)
{
	const struct component_value *value = component_value(port, id);
	int32_t num, den;

	if (!value || value->len < offset + 8)
		return 0;
	num = (int32_t)word_at(value->data, offset);
	den = (int32_t)word_at(value->data, offset + 4);
	return num > 0 && den > 0 ? (double)num / den : 0;
}

static struct camera_feed *camera_feed_of(const struct component *comp)
{
	const struct camera *camera = comp->priv;

	return &comp->server->feeds[camera->number];
}

/*
 * The format's rate, else the parameters', else what the user or the source
 * wants. In good light the automatic exposure takes the upper end of a range.
 */
static double port_fps(struct component_port *port)
{
	const struct component_rational *rate = &port->format.frame_rate;
	double fps = rate->num > 0 && rate->den > 0 ? (double)rate->num / rate->den : 0;

	if (fps <= 0)
		fps = stored_rate(port, MMAL_PARAM_FPS_RANGE, 8);
	if (fps <= 0)
		fps = stored_rate(port, MMAL_PARAM_FRAME_RATE, 0);
	if (fps <= 0)
		fps = camera_feed_fps(camera_feed_of(port->comp));
	if (!(fps >= CAMERA_MIN_FPS))
		fps = CAMERA_MIN_FPS;
	return fps > CAMERA_MAX_FPS ? CAMERA_MAX_FPS : fps;
}

/* A tunnel may end in a component that looks at no picture. */
static bool port_wants_pictures(const struct component_port *port)
{
	return port->comp->enabled && port->enabled && (!port->peer || tunnel_is_fed(port));
}

static struct component_port *control_of(const struct component *comp)
{
	return &comp->ports[0];
}

/* The longest exposure that the rate allows, at its lower end. */
static double port_longest_us(struct component_port *port)
{
	double fps = stored_rate(port, MMAL_PARAM_FPS_RANGE, 0);

	return 1e6 / (fps > 0 ? fps : port_fps(port));
}

/* A frame takes as long as its exposure. */
static double port_interval_us(struct component_port *port)
{
	struct camera_exposure exposure;
	double us = 1e6 / port_fps(port);

	camera_look_exposure(control_of(port->comp), port_longest_us(port), false, &exposure);
	return exposure.shutter_us > us ? exposure.shutter_us : us;
}

static void camera_update(struct component_port *port)
{
	const struct camera *camera = port->comp->priv;
	struct camera_setup setup = {
		.enabled = port_wants_pictures(port),
		.one_shot = port->index == CAMERA_STILL && camera->one_shot_stills,
		.interval_ns = 1e3 * port_interval_us(port),
		.stc = camera->stc,
	};
	struct component_format format = port->format;

	if (port->peer)
		camera_format_inner(&port->format, &format);
	camera_format_picture(&format, &setup.picture);
	camera_look_from(control_of(port->comp), port, port_longest_us(port), setup.one_shot,
			 &setup.look);
	camera_engine_setup(camera->engine, port->index, &setup);
}

static void camera_update_all(struct component *comp)
{
	for (unsigned int p = 0; p < CAMERA_PORTS; p++)
		camera_update(component_port(comp, MMAL_PORT_OUTPUT, p));
}

/* -----------------------------------------------------------------------------
 * Parameters
 */

static int set_config(struct component *comp, const void *value)
{
	const struct mmal_camera_config *config = value;
	struct camera *camera = comp->priv;
	uint32_t stc = le32toh(config->use_stc_timestamp);

	if (comp->enabled)
		return -EBUSY;
	if (stc > CAMERA_STC_RESET ||
	    le32toh(config->max_stills_w) > CAMERA_MAX_WIDTH ||
	    le32toh(config->max_stills_h) > CAMERA_MAX_HEIGHT)
		return -EINVAL;
	camera->max_video_width = le32toh(config->max_preview_video_w);
	camera->max_video_height = le32toh(config->max_preview_video_h);
	camera->one_shot_stills = le32toh(config->one_shot_stills);
	camera->stc = stc;
	camera_update_all(comp);
	return 0;
}

static int set_capture(struct component_port *port, const void *value)
{
	const struct camera *camera = port->comp->priv;

	if (port->index == CAMERA_PREVIEW)
		return -EINVAL;
	camera_engine_capture(camera->engine, port->index, word_at(value, 0));
	return 0;
}

static int check_rotation(const void *value)
{
	uint32_t degrees = word_at(value, 0);

	return degrees < 360 && degrees % 90 == 0 ? 0 : -EINVAL;
}

static int check_fps_range(const void *value)
{
	int64_t low_num = (int32_t)word_at(value, 0), low_den = (int32_t)word_at(value, 4);
	int64_t high_num = (int32_t)word_at(value, 8), high_den = (int32_t)word_at(value, 12);

	if (low_num < 0 || high_num < 0 || low_den < 0 || high_den < 0)
		return -EINVAL;
	return low_num * high_den <= high_num * low_den ? 0 : -EINVAL;
}

static int set_camera_num(struct component *comp, const void *value)
{
	struct mmal_server *server = comp->server;
	struct camera *camera = comp->priv;
	uint32_t num = word_at(value, 0);

	if (num == MMAL_CAMERA_NUM_OFF)
		return 0;
	if (num >= server->nr_feeds)
		return -EINVAL;
	camera->number = num;
	camera_engine_look_at(camera->engine, &server->feeds[num]);
	return 0;
}

/* Four versions, told apart by their size. */
static int check_annotate(size_t len)
{
	return len == 56 || len == 288 || len == 304 || len == 316 ? 0 : -EINVAL;
}

static int check_exposure_comp(const void *value, size_t len)
{
	return len == 4 || word_at(value, 4) ? 0 : -EINVAL;
}

static int camera_param_set(struct component_port *port, uint32_t id, const void *value,
			    size_t len)
{
	switch (id) {
	case MMAL_PARAM_CAMERA_CONFIG:
		return set_config(port->comp, value);
	case MMAL_PARAM_CAPTURE:
		return set_capture(port, value);
	case MMAL_PARAM_ROTATION:
		return check_rotation(value);
	case MMAL_PARAM_FPS_RANGE:
		return check_fps_range(value);
	case MMAL_PARAM_CAMERA_NUM:
		return set_camera_num(port->comp, value);
	case MMAL_PARAM_ANNOTATE:
		return check_annotate(len);
	case MMAL_PARAM_EXPOSURE_COMP:
		return check_exposure_comp(value, len);
	case MMAL_PARAM_INPUT_CROP:
		return camera_look_check_window(value);
	default:
		return 0;
	}
}

/* The value has been stored: what runs follows. */
static void camera_param_stored(struct component_port *port, uint32_t id)
{
	if (port->type == MMAL_PORT_CONTROL)
		camera_update_all(port->comp);
	else if (port->type == MMAL_PORT_OUTPUT && id != MMAL_PARAM_CAPTURE)
		camera_update(port);
}

static struct mmal_rational wire_rational(double value)
{
	return (struct mmal_rational){ .num = htole32(lround(value * 1000)),
				       .den = htole32(1000) };
}

/* As the video port has it. */
static void get_settings(struct component *comp, void *value)
{
	struct component_port *video = component_port(comp, MMAL_PORT_OUTPUT, CAMERA_VIDEO);
	struct mmal_camera_settings settings = { 0 };
	struct camera_exposure e;

	camera_look_exposure(control_of(comp), port_longest_us(video), false, &e);
	settings.exposure_us = htole32(lround(e.shutter_us));
	settings.analog_gain = wire_rational(e.analog);
	settings.digital_gain = wire_rational(e.digital);
	settings.awb_red = wire_rational(e.red);
	settings.awb_blue = wire_rational(e.blue);
	memcpy(value, &settings, sizeof(settings));
}

static void put_word(void *value, uint32_t word)
{
	word = htole32(word);
	memcpy(value, &word, sizeof(word));
}

static int camera_param_get(struct component_port *port, uint32_t id, void *value, size_t len)
{
	const struct camera *camera = port->comp->priv;

	switch (id) {
	case MMAL_PARAM_CAMERA_SETTINGS:
		get_settings(port->comp, value);
		return 0;
	case MMAL_PARAM_CAPTURE:
		put_word(value, camera_engine_is_capturing(camera->engine, port->index));
		return 0;
	case MMAL_PARAM_CAPTURE_STATUS:
		put_word(value, camera_engine_is_capturing(camera->engine, CAMERA_STILL));
		return 0;
	default:
		return -ENODATA;
	}
}

/* -----------------------------------------------------------------------------
 * Ports and buffers
 */

static bool fits_config(const struct component_port *port, const struct component_format *fmt)
{
	const struct camera *camera = port->comp->priv;

	if ((uint32_t)fmt->crop.width > camera_sensors[camera->number].width ||
	    (uint32_t)fmt->crop.height > camera_sensors[camera->number].height)
		return false;
	if (port->index == CAMERA_STILL)
		return true;
	return (uint32_t)fmt->crop.width <= camera->max_video_width &&
	       (uint32_t)fmt->crop.height <= camera->max_video_height;
}

static int camera_port_format(struct component_port *port, struct component_format *fmt,
			      struct component_needs *needs)
{
	int ret;

	if (port->type != MMAL_PORT_OUTPUT)
		return 0;
	ret = camera_format_fix(fmt, port->no_padding);
	if (ret)
		return ret;
	if (!fits_config(port, fmt))
		return -EINVAL;
	camera_format_needs(fmt, needs);
	return 0;
}

static const uint32_t *camera_port_encodings(struct component_port *port, size_t *nr)
{
	return camera_encodings(nr);
}

static int camera_enable(struct component *comp)
{
	camera_update_all(comp);
	return 0;
}

static int camera_port_enable(struct component_port *port)
{
	struct camera_picture picture;

	if (port->type != MMAL_PORT_OUTPUT)
		return 0;
	camera_format_picture(&port->format, &picture);
	/* Opaque pictures exist inside tunnels only. */
	if (!picture.drm && !port->peer)
		return -EOPNOTSUPP;
	camera_update(port);
	return 0;
}

static void camera_port_flush(struct component_port *port)
{
	const struct camera *camera = port->comp->priv;

	if (port->type == MMAL_PORT_OUTPUT)
		camera_engine_drain(camera->engine, port->index);
}

static void camera_port_disable(struct component_port *port)
{
	if (port->type != MMAL_PORT_OUTPUT)
		return;
	camera_update(port);
	camera_port_flush(port);
}

static void camera_buffer(struct component_port *port, struct component_buffer *buf)
{
	const struct camera *camera = port->comp->priv;

	if (port->type == MMAL_PORT_OUTPUT)
		camera_engine_queue(camera->engine, port->index, buf);
	else
		mmal_buffer_return(buf);
}

static void camera_poll(struct component *comp)
{
	const struct camera *camera = comp->priv;
	struct component_buffers done;
	struct component_buffer *buf;

	camera_engine_collect(camera->engine, &done);
	while ((buf = TAILQ_FIRST(&done))) {
		TAILQ_REMOVE(&done, buf, queue);
		mmal_buffer_return(buf);
	}
}

/* -----------------------------------------------------------------------------
 * Life
 */

static void camera_default_formats(struct component *comp)
{
	const struct component_format fmt = {
		.type = MMAL_ES_VIDEO,
		.encoding = MMAL_ENCODING_I420,
		.width = 320,
		.height = 240,
		.frame_rate = { 0, 1 },
		.par = { 1, 1 },
	};

	for (unsigned int p = 0; p < CAMERA_PORTS; p++)
		component_port_set_format(component_port(comp, MMAL_PORT_OUTPUT, p), &fmt);
}

static int camera_create(struct component *comp)
{
	struct camera *camera = calloc(1, sizeof(*camera));

	if (!camera)
		return -ENOMEM;
	camera->max_video_width = CAMERA_MAX_WIDTH;
	camera->max_video_height = CAMERA_MAX_HEIGHT;
	camera->stc = CAMERA_STC_RAW;
	camera->engine = camera_engine_create(comp->server);
	if (!camera->engine) {
		free(camera);
		return -ENOMEM;
	}
	comp->priv = camera;
	camera_default_formats(comp);
	return 0;
}

static void camera_destroy(struct component *comp)
{
	struct camera *camera = comp->priv;

	camera_engine_destroy(camera->engine);
	free(camera);
}

static struct json_object *port_status(const struct camera *camera, enum camera_port p)
{
	static const char *const names[CAMERA_PORTS] = { "preview", "video", "still" };
	struct json_object *out = json_object_new_object();
	struct camera_port_status status;
	double mean_ms;

	camera_engine_status(camera->engine, p, &status);
	mean_ms = status.frames ? status.render_ns / 1e6 / status.frames : 0;
	json_object_object_add(out, "port", json_object_new_string(names[p]));
	json_object_object_add(out, "capturing", json_object_new_boolean(status.is_capturing));
	json_object_object_add(out, "frames", json_object_new_int64(status.frames));
	json_object_object_add(out, "dropped", json_object_new_int64(status.dropped));
	json_object_object_add(out, "errors", json_object_new_int64(status.errors));
	json_object_object_add(out, "render_ms", json_object_new_double(mean_ms));
	json_object_object_add(out, "render_ms_max",
			       json_object_new_double(status.render_max_ns / 1e6));
	return out;
}

static void camera_status(struct component *comp, struct json_object *out)
{
	struct json_object *ports = json_object_new_array();

	for (int p = 0; p < CAMERA_PORTS; p++)
		json_object_array_add(ports, port_status(comp->priv, p));
	json_object_object_add(out, "ports", ports);
}

const struct component_ops camera_component = {
	.name = "ril.camera",
	.nr_outputs = CAMERA_PORTS,
	.nr_clocks = 1,
	.params = camera_params,
	.nr_params = sizeof(camera_params) / sizeof(camera_params[0]),
	.create = camera_create,
	.destroy = camera_destroy,
	.enable = camera_enable,
	.port_format = camera_port_format,
	.encodings = camera_port_encodings,
	.param_set = camera_param_set,
	.param_stored = camera_param_stored,
	.param_get = camera_param_get,
	.port_enable = camera_port_enable,
	.port_disable = camera_port_disable,
	.port_flush = camera_port_flush,
	.buffer = camera_buffer,
	.poll = camera_poll,
	.source_changed = camera_update_all,
	.status = camera_status,
};
