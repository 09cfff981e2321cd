// SPDX-License-Identifier: GPL-2.0
/*
 * The components ril.video_encode and ril.image_encode: compressed pictures.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/mmal-encodings.h>

#include "camera-format.h"
#include "log.h"
#include "m2m.h"
#include "media/image.h"
#include "media/stream-encoder.h"
#include "mmal-priv.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* Compressed data has no geometry that could be computed. */
#define ENCODE_OUTPUT_MIN	(80u << 10)

#define ENCODE_DEFAULT_FPS	30
#define ENCODE_DEFAULT_BITRATE	10000000
#define ENCODE_DEFAULT_PERIOD	60
#define ENCODE_DEFAULT_QUALITY	80

/**
 * struct encode - a stream being encoded; belongs to the m2m
 * @enc: made when the first picture comes
 * @made_for: what it was made of
 * @key_frames_asked: of the setup, when it was looked at last
 * @has_packet: @data is to be given out
 * @is_config: it is the headers, the picture's follows
 * @has_ended: EOS is to be given out
 * @error: the picture of the packet could not be encoded
 * @data: what the encoder made, headers before it
 * @pts: of the picture
 */
struct encode {
	struct vc_stream_encoder *enc;
	struct vc_stream_settings made_for;
	uint32_t key_frames_asked;
	bool sent_headers;
	bool has_config;
	bool has_packet;
	bool has_ended;
	int error;
	bool is_key;
	uint8_t *data;
	size_t room;
	size_t len;
	int64_t pts;
};

/* -----------------------------------------------------------------------------
 * Steps
 */

static void *encode_open(const struct m2m_setup *setup)
{
	return calloc(1, sizeof(struct encode));
}

/* The next picture begins a new stream. */
static void encode_flush(void *codec)
{
	struct encode *encode = codec;

	vc_stream_encoder_destroy(encode->enc);
	encode->enc = NULL;
	encode->sent_headers = false;
	encode->has_config = false;
	encode->has_packet = false;
	encode->has_ended = false;
}

static void encode_close(void *codec)
{
	struct encode *encode = codec;

	encode_flush(codec);
	free(encode->data);
	free(encode);
}

/* MMAL counts levels from 17 = 1, 18 = 1b, 19 = 1.1; ten times the level here. */
static uint32_t encode_level(uint32_t mmal)
{
	static const uint8_t levels[] = {
		10, 9, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51,
	};

	if (mmal < MMAL_LEVEL_H264_1 || mmal - MMAL_LEVEL_H264_1 >= NR(levels))
		return 0;
	return levels[mmal - MMAL_LEVEL_H264_1];
}

static enum vc_stream_profile encode_profile(uint32_t mmal)
{
	switch (mmal) {
	case MMAL_PROFILE_H264_BASELINE:
	case MMAL_PROFILE_H264_CONSTRAINED_BASELINE:
		return VC_STREAM_BASELINE;
	case MMAL_PROFILE_H264_MAIN:
		return VC_STREAM_MAIN;
	default:
		return VC_STREAM_HIGH;
	}
}

static struct vc_stream_settings encode_settings(const struct m2m_setup *setup)
{
	const struct component_rational *rate = &setup->out.frame_rate;
	const bool has_rate = rate->num > 0 && rate->den > 0;

	return (struct vc_stream_settings){
		.codec = setup->out.encoding == MMAL_ENCODING_H264 ? VC_STREAM_H264 :
								     VC_STREAM_MJPEG,
		.width = setup->in.crop.width,
		.height = setup->in.crop.height,
		.fps_num = has_rate ? rate->num : ENCODE_DEFAULT_FPS,
		.fps_den = has_rate ? rate->den : 1,
		.bitrate = setup->bitrate,
		.is_cbr = setup->is_cbr,
		.intra_period = setup->intra_period,
		.intra_refresh = setup->intra_refresh,
		.profile = encode_profile(setup->profile),
		.level = encode_level(setup->level),
		.min_qp = setup->min_qp,
		.max_qp = setup->max_qp,
		.quality = setup->quality,
		.is_full_range = setup->in.color_space == MMAL_COLOR_SPACE_JFIF,
	};
}

