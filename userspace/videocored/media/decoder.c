// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures of a file by FFmpeg, and their colours.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
#include <libyuv.h>

#include "../log.h"
#include "decoder.h"
#include "source-priv.h"

#define DECODER_THREADS 2
#define MAX_BAD_PACKETS 1000	/* in a row: this is no picture file */

struct vc_decoder {
	char *url;
	AVFormatContext *format;
	AVCodecContext *codec;
	int stream;
	AVPacket *packet;
	AVFrame *raw;
	struct SwsContext *sws;
	int64_t first_pts;
	int64_t next_pts;	/* for frames that do not say */
	bool draining;
	bool still;
};

static int from_av(int err)
{
	if (err >= 0)
		return 0;
	return err > -4096 ? err : -EINVAL;
}

/* -----------------------------------------------------------------------------
 * Opening
 */

static int open_format(struct vc_decoder *dec)
{
	AVDictionary *opts = NULL;
	int ret;

	/* No file may make us fetch others, and a % in a name is a %. */
	av_dict_set(&opts, "protocol_whitelist", "file", 0);
	av_dict_set(&opts, "pattern_type", "none", 0);
	ret = avformat_open_input(&dec->format, dec->url, NULL, &opts);
	av_dict_free(&opts);
	if (ret >= 0)
		ret = avformat_find_stream_info(dec->format, NULL);
	return ret;
}

static int open_codec(struct vc_decoder *dec)
{
	const AVCodec *codec = NULL;
	int ret = av_find_best_stream(dec->format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);

	if (ret < 0)
		return ret;
	dec->stream = ret;
	dec->codec = avcodec_alloc_context3(codec);
	if (!dec->codec)
		return AVERROR(ENOMEM);
	ret = avcodec_parameters_to_context(dec->codec, dec->format->streams[ret]->codecpar);
	if (ret < 0)
		return ret;
	dec->codec->pkt_timebase = dec->format->streams[dec->stream]->time_base;
	dec->codec->thread_count = DECODER_THREADS;
	return avcodec_open2(dec->codec, codec, NULL);
}

static void close_file(struct vc_decoder *dec)
{
	avcodec_free_context(&dec->codec);
	avformat_close_input(&dec->format);
}

static int open_file(struct vc_decoder *dec)
{
	int ret = open_format(dec);

	if (ret >= 0)
		ret = open_codec(dec);
	dec->first_pts = AV_NOPTS_VALUE;
	dec->next_pts = 0;
	dec->draining = false;
	return ret;
}

static const char *why_not(int err, char buf[AV_ERROR_MAX_STRING_SIZE])
{
	switch (err) {
	case AVERROR_STREAM_NOT_FOUND:
		return "it has no pictures";
	case AVERROR_DECODER_NOT_FOUND:
		return "this FFmpeg has no decoder for it";
	case AVERROR_INVALIDDATA:
		return "not a video or image file FFmpeg knows";
	default:
		return av_make_error_string(buf, AV_ERROR_MAX_STRING_SIZE, err);
	}
}

/* Is there one picture, or are there more? */
static int look_inside(struct vc_decoder *dec)
{
	AVFrame *frame = av_frame_alloc();
	int64_t time_us;
	int ret;

	if (!frame)
		return -ENOMEM;
	ret = vc_decoder_next(dec, frame, &time_us);
	if (!ret)
		dec->still = vc_decoder_next(dec, frame, &time_us) == -ENODATA;
	av_frame_free(&frame);
	return ret ? ret : vc_decoder_rewind(dec);
}

int vc_decoder_open(struct vc_decoder **out, const char *path, char **error)
{
	struct vc_decoder *dec = calloc(1, sizeof(*dec));
	char why[AV_ERROR_MAX_STRING_SIZE];
	int ret = -ENOMEM;

	if (!dec)
		return vc_fail(error, ret, "out of memory");
	/* What is wrong with a file is said in one line, not in FFmpeg's many. */
	av_log_set_level(AV_LOG_QUIET);
	dec->packet = av_packet_alloc();
	dec->raw = av_frame_alloc();
	if (!dec->packet || !dec->raw || asprintf(&dec->url, "file:%s", path) < 0) {
		dec->url = NULL;
		vc_fail(error, ret, "out of memory");
		goto err_close;
	}
	ret = open_file(dec);
	if (ret < 0) {
		vc_fail(error, from_av(ret), "%s: %s", path, why_not(ret, why));
		ret = from_av(ret);
		goto err_close;
	}
	ret = look_inside(dec);
	if (ret) {
		vc_fail(error, ret, "%s: no picture in it can be decoded", path);
		goto err_close;
	}
	*out = dec;
	return 0;

err_close:
	vc_decoder_close(dec);
	return ret;
}

