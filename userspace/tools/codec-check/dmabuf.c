// SPDX-License-Identifier: GPL-2.0
/*
 * Streams and pictures in dma-bufs of others, on both queues, which buffer by buffer
 * are other ones: no buffer of a queue keeps its memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <unistd.h>

#include "../sm-client.h"
#include "cases.h"
#include "codec.h"

#define DECODER	"/dev/video10"
#define ENCODER	"/dev/video11"

/* -----------------------------------------------------------------------------
 * Memory
 */

static int alloc_vc_sm(size_t size, unsigned int index)
{
	int sm = sm_open(), fd = sm_alloc(sm, size, NULL);

	close(sm);
	return fd;
}

static int alloc_huge(size_t size, unsigned int index)
{
	return dmabuf_huge();
}

static int alloc_scattered(size_t size, unsigned int index)
{
	return dmabuf_scattered((size + 4095) & ~4095ul);
}

/* The first one has room for everything. */
static int alloc_uneven(size_t size, unsigned int index)
{
	return alloc_vc_sm(index ? size : 8 * size, index);
}

static const struct {
	const char *name;
	int (*alloc)(size_t size, unsigned int index);
} kinds[] = {
	{ "vc_sm", alloc_vc_sm },
	{ "huge", alloc_huge },
	{ "scattered", alloc_scattered },
};

static void use_dmabufs(struct codec *c, const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, kind))
			break;
	CHECK(i < sizeof(kinds) / sizeof(kinds[0]), "%s: no such memory", kind);
	c->out.alloc = kinds[i].alloc;
	c->cap.alloc = kinds[i].alloc;
	c->out.rotates = true;
	c->cap.rotates = true;
}

/* -----------------------------------------------------------------------------
 * Decoding
 */

static void decode(struct codec *c, const char *file)
{
	c->to = stdout;
	codec_open(c, DECODER, "H264", file);
	errno = codec_run(c, 0);
	CHECK(!errno, "VIDIOC_DQBUF");
	fprintf(stderr, "%u pictures, %u errors\n", c->nr_pictures, c->nr_errors);
	codec_close(c);
}

void case_dmabuf(int argc, char **argv)
{
	struct codec c = { .piece = 3000 };

	CHECK(argc == 2, "which memory, which stream?");
	use_dmabufs(&c, argv[0]);
	decode(&c, argv[1]);
}

/* More than there is cannot be told either. */
static void refuses_lies(struct codec *c, unsigned int index)
{
	struct codec_queue q = c->cap;

	q.len[index] = c->pix.plane_fmt[0].sizeimage;
	CHECK_FAILS(codec_queue_own(c->fd, &q, index, 0, 0), EFAULT);
}

/* The first buffer is large enough, others are not. */
static bool refuses_small(struct codec *c)
{
	struct v4l2_decoder_cmd cmd = { .cmd = V4L2_DEC_CMD_START };
	const uint32_t type = c->cap.type;

	CHECK(c->cap.len[0] >= c->pix.plane_fmt[0].sizeimage &&
	      c->cap.len[1] < c->pix.plane_fmt[0].sizeimage, "%zu and %zu bytes", c->cap.len[0],
	      c->cap.len[1]);
	CHECK_FAILS(xioctl(c->fd, VIDIOC_DECODER_CMD, &cmd), EINVAL);
	CHECK_FAILS(codec_set_format(c->fd, type, "YU12", 0, 0, NULL), EBUSY);
	CHECK(!codec_stream(c->fd, type, false), "VIDIOC_STREAMOFF");
	CHECK_FAILS(codec_queue_own(c->fd, &c->cap, 1, 0, 0), EINVAL);
	CHECK(!codec_queue_own(c->fd, &c->cap, 0, 0, 0), "VIDIOC_QBUF");
	CHECK(!codec_request(c->fd, type, V4L2_MEMORY_DMABUF, 0), "VIDIOC_REQBUFS 0");
	CHECK(!codec_request(c->fd, type, V4L2_MEMORY_DMABUF, 2), "VIDIOC_REQBUFS");
	CHECK_FAILS(codec_queue_own(c->fd, &c->cap, 1, 0, 0), EINVAL);
	refuses_lies(c, 1);
	fprintf(stderr, "refused\n");
	return false;
}

void case_dmabuf_change(int argc, char **argv)
{
	struct codec c = { .piece = 3000, .changed = refuses_small };

	CHECK(argc == 1, "which stream?");
	use_dmabufs(&c, "vc_sm");
	c.cap.alloc = alloc_uneven;
	c.cap.rotates = false;
	decode(&c, argv[0]);
}

static bool keeps(struct codec *c)
{
	fprintf(stderr, "kept\n");
	return true;
}

/* What has been queued is the whole stream: the drain meets the change. */
static bool drains(struct codec *c)
{
	CHECK(c->pos == c->len, "there is more of it");
	codec_stop(c);
	return c->cap.len[0] >= c->pix.plane_fmt[0].sizeimage && keeps(c);
}

