// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures of a byte stream that comes in pieces, by FFmpeg.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>

#include "stream-decoder.h"

/**
 * struct vc_stream_decoder - a stream
 * @data: what was fed and is not parsed yet, padded as FFmpeg wants it
 * @len: bytes of it, from @pos
 * @pos: parsed up to here
 * @pts: of @data
 * @last_pts: of the last picture that had one
 * @is_at_end: nothing follows @data
 * @has_ended: the codec knows
 * @small: @frame as 4:2:0, if it is not
 */
struct vc_stream_decoder {
	AVCodecContext *codec;
	AVCodecParserContext *parser;
	AVPacket *packet;
	AVFrame *frame;
	AVFrame *small;
	struct SwsContext *sws;
	enum AVCodecID id;

	uint8_t *data;
	size_t room;
	size_t len;
	size_t pos;
	int64_t pts;
	int64_t last_pts;
	bool is_at_end;
	bool has_ended;
};

static enum AVCodecID codec_id(enum vc_stream_codec codec)
{
	switch (codec) {
	case VC_STREAM_H264:
		return AV_CODEC_ID_H264;
	case VC_STREAM_MJPEG:
		return AV_CODEC_ID_MJPEG;
	case VC_STREAM_MPEG4:
		return AV_CODEC_ID_MPEG4;
	case VC_STREAM_H263:
		return AV_CODEC_ID_H263;
	case VC_STREAM_MPEG2:
		return AV_CODEC_ID_MPEG2VIDEO;
	default:
		return AV_CODEC_ID_NONE;
	}
}

