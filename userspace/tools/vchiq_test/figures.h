/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times of many rounds, and what is to be known of them.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_TEST_FIGURES_H
#define VCHIQ_TEST_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct samples - durations
 * @us: microseconds each
 * @nr: how many there are
 * @room: how many there can be
 */
struct samples {
	double *us;
	size_t nr;
	size_t room;
};

/**
 * struct figures - a line of the table
 * @min_us: shortest
 * @p50_us: half of them are not longer
 * @p99_us: 99 of 100 are not longer
 * @mb_per_s: millions of bytes in a second, each direction counted
 * @per_s: messages or blocks in a second, each direction counted
 */
struct figures {
	double min_us;
	double p50_us;
	double p99_us;
	double mb_per_s;
	double per_s;
};

double now_us(void);

/* 0 or -ENOMEM */
int samples_init(struct samples *samples, size_t room);
void samples_fini(struct samples *samples);
/* What finds no room is dropped. */
void samples_add(struct samples *samples, double us);
/* Sorts them; @percent of 0 to 100, the nearest that is there; 0 of none. */
double samples_percentile(struct samples *samples, double percent);
/* @seconds all of it took, @messages and @bytes that were moved. */
void figures_set(struct figures *figures, struct samples *samples, double seconds,
		 uint64_t messages, uint64_t bytes);

#endif /* VCHIQ_TEST_FIGURES_H */
