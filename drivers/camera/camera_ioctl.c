// SPDX-License-Identifier: GPL-2.0
/*
 * Ioctls of the video node; vc_camera.lock is held by the core.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/gcd.h>
#include <linux/math64.h>

#include <media/v4l2-event.h>
#include <media/v4l2-ioctl.h>

#include "camera_priv.h"

#define VC_CAMERA_DEFAULT_WIDTH		640
#define VC_CAMERA_DEFAULT_HEIGHT	480

static int vc_camera_querycap(struct file *file, void *priv,
			      struct v4l2_capability *cap)
{
	struct vc_camera *cam = video_drvdata(file);

	strscpy(cap->driver, VC_CAMERA_NAME, sizeof(cap->driver));
	snprintf(cap->card, sizeof(cap->card), "VideoCore %s", cam->name);
	/* The name of the device itself is too long. */
	snprintf(cap->bus_info, sizeof(cap->bus_info), "platform:%s:cam%u",
		 dev_name(cam->vdev->dev.parent), cam->number);
	return 0;
}

static int vc_camera_enum_fmt(struct file *file, void *priv,
			      struct v4l2_fmtdesc *f)
{
	struct vc_camera *cam = video_drvdata(file);
	const struct vc_camera_format *format;

	format = vc_camera_format_by_index(cam->formats, f->index);
	if (!format)
		return -EINVAL;
	f->pixelformat = format->fourcc;
	return 0;
}

static int vc_camera_g_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	struct vc_camera *cam = video_drvdata(file);

	f->fmt.pix = cam->pix;
	return 0;
}

/* Anything is adjusted to something the camera can do. */
static const struct vc_camera_format *
vc_camera_adjust(struct vc_camera *cam, struct v4l2_pix_format *pix)
{
	const struct vc_camera_format *format;

	format = vc_camera_format_by_fourcc(cam->formats, pix->pixelformat);
	if (!format)
		format = vc_camera_format_by_index(cam->formats, 0);
	vc_camera_format_fill(pix, format, cam->max_width, cam->max_height);
	return format;
}

static int vc_camera_try_fmt(struct file *file, void *priv,
			     struct v4l2_format *f)
{
	vc_camera_adjust(video_drvdata(file), &f->fmt.pix);
	return 0;
}

static int vc_camera_s_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	struct vc_camera *cam = video_drvdata(file);
	const struct vc_camera_format *format;

	format = vc_camera_adjust(cam, &f->fmt.pix);
	if (vb2_is_busy(&cam->queue))
		return -EBUSY;
	cam->format = format;
	cam->pix = f->fmt.pix;
	return 0;
}

void vc_camera_set_default_format(struct vc_camera *cam)
{
	cam->pix.width = VC_CAMERA_DEFAULT_WIDTH;
	cam->pix.height = VC_CAMERA_DEFAULT_HEIGHT;
	cam->format = vc_camera_adjust(cam, &cam->pix);
	cam->crop.width = cam->max_width;
	cam->crop.height = cam->max_height;
	cam->interval.numerator = 1;
	cam->interval.denominator = VC_CAMERA_DEFAULT_FPS;
}

static int vc_camera_enum_framesizes(struct file *file, void *priv,
				     struct v4l2_frmsizeenum *fsize)
{
	struct vc_camera *cam = video_drvdata(file);
	const struct vc_camera_format *format =
		vc_camera_format_by_fourcc(cam->formats, fsize->pixel_format);
	struct v4l2_pix_format largest = { .width = U32_MAX, .height = U32_MAX };

	if (fsize->index || !format)
		return -EINVAL;
	vc_camera_format_fill(&largest, format, cam->max_width, cam->max_height);
	fsize->type = V4L2_FRMSIZE_TYPE_STEPWISE;
	fsize->stepwise = (struct v4l2_frmsize_stepwise) {
		.min_width = VC_CAMERA_MIN_SIZE,
		.max_width = largest.width,
		.step_width = VC_CAMERA_STEP,
		.min_height = VC_CAMERA_MIN_SIZE,
		.max_height = largest.height,
		.step_height = VC_CAMERA_STEP,
	};
	return 0;
}

