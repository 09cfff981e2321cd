// SPDX-License-Identifier: GPL-2.0
/*
 * Images against a scalar reference that knows formats only by the definition
 * in drm_fourcc.h, written without the table and the library that are tested.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <drm_fourcc.h>
#include <png.h>

#include "image.h"

/* Not a multiple of 16 or 32, and more lines than are converted at a time. */
#define WIDTH	86
#define HEIGHT	38

struct pixel {
	int c[3];	/* R, G, B or Y, U, V */
};

static const uint32_t rgb_formats[] = {
	DRM_FORMAT_XRGB8888, DRM_FORMAT_ARGB8888, DRM_FORMAT_XBGR8888, DRM_FORMAT_RGBX8888,
	DRM_FORMAT_BGRX8888, DRM_FORMAT_RGB888, DRM_FORMAT_BGR888, DRM_FORMAT_RGB565,
};

static const uint32_t yuv_formats[] = {
	DRM_FORMAT_YUV420, DRM_FORMAT_YVU420, DRM_FORMAT_NV12, DRM_FORMAT_NV21,
	DRM_FORMAT_YUYV, DRM_FORMAT_YVYU, DRM_FORMAT_UYVY, DRM_FORMAT_VYUY,
};

#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* Byte offsets of the components of an RGB pixel, and bytes per pixel. */
static int rgb_layout(uint32_t format, int at[3])
{
	static const struct {
		uint32_t format;
		int cpp, at[3];
	} layouts[] = {
		{ DRM_FORMAT_XRGB8888, 4, { 2, 1, 0 } }, { DRM_FORMAT_ARGB8888, 4, { 2, 1, 0 } },
		{ DRM_FORMAT_XBGR8888, 4, { 0, 1, 2 } }, { DRM_FORMAT_RGBX8888, 4, { 3, 2, 1 } },
		{ DRM_FORMAT_BGRX8888, 4, { 1, 2, 3 } }, { DRM_FORMAT_RGB888, 3, { 2, 1, 0 } },
		{ DRM_FORMAT_BGR888, 3, { 0, 1, 2 } },
	};

	for (size_t i = 0; i < NR(layouts); i++)
		if (layouts[i].format == format) {
			memcpy(at, layouts[i].at, sizeof(layouts[i].at));
			return layouts[i].cpp;
		}
	return 0;
}

static uint8_t *rgb_address(const struct vc_image *img, int x, int y, int cpp)
{
	return img->plane[0] + y * img->stride[0] + x * cpp;
}

static void rgb_put(const struct vc_image *img, int x, int y, struct pixel p)
{
	int at[3], cpp = rgb_layout(img->format, at);
	uint8_t *to = rgb_address(img, x, y, cpp ? cpp : 2);

	if (!cpp) {
		unsigned int word = p.c[0] >> 3 << 11 | p.c[1] >> 2 << 5 | p.c[2] >> 3;

		to[0] = word;
		to[1] = word >> 8;
		return;
	}
	for (int i = 0; i < 3; i++)
		to[at[i]] = p.c[i];
}

static struct pixel rgb_get(const struct vc_image *img, int x, int y)
{
	int at[3], cpp = rgb_layout(img->format, at);
	const uint8_t *from = rgb_address(img, x, y, cpp ? cpp : 2);
	struct pixel p;

	if (!cpp) {
		unsigned int word = from[0] | from[1] << 8;

		return (struct pixel){ { (word >> 11) * 255 / 31, (word >> 5 & 63) * 255 / 63,
					 (word & 31) * 255 / 31 } };
	}
	for (int i = 0; i < 3; i++)
		p.c[i] = from[at[i]];
	return p;
}