void case_dmabuf_keep(int argc, char **argv)
{
	struct codec c = { .piece = 3000, .changed = keeps };

	CHECK(argc == 2, "which memory, which stream?");
	use_dmabufs(&c, argv[0]);
	decode(&c, argv[1]);
}

void case_dmabuf_drain(int argc, char **argv)
{
	struct codec c = { .tells_end_late = true, .changed = drains };

	CHECK(argc == 2, "which memory, which stream?");
	use_dmabufs(&c, argv[0]);
	decode(&c, argv[1]);
}

/* -----------------------------------------------------------------------------
 * Encoding
 */

/* True if there was a picture left. */
static bool feed_picture(struct codec *c, unsigned int index, FILE *pictures)
{
	struct codec_queue *out = &c->out;
	size_t got;

	codec_rotate(out, index);
	codec_sync(out, index, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	got = fread(out->mem[index], 1, c->piece, pictures);
	codec_sync(out, index, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
	CHECK(!ferror(pictures), "read");
	CHECK(got == c->piece || !got, "half a picture");
	if (feof(pictures))
		return false;
	CHECK(!codec_queue_own(c->fd, out, index, got, ++c->stamp), "VIDIOC_QBUF");
	return true;
}

/* True at the end of the stream. */
static bool take_stream(struct codec *c)
{
	struct codec_queue *cap = &c->cap;
	struct v4l2_plane plane;
	struct v4l2_buffer buf;
	const int index = codec_dequeue(c, cap, &buf, &plane);

	CHECK(index >= 0, "VIDIOC_DQBUF");
	CHECK(!(buf.flags & V4L2_BUF_FLAG_ERROR), "broken");
	codec_sync(cap, index, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	CHECK(fwrite(cap->mem[index], 1, plane.bytesused, stdout) == plane.bytesused, "write");
	codec_sync(cap, index, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	c->nr_pictures += !!plane.bytesused;
	codec_rotate(cap, index);
	if (buf.flags & V4L2_BUF_FLAG_LAST)
		return true;
	CHECK(!codec_queue_own(c->fd, cap, index, 0, 0), "VIDIOC_QBUF");
	return false;
}

static void encoder_open(struct codec *c, unsigned int width, unsigned int height)
{
	struct v4l2_pix_format_mplane pix;

	c->fd = open(ENCODER, O_RDWR | O_CLOEXEC);
	CHECK(c->fd >= 0, ENCODER);
	c->out.type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
	c->cap.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	CHECK(!codec_set_format(c->fd, c->out.type, "YU12", width, height, &pix) &&
	      !codec_set_format(c->fd, c->cap.type, "H264", width, height, NULL), "VIDIOC_S_FMT");
	c->piece = width * height * 3 / 2;
	CHECK(pix.plane_fmt[0].sizeimage == c->piece, "pictures have gaps");
	codec_map(c->fd, &c->out, CODEC_BUFFERS);
	codec_map(c->fd, &c->cap, CODEC_BUFFERS);
	for (unsigned int i = 0; i < c->cap.nr; i++)
		CHECK(!codec_queue_own(c->fd, &c->cap, i, 0, 0), "VIDIOC_QBUF");
	CHECK(!codec_stream(c->fd, c->out.type, true) && !codec_stream(c->fd, c->cap.type, true),
	      "VIDIOC_STREAMON");
}

/* Picture by picture, each in a buffer that comes back when it has been encoded. */
static void encode_all(struct codec *c, FILE *pictures)
{
	struct v4l2_encoder_cmd cmd = { .cmd = V4L2_ENC_CMD_STOP };
	struct v4l2_plane plane;
	struct v4l2_buffer buf;
	unsigned int index = 0;

	while (feed_picture(c, index, pictures)) {
		if (c->stamp < (time_t)c->out.nr) {
			index = c->stamp;
			continue;
		}
		CHECK(!take_stream(c), "it has ended");
		index = codec_dequeue(c, &c->out, &buf, &plane);
		CHECK(index < c->out.nr, "VIDIOC_DQBUF");
	}
	CHECK(!xioctl(c->fd, VIDIOC_ENCODER_CMD, &cmd), "V4L2_ENC_CMD_STOP");
	while (!take_stream(c))
		;
}

void case_dmabuf_encode(int argc, char **argv)
{
	struct codec c = { 0 };
	FILE *pictures;

	CHECK(argc == 4, "which memory, width, height, pictures?");
	pictures = fopen(argv[3], "r");
	CHECK(pictures, "%s", argv[3]);
	use_dmabufs(&c, argv[0]);
	encoder_open(&c, atoi(argv[1]), atoi(argv[2]));
	encode_all(&c, pictures);
	fprintf(stderr, "%u pictures\n", c.nr_pictures);
	fclose(pictures);
	codec_close(&c);
}
