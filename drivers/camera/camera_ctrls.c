// SPDX-License-Identifier: GPL-2.0
/*
 * Controls: a table from V4L2 to MMAL parameters.
 *
 * Values go to the firmware when they are set, whether it streams or not; it
 * keeps them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/math64.h>

#include "camera_priv.h"

struct vc_camera_ctrl;

typedef int (*vc_camera_ctrl_set)(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				  const struct vc_camera_ctrl *desc);

/* Where a control belongs; without the component it is not there. */
enum vc_camera_ctrl_of {
	VC_CTRL_OF_CAMERA,
	VC_CTRL_OF_STREAM,	/* the video encoder */
	VC_CTRL_OF_PICTURE,	/* both encoders */
	VC_CTRL_OF_FLASH,
};

/**
 * struct vc_camera_ctrl - a control
 * @id: V4L2_CID_*
 * @param: MMAL_PARAM_* for those that set one
 * @of: what it is a control of
 * @min: smallest value
 * @max: largest
 * @step: distance of values, 0 for menus
 * @def: default
 * @skip: bit per item of the menu that is not there
 * @menu: values of an integer menu
 * @map: of menus the firmware's number for each entry
 * @set: how it is set; of a cluster that of the first is called
 */
struct vc_camera_ctrl {
	u32 id;
	u32 param;
	enum vc_camera_ctrl_of of;
	s32 min;
	s32 max;
	u32 step;
	s32 def;
	u64 skip;
	const s64 *menu;
	const u32 *map;
	vc_camera_ctrl_set set;
};

/* Positions of the clustered ones in vc_camera_ctrl_table and vc_camera.clusters. */
enum {
	VC_CTRL_ISO_AUTO,
	VC_CTRL_ISO,
	VC_CTRL_EXPOSURE_AUTO,
	VC_CTRL_EXPOSURE,
	VC_CTRL_AWB,
	VC_CTRL_RED,
	VC_CTRL_BLUE,
	VC_CTRL_HFLIP,
	VC_CTRL_VFLIP,
	VC_CTRL_COLORFX,
	VC_CTRL_CBCR,
	VC_CTRL_PROFILE,
	VC_CTRL_LEVEL,
	VC_CTRL_FIRST_SINGLE,
};

static_assert(VC_CTRL_FIRST_SINGLE == VC_CAMERA_NR_CLUSTERED);

/* -----------------------------------------------------------------------------
 * The firmware's numbers
 */

static const s64 vc_camera_iso_menu[] = {
	0, 100000, 200000, 400000, 800000,
};

/* Thousandths of a stop. */
static const s64 vc_camera_bias_menu[] = {
	-4000, -3667, -3333, -3000, -2667, -2333, -2000, -1667, -1333, -1000,
	-667, -333, 0, 333, 667, 1000, 1333, 1667, 2000, 2333, 2667, 3000, 3333,
	3667, 4000,
};

static const u32 vc_camera_awb_map[] = {
	[V4L2_WHITE_BALANCE_MANUAL] = 0,
	[V4L2_WHITE_BALANCE_AUTO] = 1,
	[V4L2_WHITE_BALANCE_INCANDESCENT] = 7,
	[V4L2_WHITE_BALANCE_FLUORESCENT] = 6,
	[V4L2_WHITE_BALANCE_FLUORESCENT_H] = 5,
	[V4L2_WHITE_BALANCE_HORIZON] = 9,
	[V4L2_WHITE_BALANCE_DAYLIGHT] = 2,
	[V4L2_WHITE_BALANCE_FLASH] = 8,
	[V4L2_WHITE_BALANCE_CLOUDY] = 3,
	[V4L2_WHITE_BALANCE_SHADE] = 4,
};

static const u32 vc_camera_metering_map[] = {
	[V4L2_EXPOSURE_METERING_AVERAGE] = 0,
	[V4L2_EXPOSURE_METERING_CENTER_WEIGHTED] = 2,
	[V4L2_EXPOSURE_METERING_SPOT] = 1,
	[V4L2_EXPOSURE_METERING_MATRIX] = 3,
};

static const u32 vc_camera_flicker_map[] = {
	[V4L2_CID_POWER_LINE_FREQUENCY_DISABLED] = 0,
	[V4L2_CID_POWER_LINE_FREQUENCY_50HZ] = 2,
	[V4L2_CID_POWER_LINE_FREQUENCY_60HZ] = 3,
	[V4L2_CID_POWER_LINE_FREQUENCY_AUTO] = 1,
};