/* Every piece is a whole JPEG: one need not wait for the next to see its end. */
static void set_up_parser(struct vc_stream_decoder *dec)
{
	if (dec->id == AV_CODEC_ID_MJPEG)
		dec->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

static int open_codec(struct vc_stream_decoder *dec)
{
	const AVCodec *codec = avcodec_find_decoder(dec->id);

	if (!codec)
		return -EINVAL;
	dec->codec = avcodec_alloc_context3(codec);
	dec->parser = av_parser_init(dec->id);
	if (!dec->codec || !dec->parser)
		return -ENOMEM;
	/* Threads that work on several pictures would each hold one back. */
	dec->codec->thread_type = FF_THREAD_SLICE;
	dec->codec->thread_count = 1;
	dec->codec->flags |= AV_CODEC_FLAG_UNALIGNED;
	set_up_parser(dec);
	return avcodec_open2(dec->codec, codec, NULL) < 0 ? -EINVAL : 0;
}

static void close_codec(struct vc_stream_decoder *dec)
{
	avcodec_free_context(&dec->codec);
	av_parser_close(dec->parser);
	dec->parser = NULL;
}

struct vc_stream_decoder *vc_stream_decoder_create(enum vc_stream_codec codec)
{
	struct vc_stream_decoder *dec = calloc(1, sizeof(*dec));

	if (!dec)
		return NULL;
	av_log_set_level(AV_LOG_QUIET);
	dec->id = codec_id(codec);
	dec->pts = AV_NOPTS_VALUE;
	dec->last_pts = AV_NOPTS_VALUE;
	dec->packet = av_packet_alloc();
	dec->frame = av_frame_alloc();
	dec->small = av_frame_alloc();
	if (dec->packet && dec->frame && dec->small && !open_codec(dec))
		return dec;
	vc_stream_decoder_destroy(dec);
	return NULL;
}

void vc_stream_decoder_destroy(struct vc_stream_decoder *dec)
{
	if (!dec)
		return;
	close_codec(dec);
	sws_freeContext(dec->sws);
	av_packet_free(&dec->packet);
	av_frame_free(&dec->frame);
	av_frame_free(&dec->small);
	free(dec->data);
	free(dec);
}

int vc_stream_decoder_feed(struct vc_stream_decoder *dec, const void *data, size_t len,
			   int64_t pts)
{
	uint8_t *bigger;

	if (dec->is_at_end || dec->len)
		return -EBUSY;
	if (!dec->data || len > dec->room) {
		bigger = realloc(dec->data, len + AV_INPUT_BUFFER_PADDING_SIZE);
		if (!bigger)
			return -ENOMEM;
		dec->data = bigger;
		dec->room = len;
	}
	if (len)
		memcpy(dec->data, data, len);
	memset(dec->data + len, 0, AV_INPUT_BUFFER_PADDING_SIZE);
	dec->len = len;
	dec->pos = 0;
	dec->pts = pts == VC_STREAM_NO_TIME ? AV_NOPTS_VALUE : pts;
	return 0;
}

void vc_stream_decoder_end(struct vc_stream_decoder *dec)
{
	dec->is_at_end = true;
}

/* A packet of the parser's to the codec. A damaged one does not end the stream. */
static void send(struct vc_stream_decoder *dec, uint8_t *data, int len)
{
	AVPacket *packet = dec->packet;

	packet->data = data;
	packet->size = len;
	packet->pts = dec->parser->pts;
	packet->dts = AV_NOPTS_VALUE;
	if (packet->pts == AV_NOPTS_VALUE)
		packet->pts = dec->last_pts;
	dec->last_pts = packet->pts;
	avcodec_send_packet(dec->codec, packet);
	av_packet_unref(packet);
}

/* One step of the parser: 0 when there may be a picture, -EAGAIN: no data is left. */
static int parse(struct vc_stream_decoder *dec)
{
	uint8_t *out = NULL;
	int out_len = 0, used;

	if (!dec->len && !dec->is_at_end)
		return -EAGAIN;
	used = av_parser_parse2(dec->parser, dec->codec, &out, &out_len, dec->data + dec->pos,
				(int)dec->len, dec->pts, AV_NOPTS_VALUE, 0);
	if (used < 0 || (size_t)used > dec->len)
		used = (int)dec->len;
	dec->pos += used;
	dec->len -= used;
	if (used)
		dec->pts = AV_NOPTS_VALUE;
	if (out_len) {
		send(dec, out, out_len);
	} else if (!used) {
		/* At the end the parser gives out what it kept; then nothing. */
		avcodec_send_packet(dec->codec, NULL);
		dec->has_ended = true;
	}
	return 0;
}

static int receive(struct vc_stream_decoder *dec)
{
	int ret;

	for (;;) {
		ret = avcodec_receive_frame(dec->codec, dec->frame);
		if (!ret)
			return 0;
		if (dec->has_ended && (ret == AVERROR_EOF || ret == AVERROR(EAGAIN)))
			return -ENODATA;
		if (ret == AVERROR(EAGAIN)) {
			ret = parse(dec);
			if (ret)
				return ret;
		}
		/* Any other error is of one picture: there are others. */
	}
}

static bool is_420(int format)
{
	return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P;
}

/* Other samplings are brought to what all formats of the outputs have. */
static int to_420(struct vc_stream_decoder *dec)
{
	const AVFrame *frame = dec->frame;

	dec->sws = sws_getCachedContext(dec->sws, frame->width, frame->height, frame->format,
					frame->width, frame->height, AV_PIX_FMT_YUV420P,
					SWS_BILINEAR, NULL, NULL, NULL);
	if (!dec->sws)
		return -EINVAL;
	/* Same range on both sides: only samples are left out. */
	sws_setColorspaceDetails(dec->sws, sws_getCoefficients(SWS_CS_DEFAULT), 0,
				 sws_getCoefficients(SWS_CS_DEFAULT), 0, 0, 1 << 16, 1 << 16);
	av_frame_unref(dec->small);
	dec->small->format = AV_PIX_FMT_YUV420P;
	dec->small->width = frame->width;
	dec->small->height = frame->height;
	if (av_frame_get_buffer(dec->small, 0) < 0)
		return -ENOMEM;
	sws_scale(dec->sws, (const uint8_t *const *)frame->data, frame->linesize, 0,
		  frame->height, dec->small->data, dec->small->linesize);
	return 0;
}

static int view(const AVFrame *frame, struct vc_image *img)
{
	if (frame->width <= 0 || frame->height <= 0 || frame->width > VC_IMAGE_MAX ||
	    frame->height > VC_IMAGE_MAX)
		return -EINVAL;
	*img = (struct vc_image){
		.format = DRM_FORMAT_YUV420, .width = frame->width, .height = frame->height,
	};
	for (unsigned int p = 0; p < 3; p++) {
		if (frame->linesize[p] <= 0)
			return -EINVAL;
		img->plane[p] = frame->data[p];
		img->stride[p] = frame->linesize[p];
	}
	return 0;
}

static void set_aspect(struct vc_stream_picture *picture, AVRational sar)
{
	picture->sar_num = sar.num > 0 && sar.den > 0 ? sar.num : 0;
	picture->sar_den = picture->sar_num ? sar.den : 1;
}

static void describe(const AVFrame *frame, struct vc_stream_picture *picture)
{
	picture->pts = frame->pts == AV_NOPTS_VALUE ? VC_STREAM_NO_TIME : frame->pts;
	picture->is_key = frame->flags & AV_FRAME_FLAG_KEY;
	picture->is_damaged = (frame->flags & AV_FRAME_FLAG_CORRUPT) ||
			      frame->decode_error_flags;
	picture->is_interlaced = frame->flags & AV_FRAME_FLAG_INTERLACED;
	picture->is_top_first = frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST;
	set_aspect(picture, frame->sample_aspect_ratio);
	picture->matrix = frame->colorspace;
	picture->is_full_range = frame->color_range == AVCOL_RANGE_JPEG ||
				 frame->format == AV_PIX_FMT_YUVJ420P;
}

/* After the end the codec begins anew; it keeps what it knows of the stream. */
static void restart(struct vc_stream_decoder *dec)
{
	AVCodecParserContext *parser = av_parser_init(dec->id);

	avcodec_flush_buffers(dec->codec);
	/* A parser cannot be emptied otherwise. */
	if (parser) {
		av_parser_close(dec->parser);
		dec->parser = parser;
		set_up_parser(dec);
	}
	dec->len = 0;
	dec->is_at_end = false;
	dec->has_ended = false;
	dec->last_pts = AV_NOPTS_VALUE;
}

int vc_stream_decoder_next(struct vc_stream_decoder *dec, struct vc_stream_picture *picture)
{
	int ret = receive(dec);

	if (ret == -ENODATA)
		restart(dec);
	if (ret)
		return ret;
	describe(dec->frame, picture);
	if (is_420(dec->frame->format))
		return view(dec->frame, &picture->view);
	ret = to_420(dec);
	return ret ? ret : view(dec->small, &picture->view);
}

bool vc_stream_decoder_headers(const struct vc_stream_decoder *dec,
			       struct vc_stream_picture *picture)
{
	const AVCodecContext *codec = dec->codec;

	if (codec->width <= 0 || codec->height <= 0 || codec->pix_fmt == AV_PIX_FMT_NONE)
		return false;
	*picture = (struct vc_stream_picture){
		.view.width = codec->width,
		.view.height = codec->height,
		.matrix = codec->colorspace,
		.is_full_range = codec->color_range == AVCOL_RANGE_JPEG ||
				 codec->pix_fmt == AV_PIX_FMT_YUVJ420P,
	};
	set_aspect(picture, codec->sample_aspect_ratio);
	return true;
}

void vc_stream_decoder_flush(struct vc_stream_decoder *dec)
{
	restart(dec);
}
