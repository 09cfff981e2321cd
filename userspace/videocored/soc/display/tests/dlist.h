/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Display lists as the driver writes them, for tests.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TESTS_DLIST_H
#define TESTS_DLIST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DLIST_END	0x80000000u
#define DLIST_KERNEL	16	/* word index of the filter kernel */

/** struct dlist_plane - what a driver knows of a plane; scaling words are ready-made */
struct dlist_plane {
	unsigned int format, order;
	bool hflip, vflip;
	unsigned int x, y, dst_w, dst_h, src_w, src_h;
	unsigned int alpha_mode, alpha;
	bool premult, mix;
	unsigned int nr_mem;
	uint32_t ptr[3], pitch[3], csc[3];
	bool unity, has_lbm, has_ppf;
	unsigned int scl0, scl1;
	unsigned int nr_scaling;
	uint32_t scaling[10];
};

/* The driver's Mitchell-Netravali kernel, c0 to c15; c31 - n is the same as c(n). */
static const int dlist_coefs[16] = {
	0, -2, -6, -8, -10, -8, -3, 2, 18, 50, 82, 119, 155, 187, 213, 227,
};

static inline int dlist_coef(int n)
{
	return n < 0 || n > 31 ? 0 : dlist_coefs[n < 16 ? n : 31 - n];
}

static inline void dlist_kernel(uint32_t *ram)
{
	unsigned int word, nr;

	memset(&ram[DLIST_KERNEL], 0, 11 * 4);
	for (word = 0; word < 11; word++) {
		for (nr = 0; nr < 3; nr++) {
			int n = word < 5 ? (int)(3 * word + nr) :
				word == 5 ? (int)(15 + nr) : (int)(31 - 3 * (10 - word) - nr);

			if (word == 5 && nr == 2)
				continue;
			ram[DLIST_KERNEL + word] |= ((uint32_t)dlist_coef(n) & 0x1ff) << (9 * nr);
		}
	}
}

/* Write @p at word @pos of @ram; returns the word after it. */
static inline unsigned int dlist_add(uint32_t *ram, unsigned int pos,
				     const struct dlist_plane *p)
{
	unsigned int at = pos, i;

	at++;
	ram[at++] = p->alpha << 24 | p->y << 12 | p->x;
	if (!p->unity)
		ram[at++] = p->dst_h << 16 | p->dst_w;
	ram[at++] = p->alpha_mode << 30 | (uint32_t)p->premult << 29 |
		    (uint32_t)p->mix << 28 | p->src_h << 16 | p->src_w;
	ram[at++] = 0xc0c0c0c0;
	for (i = 0; i < p->nr_mem; i++)
		ram[at++] = p->ptr[i];
	for (i = 0; i < p->nr_mem; i++)
		ram[at++] = 0xc0c0c0c0;
	for (i = 0; i < p->nr_mem; i++)
		ram[at++] = p->pitch[i];
	for (i = 0; p->nr_mem > 1 && i < 3; i++)
		ram[at++] = p->csc[i];
	if (p->has_lbm)
		ram[at++] = 0;
	for (i = 0; i < p->nr_scaling; i++)
		ram[at++] = p->scaling[i];
	for (i = 0; p->has_ppf && i < 4; i++)
		ram[at++] = DLIST_KERNEL;
	ram[pos] = 1u << 30 | (at - pos) << 24 | (uint32_t)p->hflip << 16 |
		   (uint32_t)p->vflip << 15 | p->order << 13 | 3u << 11 | p->scl1 << 8 |
		   p->scl0 << 5 | (uint32_t)p->unity << 4 | p->format;
	return at;
}

static inline uint32_t dlist_ppf(uint32_t scale, int phase)
{
	return 1u << 30 | scale << 8 | ((uint32_t)phase & 0x7f);
}

#endif /* TESTS_DLIST_H */