/* A size that is there is one that needs no adjusting. */
static bool vc_camera_has_size(struct vc_camera *cam, u32 fourcc, u32 width,
			       u32 height)
{
	const struct vc_camera_format *format =
		vc_camera_format_by_fourcc(cam->formats, fourcc);
	struct v4l2_pix_format pix = { .width = width, .height = height };

	if (!format)
		return false;
	vc_camera_format_fill(&pix, format, cam->max_width, cam->max_height);
	return pix.width == width && pix.height == height;
}

static int vc_camera_enum_frameintervals(struct file *file, void *priv,
					 struct v4l2_frmivalenum *fival)
{
	struct vc_camera *cam = video_drvdata(file);

	if (fival->index ||
	    !vc_camera_has_size(cam, fival->pixel_format, fival->width,
				fival->height))
		return -EINVAL;
	fival->type = V4L2_FRMIVAL_TYPE_STEPWISE;
	fival->stepwise = (struct v4l2_frmival_stepwise) {
		.min = { 1, VC_CAMERA_MAX_FPS },
		.max = { 1, VC_CAMERA_MIN_FPS },
		.step = { 1, VC_CAMERA_INTERVALS },
	};
	return 0;
}

static int vc_camera_g_parm(struct file *file, void *priv,
			    struct v4l2_streamparm *parm)
{
	struct vc_camera *cam = video_drvdata(file);

	if (parm->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
		return -EINVAL;
	parm->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	parm->parm.capture.timeperframe = cam->interval;
	return 0;
}

/* To the next one there is; no interval at all means the default. */
static struct v4l2_fract vc_camera_adjust_interval(struct v4l2_fract wish)
{
	const u32 min = VC_CAMERA_INTERVALS / VC_CAMERA_MAX_FPS;
	const u32 max = VC_CAMERA_INTERVALS / VC_CAMERA_MIN_FPS;
	u64 steps;
	u32 common;

	if (!wish.numerator || !wish.denominator)
		return (struct v4l2_fract) { 1, VC_CAMERA_DEFAULT_FPS };
	steps = div_u64((u64)wish.numerator * VC_CAMERA_INTERVALS +
			wish.denominator / 2, wish.denominator);
	steps = clamp_t(u64, steps, min, max);
	common = gcd(steps, VC_CAMERA_INTERVALS);
	return (struct v4l2_fract) {
		.numerator = (u32)steps / common,
		.denominator = VC_CAMERA_INTERVALS / common,
	};
}

static int vc_camera_s_parm(struct file *file, void *priv,
			    struct v4l2_streamparm *parm)
{
	struct vc_camera *cam = video_drvdata(file);
	struct v4l2_fract old = cam->interval;
	int ret;

	if (parm->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
		return -EINVAL;
	if (cam->is_gone)
		return -ENODEV;
	cam->interval =
		vc_camera_adjust_interval(parm->parm.capture.timeperframe);
	ret = vc_camera_firmware_set_interval(cam);
	if (ret) {
		cam->interval = old;
		return ret;
	}
	return vc_camera_g_parm(file, priv, parm);
}

/* -----------------------------------------------------------------------------
 * Digital zoom: which part of the sensor becomes the picture, whatever its size
 */

static int vc_camera_g_selection(struct file *file, void *priv,
				 struct v4l2_selection *sel)
{
	struct vc_camera *cam = video_drvdata(file);

	if (sel->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
		return -EINVAL;
	switch (sel->target) {
	case V4L2_SEL_TGT_CROP:
		sel->r = cam->crop;
		return 0;
	case V4L2_SEL_TGT_CROP_DEFAULT:
	case V4L2_SEL_TGT_CROP_BOUNDS:
	case V4L2_SEL_TGT_NATIVE_SIZE:
		sel->r = (struct v4l2_rect) {
			.width = cam->max_width,
			.height = cam->max_height,
		};
		return 0;
	default:
		return -EINVAL;
	}
}

/* Even, as colours are, and within the sensor. */
static void vc_camera_adjust_crop(const struct vc_camera *cam, u32 flags,
				  struct v4l2_rect *r)
{
	const u32 round = flags & V4L2_SEL_FLAG_GE ? VC_CAMERA_STEP - 1 : 0;
	const u32 max_width = ALIGN_DOWN(cam->max_width, VC_CAMERA_STEP);
	const u32 max_height = ALIGN_DOWN(cam->max_height, VC_CAMERA_STEP);

