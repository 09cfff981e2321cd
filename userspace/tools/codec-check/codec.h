/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A V4L2 stateful decoder as its clients use it, by the documented protocol. What
 * must not fail ends the program with a line that says what did.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef CODEC_CHECK_CODEC_H
#define CODEC_CHECK_CODEC_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../check.h"

#define CODEC_BUFFERS	4
#define CODEC_MS	20000	/* longer than anything takes */

/**
 * struct codec_queue - a queue and its buffers
 * @type: V4L2_BUF_TYPE_VIDEO_*_MPLANE
 * @nr: buffers
 * @mem: of each
 * @len: bytes of each
 */
struct codec_queue {
	uint32_t type;
	unsigned int nr;
	uint8_t *mem[CODEC_BUFFERS];
	size_t len[CODEC_BUFFERS];
};

/**
 * struct codec - an open decoder
 * @fd: the device
 * @out: stream
 * @cap: pictures
 * @pix: what they are like
 * @visible: part of them
 * @data: of the stream
 * @len: bytes of it
 * @pos: that many are queued
 * @piece: bytes that are put into a buffer, 0: as many as it takes
 * @is_images: a buffer takes one JPEG
 * @is_endless: begin again where the stream ends
 * @has_changed: a source change was not looked at yet
 * @stamp: seconds that the next inputs are stamped with
 * @wanted: pictures stamped earlier are left out
 * @to: where pictures go, or NULL
 * @field: of the last picture, enum v4l2_field
 * @nr_pictures: without those left out
 * @nr_errors: of these, or instead of them
 */
struct codec {
	int fd;
	struct codec_queue out;
	struct codec_queue cap;
	struct v4l2_pix_format_mplane pix;
	struct v4l2_rect visible;
	uint8_t *data;
	size_t len;
	size_t pos;
	size_t piece;
	bool is_images;
	bool is_endless;
	bool has_changed;
	time_t stamp;
	time_t wanted;
	FILE *to;
	uint32_t field;
	unsigned int nr_pictures;
	unsigned int nr_errors;
};

int xioctl(int fd, unsigned long request, void *arg);
uint64_t now_ms(void);

/* 0 or -1 with errno. */
int codec_set_format(int fd, uint32_t type, const char *fourcc, unsigned int width,
		     unsigned int height, struct v4l2_pix_format_mplane *pix);
int codec_request(int fd, uint32_t type, uint32_t memory, unsigned int count);
int codec_stream(int fd, uint32_t type, bool on);
int codec_queue_buf(int fd, uint32_t type, unsigned int index, size_t len, time_t stamp);
/* Index, or -1 with errno. */
int codec_dequeue(struct codec *c, const struct codec_queue *q, struct v4l2_buffer *buf,
		  struct v4l2_plane *plane);

void codec_map(int fd, struct codec_queue *q, unsigned int count);

/* A decoder for the stream in @file, which is being fed. */
void codec_open(struct codec *c, const char *device, const char *fourcc, const char *file);
void codec_feed(struct codec *c);
/* Decode until there are so many pictures more, or to the end. 0 or an errno. */
int codec_run(struct codec *c, unsigned int count);
void codec_seek(struct codec *c, bool both);
void codec_close(struct codec *c);

#endif /* CODEC_CHECK_CODEC_H */