/* EXPOSURE_MODE. Who exposes by hand has none of them. */
static const u32 vc_camera_scene_map[] = {
	[V4L2_SCENE_MODE_NONE] = 1,
	[V4L2_SCENE_MODE_BACKLIGHT] = 4,
	[V4L2_SCENE_MODE_BEACH_SNOW] = 7,
	[V4L2_SCENE_MODE_FIREWORKS] = 12,
	[V4L2_SCENE_MODE_NIGHT] = 2,
	[V4L2_SCENE_MODE_SPORTS] = 6,
};

#define VC_CAMERA_SCENES \
	(BIT_ULL(V4L2_SCENE_MODE_NONE) | BIT_ULL(V4L2_SCENE_MODE_BACKLIGHT) | \
	 BIT_ULL(V4L2_SCENE_MODE_BEACH_SNOW) | \
	 BIT_ULL(V4L2_SCENE_MODE_FIREWORKS) | BIT_ULL(V4L2_SCENE_MODE_NIGHT) | \
	 BIT_ULL(V4L2_SCENE_MODE_SPORTS))

static const u32 vc_camera_flash_map[] = {
	[V4L2_FLASH_LED_MODE_NONE] = 0,
	[V4L2_FLASH_LED_MODE_FLASH] = 2,
	[V4L2_FLASH_LED_MODE_TORCH] = 5,
};

static const u32 vc_camera_range_map[] = { 0, 2 };

static const u32 vc_camera_rate_map[] = {
	[V4L2_MPEG_VIDEO_BITRATE_MODE_VBR] = MMAL_RATECONTROL_VBR,
	[V4L2_MPEG_VIDEO_BITRATE_MODE_CBR] = MMAL_RATECONTROL_CBR,
};

static const u32 vc_camera_profile_map[] = {
	[V4L2_MPEG_VIDEO_H264_PROFILE_BASELINE] = MMAL_PROFILE_H264_BASELINE,
	[V4L2_MPEG_VIDEO_H264_PROFILE_CONSTRAINED_BASELINE] =
		MMAL_PROFILE_H264_CONSTRAINED_BASELINE,
	[V4L2_MPEG_VIDEO_H264_PROFILE_MAIN] = MMAL_PROFILE_H264_MAIN,
	[V4L2_MPEG_VIDEO_H264_PROFILE_HIGH] = MMAL_PROFILE_H264_HIGH,
};

#define VC_CAMERA_PROFILES \
	(BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_BASELINE) | \
	 BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_CONSTRAINED_BASELINE) | \
	 BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_MAIN) | \
	 BIT_ULL(V4L2_MPEG_VIDEO_H264_PROFILE_HIGH))

/* Macroblocks per second of level 4. */
#define VC_CAMERA_LEVEL_4_MBS	245760

/**
 * struct vc_camera_colorfx - what makes up an effect of V4L2
 * @effect: IMAGE_EFFECT
 * @has_tint: all colours become @cbcr, or what user space says
 * @cbcr: U and V
 */
struct vc_camera_colorfx {
	u32 effect;
	bool has_tint;
	u16 cbcr;
};

static const struct vc_camera_colorfx vc_camera_colorfx_map[] = {
	[V4L2_COLORFX_NONE] = {},
	[V4L2_COLORFX_BW] = { .has_tint = true, .cbcr = 0x8080 },
	[V4L2_COLORFX_SEPIA] = { .has_tint = true, .cbcr = 0x5797 },
	[V4L2_COLORFX_NEGATIVE] = { .effect = 1 },
	[V4L2_COLORFX_EMBOSS] = { .effect = 8 },
	[V4L2_COLORFX_SKETCH] = { .effect = 6 },
	[V4L2_COLORFX_SKY_BLUE] = { .effect = 12 },
	[V4L2_COLORFX_GRASS_GREEN] = { .effect = 13 },
	[V4L2_COLORFX_SKIN_WHITEN] = { .effect = 18 },
	[V4L2_COLORFX_VIVID] = { .effect = 16 },
	[V4L2_COLORFX_AQUA] = { .has_tint = true, .cbcr = 0xab79 },
	[V4L2_COLORFX_ART_FREEZE] = { .effect = 10 },
	[V4L2_COLORFX_SILHOUETTE] = { .effect = 14 },
	[V4L2_COLORFX_SOLARIZATION] = { .effect = 2 },
	[V4L2_COLORFX_ANTIQUE] = { .effect = 21 },
	[V4L2_COLORFX_SET_CBCR] = { .has_tint = true },
};

