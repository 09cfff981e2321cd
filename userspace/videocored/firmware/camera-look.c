// SPDX-License-Identifier: GPL-2.0
/*
 * From a camera's parameters to how its pictures look. The scene is one that 10 ms
 * of exposure show as the source has it; everything else follows from that.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "camera-look.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "camera-format.h"
#include "component.h"

#define MAX_ANALOG	8.0
#define MAX_DIGITAL	4.0

/* Image stabilisation keeps this margin, in 1/65536, on each side. */
#define STABLE_MARGIN	(CAMERA_WHOLE / 20)

#define FLASH_ON	2
#define FLASH_TORCH	5
/* As much light again as the scene has. */
#define FLASH_LIGHT	2.0

static uint32_t word_at(const struct component_value *value, size_t offset)
{
	uint32_t word = 0;

	if (value && value->len >= offset + sizeof(word))
		memcpy(&word, value->data + offset, sizeof(word));
	return le32toh(word);
}

static double rational_at(const struct component_value *value, size_t offset, double absent)
{
	const int32_t num = (int32_t)word_at(value, offset);
	const int32_t den = (int32_t)word_at(value, offset + 4);

	return value && den ? (double)num / den : absent;
}

static double rational(const struct component_port *port, uint32_t id, double absent)
{
	return rational_at(component_value(port, id), 0, absent);
}

