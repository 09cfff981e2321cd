// SPDX-License-Identifier: GPL-2.0
/*
 * The camera: a V4L2 capture device.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "vcpreview.h"

/* Ours, and that of the driver Linux had up to 6.12. */
static const char *const drivers[] = { "bcm2835-camera", "bcm2835 mmal" };

/* -----------------------------------------------------------------------------
 * Finding
 */

static int query(int fd, struct v4l2_capability *cap)
{
	int ret = vcp_ioctl(fd, VIDIOC_QUERYCAP, cap);

	if (!ret && !(cap->device_caps & V4L2_CAP_VIDEO_CAPTURE))
		return -ENODEV;
	return ret;
}

static bool is_wanted(const struct v4l2_capability *cap, const char *driver)
{
	return !strncmp((const char *)cap->driver, driver, sizeof(cap->driver));
}

/* Try the devices in the order of their names. */
static int find_driver(struct vcp_camera *cam, const glob_t *paths, const char *driver)
{
	struct v4l2_capability cap;

	for (size_t i = 0; i < paths->gl_pathc; i++) {
		int fd = open(paths->gl_pathv[i], O_RDWR | O_NONBLOCK | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (!query(fd, &cap) && is_wanted(&cap, driver)) {
			snprintf(cam->path, sizeof(cam->path), "%s", paths->gl_pathv[i]);
			return fd;
		}
		close(fd);
	}
	return -1;
}

static int find_camera(struct vcp_camera *cam)
{
	glob_t paths;

	cam->fd = -1;
	if (!glob("/dev/video*", 0, NULL, &paths)) {
		for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]) && cam->fd < 0; i++)
			cam->fd = find_driver(cam, &paths, drivers[i]);
		globfree(&paths);
	}
	if (cam->fd >= 0)
		return 0;
	return vcp_fail(VCP_NO_CAMERA,
			"no camera of driver %s: load its module, or name a device with --device",
			drivers[0]);
}

static int open_device(struct vcp_camera *cam, const char *device)
{
	struct v4l2_capability cap = { 0 };
	int ret;

	if (!device) {
		ret = find_camera(cam);
		if (ret)
			return ret;
	} else {
		snprintf(cam->path, sizeof(cam->path), "%s", device);
		cam->fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (cam->fd < 0)
			return vcp_fail(VCP_NO_CAMERA, "%s: %s", device, strerror(errno));
	}
	ret = query(cam->fd, &cap);
	if (ret || !(cap.device_caps & V4L2_CAP_STREAMING))
		return vcp_fail(VCP_NO_CAMERA, "%s: not a V4L2 capture device that streams",
				cam->path);
	snprintf(cam->driver, sizeof(cam->driver), "%s", (const char *)cap.driver);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Format
 */

static int set_format(struct vcp_camera *cam, const struct vcp_options *opt,
		      struct v4l2_pix_format *pix)
{
	struct v4l2_format fmt = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	int ret = -EINVAL;

	for (unsigned int i = 0; i < 2 && opt->format->v4l2[i]; i++) {
		fmt.fmt.pix = (struct v4l2_pix_format){
			.width = opt->width,
			.height = opt->height,
			.pixelformat = opt->format->v4l2[i],
			.field = V4L2_FIELD_NONE,
		};
		ret = vcp_ioctl(cam->fd, VIDIOC_S_FMT, &fmt);
		if (ret || fmt.fmt.pix.pixelformat == opt->format->v4l2[i])
			break;
	}
	*pix = fmt.fmt.pix;
	return ret;
}

/* Names of KMS for what the driver says, and for what its "default" means. */
static struct vcp_colours colours_of(const struct v4l2_pix_format *pix)
{
	uint32_t encoding = pix->ycbcr_enc, range = pix->quantization;
	struct vcp_colours colours = { "ITU-R BT.601 YCbCr", "YCbCr limited range" };

	if (encoding == V4L2_YCBCR_ENC_DEFAULT)
		encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(pix->colorspace);
	if (range == V4L2_QUANTIZATION_DEFAULT)
		range = V4L2_MAP_QUANTIZATION_DEFAULT(false, pix->colorspace, encoding);
	if (encoding == V4L2_YCBCR_ENC_709)
		colours.encoding = "ITU-R BT.709 YCbCr";
	else if (encoding == V4L2_YCBCR_ENC_BT2020)
		colours.encoding = "ITU-R BT.2020 YCbCr";
	if (range == V4L2_QUANTIZATION_FULL_RANGE)
		colours.range = "YCbCr full range";
	return colours;
}

static int check_format(struct vcp_camera *cam, const struct vcp_options *opt)
{
	struct v4l2_pix_format pix;
	int ret = set_format(cam, opt, &pix);

	if (ret == -EBUSY)
		return vcp_fail(VCP_NO_CAMERA, "%s: another program uses the camera", cam->path);
	if (ret)
		return vcp_fail(VCP_NO_CAMERA, "%s: cannot set %ux%u %s: %s", cam->path,
				opt->width, opt->height, opt->format->name, strerror(-ret));
	if (pix.pixelformat != opt->format->v4l2[0] && pix.pixelformat != opt->format->v4l2[1])
		return vcp_fail(VCP_NO_CAMERA,
				"%s: the camera has no format %s (vcpreview --list tells which)",
				cam->path, opt->format->name);
	if (pix.width != opt->width || pix.height != opt->height)
		return vcp_fail(VCP_NO_CAMERA,
				"%s: the camera cannot do %ux%u, the nearest it can is %ux%u",
				cam->path, opt->width, opt->height, pix.width, pix.height);
	vcp_layout_set(&cam->layout, opt->format, pix.width, pix.height, pix.bytesperline);
	if (pix.bytesperline < pix.width * opt->format->bpp / 8 ||
	    pix.sizeimage < cam->layout.size)
		return vcp_fail(VCP_NO_CAMERA,
				"%s: the driver's %u bytes with %u per line cannot hold the picture",
				cam->path, pix.sizeimage, pix.bytesperline);
	cam->layout.size = pix.sizeimage;
	cam->colours = colours_of(&pix);
	return 0;
}

static int set_fps(struct vcp_camera *cam, double fps)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_fract *period = &parm.parm.capture.timeperframe;
	int ret = vcp_ioctl(cam->fd, VIDIOC_G_PARM, &parm);

	if (fps > 0) {
		period->numerator = 1000;
		period->denominator = lround(fps * 1000);
		ret = vcp_ioctl(cam->fd, VIDIOC_S_PARM, &parm);
		if (ret)
			return vcp_fail(VCP_NO_CAMERA, "%s: cannot set %g frames per second: %s",
					cam->path, fps, strerror(-ret));
	}
	cam->fps = !ret && period->numerator ?
		   (double)period->denominator / period->numerator : 0;
	if (fps > 0 && fabs(cam->fps - fps) > fps / 100)
		return vcp_fail(VCP_NO_CAMERA,
				"%s: %g frames per second are not possible, %g are", cam->path, fps,
				cam->fps);
	return 0;
}