/* What cannot change in a stream makes another one. */
static bool encode_must_reopen(const struct encode *encode, const struct vc_stream_settings *now)
{
	const struct vc_stream_settings *then = &encode->made_for;

	return !encode->enc || now->codec != then->codec || now->width != then->width ||
	       now->height != then->height || now->is_cbr != then->is_cbr ||
	       now->intra_period != then->intra_period ||
	       now->intra_refresh != then->intra_refresh || now->profile != then->profile ||
	       now->min_qp != then->min_qp || now->max_qp != then->max_qp ||
	       now->quality != then->quality ||
	       (int64_t)now->fps_num * then->fps_den != (int64_t)then->fps_num * now->fps_den;
}

static int encode_prepare(struct encode *encode, const struct m2m_setup *setup)
{
	const struct vc_stream_settings settings = encode_settings(setup);

	if (!encode_must_reopen(encode, &settings)) {
		if (settings.bitrate != encode->made_for.bitrate)
			vc_stream_encoder_set_bitrate(encode->enc, settings.bitrate);
		encode->made_for = settings;
		return 0;
	}
	vc_stream_encoder_destroy(encode->enc);
	encode->enc = vc_stream_encoder_create(&settings);
	encode->made_for = settings;
	encode->sent_headers = false;
	encode->key_frames_asked = setup->key_frames_asked;
	return encode->enc ? 0 : -EINVAL;
}

static int encode_keep(struct encode *encode, const void *data, size_t len)
{
	uint8_t *bigger;

	if (encode->len + len > encode->room) {
		bigger = realloc(encode->data, encode->len + len);
		if (!bigger)
			return -ENOMEM;
		encode->data = bigger;
		encode->room = encode->len + len;
	}
	if (len)
		memcpy(encode->data + encode->len, data, len);
	encode->len += len;
	return 0;
}

/* Before the first picture, and before every key frame if that is wanted. */
static int encode_keep_headers(struct encode *encode, const struct m2m_setup *setup)
{
	const void *headers;
	size_t len;

	if (encode->sent_headers && !(setup->inline_headers && encode->is_key))
		return 0;
	headers = vc_stream_encoder_headers(encode->enc, &len);
	encode->has_config = len && !encode->sent_headers && !setup->headers_with_frame;
	encode->sent_headers = true;
	return encode->has_config ? 0 : encode_keep(encode, headers, len);
}

static int encode_picture(struct encode *encode, const struct m2m_setup *setup,
			  const struct m2m_io *io)
{
	struct camera_picture layout;
	struct vc_image img;
	const void *data;
	bool want_key;
	size_t len;
	int ret;

	ret = encode_prepare(encode, setup);
	if (ret)
		return ret;
	if (!camera_format_inner_len(&setup->in))
		return -EINVAL;
	camera_format_picture(&setup->in, &layout);
	ret = vc_image_wrap(&img, layout.drm, layout.width, layout.height, layout.stride,
			    layout.lines, (void *)io->in_mem, io->in->length);
	if (ret)
		return ret;
	want_key = setup->key_frames_asked != encode->key_frames_asked;
	encode->key_frames_asked = setup->key_frames_asked;
	ret = vc_stream_encoder_encode(encode->enc, &img, want_key, &data, &len, &encode->is_key);
	if (ret)
		return ret;
	encode->len = 0;
	ret = encode_keep_headers(encode, setup);
	return ret ? ret : encode_keep(encode, data, len);
}

static unsigned int encode_take(struct encode *encode, const struct m2m_setup *setup,
				const struct m2m_io *io)
{
	if (!io->in)
		return 0;
	if (io->in_mem) {
		encode->error = encode_picture(encode, setup, io);
		if (encode->error)
			vc_info("mmal", "picture not encoded: error %d", encode->error);
		/* Whoever counts pictures hears of those that are none. */
		encode->has_packet = true;
		encode->pts = io->in->pts;
	}
	encode->has_ended = io->in->flags & MMAL_BUFFER_EOS;
	return M2M_TOOK_INPUT;
}

