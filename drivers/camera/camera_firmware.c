// SPDX-License-Identifier: GPL-2.0
/*
 * The conversation with the firmware's camera, step by step. The caller holds
 * vc_camera.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/math64.h>

#include "camera_priv.h"

/* Whose turn it is when several modules are fitted. */
#define VC_CAMERA_NUMBER	0

#define VC_CAMERA_MAX_ENCODINGS	64

/* Frames in flight inside the firmware; what its own programs ask for. */
#define VC_CAMERA_NR_FRAMES	3

/* -----------------------------------------------------------------------------
 * What there is
 */

static void vc_camera_take_info(struct vc_camera *cam,
				const struct mmal_camera_info *info)
{
	const struct mmal_camera_info_camera *c =
		&info->cameras[VC_CAMERA_NUMBER];

	cam->max_width = clamp(le32_to_cpu(c->max_width),
			       VC_CAMERA_DEFAULT_MAX_WIDTH, 16384);
	cam->max_height = clamp(le32_to_cpu(c->max_height),
				VC_CAMERA_DEFAULT_MAX_HEIGHT, 16384);
	strscpy(cam->name, c->name, sizeof(cam->name));
}

/* Which sensor it is, asked of a component that is there for this only. */
static int vc_camera_read_info(struct vc_camera *cam)
{
	struct vc_mmal_component *component;
	struct mmal_camera_info info = {};
	size_t len = sizeof(info);
	int ret;

	component = vc_mmal_component_create(cam->mmal, "camera_info", NULL,
					     NULL);
	if (IS_ERR(component))
		return PTR_ERR(component);
	ret = vc_mmal_port_get(&component->control, MMAL_PARAM_CAMERA_INFO,
			       &info, &len);
	vc_mmal_component_destroy(component);
	if (ret)
		return ret;
	if (len < sizeof(info))
		return -EPROTO;
	if (le32_to_cpu(info.num_cameras) <= VC_CAMERA_NUMBER)
		return -ENODEV;
	vc_camera_take_info(cam, &info);
	return 0;
}

static int vc_camera_read_encodings(struct vc_camera *cam)
{
	__le32 encodings[VC_CAMERA_MAX_ENCODINGS] = {};
	size_t len = sizeof(encodings);
	int ret;

	ret = vc_mmal_port_get(vc_camera_output(cam, VC_CAMERA_VIDEO),
			       MMAL_PARAM_SUPPORTED_ENCODINGS, encodings, &len);
	/* A longer list is cut: there are as many as were put in. */
	if (ret == -ENOSPC)
		len = sizeof(encodings);
	else if (ret)
		return ret;
	cam->formats = vc_camera_formats_supported(encodings,
						   len / sizeof(__le32));
	return cam->formats ? 0 : -EPROTO;
}

static void vc_camera_firmware_closed(struct vc_mmal *mmal, void *priv)
{
	vc_camera_queue_broken(priv);
}

static const struct vc_mmal_ops vc_camera_mmal_ops = {
	.closed = vc_camera_firmware_closed,
};

static int vc_camera_create_component(struct vc_camera *cam)
{
	struct vc_mmal_component *component;

	component = vc_mmal_component_create(cam->mmal, "ril.camera", NULL, cam);
	if (IS_ERR(component))
		return PTR_ERR(component);
	cam->component = component;
	if (component->nr_outputs < VC_CAMERA_NR_OUTPUTS)
		return -EPROTO;
	component->output[VC_CAMERA_VIDEO].priv = cam;
	return vc_camera_read_encodings(cam);
}

int vc_camera_firmware_connect(struct vc_camera *cam)
{
	struct vc_mmal *mmal;
	int ret;

	mmal = vc_mmal_open(cam->vdev, &vc_camera_mmal_ops, cam);
	if (IS_ERR(mmal))
		return PTR_ERR(mmal);
	cam->mmal = mmal;
	ret = vc_camera_read_info(cam);
	if (!ret)
		ret = vc_camera_create_component(cam);
	if (ret)
		vc_camera_firmware_disconnect(cam);
	return ret;
}

void vc_camera_firmware_disconnect(struct vc_camera *cam)
{
	vc_mmal_component_destroy(cam->component);
	cam->component = NULL;
	vc_mmal_close(cam->mmal);
	cam->mmal = NULL;
}

/* -----------------------------------------------------------------------------
 * Streaming
 */

/* The sensor may be as slow as 1 fps if exposure comes first. */
int vc_camera_firmware_set_interval(struct vc_camera *cam)
{
	struct mmal_fps_range range = {
		.low.num = cpu_to_le32(cam->interval.denominator),
		.low.den = cpu_to_le32(cam->interval.numerator),
		.high.num = cpu_to_le32(cam->interval.denominator),
		.high.den = cpu_to_le32(cam->interval.numerator),
	};
	u32 interval_us = div_u64((u64)USEC_PER_SEC * cam->interval.numerator,
				  cam->interval.denominator);
	unsigned int i;
	int ret = 0;

	if (cam->exposure_priority) {
		interval_us = 0;
		range.low.num = cpu_to_le32(VC_CAMERA_MIN_FPS);
		range.low.den = cpu_to_le32(1);
	}
	for (i = 0; !ret && i < VC_CAMERA_NR_OUTPUTS; i++)
		ret = vc_mmal_port_set(vc_camera_output(cam, i),
				       MMAL_PARAM_FPS_RANGE, &range,
				       sizeof(range));
	if (ret)
		return ret;
	guard(spinlock)(&cam->buf_lock);
	cam->interval_us = interval_us;
	return 0;
}

