// SPDX-License-Identifier: GPL-2.0
/*
 * The conversation with the firmware's camera, step by step. The caller holds
 * vc_camera.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/math64.h>

#include "camera_priv.h"

#define VC_CAMERA_MAX_ENCODINGS	64

/* Of the preview when it has no video beside it. */
#define VC_CAMERA_PREVIEW_WIDTH		1024
#define VC_CAMERA_PREVIEW_HEIGHT	768

/* Frames in flight inside the firmware; what its own programs ask for. */
#define VC_CAMERA_NR_FRAMES	3

/* -----------------------------------------------------------------------------
 * What there is
 */

static void vc_camera_take_info(struct vc_camera *cam,
				const struct mmal_camera_info *info)
{
	const struct mmal_camera_info_camera *c = &info->cameras[cam->number];

	cam->nr_cameras = min(le32_to_cpu(info->num_cameras),
			      MMAL_CAMERA_INFO_CAMERAS);
	cam->has_flash = info->num_flashes;
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
	if (le32_to_cpu(info.num_cameras) <= cam->number)
		return -ENODEV;
	vc_camera_take_info(cam, &info);
	return 0;
}

static int vc_camera_read_encodings(struct vc_camera *cam,
				    enum vc_camera_coder coder,
				    struct vc_mmal_port *port)
{
	__le32 encodings[VC_CAMERA_MAX_ENCODINGS] = {};
	size_t len = sizeof(encodings);
	int ret;

	ret = vc_mmal_port_get(port, MMAL_PARAM_SUPPORTED_ENCODINGS, encodings,
			       &len);
	/* A longer list is cut: there are as many as were put in. */
	if (ret == -ENOSPC)
		len = sizeof(encodings);
	else if (ret)
		return ret;
	cam->formats |= vc_camera_formats_supported(coder, encodings,
						    len / sizeof(__le32));
	return 0;
}

static int vc_camera_read_formats(struct vc_camera *cam)
{
	unsigned int i;
	int ret;

	ret = vc_camera_read_encodings(cam, VC_CAMERA_RAW,
				       vc_camera_output(cam, VC_CAMERA_VIDEO));
	for (i = 0; !ret && i < VC_CAMERA_NR_CODERS; i++)
		if (cam->encoder[i])
			ret = vc_camera_read_encodings(cam, i,
						       &cam->encoder[i]->output[0]);
	if (ret)
		return ret;
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
	component->output[VC_CAMERA_STILL].priv = cam;
	return 0;
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
	if (!ret)
		ret = vc_camera_encoders_create(cam);
	if (!ret)
		ret = vc_camera_read_formats(cam);
	if (ret)
		vc_camera_firmware_disconnect(cam);
	return ret;
}

void vc_camera_firmware_disconnect(struct vc_camera *cam)
{
	/* Where tunnels begin comes before where they end. */
	vc_mmal_component_destroy(cam->component);
	cam->component = NULL;
	vc_camera_encoders_destroy(cam);
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
	struct vc_mmal_component *encoder =
		cam->encoder[VC_CAMERA_VIDEO_ENCODER];
	unsigned int i;
	int ret = 0;

	/* How long a still takes is known to nobody. */
	if (vc_camera_takes_stills(cam))
		interval_us = 0;
	if (cam->exposure_priority) {
		interval_us = 0;
		range.low.num = cpu_to_le32(VC_CAMERA_MIN_FPS);
		range.low.den = cpu_to_le32(1);
	}
	for (i = 0; !ret && i < VC_CAMERA_NR_OUTPUTS; i++)
		ret = vc_mmal_port_set(vc_camera_output(cam, i),
				       MMAL_PARAM_FPS_RANGE, &range,
				       sizeof(range));
	/* By which it divides the bits. */
	if (!ret && encoder)
		ret = vc_mmal_port_set(&encoder->output[0],
				       MMAL_PARAM_VIDEO_FRAME_RATE, &range.high,
				       sizeof(range.high));
	if (ret)
		return ret;
	guard(spinlock)(&cam->buf_lock);
	cam->interval_us = interval_us;
	return 0;
}