static void encode_put(struct component_buffer *out, uint8_t *mem, const void *data, size_t len)
{
	out->error = len > out->capacity ? -ENOSPC : 0;
	out->length = out->error ? 0 : len;
	if (out->error)
		vc_info("mmal", "%zu bytes do not fit into %u", len, out->capacity);
	else
		memcpy(mem, data, len);
}

static unsigned int encode_give_config(struct encode *encode, struct m2m_io *io)
{
	const void *headers;
	size_t len;

	headers = vc_stream_encoder_headers(encode->enc, &len);
	encode_put(io->out, io->out_mem, headers, len);
	io->out->flags = MMAL_BUFFER_CONFIG | MMAL_BUFFER_FRAME_END;
	io->out->pts = MMAL_TIME_UNKNOWN;
	encode->has_config = false;
	return M2M_FILLED_OUTPUT;
}

static unsigned int encode_give(struct encode *encode, struct m2m_io *io)
{
	if (encode->has_packet && encode->error) {
		io->out->error = encode->error;
		io->out->length = 0;
		io->out->pts = encode->pts;
		encode->has_packet = false;
		return M2M_FILLED_OUTPUT;
	}
	if (encode->has_packet && encode->has_config)
		return encode_give_config(encode, io);
	if (encode->has_packet) {
		encode_put(io->out, io->out_mem, encode->data, encode->len);
		io->out->flags = MMAL_BUFFER_FRAME;
		if (encode->is_key)
			io->out->flags |= MMAL_BUFFER_KEYFRAME;
		if (encode->has_ended)
			io->out->flags |= MMAL_BUFFER_EOS;
		encode->has_ended = false;
		io->out->pts = encode->pts;
		encode->has_packet = false;
		return M2M_FILLED_OUTPUT;
	}
	io->out->length = 0;
	io->out->flags = MMAL_BUFFER_EOS;
	io->out->pts = 0;
	encode->has_ended = false;
	return M2M_FILLED_OUTPUT;
}

static unsigned int encode_step(void *codec, const struct m2m_setup *setup, struct m2m_io *io)
{
	struct encode *encode = codec;

	if (!encode->has_packet && !encode->has_ended)
		return encode_take(encode, setup, io);
	return io->out ? encode_give(encode, io) : 0;
}

static const struct m2m_ops encode_ops = {
	.open = encode_open,
	.close = encode_close,
	.flush = encode_flush,
	.step = encode_step,
	.takes_pictures = true,
};

/* -----------------------------------------------------------------------------
 * Formats
 */

static const uint32_t video_encodings[] = {
	MMAL_ENCODING_H264,
	MMAL_ENCODING_MJPEG,
};

static const uint32_t image_encodings[] = {
	MMAL_ENCODING_JPEG,
	MMAL_ENCODING_MJPEG,
};

static const uint32_t *encode_encodings(struct component_port *port, size_t *nr)
{
	if (port->type == MMAL_PORT_INPUT)
		return camera_encodings(nr);
	if (port->comp->ops == &image_encode_component) {
		*nr = NR(image_encodings);
		return image_encodings;
	}
	*nr = NR(video_encodings);
	return video_encodings;
}

/* Lines and planes lie where the client has them. */
static int encode_input_format(struct component_format *fmt, struct component_needs *needs)
{
	int ret;

	/* Before anybody says what will come. */
	if (!fmt->width && !fmt->height)
		return 0;
	ret = camera_format_fix_image(fmt, true);
	if (!ret)
		camera_format_needs(fmt, needs);
	return ret;
}

static int encode_port_format(struct component_port *port, struct component_format *fmt,
			      struct component_needs *needs)
{
	const uint32_t *encodings;
	size_t nr;

