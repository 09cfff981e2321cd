// SPDX-License-Identifier: GPL-2.0
/*
 * The thread of a camera: sleeps until the engine wants to be called.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdlib.h>
#include <time.h>

#include "camera-engine.h"
#include "loop.h"
#include "mmal-priv.h"

/**
 * struct camera_thread - the thread
 * @lock: Protects @kicked and @stop
 */
struct camera_thread {
	struct camera_engine *engine;
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
static bool camera_thread_wait(struct camera_thread *thread, uint64_t until_ns)
{
	const struct timespec until = timespec_of(until_ns);
	int timed_out = 0;
	bool stop;

	pthread_mutex_lock(&thread->lock);
	while (!thread->stop && !thread->kicked && !timed_out) {
		if (until_ns == CAMERA_NEVER)
			pthread_cond_wait(&thread->wake, &thread->lock);
		else
			timed_out = pthread_cond_timedwait(&thread->wake, &thread->lock, &until);
	}
	thread->kicked = false;
	stop = thread->stop;
	pthread_mutex_unlock(&thread->lock);
	return !stop;
}

static void *camera_thread_run(void *arg)
{
	struct camera_thread *thread = arg;
	uint64_t next_ns = CAMERA_NEVER;

	while (camera_thread_wait(thread, next_ns))
		next_ns = camera_engine_tick(thread->engine, vc_now_ns());
	return NULL;
}

static void camera_thread_free(struct camera_thread *thread)
{
	pthread_cond_destroy(&thread->wake);
	pthread_mutex_destroy(&thread->lock);
	free(thread);
}

struct camera_thread *camera_thread_create(struct camera_engine *engine)
{
	struct camera_thread *thread = calloc(1, sizeof(*thread));
	pthread_condattr_t attr;

	if (!thread)
		return NULL;
	thread->engine = engine;
	pthread_mutex_init(&thread->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&thread->thread, NULL, camera_thread_run, thread)) {
		camera_thread_free(thread);
		return NULL;
	}
	return thread;
}

void camera_thread_destroy(struct camera_thread *thread)
{
	if (!thread)
		return;
	pthread_mutex_lock(&thread->lock);
	thread->stop = true;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
	pthread_join(thread->thread, NULL);
	camera_thread_free(thread);
}

void camera_thread_kick(struct camera_thread *thread)
{
	pthread_mutex_lock(&thread->lock);
	thread->kicked = true;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
}
