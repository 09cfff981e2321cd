// SPDX-License-Identifier: GPL-2.0
/*
 * What the devices do not take, and that they say so at once.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <unistd.h>

#include "../sm-client.h"
#include "cases.h"
#include "codec.h"

#define DECODER	"/dev/video10"
#define ENCODER	"/dev/video11"
#define OUT	V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
#define CAP	V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

static int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0, "%s", path);
	return fd;
}

/* -----------------------------------------------------------------------------
 * Buffers and formats that do not do
 */

static int queue_dmabuf(int fd, unsigned int index, int dmabuf, size_t len)
{
	struct v4l2_plane plane = { .bytesused = len, .length = len, .m.fd = dmabuf };
	struct v4l2_buffer buf = {
		.index = index,
		.type = OUT,
		.memory = V4L2_MEMORY_DMABUF,
		.length = 1,
		.m.planes = &plane,
	};

	return xioctl(fd, VIDIOC_QBUF, &buf);
}

static void refuses_pictures(void)
{
	struct v4l2_pix_format_mplane pix;
	struct codec_queue out = { .type = OUT };
	int fd = open_device(ENCODER);

	CHECK(!codec_set_format(fd, OUT, "YU12", 320, 240, &pix), "VIDIOC_S_FMT");
	codec_map(fd, &out, 2);
	CHECK_FAILS(codec_set_format(fd, OUT, "YU12", 640, 480, NULL), EBUSY);
	CHECK_FAILS(codec_queue_buf(fd, OUT, 0, pix.plane_fmt[0].sizeimage / 2, 1), EINVAL);
	CHECK_FAILS(codec_queue_buf(fd, OUT, 0, out.len[0] + 1, 1), EINVAL);
	CHECK_FAILS(codec_queue_buf(fd, OUT, 7, pix.plane_fmt[0].sizeimage, 1), EINVAL);
	CHECK(!codec_stream(fd, OUT, true), "VIDIOC_STREAMON");
	CHECK_FAILS(codec_set_format(fd, OUT, "NV12", 320, 240, NULL), EBUSY);
	CHECK_FAILS(codec_request(fd, OUT, V4L2_MEMORY_MMAP, 3), EBUSY);
	/* The other queue has no buffers: there is nothing to start. */
	CHECK_FAILS(codec_stream(fd, CAP, true), EINVAL);
	close(fd);
}

static void refuses_dmabufs(void)
{
	struct v4l2_pix_format_mplane pix;
	int fd = open_device(ENCODER), sm = sm_open();
	int good, small, scattered, other = open("/dev/null", O_RDWR | O_CLOEXEC);
	size_t len;

	CHECK(!codec_set_format(fd, OUT, "YU12", 640, 480, &pix), "VIDIOC_S_FMT");
	len = pix.plane_fmt[0].sizeimage;
	CHECK(!codec_request(fd, OUT, V4L2_MEMORY_DMABUF, 2), "VIDIOC_REQBUFS");
	good = sm_alloc(sm, len, NULL);
	small = sm_alloc(sm, len / 2, NULL);
	scattered = dmabuf_scattered(1 << 20);
	CHECK(good >= 0 && small >= 0 && scattered >= 0, "no memory");
	/* What has to be copied would have had to come before. */
	CHECK(!codec_stream(fd, OUT, true), "VIDIOC_STREAMON");
	CHECK(!queue_dmabuf(fd, 1, good, len), "VIDIOC_QBUF");
	CHECK_FAILS(queue_dmabuf(fd, 0, small, len), EFAULT);
	CHECK_FAILS(queue_dmabuf(fd, 0, scattered, len), EINVAL);
	CHECK_FAILS(queue_dmabuf(fd, 0, other, len), EINVAL);
	CHECK_FAILS(queue_dmabuf(fd, 0, -1, len), EINVAL);
	close(good);
	close(small);
	close(scattered);
	close(other);
	close(sm);
	close(fd);
}

