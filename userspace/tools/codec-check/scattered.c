// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures in memory that the VideoCore cannot reach: they are copied.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../sm-client.h"
#include "cases.h"
#include "codec.h"

#define CONVERTER	"/dev/video12"
#define WIDTH		320
#define HEIGHT		240
#define LEN		(WIDTH * HEIGHT * 3 / 2)
#define NR		2
#define OUT		V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
#define CAP		V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

/** struct picture - a dma-buf and where it is mapped */
struct picture {
	int fd;
	uint8_t *mem;
};

static void picture_map(struct picture *p)
{
	CHECK(p->fd >= 0, "no dma-buf");
	p->mem = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
	CHECK(p->mem != MAP_FAILED, "mmap");
}

static void pictures_create(struct picture pictures[NR], bool all_scattered)
{
	int sm = sm_open();

	pictures[0].fd = dmabuf_scattered((LEN + 4095) & ~4095u);
	pictures[1].fd = all_scattered ? dmabuf_scattered((LEN + 4095) & ~4095u) :
					 sm_alloc(sm, LEN, NULL);
	for (int i = 0; i < NR; i++)
		picture_map(&pictures[i]);
	close(sm);
}

static void picture_queue(int fd, uint32_t type, const struct picture *pictures, int index)
{
	struct v4l2_plane plane = {
		.m.fd = pictures[index].fd,
		.length = LEN,
		.bytesused = LEN,
	};
	struct v4l2_buffer buf = {
		.index = index,
		.type = type,
		.memory = V4L2_MEMORY_DMABUF,
		.length = 1,
		.m.planes = &plane,
	};

	CHECK(!xioctl(fd, VIDIOC_QBUF, &buf), "VIDIOC_QBUF");
}

static int picture_dequeue(int fd, uint32_t type)
{
	struct v4l2_plane plane = { 0 };
	struct v4l2_buffer buf = {
		.type = type,
		.memory = V4L2_MEMORY_DMABUF,
		.length = 1,
		.m.planes = &plane,
	};

	CHECK(!xioctl(fd, VIDIOC_DQBUF, &buf), "VIDIOC_DQBUF");
	CHECK(!(buf.flags & V4L2_BUF_FLAG_ERROR), "broken");
	return buf.index;
}

static uint8_t sample(unsigned int picture, size_t at)
{
	return picture * 50 + at * 7 + at / 4096;
}

static void picture_fill(const struct picture *p, unsigned int number)
{
	dmabuf_sync(p->fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	for (size_t i = 0; i < LEN; i++)
		p->mem[i] = sample(number, i);
	dmabuf_sync(p->fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

/* NV12 of what was planar. */
static void picture_check(const struct picture *p, unsigned int number)
{
	const size_t luma = WIDTH * HEIGHT;

	dmabuf_sync(p->fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	for (size_t i = 0; i < luma; i++)
		CHECK(p->mem[i] == sample(number, i), "picture %u, byte %zu", number, i);
	for (size_t i = 0; i < luma / 2; i++)
		CHECK(p->mem[luma + i] == sample(number, luma + i / 2 + i % 2 * luma / 4),
		      "picture %u, byte %zu of chroma", number, i);
	dmabuf_sync(p->fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

/* Through the converter, of which one queue, both, or only a buffer may be scattered. */
void case_scattered(int argc, char **argv)
{
	struct picture out[NR], cap[NR];
	struct v4l2_pix_format_mplane pix;
	int fd = open(CONVERTER, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0, CONVERTER);
	CHECK(!codec_set_format(fd, OUT, "YU12", WIDTH, HEIGHT, &pix), "VIDIOC_S_FMT");
	CHECK(pix.plane_fmt[0].sizeimage == LEN, "%u bytes", pix.plane_fmt[0].sizeimage);
	CHECK(!codec_set_format(fd, CAP, "NV12", WIDTH, HEIGHT, NULL), "VIDIOC_S_FMT");
	CHECK(!codec_request(fd, OUT, V4L2_MEMORY_DMABUF, NR) &&
	      !codec_request(fd, CAP, V4L2_MEMORY_DMABUF, NR), "VIDIOC_REQBUFS");
	pictures_create(out, true);
	pictures_create(cap, false);
	for (int i = 0; i < NR; i++) {
		picture_fill(&out[i], i);
		picture_queue(fd, OUT, out, i);
		picture_queue(fd, CAP, cap, i);
	}
	CHECK(!codec_stream(fd, OUT, true) && !codec_stream(fd, CAP, true), "VIDIOC_STREAMON");
	for (int i = 0; i < NR; i++)
		picture_check(&cap[picture_dequeue(fd, CAP)], i);
	close(fd);
}
