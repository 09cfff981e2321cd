// SPDX-License-Identifier: GPL-2.0
/*
 * Measuring: latency, rate, processor time.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "vcpreview.h"

int64_t vcp_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ll + ts.tv_nsec / 1000;
}

/*
 * Nanoseconds that the only processor slept. Not asked for of several: what one
 * of them sleeps just now is not in it.
 */
static int64_t one_idle_ns(void)
{
	FILE *file = fopen("/proc/timer_list", "re");
	unsigned long long part;
	int64_t sum = -1;
	char line[256];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " .idle_sleeptime : %llu nsecs", &part) == 1 ||
		    sscanf(line, " .iowait_sleeptime : %llu nsecs", &part) == 1)
			sum = (sum < 0 ? 0 : sum) + part;
	}
	fclose(file);
	return sum;
}

/* /proc/stat: user, nice, system, idle, iowait, ...: hundredths of a second. */
static int64_t all_idle_ns(void)
{
	FILE *file = fopen("/proc/stat", "re");
	unsigned long long idle, iowait;
	int nr;

	if (!file)
		return -1;
	nr = fscanf(file, "cpu %*u %*u %*u %llu %llu", &idle, &iowait);
	fclose(file);
	return nr < 2 ? -1 : (int64_t)((idle + iowait) * 1000000000 / sysconf(_SC_CLK_TCK));
}

/*
 * Time that processors were not idle: the kernel measures how long they are, but
 * samples what they do otherwise, a few hundred times a second.
 */
static int64_t guest_busy_us(void)
{
	long nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t idle_ns = nr_cpus == 1 ? one_idle_ns() : -1;

	if (idle_ns < 0)
		idle_ns = all_idle_ns();
	return idle_ns < 0 ? 0 : vcp_now_us() * nr_cpus - idle_ns / 1000;
}

struct vcp_cpu vcp_cpu_now(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (struct vcp_cpu){
		.self_us = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000ll +
			   use.ru_utime.tv_usec + use.ru_stime.tv_usec,
		.guest_us = guest_busy_us(),
	};
}

void vcp_stats_latency(struct vcp_stats *stats, int64_t latency_us)
{
	if (latency_us < 0)
		latency_us = 0;
	if (latency_us > UINT32_MAX)
		latency_us = UINT32_MAX;
	stats->latency_us[stats->nr_latencies++ % VCP_LATENCIES] = latency_us;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

double vcp_stats_percentile(const struct vcp_stats *stats, double part)
{
	unsigned long nr = stats->nr_latencies < VCP_LATENCIES ? stats->nr_latencies :
			   VCP_LATENCIES;
	uint32_t sorted[VCP_LATENCIES];
	unsigned long rank = ceil(part * nr);

	if (!nr)
		return 0;
	memcpy(sorted, stats->latency_us, nr * sizeof(sorted[0]));
	qsort(sorted, nr, sizeof(sorted[0]), by_value);
	return sorted[rank ? rank - 1 : 0] / 1000.0;
}

double vcp_stats_fps(const struct vcp_stats *stats, bool no_display)
{
	unsigned long frames = no_display ? stats->captured : stats->displayed;

	if (frames < 2 || stats->last_us <= stats->first_us)
		return 0;
	return (frames - 1) * 1e6 / (stats->last_us - stats->first_us);
}

unsigned long vcp_stats_dropped(const struct vcp_stats *stats)
{
	return stats->replaced + stats->lost + stats->bad;
}
