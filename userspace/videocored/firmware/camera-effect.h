/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware's image effects, each in up to three parts: a curve for every
 * component of RGB, a factor for its colours, a filter over the finished YUV picture.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_CAMERA_EFFECT_H
#define VIDEOCORED_FIRMWARE_CAMERA_EFFECT_H

#include <stdbool.h>

struct camera_look;
struct vc_image;

/* 0 to 255 both; @c: 0 red, 1 green, 2 blue. */
double camera_effect_curve(const struct camera_look *look, int c, double value);
bool camera_effect_has_curve(const struct camera_look *look);
/* 0: grey, 1: as they are. */
double camera_effect_colours(const struct camera_look *look);

/* Of YUV420. @tmp: of the same size, its contents are lost. */
void camera_effect_filter(const struct camera_look *look, struct vc_image *img,
			  struct vc_image *tmp);
bool camera_effect_has_filter(const struct camera_look *look);

/* Below 0 blurs, above sharpens; 1 is much. Luma of YUV420. */
void camera_effect_sharpen(double sharpness, struct vc_image *img, struct vc_image *tmp);

#endif /* VIDEOCORED_FIRMWARE_CAMERA_EFFECT_H */
