// SPDX-License-Identifier: GPL-2.0
/*
 * A V4L2 stateful decoder as its clients use it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "codec.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../sm-client.h"

int xioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/* -----------------------------------------------------------------------------
 * Calls
 */

int codec_set_format(int fd, uint32_t type, const char *fourcc, unsigned int width,
		     unsigned int height, struct v4l2_pix_format_mplane *pix)
{
	struct v4l2_format fmt = { .type = type };

	fmt.fmt.pix_mp = (struct v4l2_pix_format_mplane){
		.width = width,
		.height = height,
		.num_planes = 1,
	};
	memcpy(&fmt.fmt.pix_mp.pixelformat, fourcc, 4);
	if (xioctl(fd, VIDIOC_S_FMT, &fmt))
		return -1;
	if (pix)
		*pix = fmt.fmt.pix_mp;
	return 0;
}

int codec_request(int fd, uint32_t type, uint32_t memory, unsigned int count)
{
	struct v4l2_requestbuffers req = { .count = count, .type = type, .memory = memory };

	return xioctl(fd, VIDIOC_REQBUFS, &req);
}

int codec_stream(int fd, uint32_t type, bool on)
{
	return xioctl(fd, on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type);
}

int codec_queue_buf(int fd, uint32_t type, unsigned int index, size_t len, time_t stamp)
{
	struct v4l2_plane plane = { .bytesused = len };
	struct v4l2_buffer buf = {
		.index = index,
		.type = type,
		.memory = V4L2_MEMORY_MMAP,
		.timestamp.tv_sec = stamp,
		.length = 1,
		.m.planes = &plane,
	};

	return xioctl(fd, VIDIOC_QBUF, &buf);
}

static uint32_t memory_of(const struct codec_queue *q)
{
	return q->alloc ? V4L2_MEMORY_DMABUF : V4L2_MEMORY_MMAP;
}

int codec_queue_own(int fd, const struct codec_queue *q, unsigned int index, size_t len,
		    time_t stamp)
{
	struct v4l2_plane plane = {
		.bytesused = len,
		.length = q->len[index],
		.m.fd = q->dmabuf[index],
	};
	struct v4l2_buffer buf = {
		.index = index,
		.type = q->type,
		.memory = V4L2_MEMORY_DMABUF,
		.timestamp.tv_sec = stamp,
		.length = 1,
		.m.planes = &plane,
	};

	return q->alloc ? xioctl(fd, VIDIOC_QBUF, &buf) :
			  codec_queue_buf(fd, q->type, index, len, stamp);
}

int codec_dequeue(struct codec *c, const struct codec_queue *q, struct v4l2_buffer *buf,
		  struct v4l2_plane *plane)
{
	*plane = (struct v4l2_plane){ 0 };
	*buf = (struct v4l2_buffer){
		.type = q->type,
		.memory = memory_of(q),
		.length = 1,
		.m.planes = plane,
	};
	return xioctl(c->fd, VIDIOC_DQBUF, buf) ? -1 : (int)buf->index;
}

/* Bytes that a buffer has, or that a dma-buf must have. */
static struct v4l2_plane query(int fd, const struct codec_queue *q, unsigned int index)
{
	struct v4l2_plane plane = { 0 };
	struct v4l2_buffer buf = {
		.index = index,
		.type = q->type,
		.memory = memory_of(q),
		.length = 1,
		.m.planes = &plane,
	};

	CHECK(!xioctl(fd, VIDIOC_QUERYBUF, &buf) && plane.length, "VIDIOC_QUERYBUF");
	return plane;
}

static void map_dmabuf(struct codec_queue *q, unsigned int index, size_t len)
{
	q->dmabuf[index] = q->alloc(len, index);
	CHECK(q->dmabuf[index] >= 0, "no dma-buf of %zu bytes", len);
	q->len[index] = lseek(q->dmabuf[index], 0, SEEK_END);
	q->mem[index] = mmap(NULL, q->len[index], PROT_READ | PROT_WRITE, MAP_SHARED,
			     q->dmabuf[index], 0);
	CHECK(q->mem[index] != MAP_FAILED, "mmap");
}