	if (port->type == MMAL_PORT_INPUT)
		return encode_input_format(fmt, needs);
	if (port->type != MMAL_PORT_OUTPUT)
		return 0;
	fmt->type = MMAL_ES_VIDEO;
	needs->size_min = ENCODE_OUTPUT_MIN;
	needs->size_recommended = ENCODE_OUTPUT_MIN;
	encodings = encode_encodings(port, &nr);
	for (size_t i = 0; i < nr; i++)
		if (encodings[i] == fmt->encoding)
			return 0;
	return -EINVAL;
}

/* -----------------------------------------------------------------------------
 * Parameters. Clients do not agree which port these belong to (spec mmal.md
 * section 14).
 */

#define ON_DATA_OR_CONTROL	(COMPONENT_ON_DATA | COMPONENT_ON_CONTROL)
#define WORD(i)			{ .id = (i), .len = 4, .ports = ON_DATA_OR_CONTROL }
#define CHOICE(i, n)		{ .id = (i), .len = 4, .ports = ON_DATA_OR_CONTROL, \
				  .check = COMPONENT_CHECK_MAX, .max = (n) }

static const struct component_param video_encode_params[] = {
	WORD(MMAL_PARAM_VIDEO_IMMUTABLE_INPUT),
	WORD(MMAL_PARAM_MINIMISE_FRAGMENTATION),
	WORD(MMAL_PARAM_VIDEO_BIT_RATE),
	CHOICE(MMAL_PARAM_RATECONTROL, 4),
	WORD(MMAL_PARAM_INTRAPERIOD),
	{ .id = MMAL_PARAM_PROFILE, .len = 8, .ports = COMPONENT_ON_OUTPUT },
	{ .id = MMAL_PARAM_VIDEO_FRAME_RATE, .len = 8, .ports = COMPONENT_ON_OUTPUT,
	  .check = COMPONENT_CHECK_RATIONALS },
	{ .id = MMAL_PARAM_VIDEO_INTRA_REFRESH, .len = 20, .ports = COMPONENT_ON_OUTPUT },
	WORD(MMAL_PARAM_NALUNITFORMAT),
	WORD(MMAL_PARAM_MB_ROWS_PER_SLICE),
	WORD(MMAL_PARAM_VIDEO_REQUEST_I_FRAME),
	CHOICE(MMAL_PARAM_VIDEO_ENCODE_MIN_QUANT, 51),
	CHOICE(MMAL_PARAM_VIDEO_ENCODE_MAX_QUANT, 51),
	CHOICE(MMAL_PARAM_VIDEO_ENCODE_INITIAL_QUANT, 51),
	WORD(MMAL_PARAM_VIDEO_ENCODE_HEADER_ON_OPEN),
	WORD(MMAL_PARAM_VIDEO_ENCODE_INLINE_HEADER),
	WORD(MMAL_PARAM_VIDEO_ENCODE_SEI_ENABLE),
	WORD(MMAL_PARAM_VIDEO_ENCODE_INLINE_VECTORS),
	WORD(MMAL_PARAM_VIDEO_ENCODE_SPS_TIMING),
	WORD(MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME),
	CHOICE(MMAL_PARAM_JPEG_Q_FACTOR, 100),
};

static const struct component_param image_encode_params[] = {
	CHOICE(MMAL_PARAM_JPEG_Q_FACTOR, 100),
	WORD(MMAL_PARAM_JPEG_RESTART_INTERVAL),
	WORD(MMAL_PARAM_JPEG_IJG_SCALING),
	WORD(MMAL_PARAM_EXIF_DISABLE),
	{ .id = MMAL_PARAM_THUMBNAIL_CONFIGURATION, .len = 16, .ports = ON_DATA_OR_CONTROL },
};

/* A value, on whichever port it was set. */
static uint32_t encode_value(struct component *comp, uint32_t id, uint32_t absent)
{
	uint32_t value = component_value_u32(component_port(comp, MMAL_PORT_INPUT, 0), id, absent);

	value = component_value_u32(&comp->ports[0], id, value);
	return component_value_u32(component_port(comp, MMAL_PORT_OUTPUT, 0), id, value);
}

static uint32_t encode_word(const struct component_port *port, uint32_t id, size_t offset)
{
	const struct component_value *value = component_value(port, id);
	uint32_t word = 0;

	if (value && value->len >= offset + sizeof(word))
		memcpy(&word, value->data + offset, sizeof(word));
	return le32toh(word);
}