#define VC_CAMERA_EFFECT_PARAMS	5

/**
 * struct vc_camera_effect - parameters of an effect that has any
 * @effect: IMAGE_EFFECT
 * @nr: how many
 * @param: these
 */
struct vc_camera_effect {
	u32 effect;
	u32 nr;
	u32 param[VC_CAMERA_EFFECT_PARAMS];
};

static const struct vc_camera_effect vc_camera_effect_params[] = {
	{ 2, 5, { 1, 128, 160, 160, 48 } },
	/* Blue, green and red, of 256. */
	{ 21, 3, { 108, 274, 238 } },
};

/* -----------------------------------------------------------------------------
 * Of the camera
 */

/* Units of the controls of the user class are hundredths. */
static int vc_camera_set_percent(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				 const struct vc_camera_ctrl *desc)
{
	const struct mmal_rational value = {
		.num = cpu_to_le32(ctrl->val),
		.den = cpu_to_le32(100),
	};

	return vc_mmal_port_set(vc_camera_control(cam), desc->param, &value,
				sizeof(value));
}

static int vc_camera_set_word(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
			      const struct vc_camera_ctrl *desc)
{
	return vc_mmal_port_set_u32(vc_camera_control(cam), desc->param,
				    desc->map ? desc->map[ctrl->val] :
						ctrl->val);
}

/* For all output ports alike. */
static int vc_camera_set_outputs(struct vc_camera *cam, u32 param, u32 value)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < VC_CAMERA_NR_OUTPUTS; i++)
		ret = vc_mmal_port_set_u32(vc_camera_output(cam, i), param,
					   value);
	return ret;
}

static int vc_camera_set_rotation(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				  const struct vc_camera_ctrl *desc)
{
	return vc_camera_set_outputs(cam, desc->param, ctrl->val);
}

/* Cluster: horizontal and vertical flip are one number of the firmware's. */
static int vc_camera_set_flip(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
			      const struct vc_camera_ctrl *desc)
{
	u32 mirror = 0;

	if (ctrl->cluster[1]->val)
		mirror |= 1;
	if (ctrl->cluster[0]->val)
		mirror |= 2;
	return vc_camera_set_outputs(cam, desc->param, mirror);
}

/* Cluster: automatic, sensitivity in thousandths. 0 lets the firmware choose. */
static int vc_camera_set_iso(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
			     const struct vc_camera_ctrl *desc)
{
	struct v4l2_ctrl *iso = ctrl->cluster[1];
	u32 value = 0;

	if (ctrl->val == V4L2_ISO_SENSITIVITY_MANUAL)
		value = div_s64(iso->qmenu_int[iso->val], 1000);
	return vc_mmal_port_set_u32(vc_camera_control(cam), desc->param, value);
}

/* What the scene asks for counts while exposure is automatic. */
static int vc_camera_send_exposure_mode(struct vc_camera *cam)
{
	return vc_mmal_port_set_u32(vc_camera_control(cam),
				    MMAL_PARAM_EXPOSURE_MODE,
				    cam->is_manual ? MMAL_EXPOSURE_OFF :
						     cam->exposure_mode);
}

/* Cluster: automatic, shutter speed in 100 us. */
static int vc_camera_set_exposure(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				  const struct vc_camera_ctrl *desc)
{
	bool is_manual = ctrl->val == V4L2_EXPOSURE_MANUAL;
	u32 shutter_us = is_manual ? ctrl->cluster[1]->val * 100 : 0;
	int ret;

	ret = vc_mmal_port_set_u32(vc_camera_control(cam), desc->param,
				   shutter_us);
	if (ret)
		return ret;
	cam->is_manual = is_manual;
	return vc_camera_send_exposure_mode(cam);
}

static int vc_camera_set_scene(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
			       const struct vc_camera_ctrl *desc)
{
	cam->exposure_mode = desc->map[ctrl->val];
	return vc_camera_send_exposure_mode(cam);
}

static int vc_camera_set_exposure_priority(struct vc_camera *cam,
					   struct v4l2_ctrl *ctrl,
					   const struct vc_camera_ctrl *desc)
{
	cam->exposure_priority = ctrl->val;
	return vc_camera_firmware_set_interval(cam);
}

