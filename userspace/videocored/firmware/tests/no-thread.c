// SPDX-License-Identifier: GPL-2.0
/*
 * Instead of work-thread.c: the test is the clock of the camera, and codecs work
 * when they are kicked.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdlib.h>

#include "camera-engine.h"
#include "mmal-host.h"
#include "work-thread.h"

/** struct work_thread - what there is to do */
struct work_thread {
	uint64_t (*run)(void *arg);
	void *arg;
};

struct work_thread *work_thread_create(uint64_t (*run)(void *arg), void *arg)
{
	struct work_thread *thread = calloc(1, sizeof(*thread));

	if (!thread)
		return NULL;
	thread->run = run;
	thread->arg = arg;
	if (run == camera_engine_run)
		mmal_host_set_engine(arg);
	return thread;
}

void work_thread_destroy(struct work_thread *thread)
{
	if (thread && thread->arg == mmal_host_engine())
		mmal_host_set_engine(NULL);
	free(thread);
}

void work_thread_kick(struct work_thread *thread)
{
	if (thread->run == camera_engine_run)
		mmal_host_count_kick();
	else
		thread->run(thread->arg);
}
