// SPDX-License-Identifier: GPL-2.0
/*
 * The HVS's scalers. Both filters become, per output position, a run of source
 * positions with weights; lines are scaled horizontally when first needed and
 * kept in a small ring, as the hardware does in its line buffer memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "hvs-scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* PPF looks at 4 neighbouring lines; TPZ adds up lines as they come. */
#define RING_ROWS	8
#define PPF_TAPS	4
#define KERNEL_WORDS	11
#define KERNEL_COEFS	32

/**
 * struct taps - what each output position is made of
 * @nr_taps: source positions per output position
 * @first: first source position of each, may be off the edge
 * @weight: nr_taps weights each, of sum 1
 */
struct taps {
	unsigned int nr_taps;
	int *first;
	float *weight;
};

/**
 * struct vc_hvs_scale - a scaler at work
 * @desc: what it scales
 * @h: horizontal taps
 * @v: vertical taps
 * @ring: lines scaled horizontally
 * @ring_line: source line each of them holds, -1 for none
 * @fetched: one source line
 * @sum: one output line
 */
struct vc_hvs_scale {
	struct vc_hvs_scale_desc desc;
	struct taps h;
	struct taps v;
	float *ring;
	int ring_line[RING_ROWS];
	uint8_t *fetched;
	float *sum;
};

