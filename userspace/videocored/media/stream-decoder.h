/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pictures of a byte stream that comes in pieces, by FFmpeg. One caller at a time.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_STREAM_DECODER_H
#define VIDEOCORED_MEDIA_STREAM_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"

struct AVFrame;
struct vc_stream_decoder;

enum vc_stream_codec {
	VC_STREAM_H264,
	VC_STREAM_MJPEG,
	VC_STREAM_MPEG4,
	VC_STREAM_H263,
	VC_STREAM_MPEG2,
	VC_STREAM_NONE,
};

#define VC_STREAM_NO_TIME	INT64_MIN

/**
 * struct vc_stream_picture - a decoded picture
 * @view: its pixels, YUV420; valid until the next call
 * @pts: of the piece its data began in, or VC_STREAM_NO_TIME
 * @is_damaged: not all of it is what was encoded
 * @is_interlaced: two fields in one frame
 * @is_top_first: of which the upper is the earlier
 * @sar_num: width of a pixel ...
 * @sar_den: ... in units of its height, 0/1 when the stream does not say
 * @matrix: an AVColorSpace
 * @is_full_range: as JPEG has it
 */
struct vc_stream_picture {
	struct vc_image view;
	int64_t pts;
	bool is_key;
	bool is_damaged;
	bool is_interlaced;
	bool is_top_first;
	int sar_num;
	int sar_den;
	int matrix;
	bool is_full_range;
};

struct vc_stream_decoder *vc_stream_decoder_create(enum vc_stream_codec codec);
void vc_stream_decoder_destroy(struct vc_stream_decoder *dec);

/* A piece of the stream, which is copied; it need not end where a picture ends. */
int vc_stream_decoder_feed(struct vc_stream_decoder *dec, const void *data, size_t len,
			   int64_t pts);
/* Nothing follows: what is inside comes out. */
void vc_stream_decoder_end(struct vc_stream_decoder *dec);
/*
 * The next picture. 0, -EAGAIN: feed more first, -ENODATA: that was all before
 * the end, and a new stream may be fed; damaged data is passed over.
 */
int vc_stream_decoder_next(struct vc_stream_decoder *dec, struct vc_stream_picture *picture);
/*
 * What the headers say of the pictures before there is one: size, aspect, colours.
 * False: there were none yet.
 */
bool vc_stream_decoder_headers(const struct vc_stream_decoder *dec,
			       struct vc_stream_picture *picture);
/* Forget what was fed, keep what is known of the stream. */
void vc_stream_decoder_flush(struct vc_stream_decoder *dec);

#endif /* VIDEOCORED_MEDIA_STREAM_DECODER_H */
