/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a camera's picture differs from what the source shows: exposure, colours,
 * window, rotation, effects, as its parameters ask for it.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_CAMERA_LOOK_H
#define VIDEOCORED_FIRMWARE_CAMERA_LOOK_H

#include <stdbool.h>
#include <stdint.h>

struct component_port;

#define CAMERA_EFFECT_PARAMS	6

/* One in fractions of what the sensor sees. */
#define CAMERA_WHOLE		65536u

/** struct camera_window - part of the sensor that is looked at, in 1/65536 */
struct camera_window {
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

/**
 * struct camera_look - all zero but @window and the factors, which are 1, is what the
 * source shows
 * @rotation: degrees clockwise, a multiple of 90
 * @flip: CAMERA_FLIP_*, after the rotation
 * @window: before both
 * @gain: light, of 1
 * @red: gain
 * @blue: gain
 * @metering: enum camera_metering: whose mean the automatic exposure keeps; 0 when
 *	it is off
 * @brightness: added, of 1
 * @contrast: -1 to 1
 * @saturation: -1 to 1
 * @sharpness: -1 to 1
 * @compression: of the dynamic range, 0 to 3
 * @effect: MMAL number
 * @nr_params: of @params
 * @params: of the effect
 * @has_tint: all colours are @tint
 * @tint: U and V
 */
struct camera_look {
	uint32_t rotation;
	uint32_t flip;
	struct camera_window window;
	double gain;
	double red;
	double blue;
	double brightness;
	double contrast;
	double saturation;
	double sharpness;
	uint32_t metering;
	uint32_t compression;
	uint32_t effect;
	uint32_t nr_params;
	uint32_t params[CAMERA_EFFECT_PARAMS];
	uint32_t has_tint;
	uint32_t tint[2];
};

/* EXP_METERING_MODE */
enum camera_metering {
	CAMERA_METERING_AVERAGE,
	CAMERA_METERING_SPOT,
	CAMERA_METERING_BACKLIT,
	CAMERA_METERING_MATRIX,
};

/**
 * struct camera_exposure - what sensor and ISP were told
 * @shutter_us: exposure time
 * @analog: gain
 * @digital: gain
 * @red: gain
 * @blue: gain
 * @is_auto: the picture decides
 */
struct camera_exposure {
	double shutter_us;
	double analog;
	double digital;
	double red;
	double blue;
	bool is_auto;
};

/* Time of exposure without gain that shows the source as it is, microseconds. */
#define CAMERA_SCENE_US		10000.0

/*
 * What the parameters of @control come to, when a frame may take @longest_us and
 * @is_still is about the flash.
 */
void camera_look_exposure(const struct component_port *control, double longest_us,
			  bool is_still, struct camera_exposure *exposure);
/* The same and everything else, with the parameters of @output. */
void camera_look_from(const struct component_port *control, const struct component_port *output,
		      double longest_us, bool is_still, struct camera_look *look);
/* What the source shows. */
void camera_look_plain(struct camera_look *look);
bool camera_look_is_plain(const struct camera_look *look);
/* A part of the sensor; light and tone other than the source's. */
bool camera_look_has_window(const struct camera_look *look);
bool camera_look_has_curves(const struct camera_look *look);

/* 0 or -EINVAL: a value of INPUT_CROP. */
int camera_look_check_window(const void *value);

#endif /* VIDEOCORED_FIRMWARE_CAMERA_LOOK_H */
