/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An image in memory: format, size, planes. Formats are DRM fourccs, whose
 * definition (little-endian pixel words) leaves no doubt about byte order.
 *
 * YUV is BT.601 with full range everywhere (JFIF, MMAL's YJFI, V4L2_COLORSPACE_JPEG): it is
 * what the firmware camera's clients ask for. A plane that shows it needs
 * COLOR_ENCODING "ITU-R BT.601 YCbCr" and COLOR_RANGE "YCbCr full range".
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_IMAGE_H
#define VIDEOCORED_MEDIA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VC_IMAGE_PLANES	3

#define VC_IMAGE_MAX	16384	/* pixels per line, lines */

/**
 * struct vc_image - planes do not belong to it unless made by vc_image_create()
 * @format: DRM_FORMAT_* (XRGB8888, YUV420, NV12, ...)
 * @width: pixels
 * @height: lines
 * @plane: first byte of each plane, in the order of the format (YVU420: Y, V, U)
 * @stride: bytes per line of each plane
 * @mem: the block behind the planes when created, else NULL
 */
struct vc_image {
	uint32_t format;
	unsigned int width;
	unsigned int height;
	uint8_t *plane[VC_IMAGE_PLANES];
	unsigned int stride[VC_IMAGE_PLANES];
	void *mem;
};

/* New zeroed image, lines 64-byte aligned; NULL without memory or for an unknown format. */
struct vc_image *vc_image_create(uint32_t format, unsigned int width, unsigned int height);
void vc_image_destroy(struct vc_image *img);

/*
 * Lay @img's planes over the @len bytes at @mem: luma (or packed pixels) with
 * @stride bytes per line and @lines lines, chroma right behind with the strides
 * that V4L2 and MMAL imply. -EINVAL if the format is unknown or it does not fit.
 */
int vc_image_wrap(struct vc_image *img, uint32_t format, unsigned int width,
		  unsigned int height, unsigned int stride, unsigned int lines,
		  void *mem, size_t len);

/* True for the formats all functions here take. */
bool vc_image_format_known(uint32_t format);
bool vc_image_format_is_yuv(uint32_t format);

/*
 * Convert (not scale) @src to @dst of the same size, by libyuv. 0, -EINVAL or
 * -ENOMEM. The fill byte of X formats is not defined.
 */
int vc_image_convert(const struct vc_image *src, struct vc_image *dst);

/* YUV420 to XRGB8888 with the colours of video, or of JPEG as above. */
int vc_image_show(const struct vc_image *src, struct vc_image *dst, bool is_bt709,
		  bool is_full_range);

/* Scale @src to @dst of another size; both YUV420 or both XRGB8888. 0 or -EINVAL. */
int vc_image_scale(const struct vc_image *src, struct vc_image *dst);
/*
 * The part of @img at @x, @y (even numbers if YUV), as an image without memory of
 * its own. 0 or -EINVAL.
 */
int vc_image_crop(const struct vc_image *img, struct vc_image *part, unsigned int x,
		  unsigned int y, unsigned int width, unsigned int height);

/* PSNR in dB over R, G, B of two XRGB8888 images of one size; 99 when equal. */
double vc_image_psnr(const struct vc_image *a, const struct vc_image *b);
/* PNG file of an XRGB8888 image; not there at all if writing fails. 0 or -errno. */
int vc_image_write_png(const struct vc_image *img, const char *path);

#endif /* VIDEOCORED_MEDIA_IMAGE_H */
