// SPDX-License-Identifier: GPL-2.0
/*
 * The components ril.video_decode and ril.image_decode: pictures of a compressed
 * stream. When these do not suit the format of the output it says so and waits until
 * it has been set.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>
#include <libavutil/pixfmt.h>

#include <videocore/mmal-encodings.h>

#include "camera-format.h"
#include "m2m.h"
#include "media/image.h"
#include "media/stream-decoder.h"
#include "mmal-priv.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* Compressed data has no geometry that could be computed. */
#define DECODE_INPUT_MIN	(16u << 10)
#define DECODE_INPUT_WANTED	(512u << 10)

/**
 * struct decode - a stream being decoded; belongs to the m2m
 * @encoding: what @dec was made for
 * @picture: decoded and not given out yet, if @has_picture
 * @has_ended: EOS is to be given out
 * @has_input: the oldest input has been fed, and goes back when it is used up
 * @has_headers: the headers were looked at, or a picture was
 * @owes_picture: none was made of the input yet, of which each is one
 * @is_cut: the input has no end
 * @shown: a picture as the screen should show it
 */
struct decode {
	struct vc_stream_decoder *dec;
	uint32_t encoding;
	struct vc_stream_picture picture;
	bool has_picture;
	bool has_ended;
	bool has_input;
	bool has_headers;
	bool owes_picture;
	bool is_cut;
	struct vc_image *shown;
};

static const struct {
	uint32_t encoding;
	enum vc_stream_codec codec;
} decode_codecs[] = {
	{ MMAL_ENCODING_H264, VC_STREAM_H264 },
	{ MMAL_ENCODING_MJPEG, VC_STREAM_MJPEG },
	{ MMAL_ENCODING_MP4V, VC_STREAM_MPEG4 },
	{ MMAL_ENCODING_H263, VC_STREAM_H263 },
	{ MMAL_ENCODING_MP2V, VC_STREAM_MPEG2 },
	{ MMAL_ENCODING_JPEG, VC_STREAM_MJPEG },
};

static enum vc_stream_codec decode_codec(uint32_t encoding)
{
	for (size_t i = 0; i < NR(decode_codecs); i++)
		if (decode_codecs[i].encoding == encoding)
			return decode_codecs[i].codec;
	return VC_STREAM_NONE;
}

/* -----------------------------------------------------------------------------
 * Steps
 */

static void decode_close(void *codec)
{
	struct decode *decode = codec;

	vc_stream_decoder_destroy(decode->dec);
	vc_image_destroy(decode->shown);
	free(decode);
}

static void *decode_open(const struct m2m_setup *setup)
{
	struct decode *decode = calloc(1, sizeof(*decode));

	if (!decode)
		return NULL;
	decode->encoding = setup->in.encoding;
	decode->dec = vc_stream_decoder_create(decode_codec(decode->encoding));
	if (!decode->dec) {
		free(decode);
		return NULL;
	}
	return decode;
}

static void decode_flush(void *codec)
{
	struct decode *decode = codec;

	vc_stream_decoder_flush(decode->dec);
	decode->has_picture = false;
	decode->has_ended = false;
	decode->has_input = false;
	decode->owes_picture = false;
}

/* The input was set to another format. */
static int decode_reopen(struct decode *decode, const struct m2m_setup *setup)
{
	struct vc_stream_decoder *dec;

	if (decode->encoding == setup->in.encoding)
		return 0;
	dec = vc_stream_decoder_create(decode_codec(setup->in.encoding));
	if (!dec)
		return -EINVAL;
	vc_stream_decoder_destroy(decode->dec);
	decode->dec = dec;
	decode->encoding = setup->in.encoding;
	decode->has_picture = false;
	decode->has_ended = false;
	decode->has_input = false;
	decode->has_headers = false;
	decode->owes_picture = false;
	return 0;
}