/* In sixths of a stop; the menu has every second one. */
static int vc_camera_set_bias(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
			      const struct vc_camera_ctrl *desc)
{
	return vc_mmal_port_set_u32(vc_camera_control(cam), desc->param,
				    (ctrl->val - desc->max / 2) * 2);
}

/* Cluster: preset, red and blue gain in thousandths. */
static int vc_camera_set_awb(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
			     const struct vc_camera_ctrl *desc)
{
	const struct mmal_rational gains[] = {
		{ cpu_to_le32(ctrl->cluster[1]->val), cpu_to_le32(1000) },
		{ cpu_to_le32(ctrl->cluster[2]->val), cpu_to_le32(1000) },
	};
	int ret;

	ret = vc_camera_set_word(cam, ctrl, desc);
	if (ret || ctrl->val != V4L2_WHITE_BALANCE_MANUAL)
		return ret;
	return vc_mmal_port_set(vc_camera_control(cam),
				MMAL_PARAM_CUSTOM_AWB_GAINS, gains,
				sizeof(gains));
}

static int vc_camera_send_effect(struct vc_camera *cam, u32 effect)
{
	struct {
		__le32 effect;
		__le32 nr;
		__le32 param[VC_CAMERA_EFFECT_PARAMS];
	} value = {
		.effect = cpu_to_le32(effect),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_camera_effect_params); i++) {
		const struct vc_camera_effect *e = &vc_camera_effect_params[i];
		unsigned int p;

		if (e->effect != effect)
			continue;
		value.nr = cpu_to_le32(e->nr);
		for (p = 0; p < e->nr; p++)
			value.param[p] = cpu_to_le32(e->param[p]);
	}
	return vc_mmal_port_set(vc_camera_control(cam),
				MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, &value,
				sizeof(value));
}

/* Cluster: effect, and colours for the one that has them from user space. */
static int vc_camera_set_colorfx(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				 const struct vc_camera_ctrl *desc)
{
	const struct vc_camera_colorfx *fx = &vc_camera_colorfx_map[ctrl->val];
	u32 cbcr = fx->cbcr;
	__le32 tint[3];
	int ret;

	if (ctrl->val == V4L2_COLORFX_SET_CBCR)
		cbcr = ctrl->cluster[1]->val;
	tint[0] = cpu_to_le32(fx->has_tint);
	tint[1] = cpu_to_le32(cbcr >> 8);
	tint[2] = cpu_to_le32(cbcr & 0xff);
	ret = vc_camera_send_effect(cam, fx->effect);
	if (ret)
		return ret;
	return vc_mmal_port_set(vc_camera_control(cam),
				MMAL_PARAM_COLOUR_EFFECT, tint, sizeof(tint));
}

/* -----------------------------------------------------------------------------
 * Of the encoders
 */

static int vc_camera_set_encoders(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				  const struct vc_camera_ctrl *desc)
{
	const u32 value = desc->map ? desc->map[ctrl->val] : ctrl->val;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < VC_CAMERA_NR_CODERS; i++) {
		if (!cam->encoder[i] || (desc->of == VC_CTRL_OF_STREAM &&
					 i != VC_CAMERA_VIDEO_ENCODER))
			continue;
		ret = vc_mmal_port_set_u32(&cam->encoder[i]->output[0],
					   desc->param, value);
	}
	return ret;
}

/*
 * Firmware of before July 2019 takes it with the port's format only, and so at the
 * next start.
 */
static int vc_camera_set_bitrate(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				 const struct vc_camera_ctrl *desc)
{
	int ret = vc_camera_set_encoders(cam, ctrl, desc);

	return ret == -EINVAL && !vb2_is_streaming(&cam->queue) ? 0 : ret;
}

static int vc_camera_set_key_frame(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				   const struct vc_camera_ctrl *desc)
{
	return vc_mmal_port_set_u32(&cam->encoder[VC_CAMERA_VIDEO_ENCODER]->output[0],
				    desc->param, 1);
}