int vcp_camera_open(struct vcp_camera *cam, const struct vcp_options *opt)
{
	int ret = open_device(cam, opt->device);

	if (!ret)
		ret = check_format(cam, opt);
	if (!ret)
		ret = set_fps(cam, opt->fps);
	if (ret)
		vcp_camera_close(cam);
	return ret;
}

void vcp_camera_close(struct vcp_camera *cam)
{
	vcp_camera_stop(cam);
	for (unsigned int i = 0; i < VCP_BUFFERS_MAX; i++)
		if (cam->map[i])
			munmap(cam->map[i], cam->map_len[i]);
	if (cam->fd >= 0)
		close(cam->fd);
	memset(cam, 0, sizeof(*cam));
	cam->fd = -1;
}

/* -----------------------------------------------------------------------------
 * Buffers
 */

static int request(struct vcp_camera *cam, unsigned int count, uint32_t memory)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = memory,
	};
	int ret = vcp_ioctl(cam->fd, VIDIOC_REQBUFS, &req);

	if (ret == -EINVAL && memory == V4L2_MEMORY_DMABUF)
		return vcp_fail(VCP_NO_BUFFERS,
				"%s: driver %s cannot use memory of others (try --path=expbuf)",
				cam->path, cam->driver);
	if (ret == -EBUSY)
		return vcp_fail(VCP_NO_CAMERA, "%s: another program uses the camera", cam->path);
	if (ret)
		return vcp_fail(VCP_NO_BUFFERS, "%s: cannot have %u buffers of %zu bytes: %s",
				cam->path, count, cam->layout.size, strerror(-ret));
	if (req.count < count)
		return vcp_fail(VCP_NO_BUFFERS, "%s: the camera has only %u buffers instead of %u",
				cam->path, req.count, count);
	cam->memory = memory;
	/* A driver may want more than it was asked for; those are used too. */
	cam->nr_buffers = req.count < VCP_BUFFERS_MAX ? req.count : VCP_BUFFERS_MAX;
	return 0;
}

static int map_buffer(struct vcp_camera *cam, unsigned int index)
{
	struct v4l2_buffer buf = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	int ret = vcp_ioctl(cam->fd, VIDIOC_QUERYBUF, &buf);
	void *mem;

	if (ret)
		return vcp_fail(VCP_NO_BUFFERS, "%s: buffer %u: %s", cam->path, index,
				strerror(-ret));
	if (buf.length < cam->layout.size)
		return vcp_fail(VCP_NO_BUFFERS, "%s: buffer %u has only %u bytes", cam->path,
				index, buf.length);
	mem = mmap(NULL, buf.length, PROT_READ, MAP_SHARED, cam->fd, buf.m.offset);
	if (mem == MAP_FAILED)
		return vcp_fail(VCP_NO_BUFFERS, "%s: cannot map buffer %u: %s", cam->path, index,
				strerror(errno));
	cam->map[index] = mem;
	cam->map_len[index] = buf.length;
	return 0;
}