static uint32_t decode_colours(const struct vc_stream_picture *picture)
{
	if (picture->is_full_range)
		return MMAL_COLOR_SPACE_JFIF;
	switch (picture->matrix) {
	case AVCOL_SPC_BT709:
		return MMAL_COLOR_SPACE_BT709;
	case AVCOL_SPC_SMPTE170M:
		return MMAL_COLOR_SPACE_BT601;
	case AVCOL_SPC_BT470BG:
		return MMAL_COLOR_SPACE_BT470BG;
	case AVCOL_SPC_SMPTE240M:
		return MMAL_COLOR_SPACE_SMPTE240M;
	default:
		return MMAL_COLOR_SPACE_UNKNOWN;
	}
}

/* The picture as a format of the output. */
static struct component_format decode_format(const struct vc_stream_picture *picture,
					     const struct m2m_setup *setup)
{
	return (struct component_format){
		.type = MMAL_ES_VIDEO,
		.encoding = setup->out.encoding,
		.width = picture->view.width,
		.height = picture->view.height,
		.crop.width = picture->view.width,
		.crop.height = picture->view.height,
		.frame_rate = { 0, 1 },
		.par = { picture->sar_num, picture->sar_den },
		.color_space = decode_colours(picture),
	};
}

static bool same_ratio(const struct component_rational *a, const struct component_rational *b)
{
	return (int64_t)a->num * b->den == (int64_t)b->num * a->den;
}

static bool decode_suits(const struct component_format *fmt, const struct m2m_setup *setup)
{
	const struct component_format *out = &setup->out;

	if (fmt->crop.width != out->crop.width || fmt->crop.height != out->crop.height)
		return false;
	return !setup->stop_on_colour || (fmt->color_space == out->color_space &&
					  same_ratio(&fmt->par, &out->par));
}

static int decode_write(const struct decode *decode, const struct m2m_setup *setup,
			const struct m2m_io *io, size_t *len)
{
	struct camera_picture layout;
	struct vc_image img;
	int ret;

	camera_format_picture(&setup->out, &layout);
	*len = layout.len;
	if (layout.len > io->out->capacity)
		return -ENOSPC;
	ret = vc_image_wrap(&img, layout.drm, layout.width, layout.height, layout.stride,
			    layout.lines, io->out_mem, layout.len);
	return ret ? ret : vc_image_convert(&decode->picture.view, &img);
}

static unsigned int decode_give_picture(struct decode *decode, const struct m2m_setup *setup,
					struct m2m_io *io)
{
	const struct vc_stream_picture *picture = &decode->picture;
	struct component_buffer *out = io->out;
	size_t len;

	if (!out)
		return 0;
	out->error = decode_write(decode, setup, io, &len);
	out->length = out->error ? 0 : len;
	out->flags = MMAL_BUFFER_FRAME;
	if (picture->is_key)
		out->flags |= MMAL_BUFFER_KEYFRAME;
	if (picture->is_damaged || decode->is_cut)
		out->flags |= MMAL_BUFFER_CORRUPTED;
	if (picture->is_interlaced)
		out->flags |= MMAL_BUFFER_INTERLACED;
	if (picture->is_interlaced && picture->is_top_first)
		out->flags |= MMAL_BUFFER_TOP_FIELD_FIRST;
	out->pts = picture->pts == VC_STREAM_NO_TIME ? MMAL_TIME_UNKNOWN : picture->pts;
	decode->has_picture = false;
	decode->owes_picture = false;
	return M2M_FILLED_OUTPUT;
}

static unsigned int decode_give_end(struct decode *decode, struct m2m_io *io)
{
	if (!io->out)
		return 0;
	io->out->length = 0;
	io->out->flags = MMAL_BUFFER_EOS;
	io->out->pts = 0;
	decode->has_ended = false;
	return M2M_FILLED_OUTPUT;
}

static unsigned int decode_give(struct decode *decode, const struct m2m_setup *setup,
				struct m2m_io *io)
{
	struct component_format fmt;