/* The one that is wanted, unless the pictures need a higher one. */
static u32 vc_camera_level(const struct vc_camera *cam, u32 level)
{
	const u32 mbs = DIV_ROUND_UP(cam->pix.width, 16) *
			DIV_ROUND_UP(cam->pix.height, 16);
	const u64 rate = div_u64((u64)mbs * cam->interval.denominator,
				 cam->interval.numerator);

	if (rate > VC_CAMERA_LEVEL_4_MBS &&
	    level < V4L2_MPEG_VIDEO_H264_LEVEL_4_2)
		level = V4L2_MPEG_VIDEO_H264_LEVEL_4_2;
	/* Both count from 1, 1b, 1.1. */
	return MMAL_LEVEL_H264_1 + level;
}

static int vc_camera_send_profile(struct vc_camera *cam, u32 profile, u32 level)
{
	const __le32 value[] = {
		cpu_to_le32(vc_camera_profile_map[profile]),
		cpu_to_le32(vc_camera_level(cam, level)),
	};

	return vc_mmal_port_set(&cam->encoder[VC_CAMERA_VIDEO_ENCODER]->output[0],
				MMAL_PARAM_PROFILE, value, sizeof(value));
}

/* Cluster: profile, level. */
static int vc_camera_set_profile(struct vc_camera *cam, struct v4l2_ctrl *ctrl,
				 const struct vc_camera_ctrl *desc)
{
	return vc_camera_send_profile(cam, ctrl->val, ctrl->cluster[1]->val);
}

/* Size or rate have changed, which the level is about. */
int vc_camera_ctrls_send_profile(struct vc_camera *cam)
{
	return vc_camera_send_profile(cam,
		v4l2_ctrl_g_ctrl(cam->clusters[VC_CTRL_PROFILE]),
		v4l2_ctrl_g_ctrl(cam->clusters[VC_CTRL_LEVEL]));
}

/* 0 if there is none. */
u32 vc_camera_ctrls_bitrate(struct vc_camera *cam)
{
	struct v4l2_ctrl *ctrl = v4l2_ctrl_find(&cam->ctrl_handler,
						V4L2_CID_MPEG_VIDEO_BITRATE);

	return ctrl ? v4l2_ctrl_g_ctrl(ctrl) : 0;
}

/* -----------------------------------------------------------------------------
 * All of them
 */

#define PERCENT(i, p, lo, hi, d) \
	{ .id = (i), .param = (p), .min = (lo), .max = (hi), .step = 1, \
	  .def = (d), .set = vc_camera_set_percent }
#define RANGE(i, p, lo, hi, st, d, s) \
	{ .id = (i), .param = (p), .min = (lo), .max = (hi), .step = (st), \
	  .def = (d), .set = (s) }
#define SWITCH(i, p, m, s) \
	{ .id = (i), .param = (p), .max = 1, .step = 1, .map = (m), .set = (s) }
#define MENU(i, p, last, d, m, s) \
	{ .id = (i), .param = (p), .max = (last), .def = (d), .map = (m), \
	  .set = (s) }
#define SOME(i, p, last, items, d, m, s) \
	{ .id = (i), .param = (p), .max = (last), .skip = ~(items), \
	  .def = (d), .map = (m), .set = (s) }
#define INT_MENU(i, p, last, d, m, s) \
	{ .id = (i), .param = (p), .max = (last), .def = (d), .menu = (m), \
	  .set = (s) }
#define CODER(o, i, p, lo, hi, st, d) \
	{ .id = (i), .param = (p), .of = (o), .min = (lo), .max = (hi), \
	  .step = (st), .def = (d), .set = vc_camera_set_encoders }