void vc_decoder_close(struct vc_decoder *dec)
{
	if (!dec)
		return;
	close_file(dec);
	sws_freeContext(dec->sws);
	av_packet_free(&dec->packet);
	av_frame_free(&dec->raw);
	free(dec->url);
	free(dec);
}

bool vc_decoder_is_still(const struct vc_decoder *dec)
{
	return dec->still;
}

double vc_decoder_fps(const struct vc_decoder *dec)
{
	AVRational rate = av_guess_frame_rate(dec->format, dec->format->streams[dec->stream],
					      NULL);

	return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
}

/* -----------------------------------------------------------------------------
 * Reading
 */

/* Give the codec one packet of our stream, or the end. 0 or an error of reading. */
static int feed(struct vc_decoder *dec)
{
	int ret;

	do {
		av_packet_unref(dec->packet);
		ret = av_read_frame(dec->format, dec->packet);
	} while (ret >= 0 && dec->packet->stream_index != dec->stream);
	if (ret == AVERROR_EOF) {
		dec->draining = true;
		avcodec_send_packet(dec->codec, NULL);
		return 0;
	}
	if (ret < 0)
		return ret;
	/* A packet that is damaged does not end the film. */
	avcodec_send_packet(dec->codec, dec->packet);
	av_packet_unref(dec->packet);
	return 0;
}

static int receive(struct vc_decoder *dec)
{
	unsigned int bad = 0;
	int ret;

	while (bad < MAX_BAD_PACKETS) {
		ret = avcodec_receive_frame(dec->codec, dec->raw);
		if (!ret)
			return 0;
		if (ret == AVERROR_EOF || (dec->draining && ret != AVERROR(EAGAIN)))
			return -ENODATA;
		if (ret == AVERROR(EAGAIN) && dec->draining)
			return -ENODATA;
		ret = feed(dec);
		if (ret < 0) {
			/* Cut short: what has been decoded is shown. */
			dec->draining = true;
			avcodec_send_packet(dec->codec, NULL);
		}
		bad++;
	}
	return -EINVAL;
}

static int64_t frame_time(struct vc_decoder *dec)
{
	const AVStream *stream = dec->format->streams[dec->stream];
	AVRational rate = av_guess_frame_rate(dec->format, (AVStream *)stream, NULL);
	int64_t pts = dec->raw->best_effort_timestamp;
	int64_t duration = dec->raw->duration;

	if (pts == AV_NOPTS_VALUE)
		pts = dec->first_pts == AV_NOPTS_VALUE ? 0 : dec->next_pts;
	if (dec->first_pts == AV_NOPTS_VALUE)
		dec->first_pts = pts;
	if (duration <= 0 && rate.num > 0 && rate.den > 0)
		duration = av_rescale_q(1, av_inv_q(rate), stream->time_base);
	dec->next_pts = pts + duration;
	return av_rescale_q(pts - dec->first_pts, stream->time_base, AV_TIME_BASE_Q);
}

static bool is_420(int format)
{
	return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P;
}

/* What everybody assumes of films that do not say. */
static enum AVColorSpace space_of(const AVFrame *frame)
{
	if (frame->colorspace != AVCOL_SPC_UNSPECIFIED)
		return frame->colorspace;
	if (frame->color_range == AVCOL_RANGE_JPEG || frame->height < 720)
		return AVCOL_SPC_SMPTE170M;
	return AVCOL_SPC_BT709;
}

static int sws_matrix(const AVFrame *frame)
{
	switch (space_of(frame)) {
	case AVCOL_SPC_BT709:
		return SWS_CS_ITU709;
	case AVCOL_SPC_BT2020_NCL:
	case AVCOL_SPC_BT2020_CL:
		return SWS_CS_BT2020;
	default:
		return SWS_CS_ITU601;
	}
}

