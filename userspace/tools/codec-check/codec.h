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
 * @alloc: makes its dma-bufs, each by its index; NULL: the driver's own, V4L2_MEMORY_MMAP
 * @rotates: dma-bufs change places: there is one more than buffers, the last one
 * @nr: buffers
 * @mem: of each
 * @len: bytes of each
 * @dmabuf: of each, with @alloc
 */
struct codec_queue {
	uint32_t type;
	int (*alloc)(size_t size, unsigned int index);
	bool rotates;
	unsigned int nr;
	uint8_t *mem[CODEC_BUFFERS + 1];
	size_t len[CODEC_BUFFERS + 1];
	int dmabuf[CODEC_BUFFERS + 1];
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
 * @tells_end_late: not where the stream ends, but when somebody does by codec_stop()
 * @has_changed: a source change was not looked at yet
 * @changed: called when the pictures of before it are out: true to go on with the buffers
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
	bool tells_end_late;
	bool has_changed;
	bool (*changed)(struct codec *c);
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
/* The buffer of @q, whatever memory it is. */
int codec_queue_own(int fd, const struct codec_queue *q, unsigned int index, size_t len,
		    time_t stamp);
/* Index, or -1 with errno. */
int codec_dequeue(struct codec *c, const struct codec_queue *q, struct v4l2_buffer *buf,
		  struct v4l2_plane *plane);

/* Make buffers; those of dma-bufs are allocated. */
void codec_map(int fd, struct codec_queue *q, unsigned int count);
void codec_unmap(struct codec_queue *q);
/* Before a buffer is filled or queued again: another dma-buf takes its place. */
void codec_rotate(struct codec_queue *q, unsigned int index);
/* DMA_BUF_SYNC_* of a dma-buf. */
void codec_sync(const struct codec_queue *q, unsigned int index, uint64_t flags);

/* A decoder for the stream in @file, which is being fed. */
void codec_open(struct codec *c, const char *device, const char *fourcc, const char *file);
void codec_feed(struct codec *c);
void codec_stop(struct codec *c);
/* Decode until there are so many pictures more, or to the end. 0 or an errno. */
int codec_run(struct codec *c, unsigned int count);
void codec_seek(struct codec *c, bool both);
void codec_close(struct codec *c);

#endif /* CODEC_CHECK_CODEC_H */
