/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of camera sources and what they share.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_SOURCE_PRIV_H
#define VIDEOCORED_MEDIA_SOURCE_PRIV_H

#include <stdint.h>

#include "decoder.h"
#include "image.h"

#define VC_SOURCE_FPS 30.0	/* of what has no frame rate of its own */

/**
 * struct vc_source_ops - one kind of source
 * @render: picture for @t_us into a YUV420 image; 0 or -errno
 * @close: frees @priv
 */
struct vc_source_ops {
	int (*render)(void *priv, uint64_t seq, uint64_t t_us, struct vc_image *dst);
	void (*close)(void *priv);
};

/**
 * struct vc_source - an open source
 * @ops: its kind
 * @priv: the kind's own
 * @fps: own frame rate
 * @scratch: YUV420 picture on the way to other formats
 */
struct vc_source {
	const struct vc_source_ops *ops;
	void *priv;
	double fps;
	struct vc_image *scratch;
};

/* These set ops, priv and fps. 0 or -errno with *error. */
int vc_pattern_open(struct vc_source *src);
/* Takes over @dec when it succeeds. */
int vc_film_open(struct vc_source *src, struct vc_decoder *dec, char **error);
/* @path: an image file or a directory; NULL: the photographs of the distribution. */
int vc_photos_open(struct vc_source *src, const char *path, char **error);

/**
 * struct vc_rect - part of a picture, pixels
 */
struct vc_rect {
	unsigned int x, y, width, height;
};

/*
 * The largest part of a picture of @width x @height, with pixels @sar times as
 * wide as high, that has the shape of @dst; centred.
 */
struct vc_rect vc_rect_cover(unsigned int width, unsigned int height, double sar,
			     const struct vc_image *dst);
/* Scale @part of the YUV420 image @src to @dst; odd positions are fine. 0 or -EINVAL. */
int vc_scale_part(const struct vc_image *src, struct vc_rect part, struct vc_image *dst);

#endif /* VIDEOCORED_MEDIA_SOURCE_PRIV_H */