static const struct vc_camera_ctrl vc_camera_ctrl_table[] = {
	[VC_CTRL_ISO_AUTO] =
		MENU(V4L2_CID_ISO_SENSITIVITY_AUTO, MMAL_PARAM_ISO,
		     V4L2_ISO_SENSITIVITY_AUTO, V4L2_ISO_SENSITIVITY_AUTO, NULL,
		     vc_camera_set_iso),
	[VC_CTRL_ISO] =
		INT_MENU(V4L2_CID_ISO_SENSITIVITY, 0,
			 ARRAY_SIZE(vc_camera_iso_menu) - 1, 0,
			 vc_camera_iso_menu, NULL),
	[VC_CTRL_EXPOSURE_AUTO] =
		MENU(V4L2_CID_EXPOSURE_AUTO, MMAL_PARAM_SHUTTER_SPEED,
		     V4L2_EXPOSURE_MANUAL, V4L2_EXPOSURE_AUTO, NULL,
		     vc_camera_set_exposure),
	[VC_CTRL_EXPOSURE] =
		RANGE(V4L2_CID_EXPOSURE_ABSOLUTE, 0, 1, 10000, 1, 1000, NULL),
	[VC_CTRL_AWB] =
		MENU(V4L2_CID_AUTO_N_PRESET_WHITE_BALANCE, MMAL_PARAM_AWB_MODE,
		     V4L2_WHITE_BALANCE_SHADE, V4L2_WHITE_BALANCE_AUTO,
		     vc_camera_awb_map, vc_camera_set_awb),
	[VC_CTRL_RED] =
		RANGE(V4L2_CID_RED_BALANCE, 0, 1, 7999, 1, 1000, NULL),
	[VC_CTRL_BLUE] =
		RANGE(V4L2_CID_BLUE_BALANCE, 0, 1, 7999, 1, 1000, NULL),
	[VC_CTRL_HFLIP] =
		SWITCH(V4L2_CID_HFLIP, MMAL_PARAM_MIRROR, NULL,
		       vc_camera_set_flip),
	[VC_CTRL_VFLIP] =
		SWITCH(V4L2_CID_VFLIP, 0, NULL, NULL),
	[VC_CTRL_COLORFX] =
		MENU(V4L2_CID_COLORFX, 0, V4L2_COLORFX_SET_CBCR,
		     V4L2_COLORFX_NONE, NULL, vc_camera_set_colorfx),
	[VC_CTRL_CBCR] =
		RANGE(V4L2_CID_COLORFX_CBCR, 0, 0, 0xffff, 1, 0x8080, NULL),
	[VC_CTRL_PROFILE] = {
		.id = V4L2_CID_MPEG_VIDEO_H264_PROFILE,
		.of = VC_CTRL_OF_STREAM,
		.max = V4L2_MPEG_VIDEO_H264_PROFILE_HIGH,
		.skip = ~VC_CAMERA_PROFILES,
		.def = V4L2_MPEG_VIDEO_H264_PROFILE_HIGH,
		.set = vc_camera_set_profile,
	},
	[VC_CTRL_LEVEL] = {
		.id = V4L2_CID_MPEG_VIDEO_H264_LEVEL,
		.of = VC_CTRL_OF_STREAM,
		.max = V4L2_MPEG_VIDEO_H264_LEVEL_5_1,
		.def = V4L2_MPEG_VIDEO_H264_LEVEL_4_0,
	},

	[VC_CTRL_FIRST_SINGLE] =
	PERCENT(V4L2_CID_BRIGHTNESS, MMAL_PARAM_BRIGHTNESS, 0, 100, 50),
	PERCENT(V4L2_CID_CONTRAST, MMAL_PARAM_CONTRAST, -100, 100, 0),
	PERCENT(V4L2_CID_SATURATION, MMAL_PARAM_SATURATION, -100, 100, 0),
	PERCENT(V4L2_CID_SHARPNESS, MMAL_PARAM_SHARPNESS, -100, 100, 0),
	RANGE(V4L2_CID_ROTATE, MMAL_PARAM_ROTATION, 0, 270, 90, 0,
	      vc_camera_set_rotation),
	SWITCH(V4L2_CID_IMAGE_STABILIZATION, MMAL_PARAM_VIDEO_STABILISATION,
	       NULL, vc_camera_set_word),
	SWITCH(V4L2_CID_EXPOSURE_AUTO_PRIORITY, 0, NULL,
	       vc_camera_set_exposure_priority),
	SWITCH(V4L2_CID_WIDE_DYNAMIC_RANGE, MMAL_PARAM_DYNAMIC_RANGE_COMPRESSION,
	       vc_camera_range_map, vc_camera_set_word),
	/* 0: as the firmware likes. */
	PERCENT(V4L2_CID_ANALOGUE_GAIN, MMAL_PARAM_ANALOG_GAIN, 0, 1600, 0),
	PERCENT(V4L2_CID_DIGITAL_GAIN, MMAL_PARAM_DIGITAL_GAIN, 0, 800, 0),
	INT_MENU(V4L2_CID_AUTO_EXPOSURE_BIAS, MMAL_PARAM_EXPOSURE_COMP,
		 ARRAY_SIZE(vc_camera_bias_menu) - 1,
		 ARRAY_SIZE(vc_camera_bias_menu) / 2, vc_camera_bias_menu,
		 vc_camera_set_bias),
	MENU(V4L2_CID_EXPOSURE_METERING, MMAL_PARAM_EXP_METERING_MODE,
	     V4L2_EXPOSURE_METERING_MATRIX, V4L2_EXPOSURE_METERING_AVERAGE,
	     vc_camera_metering_map, vc_camera_set_word),
	MENU(V4L2_CID_POWER_LINE_FREQUENCY, MMAL_PARAM_FLICKER_AVOID,
	     V4L2_CID_POWER_LINE_FREQUENCY_AUTO,
	     V4L2_CID_POWER_LINE_FREQUENCY_DISABLED, vc_camera_flicker_map,
	     vc_camera_set_word),
	SOME(V4L2_CID_SCENE_MODE, 0, V4L2_SCENE_MODE_TEXT, VC_CAMERA_SCENES,
	     V4L2_SCENE_MODE_NONE, vc_camera_scene_map, vc_camera_set_scene),
	{
		.id = V4L2_CID_FLASH_LED_MODE,
		.param = MMAL_PARAM_FLASH,
		.of = VC_CTRL_OF_FLASH,
		.max = V4L2_FLASH_LED_MODE_TORCH,
		.map = vc_camera_flash_map,
		.set = vc_camera_set_word,
	},
	{
		.id = V4L2_CID_MPEG_VIDEO_BITRATE_MODE,
		.param = MMAL_PARAM_RATECONTROL,
		.of = VC_CTRL_OF_STREAM,
		.max = V4L2_MPEG_VIDEO_BITRATE_MODE_CBR,
		.map = vc_camera_rate_map,
		.set = vc_camera_set_encoders,
	},
	{
		.id = V4L2_CID_MPEG_VIDEO_BITRATE,
		.param = MMAL_PARAM_VIDEO_BIT_RATE,
		.of = VC_CTRL_OF_STREAM,
		.min = 25000,
		.max = 25000000,
		.step = 25000,
		.def = 10000000,
		.set = vc_camera_set_bitrate,
	},
	CODER(VC_CTRL_OF_STREAM, V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER,
	      MMAL_PARAM_VIDEO_ENCODE_INLINE_HEADER, 0, 1, 1, 0),
	CODER(VC_CTRL_OF_STREAM, V4L2_CID_MPEG_VIDEO_H264_I_PERIOD,
	      MMAL_PARAM_INTRAPERIOD, 0, S32_MAX, 1, 60),
	CODER(VC_CTRL_OF_STREAM, V4L2_CID_MPEG_VIDEO_H264_MIN_QP,
	      MMAL_PARAM_VIDEO_ENCODE_MIN_QUANT, 0, 51, 1, 20),
	CODER(VC_CTRL_OF_STREAM, V4L2_CID_MPEG_VIDEO_H264_MAX_QP,
	      MMAL_PARAM_VIDEO_ENCODE_MAX_QUANT, 0, 51, 1, 51),
	{
		.id = V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME,
		.param = MMAL_PARAM_VIDEO_REQUEST_I_FRAME,
		.of = VC_CTRL_OF_STREAM,
		.set = vc_camera_set_key_frame,
	},
	CODER(VC_CTRL_OF_PICTURE, V4L2_CID_JPEG_COMPRESSION_QUALITY,
	      MMAL_PARAM_JPEG_Q_FACTOR, 1, 100, 1, 80),
};