/* What cannot be is made something that can. */
static void adjusts_formats(void)
{
	struct v4l2_format fmt = { .type = OUT };
	struct v4l2_pix_format_mplane pix;
	int fd = open_device(ENCODER);

	CHECK(!codec_set_format(fd, OUT, "abcd", 0, 0, &pix), "VIDIOC_S_FMT");
	CHECK(pix.width == 32 && pix.height == 32 && pix.plane_fmt[0].sizeimage, "no picture");
	CHECK(!codec_set_format(fd, OUT, "YU12", ~0u, ~0u, &pix), "VIDIOC_S_FMT");
	CHECK(pix.width == 1920 && pix.height == 1920, "%ux%u", pix.width, pix.height);
	CHECK(!codec_set_format(fd, OUT, "YU12", 321, 241, &pix), "VIDIOC_S_FMT");
	fmt.fmt.pix_mp = pix;
	fmt.fmt.pix_mp.plane_fmt[0].bytesperline = 401;
	fmt.fmt.pix_mp.plane_fmt[0].sizeimage = 1;
	CHECK(!xioctl(fd, VIDIOC_TRY_FMT, &fmt), "VIDIOC_TRY_FMT");
	pix = fmt.fmt.pix_mp;
	CHECK(pix.width % 2 == 0 && pix.height % 2 == 0, "%ux%u", pix.width, pix.height);
	CHECK(pix.plane_fmt[0].bytesperline == 448, "%u a line", pix.plane_fmt[0].bytesperline);
	CHECK(pix.plane_fmt[0].sizeimage == 448 * pix.height * 3 / 2, "%u bytes",
	      pix.plane_fmt[0].sizeimage);
	close(fd);
}

/* Commands for the other kind of device, or for none. */
static void refuses_commands(void)
{
	struct v4l2_decoder_cmd dec = { .cmd = V4L2_DEC_CMD_STOP };
	struct v4l2_encoder_cmd enc = { .cmd = V4L2_ENC_CMD_PAUSE };
	int decoder = open_device(DECODER), encoder = open_device(ENCODER);

	CHECK_FAILS(xioctl(encoder, VIDIOC_DECODER_CMD, &dec), ENOTTY);
	CHECK_FAILS(xioctl(decoder, VIDIOC_ENCODER_CMD, &enc), ENOTTY);
	CHECK_FAILS(xioctl(encoder, VIDIOC_ENCODER_CMD, &enc), EINVAL);
	dec.cmd = 77;
	CHECK_FAILS(xioctl(decoder, VIDIOC_DECODER_CMD, &dec), EINVAL);
	CHECK_FAILS(codec_stream(decoder, OUT, true), EINVAL);
	close(decoder);
	close(encoder);
}

void case_refuses(int argc, char **argv)
{
	refuses_pictures();
	refuses_dmabufs();
	adjusts_formats();
	refuses_commands();
}

/* -----------------------------------------------------------------------------
 * Sizes: the largest that is enumerated is taken, down to the firmware. A strip,
 * as memory for a square of that size is not to be had.
 */

static void convert_strip(int fd, unsigned int width, unsigned int height)
{
	struct v4l2_pix_format_mplane pix;
	struct codec_queue out = { .type = OUT }, cap = { .type = CAP };
	struct codec c = { .fd = fd };
	struct v4l2_plane plane;
	struct v4l2_buffer buf;

	CHECK(!codec_set_format(fd, OUT, "YU12", width, height, &pix), "VIDIOC_S_FMT");
	CHECK(pix.width == width && pix.height == height, "%ux%u was taken for %ux%u", pix.width,
	      pix.height, width, height);
	CHECK(!codec_set_format(fd, CAP, "NV12", width, height, NULL), "VIDIOC_S_FMT");
	codec_map(fd, &out, 1);
	codec_map(fd, &cap, 1);
	memset(out.mem[0], 0x55, out.len[0]);
	CHECK(!codec_queue_buf(fd, CAP, 0, 0, 0), "VIDIOC_QBUF");
	CHECK(!codec_queue_buf(fd, OUT, 0, pix.plane_fmt[0].sizeimage, 1), "VIDIOC_QBUF");
	CHECK(!codec_stream(fd, OUT, true) && !codec_stream(fd, CAP, true), "VIDIOC_STREAMON");
	CHECK(!codec_dequeue(&c, &cap, &buf, &plane), "VIDIOC_DQBUF");
	CHECK(!(buf.flags & V4L2_BUF_FLAG_ERROR), "%ux%u was not converted", width, height);
	CHECK(cap.mem[0][0] == 0x55 && cap.mem[0][width - 1] == 0x55, "nothing came out");
}

