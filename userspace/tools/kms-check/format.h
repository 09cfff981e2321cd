/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pixel formats for tests: writing colours, and what becomes of them. Written
 * from the names of the formats and the definition of Y'CbCr; shares nothing
 * with what is tested.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef KMS_CHECK_FORMAT_H
#define KMS_CHECK_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct format - a DRM format
 * @fourcc: DRM_FORMAT_*
 * @name: DRM's name
 * @rgb: RGB: components of the little-endian pixel word, most significant first
 * @nr_planes: memory planes
 * @hsub: YUV: luma pixels per chroma sample across
 * @vsub: and down
 * @cr_first: Cr comes before Cb
 */
struct format {
	uint32_t fourcc;
	const char *name;
	const char *rgb;
	unsigned int nr_planes;
	unsigned int hsub;
	unsigned int vsub;
	bool cr_first;
};

/** struct colour - 8 bits each; Y, Cb, Cr in r, g, b for YUV */
struct colour {
	uint8_t r, g, b, a;
};

struct kms_fb;

const struct format *format_find(uint32_t fourcc);
unsigned int format_row_bytes(const struct format *f, unsigned int plane, unsigned int width);
bool format_is_yuv(const struct format *f);
bool format_has_alpha(const struct format *f);

/* Store a pixel (a YUV pixel's chroma too, shared with its neighbours). */
void format_put(const struct format *f, struct kms_fb *fb, unsigned int x, unsigned int y,
		struct colour c);
/* What is left of the colour once stored in the format's few bits. */
struct colour format_reduce(const struct format *f, struct colour c);

enum yuv_encoding {
	YUV_BT601,
	YUV_BT709,
	YUV_BT2020,
};

/* RGB of Y, Cb, Cr in @c. */
struct colour yuv_to_rgb(struct colour c, enum yuv_encoding enc, bool is_full);

#endif /* KMS_CHECK_FORMAT_H */