int vcp_camera_alloc(struct vcp_camera *cam, unsigned int count, bool map)
{
	int ret = request(cam, count, V4L2_MEMORY_MMAP);

	for (unsigned int i = 0; !ret && map && i < cam->nr_buffers; i++)
		ret = map_buffer(cam, i);
	return ret;
}

int vcp_camera_export(struct vcp_camera *cam, unsigned int index, int *fd)
{
	struct v4l2_exportbuffer exp = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.index = index,
		.flags = O_CLOEXEC | O_RDWR,
	};
	int ret = vcp_ioctl(cam->fd, VIDIOC_EXPBUF, &exp);

	if (ret)
		return vcp_fail(VCP_NO_BUFFERS,
				"%s: driver %s cannot export its buffers: %s (try --path=copy)",
				cam->path, cam->driver, strerror(-ret));
	*fd = exp.fd;
	return 0;
}

int vcp_camera_import(struct vcp_camera *cam, unsigned int count, const int *fds)
{
	int ret = request(cam, count, V4L2_MEMORY_DMABUF);

	if (!ret && cam->nr_buffers > count)
		cam->nr_buffers = count;
	for (unsigned int i = 0; !ret && i < cam->nr_buffers; i++)
		cam->dmabuf[i] = fds[i];
	return ret;
}

/* -----------------------------------------------------------------------------
 * Streaming
 */

/* What a failure in mid-stream means. */
static int stream_failure(struct vcp_camera *cam, const char *what, int err)
{
	if (err == -ENODEV)
		return vcp_fail(VCP_FAILED, "%s: the camera is gone", cam->path);
	return vcp_fail(VCP_FAILED, "%s: %s failed: %s", cam->path, what, strerror(-err));
}

int vcp_camera_queue(struct vcp_camera *cam, unsigned int index)
{
	struct v4l2_buffer buf = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = cam->memory,
	};
	int ret;

	if (cam->memory == V4L2_MEMORY_DMABUF) {
		buf.m.fd = cam->dmabuf[index];
		buf.length = cam->layout.size;
	}
	ret = vcp_ioctl(cam->fd, VIDIOC_QBUF, &buf);
	return ret ? stream_failure(cam, "queueing a buffer", ret) : 0;
}

int vcp_camera_dequeue(struct vcp_camera *cam, struct vcp_frame *frame, bool *got)
{
	struct v4l2_buffer buf = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = cam->memory,
	};
	int ret = vcp_ioctl(cam->fd, VIDIOC_DQBUF, &buf);

	*got = !ret;
	if (ret == -EAGAIN)
		return 0;
	if (ret)
		return stream_failure(cam, "waiting for a frame", ret);
	if (buf.index >= cam->nr_buffers)
		return vcp_fail(VCP_FAILED, "%s: the driver returned buffer %u", cam->path,
				buf.index);
	frame->index = buf.index;
	frame->sequence = buf.sequence;
	frame->time_us = buf.timestamp.tv_sec * 1000000ll + buf.timestamp.tv_usec;
	frame->bad = buf.flags & V4L2_BUF_FLAG_ERROR;
	return 0;
}

int vcp_camera_start(struct vcp_camera *cam)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	int ret = vcp_ioctl(cam->fd, VIDIOC_STREAMON, &type);

	if (ret)
		return stream_failure(cam, "starting the camera", ret);
	cam->streaming = true;
	return 0;
}

void vcp_camera_stop(struct vcp_camera *cam)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	if (cam->streaming)
		vcp_ioctl(cam->fd, VIDIOC_STREAMOFF, &type);
	cam->streaming = false;
}

/* -----------------------------------------------------------------------------
 * Listing
 */

static void list_formats(FILE *out, int fd)
{
	struct v4l2_fmtdesc desc = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	for (; !vcp_ioctl(fd, VIDIOC_ENUM_FMT, &desc); desc.index++) {
		const struct vcp_format *format;
		unsigned int i;

		for (i = 0; (format = vcp_format_at(i)); i++)
			if (desc.pixelformat == format->v4l2[0] ||
			    desc.pixelformat == format->v4l2[1])
				break;
		fprintf(out, "    %-4s %s\n", format ? format->name : "", (char *)desc.description);
	}
}

static void list_device(FILE *out, const char *path)
{
	struct v4l2_capability cap;
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		fprintf(out, "  %s: %s\n", path, strerror(errno));
		return;
	}
	if (!query(fd, &cap)) {
		fprintf(out, "  %s  %s, driver %s\n", path, (char *)cap.card, (char *)cap.driver);
		list_formats(out, fd);
	}
	close(fd);
}

void vcp_camera_list(FILE *out)
{
	glob_t paths;

	fprintf(out, "cameras:\n");
	if (glob("/dev/video*", 0, NULL, &paths)) {
		fprintf(out, "  none\n");
		return;
	}
	for (size_t i = 0; i < paths.gl_pathc; i++)
		list_device(out, paths.gl_pathv[i]);
	globfree(&paths);
}