	if (decode->has_ended)
		return decode_give_end(decode, io);
	fmt = decode_format(&decode->picture, setup);
	if (decode_suits(&fmt, setup))
		return decode_give_picture(decode, setup, io);
	io->format = fmt;
	return M2M_NEW_FORMAT;
}

/* A JPEG ends with a mark; what follows it is padding. */
static bool jpeg_is_cut(const uint8_t *data, size_t len)
{
	while (len && !data[len - 1])
		len--;
	return len < 2 || data[len - 2] != 0xff || data[len - 1] != 0xd9;
}

static void decode_feed(struct decode *decode, const struct m2m_io *io)
{
	const bool is_jpeg = decode_codec(decode->encoding) == VC_STREAM_MJPEG;
	const struct component_buffer *in = io->in;
	int64_t pts = in->pts == MMAL_TIME_UNKNOWN ? VC_STREAM_NO_TIME : in->pts;

	if (io->in_mem)
		vc_stream_decoder_feed(decode->dec, io->in_mem, in->length, pts);
	if (in->flags & MMAL_BUFFER_EOS)
		vc_stream_decoder_end(decode->dec);
	decode->has_input = true;
	decode->owes_picture = is_jpeg && io->in_mem;
	decode->is_cut = decode->owes_picture && jpeg_is_cut(io->in_mem, in->length);
}

/*
 * Pictures may be long in coming, what they are like is known before. The client
 * hears of it before it gets back what says it.
 */
static bool decode_has_news(struct decode *decode, const struct m2m_setup *setup,
			    struct m2m_io *io)
{
	struct vc_stream_picture picture;

	if (decode->has_headers || !vc_stream_decoder_headers(decode->dec, &picture))
		return false;
	decode->has_headers = true;
	io->format = decode_format(&picture, setup);
	return !decode_suits(&io->format, setup);
}

/* Whoever sent a bad JPEG hears of it where he waits for the picture. */
static unsigned int decode_give_error(struct decode *decode, struct m2m_io *io)
{
	decode->has_input = false;
	decode->owes_picture = false;
	io->out->error = -EIO;
	io->out->length = 0;
	io->out->pts = io->in->pts;
	return M2M_TOOK_INPUT | M2M_FILLED_OUTPUT;
}

/* What was fed is used up. */
static unsigned int decode_take(struct decode *decode, const struct m2m_setup *setup,
				struct m2m_io *io)
{
	if (decode_has_news(decode, setup, io))
		return M2M_NEW_FORMAT;
	if (!decode->has_input || (decode->owes_picture && decode->has_headers && !io->out))
		return 0;
	if (decode->owes_picture && io->in && io->out)
		return decode_give_error(decode, io);
	decode->has_input = false;
	return M2M_TOOK_INPUT;
}

static unsigned int decode_step(void *codec, const struct m2m_setup *setup, struct m2m_io *io)
{
	struct decode *decode = codec;
	int ret;

	if (decode_reopen(decode, setup))
		return io->in ? M2M_TOOK_INPUT : 0;
	if (io->in && !decode->has_input && !decode->has_picture && !decode->has_ended)
		decode_feed(decode, io);
	if (!decode->has_picture && !decode->has_ended) {
		ret = vc_stream_decoder_next(decode->dec, &decode->picture);
		decode->has_picture = !ret;
		decode->has_headers |= !ret;
		decode->has_ended = ret == -ENODATA;
	}
	if (decode->has_ended && decode->has_input) {
		decode->has_input = false;
		return M2M_TOOK_INPUT;
	}
	if (!decode->has_picture && !decode->has_ended)
		return decode_take(decode, setup, io);
	return decode_give(decode, setup, io);
}

/* What a stream does not say is as of today's video, as displays take it. */
static const struct vc_image *decode_show(void *codec)
{
	struct decode *decode = codec;
	const struct vc_stream_picture *picture = &decode->picture;
	const bool is_bt709 = picture->matrix == AVCOL_SPC_BT709 ||
			      picture->matrix == AVCOL_SPC_UNSPECIFIED;
	const struct vc_image *view = &picture->view;

	if (!decode->shown || decode->shown->width != view->width ||
	    decode->shown->height != view->height) {
		vc_image_destroy(decode->shown);
		decode->shown = vc_image_create(DRM_FORMAT_XRGB8888, view->width, view->height);
	}
	if (!decode->shown ||
	    vc_image_show(view, decode->shown, is_bt709, picture->is_full_range))
		return NULL;
	return decode->shown;
}

