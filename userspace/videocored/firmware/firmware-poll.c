// SPDX-License-Identifier: GPL-2.0
/*
 * Polling before sleep. While we look ourselves, the host need not ring, and a
 * doorbell costs it a trapped access. We look as long as work has lately come of it,
 * and once in a while when it has not, so that nothing is for ever.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <sched.h>

#include "firmware-priv.h"

/* Of our own processor time: who yields to the host is not the one who waits. */
#define WINDOW_NS	1000000u
/* Of all time: then a busy machine has better use for the processor. */
#define LIMIT_NS	5000000u
/* A time that was worth it counts for so many that were not. */
#define GAIN		2u
#define SCORE_MAX	16u
/* What was in vain lately is still tried this once in so many times. */
#define RETRY		8u
/* Looks between two looks at the clock. */
#define LOOKS		32

/* With one processor the host cannot do anything while we look. */
bool fw_poll_is_useful(void)
{
	cpu_set_t cpus;

	return !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) > 1;
}

static uint64_t used_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool has_work(struct vc_firmware *fw)
{
	return __atomic_load_n(&fw->attention, __ATOMIC_RELAXED) ||
	       vcq_connection_has_work(fw->conn);
}

static bool look(struct vc_firmware *fw)
{
	for (int i = 0; i < LOOKS; i++) {
		if (has_work(fw))
			return true;
	}
	/* Others may have better use for the processor. */
	sched_yield();
	return has_work(fw);
}

static bool look_for_a_while(struct vc_firmware *fw)
{
	uint64_t end = used_ns() + WINDOW_NS, limit = fw_now_ns() + LIMIT_NS;

	do {
		if (look(fw))
			return true;
	} while (used_ns() < end && fw_now_ns() < limit);
	return false;
}

bool fw_poll(struct vc_firmware *fw)
{
	struct fw_poll *poll = &fw->poll;

	if (!fw->poll_cpus || (!poll->score && poll->skipped++ % RETRY))
		return false;
	if (look_for_a_while(fw)) {
		poll->hits++;
		poll->score = poll->score + GAIN < SCORE_MAX ? poll->score + GAIN : SCORE_MAX;
		return true;
	}
	if (poll->score)
		poll->score--;
	return false;
}
