// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_bench: the workloads, all with the service "echo" of the firmware.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>

#include "bench.h"

#define BURST		1000u
/* The peer keeps that many blocks until we fetch them, and some to spare. */
#define BATCH		8u
/* More than any run needs: the peer takes blocks until the service is closed. */
#define MANY		100000000u

enum command {
	ONEWAY = 1,
	SYNC = 3,
	CONFIG = 4,
	ECHO = 5,
};

static int send(struct bench *bench, uint32_t command, uint32_t size)
{
	memcpy(bench->out, &command, sizeof(command));
	return vcq_send(bench->echo, bench->out, size);
}

static int expect_reply(struct bench *bench, uint32_t size)
{
	int ret = vcq_receive(bench->echo, bench->in, VCQ_MAX_MESSAGE, true);

	if (ret < 0)
		return ret;
	return (uint32_t)ret == size ? 0 : -EPROTO;
}

/* -----------------------------------------------------------------------------
 * Messages
 */

static int round_trip(struct bench *bench, const struct workload *load)
{
	int ret = send(bench, ECHO, load->size);

	return ret ? ret : expect_reply(bench, load->size);
}

static int burst(struct bench *bench, const struct workload *load)
{
	int ret = 0;

	for (uint32_t i = 1; i < BURST && !ret; i++)
		ret = send(bench, ONEWAY, load->size);
	if (!ret)
		ret = send(bench, SYNC, load->size);
	return ret ? ret : expect_reply(bench, 1);
}

/* -----------------------------------------------------------------------------
 * Bulks
 */

static int configure(struct bench *bench, uint32_t size, bool echo)
{
	const uint32_t config[10] = { CONFIG, size, MANY, 0, echo, 4096, 0, 0, 0, 0 };
	int ret = vcq_send(bench->echo, config, sizeof(config));

	return ret ? ret : expect_reply(bench, 1);
}

static int prepare_out(struct bench *bench, const struct workload *load)
{
	return configure(bench, load->size, false);
}

static int prepare_in(struct bench *bench, const struct workload *load)
{
	return configure(bench, load->size, true);
}

/* The last one of a batch is waited for; the others are done before it. */
static enum vchiq_bulk_mode mode_of(uint32_t i)
{
	return i == BATCH - 1 ? VCHIQ_BULK_MODE_BLOCKING : VCHIQ_BULK_MODE_NOCALLBACK;
}

static int bulk_out(struct bench *bench, const struct workload *load)
{
	int ret = 0;

	for (uint32_t i = 0; i < BATCH && !ret; i++)
		ret = vcq_bulk_transmit(bench->echo, bench->out, load->size, mode_of(i), NULL);
	return ret;
}

/* Let the peer have something to send, then see how fast it comes. */
static int bulk_in(struct bench *bench, const struct workload *load)
{
	int ret = bulk_out(bench, load);
	double begin = now_us();

	for (uint32_t i = 0; i < BATCH && !ret; i++)
		ret = vcq_bulk_receive(bench->echo, bench->in, load->size, mode_of(i), NULL);
	samples_add(&bench->samples, now_us() - begin);
	bench->counted_us += now_us() - begin;
	return ret;
}

#define MESSAGE(_name, _help, _run, _size, _messages) \
	{ .name = _name, .help = _help, .run = _run, .size = _size, .messages = _messages }
#define OUT(_name, _size) \
	{ .name = _name "-out", .help = "blocks of " #_size " KiB to the firmware", \
	  .run = bulk_out, .prepare = prepare_out, .size = (_size) * 1024, .messages = BATCH }
#define IN(_name, _size) \
	{ .name = _name "-in", .help = "blocks of " #_size " KiB from the firmware", \
	  .run = bulk_in, .prepare = prepare_in, .size = (_size) * 1024, .messages = BATCH, \
	  .is_own_time = true }

const struct workload workloads[] = {
	MESSAGE("ping-4", "4 bytes and back", round_trip, 4, 2),
	MESSAGE("ping-4000", "4000 bytes and back", round_trip, 4000, 2),
	MESSAGE("burst-16", "bursts of 1000 messages of 16 bytes", burst, 16, BURST),
	MESSAGE("burst-1000", "bursts of 1000 messages of 1000 bytes", burst, 1000, BURST),
	OUT("bulk-4k", 4), IN("bulk-4k", 4),
	OUT("bulk-64k", 64), IN("bulk-64k", 64),
	OUT("bulk-256k", 256), IN("bulk-256k", 256),
	OUT("bulk-1m", 1024), IN("bulk-1m", 1024),
};

const unsigned int nr_workloads = sizeof(workloads) / sizeof(workloads[0]);

const struct workload *workload_find(const char *name)
{
	for (unsigned int i = 0; i < nr_workloads; i++) {
		if (!strcmp(workloads[i].name, name))
			return &workloads[i];
	}
	return NULL;
}