/* Set by the table; with vc_camera.lock held, or before anybody can. */
static int vc_camera_s_ctrl(struct v4l2_ctrl *ctrl)
{
	struct vc_camera *cam = container_of(ctrl->handler, struct vc_camera,
					     ctrl_handler);
	const struct vc_camera_ctrl *desc = ctrl->priv;

	if (cam->is_gone)
		return -ENODEV;
	return desc->set(cam, ctrl, desc);
}

/* Thousandths, as the controls have it, and within their range. */
static s32 vc_camera_thousandths(const struct mmal_rational *r)
{
	const s32 num = le32_to_cpu(r->num), den = le32_to_cpu(r->den);

	if (num <= 0 || den <= 0)
		return 1;
	return clamp_t(s64, div_s64((s64)num * 1000, den), 1, 7999);
}

/* What the automatic has chosen; of a cluster the first is asked. */
static int vc_camera_g_volatile(struct v4l2_ctrl *ctrl)
{
	struct vc_camera *cam = container_of(ctrl->handler, struct vc_camera,
					     ctrl_handler);
	struct mmal_camera_settings settings = {};
	size_t len = sizeof(settings);
	int ret;

	if (cam->is_gone)
		return -ENODEV;
	ret = vc_mmal_port_get(vc_camera_control(cam),
			       MMAL_PARAM_CAMERA_SETTINGS, &settings, &len);
	if (ret)
		return ret;
	if (ctrl->id == V4L2_CID_EXPOSURE_AUTO) {
		ctrl->cluster[1]->val =
			clamp(le32_to_cpu(settings.exposure_us) / 100, 1, 10000);
	} else {
		ctrl->cluster[1]->val = vc_camera_thousandths(&settings.awb_red);
		ctrl->cluster[2]->val = vc_camera_thousandths(&settings.awb_blue);
	}
	return 0;
}