static void encode_set_up(struct component *comp, bool wants_key)
{
	const struct component_port *out = component_port(comp, MMAL_PORT_OUTPUT, 0);
	const uint32_t rate_id = MMAL_PARAM_VIDEO_FRAME_RATE;
	struct m2m_setup setup;
	uint32_t quality;

	m2m_get_setup(comp->priv, &setup);
	camera_format_inner(&component_port(comp, MMAL_PORT_INPUT, 0)->format, &setup.in);
	setup.out = out->format;
	if (component_value(out, rate_id))
		setup.out.frame_rate = (struct component_rational){
			encode_word(out, rate_id, 0), encode_word(out, rate_id, 4),
		};
	setup.bitrate = encode_value(comp, MMAL_PARAM_VIDEO_BIT_RATE, out->format.bitrate);
	if (!setup.bitrate)
		setup.bitrate = ENCODE_DEFAULT_BITRATE;
	setup.is_cbr = encode_value(comp, MMAL_PARAM_RATECONTROL, 0) == MMAL_RATECONTROL_CBR;
	setup.intra_period = encode_value(comp, MMAL_PARAM_INTRAPERIOD, ENCODE_DEFAULT_PERIOD);
	/* Of the cyclic mode; the others are taken and not done. */
	setup.intra_refresh = encode_word(out, MMAL_PARAM_VIDEO_INTRA_REFRESH, 12);
	setup.profile = encode_word(out, MMAL_PARAM_PROFILE, 0);
	setup.level = encode_word(out, MMAL_PARAM_PROFILE, 4);
	setup.min_qp = encode_value(comp, MMAL_PARAM_VIDEO_ENCODE_MIN_QUANT, 0);
	setup.max_qp = encode_value(comp, MMAL_PARAM_VIDEO_ENCODE_MAX_QUANT, 0);
	setup.inline_headers = encode_value(comp, MMAL_PARAM_VIDEO_ENCODE_INLINE_HEADER, 0);
	setup.headers_with_frame =
		encode_value(comp, MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME, 0);
	setup.key_frames_asked += wants_key;
	quality = encode_value(comp, MMAL_PARAM_JPEG_Q_FACTOR, ENCODE_DEFAULT_QUALITY);
	setup.quality = quality ? quality : 1;
	m2m_set_up(comp->priv, &setup);
}

static void encode_param_stored(struct component_port *port, uint32_t id)
{
	encode_set_up(port->comp, id == MMAL_PARAM_VIDEO_REQUEST_I_FRAME);
}

/* -----------------------------------------------------------------------------
 * Life
 */

static int encode_port_enable(struct component_port *port)
{
	encode_set_up(port->comp, false);
	return m2m_port_enable(port);
}

static int encode_create(struct component *comp)
{
	const struct component_format fmt = {
		.type = MMAL_ES_VIDEO,
		.encoding = comp->ops == &image_encode_component ? MMAL_ENCODING_JPEG :
								   MMAL_ENCODING_H264,
		.frame_rate = { 0, 1 },
	};

	comp->priv = m2m_create(comp, &encode_ops);
	if (!comp->priv)
		return -ENOMEM;
	return component_port_set_format(component_port(comp, MMAL_PORT_OUTPUT, 0), &fmt);
}

#define ENCODE_OPS				\
	M2M_COMPONENT_OPS,			\
	.create = encode_create,		\
	.port_format = encode_port_format,	\
	.encodings = encode_encodings,		\
	.param_stored = encode_param_stored,	\
	.port_enable = encode_port_enable

const struct component_ops video_encode_component = {
	ENCODE_OPS,
	.name = "ril.video_encode",
	.params = video_encode_params,
	.nr_params = NR(video_encode_params),
};

const struct component_ops image_encode_component = {
	ENCODE_OPS,
	.name = "ril.image_encode",
	.params = image_encode_params,
	.nr_params = NR(image_encode_params),
};
