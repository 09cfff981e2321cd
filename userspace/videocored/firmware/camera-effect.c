// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's image effects. What they do is public, how is not: these are
 * effects of that name and kind.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "camera-effect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "camera-look.h"
#include "media/image.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static double parameter(const struct camera_look *look, uint32_t i, double absent)
{
	return i < look->nr_params ? look->params[i] : absent;
}

static uint8_t clamp_byte(int value)
{
	return value < 0 ? 0 : value > 255 ? 255 : value;
}

/* -----------------------------------------------------------------------------
 * Curves
 */

static double curve_negative(const struct camera_look *look, int c, double v)
{
	return 255 - v;
}

/*
 * Up to x0, y0, from there on down from y1 to y2. The V4L2 drivers send a word
 * more in front.
 */
static double curve_solarize(const struct camera_look *look, int c, double v)
{
	const uint32_t first = look->nr_params == 5;
	const double x0 = parameter(look, first, 128), y0 = parameter(look, first + 1, 128);
	const double y1 = parameter(look, first + 2, 128), y2 = parameter(look, first + 3, 0);

	if (v < x0)
		return v * y0 / x0;
	return x0 < 255 ? y1 + (y2 - y1) * (v - x0) / (255 - x0) : y1;
}

static double curve_posterise(const struct camera_look *look, int c, double v)
{
	const double steps = 4;

	return floor(v / 256 * steps) * 255 / (steps - 1);
}

static double curve_whiteboard(const struct camera_look *look, int c, double v)
{
	return v > 128 ? 255 : v;
}

static double curve_blackboard(const struct camera_look *look, int c, double v)
{
	return v > 128 ? v : 0;
}

static double curve_pastel(const struct camera_look *look, int c, double v)
{
	return 64 + v * 3 / 4;
}

static double curve_washed_out(const struct camera_look *look, int c, double v)
{
	return 96 + v * 5 / 8;
}

/* Three gains of 256: blue, green, red. */
static double curve_balance(const struct camera_look *look, int c, double v)
{
	return v * parameter(look, 2 - c, 256) / 256;
}

/* -----------------------------------------------------------------------------
 * Filters
 */

static uint8_t *line_of(const struct vc_image *img, unsigned int p, unsigned int y)
{
	return img->plane[p] + (size_t)y * img->stride[p];
}

static void each_chroma(struct vc_image *img, void (*fn)(uint8_t *u, uint8_t *v))
{
	for (unsigned int y = 0; y < (img->height + 1) / 2; y++)
		for (unsigned int x = 0; x < (img->width + 1) / 2; x++)
			fn(line_of(img, 1, y) + x, line_of(img, 2, y) + x);
}

static void to_grey(uint8_t *u, uint8_t *v)
{
	*u = 128;
	*v = 128;
}

static void swap_chroma(uint8_t *u, uint8_t *v)
{
	const uint8_t u0 = *u;

	*u = *v;
	*v = u0;
}

/* Only what is red stays in colour. */
static void keep_red(uint8_t *u, uint8_t *v)
{
	if (*v < 160)
		to_grey(u, v);
}

/** struct around - luma of a pixel's neighbourhood, line by line */
struct around {
	int p[3][3];
};

static void look_around(const struct vc_image *img, unsigned int x, unsigned int y,
			struct around *a)
{
	for (int dy = 0; dy < 3; dy++) {
		const unsigned int from = y + dy ? y + dy - 1 : 0;
		const uint8_t *line = line_of(img, 0, from < img->height ? from : y);

		for (int dx = 0; dx < 3; dx++) {
			const unsigned int at = x + dx ? x + dx - 1 : 0;

			a->p[dy][dx] = line[at < img->width ? at : x];
		}
	}
}

static void copy_luma(const struct vc_image *from, struct vc_image *to)
{
	for (unsigned int y = 0; y < from->height; y++)
		memcpy(line_of(to, 0, y), line_of(from, 0, y), from->width);
}

/* Every pixel of the luma anew, by what was around it. */
static void each_luma(struct vc_image *img, struct vc_image *tmp,
		      int (*fn)(const struct around *a, unsigned int x, unsigned int y))
{
	struct around a;

	copy_luma(img, tmp);
	for (unsigned int y = 0; y < img->height; y++) {
		uint8_t *out = line_of(img, 0, y);

		for (unsigned int x = 0; x < img->width; x++) {
			look_around(tmp, x, y, &a);
			out[x] = clamp_byte(fn(&a, x, y));
		}
	}
}

static int mean_of(const struct around *a)
{
	int sum = 0;

	for (int y = 0; y < 3; y++)
		for (int x = 0; x < 3; x++)
			sum += a->p[y][x];
	return (sum + 4) / 9;
}

static int edge_of(const struct around *a)
{
	const int down = a->p[2][0] + 2 * a->p[2][1] + a->p[2][2] -
			 a->p[0][0] - 2 * a->p[0][1] - a->p[0][2];
	const int right = a->p[0][2] + 2 * a->p[1][2] + a->p[2][2] -
			  a->p[0][0] - 2 * a->p[1][0] - a->p[2][0];

	return abs(down) + abs(right);
}

