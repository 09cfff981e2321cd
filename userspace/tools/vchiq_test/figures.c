// SPDX-License-Identifier: GPL-2.0
/*
 * Times of many rounds, and what is to be known of them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "figures.h"

double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

int samples_init(struct samples *samples, size_t room)
{
	samples->us = calloc(room ? room : 1, sizeof(samples->us[0]));
	samples->nr = 0;
	samples->room = room;
	return samples->us ? 0 : -ENOMEM;
}

void samples_fini(struct samples *samples)
{
	free(samples->us);
	samples->us = NULL;
}

void samples_add(struct samples *samples, double us)
{
	if (samples->nr < samples->room)
		samples->us[samples->nr++] = us;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double samples_percentile(struct samples *samples, double percent)
{
	size_t rank;

	if (!samples->nr)
		return 0;
	qsort(samples->us, samples->nr, sizeof(samples->us[0]), compare);
	/* Nearest rank: the smallest that @percent of them do not exceed. */
	rank = (size_t)(percent / 100 * (double)samples->nr);
	if ((double)rank < percent / 100 * (double)samples->nr)
		rank++;
	if (rank > samples->nr)
		rank = samples->nr;
	return samples->us[rank ? rank - 1 : 0];
}

void figures_set(struct figures *figures, struct samples *samples, double seconds,
		 uint64_t messages, uint64_t bytes)
{
	figures->min_us = samples_percentile(samples, 0);
	figures->p50_us = samples_percentile(samples, 50);
	figures->p99_us = samples_percentile(samples, 99);
	figures->mb_per_s = seconds > 0 ? (double)bytes / 1e6 / seconds : 0;
	figures->per_s = seconds > 0 ? (double)messages / seconds : 0;
}
