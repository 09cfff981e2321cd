// SPDX-License-Identifier: GPL-2.0
/*
 * Recording the screen: H.264 by libavcodec, on a thread of its own behind a
 * short queue. A slow encoder costs frames of the film, never of the display.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <json-c/json.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libyuv.h>

#include "../log.h"
#include "../loop.h"
#include "screen-priv.h"

#define QUEUE_LEN	4
#define ENCODER_NICE	5
#define FPS_BASE	1000	/* frame rates are kept to a thousandth */

struct entry {
	struct vc_picture *pic;
	int64_t pts;
};

struct vc_recorder {
	char *path;
	int64_t fps;		/* thousandths */
	pthread_t thread;

	/* Owned by the encoder thread until it ends. */
	AVFormatContext *format;
	AVCodecContext *codec;
	AVFrame *frame;
	AVPacket *packet;
	struct vc_image *scaled;	/* when the mode is no longer that of the first frame */

	pthread_mutex_t lock;	/* Protects everything below */
	pthread_cond_t wake;
	struct entry queue[QUEUE_LEN];
	unsigned int head;
	unsigned int count;
	bool stop;
	uint64_t start_ns;	/* scan-out time of the first frame */
	int64_t last_pts;
	uint64_t pushed_ns;	/* when the last one came, by our clock */
	int err;		/* the first failure; frames are ignored after it */
	uint64_t written;
	uint64_t dropped;
};

static int from_av(int err)
{
	/* Errors of the system are errnos, the library's own are not. */
	return err > -4096 ? err : -EIO;
}

static int add_stream(struct vc_recorder *rec)
{
	AVStream *stream = avformat_new_stream(rec->format, NULL);

	if (!stream)
		return -ENOMEM;
	stream->time_base = rec->codec->time_base;
	stream->avg_frame_rate = rec->codec->framerate;
	return avcodec_parameters_from_context(stream->codecpar, rec->codec);
}

static void set_parameters(struct vc_recorder *rec, unsigned int width, unsigned int height)
{
	AVCodecContext *ctx = rec->codec;

	ctx->width = width & ~1u;
	ctx->height = height & ~1u;
	ctx->pix_fmt = AV_PIX_FMT_YUV420P;
	ctx->time_base = av_make_q(FPS_BASE, rec->fps);
	ctx->framerate = av_make_q(rec->fps, FPS_BASE);
	ctx->thread_count = 1;
	/* libyuv's I420. */
	ctx->color_range = AVCOL_RANGE_MPEG;
	ctx->colorspace = AVCOL_SPC_SMPTE170M;
	ctx->color_primaries = AVCOL_PRI_BT709;
	ctx->color_trc = AVCOL_TRC_BT709;
	if (rec->format->oformat->flags & AVFMT_GLOBALHEADER)
		ctx->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	av_opt_set(ctx->priv_data, "preset", "ultrafast", 0);
	av_opt_set(ctx->priv_data, "crf", "23", 0);
}

static int alloc_frame(struct vc_recorder *rec)
{
	rec->frame = av_frame_alloc();
	rec->packet = av_packet_alloc();
	if (!rec->frame || !rec->packet)
		return -ENOMEM;
	rec->frame->format = rec->codec->pix_fmt;
	rec->frame->width = rec->codec->width;
	rec->frame->height = rec->codec->height;
	return av_frame_get_buffer(rec->frame, 0);
}

/* With the first picture, whose size is that of the film. */
static int open_encoder(struct vc_recorder *rec, const struct vc_picture *first)
{
	const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_H264);
	int ret;

	rec->codec = avcodec_alloc_context3(codec);
	if (!rec->codec)
		return -ENOMEM;
	set_parameters(rec, first->img->width, first->img->height);
	ret = avcodec_open2(rec->codec, codec, NULL);
	if (ret >= 0)
		ret = alloc_frame(rec);
	if (ret >= 0)
		ret = add_stream(rec);
	if (ret >= 0)
		ret = avformat_write_header(rec->format, NULL);
	return ret < 0 ? ret : 0;
}

static int write_packets(struct vc_recorder *rec)
{
	int ret;

	while (!(ret = avcodec_receive_packet(rec->codec, rec->packet))) {
		rec->packet->duration = 1;
		av_packet_rescale_ts(rec->packet, rec->codec->time_base,
				     rec->format->streams[0]->time_base);
		ret = av_interleaved_write_frame(rec->format, rec->packet);
		if (ret < 0)
			return ret;
	}
	return ret == AVERROR(EAGAIN) || ret == AVERROR_EOF ? 0 : ret;
}

