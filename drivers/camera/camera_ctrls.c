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

/**
 * struct vc_camera_ctrl - a control
 * @id: V4L2_CID_*
 * @param: MMAL_PARAM_* for those that set one
 * @min: smallest value
 * @max: largest
 * @step: distance of values, 0 for menus
 * @def: default
 * @menu: values of an integer menu
 * @map: of menus the firmware's number for each entry
 * @set: how it is set; of a cluster that of the first is called
 */
struct vc_camera_ctrl {
	u32 id;
	u32 param;
	s32 min;
	s32 max;
	u32 step;
	s32 def;
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
	VC_CTRL_FIRST_SINGLE,
};

static_assert(VC_CTRL_FIRST_SINGLE == VC_CAMERA_NR_CLUSTERED);

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
	return vc_mmal_port_set_u32(vc_camera_control(cam),
				    MMAL_PARAM_EXPOSURE_MODE, !is_manual);
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

#define PERCENT(i, p, lo, d) \
	{ .id = (i), .param = (p), .min = (lo), .max = 100, .step = 1, \
	  .def = (d), .set = vc_camera_set_percent }
#define RANGE(i, p, lo, hi, st, d, s) \
	{ .id = (i), .param = (p), .min = (lo), .max = (hi), .step = (st), \
	  .def = (d), .set = (s) }
#define MENU(i, p, last, d, m, s) \
	{ .id = (i), .param = (p), .max = (last), .def = (d), .map = (m), \
	  .set = (s) }
#define INT_MENU(i, p, last, d, m, s) \
	{ .id = (i), .param = (p), .max = (last), .def = (d), .menu = (m), \
	  .set = (s) }

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
		RANGE(V4L2_CID_HFLIP, MMAL_PARAM_MIRROR, 0, 1, 1, 0,
		      vc_camera_set_flip),
	[VC_CTRL_VFLIP] =
		RANGE(V4L2_CID_VFLIP, 0, 0, 1, 1, 0, NULL),

	[VC_CTRL_FIRST_SINGLE] =
	PERCENT(V4L2_CID_BRIGHTNESS, MMAL_PARAM_BRIGHTNESS, 0, 50),
	PERCENT(V4L2_CID_CONTRAST, MMAL_PARAM_CONTRAST, -100, 0),
	PERCENT(V4L2_CID_SATURATION, MMAL_PARAM_SATURATION, -100, 0),
	PERCENT(V4L2_CID_SHARPNESS, MMAL_PARAM_SHARPNESS, -100, 0),
	RANGE(V4L2_CID_ROTATE, MMAL_PARAM_ROTATION, 0, 270, 90, 0,
	      vc_camera_set_rotation),
	RANGE(V4L2_CID_IMAGE_STABILIZATION, MMAL_PARAM_VIDEO_STABILISATION, 0,
	      1, 1, 0, vc_camera_set_word),
	RANGE(V4L2_CID_EXPOSURE_AUTO_PRIORITY, 0, 0, 1, 1, 0,
	      vc_camera_set_exposure_priority),
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

static const struct v4l2_ctrl_ops vc_camera_ctrl_ops = {
	.s_ctrl = vc_camera_s_ctrl,
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
			       V4L2_EXPOSURE_MANUAL, false);
	v4l2_ctrl_auto_cluster(3, &ctrls[VC_CTRL_AWB],
			       V4L2_WHITE_BALANCE_MANUAL, false);
	v4l2_ctrl_cluster(2, &ctrls[VC_CTRL_HFLIP]);
}

int vc_camera_ctrls_init(struct vc_camera *cam)
{
	struct v4l2_ctrl_handler *handler = &cam->ctrl_handler;
	struct v4l2_ctrl *ctrl;
	unsigned int i;
	int ret;

	v4l2_ctrl_handler_init(handler, ARRAY_SIZE(vc_camera_ctrl_table));
	for (i = 0; i < ARRAY_SIZE(vc_camera_ctrl_table); i++) {
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