/* Sent while the component is disabled. Timestamps are to be the raw STC. */
static int vc_camera_configure(struct vc_camera *cam)
{
	const struct mmal_camera_config config = {
		.max_stills_w = cpu_to_le32(cam->max_width),
		.max_stills_h = cpu_to_le32(cam->max_height),
		.one_shot_stills = cpu_to_le32(1),
		.max_preview_video_w = cpu_to_le32(ALIGN(cam->pix.width, 32)),
		.max_preview_video_h = cpu_to_le32(ALIGN(cam->pix.height, 16)),
		.num_preview_video_frames = cpu_to_le32(VC_CAMERA_NR_FRAMES),
		.use_stc_timestamp = cpu_to_le32(1),
	};
	int ret;

	ret = vc_mmal_port_set_u32(vc_camera_control(cam),
				   MMAL_PARAM_CAMERA_NUM, VC_CAMERA_NUMBER);
	if (ret)
		return ret;
	return vc_mmal_port_set(vc_camera_control(cam),
				MMAL_PARAM_CAMERA_CONFIG, &config,
				sizeof(config));
}

/* Preview drives exposure, and has to be of one size with the video. */
static int vc_camera_set_preview(struct vc_camera *cam)
{
	struct vc_mmal_format format;

	vc_camera_format_to_mmal(&cam->pix, cam->format, &format);
	format.encoding = MMAL_ENCODING_OPAQUE;
	format.encoding_variant = MMAL_ENCODING_I420;
	return vc_mmal_port_set_format(vc_camera_output(cam, VC_CAMERA_PREVIEW),
				       &format);
}

static int vc_camera_set_video(struct vc_camera *cam)
{
	struct vc_mmal_port *port = vc_camera_output(cam, VC_CAMERA_VIDEO);
	struct vc_mmal_format format;
	int ret;

	ret = vc_mmal_port_set_u32(port, MMAL_PARAM_NO_IMAGE_PADDING, 1);
	if (ret)
		return ret;
	vc_camera_format_to_mmal(&cam->pix, cam->format, &format);
	ret = vc_mmal_port_set_format(port, &format);
	if (ret)
		return ret;
	/* Planes have to lie where V4L2 says they do. */
	if (port->format.encoding != format.encoding ||
	    port->format.width != format.width ||
	    port->format.height != format.height ||
	    port->min_size > cam->pix.sizeimage) {
		dev_err(&cam->vdev->dev,
			"the firmware lays %ux%u out as %ux%u, %u bytes\n",
			cam->pix.width, cam->pix.height, port->format.width,
			port->format.height, port->min_size);
		return -EINVAL;
	}
	return 0;
}

/* The firmware's clock, us; also the question whether it lives. */
int vc_camera_firmware_ping(struct vc_camera *cam, u64 *stc)
{
	__le64 value = 0;
	size_t len = sizeof(value);
	int ret;

	ret = vc_mmal_port_get(vc_camera_control(cam), MMAL_PARAM_SYSTEM_TIME,
			       &value, &len);
	if (ret)
		return ret;
	if (len < sizeof(value))
		return -EPROTO;
	*stc = le64_to_cpu(value);
	return 0;
}

/* The answer is half a round trip old; that is as near as it gets. */
static int vc_camera_match_clocks(struct vc_camera *cam)
{
	ktime_t before = ktime_get();
	int ret;

	ret = vc_camera_firmware_ping(cam, &cam->start_stc);
	if (ret)
		return ret;
	cam->start = ktime_add_ns(before, ktime_to_ns(ktime_sub(ktime_get(),
								before)) / 2);
	return 0;
}

/* Set all up for the current format; the port is left disabled. */
int vc_camera_firmware_prepare(struct vc_camera *cam)
{
	int ret;

	/* Left over when an earlier stop got no answer. */
	ret = vc_mmal_port_disable(vc_camera_output(cam, VC_CAMERA_VIDEO));
	if (!ret)
		ret = vc_mmal_component_disable(cam->component);
	if (!ret)
		ret = vc_camera_configure(cam);
	if (!ret)
		ret = vc_camera_set_preview(cam);
	if (!ret)
		ret = vc_camera_set_video(cam);
	if (!ret)
		ret = vc_camera_firmware_set_interval(cam);
	return ret;
}

/* Switch on; from here on buffers may be submitted. Undo: _stop(). */
int vc_camera_firmware_start(struct vc_camera *cam,
			     void (*done)(struct vc_mmal_port *port,
					  struct vc_mmal_buffer *buf))
{
	struct vc_mmal_port *port = vc_camera_output(cam, VC_CAMERA_VIDEO);
	int ret;

	ret = vc_mmal_component_enable(cam->component);
	if (ret)
		return ret;
	ret = vc_camera_match_clocks(cam);
	if (ret)
		return ret;
	port->num = max(port->min_num, vb2_get_num_buffers(&cam->queue));
	port->size = cam->pix.sizeimage;
	return vc_mmal_port_enable(port, done);
}

int vc_camera_firmware_capture(struct vc_camera *cam, bool on)
{
	return vc_mmal_port_set_u32(vc_camera_output(cam, VC_CAMERA_VIDEO),
				    MMAL_PARAM_CAPTURE, on);
}

/* On return all buffers are back, whether the firmware answers or not. */
void vc_camera_firmware_stop(struct vc_camera *cam)
{
	int ret;

	vc_camera_firmware_capture(cam, false);
	ret = vc_mmal_port_disable(vc_camera_output(cam, VC_CAMERA_VIDEO));
	/* One wait is enough for a firmware that does not answer. */
	if (ret == -ETIMEDOUT)
		return;
	ret = vc_mmal_component_disable(cam->component);
	if (ret == -ETIMEDOUT)
		return;
	vc_mmal_port_set_u32(vc_camera_control(cam), MMAL_PARAM_CAMERA_NUM,
			     MMAL_CAMERA_NUM_OFF);
}
