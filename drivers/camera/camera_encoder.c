// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's encoders behind the camera, and the sink at the end of its
 * preview. Pictures get there through tunnels and never leave the firmware. The
 * caller holds vc_camera.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "camera_priv.h"

static const char * const vc_camera_encoder_names[VC_CAMERA_NR_CODERS] = {
	[VC_CAMERA_VIDEO_ENCODER] = "ril.video_encode",
	[VC_CAMERA_IMAGE_ENCODER] = "ril.image_encode",
};

/* NULL: this firmware has no such component, and the camera does without it. */
static struct vc_mmal_component *vc_camera_optional(struct vc_camera *cam,
						    const char *name)
{
	struct vc_mmal_component *c;

	c = vc_mmal_component_create(cam->mmal, name, NULL, cam);
	if (c == ERR_PTR(-ENOENT))
		return NULL;
	return c;
}

static int vc_camera_init_video_encoder(struct vc_mmal_component *c)
{
	int ret;

	ret = vc_mmal_port_set_u32(&c->control, MMAL_PARAM_VIDEO_IMMUTABLE_INPUT,
				   1);
	if (!ret)
		ret = vc_mmal_port_set_u32(&c->control,
					   MMAL_PARAM_MINIMISE_FRAGMENTATION, 1);
	/* A buffer of headers alone is what programs take for a broken picture. */
	if (!ret)
		ret = vc_mmal_port_set_u32(&c->control,
					   MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME,
					   1);
	if (!ret)
		ret = vc_mmal_port_set_u32(&c->output[0],
					   MMAL_PARAM_VIDEO_ENCODE_SPS_TIMING, 1);
	return ret;
}

static int vc_camera_encoder_create(struct vc_camera *cam,
				    enum vc_camera_coder coder)
{
	struct vc_mmal_component *c;

	c = vc_camera_optional(cam, vc_camera_encoder_names[coder]);
	if (IS_ERR_OR_NULL(c))
		return PTR_ERR_OR_ZERO(c);
	cam->encoder[coder] = c;
	if (!c->nr_inputs || !c->nr_outputs)
		return -EPROTO;
	c->output[0].priv = cam;
	return coder == VC_CAMERA_VIDEO_ENCODER ?
	       vc_camera_init_video_encoder(c) : 0;
}

/* Undone by vc_camera_encoders_destroy(), also when it fails. */
int vc_camera_encoders_create(struct vc_camera *cam)
{
	struct vc_mmal_component *sink;
	int ret;

	ret = vc_camera_encoder_create(cam, VC_CAMERA_VIDEO_ENCODER);
	if (!ret)
		ret = vc_camera_encoder_create(cam, VC_CAMERA_IMAGE_ENCODER);
	if (ret)
		return ret;
	sink = vc_camera_optional(cam, "null_sink");
	if (IS_ERR_OR_NULL(sink))
		return PTR_ERR_OR_ZERO(sink);
	cam->sink = sink;
	return sink->nr_inputs ? 0 : -EPROTO;
}

void vc_camera_encoders_destroy(struct vc_camera *cam)
{
	unsigned int i;

	for (i = 0; i < VC_CAMERA_NR_CODERS; i++) {
		vc_mmal_component_destroy(cam->encoder[i]);
		cam->encoder[i] = NULL;
	}
	vc_mmal_component_destroy(cam->sink);
	cam->sink = NULL;
}

/* The format of the encoder's output, and the way there from the camera. */
int vc_camera_encoder_prepare(struct vc_camera *cam)
{
	struct vc_mmal_component *coder = vc_camera_coder(cam);
	const struct vc_mmal_format format = {
		.encoding = cam->format->encoding,
		.width = cam->pix.width,
		.height = cam->pix.height,
		.crop.width = cam->pix.width,
		.crop.height = cam->pix.height,
		.frame_rate.num = cam->interval.denominator,
		.frame_rate.den = cam->interval.numerator,
		.par = { .num = 1, .den = 1 },
		.bitrate = vc_camera_ctrls_bitrate(cam),
	};
	int ret;

	ret = vc_mmal_tunnel_create(vc_camera_taking_port(cam), &coder->input[0]);
	if (!ret)
		ret = vc_mmal_port_set_format(&coder->output[0], &format);
	if (!ret && cam->format->fourcc == V4L2_PIX_FMT_H264)
		ret = vc_camera_ctrls_send_profile(cam);
	if (!ret)
		ret = vc_mmal_component_enable(coder);
	return ret;
}
