// SPDX-License-Identifier: GPL-2.0
/*
 * Compressed pictures, by FFmpeg.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>

#include <drm_fourcc.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

#include "stream-encoder.h"

#define FOR_EVER	100000000	/* frames; what x264 calls infinite */

/**
 * struct vc_stream_encoder - an encoder
 * @count: pictures so far
 */
struct vc_stream_encoder {
	AVCodecContext *codec;
	AVFrame *frame;
	AVPacket *packet;
	int64_t count;
};

/* A column at a time goes over the picture, in so many frames. */
static void set_up_intra_refresh(AVCodecContext *codec, const struct vc_stream_settings *settings)
{
	const unsigned int mbs = (settings->width + 15) / 16 * ((settings->height + 15) / 16);

	codec->gop_size = (int)((mbs + settings->intra_refresh - 1) / settings->intra_refresh);
	av_opt_set(codec->priv_data, "intra-refresh", "1", 0);
}

static void set_up_h264(AVCodecContext *codec, const struct vc_stream_settings *settings)
{
	static const char *const profiles[] = {
		[VC_STREAM_BASELINE] = "baseline",
		[VC_STREAM_MAIN] = "main",
		[VC_STREAM_HIGH] = "high",
	};

	codec->pix_fmt = AV_PIX_FMT_YUV420P;
	codec->color_range = settings->is_full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED;
	codec->bit_rate = settings->bitrate;
	codec->gop_size = settings->intra_period ? (int)settings->intra_period : FOR_EVER;
	codec->max_b_frames = 0;
	codec->thread_count = 1;
	codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	if (settings->is_cbr) {
		codec->rc_max_rate = settings->bitrate;
		codec->rc_buffer_size = settings->bitrate;
	}
	if (settings->min_qp)
		codec->qmin = settings->min_qp;
	if (settings->max_qp)
		codec->qmax = settings->max_qp;
	if (codec->qmax < codec->qmin)
		codec->qmax = codec->qmin;
	if (settings->level)
		codec->level = settings->level;
	/* Fast, and every picture comes out before the next goes in. */
	av_opt_set(codec->priv_data, "preset", "superfast", 0);
	av_opt_set(codec->priv_data, "tune", "zerolatency", 0);
	av_opt_set(codec->priv_data, "profile", profiles[settings->profile], 0);
	av_opt_set(codec->priv_data, "forced-idr", "1", 0);
	av_opt_set(codec->priv_data, "x264-params", "scenecut=0", 0);
	if (settings->intra_refresh)
		set_up_intra_refresh(codec, settings);
}

static void set_up_mjpeg(AVCodecContext *codec, const struct vc_stream_settings *settings)
{
	/* From 100 = the finest quantiser to 1 = the coarsest. */
	const int scale = 1 + (int)(100 - settings->quality) * 30 / 99;

	codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
	codec->color_range = AVCOL_RANGE_JPEG;
	codec->flags |= AV_CODEC_FLAG_QSCALE;
	codec->global_quality = FF_QP2LAMBDA * scale;
	codec->qmin = 1;
	codec->thread_count = 1;
}

static int open_codec(struct vc_stream_encoder *enc, const struct vc_stream_settings *settings)
{
	const bool is_h264 = settings->codec == VC_STREAM_H264;
	const AVCodec *codec;

	codec = is_h264 ? avcodec_find_encoder_by_name("libx264") :
			  avcodec_find_encoder(AV_CODEC_ID_MJPEG);
	if (!codec)
		return -EINVAL;
	enc->codec = avcodec_alloc_context3(codec);
	if (!enc->codec)
		return -ENOMEM;
	enc->codec->width = settings->width;
	enc->codec->height = settings->height;
	enc->codec->framerate = av_make_q(settings->fps_num, settings->fps_den);
	enc->codec->time_base = av_inv_q(enc->codec->framerate);
	if (is_h264)
		set_up_h264(enc->codec, settings);
	else
		set_up_mjpeg(enc->codec, settings);
	return avcodec_open2(enc->codec, codec, NULL) < 0 ? -EINVAL : 0;
}

struct vc_stream_encoder *vc_stream_encoder_create(const struct vc_stream_settings *settings)
{
	struct vc_stream_encoder *enc = calloc(1, sizeof(*enc));

	if (!enc)
		return NULL;
	av_log_set_level(AV_LOG_QUIET);
	enc->frame = av_frame_alloc();
	enc->packet = av_packet_alloc();
	if (enc->frame && enc->packet && !open_codec(enc, settings))
		return enc;
	vc_stream_encoder_destroy(enc);
	return NULL;
}

void vc_stream_encoder_destroy(struct vc_stream_encoder *enc)
{
	if (!enc)
		return;
	avcodec_free_context(&enc->codec);
	av_frame_free(&enc->frame);
	av_packet_free(&enc->packet);
	free(enc);
}

const void *vc_stream_encoder_headers(const struct vc_stream_encoder *enc, size_t *len)
{
	*len = enc->codec->extradata_size > 0 ? enc->codec->extradata_size : 0;
	return enc->codec->extradata;
}

void vc_stream_encoder_set_bitrate(struct vc_stream_encoder *enc, uint32_t bitrate)
{
	if (enc->codec->rc_max_rate) {
		enc->codec->rc_max_rate = bitrate;
		enc->codec->rc_buffer_size = bitrate;
	}
	enc->codec->bit_rate = bitrate;
}

/* A copy: whoever owns @img may change it at any time. */
static int fill_frame(struct vc_stream_encoder *enc, const struct vc_image *img)
{
	struct vc_image view = {
		.format = DRM_FORMAT_YUV420,
		.width = enc->codec->width,
		.height = enc->codec->height,
	};
	AVFrame *frame = enc->frame;

	if (img->width != view.width || img->height != view.height)
		return -EINVAL;
	av_frame_unref(frame);
	frame->format = enc->codec->pix_fmt;
	frame->width = enc->codec->width;
	frame->height = enc->codec->height;
	if (av_frame_get_buffer(frame, 0) < 0)
		return -ENOMEM;
	for (int p = 0; p < VC_IMAGE_PLANES; p++) {
		view.plane[p] = frame->data[p];
		view.stride[p] = frame->linesize[p];
	}
	return vc_image_convert(img, &view);
}

/* A picture from which a decoder can start, by itself. FFmpeg counts others, too. */
static bool is_idr(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 3 < len; i++)
		if (!data[i] && !data[i + 1] && data[i + 2] == 1 && (data[i + 3] & 0x1f) == 5)
			return true;
	return false;
}

int vc_stream_encoder_encode(struct vc_stream_encoder *enc, const struct vc_image *img,
			     bool want_key, const void **data, size_t *len, bool *is_key)
{
	int ret = fill_frame(enc, img);

	if (ret)
		return ret;
	enc->frame->pts = enc->count++;
	enc->frame->pict_type = want_key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
	enc->frame->quality = enc->codec->global_quality;
	av_packet_unref(enc->packet);
	if (avcodec_send_frame(enc->codec, enc->frame) < 0 ||
	    avcodec_receive_packet(enc->codec, enc->packet) < 0)
		return -EIO;
	*data = enc->packet->data;
	*len = enc->packet->size;
	*is_key = enc->packet->flags & AV_PKT_FLAG_KEY;
	if (enc->codec->codec_id == AV_CODEC_ID_H264)
		*is_key = *is_key && is_idr(*data, *len);
	return 0;
}