void case_sizes(int argc, char **argv)
{
	struct v4l2_frmsizeenum size = { .pixel_format = V4L2_PIX_FMT_YUV420 };
	int fd = open_device("/dev/video12");

	CHECK(!xioctl(fd, VIDIOC_ENUM_FRAMESIZES, &size), "VIDIOC_ENUM_FRAMESIZES");
	convert_strip(fd, size.stepwise.max_width, size.stepwise.min_height);
	close(fd);
	fd = open_device("/dev/video12");
	convert_strip(fd, size.stepwise.min_width, size.stepwise.max_height);
	close(fd);
}

/* -----------------------------------------------------------------------------
 * Levels of H.264
 */

static int get_ctrl(int fd, uint32_t id)
{
	struct v4l2_control ctrl = { .id = id };

	CHECK(!xioctl(fd, VIDIOC_G_CTRL, &ctrl), "VIDIOC_G_CTRL");
	return ctrl.value;
}

static int set_ctrl(int fd, uint32_t id, int value)
{
	struct v4l2_control ctrl = { .id = id, .value = value };

	CHECK(!xioctl(fd, VIDIOC_S_CTRL, &ctrl), "VIDIOC_S_CTRL %d", value);
	return ctrl.value;
}

/* Frames a second that are taken for so many. */
static double set_rate(int fd, unsigned int fps)
{
	struct v4l2_streamparm parm = {
		.type = OUT,
		.parm.output.timeperframe = { 1, fps },
	};
	const struct v4l2_fract *interval = &parm.parm.output.timeperframe;

	CHECK(!xioctl(fd, VIDIOC_S_PARM, &parm), "VIDIOC_S_PARM");
	return (double)interval->denominator / interval->numerator;
}

static void level_is(int fd, int level, const char *when)
{
	const int is = get_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_LEVEL);

	CHECK(is == level, "%s: level %d, not %d", when, is, level);
}

static void level_follows(int fd)
{
	level_is(fd, V4L2_MPEG_VIDEO_H264_LEVEL_4_0, "at first");
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_BITRATE, 1000000);
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_LEVEL, V4L2_MPEG_VIDEO_H264_LEVEL_2_0);
	level_is(fd, V4L2_MPEG_VIDEO_H264_LEVEL_2_0, "one that does");
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_BITRATE, 10000000);
	level_is(fd, V4L2_MPEG_VIDEO_H264_LEVEL_3_0, "with more bits");
	CHECK(!codec_set_format(fd, OUT, "YU12", 1920, 1080, NULL), "VIDIOC_S_FMT");
	level_is(fd, V4L2_MPEG_VIDEO_H264_LEVEL_4_0, "with a larger picture");
	set_rate(fd, 60);
	level_is(fd, V4L2_MPEG_VIDEO_H264_LEVEL_4_2, "with more of them");
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_LEVEL, V4L2_MPEG_VIDEO_H264_LEVEL_1_0);
	level_is(fd, V4L2_MPEG_VIDEO_H264_LEVEL_4_2, "one that does not do");
}