/* Where component @c of pixel @x, @y lies. */
static uint8_t *yuv_address(const struct vc_image *img, int x, int y, int c)
{
	uint32_t f = img->format;
	bool swapped = f == DRM_FORMAT_YVU420 || f == DRM_FORMAT_NV21 ||
		       f == DRM_FORMAT_YVYU || f == DRM_FORMAT_VYUY;
	bool second = (c == 2) != swapped;

	switch (f) {
	case DRM_FORMAT_YUV420:
	case DRM_FORMAT_YVU420:
		if (c)
			return img->plane[1 + second] + y / 2 * img->stride[1] + x / 2;
		return img->plane[0] + y * img->stride[0] + x;
	case DRM_FORMAT_NV12:
	case DRM_FORMAT_NV21:
		if (c)
			return img->plane[1] + y / 2 * img->stride[1] + x / 2 * 2 + second;
		return img->plane[0] + y * img->stride[0] + x;
	case DRM_FORMAT_YUYV:
	case DRM_FORMAT_YVYU:
		return img->plane[0] + y * img->stride[0] +
		       (c ? x / 2 * 4 + 1 + 2 * second : x * 2);
	default:
		return img->plane[0] + y * img->stride[0] +
		       (c ? x / 2 * 4 + 2 * second : x * 2 + 1);
	}
}

/* Chroma is the same in blocks of 2x2 pixels, so that no subsampling changes it. */
static struct pixel some_yuv(int x, int y)
{
	int bx = x / 2, by = y / 2;

	return (struct pixel){ { (x * 7 + y * 13) & 255, (bx * 11 + by * 5) & 255,
				 (255 - bx * 3 + by * 17) & 255 } };
}

static struct pixel some_rgb(int x, int y)
{
	return (struct pixel){ { (x * 3 + y) & 255, (x * 5 + 90) & 255, (y * 6 + x) & 255 } };
}

static struct vc_image *rgb_image(uint32_t format)
{
	struct vc_image *img = vc_image_create(format, WIDTH, HEIGHT);

	assert_non_null(img);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			rgb_put(img, x, y, some_rgb(x, y));
	return img;
}

static struct vc_image *yuv_image(uint32_t format)
{
	struct vc_image *img = vc_image_create(format, WIDTH, HEIGHT);

	assert_non_null(img);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			for (int c = 0; c < 3; c++)
				*yuv_address(img, x, y, c) = some_yuv(x, y).c[c];
	return img;
}

static void check_pixel(uint32_t from, uint32_t to, int x, int y, struct pixel got,
			struct pixel want, int tolerance)
{
	for (int c = 0; c < 3; c++)
		if (abs(got.c[c] - want.c[c]) > tolerance)
			fail_msg("%.4s to %.4s, pixel %d,%d component %d: %d, expected %d",
				 (char *)&from, (char *)&to, x, y, c, got.c[c], want.c[c]);
}

static void check_rgb_pair(uint32_t from, uint32_t to)
{
	bool coarse = from == DRM_FORMAT_RGB565 || to == DRM_FORMAT_RGB565;
	struct vc_image *src = rgb_image(from), *dst = vc_image_create(to, WIDTH, HEIGHT);

	assert_int_equal(vc_image_convert(src, dst), 0);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			check_pixel(from, to, x, y, rgb_get(dst, x, y), some_rgb(x, y),
				    coarse ? 8 : 0);
	vc_image_destroy(src);
	vc_image_destroy(dst);
}

static void rgb_to_rgb(void **state)
{
	for (size_t i = 0; i < NR(rgb_formats); i++)
		for (size_t j = 0; j < NR(rgb_formats); j++)
			check_rgb_pair(rgb_formats[i], rgb_formats[j]);
}

static void check_yuv_pair(uint32_t from, uint32_t to)
{
	struct vc_image *src = yuv_image(from), *dst = vc_image_create(to, WIDTH, HEIGHT);

	assert_int_equal(vc_image_convert(src, dst), 0);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			struct pixel got;

			for (int c = 0; c < 3; c++)
				got.c[c] = *yuv_address(dst, x, y, c);
			check_pixel(from, to, x, y, got, some_yuv(x, y), 0);
		}
	vc_image_destroy(src);
	vc_image_destroy(dst);
}

static void yuv_to_yuv(void **state)
{
	for (size_t i = 0; i < NR(yuv_formats); i++)
		for (size_t j = 0; j < NR(yuv_formats); j++)
			check_yuv_pair(yuv_formats[i], yuv_formats[j]);
}