static const struct m2m_ops decode_ops = {
	.open = decode_open,
	.close = decode_close,
	.flush = decode_flush,
	.step = decode_step,
	.show = decode_show,
	.gives_pictures = true,
};

/* -----------------------------------------------------------------------------
 * The component
 */

static const struct component_param decode_params[] = {
	{ .id = MMAL_PARAM_VIDEO_VALIDATE_TIMESTAMPS, .len = 4, .ports = COMPONENT_ON_DATA,
	  .init = 1 },
	{ .id = MMAL_PARAM_VIDEO_STOP_ON_PAR_COLOUR_CHANGE, .len = 4,
	  .ports = COMPONENT_ON_CONTROL | COMPONENT_ON_OUTPUT },
	{ .id = MMAL_PARAM_VIDEO_INTERPOLATE_TIMESTAMPS, .len = 4, .ports = COMPONENT_ON_DATA },
	{ .id = MMAL_PARAM_VIDEO_TIMESTAMP_FIFO, .len = 4, .ports = COMPONENT_ON_DATA },
	{ .id = MMAL_PARAM_VIDEO_DECODE_ERROR_CONCEALMENT, .len = 4,
	  .ports = COMPONENT_ON_DATA | COMPONENT_ON_CONTROL },
	{ .id = MMAL_PARAM_EXTRA_BUFFERS, .len = 4, .ports = COMPONENT_ON_DATA },
	{ .id = MMAL_PARAM_NALUNITFORMAT, .len = 4, .ports = COMPONENT_ON_INPUT, .init = 1 },
	{ .id = MMAL_PARAM_VIDEO_ALIGN_HORIZ, .len = 4, .ports = COMPONENT_ON_OUTPUT, .init = 32 },
	{ .id = MMAL_PARAM_VIDEO_ALIGN_VERT, .len = 4, .ports = COMPONENT_ON_OUTPUT, .init = 16 },
	{ .id = MMAL_PARAM_VIDEO_INTERLACE_TYPE, .len = 8, .ports = COMPONENT_ON_OUTPUT,
	  .read_only = true },
};

/* Colours are left as they are, which only these can be. */
static const uint32_t decode_outputs[] = {
	MMAL_ENCODING_I420,
	MMAL_ENCODING_YV12,
	MMAL_ENCODING_NV12,
	MMAL_ENCODING_NV21,
	MMAL_ENCODING_YUYV,
	MMAL_ENCODING_YVYU,
	MMAL_ENCODING_UYVY,
	MMAL_ENCODING_VYUY,
};

static const uint32_t video_inputs[] = {
	MMAL_ENCODING_H264,
	MMAL_ENCODING_MJPEG,
	MMAL_ENCODING_MP4V,
	MMAL_ENCODING_H263,
	MMAL_ENCODING_MP2V,
};

static const uint32_t image_inputs[] = {
	MMAL_ENCODING_JPEG,
	MMAL_ENCODING_MJPEG,
};

static bool is_among(uint32_t encoding, const uint32_t *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (list[i] == encoding)
			return true;
	return false;
}

static const uint32_t *decode_encodings(struct component_port *port, size_t *nr)
{
	if (port->type == MMAL_PORT_OUTPUT) {
		*nr = NR(decode_outputs);
		return decode_outputs;
	}
	if (port->comp->ops == &image_decode_component) {
		*nr = NR(image_inputs);
		return image_inputs;
	}
	*nr = NR(video_inputs);
	return video_inputs;
}

