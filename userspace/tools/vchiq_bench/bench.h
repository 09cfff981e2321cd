/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vchiq_bench: workloads that measure a VCHIQ driver.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_BENCH_BENCH_H
#define VCHIQ_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "../vchiq_test/figures.h"
#include "vcq.h"

struct bench;

/**
 * struct workload - something to be measured
 * @name: on the command line
 * @help: for people
 * @run: one unit of work; its time is a sample unless @run adds its own
 * @prepare: before the first one; may be NULL
 * @size: bytes of a message or block
 * @messages: messages or blocks of one unit
 * @is_own_time: @run adds samples itself, of the part that counts
 */
struct workload {
	const char *name;
	const char *help;
	int (*run)(struct bench *bench, const struct workload *load);
	int (*prepare)(struct bench *bench, const struct workload *load);
	uint32_t size;
	uint32_t messages;
	bool is_own_time;
};

/**
 * struct bench - the measurement
 * @q: the device
 * @echo: service "echo" of the firmware
 * @seconds: how long each workload runs
 * @samples: times of the units
 * @out: what is sent
 * @in: what comes back
 * @counted_us: time that counts, if @is_own_time
 */
struct bench {
	struct vcq *q;
	struct vcq_service *echo;
	double seconds;
	struct samples samples;
	uint8_t *out;
	uint8_t *in;
	double counted_us;
};

/**
 * struct result - of one workload
 * @figures: as in vchiq_test; times are of a unit of work
 * @messages: messages or blocks that were moved
 * @cpu_us: processor time of the whole machine for each of them
 */
struct result {
	struct figures figures;
	uint64_t messages;
	double cpu_us;
};

extern const struct workload workloads[];
extern const unsigned int nr_workloads;

/* NULL if there is none. */
const struct workload *workload_find(const char *name);
/* 0 or -errno */
int bench_open(struct bench *bench, const char *device, double seconds);
void bench_close(struct bench *bench);
int bench_run(struct bench *bench, const struct workload *load, struct result *result);

/*
 * Seconds that the processors were idle, all together, from the text of /proc/stat;
 * negative if it does not say. @hz: ticks in a second.
 */
double idle_seconds(const char *stat, long hz);

#endif /* VCHIQ_BENCH_BENCH_H */