static int clamp_int(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static int kernel_field(uint32_t word, unsigned int nr)
{
	int v = (word >> (9 * nr)) & 0x1ff;

	return v >= 256 ? v - 512 : v;
}

/*
 * Words 0 to 4 hold c0 to c14, word 5 c15 and c16, words 6 to 10 c17 to c31
 * with the highest in the lowest field of the last word.
 */
static bool kernel_load(const uint32_t *ram, unsigned int index, int *coef)
{
	unsigned int word, nr;

	if (index > VC_HVS_RAM_WORDS - KERNEL_WORDS)
		return false;
	for (word = 0; word < 5; word++) {
		for (nr = 0; nr < 3; nr++) {
			coef[3 * word + nr] = kernel_field(ram[index + word], nr);
			coef[31 - 3 * word - nr] = kernel_field(ram[index + 10 - word], nr);
		}
	}
	coef[15] = kernel_field(ram[index + 5], 0);
	coef[16] = kernel_field(ram[index + 5], 1);
	return true;
}

static float kernel_at(const int *coef, float pos)
{
	int below = floorf(pos);
	float part = pos - below;
	float lo = below >= 0 && below < KERNEL_COEFS ? coef[below] : 0;
	float hi = below + 1 >= 0 && below + 1 < KERNEL_COEFS ? coef[below + 1] : 0;

	return lo + (hi - lo) * part;
}

/* AGC: the largest weight takes what is missing for a sum of one. */
static void weights_balance(float *weight, unsigned int nr)
{
	unsigned int i, top = 0;
	float sum = 0;

	for (i = 0; i < nr; i++) {
		weight[i] = roundf(weight[i]);
		sum += weight[i];
		if (weight[i] > weight[top])
			top = i;
	}
	weight[top] += 256 - sum;
	for (i = 0; i < nr; i++)
		weight[i] /= 256;
}

static int taps_alloc(struct taps *taps, unsigned int nr_out, unsigned int nr_taps)
{
	taps->nr_taps = nr_taps;
	taps->first = malloc(nr_out * sizeof(*taps->first));
	taps->weight = calloc((size_t)nr_out * nr_taps, sizeof(*taps->weight));
	return taps->first && taps->weight ? 0 : -1;
}

static int taps_identity(struct taps *taps, unsigned int nr_out)
{
	unsigned int i;

	if (taps_alloc(taps, nr_out, 1))
		return -1;
	for (i = 0; i < nr_out; i++) {
		taps->first[i] = i;
		taps->weight[i] = 1;
	}
	return 0;
}

static int taps_ppf(struct taps *taps, const struct vc_hvs_axis *axis,
		    const uint32_t *ram, unsigned int nr_out)
{
	int coef[KERNEL_COEFS];
	unsigned int i, tap;
	float *weight;
	int64_t pos;
	float part;

	if (taps_alloc(taps, nr_out, PPF_TAPS))
		return -1;
	/* A kernel that is not in RAM: nearest pixel. */
	if (!kernel_load(ram, axis->kernel, coef))
		memset(coef, 0, sizeof(coef));
	for (i = 0; i < nr_out; i++) {
		weight = &taps->weight[i * PPF_TAPS];
		pos = (int64_t)i * axis->scale + axis->phase * 1024;
		taps->first[i] = (int)(pos >> 16) - 1;
		/* 64 phases, of which the table has every eighth */
		part = (float)((pos >> 10) & 63) / 64;
		if (axis->is_nointerp)
			part = floorf(part * 8) / 8;
		for (tap = 0; tap < PPF_TAPS; tap++)
			weight[tap] = kernel_at(coef, ((int)tap - 1 - part) * 8 + 15.5f);
		if (weight[0] == 0 && weight[1] == 0 && weight[2] == 0 && weight[3] == 0)
			weight[part < 0.5f ? 1 : 2] = 256;
		weights_balance(weight, PPF_TAPS);
	}
	return 0;
}

static int taps_tpz(struct taps *taps, const struct vc_hvs_axis *axis, unsigned int nr_out)
{
	uint32_t scale = axis->scale ? axis->scale : 1;
	uint64_t start, end, lo, hi;
	unsigned int i, tap;

	if (taps_alloc(taps, nr_out, (scale >> 16) + 2))
		return -1;
	for (i = 0; i < nr_out; i++) {
		start = (uint64_t)i * scale;
		end = start + scale;
		taps->first[i] = start >> 16;
		for (tap = 0; tap < taps->nr_taps; tap++) {
			lo = ((start >> 16) + tap) << 16;
			hi = lo + 65536;
			lo = lo > start ? lo : start;
			hi = hi < end ? hi : end;
			if (hi > lo)
				taps->weight[i * taps->nr_taps + tap] = (float)(hi - lo) / scale;
		}
	}
	return 0;
}

static int taps_init(struct taps *taps, const struct vc_hvs_axis *axis,
		     const uint32_t *ram, unsigned int nr_out)
{
	switch (axis->filter) {
	case VC_HVS_FILTER_PPF:
		return taps_ppf(taps, axis, ram, nr_out);
	case VC_HVS_FILTER_TPZ:
		return taps_tpz(taps, axis, nr_out);
	default:
		return taps_identity(taps, nr_out);
	}
}

struct vc_hvs_scale *vc_hvs_scale_create(const struct vc_hvs_scale_desc *desc)
{
	struct vc_hvs_scale *s = calloc(1, sizeof(*s));
	size_t row = (size_t)desc->dst_w * desc->nr_comp;
	unsigned int i;

	if (!s)
		return NULL;
	s->desc = *desc;
	for (i = 0; i < RING_ROWS; i++)
		s->ring_line[i] = -1;
	s->ring = malloc(RING_ROWS * row * sizeof(*s->ring));
	s->sum = malloc(row * sizeof(*s->sum));
	s->fetched = malloc((size_t)desc->src_w * desc->nr_comp);
	if (!s->ring || !s->sum || !s->fetched ||
	    taps_init(&s->h, &desc->scaler->h, desc->ram, desc->dst_w) ||
	    taps_init(&s->v, &desc->scaler->v, desc->ram, desc->dst_h)) {
		vc_hvs_scale_destroy(s);
		return NULL;
	}
	return s;
}

void vc_hvs_scale_destroy(struct vc_hvs_scale *s)
{
	if (!s)
		return;
	free(s->h.first);
	free(s->h.weight);
	free(s->v.first);
	free(s->v.weight);
	free(s->ring);
	free(s->sum);
	free(s->fetched);
	free(s);
}

/* Inlined once per number of components, so that the inner loop unrolls. */
static inline __attribute__((always_inline)) void
scale_line(const struct vc_hvs_scale *s, unsigned int nr_comp, float *out)
{
	unsigned int last = s->desc.src_w - 1;
	const float *weight = s->h.weight;
	const uint8_t *in;
	unsigned int x, tap, comp;

	for (x = 0; x < s->desc.dst_w; x++, out += nr_comp) {
		for (comp = 0; comp < nr_comp; comp++)
			out[comp] = 0;
		for (tap = 0; tap < s->h.nr_taps; tap++, weight++) {
			in = &s->fetched[clamp_int(s->h.first[x] + (int)tap, 0, last) * nr_comp];
			for (comp = 0; comp < nr_comp; comp++)
				out[comp] += *weight * in[comp];
		}
	}
}

static void scale_fetched(const struct vc_hvs_scale *s, float *out)
{
	size_t row = (size_t)s->desc.dst_w * s->desc.nr_comp;
	size_t x;

	if (s->desc.scaler->h.filter == VC_HVS_FILTER_NONE &&
	    s->desc.src_w >= s->desc.dst_w) {
		for (x = 0; x < row; x++)
			out[x] = s->fetched[x];
	} else if (s->desc.nr_comp == 1) {
		scale_line(s, 1, out);
	} else if (s->desc.nr_comp == 2) {
		scale_line(s, 2, out);
	} else {
		scale_line(s, 4, out);
	}
}

/* Source line @line, scaled horizontally. */
static const float *scaled_line(struct vc_hvs_scale *s, unsigned int line)
{
	size_t row = (size_t)s->desc.dst_w * s->desc.nr_comp;
	unsigned int slot = line % RING_ROWS;
	float *out = &s->ring[slot * row];

	if (s->ring_line[slot] == (int)line)
		return out;
	s->desc.fetch(s->desc.arg, line, s->fetched);
	scale_fetched(s, out);
	s->ring_line[slot] = line;
	return out;
}

static void add_line(float *restrict sum, const float *restrict line, float weight, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		sum[i] += weight * line[i];
}

void vc_hvs_scale_row(struct vc_hvs_scale *s, unsigned int y, uint8_t *out)
{
	size_t row = (size_t)s->desc.dst_w * s->desc.nr_comp;
	const float *weight = &s->v.weight[y * s->v.nr_taps];
	unsigned int tap;
	int line;
	size_t i;

	memset(s->sum, 0, row * sizeof(*s->sum));
	for (tap = 0; tap < s->v.nr_taps; tap++) {
		if (weight[tap] == 0)
			continue;
		line = clamp_int(s->v.first[y] + (int)tap, 0, s->desc.src_h - 1);
		add_line(s->sum, scaled_line(s, line), weight[tap], row);
	}
	for (i = 0; i < row; i++)
		out[i] = clamp_int((int)lrintf(s->sum[i]), 0, 255);
}
