// SPDX-License-Identifier: GPL-2.0
/*
 * Timers of the firmware thread: a sorted list, as there are few.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <time.h>

#include "firmware-priv.h"

#define NS_PER_MS	1000000ull
#define NS_PER_S	1000000000ull

uint64_t fw_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void link_timer(struct fw_timer **at, struct fw_timer *timer)
{
	timer->next = *at;
	timer->prev = at;
	if (timer->next)
		timer->next->prev = &timer->next;
	*at = timer;
	timer->is_set = true;
}

void fw_timer_cancel(struct vc_firmware *fw, struct fw_timer *timer)
{
	if (!timer->is_set)
		return;
	*timer->prev = timer->next;
	if (timer->next)
		timer->next->prev = timer->prev;
	timer->is_set = false;
}

void fw_timer_set(struct vc_firmware *fw, struct fw_timer *timer, unsigned int ms)
{
	struct fw_timer **at = &fw->timers;

	fw_timer_cancel(fw, timer);
	timer->due_ns = fw_now_ns() + ms * NS_PER_MS;
	while (*at && (*at)->due_ns <= timer->due_ns)
		at = &(*at)->next;
	link_timer(at, timer);
}

/* Those that are due now; what they set anew is for the next time. */
void fw_timers_run(struct vc_firmware *fw)
{
	uint64_t now = fw->timers ? fw_now_ns() : 0;

	while (fw->timers && fw->timers->due_ns <= now) {
		struct fw_timer *timer = fw->timers;

		fw_timer_cancel(fw, timer);
		timer->fn(timer->arg);
	}
}

bool fw_timers_next(struct vc_firmware *fw, struct timespec *at)
{
	if (!fw->timers)
		return false;
	at->tv_sec = (time_t)(fw->timers->due_ns / NS_PER_S);
	at->tv_nsec = (long)(fw->timers->due_ns % NS_PER_S);
	return true;
}