static __le32 vc_camera_fraction(u32 part, u32 whole)
{
	return cpu_to_le32(div_u64((u64)part << 16, whole));
}

/* In fractions of the sensor. */
int vc_camera_firmware_set_crop(struct vc_camera *cam)
{
	const struct v4l2_rect *crop = &cam->crop;
	const __le32 rect[] = {
		vc_camera_fraction(crop->left, cam->max_width),
		vc_camera_fraction(crop->top, cam->max_height),
		vc_camera_fraction(crop->width, cam->max_width),
		vc_camera_fraction(crop->height, cam->max_height),
	};

	return vc_mmal_port_set(vc_camera_control(cam), MMAL_PARAM_INPUT_CROP,
				rect, sizeof(rect));
}

/* Preview and video are of one size; that of stills is another matter. */
static void vc_camera_preview_format(struct vc_camera *cam,
				     struct vc_mmal_format *format)
{
	const bool is_still = vc_camera_takes_stills(cam);
	const struct v4l2_pix_format pix = {
		.width = is_still ? VC_CAMERA_PREVIEW_WIDTH : cam->pix.width,
		.height = is_still ? VC_CAMERA_PREVIEW_HEIGHT : cam->pix.height,
	};
	const struct vc_camera_format opaque = {};

	vc_camera_format_to_mmal(&pix, &opaque, format);
}

/* Sent while the component is disabled. Timestamps are to be the raw STC. */
static int vc_camera_configure(struct vc_camera *cam,
			       const struct vc_mmal_format *preview)
{
	const struct mmal_camera_config config = {
		.max_stills_w = cpu_to_le32(cam->max_width),
		.max_stills_h = cpu_to_le32(cam->max_height),
		.one_shot_stills = cpu_to_le32(1),
		.max_preview_video_w = cpu_to_le32(preview->width),
		.max_preview_video_h = cpu_to_le32(preview->height),
		.num_preview_video_frames = cpu_to_le32(VC_CAMERA_NR_FRAMES),
		.use_stc_timestamp = cpu_to_le32(1),
	};
	int ret;

	ret = vc_mmal_port_set_u32(vc_camera_control(cam),
				   MMAL_PARAM_CAMERA_NUM, cam->number);
	if (ret)
		return ret;
	return vc_mmal_port_set(vc_camera_control(cam),
				MMAL_PARAM_CAMERA_CONFIG, &config,
				sizeof(config));
}

/* Exposure and white balance work while the preview does, seen or not. */
static int vc_camera_set_preview(struct vc_camera *cam,
				 const struct vc_mmal_format *format)
{
	struct vc_mmal_port *port = vc_camera_output(cam, VC_CAMERA_PREVIEW);
	int ret;

	ret = vc_mmal_port_set_format(port, format);
	if (ret || !cam->sink)
		return ret;
	ret = vc_mmal_tunnel_create(port, &cam->sink->input[0]);
	return ret ?: vc_mmal_component_enable(cam->sink);
}

/* Planes have to lie where V4L2 says they do. */
static int vc_camera_check_layout(struct vc_camera *cam,
				  const struct vc_mmal_port *port,
				  const struct vc_mmal_format *asked)
{
	if (!cam->format->bytes)
		return 0;
	if (port->format.encoding == asked->encoding &&
	    port->format.width == asked->width &&
	    port->format.height == asked->height &&
	    port->min_size <= cam->pix.sizeimage)
		return 0;
	dev_err(&cam->vdev->dev,
		"the firmware lays %ux%u out as %ux%u, %u bytes\n",
		cam->pix.width, cam->pix.height, port->format.width,
		port->format.height, port->min_size);
	return -EINVAL;
}