/* @img at the size of the film. NULL without memory. */
static const struct vc_image *fit(struct vc_recorder *rec, const struct vc_image *img)
{
	if ((int)(img->width & ~1u) == rec->codec->width &&
	    (int)(img->height & ~1u) == rec->codec->height)
		return img;
	if (!rec->scaled)
		rec->scaled = vc_image_create(img->format, rec->codec->width, rec->codec->height);
	if (!rec->scaled || vc_image_scale(img, rec->scaled))
		return NULL;
	return rec->scaled;
}

static int encode_image(struct vc_recorder *rec, const struct vc_image *img, int64_t pts)
{
	AVFrame *frame = rec->frame;
	int ret = av_frame_make_writable(frame);

	if (ret < 0)
		return ret;
	ARGBToI420(img->plane[0], img->stride[0], frame->data[0], frame->linesize[0],
		   frame->data[1], frame->linesize[1], frame->data[2], frame->linesize[2],
		   frame->width, frame->height);
	frame->pts = pts;
	ret = avcodec_send_frame(rec->codec, frame);
	return ret < 0 ? ret : write_packets(rec);
}

static int encode(struct vc_recorder *rec, const struct entry *entry)
{
	const struct vc_image *img;
	int ret = rec->codec ? 0 : open_encoder(rec, entry->pic);

	if (ret)
		return ret;
	img = fit(rec, entry->pic->img);
	return img ? encode_image(rec, img, entry->pts) : -ENOMEM;
}

/* False when there will be no more. */
static bool next_entry(struct vc_recorder *rec, struct entry *entry)
{
	bool found;

	pthread_mutex_lock(&rec->lock);
	while (!rec->count && !rec->stop)
		pthread_cond_wait(&rec->wake, &rec->lock);
	found = rec->count;
	if (found) {
		*entry = rec->queue[rec->head];
		rec->head = (rec->head + 1) % QUEUE_LEN;
		rec->count--;
	}
	pthread_mutex_unlock(&rec->lock);
	return found;
}

static void note_result(struct vc_recorder *rec, int ret)
{
	pthread_mutex_lock(&rec->lock);
	if (!ret)
		rec->written++;
	else if (!rec->err)
		rec->err = from_av(ret);
	pthread_mutex_unlock(&rec->lock);
	if (ret)
		vc_err("screen", "recording to %s failed: %s", rec->path, av_err2str(ret));
}

static int finish_file(struct vc_recorder *rec)
{
	int ret;

	if (!rec->codec)
		return -ENODATA;
	ret = avcodec_send_frame(rec->codec, NULL);
	if (ret >= 0)
		ret = write_packets(rec);
	if (ret >= 0)
		ret = av_write_trailer(rec->format);
	return ret < 0 ? from_av(ret) : 0;
}

static void *encoder_thread(void *arg)
{
	struct vc_recorder *rec = arg;
	struct entry entry;

	/* The display goes first; on Linux this is per thread. */
	if (setpriority(PRIO_PROCESS, gettid(), ENCODER_NICE))
		vc_dbg("screen", "cannot lower the encoder's priority");
	while (next_entry(rec, &entry)) {
		if (!rec->err)
			note_result(rec, encode(rec, &entry));
		vc_picture_put(entry.pic);
	}
	return NULL;
}

static int open_file(struct vc_recorder *rec, double fps, char **error)
{
	char *url;
	int ret;

	if (!(fps >= 1 && fps <= 1000))
		return vc_fail(error, -EINVAL, "frame rate %g is not within 1..1000", fps);
	if (!avcodec_find_encoder(AV_CODEC_ID_H264))
		return vc_fail(error, -EOPNOTSUPP, "this libavcodec has no H.264 encoder");
	rec->fps = llround(fps * FPS_BASE);
	rec->last_pts = -1;
	ret = avformat_alloc_output_context2(&rec->format, NULL, NULL, rec->path);
	if (ret < 0)
		return vc_fail(error, -EINVAL,
				      "%s: no film format has this suffix (try .mp4)", rec->path);
	if (avformat_query_codec(rec->format->oformat, AV_CODEC_ID_H264, FF_COMPLIANCE_NORMAL) != 1)
		return vc_fail(error, -EINVAL,
				      "%s: this format cannot hold H.264 (try .mp4)", rec->path);
	/* Never a protocol of FFmpeg's, whatever the name looks like. */
	if (asprintf(&url, "file:%s", rec->path) < 0)
		return vc_fail(error, -ENOMEM, "out of memory");
	ret = avio_open(&rec->format->pb, url, AVIO_FLAG_WRITE);
	free(url);
	if (ret < 0)
		return vc_fail(error, from_av(ret), "%s: %s", rec->path, av_err2str(ret));
	return 0;
}