/* No level allows more than 983040 macroblocks a second. */
static void rate_is_limited(int fd)
{
	struct v4l2_frmivalenum ival = {
		.pixel_format = V4L2_PIX_FMT_YUV420,
		.width = 1920,
		.height = 1920,
	};
	double rate;

	CHECK(!codec_set_format(fd, OUT, "YU12", 32, 32, NULL), "VIDIOC_S_FMT");
	CHECK(set_rate(fd, 240) == 240, "small pictures are slow");
	CHECK(!codec_set_format(fd, OUT, "YU12", 1920, 1920, NULL), "VIDIOC_S_FMT");
	rate = set_rate(fd, 240);
	CHECK(rate >= 60 && rate <= 983040. / 14400, "%f frames a second", rate);
	level_is(fd, V4L2_MPEG_VIDEO_H264_LEVEL_5_1, "the highest");
	CHECK(!xioctl(fd, VIDIOC_ENUM_FRAMEINTERVALS, &ival), "VIDIOC_ENUM_FRAMEINTERVALS");
	CHECK(ival.stepwise.min.denominator <= 983040 / 14400 * ival.stepwise.min.numerator,
	      "a rate is enumerated that is not taken");
}

/* Of two limits the one that was set last gives way. */
static void quantisers_agree(int fd)
{
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_MIN_QP, 10);
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_MAX_QP, 30);
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_MIN_QP, 40);
	CHECK(get_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_MIN_QP) == 30, "min above max");
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_MAX_QP, 5);
	CHECK(get_ctrl(fd, V4L2_CID_MPEG_VIDEO_H264_MAX_QP) == 30, "max below min");
}

void case_levels(int argc, char **argv)
{
	struct v4l2_control none = { .id = V4L2_CID_MPEG_VIDEO_BITRATE, .value = 1 << 30 };
	int fd = open_device(ENCODER);

	level_follows(fd);
	rate_is_limited(fd);
	quantisers_agree(fd);
	set_ctrl(fd, V4L2_CID_MPEG_VIDEO_CYCLIC_INTRA_REFRESH_MB, 20);
	CHECK(!xioctl(fd, VIDIOC_S_CTRL, &none), "VIDIOC_S_CTRL");
	CHECK(get_ctrl(fd, V4L2_CID_MPEG_VIDEO_BITRATE) == 25000000, "more bits than there can be");
	close(fd);
}

/* -----------------------------------------------------------------------------
 * Key frames
 */

/* A picture through the encoder; is what comes of it a key frame? */
static bool encode_key(struct codec *c)
{
	struct v4l2_plane plane;
	struct v4l2_buffer buf;

	CHECK(!codec_queue_buf(c->fd, CAP, 0, 0, 0), "VIDIOC_QBUF");
	CHECK(!codec_queue_buf(c->fd, OUT, 0, c->out.len[0], 1), "VIDIOC_QBUF");
	CHECK(!codec_dequeue(c, &c->out, &buf, &plane), "VIDIOC_DQBUF");
	CHECK(!codec_dequeue(c, &c->cap, &buf, &plane), "VIDIOC_DQBUF");
	CHECK(plane.bytesused && !(buf.flags & V4L2_BUF_FLAG_ERROR), "a picture was not coded");
	return buf.flags & V4L2_BUF_FLAG_KEYFRAME;
}

void case_keys(int argc, char **argv)
{
	struct codec c = { .fd = open_device(ENCODER), .out.type = OUT, .cap.type = CAP };

	CHECK(!codec_set_format(c.fd, OUT, "YU12", 320, 240, NULL), "VIDIOC_S_FMT");
	CHECK(!codec_set_format(c.fd, CAP, "H264", 320, 240, NULL), "VIDIOC_S_FMT");
	set_ctrl(c.fd, V4L2_CID_MPEG_VIDEO_GOP_SIZE, 60);
	codec_map(c.fd, &c.out, 1);
	codec_map(c.fd, &c.cap, 1);
	CHECK(!codec_stream(c.fd, OUT, true) && !codec_stream(c.fd, CAP, true), "VIDIOC_STREAMON");
	for (int i = 0; i < 8; i++) {
		if (i == 5)
			set_ctrl(c.fd, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, 1);
		CHECK(encode_key(&c) == (i % 5 == 0), "picture %d", i);
	}
	close(c.fd);
}