static int vc_camera_set_pictures(struct vc_camera *cam)
{
	struct vc_mmal_port *port = vc_camera_taking_port(cam);
	struct vc_mmal_format format;
	int ret;

	ret = vc_mmal_port_set_u32(port, MMAL_PARAM_NO_IMAGE_PADDING, 1);
	if (ret)
		return ret;
	vc_camera_format_to_mmal(&cam->pix, cam->format, &format);
	ret = vc_mmal_port_set_format(port, &format);
	if (!ret)
		ret = vc_camera_check_layout(cam, port, &format);
	if (!ret && vc_camera_coder(cam))
		ret = vc_camera_encoder_prepare(cam);
	return ret;
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

/* On return all buffers are back, whether the firmware answers or not. */
static int vc_camera_take_down(struct vc_camera *cam)
{
	unsigned int i;
	int ret = 0;

	/* What gives buffers goes first. A firmware that is silent is asked once. */
	for (i = 0; i < VC_CAMERA_NR_CODERS && ret != -ETIMEDOUT; i++)
		if (cam->encoder[i])
			ret = vc_mmal_port_disable(&cam->encoder[i]->output[0]);
	for (i = 0; i < VC_CAMERA_NR_OUTPUTS && ret != -ETIMEDOUT; i++) {
		ret = vc_mmal_port_disable(vc_camera_output(cam, i));
		if (ret != -ETIMEDOUT)
			ret = vc_mmal_tunnel_destroy(vc_camera_output(cam, i));
	}
	if (ret != -ETIMEDOUT)
		ret = vc_mmal_component_disable(cam->component);
	return ret;
}

/* Set all up for the current format; the ports are left disabled. */
int vc_camera_firmware_prepare(struct vc_camera *cam)
{
	struct vc_mmal_format preview;
	int ret;

	vc_camera_preview_format(cam, &preview);
	/* Left over when an earlier stop got no answer. */
	ret = vc_camera_take_down(cam);
	if (!ret)
		ret = vc_camera_configure(cam, &preview);
	if (!ret)
		ret = vc_camera_set_preview(cam, &preview);
	if (!ret)
		ret = vc_camera_set_pictures(cam);
	if (!ret)
		ret = vc_camera_firmware_set_interval(cam);
	return ret;
}

/* The tunnels: to the sink, and to the encoder if there is one. */
static int vc_camera_enable_tunnels(struct vc_camera *cam)
{
	int ret = 0;

	if (cam->sink)
		ret = vc_mmal_port_enable(vc_camera_output(cam, VC_CAMERA_PREVIEW),
					  NULL);
	if (!ret && vc_camera_coder(cam))
		ret = vc_mmal_port_enable(vc_camera_taking_port(cam), NULL);
	return ret;
}

/* Switch on; from here on buffers may be submitted. Undo: _stop(). */
int vc_camera_firmware_start(struct vc_camera *cam,
			     void (*done)(struct vc_mmal_port *port,
					  struct vc_mmal_buffer *buf))
{
	struct vc_mmal_port *port = vc_camera_giving_port(cam);
	int ret;

	ret = vc_mmal_component_enable(cam->component);
	if (!ret)
		ret = vc_camera_enable_tunnels(cam);
	if (!ret)
		ret = vc_camera_match_clocks(cam);
	if (ret)
		return ret;
	port->copies = !cam->sm || vc_sm_vb2_must_copy(&cam->queue);
	port->num = max(port->min_num, vb2_get_num_buffers(&cam->queue));
	port->size = max(port->min_size, cam->pix.sizeimage);
	return vc_mmal_port_enable(port, done);
}

/* A still is one picture only. */
int vc_camera_firmware_capture(struct vc_camera *cam, bool on)
{
	return vc_mmal_port_set_u32(vc_camera_taking_port(cam),
				    MMAL_PARAM_CAPTURE, on);
}

/* On return all buffers are back, whether the firmware answers or not. */
void vc_camera_firmware_stop(struct vc_camera *cam)
{
	struct vc_mmal_port *port = vc_camera_giving_port(cam);
	int ret;

	vc_camera_firmware_capture(cam, false);
	/* For the buffers; the rest does not matter if it gets no answer. */
	ret = vc_mmal_port_disable(port);
	if (ret != -ETIMEDOUT)
		ret = vc_camera_take_down(cam);
	if (ret != -ETIMEDOUT)
		vc_mmal_port_set_u32(vc_camera_control(cam),
				     MMAL_PARAM_CAMERA_NUM, MMAL_CAMERA_NUM_OFF);
}
