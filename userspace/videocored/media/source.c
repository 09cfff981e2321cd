// SPDX-License-Identifier: GPL-2.0
/*
 * Camera sources: finding out what a name means, and what all kinds share.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <drm_fourcc.h>

#include "../log.h"
#include "pattern.h"
#include "source-priv.h"
#include "source.h"

/* -----------------------------------------------------------------------------
 * Geometry
 */

struct vc_rect vc_rect_cover(unsigned int width, unsigned int height, double sar,
			     const struct vc_image *dst)
{
	/* Source pixels per line of the part, if it had all lines. */
	double fit = (double)height * dst->width / dst->height / sar;
	struct vc_rect part = { .width = width, .height = height };

	if (fit < width)
		part.width = fit;
	else
		part.height = width * sar * dst->height / dst->width;
	if (!part.width)
		part.width = 1;
	if (!part.height)
		part.height = 1;
	part.x = (width - part.width) / 2;
	part.y = (height - part.height) / 2;
	return part;
}

int vc_scale_part(const struct vc_image *src, struct vc_rect part, struct vc_image *dst)
{
	struct vc_image view = *src;

	if (src->format != DRM_FORMAT_YUV420 || part.x > src->width || part.y > src->height ||
	    part.width > src->width - part.x || part.height > src->height - part.y)
		return -EINVAL;
	view.width = part.width;
	view.height = part.height;
	for (unsigned int p = 0; p < 3; p++) {
		unsigned int sub = p ? 1 : 0;

		view.plane[p] += (size_t)(part.y >> sub) * src->stride[p] + (part.x >> sub);
	}
	return vc_image_scale(&view, dst);
}

/* -----------------------------------------------------------------------------
 * Pattern
 */

static int pattern_render(void *priv, uint64_t seq, uint64_t t_us, struct vc_image *dst)
{
	vc_pattern_draw(dst, seq);
	return 0;
}

static void pattern_close(void *priv)
{
}

int vc_pattern_open(struct vc_source *src)
{
	static const struct vc_source_ops ops = {
		.render = pattern_render,
		.close = pattern_close,
	};

	src->ops = &ops;
	src->fps = VC_SOURCE_FPS;
	return 0;
}

/* -----------------------------------------------------------------------------
 * The source
 */

/* One picture is a photograph, more are a film. */
static int open_file(struct vc_source *src, const char *path, char **error)
{
	struct vc_decoder *dec;
	int ret = vc_decoder_open(&dec, path, error);

	if (ret)
		return ret;
	if (!vc_decoder_is_still(dec)) {
		ret = vc_film_open(src, dec, error);
		if (ret)
			vc_decoder_close(dec);
		return ret;
	}
	vc_decoder_close(dec);
	return vc_photos_open(src, path, error);
}

static int open_spec(struct vc_source *src, const char *spec, char **error)
{
	struct stat st;

	if (!spec || !strcmp(spec, "pattern"))
		return vc_pattern_open(src);
	if (!strcmp(spec, "photos"))
		return vc_photos_open(src, NULL, error);
	if (stat(spec, &st))
		return vc_fail(error, -errno, "%s: %s", spec, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return vc_photos_open(src, spec, error);
	if (!S_ISREG(st.st_mode))
		return vc_fail(error, -EINVAL, "%s: neither a file nor a directory", spec);
	return open_file(src, spec, error);
}

struct vc_source *vc_source_open(const char *spec, char **error)
{
	struct vc_source *src = calloc(1, sizeof(*src));

	if (error)
		*error = NULL;
	if (!src) {
		vc_fail(error, -ENOMEM, "out of memory");
		return NULL;
	}
	if (open_spec(src, spec, error)) {
		free(src);
		return NULL;
	}
	return src;
}

void vc_source_close(struct vc_source *src)
{
	if (!src)
		return;
	src->ops->close(src->priv);
	vc_image_destroy(src->scratch);
	free(src);
}

double vc_source_fps(const struct vc_source *src)
{
	return src->fps;
}

static int fit_scratch(struct vc_source *src, const struct vc_image *dst)
{
	if (src->scratch && src->scratch->width == dst->width &&
	    src->scratch->height == dst->height)
		return 0;
	vc_image_destroy(src->scratch);
	src->scratch = vc_image_create(DRM_FORMAT_YUV420, dst->width, dst->height);
	return src->scratch ? 0 : -ENOMEM;
}

int vc_source_render(struct vc_source *src, uint64_t seq, uint64_t t_us,
		     struct vc_image *dst)
{
	int ret;

	if (!vc_image_format_known(dst->format))
		return -EINVAL;
	if (dst->format == DRM_FORMAT_YUV420)
		return src->ops->render(src->priv, seq, t_us, dst);
	ret = fit_scratch(src, dst);
	if (!ret)
		ret = src->ops->render(src->priv, seq, t_us, src->scratch);
	if (!ret)
		ret = vc_image_convert(src->scratch, dst);
	return ret;
}