static void free_recorder(struct vc_recorder *rec)
{
	if (rec->format)
		avio_closep(&rec->format->pb);
	avformat_free_context(rec->format);
	avcodec_free_context(&rec->codec);
	av_frame_free(&rec->frame);
	av_packet_free(&rec->packet);
	vc_image_destroy(rec->scaled);
	free(rec->path);
	free(rec);
}

int vc_recorder_create(struct vc_recorder **out, const char *path, double fps, char **error)
{
	struct vc_recorder *rec = calloc(1, sizeof(*rec));
	int ret;

	if (!rec)
		return vc_fail(error, -ENOMEM, "out of memory");
	/* What goes wrong is said in our lines, and libx264's statistics are not wanted. */
	av_log_set_level(AV_LOG_QUIET);
	rec->path = strdup(path);
	ret = rec->path ? open_file(rec, fps, error) :
	      vc_fail(error, -ENOMEM, "out of memory");
	if (ret)
		goto err_free;
	pthread_mutex_init(&rec->lock, NULL);
	pthread_cond_init(&rec->wake, NULL);
	ret = -pthread_create(&rec->thread, NULL, encoder_thread, rec);
	if (ret) {
		vc_fail(error, ret, "cannot start a thread: %s", strerror(-ret));
		unlink(path);
		goto err_lock;
	}
	*out = rec;
	return 0;

err_lock:
	pthread_cond_destroy(&rec->wake);
	pthread_mutex_destroy(&rec->lock);
err_free:
	free_recorder(rec);
	return ret;
}

int vc_recorder_destroy(struct vc_recorder *rec)
{
	int ret;

	if (!rec)
		return 0;
	pthread_mutex_lock(&rec->lock);
	rec->stop = true;
	pthread_cond_signal(&rec->wake);
	pthread_mutex_unlock(&rec->lock);
	pthread_join(rec->thread, NULL);
	ret = rec->err ? rec->err : finish_file(rec);
	if (ret == -ENODATA)
		unlink(rec->path);
	pthread_cond_destroy(&rec->wake);
	pthread_mutex_destroy(&rec->lock);
	free_recorder(rec);
	return ret;
}

/* The number of the frame in the film, by its scan-out time. */
static int64_t frame_number(const struct vc_recorder *rec, uint64_t time_ns)
{
	return llround((double)(int64_t)(time_ns - rec->start_ns) * rec->fps / FPS_BASE / 1e9);
}

static void push_locked(struct vc_recorder *rec, struct vc_picture *pic)
{
	int64_t pts;

	if (rec->last_pts < 0)
		rec->start_ns = pic->time_ns;
	pts = frame_number(rec, pic->time_ns);
	/* The screen is faster than the film. */
	if (pts <= rec->last_pts)
		return;
	rec->pushed_ns = vc_now_ns();
	if (rec->count == QUEUE_LEN) {
		rec->dropped++;
		return;
	}
	rec->last_pts = pts;
	rec->queue[(rec->head + rec->count++) % QUEUE_LEN] =
		(struct entry){ vc_picture_get(pic), pts };
	pthread_cond_signal(&rec->wake);
}

void vc_recorder_push(struct vc_recorder *rec, struct vc_picture *pic)
{
	pthread_mutex_lock(&rec->lock);
	push_locked(rec, pic);
	pthread_mutex_unlock(&rec->lock);
}

bool vc_recorder_wants(struct vc_recorder *rec)
{
	uint64_t since_ns;
	int64_t fps;

	pthread_mutex_lock(&rec->lock);
	since_ns = vc_now_ns() - rec->pushed_ns;
	fps = rec->fps;
	pthread_mutex_unlock(&rec->lock);
	/* Three quarters of a frame: what comes a little early is not missed. */
	return since_ns >= 750000000ull * FPS_BASE / fps;
}

void vc_recorder_status(struct vc_recorder *rec, struct json_object *out)
{
	pthread_mutex_lock(&rec->lock);
	json_object_object_add(out, "path", json_object_new_string(rec->path));
	json_object_object_add(out, "frames", json_object_new_int64(rec->written));
	json_object_object_add(out, "dropped", json_object_new_int64(rec->dropped));
	json_object_object_add(out, "error", rec->err ?
			       json_object_new_string(strerror(-rec->err)) : NULL);
	pthread_mutex_unlock(&rec->lock);
}
