// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_bench: runs workloads and measures.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define MAX_BLOCK	(1024u * 1024)
#define MAX_SAMPLES	1000000u
#define WARM_UP		3
/* Nothing takes so long unless the driver or the firmware is stuck. */
#define LIMIT_S		120u

static int open_echo(struct bench *bench)
{
	const struct vcq_service_params params = {
		.fourcc = VCQ_FOURCC('e', 'c', 'h', 'o'),
		.version = 3,
		.version_min = 3,
		.dequeue = true,
	};

	return vcq_service_open(bench->q, &params, &bench->echo);
}

int bench_open(struct bench *bench, const char *device, double seconds)
{
	int ret;

	memset(bench, 0, sizeof(*bench));
	bench->seconds = seconds;
	bench->out = aligned_alloc(4096, MAX_BLOCK);
	bench->in = aligned_alloc(4096, MAX_BLOCK);
	if (!bench->out || !bench->in || samples_init(&bench->samples, MAX_SAMPLES))
		return -ENOMEM;
	memset(bench->out, 0x55, MAX_BLOCK);
	memset(bench->in, 0, MAX_BLOCK);
	alarm(LIMIT_S);
	ret = vcq_open(device, &bench->q);
	return ret;
}

void bench_close(struct bench *bench)
{
	alarm(LIMIT_S);
	vcq_close(bench->q);
	samples_fini(&bench->samples);
	free(bench->out);
	free(bench->in);
}

static double read_idle(void)
{
	int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	char text[256] = "";
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? idle_seconds(text, sysconf(_SC_CLK_TCK)) : -1;
}

static int unit(struct bench *bench, const struct workload *load)
{
	double begin = now_us();
	int ret = load->run(bench, load);

	if (!load->is_own_time) {
		samples_add(&bench->samples, now_us() - begin);
		bench->counted_us += now_us() - begin;
	}
	return ret;
}

static int warm_up(struct bench *bench, const struct workload *load)
{
	int ret = load->prepare ? load->prepare(bench, load) : 0;

	for (int i = 0; i < WARM_UP && !ret; i++)
		ret = unit(bench, load);
	bench->samples.nr = 0;
	bench->counted_us = 0;
	return ret;
}

static int measure(struct bench *bench, const struct workload *load, struct result *result)
{
	double idle = read_idle(), start = now_us(), wall;
	uint64_t units = 0;
	int ret = 0;

	for (; !ret && now_us() - start < bench->seconds * 1e6; units++)
		ret = unit(bench, load);
	wall = (now_us() - start) / 1e6;
	idle = read_idle() - idle;
	result->messages = units * load->messages;
	figures_set(&result->figures, &bench->samples, bench->counted_us / 1e6,
		    result->messages, result->messages * load->size);
	result->cpu_us = (wall * (double)sysconf(_SC_NPROCESSORS_ONLN) - idle) * 1e6 /
			 (double)result->messages;
	return ret;
}

int bench_run(struct bench *bench, const struct workload *load, struct result *result)
{
	int ret;

	alarm(LIMIT_S);
	ret = open_echo(bench);
	if (ret)
		return ret;
	ret = warm_up(bench, load);
	if (!ret)
		ret = measure(bench, load, result);
	vcq_service_close(bench->echo);
	return ret;
}
