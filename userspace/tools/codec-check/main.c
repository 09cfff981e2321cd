// SPDX-License-Identifier: GPL-2.0
/*
 * codec-check: cases of tests/guest/codec.t and codec-death.t, against the V4L2
 * devices of bcm2835-codec.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "../sm-client.h"
#include "cases.h"
#include "codec.h"

#define DECODER		"/dev/video10"
#define DRIVER		"/sys/bus/vchiq/drivers/bcm2835-codec/"

/* -----------------------------------------------------------------------------
 * Decoding; pictures go to standard output, what came of it to standard error
 */

static void tell(const struct codec *c)
{
	fprintf(stderr, "%u pictures, %u errors\n", c->nr_pictures, c->nr_errors);
}

/* What the stream says of its pictures. */
static void tell_format(struct codec *c)
{
	struct v4l2_cropcap cap = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	if (!c->nr_pictures)
		return;
	CHECK(!xioctl(c->fd, VIDIOC_CROPCAP, &cap), "VIDIOC_CROPCAP");
	fprintf(stderr, "%ux%u, pixels %u/%u, colours %u, field %u\n", c->visible.width,
		c->visible.height, cap.pixelaspect.numerator, cap.pixelaspect.denominator,
		c->pix.colorspace, c->field);
}

/* In pieces that end anywhere. */
static void case_decode(int argc, char **argv)
{
	struct codec c = { .piece = 3000, .to = stdout };

	CHECK(argc == 1, "which stream?");
	codec_open(&c, DECODER, "H264", argv[0]);
	errno = codec_run(&c, 0);
	CHECK(!errno, "VIDIOC_DQBUF");
	tell(&c);
	tell_format(&c);
	codec_close(&c);
}

static void seek_and_decode(int argc, char **argv, bool both)
{
	struct codec c = { .piece = 3000 };

	CHECK(argc == 1, "which stream?");
	codec_open(&c, DECODER, "H264", argv[0]);
	for (int i = 0; i < 5; i++) {
		CHECK(!codec_run(&c, 2), "VIDIOC_DQBUF");
		codec_seek(&c, both);
	}
	c.to = stdout;
	CHECK(!codec_run(&c, 0), "VIDIOC_DQBUF");
	tell(&c);
	codec_close(&c);
}

/* As a player does: other input, pictures go on. */
static void case_seek(int argc, char **argv)
{
	seek_and_decode(argc, argv, false);
}

/* As GStreamer does: everything that is under way is thrown away. */
static void case_flush(int argc, char **argv)
{
	seek_and_decode(argc, argv, true);
}

/* What comes after the end of a drain, to another one. */
static void case_again(int argc, char **argv)
{
	struct v4l2_decoder_cmd cmd = { .cmd = V4L2_DEC_CMD_START };
	struct codec c = { .piece = 3000, .to = stdout };
	struct v4l2_plane plane;
	struct v4l2_buffer buf;

	CHECK(argc == 1, "which stream?");
	codec_open(&c, DECODER, "H264", argv[0]);
	CHECK(!codec_run(&c, 0), "VIDIOC_DQBUF");
	while (codec_dequeue(&c, &c.out, &buf, &plane) >= 0)
		;
	CHECK(!xioctl(c.fd, VIDIOC_DECODER_CMD, &cmd), "V4L2_DEC_CMD_START");
	c.pos = 0;
	codec_feed(&c);
	CHECK(!codec_run(&c, 0), "VIDIOC_DQBUF");
	tell(&c);
	codec_close(&c);
}

/* A JPEG is a stream of one picture; the next one shows that it goes on. */
static void case_jpeg(int argc, char **argv)
{
	struct codec c = { .to = stdout };

	CHECK(argc == 1, "which JPEG?");
	codec_open(&c, "/dev/video32", "JPEG", argv[0]);
	errno = codec_run(&c, 0);
	CHECK(!errno, "VIDIOC_DQBUF");
	tell(&c);
	codec_close(&c);
}

/* JPEGs one after the other. */
static void case_mjpeg(int argc, char **argv)
{
	struct codec c = { .is_images = true, .to = stdout };

	CHECK(argc == 1, "which stream?");
	codec_open(&c, "/dev/video32", "MJPG", argv[0]);
	errno = codec_run(&c, 0);
	CHECK(!errno, "VIDIOC_DQBUF");
	tell(&c);
	codec_close(&c);
}

/* Whole decibels between two files of raw pictures, whatever they are like. */
static void case_psnr(int argc, char **argv)
{
	FILE *a, *b;
	double sum = 0;
	size_t len = 0;
	int x, y;

	CHECK(argc == 2, "which files?");
	a = fopen(argv[0], "r");
	b = fopen(argv[1], "r");
	CHECK(a && b, "%s, %s", argv[0], argv[1]);
	while ((x = getc(a)) != EOF && (y = getc(b)) != EOF) {
		sum += (x - y) * (x - y);
		len++;
	}
	CHECK(len && x == EOF && getc(b) == EOF, "one is longer");
	printf("%.0f\n", sum > 0 ? floor(10 * log10(255. * 255 * len / sum)) : 99.);
	fclose(a);
	fclose(b);
}

/* -----------------------------------------------------------------------------
 * Ends
 */

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

