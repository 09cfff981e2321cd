// SPDX-License-Identifier: GPL-2.0
/*
 * The component ril.image_fx, of whose effects there is deinterlacing: a picture
 * comes out of each that goes in, and that is changed if it says that it has two
 * fields.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <drm_fourcc.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/mmal-encodings.h>

#include "camera-format.h"
#include "log.h"
#include "m2m.h"
#include "media/deinterlace.h"
#include "media/image.h"
#include "mmal-priv.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * struct fx - an effect; belongs to the m2m
 * @now: the picture that is worked on
 * @last: the one before it, if @has_last
 * @done: what was made of it
 * @has_ended: EOS is to be given out
 */
struct fx {
	struct vc_image *now;
	struct vc_image *last;
	struct vc_image *done;
	bool has_last;
	bool has_ended;
};

static void *fx_open(const struct m2m_setup *setup)
{
	return calloc(1, sizeof(struct fx));
}

static void fx_forget(struct fx *fx)
{
	vc_image_destroy(fx->now);
	vc_image_destroy(fx->last);
	vc_image_destroy(fx->done);
	*fx = (struct fx){ 0 };
}

static void fx_close(void *codec)
{
	fx_forget(codec);
	free(codec);
}

static void fx_flush(void *codec)
{
	struct fx *fx = codec;

	fx->has_last = false;
	fx->has_ended = false;
}

static int fx_prepare(struct fx *fx, const struct vc_image *like)
{
	if (fx->now && fx->now->width == like->width && fx->now->height == like->height)
		return 0;
	fx_forget(fx);
	fx->now = vc_image_create(DRM_FORMAT_YUV420, like->width, like->height);
	fx->last = vc_image_create(DRM_FORMAT_YUV420, like->width, like->height);
	fx->done = vc_image_create(DRM_FORMAT_YUV420, like->width, like->height);
	if (fx->now && fx->last && fx->done)
		return 0;
	fx_forget(fx);
	return -ENOMEM;
}

/* The next picture is compared with this one. */
static void fx_remember(struct fx *fx)
{
	struct vc_image *old = fx->last;

	fx->last = fx->now;
	fx->now = old;
	fx->has_last = true;
}

static int fx_deinterlace(struct fx *fx, const struct m2m_setup *setup, const struct vc_image *src,
			  struct vc_image *dst, bool is_top_first)
{
	int ret = fx_prepare(fx, src);

	if (!ret)
		ret = vc_image_convert(src, fx->now);
	if (!ret)
		ret = vc_deinterlace(fx->now, fx->has_last && setup->is_careful ? fx->last : NULL,
				     fx->done, is_top_first);
	if (ret)
		return ret;
	fx_remember(fx);
	return vc_image_convert(fx->done, dst);
}

static int fx_wrap(const struct component_format *fmt, void *mem, size_t len, struct vc_image *img,
		   size_t *used)
{
	struct camera_picture layout;

	camera_format_picture(fmt, &layout);
	*used = layout.len;
	return layout.len > len ? -ENOSPC :
	       vc_image_wrap(img, layout.drm, layout.width, layout.height, layout.stride,
			     layout.lines, mem, len);
}

static int fx_picture(struct fx *fx, const struct m2m_setup *setup, struct m2m_io *io,
		      size_t *used)
{
	const uint32_t flags = io->in->flags;
	struct vc_image src, dst;
	size_t in_len;
	int ret;

	ret = fx_wrap(&setup->in, (void *)io->in_mem, io->in->length, &src, &in_len);
	if (!ret)
		ret = fx_wrap(&setup->out, io->out_mem, io->out->capacity, &dst, used);
	if (ret)
		return ret;
	if (!setup->effect || !(flags & MMAL_BUFFER_INTERLACED))
		return vc_image_convert(&src, &dst);
	return fx_deinterlace(fx, setup, &src, &dst, flags & MMAL_BUFFER_TOP_FIELD_FIRST);
}