static int luma_mean(const struct around *a, unsigned int x, unsigned int y)
{
	return mean_of(a);
}

static int luma_sketch(const struct around *a, unsigned int x, unsigned int y)
{
	return 255 - edge_of(a);
}

static int luma_emboss(const struct around *a, unsigned int x, unsigned int y)
{
	return 128 + a->p[2][2] - a->p[0][0];
}

static int luma_cartoon(const struct around *a, unsigned int x, unsigned int y)
{
	return edge_of(a) > 160 ? 0 : a->p[1][1] & 0xe0;
}

static int luma_pen(const struct around *a, unsigned int x, unsigned int y)
{
	return a->p[1][1] < mean_of(a) - 4 ? 0 : 255;
}

/* The darker, the more lines. */
static int luma_hatch(const struct around *a, unsigned int x, unsigned int y)
{
	const bool one = (x + y) % 8 < 2 && a->p[1][1] < 160;
	const bool other = (x - y) % 8 < 2 && a->p[1][1] < 80;

	return one || other ? 0 : a->p[1][1];
}

/* Grain that does not move. */
static int luma_grain(const struct around *a, unsigned int x, unsigned int y)
{
	const uint32_t hash = (x * 2654435761u) ^ (y * 2246822519u);

	return a->p[1][1] + (int)((hash >> 16) % 49) - 24;
}

typedef int (*luma_fn)(const struct around *a, unsigned int x, unsigned int y);

/* -----------------------------------------------------------------------------
 * The effects, by their MMAL numbers
 */

static const struct effect {
	double (*curve)(const struct camera_look *look, int c, double v);
	luma_fn luma;
	void (*chroma)(uint8_t *u, uint8_t *v);
	double colours;		/* 0: as they are */
	unsigned int times;	/* @luma, beyond the first */
} effects[] = {
	[1] = { .curve = curve_negative },
	[2] = { .curve = curve_solarize },
	[3] = { .curve = curve_posterise },
	[4] = { .curve = curve_whiteboard },
	[5] = { .curve = curve_blackboard },
	[6] = { .luma = luma_sketch, .chroma = to_grey },
	[7] = { .luma = luma_mean },
	[8] = { .luma = luma_emboss, .chroma = to_grey },
	[9] = { .luma = luma_mean, .curve = curve_posterise, .times = 1 },
	[10] = { .luma = luma_hatch },
	[11] = { .luma = luma_pen, .chroma = to_grey },
	[12] = { .curve = curve_pastel, .luma = luma_mean },
	[13] = { .curve = curve_posterise, .luma = luma_mean, .times = 2 },
	[14] = { .luma = luma_grain },
	[15] = { .luma = luma_mean, .times = 2 },
	[16] = { .colours = 272. / 256 },
	[17] = { .chroma = swap_chroma },
	[18] = { .curve = curve_washed_out, .colours = .5 },
	[19] = { .curve = curve_posterise },
	[20] = { .chroma = keep_red },
	[21] = { .curve = curve_balance },
	[22] = { .luma = luma_cartoon },
};

#define EFFECT_SATURATION	16

static const struct effect *effect_of(const struct camera_look *look)
{
	return &effects[look->effect < NR(effects) ? look->effect : 0];
}

bool camera_effect_has_curve(const struct camera_look *look)
{
	return effect_of(look)->curve;
}

double camera_effect_curve(const struct camera_look *look, int c, double value)
{
	const struct effect *effect = effect_of(look);

	return effect->curve ? effect->curve(look, c, value) : value;
}

double camera_effect_colours(const struct camera_look *look)
{
	const double factor = effect_of(look)->colours;

	if (look->effect == EFFECT_SATURATION)
		return parameter(look, 0, 272) / 256;
	return factor > 0 ? factor : 1;
}

bool camera_effect_has_filter(const struct camera_look *look)
{
	return effect_of(look)->luma || effect_of(look)->chroma;
}

void camera_effect_filter(const struct camera_look *look, struct vc_image *img,
			  struct vc_image *tmp)
{
	const struct effect *effect = effect_of(look);

	if (effect->luma)
		for (unsigned int i = 0; i <= effect->times; i++)
			each_luma(img, tmp, effect->luma);
	if (effect->chroma)
		each_chroma(img, effect->chroma);
}

void camera_effect_sharpen(double sharpness, struct vc_image *img, struct vc_image *tmp)
{
	/* Of 256. */
	const int amount = sharpness * (sharpness > 0 ? 512 : 256);
	struct around a;

	copy_luma(img, tmp);
	for (unsigned int y = 0; y < img->height; y++) {
		uint8_t *out = line_of(img, 0, y);

		for (unsigned int x = 0; x < img->width; x++) {
			look_around(tmp, x, y, &a);
			out[x] = clamp_byte(a.p[1][1] +
					    (a.p[1][1] - mean_of(&a)) * amount / 256);
		}
	}
}
