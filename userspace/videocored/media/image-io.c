// SPDX-License-Identifier: GPL-2.0
/*
 * Comparing images and writing them to files.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <drm_fourcc.h>
#include <png.h>

#include "../log.h"
#include "image.h"

#define PSNR_EQUAL 99.0

/* Squared differences of the three colours of @width pixels; the fourth byte is filling. */
static uint64_t line_error(const uint8_t *a, const uint8_t *b, unsigned int width)
{
	uint64_t sum = 0;

	for (unsigned int x = 0; x < width; x++) {
		int d0 = a[x * 4] - b[x * 4];
		int d1 = a[x * 4 + 1] - b[x * 4 + 1];
		int d2 = a[x * 4 + 2] - b[x * 4 + 2];

		sum += (unsigned int)(d0 * d0 + d1 * d1 + d2 * d2);
	}
	return sum;
}

double vc_image_psnr(const struct vc_image *a, const struct vc_image *b)
{
	uint64_t sum = 0;

	if (a->format != DRM_FORMAT_XRGB8888 || b->format != DRM_FORMAT_XRGB8888 ||
	    a->width != b->width || a->height != b->height)
		return 0;
	for (unsigned int y = 0; y < a->height; y++)
		sum += line_error(a->plane[0] + (size_t)y * a->stride[0],
				  b->plane[0] + (size_t)y * b->stride[0], a->width);
	if (!sum)
		return PSNR_EQUAL;
	return fmin(PSNR_EQUAL, 10 * log10(255.0 * 255.0 * 3 * a->width * a->height / sum));
}

static void png_failed(png_structp png, png_const_charp what)
{
	vc_dbg("media", "png: %s", what);
	png_longjmp(png, 1);
}

static void png_warned(png_structp png, png_const_charp what)
{
	vc_dbg("media", "png: %s", what);
}

/* libpng leaves by longjmp on errors: nothing here needs undoing but @png and @info. */
static int png_write(FILE *file, const struct vc_image *rgb)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  png_failed, png_warned);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return -ENOMEM;
	}
	if (setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return -EIO;
	}
	png_init_io(png, file);
	/* Somebody waits for it: three times the speed for a tenth more bytes. */
	png_set_compression_level(png, 2);
	png_set_filter(png, 0, PNG_FILTER_SUB);
	png_set_IHDR(png, info, rgb->width, rgb->height, 8, PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (unsigned int y = 0; y < rgb->height; y++)
		png_write_row(png, rgb->plane[0] + (size_t)y * rgb->stride[0]);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	return 0;
}

static bool is_ppm(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strcmp(dot, ".ppm");
}

static int ppm_write(FILE *file, const struct vc_image *rgb)
{
	fprintf(file, "P6\n%u %u\n255\n", rgb->width, rgb->height);
	for (unsigned int y = 0; y < rgb->height; y++)
		fwrite(rgb->plane[0] + (size_t)y * rgb->stride[0], 3, rgb->width, file);
	return ferror(file) ? -EIO : 0;
}

/* A reader never sees half a file: it is written beside and renamed. */
static int write_file(const struct vc_image *rgb, const char *path)
{
	char *tmp;
	FILE *file;
	int ret;

	if (asprintf(&tmp, "%s.part", path) < 0)
		return -ENOMEM;
	file = fopen(tmp, "wbe");
	if (!file) {
		ret = -errno;
		free(tmp);
		return ret;
	}
	ret = is_ppm(path) ? ppm_write(file, rgb) : png_write(file, rgb);
	if (fclose(file) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		unlink(tmp);
	free(tmp);
	return ret;
}

int vc_image_write_png(const struct vc_image *img, const char *path)
{
	struct vc_image *rgb;
	int ret;

	if (img->format != DRM_FORMAT_XRGB8888)
		return -EINVAL;
	/* Bytes R, G, B, as PNG wants them. */
	rgb = vc_image_create(DRM_FORMAT_BGR888, img->width, img->height);
	if (!rgb)
		return -ENOMEM;
	ret = vc_image_convert(img, rgb);
	if (!ret)
		ret = write_file(rgb, path);
	vc_image_destroy(rgb);
	return ret;
}