	r->width = min(r->width, max_width) + round;
	r->height = min(r->height, max_height) + round;
	r->width = clamp(ALIGN_DOWN(r->width, VC_CAMERA_STEP),
			 VC_CAMERA_MIN_CROP, max_width);
	r->height = clamp(ALIGN_DOWN(r->height, VC_CAMERA_STEP),
			  VC_CAMERA_MIN_CROP, max_height);
	r->left = clamp(r->left, 0, (s32)(max_width - r->width));
	r->top = clamp(r->top, 0, (s32)(max_height - r->height));
	r->left = ALIGN_DOWN(r->left, VC_CAMERA_STEP);
	r->top = ALIGN_DOWN(r->top, VC_CAMERA_STEP);
}

static int vc_camera_s_selection(struct file *file, void *priv,
				 struct v4l2_selection *sel)
{
	struct vc_camera *cam = video_drvdata(file);
	const struct v4l2_rect old = cam->crop;
	int ret;

	if (sel->type != V4L2_BUF_TYPE_VIDEO_CAPTURE ||
	    sel->target != V4L2_SEL_TGT_CROP)
		return -EINVAL;
	if (cam->is_gone)
		return -ENODEV;
	vc_camera_adjust_crop(cam, sel->flags, &sel->r);
	cam->crop = sel->r;
	ret = vc_camera_firmware_set_crop(cam);
	if (ret)
		cam->crop = old;
	return ret;
}

/* -----------------------------------------------------------------------------
 * The one input
 */

static int vc_camera_enum_input(struct file *file, void *priv,
				struct v4l2_input *input)
{
	struct vc_camera *cam = video_drvdata(file);

	if (input->index)
		return -EINVAL;
	input->type = V4L2_INPUT_TYPE_CAMERA;
	strscpy(input->name, cam->name[0] ? cam->name : "Camera",
		sizeof(input->name));
	return 0;
}

static int vc_camera_g_input(struct file *file, void *priv, unsigned int *index)
{
	*index = 0;
	return 0;
}

static int vc_camera_s_input(struct file *file, void *priv, unsigned int index)
{
	return index ? -EINVAL : 0;
}

const struct v4l2_ioctl_ops vc_camera_ioctl_ops = {
	.vidioc_querycap = vc_camera_querycap,
	.vidioc_enum_fmt_vid_cap = vc_camera_enum_fmt,
	.vidioc_g_fmt_vid_cap = vc_camera_g_fmt,
	.vidioc_s_fmt_vid_cap = vc_camera_s_fmt,
	.vidioc_try_fmt_vid_cap = vc_camera_try_fmt,
	.vidioc_reqbufs = vb2_ioctl_reqbufs,
	.vidioc_querybuf = vb2_ioctl_querybuf,
	.vidioc_qbuf = vb2_ioctl_qbuf,
	.vidioc_expbuf = vb2_ioctl_expbuf,
	.vidioc_dqbuf = vb2_ioctl_dqbuf,
	.vidioc_create_bufs = vb2_ioctl_create_bufs,
	.vidioc_prepare_buf = vb2_ioctl_prepare_buf,
	.vidioc_remove_bufs = vb2_ioctl_remove_bufs,
	.vidioc_streamon = vb2_ioctl_streamon,
	.vidioc_streamoff = vb2_ioctl_streamoff,
	.vidioc_g_selection = vc_camera_g_selection,
	.vidioc_s_selection = vc_camera_s_selection,
	.vidioc_enum_input = vc_camera_enum_input,
	.vidioc_g_input = vc_camera_g_input,
	.vidioc_s_input = vc_camera_s_input,
	.vidioc_g_parm = vc_camera_g_parm,
	.vidioc_s_parm = vc_camera_s_parm,
	.vidioc_log_status = v4l2_ctrl_log_status,
	.vidioc_enum_framesizes = vc_camera_enum_framesizes,
	.vidioc_enum_frameintervals = vc_camera_enum_frameintervals,
	.vidioc_subscribe_event = v4l2_ctrl_subscribe_event,
	.vidioc_unsubscribe_event = v4l2_event_unsubscribe,
};
