// SPDX-License-Identifier: GPL-2.0
/*
 * A thread that sleeps until it is kicked, or until the time it asked for.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "work-thread.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/**
 * struct work_thread - the thread
 * @lock: Protects @kicked and @stop
 */
struct work_thread {
	uint64_t (*run)(void *arg);
	void *arg;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t wake;	/* CLOCK_MONOTONIC */
	bool kicked;
	bool stop;
};

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

/* False: the thread shall end. */
static bool work_thread_wait(struct work_thread *thread, uint64_t until_ns)
{
	const struct timespec until = timespec_of(until_ns);
	int timed_out = 0;
	bool stop;

	pthread_mutex_lock(&thread->lock);
	while (!thread->stop && !thread->kicked && !timed_out) {
		if (until_ns == WORK_NEVER)
			pthread_cond_wait(&thread->wake, &thread->lock);
		else
			timed_out = pthread_cond_timedwait(&thread->wake, &thread->lock, &until);
	}
	thread->kicked = false;
	stop = thread->stop;
	pthread_mutex_unlock(&thread->lock);
	return !stop;
}

static void *work_thread_main(void *arg)
{
	struct work_thread *thread = arg;
	uint64_t next_ns = WORK_NEVER;

	while (work_thread_wait(thread, next_ns))
		next_ns = thread->run(thread->arg);
	return NULL;
}

static void work_thread_free(struct work_thread *thread)
{
	pthread_cond_destroy(&thread->wake);
	pthread_mutex_destroy(&thread->lock);
	free(thread);
}

struct work_thread *work_thread_create(uint64_t (*run)(void *arg), void *arg)
{
	struct work_thread *thread = calloc(1, sizeof(*thread));
	pthread_condattr_t attr;

	if (!thread)
		return NULL;
	thread->run = run;
	thread->arg = arg;
	pthread_mutex_init(&thread->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&thread->thread, NULL, work_thread_main, thread)) {
		work_thread_free(thread);
		return NULL;
	}
	return thread;
}

void work_thread_destroy(struct work_thread *thread)
{
	if (!thread)
		return;
	pthread_mutex_lock(&thread->lock);
	thread->stop = true;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
	pthread_join(thread->thread, NULL);
	work_thread_free(thread);
}

void work_thread_kick(struct work_thread *thread)
{
	pthread_mutex_lock(&thread->lock);
	thread->kicked = true;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
}
