/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of image formats, for the files that work on images.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_IMAGE_PRIV_H
#define VIDEOCORED_MEDIA_IMAGE_PRIV_H

#include <stdint.h>

enum vc_format_class {
	VC_CLASS_RGB,		/* one plane of RGB pixels */
	VC_CLASS_YUV420,	/* luma plane, chroma planes of half width and height */
	VC_CLASS_YUV422,	/* one plane of two-pixel groups */
};

/**
 * struct vc_format - how a format lies in memory
 * @fourcc: DRM_FORMAT_*
 * @class: which conversions apply
 * @planes: number of planes
 * @cpp: bytes per pixel of plane 0
 * @chroma_cpp: bytes per sample of the chroma planes, 2 when interleaved
 */
struct vc_format {
	uint32_t fourcc;
	enum vc_format_class class;
	uint8_t planes;
	uint8_t cpp;
	uint8_t chroma_cpp;
};

const struct vc_format *vc_format_find(uint32_t fourcc);

#endif /* VIDEOCORED_MEDIA_IMAGE_PRIV_H */
