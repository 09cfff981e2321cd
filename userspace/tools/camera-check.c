// SPDX-License-Identifier: GPL-2.0
/*
 * camera-check: cases of tests/guest/camera.t and zerocopy.t, against a V4L2
 * capture device and /dev/vc_sm.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "sm-client.h"

#define DEVICE		"/dev/video0"
#define DRIVER		"/sys/bus/vchiq/drivers/bcm2835-camera/"
#define NR_BUFFERS	4
#define FRAME_MS	5000

/**
 * struct stream - a capture device and its buffers
 * @fd: the device
 * @memory: V4L2_MEMORY_*
 * @pix: format
 * @dmabuf: of each buffer, -1 none
 * @map: of each buffer
 */
struct stream {
	int fd;
	uint32_t memory;
	struct v4l2_pix_format pix;
	int dmabuf[NR_BUFFERS];
	uint8_t *map[NR_BUFFERS];
};

static int xioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

static void stream_open(struct stream *s, const char *fourcc, unsigned int width,
			unsigned int height)
{
	struct v4l2_format fmt = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	s->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	CHECK(s->fd >= 0, "open " DEVICE);
	fmt.fmt.pix.width = width;
	fmt.fmt.pix.height = height;
	memcpy(&fmt.fmt.pix.pixelformat, fourcc, 4);
	CHECK(!xioctl(s->fd, VIDIOC_S_FMT, &fmt), "VIDIOC_S_FMT");
	CHECK(fmt.fmt.pix.width == width && fmt.fmt.pix.height == height &&
	      !memcmp(&fmt.fmt.pix.pixelformat, fourcc, 4), "%s %ux%u was changed", fourcc,
	      width, height);
	s->pix = fmt.fmt.pix;
	for (int i = 0; i < NR_BUFFERS; i++)
		s->dmabuf[i] = -1;
}

static void stream_request(struct stream *s, uint32_t memory)
{
	struct v4l2_requestbuffers req = {
		.count = NR_BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = memory,
	};

	s->memory = memory;
	CHECK(!xioctl(s->fd, VIDIOC_REQBUFS, &req), "VIDIOC_REQBUFS");
	CHECK(req.count >= NR_BUFFERS, "only %u buffers", req.count);
}

static int stream_queue(struct stream *s, unsigned int index)
{
	struct v4l2_buffer buf = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = s->memory,
	};

	if (s->memory == V4L2_MEMORY_DMABUF)
		buf.m.fd = s->dmabuf[index];
	return xioctl(s->fd, VIDIOC_QBUF, &buf);
}

static void stream_map(struct stream *s, unsigned int index)
{
	s->map[index] = mmap(NULL, s->pix.sizeimage, PROT_READ, MAP_SHARED, s->dmabuf[index], 0);
	CHECK(s->map[index] != MAP_FAILED, "mmap of buffer %u", index);
}

/* Buffers of vc_sm for the camera to fill. */
static void stream_use_vc_sm(struct stream *s)
{
	int sm = sm_open();

	CHECK(sm >= 0, "open /dev/vc_sm");
	stream_request(s, V4L2_MEMORY_DMABUF);
	for (int i = 0; i < NR_BUFFERS; i++) {
		s->dmabuf[i] = sm_alloc(sm, s->pix.sizeimage, NULL);
		CHECK(s->dmabuf[i] >= 0, "VC_SM_IOC_ALLOC");
		stream_map(s, i);
	}
	close(sm);
}

/* One that is not contiguous. */
static void stream_scatter(struct stream *s, unsigned int index)
{
	s->dmabuf[index] = dmabuf_scattered((s->pix.sizeimage + 4095) & ~4095u);
	CHECK(s->dmabuf[index] >= 0, "no scattered dma-buf");
	stream_map(s, index);
}

static void stream_use_scattered(struct stream *s)
{
	stream_request(s, V4L2_MEMORY_DMABUF);
	for (int i = 0; i < NR_BUFFERS; i++)
		stream_scatter(s, i);
}

/* Memory of others that needs no copying, for pictures of no more than a page. */
static void stream_use_pages(struct stream *s)
{
	stream_request(s, V4L2_MEMORY_DMABUF);
	for (int i = 0; i < NR_BUFFERS; i++) {
		s->dmabuf[i] = dmabuf_page();
		CHECK(s->dmabuf[i] >= 0, "no page");
		stream_map(s, i);
	}
}