static int clamp(double v)
{
	return v < 0 ? 0 : v > 255 ? 255 : (int)(v + 0.5);
}

/* JFIF 1.02, section "Conversion to and from RGB". */
static struct pixel jfif_rgb(struct pixel p)
{
	double y = p.c[0], cb = p.c[1] - 128, cr = p.c[2] - 128;

	return (struct pixel){ { clamp(y + 1.402 * cr), clamp(y - 0.34414 * cb - 0.71414 * cr),
				 clamp(y + 1.772 * cb) } };
}

static struct pixel jfif_yuv(struct pixel p)
{
	double r = p.c[0], g = p.c[1], b = p.c[2];

	return (struct pixel){ { clamp(0.299 * r + 0.587 * g + 0.114 * b),
				 clamp(-0.1687 * r - 0.3313 * g + 0.5 * b + 128),
				 clamp(0.5 * r - 0.4187 * g - 0.0813 * b + 128) } };
}

static void check_yuv_to_rgb(uint32_t from, uint32_t to)
{
	struct vc_image *src = yuv_image(from);
	struct vc_image *dst = vc_image_create(to, WIDTH, HEIGHT);
	int tolerance = to == DRM_FORMAT_RGB565 ? 10 : 3;

	assert_int_equal(vc_image_convert(src, dst), 0);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			check_pixel(from, to, x, y, rgb_get(dst, x, y),
				    jfif_rgb(some_yuv(x, y)), tolerance);
	vc_image_destroy(src);
	vc_image_destroy(dst);
}

static void yuv_to_rgb_is_jfif(void **state)
{
	for (size_t i = 0; i < NR(yuv_formats); i++)
		for (size_t j = 0; j < NR(rgb_formats); j++)
			check_yuv_to_rgb(yuv_formats[i], rgb_formats[j]);
}

/* One colour a run: what chroma subsampling does at edges is not looked at. */
static void check_colour(uint32_t from, uint32_t to, struct pixel colour)
{
	struct vc_image *src = vc_image_create(from, WIDTH, HEIGHT);
	struct vc_image *dst = vc_image_create(to, WIDTH, HEIGHT);
	int tolerance = from == DRM_FORMAT_RGB565 ? 8 : 2;

	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			rgb_put(src, x, y, colour);
	assert_int_equal(vc_image_convert(src, dst), 0);
	for (int c = 0; c < 3; c++) {
		int got = *yuv_address(dst, WIDTH - 1, HEIGHT - 1, c);

		if (abs(got - jfif_yuv(colour).c[c]) > tolerance)
			fail_msg("%.4s to %.4s, %d,%d,%d component %d: %d", (char *)&from,
				 (char *)&to, colour.c[0], colour.c[1], colour.c[2], c, got);
	}
	vc_image_destroy(src);
	vc_image_destroy(dst);
}

static void rgb_to_yuv_is_jfif(void **state)
{
	for (size_t i = 0; i < NR(rgb_formats); i++)
		for (size_t j = 0; j < NR(yuv_formats); j++)
			for (int n = 0; n < 27; n++)
				check_colour(rgb_formats[i], yuv_formats[j],
					     (struct pixel){ { n % 3 * 127, n / 3 % 3 * 127,
							       n / 9 * 127 } });
}

static void argb_from_xrgb_is_opaque(void **state)
{
	struct vc_image *src = rgb_image(DRM_FORMAT_XRGB8888);
	struct vc_image *dst = vc_image_create(DRM_FORMAT_ARGB8888, WIDTH, HEIGHT);

	assert_int_equal(vc_image_convert(src, dst), 0);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			assert_int_equal(rgb_address(dst, x, y, 4)[3], 255);
	vc_image_destroy(src);
	vc_image_destroy(dst);
}

static void convert_refuses_other_size(void **state)
{
	struct vc_image *a = vc_image_create(DRM_FORMAT_NV12, 64, 32);
	struct vc_image *b = vc_image_create(DRM_FORMAT_XRGB8888, 64, 34);

	assert_int_equal(vc_image_convert(a, b), -EINVAL);
	vc_image_destroy(a);
	vc_image_destroy(b);
}