/* Until somebody ends it: prints the error, and how long stopping took. */
static void case_until_error(int argc, char **argv)
{
	struct codec c = { .is_endless = true };
	uint64_t failed;
	int error;

	CHECK(argc == 1, "which stream?");
	codec_open(&c, DECODER, "H264", argv[0]);
	CHECK(!codec_run(&c, 5), "VIDIOC_DQBUF");
	say("streaming");
	error = codec_run(&c, 0);
	failed = now_ms();
	codec_stream(c.fd, c.out.type, false);
	codec_stream(c.fd, c.cap.type, false);
	codec_close(&c);
	printf("error %s\n", strerrorname_np(error));
	printf("end_ms %llu\n", (unsigned long long)(now_ms() - failed));
}

/*
 * Start and stop so many times, with one picture each, or none every third time; each
 * twentieth with a file of its own, whose closing is what stops it.
 */
static void case_cycles(int argc, char **argv)
{
	const uint64_t start = now_ms();
	struct codec c = { 0 };
	int count;

	CHECK(argc == 2, "how often, which stream?");
	count = atoi(argv[0]);
	codec_open(&c, DECODER, "H264", argv[1]);
	CHECK(!codec_run(&c, 1), "VIDIOC_DQBUF");
	for (int i = 0; i < count; i++) {
		if (i % 20 == 19) {
			codec_close(&c);
			c = (struct codec){ 0 };
			codec_open(&c, DECODER, "H264", argv[1]);
			CHECK(!codec_run(&c, 1), "VIDIOC_DQBUF");
		}
		codec_seek(&c, true);
		if (i % 3)
			CHECK(!codec_run(&c, 1), "VIDIOC_DQBUF");
	}
	codec_close(&c);
	fprintf(stderr, "%d cycles in %llu ms\n", count, (unsigned long long)(now_ms() - start));
}

/**
 * struct waiter - who waits for a picture
 * @c: of
 * @tid: number of the task, 0: not there yet
 * @error: what it got
 */
struct waiter {
	struct codec *c;
	pid_t tid;
	int error;
};

static void *wait_for_picture(void *arg)
{
	struct waiter *waiter = arg;
	struct v4l2_plane plane;
	struct v4l2_buffer buf;

	__atomic_store_n(&waiter->tid, gettid(), __ATOMIC_RELEASE);
	while (codec_dequeue(waiter->c, &waiter->c->cap, &buf, &plane) >= 0)
		;
	waiter->error = errno;
	return NULL;
}

static bool sleeps(const struct waiter *waiter)
{
	const pid_t tid = __atomic_load_n(&waiter->tid, __ATOMIC_ACQUIRE);
	char path[64], line[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	f = tid ? fopen(path, "r") : NULL;
	if (!f)
		return false;
	/* "running" otherwise; 29 is ioctl() on arm64. */
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	return !strncmp(line, "29 ", 3);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0, "open %s", path);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "write %s to %s", text, path);
	close(fd);
}

/* The device goes while somebody waits for a picture; arguments: its name, a stream. */
static void case_unbind(int argc, char **argv)
{
	struct codec c = { 0 };
	struct waiter waiter = { .c = &c };
	struct v4l2_capability cap;
	pthread_t thread;

	CHECK(argc == 2, "which device, which stream?");
	codec_open(&c, DECODER, "H264", argv[1]);
	CHECK(!codec_run(&c, 3), "VIDIOC_DQBUF");
	codec_seek(&c, true);
	fcntl(c.fd, F_SETFL, fcntl(c.fd, F_GETFL) & ~O_NONBLOCK);
	errno = pthread_create(&thread, NULL, wait_for_picture, &waiter);
	CHECK(!errno, "pthread_create");
	while (!sleeps(&waiter))
		sched_yield();
	write_file(DRIVER "unbind", argv[0]);
	pthread_join(thread, NULL);
	errno = waiter.error;
	CHECK(errno == ENODEV || errno == EIO || errno == EINVAL, "VIDIOC_DQBUF");
	CHECK_FAILS(xioctl(c.fd, VIDIOC_QUERYCAP, &cap), ENODEV);
	CHECK_FAILS(codec_stream(c.fd, c.out.type, false), ENODEV);
	codec_close(&c);
	write_file(DRIVER "bind", argv[0]);
}

static const struct check_case cases[] = {
	{ "decode", "a stream", case_decode },
	{ "seek", "throw the input away five times, then decode", case_seek },
	{ "flush", "the same with the pictures", case_flush },
	{ "again", "decode, drain, go on and do so again", case_again },
	{ "jpeg", "decode a JPEG", case_jpeg },
	{ "mjpeg", "decode a stream of JPEGs", case_mjpeg },
	{ "psnr", "of two files of raw pictures", case_psnr },
	{ "cycles", "start and stop: how often, a stream", case_cycles },
	{ "until-error", "a stream for ever", case_until_error },
	{ "unbind", "the device goes and comes: its name, a stream", case_unbind },
	{ "refuses", "buffers and formats that do not do", case_refuses },
	{ "scattered", "pictures in scattered memory", case_scattered },
	{ "sizes", "what is enumerated is taken", case_sizes },
	{ "dmabuf", "decode from and to dma-bufs: which, a stream", case_dmabuf },
	{ "dmabuf-change", "its pictures become too large for them", case_dmabuf_change },
	{ "dmabuf-keep", "its pictures become smaller", case_dmabuf_keep },
	{ "dmabuf-drain", "the same while it is being drained", case_dmabuf_drain },
	{ "dmabuf-encode", "from and to dma-bufs: which, size, pictures", case_dmabuf_encode },
	{ "levels", "an encoder says at once what it will not do", case_levels },
	{ "keys", "an encoder makes a key frame when it is asked for one", case_keys },
};

int main(int argc, char **argv)
{
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