void codec_map(int fd, struct codec_queue *q, unsigned int count)
{
	struct v4l2_plane plane = { 0 };

	CHECK(!codec_request(fd, q->type, memory_of(q), count), "VIDIOC_REQBUFS");
	for (q->nr = 0; q->nr < count; q->nr++) {
		plane = query(fd, q, q->nr);
		if (q->alloc) {
			map_dmabuf(q, q->nr, plane.length);
			continue;
		}
		q->len[q->nr] = plane.length;
		q->mem[q->nr] = mmap(NULL, plane.length, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				     plane.m.mem_offset);
		CHECK(q->mem[q->nr] != MAP_FAILED, "mmap");
	}
	if (q->alloc)
		map_dmabuf(q, q->nr, plane.length);
}

static void unmap_one(const struct codec_queue *q, unsigned int index)
{
	munmap(q->mem[index], q->len[index]);
	if (q->alloc)
		close(q->dmabuf[index]);
}

void codec_unmap(struct codec_queue *q)
{
	if (q->nr && q->alloc)
		unmap_one(q, q->nr);
	while (q->nr)
		unmap_one(q, --q->nr);
}

void codec_rotate(struct codec_queue *q, unsigned int index)
{
	uint8_t *mem = q->mem[index];
	size_t len = q->len[index];
	int dmabuf = q->dmabuf[index];

	if (!q->rotates)
		return;
	q->mem[index] = q->mem[q->nr];
	q->len[index] = q->len[q->nr];
	q->dmabuf[index] = q->dmabuf[q->nr];
	q->mem[q->nr] = mem;
	q->len[q->nr] = len;
	q->dmabuf[q->nr] = dmabuf;
}

void codec_sync(const struct codec_queue *q, unsigned int index, uint64_t flags)
{
	if (q->alloc)
		CHECK(!dmabuf_sync(q->dmabuf[index], flags), "DMA_BUF_IOCTL_SYNC");
}

/* -----------------------------------------------------------------------------
 * The stream
 */

static void read_stream(struct codec *c, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;

	CHECK(fd >= 0 && !fstat(fd, &st), "%s", file);
	c->len = st.st_size;
	c->data = malloc(c->len);
	CHECK(c->data && read(fd, c->data, c->len) == (ssize_t)c->len, "%s", file);
	close(fd);
}

void codec_stop(struct codec *c)
{
	struct v4l2_decoder_cmd cmd = { .cmd = V4L2_DEC_CMD_STOP };

	CHECK(!xioctl(c->fd, VIDIOC_DECODER_CMD, &cmd), "V4L2_DEC_CMD_STOP");
}

/* Of the first JPEG: up to where it ends and another begins. */
static size_t image_len(const uint8_t *data, size_t len)
{
	const uint8_t *next = memmem(data, len, "\xff\xd9\xff\xd8", 4);

	return next ? (size_t)(next - data) + 2 : len;
}