static void wrap_places_planes(void **state)
{
	static uint8_t mem[96 * 64 * 2];
	struct vc_image img;

	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_YVU420, 86, 62, 96, 64, mem,
				       sizeof(mem)), 0);
	assert_ptr_equal(img.plane[1], mem + 96 * 64);
	assert_ptr_equal(img.plane[2], mem + 96 * 64 + 48 * 32);
	assert_int_equal(img.stride[1], 48);
	assert_null(img.mem);
	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_NV12, 86, 62, 96, 64, mem,
				       sizeof(mem)), 0);
	assert_ptr_equal(img.plane[1], mem + 96 * 64);
	assert_int_equal(img.stride[1], 96);
}

/* The smallest length each format accepts, and that one byte less is refused. */
static void wrap_checks_length(void **state)
{
	static const struct {
		uint32_t format;
		unsigned int stride, len;
	} cases[] = {
		{ DRM_FORMAT_XRGB8888, 256, 256 * 31 + 60 * 4 },
		{ DRM_FORMAT_RGB888, 192, 192 * 31 + 60 * 3 },
		{ DRM_FORMAT_RGB565, 128, 128 * 31 + 60 * 2 },
		{ DRM_FORMAT_YUYV, 128, 128 * 31 + 60 * 2 },
		{ DRM_FORMAT_YUV420, 64, 64 * 32 + 32 * 16 + 32 * 15 + 30 },
		{ DRM_FORMAT_NV12, 64, 64 * 32 + 64 * 15 + 60 },
	};
	struct vc_image img;
	uint8_t mem[1];

	for (size_t i = 0; i < NR(cases); i++) {
		assert_int_equal(vc_image_wrap(&img, cases[i].format, 60, 32, cases[i].stride, 32,
					       mem, cases[i].len), 0);
		assert_int_equal(vc_image_wrap(&img, cases[i].format, 60, 32, cases[i].stride, 32,
					       mem, cases[i].len - 1), -EINVAL);
	}
}

static void wrap_refuses_nonsense(void **state)
{
	struct vc_image img;
	uint8_t mem[1];
	size_t much = SIZE_MAX;

	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_C8, 32, 32, 32, 32, mem, much), -EINVAL);
	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_NV12, 0, 32, 32, 32, mem, much), -EINVAL);
	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_NV12, 32, 32, 31, 32, mem, much), -EINVAL);
	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_NV12, 32, 32, 32, 31, mem, much), -EINVAL);
	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_NV12, 33, 32, 33, 32, mem, much), -EINVAL);
	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_XRGB8888, 0x40000001, 32, 4, 32, mem,
				       much), -EINVAL);
	assert_int_equal(vc_image_wrap(&img, DRM_FORMAT_NV12, 32, 32, UINT32_MAX, UINT32_MAX, mem,
				       1 << 20), -EINVAL);
}

static void crop_bounds(void **state)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, 64, 32);
	struct vc_image *rgb = vc_image_create(DRM_FORMAT_XRGB8888, 64, 32);
	struct vc_image part;

	assert_int_equal(vc_image_crop(img, &part, 32, 16, 32, 16), 0);
	assert_ptr_equal(part.plane[2], img->plane[2] + 8 * img->stride[2] + 16);
	assert_int_equal(vc_image_crop(img, &part, 32, 16, 33, 16), -EINVAL);
	assert_int_equal(vc_image_crop(img, &part, 32, 16, 32, 17), -EINVAL);
	assert_int_equal(vc_image_crop(img, &part, 1, 0, 2, 2), -EINVAL);
	assert_int_equal(vc_image_crop(img, &part, UINT32_MAX - 1, 0, 4, 2), -EINVAL);
	assert_int_equal(vc_image_crop(rgb, &part, 7, 5, 2, 2), 0);
	assert_ptr_equal(part.plane[0], rgb->plane[0] + 5 * rgb->stride[0] + 7 * 4);
	vc_image_destroy(rgb);
	vc_image_destroy(img);
}