/* Any other layout becomes what JPEG has, so that there is nothing left to calculate. */
static int to_420(struct vc_decoder *dec, AVFrame *frame)
{
	const AVFrame *raw = dec->raw;
	int ret;

	dec->sws = sws_getCachedContext(dec->sws, raw->width, raw->height, raw->format, raw->width,
					raw->height, AV_PIX_FMT_YUV420P, SWS_BILINEAR, NULL, NULL,
					NULL);
	if (!dec->sws)
		return -EINVAL;
	sws_setColorspaceDetails(dec->sws, sws_getCoefficients(sws_matrix(raw)),
				 raw->color_range == AVCOL_RANGE_JPEG,
				 sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16);
	av_frame_unref(frame);
	frame->format = AV_PIX_FMT_YUV420P;
	frame->width = raw->width;
	frame->height = raw->height;
	ret = av_frame_get_buffer(frame, 0);
	if (ret < 0)
		return -ENOMEM;
	sws_scale(dec->sws, (const uint8_t *const *)raw->data, raw->linesize, 0, raw->height,
		  frame->data, frame->linesize);
	frame->color_range = AVCOL_RANGE_JPEG;
	frame->colorspace = AVCOL_SPC_BT470BG;
	frame->sample_aspect_ratio = raw->sample_aspect_ratio;
	return 0;
}

int vc_decoder_next(struct vc_decoder *dec, AVFrame *frame, int64_t *time_us)
{
	int ret = receive(dec);

	if (ret)
		return ret;
	*time_us = frame_time(dec);
	if (!is_420(dec->raw->format)) {
		ret = to_420(dec, frame);
		av_frame_unref(dec->raw);
		return ret;
	}
	av_frame_unref(frame);
	av_frame_move_ref(frame, dec->raw);
	return 0;
}

int vc_decoder_rewind(struct vc_decoder *dec)
{
	int ret = av_seek_frame(dec->format, dec->stream, INT64_MIN, AVSEEK_FLAG_BACKWARD);

	if (ret >= 0 && !dec->still) {
		avcodec_flush_buffers(dec->codec);
		dec->first_pts = AV_NOPTS_VALUE;
		dec->next_pts = 0;
		dec->draining = false;
		return 0;
	}
	/* Not every format can seek. */
	close_file(dec);
	return from_av(open_file(dec));
}

/* -----------------------------------------------------------------------------
 * Frames
 */

double vc_frame_aspect(const AVFrame *frame)
{
	AVRational sar = frame->sample_aspect_ratio;
	double aspect = sar.num > 0 && sar.den > 0 ? av_q2d(sar) : 1;

	return aspect > 0.1 && aspect < 10 ? aspect : 1;
}

int vc_frame_view(const AVFrame *frame, struct vc_image *img)
{
	if (!is_420(frame->format) || frame->width <= 0 || frame->height <= 0 ||
	    frame->width > VC_IMAGE_MAX || frame->height > VC_IMAGE_MAX)
		return -EINVAL;
	*img = (struct vc_image){
		.format = DRM_FORMAT_YUV420, .width = frame->width, .height = frame->height,
	};
	for (unsigned int p = 0; p < 3; p++) {
		/* Upside down pictures have negative strides; no decoder of ours makes them. */
		if (frame->linesize[p] <= 0)
			return -EINVAL;
		img->plane[p] = frame->data[p];
		img->stride[p] = frame->linesize[p];
	}
	return 0;
}

/* NULL: the picture has the right colours already. */
static const struct YuvConstants *colours_of(const AVFrame *frame)
{
	bool full = frame->color_range == AVCOL_RANGE_JPEG ||
		    frame->format == AV_PIX_FMT_YUVJ420P;

	switch (space_of(frame)) {
	case AVCOL_SPC_BT709:
		return full ? &kYuvF709Constants : &kYuvH709Constants;
	case AVCOL_SPC_BT2020_NCL:
	case AVCOL_SPC_BT2020_CL:
		return full ? &kYuvV2020Constants : &kYuv2020Constants;
	default:
		return full ? NULL : &kYuvI601Constants;
	}
}

int vc_frame_fix_colours(const AVFrame *frame, struct vc_image *img)
{
	const struct YuvConstants *colours = colours_of(frame);
	const unsigned int lines = 16;
	struct vc_image *rgb;

	if (!colours)
		return 0;
	rgb = vc_image_create(DRM_FORMAT_XRGB8888, img->width, lines);
	if (!rgb)
		return -ENOMEM;
	for (unsigned int y = 0; y < img->height; y += lines) {
		unsigned int n = img->height - y < lines ? img->height - y : lines;
		struct vc_image part;

		vc_image_crop(img, &part, 0, y, img->width, n);
		I420ToARGBMatrix(part.plane[0], part.stride[0], part.plane[1], part.stride[1],
				 part.plane[2], part.stride[2], rgb->plane[0], rgb->stride[0],
				 colours, part.width, n);
		ARGBToJ420(rgb->plane[0], rgb->stride[0], part.plane[0], part.stride[0],
			   part.plane[1], part.stride[1], part.plane[2], part.stride[2],
			   part.width, n);
	}
	vc_image_destroy(rgb);
	return 0;
}