static const struct v4l2_ctrl_ops vc_camera_ctrl_ops = {
	.s_ctrl = vc_camera_s_ctrl,
	.g_volatile_ctrl = vc_camera_g_volatile,
};

static struct v4l2_ctrl *vc_camera_ctrl_new(struct vc_camera *cam,
					    const struct vc_camera_ctrl *desc)
{
	const struct v4l2_ctrl_config config = {
		.ops = &vc_camera_ctrl_ops,
		.id = desc->id,
		.min = desc->min,
		.max = desc->max,
		.step = desc->step,
		.def = desc->def,
		.menu_skip_mask = desc->skip,
		.qmenu_int = desc->menu,
	};

	/* Without a name, that, the type and the menu are the standard ones. */
	return v4l2_ctrl_new_custom(&cam->ctrl_handler, &config, (void *)desc);
}

static void vc_camera_ctrls_cluster(struct v4l2_ctrl **ctrls)
{
	v4l2_ctrl_auto_cluster(2, &ctrls[VC_CTRL_ISO_AUTO],
			       V4L2_ISO_SENSITIVITY_MANUAL, false);
	v4l2_ctrl_auto_cluster(2, &ctrls[VC_CTRL_EXPOSURE_AUTO],
			       V4L2_EXPOSURE_MANUAL, true);
	v4l2_ctrl_auto_cluster(3, &ctrls[VC_CTRL_AWB],
			       V4L2_WHITE_BALANCE_MANUAL, true);
	v4l2_ctrl_cluster(2, &ctrls[VC_CTRL_HFLIP]);
	v4l2_ctrl_cluster(2, &ctrls[VC_CTRL_COLORFX]);
	if (ctrls[VC_CTRL_PROFILE])
		v4l2_ctrl_cluster(2, &ctrls[VC_CTRL_PROFILE]);
}

static bool vc_camera_has(const struct vc_camera *cam,
			  const struct vc_camera_ctrl *desc)
{
	switch (desc->of) {
	case VC_CTRL_OF_STREAM:
		return cam->encoder[VC_CAMERA_VIDEO_ENCODER];
	case VC_CTRL_OF_PICTURE:
		return cam->encoder[VC_CAMERA_VIDEO_ENCODER] ||
		       cam->encoder[VC_CAMERA_IMAGE_ENCODER];
	case VC_CTRL_OF_FLASH:
		return cam->has_flash;
	default:
		return true;
	}
}

int vc_camera_ctrls_init(struct vc_camera *cam)
{
	struct v4l2_ctrl_handler *handler = &cam->ctrl_handler;
	struct v4l2_ctrl *ctrl;
	unsigned int i;
	int ret;

	cam->exposure_mode = MMAL_EXPOSURE_AUTO;
	v4l2_ctrl_handler_init(handler, ARRAY_SIZE(vc_camera_ctrl_table));
	for (i = 0; i < ARRAY_SIZE(vc_camera_ctrl_table); i++) {
		if (!vc_camera_has(cam, &vc_camera_ctrl_table[i]))
			continue;
		ctrl = vc_camera_ctrl_new(cam, &vc_camera_ctrl_table[i]);
		if (i < VC_CAMERA_NR_CLUSTERED)
			cam->clusters[i] = ctrl;
	}
	ret = handler->error;
	if (ret)
		goto err_free;
	vc_camera_ctrls_cluster(cam->clusters);
	ret = v4l2_ctrl_handler_setup(handler);
	if (ret)
		goto err_free;
	cam->v4l2_dev.ctrl_handler = handler;
	return 0;

err_free:
	v4l2_ctrl_handler_free(handler);
	return ret;
}