static int decode_input_format(struct component_format *fmt, struct component_needs *needs,
			       const uint32_t *inputs, size_t nr)
{
	if (!is_among(fmt->encoding, inputs, nr))
		return -EINVAL;
	fmt->type = MMAL_ES_VIDEO;
	needs->size_min = DECODE_INPUT_MIN;
	needs->size_recommended = DECODE_INPUT_WANTED;
	return 0;
}

static int decode_output_format(struct component_format *fmt, struct component_needs *needs)
{
	int ret;

	if (!is_among(fmt->encoding, decode_outputs, NR(decode_outputs)))
		return -EINVAL;
	ret = camera_format_fix_image(fmt, false);
	if (ret)
		return ret;
	camera_format_needs(fmt, needs);
	return 0;
}

static int decode_port_format(struct component_port *port, struct component_format *fmt,
			      struct component_needs *needs)
{
	size_t nr;
	const uint32_t *inputs;

	if (port->type == MMAL_PORT_OUTPUT)
		return decode_output_format(fmt, needs);
	if (port->type != MMAL_PORT_INPUT)
		return 0;
	inputs = port->comp->ops->encodings(port, &nr);
	return decode_input_format(fmt, needs, inputs, nr);
}

static void decode_set_up(struct component *comp)
{
	const struct component_port *control = &comp->ports[0];
	const struct component_port *out = component_port(comp, MMAL_PORT_OUTPUT, 0);
	const uint32_t id = MMAL_PARAM_VIDEO_STOP_ON_PAR_COLOUR_CHANGE;
	const struct m2m_setup setup = {
		.in = component_port(comp, MMAL_PORT_INPUT, 0)->format,
		.out = out->format,
		.stop_on_colour = component_value_u32(control, id, 0) ||
				  component_value_u32(out, id, 0),
	};

	m2m_set_up(comp->priv, &setup);
}

static int decode_port_enable(struct component_port *port)
{
	decode_set_up(port->comp);
	return m2m_port_enable(port);
}

static void decode_param_stored(struct component_port *port, uint32_t id)
{
	decode_set_up(port->comp);
}

/* Which it is, each picture says; this is what is known before. */
static int decode_param_get(struct component_port *port, uint32_t id, void *value, size_t len)
{
	const uint32_t type = htole32(MMAL_INTERLACE_PROGRESSIVE);

	if (id != MMAL_PARAM_VIDEO_INTERLACE_TYPE)
		return -ENODATA;
	memcpy(value, &type, sizeof(type));
	return 0;
}

static void decode_default_formats(struct component *comp)
{
	const struct component_format in = {
		.type = MMAL_ES_VIDEO,
		.encoding = comp->ops == &image_decode_component ? image_inputs[0] :
								   video_inputs[0],
	};
	const struct component_format out = {
		.type = MMAL_ES_VIDEO,
		.encoding = decode_outputs[0],
		.width = 32,
		.height = 32,
		.frame_rate = { 0, 1 },
	};
	struct component_port *port = component_port(comp, MMAL_PORT_OUTPUT, 0);

	component_port_set_format(component_port(comp, MMAL_PORT_INPUT, 0), &in);
	component_port_set_format(port, &out);
	port->capabilities = MMAL_PORT_CAP_FORMAT_CHANGE;
}

static int decode_create(struct component *comp)
{
	comp->priv = m2m_create(comp, &decode_ops);
	if (!comp->priv)
		return -ENOMEM;
	decode_default_formats(comp);
	return 0;
}

#define DECODE_OPS				\
	M2M_COMPONENT_OPS,			\
	.params = decode_params,		\
	.nr_params = NR(decode_params),		\
	.create = decode_create,		\
	.port_format = decode_port_format,	\
	.encodings = decode_encodings,		\
	.param_stored = decode_param_stored,	\
	.param_get = decode_param_get,		\
	.port_enable = decode_port_enable

const struct component_ops video_decode_component = {
	DECODE_OPS,
	.name = "ril.video_decode",
};

const struct component_ops image_decode_component = {
	DECODE_OPS,
	.name = "ril.image_decode",
};