static unsigned int fx_give_end(struct fx *fx, struct m2m_io *io)
{
	if (!io->out)
		return 0;
	io->out->length = 0;
	io->out->flags = MMAL_BUFFER_EOS;
	io->out->pts = 0;
	fx->has_ended = false;
	return M2M_FILLED_OUTPUT;
}

static unsigned int fx_step(void *codec, const struct m2m_setup *setup, struct m2m_io *io)
{
	struct fx *fx = codec;
	size_t used = 0;
	int ret;

	if (fx->has_ended)
		return fx_give_end(fx, io);
	if (!io->in || (io->in_mem && !io->out))
		return 0;
	fx->has_ended = io->in->flags & MMAL_BUFFER_EOS;
	if (!io->in_mem)
		return M2M_TOOK_INPUT;
	ret = fx_picture(fx, setup, io, &used);
	if (ret)
		vc_info("mmal", "effect not applied: error %d", ret);
	io->out->error = ret;
	io->out->length = ret ? 0 : used;
	io->out->flags = ret ? 0 : MMAL_BUFFER_FRAME;
	io->out->pts = io->in->pts;
	return M2M_TOOK_INPUT | M2M_FILLED_OUTPUT;
}

static const struct m2m_ops fx_ops = {
	.open = fx_open,
	.close = fx_close,
	.flush = fx_flush,
	.step = fx_step,
	.takes_pictures = true,
	.gives_pictures = true,
};

/* -----------------------------------------------------------------------------
 * The component
 */

static const struct component_param fx_params[] = {
	{ .id = MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, .len = 32, .len_alt = 28,
	  .ports = COMPONENT_ON_OUTPUT },
};

static const uint32_t fx_formats[] = {
	MMAL_ENCODING_I420,
	MMAL_ENCODING_YV12,
	MMAL_ENCODING_NV12,
	MMAL_ENCODING_NV21,
};

static const uint32_t *fx_encodings(struct component_port *port, size_t *nr)
{
	*nr = NR(fx_formats);
	return fx_formats;
}

static bool fx_has_format(uint32_t encoding)
{
	for (size_t i = 0; i < NR(fx_formats); i++)
		if (fx_formats[i] == encoding)
			return true;
	return false;
}

static int fx_port_format(struct component_port *port, struct component_format *fmt,
			  struct component_needs *needs)
{
	int ret;

	if (port->type == MMAL_PORT_CONTROL)
		return 0;
	if (!fx_has_format(fmt->encoding))
		return -EINVAL;
	ret = camera_format_fix_image(fmt, true);
	if (!ret)
		camera_format_needs(fmt, needs);
	return ret;
}

/* Other effects than these change nothing. */
static void fx_set_up(struct component *comp)
{
	const struct component_port *out = component_port(comp, MMAL_PORT_OUTPUT, 0);
	const uint32_t effect =
		component_value_u32(out, MMAL_PARAM_IMAGE_EFFECT_PARAMETERS, 0);
	const struct m2m_setup setup = {
		.in = component_port(comp, MMAL_PORT_INPUT, 0)->format,
		.out = out->format,
		.effect = effect >= MMAL_EFFECT_DEINTERLACE_DOUBLE &&
			  effect <= MMAL_EFFECT_DEINTERLACE_FAST ? effect : 0,
		.is_careful = effect == MMAL_EFFECT_DEINTERLACE_ADVANCED,
	};

	m2m_set_up(comp->priv, &setup);
}

static void fx_param_stored(struct component_port *port, uint32_t id)
{
	fx_set_up(port->comp);
}

static int fx_port_enable(struct component_port *port)
{
	fx_set_up(port->comp);
	return m2m_port_enable(port);
}

static int fx_create(struct component *comp)
{
	return m2m_create_converter(comp, &fx_ops);
}

const struct component_ops image_fx_component = {
	M2M_COMPONENT_OPS,
	.name = "ril.image_fx",
	.params = fx_params,
	.nr_params = NR(fx_params),
	.create = fx_create,
	.port_format = fx_port_format,
	.encodings = fx_encodings,
	.param_stored = fx_param_stored,
	.port_enable = fx_port_enable,
};
