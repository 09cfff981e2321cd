// SPDX-License-Identifier: GPL-2.0
/*
 * The component ril.isp: conversion, scaling, cropping and mirroring of pictures.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <stdlib.h>

#include <videocore/mmal-encodings.h>

#include "camera-format.h"
#include "log.h"
#include "m2m.h"
#include "media/image.h"
#include "mmal-priv.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * struct isp - a converter; belongs to the m2m
 * @has_ended: EOS is to be given out
 */
struct isp {
	bool has_ended;
};

static void *isp_open(const struct m2m_setup *setup)
{
	return calloc(1, sizeof(struct isp));
}

static void isp_close(void *codec)
{
	free(codec);
}

static void isp_flush(void *codec)
{
	struct isp *isp = codec;

	isp->has_ended = false;
}

static int isp_wrap(const struct component_format *fmt, void *mem, size_t len,
		    struct vc_image *img, size_t *used)
{
	struct camera_picture layout;

	camera_format_picture(fmt, &layout);
	*used = layout.len;
	return vc_image_wrap(img, layout.drm, layout.width, layout.height, layout.stride,
			     layout.lines, mem, len);
}

/* Only these two can be scaled: what is neither is brought to one of them. */
static uint32_t isp_pivot(const struct vc_image *img)
{
	return vc_image_format_is_yuv(img->format) ? DRM_FORMAT_YUV420 : DRM_FORMAT_XRGB8888;
}

static int isp_scale(const struct vc_image *src, struct vc_image *dst)
{
	const uint32_t pivot = isp_pivot(src);
	struct vc_image *large = vc_image_create(pivot, src->width, src->height);
	struct vc_image *small = vc_image_create(pivot, dst->width, dst->height);
	int ret = large && small ? vc_image_convert(src, large) : -ENOMEM;

	if (!ret)
		ret = vc_image_scale(large, small);
	if (!ret)
		ret = vc_image_convert(small, dst);
	vc_image_destroy(large);
	vc_image_destroy(small);
	return ret;
}

static int isp_convert(const struct vc_image *src, struct vc_image *dst)
{
	if (src->width == dst->width && src->height == dst->height)
		return vc_image_convert(src, dst);
	return isp_scale(src, dst);
}

static unsigned int isp_flip_of(uint32_t mirror)
{
	return (mirror & MMAL_MIRROR_VERTICAL ? CAMERA_FLIP_VERTICAL : 0) |
	       (mirror & MMAL_MIRROR_HORIZONTAL ? CAMERA_FLIP_HORIZONTAL : 0);
}

static int isp_mirror(const struct vc_image *src, struct vc_image *dst, uint32_t mirror)
{
	struct vc_image *plain = vc_image_create(dst->format, dst->width, dst->height);
	int ret = plain ? isp_convert(src, plain) : -ENOMEM;

	if (!ret)
		ret = camera_flip(plain, dst, isp_flip_of(mirror));
	vc_image_destroy(plain);
	return ret;
}

static int isp_picture(const struct m2m_setup *setup, struct m2m_io *io, size_t *used)
{
	struct vc_image src, dst;
	size_t in_len;
	int ret;

	ret = isp_wrap(&setup->in, (void *)io->in_mem, io->in->length, &src, &in_len);
	if (!ret)
		ret = isp_wrap(&setup->out, io->out_mem, io->out->capacity, &dst, used);
	if (!ret && *used > io->out->capacity)
		ret = -ENOSPC;
	if (ret)
		return ret;
	return setup->mirror ? isp_mirror(&src, &dst, setup->mirror) : isp_convert(&src, &dst);
}

static unsigned int isp_give_end(struct isp *isp, struct m2m_io *io)
{
	if (!io->out)
		return 0;
	io->out->length = 0;
	io->out->flags = MMAL_BUFFER_EOS;
	io->out->pts = 0;
	isp->has_ended = false;
	return M2M_FILLED_OUTPUT;
}

static unsigned int isp_step(void *codec, const struct m2m_setup *setup, struct m2m_io *io)
{
	struct isp *isp = codec;
	size_t used = 0;
	int ret;

	if (isp->has_ended)
		return isp_give_end(isp, io);
	if (!io->in || (io->in_mem && !io->out))
		return 0;
	isp->has_ended = io->in->flags & MMAL_BUFFER_EOS;
	if (!io->in_mem)
		return M2M_TOOK_INPUT;
	ret = isp_picture(setup, io, &used);
	if (ret)
		vc_info("mmal", "picture not converted: error %d", ret);
	io->out->error = ret;
	io->out->length = ret ? 0 : used;
	io->out->flags = ret ? 0 : MMAL_BUFFER_FRAME;
	io->out->pts = io->in->pts;
	return M2M_TOOK_INPUT | M2M_FILLED_OUTPUT;
}

static const struct m2m_ops isp_ops = {
	.open = isp_open,
	.close = isp_close,
	.flush = isp_flush,
	.step = isp_step,
	.takes_pictures = true,
	.gives_pictures = true,
};

/* -----------------------------------------------------------------------------
 * The component
 */

static const struct component_param isp_params[] = {
	{ .id = MMAL_PARAM_MIRROR, .len = 4, .ports = COMPONENT_ON_INPUT,
	  .check = COMPONENT_CHECK_MAX, .max = MMAL_MIRROR_BOTH },
	{ .id = MMAL_PARAM_CROP, .len = 16, .ports = COMPONENT_ON_INPUT },
	{ .id = MMAL_PARAM_RESIZE_PARAMS, .len = 24, .ports = COMPONENT_ON_DATA },
};

static const uint32_t *isp_encodings(struct component_port *port, size_t *nr)
{
	const uint32_t *list = camera_encodings(nr);

	/* All but the first, the opaque one. */
	--*nr;
	return list + 1;
}

static int isp_port_format(struct component_port *port, struct component_format *fmt,
			   struct component_needs *needs)
{
	int ret;

	if (port->type == MMAL_PORT_CONTROL || fmt->encoding == MMAL_ENCODING_OPAQUE)
		return port->type == MMAL_PORT_CONTROL ? 0 : -EINVAL;
	/* Lines and planes lie where the client has them. */
	ret = camera_format_fix_image(fmt, true);
	if (ret)
		return ret;
	camera_format_needs(fmt, needs);
	return 0;
}

static void isp_set_up(struct component *comp)
{
	const struct component_port *in = component_port(comp, MMAL_PORT_INPUT, 0);
	const struct m2m_setup setup = {
		.in = in->format,
		.out = component_port(comp, MMAL_PORT_OUTPUT, 0)->format,
		.mirror = component_value_u32(in, MMAL_PARAM_MIRROR, MMAL_MIRROR_NONE),
	};

	m2m_set_up(comp->priv, &setup);
}

static void isp_param_stored(struct component_port *port, uint32_t id)
{
	isp_set_up(port->comp);
}

static int isp_port_enable(struct component_port *port)
{
	isp_set_up(port->comp);
	return m2m_port_enable(port);
}

static int isp_create(struct component *comp)
{
	return m2m_create_converter(comp, &isp_ops);
}

const struct component_ops isp_component = {
	M2M_COMPONENT_OPS,
	.name = "ril.isp",
	.params = isp_params,
	.nr_params = NR(isp_params),
	.create = isp_create,
	.port_format = isp_port_format,
	.encodings = isp_encodings,
	.param_stored = isp_param_stored,
	.port_enable = isp_port_enable,
};