static void psnr_of_known_error(void **state)
{
	struct vc_image *a = rgb_image(DRM_FORMAT_XRGB8888);
	struct vc_image *b = rgb_image(DRM_FORMAT_XRGB8888);

	assert_true(vc_image_psnr(a, b) == 99);
	/* What lies in the filling byte is no difference. */
	rgb_address(b, 3, 3, 4)[3] ^= 0xff;
	assert_true(vc_image_psnr(a, b) == 99);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			for (int c = 0; c < 3; c++)
				rgb_address(b, x, y, 4)[c] ^= 4;
	/* Every difference is 4: 20 * log10(255 / 4). */
	assert_true(vc_image_psnr(a, b) > 36.08 && vc_image_psnr(a, b) < 36.10);
	vc_image_destroy(a);
	vc_image_destroy(b);
}

static void png_reads_back(void **state)
{
	struct vc_image *img = rgb_image(DRM_FORMAT_XRGB8888);
	char dir[] = "/tmp/vc-image-XXXXXX", path[64];
	png_image png = { .version = PNG_IMAGE_VERSION };
	static uint8_t rgb[WIDTH * HEIGHT * 3];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.png", dir);
	assert_int_equal(vc_image_write_png(img, path), 0);
	assert_true(png_image_begin_read_from_file(&png, path));
	assert_int_equal(png.width, WIDTH);
	assert_int_equal(png.height, HEIGHT);
	png.format = PNG_FORMAT_RGB;
	assert_true(png_image_finish_read(&png, NULL, rgb, 0, NULL));
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			for (int c = 0; c < 3; c++)
				assert_int_equal(rgb[(y * WIDTH + x) * 3 + c],
						 some_rgb(x, y).c[c]);
	unlink(path);
	rmdir(dir);
	vc_image_destroy(img);
}

static void png_errors(void **state)
{
	struct vc_image *img = rgb_image(DRM_FORMAT_XRGB8888);

	assert_int_equal(vc_image_write_png(img, "/nonexistent/a.png"), -ENOENT);
	/* A full disk, where there is the device for it. */
	if (!access("/dev/full", W_OK) && !symlink("/dev/full", "/tmp/vc-image-full.png.part"))
		assert_int_not_equal(vc_image_write_png(img, "/tmp/vc-image-full.png"), 0);
	assert_int_not_equal(access("/tmp/vc-image-full.png", F_OK), 0);
	assert_int_not_equal(access("/tmp/vc-image-full.png.part", F_OK), 0);
	vc_image_destroy(img);
}

static void scale_keeps_flat_colour(void **state)
{
	struct vc_image *a = vc_image_create(DRM_FORMAT_YUV420, 64, 48);
	struct vc_image *b = vc_image_create(DRM_FORMAT_YUV420, 20, 90);
	struct vc_image *c = vc_image_create(DRM_FORMAT_NV12, 20, 90);

	memset(a->mem, 77, (size_t)(a->plane[2] - a->plane[0]) + 24 * a->stride[2]);
	assert_int_equal(vc_image_scale(a, b), 0);
	for (int i = 0; i < 3; i++)
		assert_in_range(b->plane[i][9], 76, 78);
	assert_int_equal(vc_image_scale(a, c), -EINVAL);
	vc_image_destroy(a);
	vc_image_destroy(b);
	vc_image_destroy(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rgb_to_rgb),
		cmocka_unit_test(yuv_to_yuv),
		cmocka_unit_test(yuv_to_rgb_is_jfif),
		cmocka_unit_test(rgb_to_yuv_is_jfif),
		cmocka_unit_test(argb_from_xrgb_is_opaque),
		cmocka_unit_test(convert_refuses_other_size),
		cmocka_unit_test(wrap_places_planes),
		cmocka_unit_test(wrap_checks_length),
		cmocka_unit_test(wrap_refuses_nonsense),
		cmocka_unit_test(crop_bounds),
		cmocka_unit_test(psnr_of_known_error),
		cmocka_unit_test(png_reads_back),
		cmocka_unit_test(png_errors),
		cmocka_unit_test(scale_keeps_flat_colour),
	};

	return cmocka_run_group_tests_name("media-image", tests, NULL, NULL);
}