/* What is left of the stream; after it the end is told, once. */
static void queue_piece(struct codec *c, unsigned int index)
{
	size_t len = c->len - c->pos;

	if (!len)
		return;
	codec_rotate(&c->out, index);
	if (len > c->out.len[index])
		len = c->out.len[index];
	if (c->piece && len > c->piece)
		len = c->piece;
	if (c->is_images)
		len = image_len(c->data + c->pos, len);
	codec_sync(&c->out, index, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	memcpy(c->out.mem[index], c->data + c->pos, len);
	codec_sync(&c->out, index, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
	c->pos += len;
	CHECK(!codec_queue_own(c->fd, &c->out, index, len, c->stamp), "VIDIOC_QBUF");
	if (c->pos < c->len)
		return;
	if (c->is_endless)
		c->pos = 0;
	else if (!c->tells_end_late)
		codec_stop(c);
}

void codec_feed(struct codec *c)
{
	for (unsigned int i = 0; i < c->out.nr; i++)
		queue_piece(c, i);
}

void codec_open(struct codec *c, const char *device, const char *fourcc, const char *file)
{
	struct v4l2_event_subscription change = { .type = V4L2_EVENT_SOURCE_CHANGE };
	struct v4l2_event_subscription end = { .type = V4L2_EVENT_EOS };

	c->out.type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
	c->cap.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	c->stamp = 1;
	read_stream(c, file);
	c->fd = open(device, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	CHECK(c->fd >= 0, "%s", device);
	CHECK(!xioctl(c->fd, VIDIOC_SUBSCRIBE_EVENT, &change) &&
	      !xioctl(c->fd, VIDIOC_SUBSCRIBE_EVENT, &end), "VIDIOC_SUBSCRIBE_EVENT");
	CHECK(!codec_set_format(c->fd, c->out.type, fourcc, 0, 0, NULL), "VIDIOC_S_FMT");
	codec_map(c->fd, &c->out, CODEC_BUFFERS);
	CHECK(!codec_stream(c->fd, c->out.type, true), "VIDIOC_STREAMON");
	codec_feed(c);
}

void codec_close(struct codec *c)
{
	codec_unmap(&c->out);
	codec_unmap(&c->cap);
	free(c->data);
	close(c->fd);
}

/* -----------------------------------------------------------------------------
 * Pictures
 */

static void queue_all(struct codec *c)
{
	for (unsigned int i = 0; i < c->cap.nr; i++)
		CHECK(!codec_queue_own(c->fd, &c->cap, i, 0, 0), "VIDIOC_QBUF");
	CHECK(!codec_stream(c->fd, c->cap.type, true), "VIDIOC_STREAMON");
}

static void read_format(struct codec *c)
{
	struct v4l2_selection sel = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.target = V4L2_SEL_TGT_COMPOSE,
	};
	struct v4l2_format fmt = { .type = c->cap.type };

	CHECK(!xioctl(c->fd, VIDIOC_G_FMT, &fmt), "VIDIOC_G_FMT");
	CHECK(!xioctl(c->fd, VIDIOC_G_SELECTION, &sel), "VIDIOC_G_SELECTION");
	c->pix = fmt.fmt.pix_mp;
	c->visible = sel.r;
}

static void set_up_pictures(struct codec *c)
{
	codec_stream(c->fd, c->cap.type, false);
	codec_unmap(&c->cap);
	CHECK(!codec_request(c->fd, c->cap.type, V4L2_MEMORY_MMAP, 0), "VIDIOC_REQBUFS 0");
	codec_map(c->fd, &c->cap, CODEC_BUFFERS);
	queue_all(c);
}

/* Buffer @index was the last one of before. */
static void handle_change(struct codec *c, unsigned int index)
{
	struct v4l2_decoder_cmd cmd = { .cmd = V4L2_DEC_CMD_START };

	c->has_changed = false;
	read_format(c);
	if (!c->cap.nr || !c->changed || !c->changed(c)) {
		set_up_pictures(c);
		return;
	}
	CHECK(!codec_queue_own(c->fd, &c->cap, index, 0, 0), "VIDIOC_QBUF");
	CHECK(!xioctl(c->fd, VIDIOC_DECODER_CMD, &cmd), "V4L2_DEC_CMD_START");
}

static void write_plane(FILE *to, const uint8_t *mem, size_t stride, unsigned int width,
			unsigned int height)
{
	for (unsigned int y = 0; y < height; y++)
		CHECK(fwrite(mem + y * stride, 1, width, to) == width, "write");
}

/* Planar 4:2:0 without what lies around it. */
static void write_picture(const struct codec *c, const uint8_t *mem)
{
	const size_t stride = c->pix.plane_fmt[0].bytesperline;
	const size_t luma = stride * c->pix.height;
	const unsigned int w = c->visible.width, h = c->visible.height;

	write_plane(c->to, mem, stride, w, h);
	write_plane(c->to, mem + luma, stride / 2, w / 2, h / 2);
	write_plane(c->to, mem + luma + luma / 4, stride / 2, w / 2, h / 2);
}

static void take_picture(struct codec *c, const struct v4l2_buffer *buf)
{
	const bool is_error = buf->flags & V4L2_BUF_FLAG_ERROR;

	if (buf->timestamp.tv_sec < c->wanted)
		return;
	c->nr_errors += is_error;
	if (!buf->m.planes[0].bytesused)
		return;
	c->nr_pictures++;
	c->field = buf->field;
	if (!c->to)
		return;
	codec_sync(&c->cap, buf->index, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	write_picture(c, c->cap.mem[buf->index]);
	codec_sync(&c->cap, buf->index, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

/* True at the end of all pictures. */
static bool handle_picture(struct codec *c, int *error)
{
	struct v4l2_plane plane;
	struct v4l2_buffer buf;
	const int index = codec_dequeue(c, &c->cap, &buf, &plane);

	if (index < 0) {
		*error = errno == EAGAIN ? 0 : errno;
		return *error;
	}
	take_picture(c, &buf);
	codec_rotate(&c->cap, index);
	if (!(buf.flags & V4L2_BUF_FLAG_LAST)) {
		if (codec_queue_own(c->fd, &c->cap, index, 0, 0))
			*error = errno;
		return *error;
	}
	if (!c->has_changed)
		return true;
	handle_change(c, index);
	return false;
}

/* True if it has ended without having been anything, or the device has gone. */
static bool handle_event(struct codec *c, int *error)
{
	struct v4l2_event event = { 0 };

	if (xioctl(c->fd, VIDIOC_DQEVENT, &event)) {
		*error = errno;
		return true;
	}
	c->has_changed |= event.type == V4L2_EVENT_SOURCE_CHANGE;
	/* At the beginning there is nothing that would have to come out first. */
	if (c->has_changed && !c->cap.nr)
		handle_change(c, 0);
	return event.type == V4L2_EVENT_EOS && !c->cap.nr;
}

static void handle_input(struct codec *c)
{
	struct v4l2_plane plane;
	struct v4l2_buffer buf;
	const int index = codec_dequeue(c, &c->out, &buf, &plane);

	if (index >= 0)
		queue_piece(c, index);
}

int codec_run(struct codec *c, unsigned int count)
{
	const unsigned int end = c->nr_pictures + count;
	int error = 0;

	while (!count || c->nr_pictures < end) {
		struct pollfd pfd = { .fd = c->fd, .events = POLLIN | POLLOUT | POLLPRI };

		CHECK(poll(&pfd, 1, CODEC_MS) == 1, "nothing for %d ms after %u pictures",
		      CODEC_MS, c->nr_pictures);
		if (pfd.revents & POLLPRI && handle_event(c, &error))
			return error;
		if (pfd.revents & (POLLOUT | POLLERR))
			handle_input(c);
		if (pfd.revents & (POLLIN | POLLERR) && handle_picture(c, &error))
			return error;
	}
	return 0;
}

/* From the beginning; its pictures are told from those before by their stamp. */
void codec_seek(struct codec *c, bool both)
{
	CHECK(!codec_stream(c->fd, c->out.type, false), "VIDIOC_STREAMOFF");
	if (both)
		CHECK(!codec_stream(c->fd, c->cap.type, false), "VIDIOC_STREAMOFF");
	c->wanted = ++c->stamp;
	c->pos = 0;
	CHECK(!codec_stream(c->fd, c->out.type, true), "VIDIOC_STREAMON");
	if (both)
		queue_all(c);
	codec_feed(c);
}