static double bounded(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

/* -----------------------------------------------------------------------------
 * Exposure
 */

/**
 * struct exposure_mode - EXPOSURE_MODE
 * @ev: lighter than a mean picture, stops
 * @longest_us: of its exposures
 */
struct exposure_mode {
	double ev;
	double longest_us;
};

static const struct exposure_mode exposure_modes[] = {
	{ 0, 66000 },		/* off */
	{ 0, 66000 },		/* auto */
	{ 1. / 3, 1000000 },	/* night */
	{ 1. / 3, 1000000 },	/* night preview */
	{ 1, 66000 },		/* backlight */
	{ -1, 66000 },		/* spotlight */
	{ 0, 2000 },		/* sports */
	{ 2. / 3, 66000 },	/* snow */
	{ 2. / 3, 66000 },	/* beach */
	{ 0, 6000000 },		/* very long */
	{ 0, 66000 },		/* fixed frame rate */
	{ 0, 8000 },		/* antishake */
	{ -.5, 1000000 },	/* fireworks */
};

static const struct exposure_mode *exposure_mode(const struct component_port *control)
{
	uint32_t mode = component_value_u32(control, MMAL_PARAM_EXPOSURE_MODE, 1);

	return &exposure_modes[mode < sizeof(exposure_modes) / sizeof(exposure_modes[0]) ?
			       mode : 1];
}

static bool exposure_is_auto(const struct component_port *control)
{
	return component_value_u32(control, MMAL_PARAM_EXPOSURE_MODE, 1);
}

/* Stops: sixths, or a rational. */
static double exposure_bias(const struct component_port *control)
{
	const struct component_value *value = component_value(control, MMAL_PARAM_EXPOSURE_COMP);

	if (value && value->len == 8)
		return rational_at(value, 0, 0);
	return (int32_t)word_at(value, 0) / 6.0;
}

/* A multiple of what lamps flicker with. */
static double without_flicker(const struct component_port *control, double us)
{
	static const double periods_us[] = { 0, 1e6 / 100, 1e6 / 100, 1e6 / 120 };
	const double period =
		periods_us[component_value_u32(control, MMAL_PARAM_FLICKER_AVOID, 0) % 4];

	return period > 0 && us > period ? floor(us / period + .000001) * period : us;
}

static double scene_light(const struct component_port *control, bool is_still)
{
	const uint32_t flash = component_value_u32(control, MMAL_PARAM_FLASH, 0);

	return flash == FLASH_TORCH || (flash == FLASH_ON && is_still) ? FLASH_LIGHT : 1;
}

/* What the client wants; 0: it does not care. */
static double wanted_analog(const struct component_port *control)
{
	const double gain = rational(control, MMAL_PARAM_ANALOG_GAIN, 0);

	if (gain > 0)
		return gain;
	return component_value_u32(control, MMAL_PARAM_ISO, 0) / 100.0;
}

/* Time first, then the sensor's gain, then that of the ISP. */
static void expose_by_itself(const struct component_port *control, double longest_us,
			     double want_us, struct camera_exposure *e)
{
	const uint32_t fixed_us = component_value_u32(control, MMAL_PARAM_SHUTTER_SPEED, 0);
	double gain;

	longest_us = bounded(longest_us, 1, exposure_mode(control)->longest_us);
	e->analog = wanted_analog(control);
	e->digital = rational(control, MMAL_PARAM_DIGITAL_GAIN, 0);
	gain = (e->analog > 0 ? e->analog : 1) * (e->digital > 0 ? e->digital : 1);
	e->shutter_us = fixed_us ? fixed_us :
		without_flicker(control, bounded(want_us / gain, 1, longest_us));
	gain = want_us / e->shutter_us;
	if (e->analog <= 0)
		e->analog = bounded(gain / (e->digital > 0 ? e->digital : 1), 1, MAX_ANALOG);
	if (e->digital <= 0)
		e->digital = bounded(gain / e->analog, 1, MAX_DIGITAL);
}

static void expose_by_hand(const struct component_port *control, double longest_us,
			   struct camera_exposure *e)
{
	const uint32_t fixed_us = component_value_u32(control, MMAL_PARAM_SHUTTER_SPEED, 0);

	e->analog = wanted_analog(control);
	if (e->analog <= 0)
		e->analog = 1;
	e->digital = rational(control, MMAL_PARAM_DIGITAL_GAIN, 0);
	if (e->digital <= 0)
		e->digital = 1;
	e->shutter_us = fixed_us ? fixed_us : CAMERA_SCENE_US;
	if (e->shutter_us > longest_us)
		e->shutter_us = longest_us;
}

/* AWB_MODE: gains beside those of the automatic. */
static void balance(const struct component_port *control, struct camera_exposure *e)
{
	static const struct {
		double red, blue;
	} modes[] = {
		{ 1, 1 },	/* off: see below */
		{ 1, 1 },	/* auto */
		{ 1.05, .95 },	/* sunlight */
		{ 1.12, .88 },	/* cloudy */
		{ 1.2, .8 },	/* shade */
		{ .7, 1.45 },	/* tungsten */
		{ .85, 1.2 },	/* fluorescent */
		{ .65, 1.55 },	/* incandescent */
		{ 1.08, .92 },	/* flash */
		{ .55, 1.7 },	/* horizon */
		{ 1, 1 },	/* grey world */
	};
	const struct component_value *gains =
		component_value(control, MMAL_PARAM_CUSTOM_AWB_GAINS);
	uint32_t mode = component_value_u32(control, MMAL_PARAM_AWB_MODE, 1);

	if (mode >= sizeof(modes) / sizeof(modes[0]))
		mode = 1;
	e->red = modes[mode].red;
	e->blue = modes[mode].blue;
	if (!mode) {
		e->red = bounded(rational_at(gains, 0, 1), 0, 8);
		e->blue = bounded(rational_at(gains, 8, 1), 0, 8);
	}
}

void camera_look_exposure(const struct component_port *control, double longest_us,
			  bool is_still, struct camera_exposure *exposure)
{
	const double target = exp2(exposure_bias(control) + exposure_mode(control)->ev);
	const double want_us = CAMERA_SCENE_US * target / scene_light(control, is_still);

	balance(control, exposure);
	exposure->is_auto = exposure_is_auto(control);
	if (exposure->is_auto)
		expose_by_itself(control, longest_us, want_us, exposure);
	else
		expose_by_hand(control, longest_us, exposure);
}

/* -----------------------------------------------------------------------------
 * Everything
 */

void camera_look_plain(struct camera_look *look)
{
	memset(look, 0, sizeof(*look));
	look->window.width = CAMERA_WHOLE;
	look->window.height = CAMERA_WHOLE;
	look->gain = 1;
	look->red = 1;
	look->blue = 1;
}

bool camera_look_is_plain(const struct camera_look *look)
{
	return !look->rotation && !look->flip && !camera_look_has_window(look) &&
	       !camera_look_has_curves(look) && look->saturation == 0 &&
	       look->sharpness == 0 && !look->effect && !look->has_tint;
}

bool camera_look_has_window(const struct camera_look *look)
{
	return look->window.x || look->window.y || look->window.width < CAMERA_WHOLE ||
	       look->window.height < CAMERA_WHOLE;
}

bool camera_look_has_curves(const struct camera_look *look)
{
	return look->gain != 1 || look->red != 1 || look->blue != 1 || look->brightness != 0 ||
	       look->contrast != 0 || look->compression || look->metering;
}

static void take_window(const struct component_port *control, struct camera_window *window)
{
	const struct component_value *crop = component_value(control, MMAL_PARAM_INPUT_CROP);

	if (crop) {
		window->x = word_at(crop, 0);
		window->y = word_at(crop, 4);
		window->width = word_at(crop, 8);
		window->height = word_at(crop, 12);
	}
	if (component_value_u32(control, MMAL_PARAM_VIDEO_STABILISATION, 0)) {
		window->x += (uint64_t)window->width * STABLE_MARGIN / CAMERA_WHOLE;
		window->y += (uint64_t)window->height * STABLE_MARGIN / CAMERA_WHOLE;
		window->width -= (uint64_t)window->width * 2 * STABLE_MARGIN / CAMERA_WHOLE;
		window->height -= (uint64_t)window->height * 2 * STABLE_MARGIN / CAMERA_WHOLE;
	}
}

static void take_effects(const struct component_port *control, struct camera_look *look)
{
	const struct component_value *with =
		component_value(control, MMAL_PARAM_IMAGE_EFFECT_PARAMETERS);
	const struct component_value *tint = component_value(control, MMAL_PARAM_COLOUR_EFFECT);

	look->effect = component_value_u32(control, MMAL_PARAM_IMAGE_EFFECT, 0);
	if (with && word_at(with, 0)) {
		look->effect = word_at(with, 0);
		look->nr_params = word_at(with, 4);
		if (look->nr_params > CAMERA_EFFECT_PARAMS)
			look->nr_params = CAMERA_EFFECT_PARAMS;
		for (uint32_t i = 0; i < look->nr_params; i++)
			look->params[i] = word_at(with, 8 + 4 * i);
	}
	if (tint && word_at(tint, 0)) {
		look->has_tint = 1;
		look->tint[0] = word_at(tint, 4) & 0xff;
		look->tint[1] = word_at(tint, 8) & 0xff;
	}
}

static void take_orientation(const struct component_port *output, struct camera_look *look)
{
	static const uint8_t flips[] = {
		[MMAL_MIRROR_NONE] = 0,
		[MMAL_MIRROR_VERTICAL] = CAMERA_FLIP_VERTICAL,
		[MMAL_MIRROR_HORIZONTAL] = CAMERA_FLIP_HORIZONTAL,
		[MMAL_MIRROR_BOTH] = CAMERA_FLIP_VERTICAL | CAMERA_FLIP_HORIZONTAL,
	};

	look->flip = flips[component_value_u32(output, MMAL_PARAM_MIRROR, 0) % 4];
	look->rotation = component_value_u32(output, MMAL_PARAM_ROTATION, 0);
}

static void take_light(const struct component_port *control, double longest_us, bool is_still,
		       struct camera_look *look)
{
	struct camera_exposure e;

	camera_look_exposure(control, longest_us, is_still, &e);
	look->gain = e.shutter_us * e.analog * e.digital * scene_light(control, is_still) /
		     CAMERA_SCENE_US;
	/* What was calculated to be 1. */
	if (fabs(look->gain - 1) < .002)
		look->gain = 1;
	look->red = e.red;
	look->blue = e.blue;
	if (e.is_auto)
		look->metering = component_value_u32(control, MMAL_PARAM_EXP_METERING_MODE, 0);
}

void camera_look_from(const struct component_port *control, const struct component_port *output,
		      double longest_us, bool is_still, struct camera_look *look)
{
	camera_look_plain(look);
	take_window(control, &look->window);
	take_light(control, longest_us, is_still, look);
	take_effects(control, look);
	take_orientation(output, look);
	look->brightness = bounded(rational(control, MMAL_PARAM_BRIGHTNESS, .5), 0, 1) - .5;
	look->contrast = bounded(rational(control, MMAL_PARAM_CONTRAST, 0), -1, 1);
	look->saturation = bounded(rational(control, MMAL_PARAM_SATURATION, 0), -1, 1);
	look->sharpness = bounded(rational(control, MMAL_PARAM_SHARPNESS, 0), -1, 1);
	look->compression =
		component_value_u32(control, MMAL_PARAM_DYNAMIC_RANGE_COMPRESSION, 0);
}

int camera_look_check_window(const void *value)
{
	uint32_t words[4];

	memcpy(words, value, sizeof(words));
	for (int i = 0; i < 4; i++) {
		words[i] = le32toh(words[i]);
		if (words[i] > CAMERA_WHOLE)
			return -EINVAL;
	}
	if (!words[2] || !words[3])
		return -EINVAL;
	return words[0] + words[2] <= CAMERA_WHOLE && words[1] + words[3] <= CAMERA_WHOLE ?
	       0 : -EINVAL;
}
