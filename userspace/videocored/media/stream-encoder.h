/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compressed pictures, by FFmpeg. One picture in, one packet out. One caller at a
 * time.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_STREAM_ENCODER_H
#define VIDEOCORED_MEDIA_STREAM_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"
#include "stream-decoder.h"

struct vc_stream_encoder;

enum vc_stream_profile {
	VC_STREAM_BASELINE,
	VC_STREAM_MAIN,
	VC_STREAM_HIGH,
};

/**
 * struct vc_stream_settings - how to encode
 * @codec: VC_STREAM_H264 or VC_STREAM_MJPEG
 * @width: pixels
 * @height: lines
 * @fps_num: frames ...
 * @fps_den: ... per that many seconds
 * @bitrate: bit/s; of H.264
 * @is_cbr: keep to @bitrate all the time
 * @intra_period: frames between key frames, 0: only the first is one
 * @intra_refresh: macroblocks of each picture that are coded anew instead, in turn
 * @profile: of H.264
 * @level: ten times the level of H.264, 0 = any
 * @min_qp: 0 = any
 * @max_qp: 0 = any
 * @quality: of JPEG, 1 to 100
 * @is_full_range: as the pictures are
 */
struct vc_stream_settings {
	enum vc_stream_codec codec;
	unsigned int width;
	unsigned int height;
	int fps_num;
	int fps_den;
	uint32_t bitrate;
	bool is_cbr;
	uint32_t intra_period;
	uint32_t intra_refresh;
	enum vc_stream_profile profile;
	uint32_t level;
	uint32_t min_qp;
	uint32_t max_qp;
	uint32_t quality;
	bool is_full_range;
};

struct vc_stream_encoder *vc_stream_encoder_create(const struct vc_stream_settings *settings);
void vc_stream_encoder_destroy(struct vc_stream_encoder *enc);

/* SPS and PPS of H.264; none of JPEG. Valid as long as the encoder. */
const void *vc_stream_encoder_headers(const struct vc_stream_encoder *enc, size_t *len);
/* From the next picture on. */
void vc_stream_encoder_set_bitrate(struct vc_stream_encoder *enc, uint32_t bitrate);

/*
 * Encode @img, of the encoder's size. The packet is valid until the next call.
 * 0 or -errno.
 */
int vc_stream_encoder_encode(struct vc_stream_encoder *enc, const struct vc_image *img,
			     bool want_key, const void **data, size_t *len, bool *is_key);

#endif /* VIDEOCORED_MEDIA_STREAM_ENCODER_H */