static void stream_use_mixed(struct stream *s)
{
	stream_use_vc_sm(s);
	munmap(s->map[1], s->pix.sizeimage);
	close(s->dmabuf[1]);
	stream_scatter(s, 1);
}

/* Buffers of the camera, seen through their dma-bufs. */
static void stream_use_expbuf(struct stream *s)
{
	stream_request(s, V4L2_MEMORY_MMAP);
	for (int i = 0; i < NR_BUFFERS; i++) {
		struct v4l2_exportbuffer exp = {
			.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
			.index = i,
			.flags = O_RDWR | O_CLOEXEC,
		};

		CHECK(!xioctl(s->fd, VIDIOC_EXPBUF, &exp), "VIDIOC_EXPBUF");
		s->dmabuf[i] = exp.fd;
		stream_map(s, i);
	}
}

static void stream_on(struct stream *s)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	for (int i = 0; i < NR_BUFFERS; i++)
		CHECK(!stream_queue(s, i), "VIDIOC_QBUF %d", i);
	CHECK(!xioctl(s->fd, VIDIOC_STREAMON, &type), "VIDIOC_STREAMON");
}

static int stream_off(struct stream *s)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	return xioctl(s->fd, VIDIOC_STREAMOFF, &type);
}

static int stream_dequeue(struct stream *s, struct v4l2_buffer *buf)
{
	*buf = (struct v4l2_buffer){
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = s->memory,
	};
	return xioctl(s->fd, VIDIOC_DQBUF, buf);
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

/* What every frame has to be like. */
static void check_frame(const struct stream *s, const struct v4l2_buffer *buf,
			uint64_t *last_us)
{
	uint64_t us = buf->timestamp.tv_sec * 1000000ull + buf->timestamp.tv_usec;

	CHECK(buf->index < NR_BUFFERS, "index %u", buf->index);
	CHECK(!(buf->flags & V4L2_BUF_FLAG_ERROR), "frame %u is broken", buf->sequence);
	CHECK((buf->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
	      "timestamp of another clock");
	if (s->pix.bytesperline)
		CHECK(buf->bytesused == s->pix.sizeimage, "%u bytes", buf->bytesused);
	else
		CHECK(buf->bytesused && buf->bytesused <= s->pix.sizeimage, "%u bytes",
		      buf->bytesused);
	CHECK(us > *last_us && us <= now_us(), "timestamp %llu after %llu",
	      (unsigned long long)us, (unsigned long long)*last_us);
	*last_us = us;
}

static void write_all(const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		CHECK(n > 0, "write");
		data += n;
		len -= n;
	}
}

static void stream_frames(struct stream *s, unsigned int count, bool print)
{
	uint64_t last_us = 0;
	struct v4l2_buffer buf;
	struct pollfd pfd = { .fd = s->fd, .events = POLLIN };

	while (count--) {
		CHECK(poll(&pfd, 1, FRAME_MS) == 1, "no frame for %d ms", FRAME_MS);
		CHECK(!stream_dequeue(s, &buf), "VIDIOC_DQBUF");
		check_frame(s, &buf, &last_us);
		if (print) {
			dmabuf_sync(s->dmabuf[buf.index], DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
			write_all(s->map[buf.index], s->pix.sizeimage);
			dmabuf_sync(s->dmabuf[buf.index], DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
		}
		CHECK(!stream_queue(s, buf.index), "VIDIOC_QBUF");
	}
}

static void stream_close(struct stream *s)
{
	CHECK(!stream_off(s), "VIDIOC_STREAMOFF");
	close(s->fd);
	for (int i = 0; i < NR_BUFFERS; i++) {
		if (s->dmabuf[i] < 0)
			continue;
		munmap(s->map[i], s->pix.sizeimage);
		close(s->dmabuf[i]);
	}
}

/* -----------------------------------------------------------------------------
 * Streaming: FOURCC WIDTH HEIGHT COUNT; the frames go to standard output
 */

static void run_stream(int argc, char **argv, void (*use)(struct stream *s))
{
	struct stream s = { 0 };

	CHECK(argc == 4, "FOURCC WIDTH HEIGHT COUNT");
	stream_open(&s, argv[0], atoi(argv[1]), atoi(argv[2]));
	use(&s);
	stream_on(&s);
	stream_frames(&s, atoi(argv[3]), !isatty(STDOUT_FILENO));
	stream_close(&s);
}

static void case_dmabuf(int argc, char **argv)
{
	run_stream(argc, argv, stream_use_vc_sm);
}

static void case_scattered(int argc, char **argv)
{
	run_stream(argc, argv, stream_use_scattered);
}

static void case_mixed(int argc, char **argv)
{
	run_stream(argc, argv, stream_use_mixed);
}

static void case_expbuf(int argc, char **argv)
{
	run_stream(argc, argv, stream_use_expbuf);
}

/* -----------------------------------------------------------------------------
 * Bad buffers
 */

static void case_bad_dmabuf(int argc, char **argv)
{
	struct stream s = { 0 };
	int sm = sm_open(), good[NR_BUFFERS];
	struct v4l2_buffer buf;
	int small, other;

	stream_open(&s, "NV12", 640, 480);
	stream_use_vc_sm(&s);
	memcpy(good, s.dmabuf, sizeof(good));

	small = sm_alloc(sm, s.pix.sizeimage / 2, NULL);
	CHECK(small >= 0, "VC_SM_IOC_ALLOC");
	s.dmabuf[0] = small;
	CHECK(stream_queue(&s, 0) < 0 && (errno == EINVAL || errno == EFAULT), "too small");

	other = open("/dev/null", O_RDWR);
	s.dmabuf[0] = other;
	CHECK(stream_queue(&s, 0) < 0 && errno == EINVAL, "not a dma-buf");
	s.dmabuf[0] = -1;
	CHECK(stream_queue(&s, 0) < 0 && errno == EINVAL, "no descriptor");

	/* After all of which good ones do. */
	memcpy(s.dmabuf, good, sizeof(good));
	stream_on(&s);
	stream_frames(&s, 10, false);

	/* One that would have to be copied comes too late for that. */
	CHECK(!stream_dequeue(&s, &buf), "VIDIOC_DQBUF");
	s.dmabuf[buf.index] = dmabuf_scattered(1 << 20);
	CHECK(s.dmabuf[buf.index] >= 0, "no scattered dma-buf");
	CHECK(stream_queue(&s, buf.index) < 0 && errno == EINVAL, "scattered");
	s.dmabuf[buf.index] = good[buf.index];
	CHECK(!stream_queue(&s, buf.index), "VIDIOC_QBUF");
	stream_frames(&s, 10, false);
	stream_close(&s);
}

/* -----------------------------------------------------------------------------
 * Ends
 */

static void *dequeue_until_error(void *arg)
{
	struct stream *s = arg;
	struct v4l2_buffer buf;

	while (!stream_dequeue(s, &buf))
		stream_queue(s, buf.index);
	return (void *)(intptr_t)errno;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0, "open %s", path);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "write %s to %s", text, path);
	close(fd);
}

/* Nothing may be left that reads memory which is not there any more. */
static void check_memory(struct stream *s)
{
	volatile uint8_t sum = 0;

	for (int i = 0; i < NR_BUFFERS; i++) {
		uint8_t *again = mmap(NULL, s->pix.sizeimage, PROT_READ, MAP_SHARED, s->dmabuf[i],
				      0);

		CHECK(again != MAP_FAILED, "mmap of a buffer that was exported");
		CHECK(!memcmp(again, s->map[i], s->pix.sizeimage), "it is another buffer");
		for (size_t at = 0; at < s->pix.sizeimage; at += 4096)
			sum += again[at];
		munmap(again, s->pix.sizeimage);
		munmap(s->map[i], s->pix.sizeimage);
		close(s->dmabuf[i]);
	}
}

/* A mapping of the video device itself, beside those of the dma-bufs. */
static uint8_t *map_device(struct stream *s)
{
	struct v4l2_buffer buf = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	uint8_t *map;

	CHECK(!xioctl(s->fd, VIDIOC_QUERYBUF, &buf), "VIDIOC_QUERYBUF");
	map = mmap(NULL, buf.length, PROT_READ, MAP_SHARED, s->fd, buf.m.offset);
	CHECK(map != MAP_FAILED, "mmap of the device");
	return map;
}

/* The device goes while it streams and somebody waits; its name, and FOURCC if not NV12. */
static void case_unbind(int argc, char **argv)
{
	struct v4l2_capability cap;
	struct stream s = { 0 };
	pthread_t waiter;
	uint8_t *map;
	void *error;

	CHECK(argc >= 1, "which device?");
	stream_open(&s, argc > 1 ? argv[1] : "NV12", 640, 480);
	stream_use_expbuf(&s);
	map = map_device(&s);
	stream_on(&s);
	stream_frames(&s, 5, false);
	errno = pthread_create(&waiter, NULL, dequeue_until_error, &s);
	CHECK(!errno, "pthread_create");
	write_file(DRIVER "unbind", argv[0]);
	pthread_join(waiter, &error);
	errno = (intptr_t)error;
	CHECK(errno == ENODEV || errno == EIO || errno == EINVAL, "VIDIOC_DQBUF");
	CHECK_FAILS(xioctl(s.fd, VIDIOC_QUERYCAP, &cap), ENODEV);
	CHECK_FAILS(stream_off(&s), ENODEV);
	CHECK(!memcmp(map, s.map[0], s.pix.sizeimage), "the mapping changed");
	check_memory(&s);
	munmap(map, s.pix.sizeimage);
	close(s.fd);
	write_file(DRIVER "bind", argv[0]);
}

/* Stream until it fails: print the error, and how long the end took. */
static void case_until_error(int argc, char **argv)
{
	struct v4l2_requestbuffers none = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct stream s = { 0 };
	uint64_t failed, ended;
	int error;

	stream_open(&s, "NV12", 640, 480);
	stream_use_expbuf(&s);
	stream_on(&s);
	stream_frames(&s, 5, false);
	puts("streaming");
	fflush(stdout);
	error = (intptr_t)dequeue_until_error(&s);
	failed = now_us();
	stream_off(&s);
	check_memory(&s);
	xioctl(s.fd, VIDIOC_REQBUFS, &none);
	close(s.fd);
	ended = now_us();
	printf("error %s\n", strerrorname_np(error));
	printf("end_ms %llu\n", (unsigned long long)(ended - failed) / 1000);
}

/* -----------------------------------------------------------------------------
 * Start and stop, so many times: one frame each, or none every third time
 */

static void cycle(struct stream *s, int number)
{
	stream_on(s);
	if (number % 3)
		stream_frames(s, 1, false);
	CHECK(!stream_off(s), "VIDIOC_STREAMOFF");
}

static void tell_cycles(int count, uint64_t start)
{
	fprintf(stderr, "%d cycles in %llu ms\n", count,
		(unsigned long long)(now_us() - start) / 1000);
}

static void case_cycles(int argc, char **argv)
{
	struct stream s = { 0 };
	uint64_t start;
	int count;

	CHECK(argc == 1, "how often?");
	count = atoi(argv[0]);
	stream_open(&s, "NV12", 64, 64);
	stream_use_expbuf(&s);
	start = now_us();
	for (int i = 0; i < count; i++)
		cycle(&s, i);
	tell_cycles(count, start);
	stream_close(&s);
}

static const struct {
	unsigned int size;
	void (*use)(struct stream *s);
} buffer_kinds[] = {
	{ 64, stream_use_expbuf },
	{ 64, stream_use_vc_sm },
	{ 32, stream_use_pages },
};

/* As often as not what is done once for a buffer: it lives for two cycles. */
static void case_renewals(int argc, char **argv)
{
	const uint64_t start = now_us();
	struct stream s;
	int count;

	CHECK(argc == 1, "how often?");
	count = atoi(argv[0]);
	for (int i = 0; i < count; i += 2) {
		const unsigned int kind = i / 2 % 3, size = buffer_kinds[kind].size;

		s = (struct stream){ 0 };
		stream_open(&s, "NV12", size, size);
		buffer_kinds[kind].use(&s);
		cycle(&s, i);
		cycle(&s, i + 1);
		stream_close(&s);
	}
	tell_cycles(count, start);
}

static const struct check_case cases[] = {
	{ "dmabuf", "into buffers of vc_sm: FOURCC WIDTH HEIGHT COUNT", case_dmabuf },
	{ "scattered", "into scattered buffers: FOURCC WIDTH HEIGHT COUNT", case_scattered },
	{ "mixed", "of the same, one is scattered: FOURCC WIDTH HEIGHT COUNT", case_mixed },
	{ "expbuf", "into exported buffers: FOURCC WIDTH HEIGHT COUNT", case_expbuf },
	{ "bad-dmabuf", "buffers that do not do", case_bad_dmabuf },
	{ "unbind", "the device goes and comes: its name [FOURCC]", case_unbind },
	{ "cycles", "stream and stop: how often", case_cycles },
	{ "renewals", "the same with new buffers of each kind", case_renewals },
	{ "until-error", "stream until it fails", case_until_error },
};

int main(int argc, char **argv)
{
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
