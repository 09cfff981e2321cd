// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_bench: how long the processors had nothing to do.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdio.h>

#include "bench.h"

double idle_seconds(const char *stat, long hz)
{
	unsigned long long idle, iowait;

	/* user, nice and system time come first */
	if (sscanf(stat, "cpu %*u %*u %*u %llu %llu", &idle, &iowait) != 2)
		return -1;
	return (double)(idle + iowait) / (double)hz;
}
